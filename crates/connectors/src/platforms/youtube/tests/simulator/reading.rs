//! Channels, lists, numbers.

use super::*;
use crate::sandbox::Persona;

async fn own_channel(net: &Net, part: &str) -> Value {
    json_of(&net.get(&format!("channels?part={part}&mine=true")).await)["items"][0].clone()
}

async fn uploads_of(net: &Net) -> String {
    let channel = own_channel(net, "contentDetails").await;
    channel["contentDetails"]["relatedPlaylists"]["uploads"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_channel_is_shown_with_round_numbers_as_text() {
    let net = Net::new().await;
    net.video("Counts").await;
    net.upload(&meta("Does not", "private"), &film("hidden", None)).await;
    let channel = own_channel(&net, "snippet,contentDetails,statistics,status,brandingSettings").await;
    let id = channel["id"].as_str().unwrap();
    assert!(id.starts_with("UC") && id.len() == 24, "{id}");
    assert_eq!(uploads_of(&net).await[2..], id[2..]);
    assert_eq!(
        (channel["snippet"]["title"].as_str(), channel["snippet"]["customUrl"].as_str()),
        (Some("Mara Fields"), Some("@marafields"))
    );
    assert_eq!(channel["brandingSettings"]["channel"]["title"], "Mara Fields");
    assert_eq!(channel["status"]["longUploadsStatus"], "allowed");
    let numbers = &channel["statistics"];
    assert_eq!(
        (numbers["videoCount"].as_str(), numbers["hiddenSubscriberCount"].as_bool()),
        (Some("1"), Some(false))
    );
    let mara = Persona::find("marafields").unwrap();
    let exact = mara.followers_at(PLATFORM, net.bench.world.now()).to_string();
    let shown = numbers["subscriberCount"].as_str().unwrap();
    assert_eq!((shown.len(), &shown[..3]), (exact.len(), &exact[..3]));
    assert!(shown[3..].bytes().all(|digit| digit == b'0'), "{shown} of {exact}");
    net.rules(|memory| memory.rules.hides_subscribers = true);
    let hidden = own_channel(&net, "statistics").await;
    assert_eq!(
        (
            hidden["statistics"]["hiddenSubscriberCount"].as_bool(),
            hidden["statistics"].get("subscriberCount")
        ),
        (Some(true), None)
    );
    let by_handle = json_of(&net.get("channels?part=id&forHandle=@MaraFields").await);
    assert_eq!(by_handle["items"][0]["id"], id);
    assert_eq!(
        own_channel(&Net::of("nikospapadakis").await, "status").await["status"]["longUploadsStatus"],
        "eligible"
    );
}

#[tokio::test]
async fn filters_parts_and_parameters_are_checked() {
    let net = Net::new().await;
    let cases = [
        ("channels?mine=true", "missingRequiredParameter"),
        ("channels?part=snippet", "missingRequiredParameter"),
        ("channels?part=snippet&mine=true&id=UC1", "incompatibleParameters"),
        ("channels?part=everything&mine=true", "unknownPart"),
        ("channels?part=snippet&mine=true&color=red", "unexpectedParameter"),
        ("channels?part=snippet&mine=perhaps", "invalidParameter"),
        ("videos?part=snippet&chart=mostPopular", "videoChartNotFound"),
        ("playlistItems?part=snippet&playlistId=UU1&maxResults=51", "invalidParameter"),
        ("playlistItems?part=snippet&playlistId=UU1&pageToken=nonsense", "invalidPageToken"),
        ("videoCategories?part=snippet&regionCode=EUR", "unsupportedRegionCode"),
    ];
    for (path, reason) in cases {
        assert_eq!(refused(&net.get(path).await), (400, reason.to_owned()), "{path}");
    }
    let many = vec!["x"; 51].join(",");
    assert_eq!(refused(&net.get(&format!("videos?part=id&id={many}")).await).1, "invalidFilters");
    assert_eq!(
        refused(&net.get("playlistItems?part=id&playlistId=PLnone").await),
        (404, "playlistNotFound".to_owned())
    );
    let categories = json_of(&net.get("videoCategories?part=snippet&regionCode=IE").await);
    let assignable = |id: &str| {
        let all = categories["items"].as_array().unwrap();
        all.iter().find(|c| c["id"] == id).unwrap()["snippet"]["assignable"].as_bool().unwrap()
    };
    assert!(assignable("22") && !assignable("42"));
    let elsewhere = net
        .call(Method::GET, "https://accounts.google.com/youtube/v3/channels?part=id&mine=true", None)
        .await;
    assert_eq!(elsewhere.status, StatusCode::NOT_FOUND);
    let old_host = "https://www.googleapis.com/youtube/v3/channels?part=id&mine=true";
    json_of(&net.call(Method::GET, old_host, None).await);
}

#[tokio::test]
async fn uploads_are_listed_late_page_by_page_newest_first() {
    let mut net = Net::new().await;
    let mut ids = Vec::new();
    for number in 0..5 {
        ids.push(net.video(&format!("Number {number}")).await);
    }
    let id = net.upload(&meta("Private", "private"), &film("private", None)).await["id"]
        .as_str()
        .unwrap()
        .to_owned();
    ids.push(id);
    let uploads = uploads_of(&net).await;
    let path = format!("playlistItems?part=snippet,contentDetails,status&maxResults=2&playlistId={uploads}");
    let first = json_of(&net.get(&path).await);
    assert_eq!(first["pageInfo"]["totalResults"], 4, "the last two minutes are missing");
    net.wait(120);
    let mut seen = Vec::new();
    let mut page = json_of(&net.get(&path).await);
    assert!(page.get("prevPageToken").is_none());
    loop {
        for item in page["items"].as_array().unwrap() {
            assert_eq!(item["snippet"]["position"], seen.len());
            assert_eq!(item["snippet"]["resourceId"]["videoId"], item["contentDetails"]["videoId"]);
            let private = item["status"]["privacyStatus"] == "private";
            assert_eq!(item["contentDetails"].get("videoPublishedAt").is_none(), private);
            seen.push(item["contentDetails"]["videoId"].as_str().unwrap().to_owned());
        }
        let Some(token) = page["nextPageToken"].as_str() else { break };
        page = json_of(&net.get(&format!("{path}&pageToken={token}")).await);
        assert!(page["prevPageToken"].is_string());
    }
    ids.reverse();
    assert_eq!(seen, ids);
    net.token = net.sign_in("theolund", EVERYTHING).await;
    let others = json_of(&net.get(&path).await);
    assert_eq!(others["pageInfo"]["totalResults"], 5, "what is private is the owner's");
}

#[tokio::test]
async fn numbers_are_text_and_some_are_missing() {
    let mut net = Net::new().await;
    let mut body = meta("Quiet", "public");
    body["status"]["publicStatsViewable"] = json!(false);
    body["status"]["selfDeclaredMadeForKids"] = json!(true);
    let quiet = net.upload(&body, &film("quiet", None)).await["id"].as_str().unwrap().to_owned();
    let open = net.video("Open").await;
    net.wait(1_800);
    let path = format!("videos?part=statistics&id={open},{quiet}");
    let both = json_of(&net.get(&path).await)["items"].clone();
    let names = |at: usize| both[at]["statistics"].as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(0), ["commentCount", "dislikeCount", "favoriteCount", "likeCount", "viewCount"]);
    assert_eq!(names(1), ["dislikeCount", "favoriteCount", "viewCount"]);
    let views = |value: &Value| value["statistics"]["viewCount"].as_str().unwrap().parse::<u64>().unwrap();
    assert!(views(&both[0]) > 0);
    net.wait(600);
    let later = json_of(&net.get(&path).await)["items"].clone();
    assert!(views(&later[0]) > views(&both[0]));
    net.token = net.sign_in("theolund", EVERYTHING).await;
    let stranger = json_of(&net.get(&path).await);
    assert!(stranger["items"][0]["statistics"].get("dislikeCount").is_none());
}

#[tokio::test]
async fn a_known_tag_gets_no_body() {
    let net = Net::new().await;
    let id = net.video("Tagged").await;
    let url = format!("{V3}/videos?part=snippet&id={id}");
    let first = json_of(&net.call(Method::GET, &url, None).await);
    let ask = |tag: &str| {
        let call = Call::get("raw", &url).header(http::header::AUTHORIZATION, &net.bearer());
        call.header(http::header::IF_NONE_MATCH, tag)
    };
    assert_eq!(net.send(ask(first["etag"].as_str().unwrap())).await.status, StatusCode::NOT_MODIFIED);
    assert_eq!(net.send(ask("other")).await.status, StatusCode::OK);
}

#[tokio::test]
async fn the_pages_show_what_viewers_see() {
    let net = Net::new().await;
    let public = net.upload(&meta("For 'everybody' & all", "public"), &film("p", None)).await["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let unlisted = net.upload(&meta("With the link", "unlisted"), &film("u", None)).await["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let private =
        net.upload(&meta("Mine", "private"), &film("m", None)).await["id"].as_str().unwrap().to_owned();
    let text = async |path: &str| net.page(path).await.snippet(30_000);
    for path in ["/", "/@marafields"] {
        let page = text(path).await;
        assert!(page.contains("For &#39;everybody&#39; &amp; all") && page.contains("Processing"), "{page}");
        assert!(!page.contains("With the link") && !page.contains("Mine."), "{page}");
    }
    assert!(text(&format!("/watch?v={public}")).await.contains("everybody"));
    assert!(text(&format!("/watch?v={unlisted}")).await.contains("With the link"));
    let page = text(&format!("/watch?v={private}")).await;
    assert!(page.contains("This video is private") && !page.contains("About Mine."), "{page}");
    assert_eq!(net.page("/watch?v=unknown1234").await.status, StatusCode::NOT_FOUND);
    let channel = own_channel(&net, "id").await["id"].as_str().unwrap().to_owned();
    assert!(text(&format!("/channel/{channel}")).await.contains("Mara Fields"));
    let feed = text(&format!("/xml/feeds/videos.xml?channel_id={channel}")).await;
    assert!(
        feed.contains(&format!("<yt:videoId>{public}</yt:videoId>")) && !feed.contains(&unlisted),
        "{feed}"
    );
}

#[tokio::test]
async fn a_restart_keeps_everything() {
    let net = Net::new().await;
    let file = long_film(KIB256 + 9);
    let session = net.session(&meta("Half", "public"), file.len()).await;
    net.chunk(&session, &file, 0, KIB256).await;
    net.video("Kept").await;
    let snapshot = net.bench.world.snapshot().unwrap();
    let mut other = Net::new().await;
    other.bench.world.restore(&snapshot).unwrap();
    other.wait(120);
    net.token.clone_into(&mut other.token);
    assert_eq!(other.live().await.len(), 1);
    let uploads = uploads_of(&other).await;
    let list = json_of(&other.get(&format!("playlistItems?part=snippet&playlistId={uploads}")).await);
    assert_eq!(list["items"][0]["snippet"]["title"], "Kept");
    assert_eq!(other.question(&session, "*").await.header("range"), Some("bytes=0-262143"));
}
