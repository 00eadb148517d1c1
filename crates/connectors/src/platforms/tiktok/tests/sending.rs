//! What exactly goes over the wire when all goes well.

use carillon_domain::connector_error::ErrorKind;
use carillon_domain::publication::Delivered;
use serde_json::json;

use super::canned::{
    CREATOR, INBOX, INIT, PICTURES, PICTURES_ID, POST_ID, PUBLISH_ID, PUT, STATUS, Stage, creator, no, ok,
    posted, sent_ranges, status, stored, with,
};
use crate::conformance::Outcome;

const FIVE: u64 = 5 * 1024 * 1024;

fn failure(outcome: &Outcome) -> (&str, ErrorKind) {
    let error = outcome.error().unwrap_or_else(|| panic!("{outcome:?}"));
    assert!(!error.cause.is_empty() && !error.action.is_empty(), "{error:?}");
    (&error.code, error.kind.clone())
}

#[tokio::test]
async fn a_small_video_is_announced_sent_and_asked_for() {
    let stage = Stage::new();
    let session = stage.account();
    let options =
        json!({ "allow_comments": true, "thumb_offset": 1_500, "own_brand": true, "is_ai_generated": true });
    let outcome = session.publish(&with(stage.video(5_000), &options)).await;
    assert_eq!(outcome.remote_ids(), [POST_ID]);
    let url = outcome.progress().units[0].remote_url.clone();
    assert_eq!(url.as_deref(), Some("https://www.tiktok.com/@marafields/video/7590123456789012345"));
    let order: Vec<String> = stage.network.asked().into_iter().map(|asked| asked.what).collect();
    assert_eq!(order, [CREATOR, INIT, PUT, STATUS]);
    let asked = stage.network.asked();
    assert_eq!(asked[0].json(), json!({}));
    assert_eq!(
        asked[1].json(),
        json!({
            "post_info": {
                "title": "Ten seconds of waves.",
                "privacy_level": "PUBLIC_TO_EVERYONE",
                "disable_comment": false,
                "disable_duet": true,
                "disable_stitch": true,
                "video_cover_timestamp_ms": 1_500,
                "brand_content_toggle": false,
                "brand_organic_toggle": true,
                "is_aigc": true,
            },
            "source_info": { "source": "FILE_UPLOAD", "video_size": 5_000, "chunk_size": 5_000, "total_chunk_count": 1 },
        })
    );
    for call in [&asked[0], &asked[1], &asked[3]] {
        assert_eq!(call.header("authorization"), Some("Bearer act.access"), "{}", call.what);
        assert_eq!(call.header("content-type"), Some("application/json; charset=UTF-8"), "{}", call.what);
    }
    let bytes = &asked[2];
    assert_eq!(bytes.header("authorization"), None, "the address is the permission");
    assert_eq!(
        (bytes.header("content-range"), bytes.header("content-type"), bytes.body.len()),
        (Some("bytes 0-4999/5000"), Some("video/mp4"), 5_000)
    );
    assert_eq!(asked[3].json(), json!({ "publish_id": PUBLISH_ID }));
}

#[tokio::test]
async fn a_large_video_goes_out_in_parts_of_which_the_last_is_the_commit() {
    let stage = Stage::new();
    let session = stage.account();
    let total = 3 * FIVE + 7;
    let post = stage.video(usize::try_from(total).expect("small enough"));
    let part = total / 3;
    let taken = |n: u64| stored(206, n * part, total);
    stage.network.on(PUT, [taken(1), taken(2), super::canned::complete()]);
    assert_eq!(session.publish(&post).await.remote_ids(), [POST_ID]);
    let source = stage.network.asked_of(INIT)[0].json()["source_info"].clone();
    assert_eq!((&source["chunk_size"], &source["total_chunk_count"]), (&json!(part), &json!(3)));
    let told = |from: u64, to: u64| format!("bytes {from}-{}/{total}", to - 1);
    assert_eq!(sent_ranges(&stage.network), [told(0, part), told(part, 2 * part), told(2 * part, total)]);
    let sent: Vec<u8> = stage.network.asked_of(PUT).iter().flat_map(|asked| asked.body.to_vec()).collect();
    assert_eq!(Some(sent.into()), stage.bench.library.bytes(post.root.media[0].id), "the file, to the byte");
}

#[tokio::test]
async fn a_draft_says_nothing_but_where_the_bytes_are() {
    let stage = Stage::new();
    stage.network.on(STATUS, [status("PROCESSING_UPLOAD"), status("SEND_TO_USER_INBOX")]);
    let session = stage.account();
    let outcome = session.publish(&with(stage.video(5_000), &json!({ "mode": "inbox" }))).await;
    let unit = &outcome.progress().units[0];
    assert!(outcome.is_published() && unit.delivered == Delivered::Inbox, "{outcome:?}");
    assert_eq!((&unit.remote_id, &unit.remote_url), (&None, &None), "there is no post yet");
    assert_eq!(stage.network.asked_of(INIT).len() + stage.network.asked_of(CREATOR).len(), 0);
    let body = stage.network.asked_of(INBOX)[0].json();
    let source =
        json!({ "source": "FILE_UPLOAD", "video_size": 5_000, "chunk_size": 5_000, "total_chunk_count": 1 });
    assert_eq!(body, json!({ "source_info": source }));
}

#[tokio::test]
async fn pictures_are_fetched() {
    let stage = Stage::new();
    stage.network.on(STATUS, [status("PROCESSING_DOWNLOAD"), posted()]);
    let session = stage.account();
    let post = stage.pictures();
    let options =
        json!({ "title": "Rocks", "cover_picture": 2, "auto_music": true, "paid_partnership": true });
    let outcome = session.publish(&with(post.clone(), &options)).await;
    assert_eq!(outcome.remote_ids(), [POST_ID]);
    let url = outcome.progress().units[0].remote_url.clone();
    assert_eq!(url.as_deref(), Some("https://www.tiktok.com/@marafields/photo/7590123456789012345"));
    let urls: Vec<String> =
        post.root.media.iter().map(|file| format!("https://media.carillon.example/{}", file.id)).collect();
    let bodies = stage.network.asked_of(PICTURES);
    assert_eq!(bodies.len(), 1);
    assert_eq!(
        bodies[0].json(),
        json!({
            "media_type": "PHOTO",
            "post_mode": "DIRECT_POST",
            "post_info": {
                "title": "Rocks",
                "description": "Two of the same rock.",
                "privacy_level": "PUBLIC_TO_EVERYONE",
                "disable_comment": true,
                "auto_add_music": true,
                "brand_content_toggle": true,
                "brand_organic_toggle": false,
            },
            "source_info": { "source": "PULL_FROM_URL", "photo_images": urls, "photo_cover_index": 1 },
        })
    );
    let asked = stage.network.asked_of(STATUS);
    assert!(asked.iter().all(|asked| asked.json() == json!({ "publish_id": PICTURES_ID })));

    stage.network.on(STATUS, [status("SEND_TO_USER_INBOX")]);
    let outcome = session.publish(&with(post, &json!({ "mode": "inbox" }))).await;
    assert!(outcome.remote_ids().is_empty(), "{outcome:?}");
    let body = stage.network.asked_of(PICTURES)[1].json();
    assert_eq!(body["post_mode"], "MEDIA_UPLOAD");
    assert_eq!(body["post_info"], json!({ "title": "", "description": "Two of the same rock." }));
}

#[tokio::test]
async fn a_video_is_fetched_where_the_operator_says_so() {
    let stage = Stage::new();
    stage.network.on(INIT, [ok(&json!({ "publish_id": "v_pub_url~v2-1.1" }))]);
    let session = stage.account_with(&[("video_transfer", "pull")]);
    let post = stage.video(5_000);
    assert_eq!(session.publish(&post).await.remote_ids(), [POST_ID]);
    let body = stage.network.asked_of(INIT)[0].json();
    let url = format!("https://media.carillon.example/{}", post.root.media[0].id);
    assert_eq!(body["source_info"], json!({ "source": "PULL_FROM_URL", "video_url": url }));
    assert_eq!(stage.network.asked_of(PUT).len(), 0);
}

#[tokio::test]
async fn what_nobody_can_fetch_is_refused_before_anything_is_asked() {
    let stage = Stage::new();
    stage.bench.library.hide();
    let session = stage.account();
    let outcome = session.publish(&stage.pictures()).await;
    assert_eq!(failure(&outcome), ("no_public_url", ErrorKind::Rejected));
    assert!(stage.network.asked().is_empty());
    assert!(session.publish(&stage.video(5_000)).await.is_published(), "a video is sent");
}

#[tokio::test]
async fn what_the_account_allows_now_decides() {
    let stage = Stage::new();
    let mut now = creator();
    now["comment_disabled"] = json!(true);
    now["duet_disabled"] = json!(true);
    stage.network.on(CREATOR, [ok(&now)]);
    let session = stage.account();
    let all = json!({ "allow_comments": true, "allow_duet": true, "allow_stitch": true });
    assert!(session.publish(&with(stage.video(5_000), &all)).await.is_published());
    let info = stage.network.asked_of(INIT)[0].json()["post_info"].clone();
    assert_eq!(
        (&info["disable_comment"], &info["disable_duet"], &info["disable_stitch"]),
        (&json!(true), &json!(true), &json!(false))
    );

    // The account became private, and its limit of length is lower today.
    now["privacy_level_options"] = json!(["FOLLOWER_OF_CREATOR", "MUTUAL_FOLLOW_FRIENDS", "SELF_ONLY"]);
    now["max_video_post_duration_sec"] = json!(9);
    stage.network.on(CREATOR, [ok(&now)]);
    let outcome = session.publish(&stage.video(5_000)).await;
    assert_eq!(failure(&outcome), ("privacy_unavailable", ErrorKind::Rejected));
    let action = outcome.error().map(|e| e.action.clone()).unwrap_or_default();
    assert!(action.contains("followers, friends, private"), "{action}");
    let cause = outcome.error().map(|e| e.cause.clone()).unwrap_or_default();
    assert!(cause.contains("does not offer \"public\"") && cause.contains("private"), "{cause}");
    let outcome = session.publish(&with(stage.video(5_000), &json!({ "privacy": "private" }))).await;
    assert_eq!(failure(&outcome), ("too_long", ErrorKind::Rejected));
    assert_eq!(stage.network.asked_of(INIT).len(), 1, "nothing was begun");
}

#[tokio::test]
async fn a_choice_that_vanishes_at_the_last_moment_is_told_as_what_it_is() {
    let stage = Stage::new();
    let session = stage.account();
    // What is kept with the account and what it says right before offer the choice; then somebody makes the account private.
    for (call, post) in [(PICTURES, stage.pictures()), (INIT, stage.video(5_000))] {
        stage.network.on(CREATOR, [ok(&creator())]);
        stage.network.on(call, [no(403, "privacy_level_option_mismatch")]);
        let outcome = session.publish(&post).await;
        assert_eq!(failure(&outcome), ("privacy_unavailable", ErrorKind::Rejected), "{call}");
        let error = outcome.error().expect("an error");
        assert!(error.cause.contains("who can see") && error.cause.contains("private"), "{error:?}");
        assert!(error.action.contains("Choose another one"), "{error:?}");
        assert_eq!(stage.network.asked_of(call).len(), 1, "{call}: it is not tried again");
    }
    assert_eq!(stage.network.asked_of(CREATOR).len(), 2, "asked before each");
    assert!(stage.network.asked_of(PUT).is_empty());
}

#[tokio::test]
async fn nothing_goes_out_that_nobody_chose_who_may_see() {
    let stage = Stage::new();
    let session = stage.account();
    for privacy in [json!(null), json!("choose")] {
        let outcome = session.publish(&with(stage.video(5_000), &json!({ "privacy": privacy }))).await;
        assert_eq!(failure(&outcome), ("missing", ErrorKind::Rejected));
    }
    assert!(stage.network.asked().is_empty());
}

#[tokio::test]
async fn without_its_permission_an_account_must_be_connected_again() {
    let stage = Stage::new();
    for (scopes, options, code) in [
        ("user.info.basic,video.upload", json!({}), Some("scope_missing")),
        ("user.info.basic,video.publish", json!({ "mode": "inbox" }), Some("scope_missing")),
        ("user.info.basic,video.upload", json!({ "mode": "inbox" }), None),
    ] {
        stage.network.on(STATUS, [status("SEND_TO_USER_INBOX")]);
        let session = stage.account();
        session.set_credential(super::canned::credential(scopes));
        let outcome = session.publish(&with(stage.video(5_000), &options)).await;
        assert_eq!(outcome.error().map(|e| e.code.as_str()), code, "{scopes} {options}: {outcome:?}");
        if let Some(error) = outcome.error() {
            assert_eq!(error.kind, ErrorKind::PermissionMissing);
        }
    }
}
