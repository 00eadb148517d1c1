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

#[tokio::test]
async fn a_form_over_the_limit_comes_back_with_everything_in_it() {
    let app = TestApp::with(&[("limits.requests_per_minute", "20")]).await;
    let (browser, home) = app.owner().await;
    let here = format!("{home}/compose");
    while browser.get(&home).await.status != StatusCode::TOO_MANY_REQUESTS {}
    let form = [("text", "Much work"), ("part", "and its end"), ("timezone", "UTC"), ("action", "draft")];
    let refused = browser.post(&here, &form).await;
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(!refused.header("retry-after").is_empty());
    let page = refused.text();
    assert!(page.contains(">Much work</textarea>") && page.contains("and its end"), "{page}");
    assert!(page.contains("Too many requests") && page.contains("What you wrote is still here"), "{page}");
    // That has its own limit; nothing is saved on the way.
    let mut given_back = 0;
    while browser.post(&here, &form).await.text().contains("Much work") {
        given_back += 1;
        assert!(given_back < 60, "it has an end");
    }
    app.clock.advance(std::time::Duration::from_secs(60));
    assert!(browser.get(&format!("{home}/posts")).await.text().contains("No posts yet"));
}

#[tokio::test]
async fn a_form_is_drawn_again_without_saving() {
    let app = TestApp::new().await;
    let (browser, home) = app.owner().await;
    let form = [("text", "Much work"), ("timezone", "UTC"), ("action", "again")];
    let again = browser.post(&format!("{home}/compose"), &form).await;
    assert_eq!(again.status, StatusCode::OK);
    assert!(again.text().contains(">Much work</textarea>"), "{}", again.text());
    assert!(browser.get(&format!("{home}/posts")).await.text().contains("No posts yet"));
}

#[tokio::test]
async fn a_form_without_a_session_leads_back_to_where_it_was_written() {
    let app = TestApp::new().await;
    let (_, home) = app.owner().await;
    let headers = |from: &'static str| {
        [
            ("content-type", "application/x-www-form-urlencoded"),
            ("host", "127.0.0.1:8080"),
            ("origin", "http://127.0.0.1:8080"),
            ("sec-fetch-site", "same-origin"),
            ("referer", from),
        ]
    };
    for (from, back) in [
        ("http://127.0.0.1:8080/w/x/compose?post=y", "/sign-in?return=%2Fw%2Fx%2Fcompose%3Fpost%3Dy"),
        ("nonsense", "/sign-in"),
    ] {
        let path = format!("{home}/compose");
        let sent = app.request(axum::http::Method::POST, &path, &headers(from), "text=Much").await;
        assert_eq!((sent.status, sent.header("location")), (StatusCode::SEE_OTHER, back));
    }
}

#[tokio::test]
async fn calendar_and_composer_use_the_zone_in_which_the_pages_show_times() {
    let app = TestApp::new().await;
    let (browser, home) = app.owner().await;
    let zone = async || {
        let form = browser.get(&format!("{home}/compose")).await.text();
        let field = form.split("name=\"timezone\" type=\"text\" value=\"").nth(1).expect("a zone");
        field.split('"').next().expect("a value").to_owned()
    };
    assert_eq!(zone().await, "Europe/Athens", "the workspace's");
    let own = [("name", "Ada"), ("timezone", "America/New_York")];
    assert_eq!(browser.post("/settings/profile", &own).await.status, StatusCode::SEE_OTHER);
    assert_eq!(zone().await, "America/New_York", "the person's own");

    let form = [
        ("text", "Late bell"),
        ("scheduled_at", "2026-12-01T23:30"),
        ("timezone", "America/New_York"),
        ("action", "draft"),
    ];
    let saved = browser.post(&format!("{home}/compose"), &form).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text());
    assert!(browser.get(saved.header("location")).await.text().contains("1 Dec 2026, 23:30"));
    let calendar = browser.get(&format!("{home}/calendar?view=week&date=2026-12-01")).await.text();
    assert!(calendar.contains("Times in America/New_York"), "{calendar}");
    let day = calendar.split("<li class=\"cal-day").find(|day| day.contains("Late bell")).expect("a day");
    assert!(day.contains("datetime=\"2026-12-01\"") && day.contains("23:30"), "{day}");
}
