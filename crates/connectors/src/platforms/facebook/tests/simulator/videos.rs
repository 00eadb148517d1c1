//! Reels, stories and videos with their phases.

use serde_json::{Value, json};

use super::*;
use crate::sandbox::testing::movie_head;

async fn start(net: &Net, page: &Page, edge: &str) -> (String, String) {
    let answer = ok(&net.on(page, edge, &[("upload_phase", "start")]).await);
    let text = |name: &str| answer[name].as_str().unwrap().to_owned();
    (text("video_id"), text("upload_url"))
}

async fn send(net: &Net, page: &Page, url: &str, headers: &[(&'static str, &str)], bytes: Bytes) -> Reply {
    let mut call = Call::post("raw", Safety::Invisible, url);
    let authorization = format!("OAuth {}", page.token);
    for (name, value) in [("authorization", authorization.as_str())].iter().chain(headers) {
        call = call.header(http::HeaderName::from_static(name), value);
    }
    net.send(call.body("application/octet-stream", crate::kit::http::Body::Bytes(bytes))).await
}

fn movie(net: &Net, bytes: usize) -> (MediaInfo, Bytes) {
    let media = net.bench.library.mp4(bytes, 10_000, None);
    let content = net.bench.library.bytes(media.id).unwrap();
    (media, content)
}

async fn status(net: &Net, page: &Page, video: &str) -> Value {
    let fields = [("fields", "status,published,post_id,permalink_url")];
    ok(&net.get(video, &page.token, &fields).await)
}

async fn finish(net: &Net, page: &Page, edge: &str, video: &str, more: &[(&str, &str)]) -> Reply {
    let params: Vec<_> =
        [("upload_phase", "finish"), ("video_id", video)].iter().chain(more).copied().collect();
    net.on(page, edge, &params).await
}

const PUBLISHED: &[(&str, &str)] = &[("video_state", "PUBLISHED"), ("description", "waves")];

#[tokio::test]
async fn a_reel_is_public_when_its_last_phase_is_complete() {
    let net = Net::new();
    let page = net.page().await;
    let (video, url) = start(&net, &page, "video_reels").await;
    assert_eq!(url, format!("https://rupload.facebook.com/video-upload/v26.0/{video}"));
    assert_eq!(status(&net, &page, &video).await["status"]["uploading_phase"]["status"], "not_started");
    assert_eq!(refusal(&finish(&net, &page, "video_reels", &video, PUBLISHED).await), (400, 100, 0));
    let (media, content) = movie(&net, 50_000);
    let reply = send(&net, &page, &url, &[("offset", "0"), ("file_size", "50000")], content).await;
    assert_eq!(ok(&reply), json!({ "success": true }));
    assert_eq!(status(&net, &page, &video).await["status"]["video_status"], "processing");
    let answer = finish(&net, &page, "video_reels", &video, PUBLISHED).await;
    assert_eq!(ok(&answer), json!({ "success": true }));
    let waiting = status(&net, &page, &video).await;
    assert_eq!(waiting["status"]["publishing_phase"]["status"], "in_progress");
    assert_eq!((&waiting["published"], waiting.get("post_id")), (&json!(false), None));
    assert!(net.ledger().is_empty());
    net.wait(20);
    let done = status(&net, &page, &video).await;
    assert_eq!(done["status"]["publishing_phase"]["status"], "complete");
    assert_eq!(done["status"]["processing_phase"]["status"], "complete");
    let [item] = net.ledger().try_into().unwrap();
    assert_eq!((done["post_id"].as_str(), item.kind.as_str()), (Some(item.remote_id.as_str()), "reel"));
    assert_eq!((item.text.as_str(), item.media[0].sha256.as_str()), ("waves", media.sha256.as_str()));
    assert_eq!(refusal(&finish(&net, &page, "video_reels", &video, PUBLISHED).await), (400, 100, 0), "once");
    assert_eq!(
        net.list(&page, "video_reels", "id,description").await,
        [json!({ "id": video, "description": "waves" })]
    );
    let address = format!("https://www.facebook.com{}", done["permalink_url"].as_str().unwrap());
    assert!(testing::open(&net.bench.sandbox, &address).await.snippet(20_000).contains("waves"));
    ok(&net.delete(&video, &page.token).await);
    assert!(net.ledger()[0].deleted_at.is_some());
}

#[tokio::test]
async fn an_upload_goes_on_where_it_broke_off() {
    let net = Net::new();
    let page = net.page().await;
    let (video, url) = start(&net, &page, "video_reels").await;
    let (media, content) = movie(&net, 40_000);
    let headers = |offset: &'static str| [("offset", offset), ("file_size", "40000")];
    let broken = send(&net, &page, &url, &headers("0"), content.slice(..15_000)).await;
    assert_eq!(kind(&broken), "PartialRequestError");
    let phase = status(&net, &page, &video).await["status"]["uploading_phase"].clone();
    assert_eq!((&phase["bytes_transferred"], &phase["status"]), (&json!(15_000), &json!("in_progress")));
    let wrong = send(&net, &page, &url, &headers("0"), content.clone()).await;
    assert_eq!(kind(&wrong), "OffsetInvalidError");
    ok(&send(&net, &page, &url, &headers("15000"), content.slice(15_000..)).await);
    ok(&finish(&net, &page, "video_reels", &video, PUBLISHED).await);
    net.wait(20);
    status(&net, &page, &video).await;
    assert_eq!(net.ledger()[0].media[0].sha256, media.sha256);
    let stranger = net.page_with("aishaokafor", SCOPES).await;
    assert_eq!(kind(&send(&net, &stranger, &url, &headers("0"), Bytes::new()).await), "NotFoundError");
}

fn kind(reply: &Reply) -> String {
    reply.json::<Value>().unwrap()["debug_info"]["type"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_reel_can_be_pulled_and_be_refused_by_its_processing() {
    let net = Net::new();
    let page = net.page().await;
    let (video, url) = start(&net, &page, "video_reels").await;
    let source = url_of(&movie(&net, 9_000).0);
    let fbcdn = [("file_url", "https://video.xx.fbcdn.net/v.mp4")];
    assert_eq!(kind(&send(&net, &page, &url, &fbcdn, Bytes::new()).await), "ProcessingFailedError");
    ok(&send(&net, &page, &url, &[("file_url", &source)], Bytes::new()).await);
    ok(&finish(&net, &page, "video_reels", &video, &[("video_state", "DRAFT")]).await);
    net.wait(60);
    assert_eq!(status(&net, &page, &video).await["status"]["publishing_phase"]["publish_status"], "draft");
    let cases = [
        (movie_head(91, 1080, 1920), 1_363_128),
        (movie_head(2, 1080, 1920), 1_363_128),
        (movie_head(10, 1920, 1080), 1_363_040),
        (movie_head(10, 360, 640), 1_363_127),
    ];
    for (content, want) in cases {
        let (video, url) = start(&net, &page, "video_reels").await;
        let size = content.len().to_string();
        ok(&send(&net, &page, &url, &[("offset", "0"), ("file_size", &size)], content).await);
        ok(&finish(&net, &page, "video_reels", &video, PUBLISHED).await);
        net.wait(30);
        let failed = status(&net, &page, &video).await["status"].clone();
        assert_eq!(failed["video_status"], "error");
        assert_eq!(failed["processing_phase"]["errors"][0]["code"], want);
        assert_eq!(failed["publishing_phase"]["status"], "error");
    }
    assert!(net.ledger().is_empty());
}

#[tokio::test]
async fn a_page_has_thirty_reels_a_day() {
    let net = Net::new();
    let page = net.page().await;
    let publish = async || {
        let (video, url) = start(&net, &page, "video_reels").await;
        let content = movie(&net, 100).1;
        ok(&send(&net, &page, &url, &[("offset", "0"), ("file_size", "100")], content).await);
        finish(&net, &page, "video_reels", &video, PUBLISHED).await
    };
    for _ in 0..30 {
        ok(&publish().await);
    }
    assert_eq!(refusal(&publish().await), (400, 613, 0));
    net.wait(86_400 + 30);
    ok(&publish().await);
}

#[tokio::test]
async fn stories_wait_for_their_video_and_last_a_day() {
    let net = Net::new();
    let page = net.page().await;
    let (video, url) = start(&net, &page, "video_stories").await;
    let content = movie(&net, 5_000).1;
    ok(&send(&net, &page, &url, &[("offset", "0"), ("file_size", "5000")], content).await);
    assert_eq!(refusal(&finish(&net, &page, "video_stories", &video, &[]).await), (400, 100, 0), "not ready");
    net.wait(20);
    for more in [("description", "words"), ("video_state", "DRAFT"), ("scheduled_publish_time", "1793700000")]
    {
        let refused = finish(&net, &page, "video_stories", &video, &[more]).await;
        assert_eq!(refusal(&refused), (400, 100, 0), "{more:?}");
    }
    assert!(net.ledger().is_empty());
    let moving = ok(&finish(&net, &page, "video_stories", &video, &[]).await);
    let photo = net.photo(&page).await;
    let still = ok(&net.on(&page, "photo_stories", &[("photo_id", &photo)]).await);
    assert_eq!(
        refusal(&net.on(&page, "photo_stories", &[("photo_id", &photo)]).await),
        (400, 100, 0),
        "used"
    );
    let ids: Vec<_> = net.ledger().into_iter().map(|i| (json!(i.remote_id), i.kind)).collect();
    assert_eq!(
        ids,
        [(moving["post_id"].clone(), "story".into()), (still["post_id"].clone(), "story".into())]
    );
    let listed = net.list(&page, "stories", "post_id,status,media_type,media_id,creation_time").await;
    let want = json!({
        "post_id": still["post_id"], "status": "PUBLISHED", "media_type": "photo", "media_id": photo,
        "creation_time": "1793610020",
    });
    assert_eq!((listed.len(), &listed[0], &listed[1]["media_id"]), (2, &want, &json!(video)));
    for path in ["/", "/marafields"] {
        assert!(seen(&net, path).await.contains("Story"), "{path}");
    }
    net.wait(86_400);
    assert!(!seen(&net, "/marafields").await.contains("Story"));
    assert!(net.list(&page, "stories", "post_id").await.is_empty());
    let old = net.get(&format!("{}/stories", page.id), &page.token, &[("status", "ARCHIVED")]).await;
    assert_eq!(ok(&old)["data"].as_array().unwrap().len(), 2);
}

async fn seen(net: &Net, path: &str) -> String {
    testing::open(&net.bench.sandbox, &format!("https://www.facebook.com{path}")).await.snippet(20_000)
}

#[tokio::test]
async fn slow_processing_takes_longer() {
    let net = Net::new();
    let page = net.page().await;
    let slow = Fault::once("facebook", "reels.upload", When::Before, FaultKind::SlowProcessing);
    net.bench.world.faults().add(slow.delay(Duration::from_secs(600)));
    let (video, url) = start(&net, &page, "video_reels").await;
    let content = movie(&net, 5_000).1;
    ok(&send(&net, &page, &url, &[("offset", "0"), ("file_size", "5000")], content).await);
    ok(&finish(&net, &page, "video_reels", &video, PUBLISHED).await);
    net.wait(600);
    assert_eq!(status(&net, &page, &video).await["status"]["video_status"], "processing");
    net.wait(20);
    assert_eq!(status(&net, &page, &video).await["status"]["video_status"], "ready");
    assert_eq!(net.ledger().len(), 1);
}
