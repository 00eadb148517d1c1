//! Videos of a Page: in one request, in chunks, and by a handle.

use serde_json::{Value, json};

use super::*;
use crate::kit::http::Body;

const VIDEO: &str = "https://graph-video.facebook.com/v26.0";
const MIB: usize = 1024 * 1024;

fn movie(net: &Net, bytes: usize) -> (MediaInfo, Bytes) {
    let media = net.bench.library.mp4(bytes, 10_000, None);
    let content = net.bench.library.bytes(media.id).unwrap();
    (media, content)
}

#[tokio::test]
async fn one_request_is_enough_for_a_video() {
    let net = Net::new();
    let page = net.page().await;
    let path = format!("{VIDEO}/{}/videos", page.id);
    let (media, content) = movie(&net, 30_000);
    let params = [("description", "by file"), ("title", "Waves")];
    let video = id(&net.upload(&path, &page.token, &params, ("source", content)).await);
    assert!(net.ledger().is_empty(), "not before it is processed");
    net.wait(20);
    let fields = [("fields", "post_id,published,title,permalink_url,status")];
    let shown = ok(&net.get(&video, &page.token, &fields).await);
    let [item] = net.ledger().try_into().unwrap();
    assert_eq!(
        (shown["post_id"].as_str(), &shown["title"]),
        (Some(item.remote_id.as_str()), &json!("Waves"))
    );
    assert_eq!((item.text.as_str(), item.media[0].sha256.as_str()), ("by file", media.sha256.as_str()));
    let pulled = url_of(&movie(&net, 10_000).0);
    id(&net.on(&page, "videos", &[("file_url", &pulled), ("description", "pulled")]).await);
    let nowhere = [("file_url", "https://media.carillon.example/none")];
    let failed = id(&net.on(&page, "videos", &nowhere).await);
    net.wait(20);
    let shown = ok(&net.get(&failed, &page.token, &[("fields", "status")]).await);
    assert_eq!(shown["status"]["video_status"], "error");
    assert_eq!(net.ledger().len(), 2);
    assert_eq!(refusal(&net.on(&page, "videos", &[]).await), (400, 100, 0));
    let edge = net.post(&format!("{VIDEO}/{}/feed", page.id), &page.token, &[("message", "x")]).await;
    assert_eq!(edge.status, StatusCode::NOT_FOUND, "only videos there");
}

#[tokio::test]
async fn chunks_are_asked_for_by_their_offsets() {
    let net = Net::new();
    let page = net.page().await;
    let path = format!("{VIDEO}/{}/videos", page.id);
    let (media, content) = movie(&net, 9 * MIB);
    let size = content.len().to_string();
    let start = [("upload_phase", "start"), ("file_size", size.as_str())];
    let started = ok(&net.post(&path, &page.token, &start).await);
    let session = started["upload_session_id"].as_str().unwrap().to_owned();
    assert_eq!((&started["start_offset"], &started["end_offset"]), (&json!("0"), &json!("4194304")));
    let transfer = async |from: usize, to: usize| {
        let from_text = from.to_string();
        let params = [
            ("upload_phase", "transfer"),
            ("upload_session_id", session.as_str()),
            ("start_offset", &from_text),
        ];
        net.upload(&path, &page.token, &params, ("video_file_chunk", content.slice(from..to))).await
    };
    let next = ok(&transfer(0, 4 * MIB).await);
    assert_eq!((&next["start_offset"], &next["end_offset"]), (&json!("4194304"), &json!("8388608")));
    let lost = transfer(0, 4 * MIB).await;
    assert_eq!(refusal(&lost), (400, 6_001, 1_363_037));
    assert_eq!(lost.json::<Value>().unwrap()["error"]["error_data"]["start_offset"], "4194304");
    assert_eq!(refusal(&transfer(4 * MIB, 9 * MIB).await).1, 6_001, "too much at once");
    let finish =
        [("upload_phase", "finish"), ("upload_session_id", session.as_str()), ("description", "large")];
    assert_eq!(refusal(&net.post(&path, &page.token, &finish).await).1, 6_001, "too early");
    // Less than what was asked for is fine.
    ok(&transfer(4 * MIB, 5 * MIB).await);
    let last = ok(&transfer(5 * MIB, 9 * MIB).await);
    assert_eq!(last["start_offset"], last["end_offset"]);
    assert_eq!(ok(&net.post(&path, &page.token, &finish).await), json!({ "success": true }));
    assert_eq!(refusal(&net.post(&path, &page.token, &finish).await).1, 6_000, "once");
    net.wait(20);
    let video = started["video_id"].as_str().unwrap();
    let shown = ok(&net.get(video, &page.token, &[("fields", "published,post_id")]).await);
    let [item] = net.ledger().try_into().unwrap();
    assert_eq!((&shown["published"], item.media[0].sha256.as_str()), (&json!(true), media.sha256.as_str()));
    let cancel = ok(&net.post(&path, &page.token, &start).await);
    let cancelled = cancel["upload_session_id"].as_str().unwrap();
    let params = [("upload_phase", "cancel"), ("upload_session_id", cancelled)];
    ok(&net.post(&path, &page.token, &params).await);
    assert_eq!(refusal(&net.post(&path, &page.token, &params).await).1, 6_000);
}

#[tokio::test]
async fn a_handle_stands_for_a_file_once() {
    let net = Net::new();
    let page = net.page().await;
    let user = net.user("marafields").await;
    let (media, content) = movie(&net, 30_000);
    let params = [("file_name", "a.mp4"), ("file_length", "30000"), ("file_type", "video/mp4")];
    assert_eq!(refusal(&net.post(&format!("{APP}/uploads"), &page.token, &params).await).1, 190);
    let upload = id(&net.post(&format!("{APP}/uploads"), &user, &params).await);
    let send = async |offset: &str, bytes: Bytes| {
        let call = Call::post("raw", Safety::Invisible, format!("{GRAPH}/{upload}"))
            .header(http::header::AUTHORIZATION, &format!("OAuth {user}"))
            .header(http::HeaderName::from_static("file_offset"), offset);
        net.send(call.body("application/octet-stream", Body::Bytes(bytes))).await
    };
    assert_eq!(refusal(&send("0", content.slice(..10_000)).await), (500, 2, 0), "broken off");
    assert_eq!(ok(&net.get(&upload, &user, &[]).await)["file_offset"], 10_000);
    assert_eq!(refusal(&send("0", content.clone()).await), (400, 100, 0));
    let done = ok(&send("10000", content.slice(10_000..)).await);
    let handle = done["h"].as_str().unwrap();
    let params = [("fbuploader_video_file_chunk", handle), ("description", "by handle")];
    id(&net.on(&page, "videos", &params).await);
    net.wait(20);
    net.list(&page, "videos", "id").await;
    assert_eq!(net.ledger()[0].media[0].sha256, media.sha256);
    assert_eq!(refusal(&net.on(&page, "videos", &params).await), (400, 100, 0));
}
