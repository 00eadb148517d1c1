//! The composer, as a browser without scripts uses it.

use axum::http::StatusCode;

use crate::library::upload;
use crate::support::TestApp;

#[tokio::test]
async fn parts_keep_their_files_when_a_draft_is_edited() {
    let app = TestApp::new().await;
    let (browser, home) = app.owner().await;
    let file = upload(&browser, &home).await;
    let id = file.rsplit('/').next().expect("id");
    let form = [
        ("text", "One"),
        ("part", "Two"),
        ("part_media", id),
        ("part", "  "),
        ("timezone", "UTC"),
        ("action", "draft"),
    ];
    let saved = browser.post(&format!("{home}/compose"), &form).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text());
    let post = saved.header("location").trim_end_matches("?saved").rsplit('/').next().expect("id");
    let again = browser.get(&format!("{home}/compose?post={post}")).await.text();
    let form = again.split("<template").next().expect("before the pattern of a part");
    assert_eq!(form.matches("name=\"part_media\"").count(), 1, "{form}");
    assert!(form.contains(">Two</textarea>"), "{form}");
}

#[tokio::test]
async fn a_form_that_is_sent_twice_makes_one_post() {
    let app = TestApp::new().await;
    let (browser, home) = app.owner().await;
    let here = format!("{home}/compose");
    let page = browser.get(&here).await.text();
    let once =
        page.split("name=\"once\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("number");
    let form = |text| [("text", text), ("once", once), ("timezone", "UTC"), ("action", "draft")];

    let first = browser.post(&here, &form("Good morning")).await;
    let second = browser.post(&here, &form("Good morning")).await;
    assert_eq!(first.status, StatusCode::SEE_OTHER, "{}", first.text());
    assert_eq!(first.header("location"), second.header("location"));
    let list = browser.get(&format!("{home}/posts")).await.text();
    assert_eq!(list.matches("Good morning").count(), 1, "{list}");

    // Gone back, changed, and sent again: somebody's next post.
    let other = browser.post(&here, &form("Good evening")).await;
    assert_ne!(first.header("location"), other.header("location"));
}

#[tokio::test]
async fn a_refused_form_comes_back_with_everything_in_it() {
    let app = TestApp::new().await;
    let (browser, home) = app.owner().await;
    let here = format!("{home}/compose");
    let file = upload(&browser, &home).await;
    let id = file.rsplit('/').next().expect("id");
    for (at, zone, trouble) in [
        ("2020-01-01T09:00", "UTC", "past"),
        ("2027-03-28T03:30", "Europe/Athens", "does not exist"),
        ("2027-10-31T03:30", "Europe/Athens", "twice"),
        ("2027-01-01T09:00", "Mars/Base", "zone"),
        ("soon", "UTC", "time"),
    ] {
        let form = [
            ("text", "A <long> story"),
            ("media", id),
            ("part", "and its end"),
            ("first_comment", "Tell us"),
            ("scheduled_at", at),
            ("timezone", zone),
            ("action", "schedule"),
        ];
        let refused = browser.post(&here, &form).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{at} {zone}");
        let page = refused.text();
        let said: Vec<&str> =
            page.split("field-error").skip(1).filter_map(|rest| rest.split("</div>").next()).collect();
        for trouble in [trouble, "at least one account"] {
            assert!(said.iter().any(|line| line.contains(trouble)), "{at} {zone}: {said:?}");
        }
        for kept in ["A &#60;long&#62; story", "and its end", "Tell us", id, zone] {
            assert!(page.contains(kept), "{kept} is lost with {at} {zone}");
        }
    }
    assert!(browser.get(&format!("{home}/posts")).await.text().contains("No posts yet"));
}
