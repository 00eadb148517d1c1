//! Containers from their making to their post, on the virtual clock.

use bytes::Bytes;
use serde_json::json;

use super::*;
use crate::sandbox::testing::movie_head;
use crate::sandbox::{Fetch, FetchError, Fetched};

const TEXT: &[(&str, &str)] = &[("media_type", "TEXT"), ("text", "Low tide.")];

#[tokio::test]
async fn a_text_is_finished_in_seconds_and_public_once() {
    let net = Net::new();
    let user = net.user().await;
    let container = id(&net.create(&user, TEXT).await);
    assert_eq!(net.status(&user, &container).await, "IN_PROGRESS");
    assert_eq!(refusal(&net.publish(&user, &container).await), TOO_EARLY);
    net.wait(2);
    assert_eq!(net.status(&user, &container).await, "FINISHED");
    assert_eq!(refusal(&net.publish(&user, &container).await), TOO_EARLY, "for two more seconds");
    assert!(net.ledger().is_empty());
    net.wait(2);
    let post = id(&net.publish(&user, &container).await);
    assert_ne!(post, container);
    let [item] = net.ledger().try_into().unwrap();
    let seen = (item.remote_id.as_str(), item.text.as_str(), item.kind.as_str());
    assert_eq!(seen, (post.as_str(), "Low tide.", "text"));
    assert_eq!((item.account.remote_id, item.account.handle.as_str()), (user.id.clone(), "marafields"));
    assert_eq!(net.status(&user, &container).await, "PUBLISHED");
    assert_eq!(refusal(&net.publish(&user, &container).await), TOO_EARLY, "one container, one post");
    assert_eq!(net.ledger().len(), 1);
    let of_post = net.get(&post, &user.token, &[("fields", "status")]).await;
    assert!(words(&of_post).contains("Tried accessing nonexisting field (status)"));
    assert_eq!(of_post.json::<Value>().unwrap()["error"]["type"], "THApiException");
}

#[tokio::test]
async fn the_same_by_json_and_at_the_other_name() {
    let net = Net::new();
    let user = net.user().await;
    let body = json!({ "media_type": "TEXT", "text": "As JSON.", "poll_attachment": { "option_a": "a", "option_b": "b" } });
    let url = format!("https://graph.threads.com/v1.0/{}/threads", user.id);
    let call = Call::post("raw", Safety::Invisible, url).bearer(&Secret::new(&user.token)).json(&body);
    let container = id(&net.send(call).await);
    net.wait(30);
    id(&net.publish(&user, &container).await);
    assert_eq!(net.ledger()[0].text, "As JSON.");
}

#[tokio::test]
async fn a_container_is_gone_after_a_day_and_nobody_elses() {
    let net = Net::new();
    let user = net.user().await;
    let container = id(&net.create(&user, TEXT).await);
    let other = net.user_with("theolund", SCOPES).await;
    assert_eq!(refusal(&net.get(&container, &other.token, &[]).await), (400, 100, 33));
    net.wait(86_399);
    assert_eq!(net.status(&user, &container).await, "FINISHED");
    assert_eq!(refusal(&net.publish(&other, &container).await), TOO_EARLY);
    net.wait(1);
    assert_eq!(net.status(&user, &container).await, "EXPIRED");
    assert_eq!(refusal(&net.publish(&user, &container).await), TOO_EARLY);
    assert_eq!(refusal(&net.publish(&user, "17889000000000000").await), TOO_EARLY);
    assert_eq!(refusal(&net.publish(&user, "nonsense").await), (400, 100, 0));
    assert!(net.ledger().is_empty());
}

#[tokio::test]
async fn pictures_and_videos_take_their_time() {
    let net = Net::new();
    let user = net.user().await;
    let picture = net.bench.library.png(1200, 800, None);
    let video = net.bench.library.mp4(50_000, 12_000, None);
    for (kind, source, media, seconds) in
        [("IMAGE", "image_url", &picture, 4), ("VIDEO", "video_url", &video, 25)]
    {
        let url = url_of(media);
        let params = [("media_type", kind), (source, url.as_str()), ("text", kind), ("alt_text", "Waves")];
        let container = id(&net.create(&user, &params).await);
        net.wait(seconds - 1);
        assert_eq!(net.status(&user, &container).await, "IN_PROGRESS", "{kind}");
        net.wait(1);
        assert_eq!(net.status(&user, &container).await, "FINISHED", "{kind}");
        net.wait(2);
        let post = id(&net.publish(&user, &container).await);
        let fields = [("fields", "media_type,media_url,thumbnail_url,alt_text,text,media_product_type")];
        let shown = ok(&net.get(&post, &user.token, &fields).await);
        assert_eq!((&shown["media_type"], &shown["alt_text"]), (&json!(kind), &json!("Waves")));
        assert_eq!(shown["thumbnail_url"].is_string(), kind == "VIDEO");
        assert!(shown["media_url"].as_str().unwrap().contains(&media.sha256), "{shown}");
    }
    let seen: Vec<_> = net.ledger().into_iter().map(|item| (item.kind, item.media)).collect();
    assert_eq!((seen[0].0.as_str(), seen[1].0.as_str()), ("image", "video"));
    assert_eq!(seen[1].1[0].sha256, video.sha256);
    assert_eq!(seen[1].1[0].alt.as_deref(), Some("Waves"));
    let slow = Fault::once("threads", "containers.create", When::Before, FaultKind::SlowProcessing);
    net.bench.world.faults().add(slow.delay(Duration::from_secs(100)));
    let url = url_of(&video);
    let container = id(&net.create(&user, &[("media_type", "VIDEO"), ("video_url", &url)]).await);
    net.wait(124);
    assert_eq!(net.status(&user, &container).await, "IN_PROGRESS");
    net.wait(1);
    assert_eq!(net.status(&user, &container).await, "FINISHED");
}

/// Answers every address with these bytes.
struct Answers(&'static str, Bytes);

#[async_trait::async_trait]
impl Fetch for Answers {
    async fn fetch(&self, _: &str) -> Result<Fetched, FetchError> {
        let (kind, bytes) = (self.0.to_owned(), self.1.clone());
        let stream = futures::StreamExt::boxed(futures::stream::iter([Ok(bytes)]));
        Ok(Fetched { status: 200, content_type: kind, stream })
    }
}

#[tokio::test]
async fn what_is_wrong_with_a_file_shows_in_its_container() {
    let gif = Bytes::from_static(b"GIF89a\x10\x00\x10\x00");
    let cases = [
        (movie_head(300, 1080, 1920), "FINISHED"),
        (movie_head(301, 1080, 1920), "ERROR/INVALID_DURATION"),
        (movie_head(0, 1080, 1920), "ERROR/INVALID_DURATION"),
        (movie_head(9, 1080, 90), "ERROR/INVALID_ASPEC_RATIO"),
        (movie_head(9, 1921, 1080), "ERROR/FAILED_PROCESSING_VIDEO"),
        (gif.clone(), "ERROR/FAILED_PROCESSING_VIDEO"),
    ];
    for (bytes, want) in cases {
        let net = pulling("video/mp4", bytes);
        let user = net.user().await;
        let params = [("media_type", "VIDEO"), ("video_url", "https://files.example/v.mp4")];
        let container = id(&net.create(&user, &params).await);
        net.wait(30);
        assert_eq!(net.status(&user, &container).await, want);
        let published = net.publish(&user, &container).await;
        assert_eq!(published.status == StatusCode::OK, want == "FINISHED", "{want}");
    }
    let net = pulling("image/gif", gif);
    let user = net.user().await;
    let params = [("media_type", "IMAGE"), ("image_url", "https://files.example/p.gif")];
    let container = id(&net.create(&user, &params).await);
    net.wait(30);
    assert_eq!(net.status(&user, &container).await, "ERROR/UNKNOWN");
}

/// A world in which every address leads to the same file.
fn pulling(kind: &'static str, bytes: Bytes) -> Net {
    let mut bench = Bench::new(simulator());
    let world = crate::sandbox::World::builder(bench.clock.clone()).seed(7);
    bench.world = world.fetch(std::sync::Arc::new(Answers(kind, bytes))).build();
    bench.sandbox = crate::sandbox::Sandbox::with(bench.world.clone(), vec![Box::new(simulator())]);
    Net { bench }
}

#[tokio::test]
async fn files_that_can_not_be_had_are_said_at_once_or_later() {
    let net = Net::new();
    let user = net.user().await;
    let nowhere = "https://media.carillon.example/nothing";
    let picture = net.create(&user, &[("media_type", "IMAGE"), ("image_url", nowhere)]).await;
    assert_eq!(refusal(&picture), (400, 1, 2_207_052));
    let container = id(&net.create(&user, &[("media_type", "VIDEO"), ("video_url", nowhere)]).await);
    net.wait(25);
    assert_eq!(net.status(&user, &container).await, "ERROR/FAILED_DOWNLOADING_VIDEO");
    let wide = url_of(&net.bench.library.jpeg(1100, 100, None));
    let container = id(&net.create(&user, &[("media_type", "IMAGE"), ("image_url", &wide)]).await);
    net.wait(10);
    assert_eq!(net.status(&user, &container).await, "ERROR/INVALID_ASPEC_RATIO");
    net.set(|s| s.next_failure = Some("UNKNOWN".to_owned()));
    let container = id(&net.create(&user, TEXT).await);
    net.wait(10);
    assert_eq!(net.status(&user, &container).await, "ERROR/UNKNOWN");
    assert_eq!(refusal(&net.publish(&user, &container).await), TOO_EARLY);
    let container = id(&net.create(&user, TEXT).await);
    net.wait(10);
    assert_eq!(net.status(&user, &container).await, "FINISHED", "the next one only");
}

async fn item(net: &Net, user: &User, alt: &str) -> String {
    let url = net.jpeg();
    let params = [
        ("media_type", "IMAGE"),
        ("image_url", url.as_str()),
        ("is_carousel_item", "true"),
        ("alt_text", alt),
    ];
    id(&net.create(user, &params).await)
}

#[tokio::test]
async fn a_carousel_has_two_to_twenty_finished_items() {
    let net = Net::new();
    let user = net.user().await;
    let mut items = Vec::new();
    for n in 0..20 {
        items.push(item(&net, &user, &format!("picture {n}")).await);
    }
    let of = |children: &str| {
        let children = children.to_owned();
        let (net, user) = (&net, &user);
        async move {
            let params = [("media_type", "CAROUSEL"), ("text", "Twenty."), ("children", children.as_str())];
            net.create(user, &params).await
        }
    };
    let all = items.join(",");
    assert_eq!(refusal(&of(&all).await), TOO_EARLY, "its items first");
    net.wait(6);
    assert_eq!(refusal(&of(&items[0]).await), (400, 100, 0));
    assert_eq!(refusal(&of(&format!("{0},{0}", items[0])).await), (400, 100, 0));
    let plain = id(&net.create(&user, TEXT).await);
    assert_eq!(refusal(&of(&format!("{},{plain}", items[0])).await), (400, 100, 0), "no item");
    let more = item(&net, &user, "one too many").await;
    net.wait(6);
    assert_eq!(refusal(&of(&format!("{all},{more}")).await), (400, 100, 0));
    assert_eq!(refusal(&net.publish(&user, &items[0]).await), (400, 100, 0), "not by itself");
    let container = id(&of(&all).await);
    assert_eq!(refusal(&net.publish(&user, &container).await), TOO_EARLY);
    net.wait(6);
    let post = id(&net.publish(&user, &container).await);
    let [public] = net.ledger().try_into().unwrap();
    assert_eq!((public.kind.as_str(), public.media.len()), ("carousel", 20));
    assert_eq!(public.media[19].alt.as_deref(), Some("picture 19"));
    let fields = [("fields", "media_type,children{id,media_type,alt_text}")];
    let shown = ok(&net.get(&post, &user.token, &fields).await);
    assert_eq!(shown["media_type"], "CAROUSEL_ALBUM");
    let first = &shown["children"]["data"][0];
    assert_eq!((&first["media_type"], &first["alt_text"]), (&json!("IMAGE"), &json!("picture 0")));
    let child = first["id"].as_str().unwrap();
    assert_ne!(child, items[0], "a file has an id of its own");
    let alone = ok(&net.get(child, &user.token, &[("fields", "media_url")]).await);
    assert!(alone["media_url"].as_str().unwrap().contains(&public.media[0].sha256));
    let bare = ok(&net.get(&post, &user.token, &[("fields", "children")]).await);
    assert_eq!(bare["children"]["data"][0], json!({ "id": child }));
}

#[tokio::test]
async fn a_text_can_be_published_in_one_call() {
    let net = Net::new();
    let user = net.user().await;
    let shortcut = async |kind: &str| {
        net.create(&user, &[("media_type", kind), ("text", "Now."), ("auto_publish_text", "true")]).await
    };
    let post = id(&shortcut("TEXT").await);
    assert_eq!(net.ledger()[0].remote_id, post);
    ok(&net.get(&post, &user.token, &[("fields", "text")]).await);
    assert_eq!(refusal(&shortcut("IMAGE").await), (400, 100, 0));
    net.fault("commit", When::After, FaultKind::Status, 500);
    assert_eq!(refusal(&shortcut("TEXT").await), (500, 2, 0));
    assert_eq!(net.ledger().len(), 2, "there all the same");
}
