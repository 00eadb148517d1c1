//! What becomes of a post, and when.

use super::films::{Shape, USUAL, shaped};
use super::*;

const PUBLIC: &str = "PUBLIC_TO_EVERYONE";

fn has_id(status: &Value) -> bool {
    status["publicaly_available_post_id"][0].is_u64()
}

#[tokio::test]
async fn a_public_post_is_processed_posted_and_moderated() {
    let net = Net::new();
    let mara = net.mara().await;
    let file = film("public");
    let id = mara.video("Good morning #harbour", PUBLIC, &file).await;
    let posted = net.bench.clock.now() + Duration::from_secs(8);
    assert_eq!(mara.stands(&id).await.0, "PROCESSING_UPLOAD");
    assert_eq!(mara.list(json!({})).await["videos"], json!([]));
    net.wait(8);
    let status = data(&mara.status(&id).await);
    assert_eq!(status, json!({ "status": "PUBLISH_COMPLETE", "uploaded_bytes": file.len() }), "no id yet");
    assert_eq!(mara.list(json!({})).await["videos"], json!([]));
    assert!(net.page("/").await.snippet(100_000).contains("In review"));
    net.wait(59);
    assert!(!has_id(&data(&mara.status(&id).await)));
    net.wait(1);
    let status = data(&mara.status(&id).await);
    let number = status["publicaly_available_post_id"][0].as_u64().unwrap();
    assert!(number > 1 << 53 && i64::try_from(number).is_ok(), "{number}");
    assert_eq!(mara.list(json!({})).await["videos"][0]["id"], number.to_string());

    let live = net.live();
    assert_eq!((live.len(), &live[0].remote_id, live[0].at), (1, &number.to_string(), posted));
    assert_eq!(live[0].account.handle, "marafields");
    assert_eq!(mara.grant["open_id"], live[0].account.remote_id.as_str());
    assert_eq!(live[0].text, "Good morning #harbour");
    let (own, embedded) = (format!("/@marafields/video/{number}"), format!("/embed/v3/{number}"));
    for path in ["/", "/@marafields", &own, &embedded] {
        let page = net.page(path).await;
        assert_eq!(page.status, StatusCode::OK, "{path}");
        let page = page.snippet(100_000);
        assert!(page.contains("Good morning #harbour") && !page.contains("In review"), "{path}: {page}");
    }
    let foreign = format!("/@theolund/video/{number}");
    for path in ["/@marafields/video/7", &foreign, "/@nobody", "/marafields"] {
        assert_eq!(net.page(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn moderation_may_take_hours() {
    let net = Net::new();
    net.rules(|memory| memory.rules.moderation_s = Some(3 * 3_600));
    let id = net.mara().await.video("Slow", PUBLIC, &film("slow")).await;
    net.wait(3 * 3_600);
    let mara = net.mara().await;
    assert!(!has_id(&data(&mara.status(&id).await)));
    net.wait(10);
    assert!(has_id(&data(&mara.status(&id).await)));
}

#[tokio::test]
async fn smaller_audiences_never_get_an_id() {
    for (level, seen) in [("SELF_ONLY", 0), ("MUTUAL_FOLLOW_FRIENDS", 1)] {
        let net = Net::new();
        let mara = net.mara().await;
        let id = mara.video("For few", level, &film(level)).await;
        net.wait(7_000);
        let status = data(&mara.status(&id).await);
        assert_eq!(status["status"], "PUBLISH_COMPLETE", "{level}");
        assert!(!has_id(&status), "{level}");
        assert_eq!(mara.list(json!({})).await["videos"], json!([]), "{level}");
        assert_eq!(net.live().len(), seen, "{level}: what nobody else sees is not public");
        assert!(!net.page("/").await.snippet(100_000).contains("For few"), "{level}");
        assert_eq!(net.page("/@marafields").await.snippet(100_000).contains("For few"), seen == 1, "{level}");
    }
}

#[tokio::test]
async fn a_draft_waits_for_its_owner() {
    let net = Net::new();
    let mara = net.mara().await;
    let file = film("draft");
    let first = begun(&mara.inbox(file.len()).await);
    net.put_whole(&first.url, &file).await;
    assert_eq!(mara.stands(&first.id).await.0, "PROCESSING_UPLOAD");
    net.wait(3_600);
    assert_eq!(mara.stands(&first.id).await.0, "SEND_TO_USER_INBOX");
    assert!(net.live().is_empty());

    net.rules(|memory| memory.rules.drafts_posted_s = Some(600));
    let second = begun(&mara.inbox(file.len()).await);
    net.put_whole(&second.url, &file).await;
    net.wait(607);
    assert_eq!(mara.stands(&second.id).await.0, "SEND_TO_USER_INBOX");
    assert!(net.live().is_empty());
    net.wait(1);
    assert_eq!(mara.stands(&second.id).await.0, "PUBLISH_COMPLETE");
    assert_eq!(net.live().len(), 1);
    net.wait(60);
    assert!(has_id(&data(&mara.status(&second.id).await)));
}

#[tokio::test]
async fn files_are_checked() {
    let net = Net::new();
    let mara = net.mara().await;
    let (format, length) = ("file_format_check_failed", "duration_check_failed");
    let (rate, size) = ("frame_rate_check_failed", "picture_size_check_failed");
    let still = |milliseconds: u32| Shape { milliseconds, frames: milliseconds * 3 / 100, ..USUAL };
    let cases = [
        (Bytes::from_static(b"%PDF-1.7 is no film at all"), Some(format)),
        (shaped("codec", Shape { codec: b"mp4v", ..USUAL }), Some(format)),
        (shaped("short", still(2_900)), Some(length)),
        (shaped("long", still(600_100)), Some(length)),
        (shaped("slow", Shape { frames: 220, ..USUAL }), Some(rate)),
        (shaped("fast", Shape { frames: 620, ..USUAL }), Some(rate)),
        (shaped("narrow", Shape { width: 358, ..USUAL }), Some(size)),
        (shaped("tall", Shape { height: 4_098, ..USUAL }), Some(size)),
        (shaped("edge", Shape { width: 360, height: 4_096, codec: b"hvc1", ..still(600_000) }), None),
        (shaped("least", Shape { frames: 230, ..USUAL }), None),
    ];
    for (file, reason) in cases {
        let id = mara.video("Checked", PUBLIC, &file).await;
        assert_eq!(mara.stands(&id).await.0, "PROCESSING_UPLOAD");
        net.wait(60);
        let end = if reason.is_some() { "FAILED" } else { "PUBLISH_COMPLETE" };
        assert_eq!(mara.stands(&id).await, (end.to_owned(), reason.map(str::to_owned)));
    }
    assert_eq!(net.live().len(), 2, "what failed is not public");
    let theo = net.login("theolund", EVERYTHING).await;
    let id = theo.video("Too long for him", PUBLIC, &shaped("five", still(300_100))).await;
    net.wait(60);
    assert_eq!(theo.stands(&id).await.1.as_deref(), Some(length));
}

#[tokio::test]
async fn tiktok_may_refuse_for_reasons_of_its_own() {
    let net = Net::new();
    let mara = net.mara().await;
    for reason in ["internal", "spam_risk", "spam_risk_text", "spam_risk_too_many_posts"] {
        net.rules(|memory| memory.rules.fails = Some(reason.to_owned()));
        let id = mara.video(reason, PUBLIC, &film(reason)).await;
        net.wait(20);
        assert_eq!(mara.stands(&id).await, ("FAILED".to_owned(), Some(reason.to_owned())));
    }
    assert!(net.live().is_empty());
}

#[tokio::test]
async fn who_takes_access_back_stops_what_is_not_complete() {
    let net = Net::new();
    let mara = net.mara().await;
    let file = film("stopped");
    let stopped = mara.direct("Stopped", PUBLIC, file.len()).await;
    let done = mara.video("Complete before", PUBLIC, &film("done")).await;
    net.revoke(mara.access()).await;
    assert_eq!(net.put_whole(&stopped.url, &file).await.status, StatusCode::CREATED);
    net.wait(100);
    let mara = net.mara().await;
    assert_eq!(mara.stands(&stopped.id).await, ("FAILED".to_owned(), Some("auth_removed".to_owned())));
    assert_eq!(mara.stands(&done).await.0, "PUBLISH_COMPLETE");
    assert_eq!(net.live().len(), 1);
}

#[tokio::test]
async fn work_takes_longer_while_the_script_says_so() {
    let net = Net::new();
    let mara = net.mara().await;
    let slow = |operation: &str| {
        let fault = Fault::once(PLATFORM, operation, When::Before, FaultKind::SlowProcessing);
        net.bench.world.faults().add(fault.delay(Duration::from_secs(500)));
    };
    slow("publish.process");
    let id = mara.video("Slow", PUBLIC, &film("slow")).await;
    net.wait(500);
    assert_eq!(mara.stands(&id).await.0, "PROCESSING_UPLOAD");
    net.wait(8);
    assert_eq!(mara.stands(&id).await.0, "PUBLISH_COMPLETE");
    slow("publish.moderate");
    let id = mara.video("Reviewed", PUBLIC, &film("reviewed")).await;
    net.wait(8 + 60 + 499);
    assert!(!has_id(&data(&mara.status(&id).await)));
    net.wait(1);
    assert!(has_id(&data(&mara.status(&id).await)));
}

#[tokio::test]
async fn posts_of_one_moment_are_told_apart() {
    let net = Net::new();
    let mara = net.mara().await;
    for title in ["One", "Two", "Three"] {
        mara.video(title, PUBLIC, &film(title)).await;
    }
    net.wait(120);
    let (mut seen, mut cursor) = (Vec::new(), Value::Null);
    for _ in 0..3 {
        let page = mara.list(json!({ "max_count": 1, "cursor": cursor })).await;
        seen.push(page["videos"][0]["title"].as_str().unwrap().to_owned());
        cursor = page["cursor"].clone();
    }
    assert_eq!(seen, ["Three", "Two", "One"]);
}
