//! Chunks, byte by byte.

use futures::StreamExt;
use sha2::{Digest, Sha256};

use super::films::long_film;
use super::*;

const PUBLIC: &str = "PUBLIC_TO_EVERYONE";
const MB: u64 = 1_000_000;

fn source(total: u64, chunk: u64, count: u64) -> Value {
    json!({ "source": "FILE_UPLOAD", "video_size": total, "chunk_size": chunk, "total_chunk_count": count })
}

fn range(reply: &Reply) -> (u16, Option<&str>) {
    (reply.status.as_u16(), reply.header("content-range"))
}

#[tokio::test]
async fn chunks_are_counted_as_the_pages_say() {
    let net = Net::new();
    net.rules(|memory| memory.rules.daily_posts = Some(1_000));
    let mara = net.mara().await;
    let gib4 = 4 * 1024 * 1024 * 1024;
    let good = [
        (3_145_728, 3_145_728, 1),
        (1, 1, 1),
        (5 * MB, 5 * MB, 1),
        (50_000_123, 10 * MB, 5),
        (64 * MB, 64 * MB, 1),
        (64_000_001, 64 * MB, 1),
        (150 * MB, 64 * MB, 2),
        (gib4, 64 * MB, 67),
        (gib4, 5 * MB, 858),
    ];
    let bad = [
        (0, 0, 1, "invalid_param"),
        (3 * MB, 2 * MB, 1, "invalid_param"),
        (3 * MB, 5 * MB, 1, "invalid_param"),
        (50_000_123, 4 * MB, 12, "invalid_param"),
        (150 * MB, 65 * MB, 2, "invalid_param"),
        (50_000_123, 10 * MB, 6, "invalid_param"),
        (50_000_123, 10 * MB, 4, "invalid_param"),
        (8 * MB, 10 * MB, 1, "invalid_param"),
        (100 * MB, 100 * MB, 1, "invalid_param"),
        (gib4 + 1, 64 * MB, 67, "invalid_file_upload"),
    ];
    let ask = async |total, chunk, count| {
        net.wait(11);
        let body = json!({ "post_info": info("", PUBLIC), "source_info": source(total, chunk, count) });
        mara.publish("video/init", body).await
    };
    for (total, chunk, count) in good {
        let reply = ask(total, chunk, count).await;
        assert_eq!(told(&reply), code(200, "ok"), "{total} {chunk} {count}: {}", reply.snippet(300));
    }
    for (total, chunk, count, why) in bad {
        assert_eq!(told(&ask(total, chunk, count).await), code(400, why), "{total} {chunk} {count}");
    }
    for wrong in [
        json!({ "source": "FILE_UPLOAD", "video_size": 500 }),
        json!({ "source": "FILE_UPLOAD", "video_size": "500", "chunk_size": 500, "total_chunk_count": 1 }),
        json!({ "source": "BY_POST", "video_size": 500, "chunk_size": 500, "total_chunk_count": 1 }),
    ] {
        net.wait(11);
        let body = json!({ "post_info": info("", PUBLIC), "source_info": wrong });
        assert_eq!(told(&mara.publish("video/init", body).await), code(400, "invalid_param"));
    }
}

/// A direct post of 12 MB in two chunks, the last of which takes the remainder.
async fn two_chunks(mara: &Someone<'_>, title: &str) -> Begun {
    let body = json!({ "post_info": info(title, PUBLIC), "source_info": source(12_000_001, 5 * MB, 2) });
    begun(&mara.publish("video/init", body).await)
}

const FIRST: &str = "bytes 0-4999999/12000001";
const LAST: &str = "bytes 5000000-12000000/12000001";

#[tokio::test]
async fn chunks_come_in_order_and_the_last_takes_the_rest() {
    let net = Net::new();
    let mara = net.mara().await;
    let file = long_film(12_000_001);
    let Begun { id, url } = two_chunks(&mara, "Two chunks").await;
    let host = Url::parse(&url).unwrap().host_str().unwrap().to_owned();
    assert!(host.contains("upload") && host.ends_with(".tiktokapis.com"), "{host}");
    let (first, last) = (file.slice(..5_000_000), file.slice(5_000_000..));
    let early = net.put(&url, LAST, last.clone()).await;
    assert_eq!(range(&early), (416, Some("bytes */12000001")));
    let stored = Some("bytes 0-4999999/12000001");
    assert_eq!(range(&net.put(&url, FIRST, first.clone()).await), (206, stored));
    assert_eq!(range(&net.put(&url, FIRST, first).await), (416, stored), "it is there already");
    let status = data(&mara.status(&id).await);
    assert_eq!(status, json!({ "status": "PROCESSING_UPLOAD", "uploaded_bytes": 5_000_000 }));
    assert!(net.live().is_empty());
    let all = Some("bytes 0-12000000/12000001");
    assert_eq!(range(&net.put(&url, LAST, last.clone()).await), (201, all));
    assert_eq!(range(&net.put(&url, LAST, last.clone()).await), (201, all), "once more changes nothing");
    net.rules(|memory| memory.rules.repeated_is_416 = true);
    assert_eq!(range(&net.put(&url, LAST, last).await), (416, all));
    assert_eq!(data(&mara.status(&id).await)["uploaded_bytes"], 12_000_001);
    let live = net.live();
    assert_eq!((live.len(), live[0].text.as_str(), live[0].kind.as_str()), (1, "Two chunks", "video"));
    assert_eq!(live[0].media[0].sha256, hex::encode(Sha256::digest(&file)));
    assert_eq!(live[0].media[0].bytes, 12_000_001);
}

#[tokio::test]
async fn requests_against_the_protocol_are_refused() {
    let net = Net::new();
    let mara = net.mara().await;
    let file = long_film(12_000_001);
    let Begun { url, .. } = two_chunks(&mara, "Strict").await;
    let first = || Body::Bytes(file.slice(..5_000_000));
    let short = || Body::Bytes(file.slice(..4_000_000));
    let calls = [
        part(&url, FIRST, first()).header(CONTENT_TYPE, "image/jpeg"),
        part(&url, FIRST, first()).header(AUTHORIZATION, &format!("Bearer {}", mara.access())),
        part(&url, FIRST, short()),
        part(&url, "bytes 0-3999999/12000001", short()),
        part(&url, "bytes 0-4999999/12000002", first()),
        part(&url, "bytes 4999999-0/12000001", first()),
        part(&url, "bytes 0-4999999/*", first()),
        part(&url, "0-4999999/12000001", first()),
        Call::new("raw", Safety::Invisible, Method::PUT, &url).body("video/mp4", first()),
    ];
    for (number, call) in calls.into_iter().enumerate() {
        let reply = net.send(call).await;
        assert_eq!((reply.status, reply.body.len()), (StatusCode::BAD_REQUEST, 0), "case {number}");
    }
    let strange = url.replace("upload_token=", "upload_token=x");
    assert_eq!(net.put(&strange, FIRST, file.slice(..5_000_000)).await.status, StatusCode::NOT_FOUND);
    let good = part(&url, FIRST, first()).header(CONTENT_TYPE, "video/quicktime");
    assert_eq!(net.send(good).await.status, StatusCode::PARTIAL_CONTENT);
}

#[tokio::test]
async fn a_chunk_that_breaks_off_is_sent_again_as_a_whole() {
    let net = Net::new();
    let mara = net.mara().await;
    let file = long_film(12_000_001);
    let Begun { id, url } = two_chunks(&mara, "Broken").await;
    let pieces: Vec<_> = file[..600_000].chunks(10_000).map(|piece| Ok(file.slice_ref(piece))).collect();
    let body = Body::Stream { len: 5_000_000, stream: futures::stream::iter(pieces).boxed() };
    let lost = net.try_send(part(&url, FIRST, body)).await;
    assert!(lost.is_err() || lost.is_ok_and(|reply| reply.status.is_server_error()));
    assert_eq!(data(&mara.status(&id).await)["uploaded_bytes"], 0);
    assert_eq!(net.put(&url, FIRST, file.slice(..5_000_000)).await.status, StatusCode::PARTIAL_CONTENT);
    assert_eq!(net.put(&url, LAST, file.slice(5_000_000..)).await.status, StatusCode::CREATED);
    assert_eq!(net.live()[0].media[0].sha256, hex::encode(Sha256::digest(&file)));
}

#[tokio::test]
async fn links_live_an_hour_and_tasks_die_with_them() {
    let net = Net::new();
    let mara = net.mara().await;
    let file = film("late");
    let Begun { id, url } = mara.direct("Late", PUBLIC, file.len()).await;
    net.wait(3_599);
    assert_eq!(mara.stands(&id).await, ("PROCESSING_UPLOAD".to_owned(), None));
    net.wait(1);
    assert_eq!(net.put_whole(&url, &file).await.status, StatusCode::FORBIDDEN);
    assert_eq!(mara.stands(&id).await, ("FAILED".to_owned(), Some("internal".to_owned())));
    assert!(net.live().is_empty());
}

#[tokio::test]
async fn upload_hosts_take_turns_and_take_nothing_else() {
    let net = Net::new();
    let mara = net.mara().await;
    let mut hosts = Vec::new();
    for _ in 0..6 {
        let url = mara.direct("Host", PUBLIC, 500).await.url;
        hosts.push(Url::parse(&url).unwrap().host_str().unwrap().to_owned());
    }
    hosts.sort_unstable();
    hosts.dedup();
    assert_eq!(hosts, ["open-upload.tiktokapis.com", "upload.us.tiktokapis.com"]);
    let elsewhere = Call::get("raw", "https://open-upload.tiktokapis.com/v2/user/info/?fields=open_id");
    assert_eq!(net.send(mara.bearer(elsewhere)).await.status, StatusCode::NOT_FOUND);
}
