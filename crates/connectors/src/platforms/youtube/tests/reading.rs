//! What is read of channel and videos.

use serde_json::{Value, json};

use super::script::{Script, error_of, json_of};
use super::{CHANNEL, CONNECTOR, Lab};
use crate::contract::reader::{Count, Reader};

fn values(counts: &[Count]) -> Vec<(&str, i64, &str)> {
    counts.iter().map(|c| (c.metric.as_str(), c.value, c.native.as_str())).collect()
}

fn channel(statistics: Value) -> Value {
    json!({ "kind": "youtube#channelListResponse", "items": [{
        "kind": "youtube#channel", "id": CHANNEL,
        "snippet": { "title": "Mara Fields", "customUrl": "@marafields",
            "thumbnails": { "default": { "url": "https://yt3.example/88" }, "medium": { "url": "https://yt3.example/240" } } },
        "contentDetails": { "relatedPlaylists": { "likes": "", "uploads": "UU0123456789abcdefghijkl" } },
        "statistics": statistics, "status": { "privacyStatus": "public", "longUploadsStatus": "allowed" },
    }] })
}

#[tokio::test]
async fn a_channel_with_its_totals() {
    let open = json!({ "viewCount": "1234567", "subscriberCount": "123000", "hiddenSubscriberCount": false, "videoCount": "42" });
    let hidden =
        json!({ "viewCount": "9", "subscriberCount": "0", "hiddenSubscriberCount": true, "videoCount": "0" });
    let absent = json!({ "viewCount": "9", "hiddenSubscriberCount": true });
    let rest = ("views", 9, "statistics.viewCount");
    for (statistics, want) in [
        (
            open,
            vec![
                ("followers", 123_000, "statistics.subscriberCount"),
                ("posts", 42, "statistics.videoCount"),
                ("views", 1_234_567, "statistics.viewCount"),
            ],
        ),
        (hidden, vec![("posts", 0, "statistics.videoCount"), rest]),
        (absent, vec![rest]),
    ] {
        let lab = Lab::scripted(Script::default().on("channels.list", json_of(200, &channel(statistics))));
        let session = lab.adopted();
        let credential = session.credential();
        let profile = CONNECTOR.profile(&session.cx(&credential)).await.unwrap();
        assert_eq!(values(&profile.counts), want);
        let identity = profile.identity;
        assert_eq!((identity.remote_id.as_str(), identity.handle.as_str()), (CHANNEL, "marafields"));
        assert_eq!(
            (identity.name.as_str(), identity.avatar_url.as_deref()),
            ("Mara Fields", Some("https://yt3.example/240"))
        );
        assert_eq!(
            identity.meta,
            json!({ "uploads": "UU0123456789abcdefghijkl", "long_uploads": "allowed" })
        );
    }
}

#[tokio::test]
async fn a_channel_without_a_handle_goes_by_its_id() {
    let bare = json!({ "items": [{ "kind": "youtube#channel", "id": CHANNEL, "snippet": { "title": "" } }] });
    let lab = Lab::scripted(Script::default().on("channels.list", json_of(200, &bare)));
    let session = lab.adopted();
    let credential = session.credential();
    let profile = CONNECTOR.profile(&session.cx(&credential)).await.unwrap();
    assert_eq!((profile.identity.handle.as_str(), profile.identity.name.as_str()), (CHANNEL, CHANNEL));
    assert_eq!((profile.counts, profile.identity.avatar_url), (vec![], None));
}

#[tokio::test]
async fn no_channel_is_said_plainly() {
    for answer in [
        json_of(200, &json!({ "kind": "youtube#channelListResponse" })),
        error_of(401, "youtubeSignupRequired"),
    ] {
        let lab = Lab::scripted(Script::default().on("channels.list", answer));
        let session = lab.adopted();
        let credential = session.credential();
        let error = CONNECTOR.profile(&session.cx(&credential)).await.unwrap_err();
        assert_eq!(error.code, "no_channel", "{error:?}");
    }
}

fn item(n: usize) -> Value {
    json!({ "kind": "youtube#playlistItem", "contentDetails": { "videoId": format!("video{n:06}") } })
}

fn shown(n: usize, privacy: &str, upload: &str, statistics: Value) -> Value {
    json!({ "kind": "youtube#video", "id": format!("video{n:06}"),
        "snippet": { "publishedAt": format!("2026-10-{:02}T10:00:00Z", 28 - n % 28), "title": format!("Film {n}"), "description": "What it is." },
        "status": { "privacyStatus": privacy, "uploadStatus": upload }, "statistics": statistics })
}

#[tokio::test]
async fn all_pages_with_numbers_as_youtube_shows_them() {
    let full = json!({ "viewCount": "12", "likeCount": "3", "dislikeCount": "1", "favoriteCount": "0", "commentCount": "2" });
    let first = json!({ "kind": "youtube#playlistItemListResponse", "nextPageToken": "EAAaBlBUOkNESQ",
        "items": (0..50).map(item).collect::<Vec<_>>() });
    let last = json!({ "kind": "youtube#playlistItemListResponse", "items": (50..54).map(item).collect::<Vec<_>>() });
    let mut shown_first: Vec<_> = (0..50).map(|n| shown(n, "public", "processed", full.clone())).collect();
    // The network leaves out what is gone, and hides numbers.
    shown_first.remove(7);
    shown_first[0]["statistics"] = json!({ "viewCount": "5" });
    let shown_last = vec![
        shown(50, "private", "processed", json!({})),
        shown(
            51,
            "unlisted",
            "processed",
            json!({ "viewCount": "0", "likeCount": "0", "commentCount": "0" }),
        ),
        shown(52, "public", "rejected", json!({})),
        shown(53, "public", "uploaded", json!({})),
    ];
    let list =
        |items: &[Value]| json_of(200, &json!({ "kind": "youtube#videoListResponse", "items": items }));
    let script = Script::default()
        .only("playlistItems.list", [json_of(200, &first), json_of(200, &last)])
        .only("videos.list", [list(&shown_first), list(&shown_last)]);
    let lab = Lab::scripted(script);
    let session = lab.adopted();
    let credential = session.credential();
    let cx = session.cx(&credential);
    let page = CONNECTOR.posts(&cx, None).await.unwrap();
    assert_eq!((page.posts.len(), page.next.as_deref()), (49, Some("EAAaBlBUOkNESQ")));
    assert!(page.posts.windows(2).all(|two| two[0].published_at >= two[1].published_at), "newest first");
    let find = |id: &str| page.posts.iter().find(|p| p.remote_id == id).unwrap().clone();
    assert_eq!(values(&find("video000000").counts), [("views", 5, "statistics.viewCount")]);
    let one = find("video000001");
    assert_eq!(
        values(&one.counts),
        [
            ("views", 12, "statistics.viewCount"),
            ("likes", 3, "statistics.likeCount"),
            ("comments", 2, "statistics.commentCount")
        ]
    );
    assert_eq!(one.text, "Film 1\n\nWhat it is.");
    assert_eq!(one.url.as_deref(), Some("https://www.youtube.com/watch?v=video000001"));

    let page = CONNECTOR.posts(&cx, page.next.as_deref()).await.unwrap();
    let ids: Vec<_> = page.posts.iter().map(|p| p.remote_id.as_str()).collect();
    assert_eq!(
        (ids, page.next),
        (vec!["video000051", "video000053"], None),
        "what nobody can see is no post"
    );
    let asked = lab.of("playlistItems.list");
    assert_eq!(asked[0].get("playlistId").as_deref(), Some("UU0123456789abcdefghijkl"));
    assert_eq!(
        (asked[0].get("pageToken"), asked[1].get("pageToken").as_deref()),
        (None, Some("EAAaBlBUOkNESQ"))
    );
    assert_eq!(lab.of("videos.list")[0].get("id").unwrap().split(',').count(), 50, "one question for a page");
}

#[tokio::test]
async fn a_channel_that_never_had_a_video_has_no_posts() {
    let lab = Lab::scripted(Script::default().on("playlistItems.list", error_of(404, "playlistNotFound")));
    let session = lab.adopted();
    let credential = session.credential();
    let cx = session.cx(&credential);
    let page = CONNECTOR.posts(&cx, None).await.unwrap();
    assert_eq!((page.posts.len(), page.next), (0, None));
    let error = CONNECTOR.posts(&cx, Some("EAAaBlBUOkNESQ")).await.unwrap_err();
    assert_eq!(error.code, "playlist_not_found", "in the middle of a list it is an error");
}

#[tokio::test]
async fn an_account_without_notes_finds_its_uploads() {
    let script = Script::default()
        .on("channels.list", json_of(200, &channel(json!({}))))
        .on("playlistItems.list", json_of(200, &json!({ "items": [] })));
    let lab = Lab::scripted(script);
    let mut session = lab.adopted();
    session.account.meta = Value::Null;
    let credential = session.credential();
    let page = CONNECTOR.posts(&session.cx(&credential), None).await.unwrap();
    assert_eq!(page.posts.len(), 0);
    assert_eq!(
        lab.of("playlistItems.list")[0].get("playlistId").as_deref(),
        Some("UU0123456789abcdefghijkl")
    );
}
