//! Pictures, playlists, comments, and what the network says when it is told to fail.

use super::*;

async fn picture(net: &Net, id: &str, kind: &str, bytes: &[u8]) -> Reply {
    let url = format!("{UPLOAD}/thumbnails/set?uploadType=media&videoId={id}");
    let call = Call::post("raw", Safety::Invisible, url).header(http::header::AUTHORIZATION, &net.bearer());
    net.send(call.body(kind, Body::Bytes(bytes.to_vec().into()))).await
}

const JPEG: &[u8] = &[0xff, 0xd8, 0xff, 0xe0, 0, 0, 0, 0];

#[tokio::test]
async fn a_video_gets_a_picture_of_its_own() {
    let mut net = Net::new().await;
    let id = net.video("Pictured").await;
    let set = json_of(&picture(&net, &id, "image/jpeg", JPEG).await);
    assert_eq!(set["kind"], "youtube#thumbnailSetResponse");
    assert!(set["items"][0]["maxres"]["url"].as_str().unwrap().contains("/blobs/"), "{set}");
    let details = json_of(&net.get(&format!("videos?part=contentDetails&id={id}")).await);
    assert_eq!(details["items"][0]["contentDetails"]["hasCustomThumbnail"], true);
    json_of(&picture(&net, &id, "application/octet-stream", JPEG).await);
    let cases: [(&str, &[u8], (u16, &str)); 4] = [
        ("image/jpeg", b"", (400, "mediaBodyRequired")),
        ("image/jpeg", b"GIF89a....", (400, "invalidImage")),
        ("image/gif", b"GIF89a....", (400, "badContent")),
        ("image/jpeg", &[&JPEG[..4], &[0; 52_428_797]].concat(), (400, "invalidImage")),
    ];
    for (kind, bytes, (status, reason)) in cases {
        assert_eq!(refused(&picture(&net, &id, kind, bytes).await), (status, reason.to_owned()), "{kind}");
    }
    assert_eq!(
        refused(&picture(&net, "unknown1234", "image/jpeg", JPEG).await),
        (404, "videoNotFound".to_owned())
    );
    net.token = net.sign_in("theolund", EVERYTHING).await;
    assert_eq!(refused(&picture(&net, &id, "image/jpeg", JPEG).await), (403, "forbidden".to_owned()));
    let unverified = Net::of("nikospapadakis").await;
    let id = unverified.video("Plain").await;
    assert_eq!(refused(&picture(&unverified, &id, "image/jpeg", JPEG).await), (403, "forbidden".to_owned()));
}

#[tokio::test]
async fn shorts_take_pictures_since_november_and_once_processed() {
    let net = Net::new().await;
    let short = film("short", Some((1_080, 1_920, 15)));
    let id = net.upload(&meta("Short", "public"), &short).await["id"].as_str().unwrap().to_owned();
    net.wait(60);
    assert_eq!(refused(&picture(&net, &id, "image/jpeg", JPEG).await).0, 403, "it is the second of November");
    net.wait(86_400);
    let mut net = net;
    net.token = net.sign_in("marafields", EVERYTHING).await;
    json_of(&picture(&net, &id, "image/jpeg", JPEG).await);
    let second = net.upload(&meta("Short", "public"), &film("second", Some((1_080, 1_920, 15)))).await;
    assert_eq!(refused(&picture(&net, second["id"].as_str().unwrap(), "image/jpeg", JPEG).await).0, 403);
}

fn place(list: &str, video: &str, position: Option<u32>) -> Value {
    let mut body = json!({ "snippet": { "playlistId": list, "resourceId": { "kind": "youtube#video", "videoId": video } } });
    if let Some(position) = position {
        body["snippet"]["position"] = json!(position);
    }
    body
}

#[tokio::test]
async fn playlists_hold_each_video_once() {
    let mut net = Net::new().await;
    let (one, two) = (net.video("One").await, net.video("Two").await);
    let list = json!({ "snippet": { "title": "Best of" }, "status": { "privacyStatus": "public" } });
    let list =
        json_of(&net.post("playlists?part=snippet,status", list).await)["id"].as_str().unwrap().to_owned();
    let put = async |body: Value| net.post("playlistItems?part=snippet", body).await;
    assert_eq!(json_of(&put(place(&list, &one, None)).await)["snippet"]["position"], 0);
    assert_eq!(json_of(&put(place(&list, &two, Some(0))).await)["snippet"]["position"], 0);
    assert_eq!(refused(&put(place(&list, &one, None)).await), (409, "videoAlreadyInPlaylist".to_owned()));
    assert_eq!(refused(&put(place("PLunknown", &one, None)).await), (404, "playlistNotFound".to_owned()));
    assert_eq!(refused(&put(place(&list, "unknown1234", None)).await), (404, "videoNotFound".to_owned()));
    let three = net.video("Three").await;
    assert_eq!(refused(&put(place(&list, &three, Some(9))).await).1, "invalidPlaylistItemPosition");
    assert_eq!(refused(&put(json!({ "snippet": { "playlistId": list } })).await).1, "resourceIdRequired");
    assert_eq!(refused(&put(json!({ "snippet": {} })).await).1, "playlistIdRequired");
    let mine = json_of(&net.get("playlists?part=snippet,contentDetails,status&mine=true").await);
    assert_eq!(
        (mine["items"][0]["contentDetails"]["itemCount"].as_i64(), mine["items"][0]["id"].as_str()),
        (Some(2), Some(list.as_str()))
    );
    assert!(net.page(&format!("/playlist?list={list}")).await.snippet(20_000).contains("Best of"));
    let items = json_of(&net.get(&format!("playlistItems?part=snippet&playlistId={list}")).await);
    let titles = |items: &Value| {
        let all = items["items"].as_array().unwrap().iter();
        all.map(|item| item["snippet"]["title"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(titles(&items), ["Two", "One"]);
    net.delete(&format!("videos?id={two}")).await;
    net.put("videos?part=status", json!({ "id": one, "status": { "privacyStatus": "private" } })).await;
    let mine = net.token.clone();
    net.token = net.sign_in("theolund", EVERYTHING).await;
    let items = json_of(&net.get(&format!("playlistItems?part=id,snippet&playlistId={list}")).await);
    assert_eq!(titles(&items), ["Deleted video", "Private video"]);
    assert_eq!(refused(&net.post("playlistItems?part=snippet", place(&list, &three, None)).await).0, 403);
    net.token = mine;
    let item = items["items"][0]["id"].as_str().unwrap();
    assert_eq!(net.delete(&format!("playlistItems?id={item}")).await.status, StatusCode::NO_CONTENT);
    let renamed =
        json!({ "id": list, "snippet": { "title": "Kept" }, "status": { "privacyStatus": "private" } });
    assert_eq!(
        json_of(&net.put("playlists?part=snippet,status", renamed).await)["status"]["privacyStatus"],
        "private"
    );
    assert_eq!(net.delete(&format!("playlists?id={list}")).await.status, StatusCode::NO_CONTENT);
    assert_eq!(refused(&net.delete(&format!("playlists?id={list}")).await).1, "playlistNotFound");
}

fn comment(video: &str, text: &str) -> Value {
    json!({ "snippet": { "videoId": video, "topLevelComment": { "snippet": { "textOriginal": text } } } })
}

#[tokio::test]
async fn comments_wait_until_a_video_can_be_watched() {
    let net = Net::new().await;
    let say =
        async |video: &str, text: &str| net.post("commentThreads?part=snippet", comment(video, text)).await;
    let not_yet = || (400, "processingFailure".to_owned());
    let id = net.upload(&meta("New", "private"), &film("new", None)).await["id"].as_str().unwrap().to_owned();
    net.wait(60);
    assert_eq!(refused(&say(&id, "Too early").await), not_yet());
    let fresh =
        net.upload(&meta("Fresh", "public"), &film("fresh", None)).await["id"].as_str().unwrap().to_owned();
    assert_eq!(refused(&say(&fresh, "Not processed").await), not_yet());
    net.wait(60);
    let thread = json_of(&say(&fresh, "First & <best>").await);
    let top = &thread["snippet"]["topLevelComment"]["snippet"];
    assert_eq!(
        (thread["kind"].as_str(), top["textOriginal"].as_str()),
        (Some("youtube#commentThread"), Some("First & <best>"))
    );
    assert_eq!(top["textDisplay"], "First &amp; &lt;best&gt;");
    let live = net.live().await;
    assert_eq!(
        (live[1].kind.as_str(), live[1].parent.as_deref(), &live[1].remote_id),
        ("comment", Some(fresh.as_str()), &thread["id"].as_str().unwrap().to_owned())
    );
    let kids = json!({ "id": id, "status": { "privacyStatus": "public", "selfDeclaredMadeForKids": true } });
    json_of(&net.put("videos?part=status", kids).await);
    let off = || (403, "commentsDisabled".to_owned());
    assert_eq!(refused(&say(&id, "For kids").await), off());
    assert_eq!(refused(&net.get(&format!("commentThreads?part=snippet&videoId={id}")).await), off());
    assert_eq!(refused(&say("unknown1234", "Where?").await), (404, "videoNotFound".to_owned()));
    assert_eq!(refused(&say("", "Where?").await).1, "channelOrVideoIdMissing");
    assert_eq!(refused(&say(&fresh, " ").await).1, "commentTextRequired");
    assert_eq!(refused(&say(&fresh, &"x".repeat(10_001)).await).1, "commentTextTooLong");
    let mut strange = comment(&fresh, "Whose?");
    strange["snippet"]["channelId"] = json!("UCnobody");
    assert_eq!(refused(&net.post("commentThreads?part=snippet", strange).await).1, "channelNotFound");
    net.wait(5);
    say(&fresh, "Second").await;
    let path = format!("commentThreads?part=snippet&order=time&maxResults=1&videoId={fresh}");
    let first = json_of(&net.get(&path).await);
    assert_eq!(first["items"][0]["snippet"]["topLevelComment"]["snippet"]["textOriginal"], "Second");
    let next =
        json_of(&net.get(&format!("{path}&pageToken={}", first["nextPageToken"].as_str().unwrap())).await);
    assert_eq!(next["items"][0]["id"], thread["id"]);
    let counted = json_of(&net.get(&format!("videos?part=statistics&id={fresh}")).await);
    assert_eq!(counted["items"][0]["statistics"]["commentCount"], "2");
    let gone = format!("comments?id={}", thread["id"].as_str().unwrap());
    assert_eq!(net.delete(&gone).await.status, StatusCode::NO_CONTENT);
    assert_eq!(refused(&net.delete(&gone).await), (404, "commentNotFound".to_owned()));
    assert_eq!(net.live().await.len(), 3, "two videos and one comment");
    net.delete(&format!("videos?id={fresh}")).await;
    assert_eq!(net.live().await.len(), 1, "a video takes its comments with it");
}

#[tokio::test]
async fn scripted_trouble_speaks_googles_words() {
    let net = Net::new().await;
    let id = net.video("Trouble").await;
    let status = |kind| (FaultKind::Status, kind);
    let cases = [
        ("channels.list", status(Some(500)), (500, "internalError")),
        ("channels.list", status(Some(503)), (503, "backendError")),
        ("channels.list", status(Some(403)), (403, "quotaExceeded")),
        ("channels.list", status(Some(401)), (401, "authError")),
        ("channels.list", (FaultKind::RateLimit, None), (429, "rateLimitExceeded")),
        ("thumbnails.set", status(Some(429)), (429, "uploadRateLimitExceeded")),
        ("thumbnails.set", status(Some(403)), (403, "forbidden")),
        ("commentThreads.insert", status(Some(400)), (400, "processingFailure")),
        ("playlistItems.insert", status(Some(409)), (409, "videoAlreadyInPlaylist")),
        ("videos.insert.start", status(Some(400)), (400, "uploadLimitExceeded")),
        ("videos.update", status(Some(412)), (412, "conditionNotMet")),
    ];
    for (operation, (kind, code), (status, reason)) in cases {
        net.fault(operation, When::Before, kind, code);
        let reply = match operation {
            "channels.list" => net.get("channels?part=id&mine=true").await,
            "thumbnails.set" => picture(&net, &id, "image/jpeg", JPEG).await,
            "commentThreads.insert" => net.post("commentThreads?part=snippet", comment(&id, "x")).await,
            "playlistItems.insert" => net.post("playlistItems?part=snippet", place("PL", &id, None)).await,
            "videos.insert.start" => net.start(&meta("x", "private"), 10).await,
            _ => net.put("videos?part=status", json!({ "id": id, "status": {} })).await,
        };
        assert_eq!(refused(&reply), (status, reason.to_owned()), "{operation}");
    }
    let session = net.session(&meta("Gone", "private"), 10).await;
    net.fault("videos.insert.query", When::Before, FaultKind::Status, Some(404));
    assert_eq!(net.question(&session, "*").await.status, StatusCode::NOT_FOUND);
    let refresh = net.grant("theolund", EVERYTHING, &[]).await["refresh_token"].as_str().unwrap().to_owned();
    net.fault("oauth.token", When::Before, FaultKind::Status, Some(503));
    assert_eq!(net.refresh(&refresh).await.json::<Value>().unwrap()["error"], "internal_failure");
    net.fault("channels.list", When::Before, FaultKind::TokenRevoked, None);
    assert_eq!(refused(&net.get("channels?part=id&mine=true").await).1, "authError");
    assert_eq!(refused(&net.get("playlists?part=id&mine=true").await).1, "authError", "it stays revoked");
}

#[tokio::test]
async fn what_can_be_public_is_a_commit() {
    let net = Net::new().await;
    let id = net.video("Commits").await;
    let strike = || net.fault("commit", When::Before, FaultKind::Cut, None);
    let status = json!({ "id": id, "status": { "privacyStatus": "public" } });
    let put = |part: &str, body: &Value| {
        let url = format!("{V3}/videos?part={part}");
        let call = Call::new("raw", Safety::Invisible, Method::PUT, url);
        call.header(http::header::AUTHORIZATION, &net.bearer()).json(body)
    };
    strike();
    assert!(net.try_send(put("status", &status)).await.is_err());
    let snippet = json!({ "id": id, "snippet": { "title": "Renamed", "categoryId": "22" } });
    strike();
    assert!(net.try_send(put("snippet", &snippet)).await.is_ok(), "a title makes nothing public");
    let say = Call::post("raw", Safety::Invisible, format!("{V3}/commentThreads?part=snippet"));
    let say = say.header(http::header::AUTHORIZATION, &net.bearer()).json(&comment(&id, "Hello"));
    assert!(net.try_send(say).await.is_err());
}
