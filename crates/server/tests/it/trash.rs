//! The trash: nothing that somebody throws away is gone at once, and what was canceled can be planned again.

use axum::http::{Method, StatusCode};
use carillon_domain::permission::Role;
use serde_json::{Value, json};

use crate::media::jpeg;
use crate::support::desk::{Desk, on_both_desks};

fn later() -> Value {
    json!({ "status": "scheduled", "scheduled_at": "2026-11-26T18:00:00Z" })
}

async fn there_and_back(desk: Desk) {
    let owner = desk.owner().await;
    let trash = format!("{}/trash", desk.home);
    assert!(owner.get(&trash).await.text().contains("The trash is empty"));
    let draft = desk.post("A draft of mine", json!({})).await;
    let page = desk.page(&draft);
    let thrown = owner.post(&format!("{page}/cancel"), &[]).await;
    let told = owner.get(thrown.header("location")).await.text();
    assert!(
        told.contains("The post is in the trash.") && told.contains(&format!("{page}/restore")),
        "{told}"
    );
    assert_eq!(owner.get(&page).await.status, StatusCode::NOT_FOUND);
    let lying = owner.get(&trash).await.text();
    assert!(lying.contains("A draft of mine") && lying.contains("24 Dec 2026, 11:00"), "{lying}");

    let back = owner.post(&format!("{page}/restore"), &[]).await;
    assert_eq!(back.header("location"), format!("{page}?restored"));
    assert!(owner.get(back.header("location")).await.text().contains("Taken out of the trash."));
    assert_eq!(desk.read(&draft).await["status"], "draft");
    assert!(!owner.get(&trash).await.text().contains("A draft of mine"));
    assert_eq!(owner.post(&format!("{page}/restore"), &[]).await.status, StatusCode::NOT_FOUND);
    assert_eq!(
        owner.post(&format!("{page}/erase"), &[]).await.status,
        StatusCode::NOT_FOUND,
        "not from here"
    );

    owner.post(&format!("{page}/cancel"), &[]).await;
    let gone = owner.post(&format!("{page}/erase"), &[]).await;
    assert!(owner.get(gone.header("location")).await.text().contains("Deleted for good."));
    assert_eq!(owner.post(&format!("{page}/restore"), &[]).await.status, StatusCode::NOT_FOUND);
    desk.app.dispose().await;
}
on_both_desks!(a_draft_comes_back_or_goes_for_good, super::there_and_back);

async fn emptied(desk: Desk) {
    let owner = desk.owner().await;
    let (old, new) = (desk.post("Thrown first", json!({})).await, desk.post("Thrown later", json!({})).await);
    owner.post(&format!("{}/cancel", desk.page(&old)), &[]).await;
    desk.app.clock.advance(std::time::Duration::from_secs(24 * 3600));
    owner.post(&format!("{}/cancel", desk.page(&new)), &[]).await;
    desk.app.clock.advance(std::time::Duration::from_secs(29 * 24 * 3600 - 1));
    desk.app.engine.upkeep().await;
    // The session has ended meanwhile.
    let owner = desk.owner().await;
    let trash = format!("{}/trash", desk.home);
    let page = owner.get(&trash).await.text();
    assert!(page.contains("Thrown first") && page.contains("Thrown later"), "{page}");
    desk.app.clock.advance(std::time::Duration::from_secs(1));
    desk.app.engine.upkeep().await;
    let page = owner.get(&trash).await.text();
    assert!(!page.contains("Thrown first") && page.contains("Thrown later"), "{page}");
    assert_eq!(owner.post(&format!("{}/restore", desk.page(&new)), &[]).await.status, StatusCode::SEE_OTHER);
    desk.app.dispose().await;
}
on_both_desks!(after_thirty_days_the_trash_is_emptied, super::emptied);

async fn paged(desk: Desk) {
    let owner = desk.owner().await;
    let mut pages = Vec::new();
    for n in 0..51 {
        pages.push(desk.page(&desk.post(&format!("Note {n}"), json!({})).await));
    }
    // All in one instant, as the clock stands still.
    for page in &pages {
        owner.post(&format!("{page}/cancel"), &[]).await;
    }
    let file = desk.upload("quay.jpg", "", &jpeg(64, 64)).await;
    let file = format!("{}/library/{}", desk.home, file["id"].as_str().expect("an id"));
    owner.post(&format!("{file}/delete"), &[]).await;

    let trash = format!("{}/trash", desk.home);
    let first = owner.get(&trash).await.text();
    let (before, _) = first.split_once("\" rel=\"next\">Older posts").expect("more");
    let (_, older) = before.rsplit_once("href=\"").expect("an address");
    let second = owner.get(older).await.text();
    let lists = |text: &str, page: &str| text.contains(&format!("{page}/restore\""));
    for page in &pages {
        assert_ne!(lists(&first, page), lists(&second, page), "{page} is on one of both");
    }
    assert_eq!(pages.iter().filter(|page| lists(&second, page)).count(), 1);
    assert!(!second.contains("Older posts") && !first.contains("Older files"), "{second}");
    assert!(lists(&first, &file) && lists(&second, &file), "files stay where they are");

    let gone = pages.iter().find(|page| lists(&second, page)).expect("the last one");
    owner.post(&format!("{gone}/restore"), &[]).await;
    owner.post(&format!("{file}/restore"), &[]).await;
    assert_eq!(owner.get(older).await.header("location"), trash, "there is nothing any more");
    assert!(owner.get(&format!("{trash}?posts=7")).await.status.is_client_error());
    desk.app.dispose().await;
}
on_both_desks!(the_trash_goes_on_where_a_page_ends, super::paged, &crate::support::desk::BUSY);

#[tokio::test]
async fn a_canceled_post_goes_out_after_all() {
    let desk = Desk::new().await;
    let owner = desk.owner().await;
    let post = desk.post("After all", later()).await;
    let page = desk.page(&post);
    let canceled = owner.post(&format!("{page}/cancel"), &[]).await;
    assert_eq!(canceled.header("location"), format!("{page}?canceled"));
    let told = owner.get(canceled.header("location")).await.text();
    assert!(told.contains("Canceled.") && told.matches(&format!("{page}/again")).count() == 2, "{told}");
    let again = owner.post(&format!("{page}/again"), &[]).await;
    assert_eq!(again.header("location"), format!("{page}?planned"), "{}", again.text());
    let now = desk.read(&post).await;
    assert_eq!((&now["status"], &now["scheduled_at"]), (&json!("scheduled"), &post["scheduled_at"]));
    let refused = owner.post(&format!("{page}/again"), &[]).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert!(refused.text().contains("there is nothing to undo"), "{}", refused.text());
    desk.work_for_hours(72).await;
    assert_eq!(desk.public("After all"), 1);
}

#[tokio::test]
async fn what_was_canceled_too_late_becomes_a_draft_and_an_account_taken_off_stays_off() {
    let desk = Desk::new().await;
    let owner = desk.owner().await;
    let threads = desk.connect("threads").await;
    let post = desk.post("Only here", later()).await;
    let path = format!("/api/v1/posts/{}", post["id"].as_str().expect("an id"));
    let change = async |body: Value| {
        let answer = desk.call(Method::PATCH, &path, Some(body)).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        desk.app.clock.advance(std::time::Duration::from_secs(60));
    };
    change(json!({ "accounts": [desk.account, threads] })).await;
    change(json!({ "accounts": [desk.account] })).await;
    desk.call(Method::DELETE, &path, None).await;
    desk.app.clock.advance(std::time::Duration::from_secs(4 * 24 * 3600));
    let page = owner.get(&desk.page(&post)).await.text();
    assert!(page.contains("Make it a draft again"), "{page}");
    owner.post(&format!("{}/again", desk.page(&post)), &[]).await;
    let now = desk.read(&post).await;
    assert_eq!(now["status"], "draft", "{now}");
    let places = now["publications"].as_array().expect("places").iter();
    let drafts: Vec<_> = places.filter(|place| place["state"] == "draft").map(|p| &p["account"]).collect();
    assert_eq!(drafts, [&json!(desk.account)], "{now}");
}

#[tokio::test]
async fn only_what_nobody_sees_goes_into_the_trash() {
    let desk = Desk::new().await;
    let owner = desk.owner().await;
    let public = desk.post("Seen by many", json!({ "status": "now" })).await;
    desk.work().await;
    let refused = owner.post(&format!("{}/trash", desk.page(&public)), &[]).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert!(refused.text().contains("can&#39;t go into the trash"), "{}", refused.text());
    assert!(!owner.get(&desk.page(&public)).await.text().contains("/trash\""), "no button either");

    let planned = desk.post("Seen by nobody", later()).await;
    owner.post(&format!("{}/cancel", desk.page(&planned)), &[]).await;
    let contributor = desk.member(Role::Contributor).await;
    let url = format!("{}/trash", desk.page(&planned));
    assert_eq!(contributor.post(&url, &[]).await.status, StatusCode::FORBIDDEN);
    assert_eq!(owner.post(&url, &[]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(owner.get(&desk.page(&planned)).await.status, StatusCode::NOT_FOUND);
    let page = contributor.get(&format!("{}/trash", desk.home)).await.text();
    assert!(page.contains("Seen by nobody") && !page.contains("/erase\""), "{page}");
    owner.post(&format!("{}/restore", desk.page(&planned)), &[]).await;
    assert_eq!(desk.read(&planned).await["status"], "canceled", "it goes nowhere by that");
    desk.work_for_hours(72).await;
    assert_eq!(desk.public("Seen by nobody"), 0);
}

#[tokio::test]
async fn a_file_comes_back_or_goes_for_good() {
    let desk = Desk::new().await;
    let owner = desk.owner().await;
    let file = desk.upload("quay.jpg", "", &jpeg(64, 64)).await;
    let place = format!("{}/library/{}", desk.home, file["id"].as_str().expect("an id"));
    let trash = format!("{}/trash", desk.home);
    let thrown = owner.post(&format!("{place}/delete"), &[]).await;
    let told = owner.get(thrown.header("location")).await.text();
    assert!(
        told.contains("The file is in the trash.") && told.contains(&format!("{place}/restore")),
        "{told}"
    );
    assert!(owner.get(&trash).await.text().contains("quay.jpg"));
    assert_eq!(owner.post(&format!("{place}/restore"), &[]).await.header("location"), place);
    assert_eq!(owner.get(&place).await.status, StatusCode::OK);
    owner.post(&format!("{place}/delete"), &[]).await;
    owner.post(&format!("{place}/erase"), &[]).await;
    assert!(!owner.get(&trash).await.text().contains("quay.jpg"));
    assert_eq!(owner.post(&format!("{place}/restore"), &[]).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_draft_whose_file_was_deleted_meanwhile_says_so() {
    let desk = Desk::new().await;
    let owner = desk.owner().await;
    let file = desk.upload("quay.jpg", "", &jpeg(64, 64)).await;
    let draft = desk.post("With a picture", json!({ "media": [file["id"]] })).await;
    let page = desk.page(&draft);
    let compose = format!("{}/compose?post={}", desk.home, draft["id"].as_str().expect("an id"));
    let says = async || {
        let said = "A file of this post is not in the library any more.";
        (owner.get(&page).await.text().contains(said), owner.get(&compose).await.text().contains(said))
    };
    assert_eq!(says().await, (false, false));

    let place = format!("{}/library/{}", desk.home, file["id"].as_str().expect("an id"));
    owner.post(&format!("{page}/cancel"), &[]).await;
    owner.post(&format!("{place}/delete"), &[]).await;
    owner.post(&format!("{page}/restore"), &[]).await;
    assert_eq!(says().await, (true, true));
    owner.post(&format!("{place}/restore"), &[]).await;
    assert_eq!(says().await, (false, false));
}
