//! The resumable protocol, byte by byte, and what becomes of a file.

use sha2::{Digest, Sha256};

use super::*;

#[tokio::test]
async fn a_file_goes_up_in_chunks() {
    let net = Net::new().await;
    let file = long_film(3 * KIB256 + 1_000);
    let session = net.session(&meta("Chunks", "public"), file.len()).await;
    assert!(session.contains("upload_id="), "{session}");
    let empty = net.question(&session, &file.len().to_string()).await;
    assert_eq!((empty.status.as_u16(), empty.header("range")), (308, None), "nothing is stored");
    let first = net.chunk(&session, &file, 0, KIB256).await;
    assert_eq!((first.status.as_u16(), first.header("range")), (308, Some("bytes=0-262143")));
    let second = net.chunk(&session, &file, KIB256, 3 * KIB256).await;
    assert_eq!(second.header("range"), Some("bytes=0-786431"));
    assert!(net.live().await.is_empty());
    let last = net.chunk(&session, &file, 3 * KIB256, file.len()).await;
    assert_eq!(last.status, StatusCode::CREATED);
    let video: Value = last.json().unwrap();
    assert_eq!(
        (video["kind"].as_str(), video["snippet"]["title"].as_str()),
        (Some("youtube#video"), Some("Chunks"))
    );
    assert_eq!(video["id"].as_str().unwrap().len(), 11);
    let live = net.live().await;
    assert_eq!(
        (live.len(), &live[0].remote_id, live[0].text.as_str()),
        (1, &video["id"].as_str().unwrap().to_owned(), "About Chunks.")
    );
    assert_eq!(live[0].media[0].sha256, hex::encode(Sha256::digest(&file)));
    // Everything once more changes nothing.
    for total in [file.len().to_string(), "*".to_owned()] {
        let again = net.question(&session, &total).await;
        assert_eq!(json_of(&again)["id"], video["id"]);
    }
    assert_eq!(json_of(&net.chunk(&session, &file, 3 * KIB256, file.len()).await)["id"], video["id"]);
    assert_eq!(net.live().await.len(), 1);
}

#[tokio::test]
async fn what_arrived_before_a_break_is_kept() {
    let net = Net::new().await;
    let file = long_film(2 * KIB256 + 77_777);
    let session = net.session(&meta("Broken", "unlisted"), file.len()).await;
    // The whole file in one request, of which 100,001 bytes arrive.
    let call = Call::new("raw", Safety::Invisible, Method::PUT, &session);
    let lost = net.try_send(call.body("video/mp4", broken(file.slice(..100_001), file.len()))).await;
    assert!(lost.is_err() || lost.is_ok_and(|reply| reply.status.is_server_error()));
    let stands = net.question(&session, &file.len().to_string()).await;
    assert_eq!(stands.header("range"), Some("bytes=0-100000"));
    // A chunk that breaks off, too.
    let range = format!("bytes 100001-{}/{}", 100_000 + KIB256, file.len());
    let body = broken(file.slice(100_001..100_002), KIB256);
    assert!(
        net.try_send(part(&session, &range, body)).await.map_or(true, |reply| reply.status.is_server_error())
    );
    assert_eq!(net.question(&session, "*").await.header("range"), Some("bytes=0-100001"));
    // Bytes that are there already may come again.
    let from_start = net.chunk(&session, &file, 0, KIB256).await;
    assert_eq!(from_start.header("range"), Some("bytes=0-262143"));
    let done = net.chunk(&session, &file, KIB256, file.len()).await;
    assert_eq!(done.status, StatusCode::CREATED, "{}", done.snippet(200));
    assert_eq!(net.live().await[0].media[0].sha256, hex::encode(Sha256::digest(&file)));
}

#[tokio::test]
async fn the_network_may_store_less_than_was_sent() {
    let net = Net::new().await;
    net.rules(|memory| memory.rules.keeps_at_most = Some(100_000));
    let file = long_film(KIB256 + 5);
    let session = net.session(&meta("Slow", "public"), file.len()).await;
    let reply = net.chunk(&session, &file, 0, file.len()).await;
    assert_eq!((reply.status.as_u16(), reply.header("range")), (308, Some("bytes=0-99999")));
    assert_eq!(net.chunk(&session, &file, 100_000, file.len()).await.header("range"), Some("bytes=0-199999"));
    assert_eq!(net.chunk(&session, &file, 200_000, file.len()).await.status, StatusCode::CREATED);
    assert_eq!(net.live().await[0].media[0].sha256, hex::encode(Sha256::digest(&file)));
}

#[tokio::test]
async fn requests_against_the_protocol_are_refused() {
    let net = Net::new().await;
    let file = long_film(2 * KIB256);
    let total = file.len();
    let session = net.session(&meta("Strict", "public"), total).await;
    let cases = [
        (format!("bytes 0-99/{total}"), 100, "multiple of 262144"),
        (format!("bytes {KIB256}-{}/{total}", total - 1), KIB256, "exceeds already uploaded size of 0"),
        (format!("bytes 0-{}/{}", KIB256 - 1, total + 1), KIB256, "in all"),
        (format!("bytes 9-3/{total}"), 1, "Content-Range"),
        ("bites 0-1/2".to_owned(), 1, "Content-Range"),
        (format!("bytes 0-{total}/{total}"), 1, "Content-Range"),
        (format!("bytes */{}", total + 1), 0, "in all"),
        (format!("bytes 0-{}/{total}", KIB256 - 1), KIB256 + 1, "more bytes"),
    ];
    for (range, bytes, text) in cases {
        let body = Body::Bytes(file.slice(..bytes));
        let reply = net.send(part(&session, &range, body)).await;
        assert_eq!(reply.status, StatusCode::BAD_REQUEST, "{range}: {}", reply.snippet(200));
        assert!(reply.snippet(400).contains(text), "{range}: {}", reply.snippet(400));
    }
    assert_eq!(net.question(&session, "*").await.header("range"), None, "nothing of it was stored");
    let reply =
        net.send(Call::post("raw", Safety::Invisible, &session).body("video/mp4", Body::Bytes(file))).await;
    assert_eq!(reply.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn sessions_end() {
    let net = Net::new().await;
    let file = film("ends", None);
    let session = net.session(&meta("Ends", "public"), file.len()).await;
    net.wait(7 * 86_400 - 1);
    assert_eq!(net.question(&session, "*").await.status.as_u16(), 308);
    net.wait(1);
    assert_eq!(net.question(&session, "*").await.status, StatusCode::GONE);
    assert_eq!(net.chunk(&session, &file, 0, file.len()).await.status, StatusCode::GONE);
    let strange = session.replace("upload_id=", "upload_id=x");
    assert_eq!(net.question(&strange, "*").await.status, StatusCode::NOT_FOUND);

    let net = Net::new().await;
    let session = net.session(&meta("Given up", "public"), file.len()).await;
    let cancel = net.send(Call::new("raw", Safety::Invisible, Method::DELETE, &session)).await;
    assert_eq!(cancel.status.as_u16(), 499);
    assert_eq!(net.question(&session, "*").await.status, StatusCode::NOT_FOUND);
    assert!(net.live().await.is_empty());
}

#[tokio::test]
async fn a_session_outlives_the_access_token_and_takes_no_bad_one() {
    let mut net = Net::new().await;
    let file = long_film(KIB256 + 10);
    let session = net.session(&meta("Long", "public"), file.len()).await;
    net.wait(3_700);
    let bearer =
        |call: Call, token: &str| call.header(http::header::AUTHORIZATION, &format!("Bearer {token}"));
    let first = || {
        part(&session, &format!("bytes 0-{}/{}", KIB256 - 1, file.len()), Body::Bytes(file.slice(..KIB256)))
    };
    assert_eq!(refused(&net.send(bearer(first(), &net.token)).await), (401, "authError".to_owned()));
    let other = net.sign_in("theolund", EVERYTHING).await;
    assert_eq!(refused(&net.send(bearer(first(), &other)).await).0, 403);
    net.token = net.sign_in("marafields", EVERYTHING).await;
    assert_eq!(net.send(bearer(first(), &net.token)).await.status.as_u16(), 308);
    assert_eq!(
        net.chunk(&session, &file, KIB256, file.len()).await.status,
        StatusCode::CREATED,
        "the address suffices"
    );
}

#[tokio::test]
async fn a_lost_answer_and_server_errors_leave_one_video() {
    let net = Net::new().await;
    for (at, (when, kind, status)) in [
        (When::After, FaultKind::Cut, None),
        (When::After, FaultKind::Status, Some(503)),
        (When::Before, FaultKind::Status, Some(503)),
        (When::Before, FaultKind::Cut, None),
    ]
    .into_iter()
    .enumerate()
    {
        let file = film(&format!("lost {at}"), None);
        let session = net.session(&meta("Lost", "public"), file.len()).await;
        net.fault("commit", when, kind, status);
        let range = format!("bytes 0-{}/{}", file.len() - 1, file.len());
        let sent = net.try_send(part(&session, &range, Body::Bytes(file.clone()))).await;
        assert!(sent.is_err() || sent.is_ok_and(|reply| refused(&reply) == (503, "backendError".to_owned())));
        let stands = net.question(&session, &file.len().to_string()).await;
        if when == When::After {
            assert_eq!(json_of(&stands)["snippet"]["title"], "Lost");
        } else {
            assert_eq!((stands.status.as_u16(), stands.header("range")), (308, None));
            assert_eq!(net.chunk(&session, &file, 0, file.len()).await.status, StatusCode::CREATED);
        }
        assert_eq!(net.live().await.len(), at + 1);
    }
    // A private upload is nobody's commit.
    let file = film("quiet", None);
    let session = net.session(&meta("Quiet", "private"), file.len()).await;
    net.fault("commit", When::Before, FaultKind::Cut, None);
    assert_eq!(net.chunk(&session, &file, 0, file.len()).await.status, StatusCode::CREATED);
    assert_eq!(net.live().await.len(), 4);
}

#[tokio::test]
async fn small_files_go_up_in_one_request() {
    let net = Net::new().await;
    let file = film("small", None);
    let send = async |kind: &str, query: &str, body: Vec<u8>| {
        let call = Call::post("raw", Safety::Invisible, format!("{UPLOAD}/videos?{query}"));
        let call = call.header(http::header::AUTHORIZATION, &net.bearer());
        net.send(call.body(kind, Body::Bytes(body.into()))).await
    };
    let mut body = format!(
        "--b1\r\nContent-Type: application/json; charset=UTF-8\r\n\r\n{}\r\n",
        meta("Both", "private")
    );
    body.push_str("--b1\r\nContent-Type: video/mp4\r\n\r\n");
    let mut bytes = body.into_bytes();
    bytes.extend(&file);
    bytes.extend(b"\r\n--b1--\r\n");
    let kind = "multipart/related; boundary=b1";
    let video = json_of(&send(kind, "uploadType=multipart&part=snippet,status", bytes.clone()).await);
    assert_eq!(video["status"]["privacyStatus"], "private");
    assert!(net.live().await.is_empty());
    bytes.truncate(bytes.len() - 40);
    assert_eq!(refused(&send(kind, "uploadType=multipart&part=snippet,status", bytes).await).1, "badContent");

    let video = json_of(&send("video/mp4", "uploadType=media&part=snippet,status", file.to_vec()).await);
    assert_eq!(video["status"]["privacyStatus"], "public", "what YouTube takes when nothing is said");
    assert_eq!(net.live().await[0].media[0].sha256, hex::encode(Sha256::digest(&file)));
    assert_eq!(
        refused(&send("video/mp4", "uploadType=media&part=status", Vec::new()).await).1,
        "mediaBodyRequired"
    );
    assert_eq!(
        refused(&send("image/png", "uploadType=media&part=status", file.to_vec()).await).1,
        "badContent"
    );
    assert_eq!(refused(&send("video/mp4", "part=status", file.to_vec()).await).1, "missingRequiredParameter");
}

#[tokio::test]
async fn processing_takes_its_time() {
    let net = Net::new().await;
    let video = net.upload(&meta("Work", "private"), &film("work", Some((1_920, 1_080, 200)))).await;
    let id = video["id"].as_str().unwrap();
    let look = async || {
        let reply = net
            .get(&format!("videos?part=status,processingDetails,contentDetails,fileDetails&id={id}"))
            .await;
        json_of(&reply)["items"][0].clone()
    };
    assert_eq!(video["status"]["uploadStatus"], "uploaded");
    let before = look().await;
    let progress = &before["processingDetails"]["processingProgress"];
    assert_eq!(before["processingDetails"]["processingStatus"], "processing");
    assert_eq!(
        (progress["partsTotal"].as_str(), progress["partsProcessed"].as_str()),
        (Some("1000"), Some("0"))
    );
    assert_eq!(
        (before["contentDetails"]["duration"].as_str(), progress["timeLeftMs"].as_str()),
        (Some("P0D"), Some("20000"))
    );
    net.wait(10);
    assert_eq!(look().await["processingDetails"]["processingProgress"]["partsProcessed"], "500");
    net.wait(10);
    let after = look().await;
    assert_eq!(after["status"]["uploadStatus"], "processed");
    assert_eq!(after["processingDetails"]["processingStatus"], "succeeded");
    assert!(after["processingDetails"].get("processingProgress").is_none());
    assert_eq!(after["contentDetails"]["duration"], "PT3M20S");
    assert_eq!(after["fileDetails"]["durationMs"], "200000");
    let slow = Fault::once(PLATFORM, "*", When::Before, FaultKind::SlowProcessing);
    net.bench.world.faults().add(slow.delay(Duration::from_secs(300)));
    let id =
        net.upload(&meta("Slow", "private"), &film("slow", None)).await["id"].as_str().unwrap().to_owned();
    net.wait(310);
    let reply = json_of(&net.get(&format!("videos?part=status&id={id}")).await);
    assert_eq!(reply["items"][0]["status"]["uploadStatus"], "uploaded");
}

#[tokio::test]
async fn processing_fails_by_the_file() {
    let net = Net::of("nikospapadakis").await;
    let picture = Bytes::from([b"\x89PNG\r\n\x1a\n".as_slice(), &[0; 200]].concat());
    let tiny = film("x", None).slice(..40);
    let cases = [
        (picture, "failed", "failureReason", "invalidFile", "failed"),
        (tiny, "failed", "failureReason", "tooSmall", "failed"),
        (film("long", Some((640, 480, 901))), "rejected", "rejectionReason", "length", "terminated"),
    ];
    for (file, status, name, reason, processing) in cases {
        let id = net.upload(&meta("Bad", "public"), &file).await["id"].as_str().unwrap().to_owned();
        net.wait(60);
        let video =
            json_of(&net.get(&format!("videos?part=status,processingDetails&id={id}")).await)["items"][0]
                .clone();
        assert_eq!(
            (video["status"]["uploadStatus"].as_str(), video["status"][name].as_str()),
            (Some(status), Some(reason))
        );
        assert_eq!(video["processingDetails"]["processingStatus"], processing);
        assert_eq!(net.page(&format!("/watch?v={id}")).await.status, StatusCode::NOT_FOUND);
    }
    assert!(net.live().await.is_empty(), "nobody could ever watch them");
    net.rules(|memory| memory.rules.verdict = Some(Verdict::Rejected("copyright".to_owned())));
    let claimed = net.upload(&meta("Claimed", "public"), &film("claimed", None)).await["id"].clone();
    net.wait(60);
    let path = format!("videos?part=status&id={}", claimed.as_str().unwrap());
    assert_eq!(json_of(&net.get(&path).await)["items"][0]["status"]["rejectionReason"], "copyright");
    net.rules(|memory| memory.rules.verdict = None);
    let fine = net.upload(&meta("Fine", "public"), &film("fine", Some((640, 480, 900)))).await;
    net.rules(|memory| memory.rules.finds_duplicates = true);
    let second = net.upload(&meta("Again", "public"), &film("fine", Some((640, 480, 900)))).await;
    net.wait(60);
    let both = format!("{},{}", fine["id"].as_str().unwrap(), second["id"].as_str().unwrap());
    let items = json_of(&net.get(&format!("videos?part=status&id={both}")).await)["items"].clone();
    assert_eq!(items[0]["status"]["uploadStatus"], "processed");
    assert_eq!(items[1]["status"]["rejectionReason"], "duplicate");
    assert_eq!(net.live().await.len(), 1);
}

#[tokio::test]
async fn shorts_are_upright_and_short() {
    let net = Net::new().await;
    for (shape, kind) in [
        (Some((1_080, 1_920, 180)), "short"),
        (Some((1_080, 1_080, 20)), "short"),
        (Some((1_080, 1_920, 181)), "video"),
        (Some((1_920, 1_080, 20)), "video"),
        (None, "video"),
    ] {
        let id =
            net.upload(&meta("Shape", "public"), &film(kind, shape)).await["id"].as_str().unwrap().to_owned();
        assert_eq!(net.live().await.last().unwrap().kind, kind, "{shape:?}");
        let page = net.page(&format!("/shorts/{id}")).await;
        assert_eq!(page.status.is_redirection(), kind == "video", "{shape:?}: {}", page.status);
    }
}
