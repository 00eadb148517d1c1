//! Hashtags of an account's own posts, and emoji, for the composer.

use axum::http::StatusCode;
use carillon_domain::id::{AccountId, Id};
use carillon_domain::metric::{Observation, Reading};
use carillon_domain::permission::Role;
use carillon_domain::time::SignedDuration;
use carillon_store::StoreError;
use carillon_store::repo::remote_post::{self, RemotePostRow};

use crate::support::Browser;
use crate::support::desk::{Desk, on_both_desks};

/// A post that was found on the account, read so many hours after it became public.
async fn found(desk: &Desk, text: &str, likes: i64, hours: i64) {
    let engine = &desk.app.engine;
    let account: AccountId = desk.account.parse().expect("an id");
    let at = engine.clock.now() - SignedDuration::from_hours(100);
    let row = RemotePostRow {
        workspace: desk.workspace,
        account,
        id: Id::new(engine.clock.as_ref(), engine.entropy.as_ref()),
        remote_id: format!("{text} {likes} {hours}"),
        url: None,
        text: text.to_owned(),
        kind: None,
        published_at: at,
        publication: None,
        first_seen_at: at,
        seen: Observation {
            as_of: at + SignedDuration::from_hours(hours),
            readings: vec![Reading::new("likes", likes, "like_count")],
        },
    };
    let put = engine.db.write(move |tx| Box::pin(async move { remote_post::put(tx, &row).await }));
    put.await.map_err(|e: StoreError| e.to_string()).expect("a post");
}

async fn part(browser: &Browser<'_>, home: &str, query: &str) -> String {
    let answer = browser.get(&format!("{home}/compose/{query}")).await;
    assert_eq!(answer.status, StatusCode::OK, "{query}: {}", answer.text());
    answer.text()
}

async fn counted_from_kept_posts(desk: Desk) {
    let owner = desk.owner().await;
    let query = format!("hashtags?account={}", desk.account);
    let text = part(&owner, &desk.home, "hashtags").await;
    assert!(text.contains("Choose accounts to see the hashtags"), "{text}");
    let text = part(&owner, &desk.home, &query).await;
    assert!(text.contains("has a hashtag") && !text.contains("data-put"), "nothing is invented: {text}");

    for (words, likes, hours) in [
        ("At noon #Bells", 10, 72),
        ("At one #bells #towers", 40, 72),
        ("At two #Bells", 20, 72),
        // Too young when it was read: it counts, its number doesn't.
        ("At three #Bells", 9_000, 3),
    ] {
        found(&desk, words, likes, hours).await;
    }
    let text = part(&owner, &desk.home, &query).await;
    assert!(text.contains("hashtags of the latest 4 posts"), "{text}");
    assert!(text.contains("data-put=\"#Bells\"") && !text.contains("data-put=\"#bells\""), "{text}");
    assert!(text.contains("<small>in 4 posts, median of 20 engagements</small>"), "{text}");
    assert!(text.contains("<small>in 1 post</small>"), "one post's number is no median: {text}");
    let order = ["#Bells", "#towers"].map(|tag| text.find(&format!("data-put=\"{tag}\"")).expect(tag));
    assert!(order.is_sorted(), "{text}");
    assert!(!text.contains("<html"), "{text}");
    desk.app.dispose().await;
}
on_both_desks!(hashtags_are_counted_from_kept_posts, super::counted_from_kept_posts);

#[tokio::test]
async fn emoji_are_found_by_name_and_by_group() {
    let desk = Desk::new().await;
    let owner = desk.owner().await;
    let text = part(&owner, &desk.home, "emoji?q=bell&group=1").await;
    assert!(text.contains("data-put=\"🔔\"") && text.contains("aria-label=\"bell\""), "{text}");
    let text = part(&owner, &desk.home, "emoji?q=&group=4").await;
    assert!(text.contains("🍇") && !text.contains("🔔"), "{text}");
    let text = part(&owner, &desk.home, "emoji?q=%3Cnothing%3E").await;
    assert!(text.contains("No emoji is called that"), "{text}");
    let form = owner.get(&format!("{}/compose", desk.home)).await.text();
    assert!(form.contains("<option value=\"4\">Food and drink</option>"), "{form}");
    let reader = desk.member(Role::Analyst).await;
    for part in ["emoji", "hashtags"] {
        let refused = reader.get(&format!("{}/compose/{part}", desk.home)).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{part}");
    }
}
