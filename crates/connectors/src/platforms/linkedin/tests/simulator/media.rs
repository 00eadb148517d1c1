//! Uploads: with and without the token, in parts, and until they can be posted.

use super::*;

fn media(urn: &str) -> Value {
    json!({ "media": { "id": urn, "altText": "a boat" } })
}

#[tokio::test]
async fn a_picture_is_put_with_the_token_and_worked_on() {
    let net = Net::new();
    let mara = net.login("marafields", ORGANIZATION).await;
    let page = mara.page().await;
    let (urn, url) = mara.begin("image", &page).await;
    assert!(urn.starts_with("urn:li:image:") && url.starts_with(&format!("{WWW}/dms-uploads/")), "{url}");
    let status = async |urn: &str| {
        let reply = mara.get(&format!("images/{}", encoded(urn))).await;
        body(&reply)["status"].as_str().unwrap().to_owned()
    };
    let post = async |urn: &str| mara.post("posts", &with(draft(&page, "Boat"), "content", media(urn))).await;
    assert_eq!(status(&urn).await, "WAITING_UPLOAD");
    assert_eq!(refusal(&post(&urn).await).1, "MEDIA_ASSET_WAITING_UPLOAD");
    let photo = net.bench.library.jpeg(640, 480, None);
    let bytes = net.bench.library.bytes(photo.id).unwrap().to_vec();
    let naked =
        Call::new("raw", Safety::Invisible, Method::PUT, &url).body("image/jpeg", bytes_of(bytes.clone()));
    assert_eq!(net.send(naked).await.status, 401, "without the token");
    let reply = mara.put(&url, bytes.clone()).await;
    assert_eq!((reply.status.as_u16(), reply.body.len()), (201, 0));
    assert_eq!(status(&urn).await, "PROCESSING");
    assert_eq!(refusal(&post(&urn).await).1, "MEDIA_ASSET_WAITING_UPLOAD");
    net.pass(2);
    assert_eq!(status(&urn).await, "AVAILABLE");
    assert_eq!(post(&urn).await.status, 201);
    let item = net.ledger()[0].clone();
    assert_eq!(
        (item.media[0].sha256.as_str(), item.media[0].alt.as_deref()),
        (photo.sha256.as_str(), Some("a boat"))
    );
    let (broken, url) = mara.begin("image", &page).await;
    mara.put(&url, b"not a picture".to_vec()).await;
    net.pass(2);
    assert_eq!(status(&broken).await, "PROCESSING_FAILED");
    assert_eq!(refusal(&post(&broken).await).1, "MEDIA_ASSET_PROCESSING_FAILED");
    let (_, url) = mara.begin("image", &page).await;
    net.pass(24 * 3_600);
    assert_eq!(refusal(&mara.put(&url, bytes).await).1, "EXPIRED_UPLOAD_URL");
}

#[tokio::test]
async fn a_member_can_not_look_at_pictures_and_nobody_posts_anothers() {
    let net = Net::new();
    let (member, page) = (net.login("marafields", MEMBER).await, net.login("marafields", ORGANIZATION).await);
    let (me, coffee) = (member.me().await, page.page().await);
    let own = member.picture(&me).await;
    assert_eq!(
        refusal(&member.get(&format!("images/{}", encoded(&own))).await),
        (403, "ACCESS_DENIED".into())
    );
    let foreign = page.picture(&coffee).await;
    let reply = member.post("posts", &with(draft(&me, "x"), "content", media(&foreign))).await;
    assert_eq!(refusal(&reply), (400, "INVALID_CONTENT_OWNERSHIP".into()));
    let owner = json!({ "initializeUploadRequest": { "owner": coffee } });
    assert_eq!(member.post("images?action=initializeUpload", &owner).await.status, 400);
    let huge = net.bench.library.jpeg(7_000, 6_000, None);
    let (urn, url) = member.begin("image", &me).await;
    member.put(&url, net.bench.library.bytes(huge.id).unwrap().to_vec()).await;
    net.pass(5);
    let reply = member.post("posts", &with(draft(&me, "x"), "content", media(&urn))).await;
    assert_eq!(refusal(&reply).1, "MEDIA_ASSET_PROCESSING_FAILED", "over 36 million pixels");
    member.publish(&me, "", media(&own)).await;
}

#[tokio::test]
async fn several_pictures_are_two_to_twenty() {
    let net = Net::new();
    let mara = net.login("marafields", MEMBER).await;
    let me = mara.me().await;
    let mut images = Vec::new();
    for n in 0..21 {
        images.push(json!({ "id": mara.picture(&me).await, "altText": format!("picture {n}") }));
    }
    for (count, status) in [(1, 400), (2, 201), (20, 201), (21, 400)] {
        let content = json!({ "multiImage": { "images": images[..count].to_vec() } });
        let reply = mara.post("posts", &with(draft(&me, "Rocks"), "content", content)).await;
        assert_eq!(reply.status, status, "{count}: {}", reply.snippet(200));
    }
    let alts: Vec<_> = net.ledger()[0].media.iter().map(|m| m.alt.clone().unwrap()).collect();
    assert_eq!(alts, ["picture 0", "picture 1"]);
    let long = json!({ "multiImage": { "images": [
        { "id": images[0]["id"], "altText": "a".repeat(4_087) }, images[1].clone(),
    ] } });
    let reply = mara.post("posts", &with(draft(&me, "Rocks"), "content", long)).await;
    assert_eq!(refusal(&reply).1, "FIELD_LENGTH_TOO_LONG");
}

#[tokio::test]
async fn a_video_goes_in_parts_without_the_token_and_is_joined_by_etags() {
    let net = Net::new();
    let mara = net.login("marafields", MEMBER).await;
    let me = mara.me().await;
    let info = net.bench.library.mp4(9_000_000, 10_000, None);
    let bytes = net.bench.library.bytes(info.id).unwrap();
    let request = json!({ "initializeUploadRequest": {
        "owner": me, "fileSizeBytes": bytes.len(), "uploadCaptions": false, "uploadThumbnail": true,
    } });
    let value = body(&mara.post("videos?action=initializeUpload", &request).await)["value"].clone();
    let urn = value["video"].as_str().unwrap().to_owned();
    let parts = value["uploadInstructions"].as_array().unwrap().clone();
    let ends: Vec<_> = parts.iter().map(|p| (p["firstByte"].as_u64(), p["lastByte"].as_u64())).collect();
    let slices = [(0, 4_194_303), (4_194_304, 8_388_607), (8_388_608, 8_999_999)];
    assert_eq!(ends, slices.map(|(a, b)| (Some(a), Some(b))));
    assert!(value["thumbnailUploadUrl"].is_string() && value["captionsUploadUrl"].is_null());
    let put = |n: usize| {
        let at = |name: &str| usize::try_from(parts[n][name].as_u64().unwrap()).unwrap();
        let slice = bytes[at("firstByte")..=at("lastByte")].to_vec();
        Call::new("raw", Safety::Invisible, Method::PUT, parts[n]["uploadUrl"].as_str().unwrap())
            .body("application/octet-stream", bytes_of(slice))
    };
    assert_eq!(net.send(put(0).bearer(&mara.token)).await.status, 400, "with the token");
    assert_eq!(net.send(put(0).header(http::header::CONTENT_TYPE, "video/mp4")).await.status, 415);
    let short = put(0).body("application/octet-stream", bytes_of(vec![0; 10]));
    assert_eq!(net.send(short).await.status, 400, "another size than the instruction says");
    let finalize = async |ids: &[String], token: &Value| {
        let request = json!({ "finalizeUploadRequest": { "video": urn, "uploadToken": token, "uploadedPartIds": ids } });
        mara.post("videos?action=finalizeUpload", &request).await
    };
    let token = value["uploadToken"].clone();
    let mut etags = Vec::new();
    for n in [0, 0, 1] {
        let reply = net.send(put(n)).await;
        assert_eq!(reply.status, 200);
        etags.push(reply.header("etag").unwrap().trim_matches('"').to_owned());
    }
    assert_ne!(etags[0], etags[1], "a part that is sent again has another ETag");
    let first = etags.remove(0);
    assert_eq!(refusal(&finalize(&etags, &token).await).1, "MEDIA_ASSET_WAITING_UPLOAD", "a part is missing");
    let quoted = net.send(put(2)).await.header("etag").unwrap().to_owned();
    assert!(quoted.starts_with('"'), "{quoted}");
    etags.push(quoted.trim_matches('"').to_owned());
    let mut swapped = etags.clone();
    swapped.swap(0, 1);
    let stale = [first, etags[1].clone(), etags[2].clone()];
    let with_quotes = etags.iter().map(|e| format!("\"{e}\"")).collect::<Vec<_>>();
    for wrong in [&swapped[..], &stale[..], &with_quotes[..], &etags[..2]] {
        assert_eq!(refusal(&finalize(wrong, &token).await).1, "INVALID_VALUE_FOR_FIELD", "{wrong:?}");
    }
    assert_eq!(refusal(&finalize(&etags, &json!("guess")).await).1, "INVALID_VALUE_FOR_FIELD");
    assert_eq!(finalize(&etags, &token).await.status, 200);
    assert_eq!(refusal(&finalize(&etags, &token).await), (400, "UPDATING_ASSET_FAILED".into()), "twice");
    let status = async || {
        body(&mara.get(&format!("videos/{}", encoded(&urn))).await)["status"].as_str().unwrap().to_owned()
    };
    assert_eq!(status().await, "PROCESSING");
    net.pass(60);
    assert_eq!(status().await, "AVAILABLE");
    let post = mara.publish(&me, "Waves", json!({ "media": { "id": urn, "title": "Waves" } })).await;
    assert!(post.starts_with("urn:li:ugcPost:"));
    let item = net.ledger()[0].clone();
    assert_eq!((item.media[0].sha256.as_str(), item.media[0].bytes), (info.sha256.as_str(), 9_000_000));
}

#[tokio::test]
async fn videos_have_a_smallest_and_a_largest_size() {
    let net = Net::new();
    let mara = net.login("marafields", MEMBER).await;
    let me = mara.me().await;
    let begin = async |size: u64| {
        let request =
            json!({ "owner": me, "fileSizeBytes": size, "uploadCaptions": false, "uploadThumbnail": false });
        mara.post("videos?action=initializeUpload", &json!({ "initializeUploadRequest": request })).await
    };
    for size in [0, 500_000_001] {
        assert_eq!(refusal(&begin(size).await).1, "INVALID_VALUE_FOR_FIELD");
    }
    assert_eq!(begin(500_000_000).await.status, 200);
    let small = net.bench.library.mp4(50_000, 10_000, None);
    let value = body(&begin(50_000).await)["value"].clone();
    assert_eq!(value["uploadToken"], "");
    let url = value["uploadInstructions"][0]["uploadUrl"].as_str().unwrap();
    let bytes = net.bench.library.bytes(small.id).unwrap().to_vec();
    let call = Call::new("raw", Safety::Invisible, Method::PUT, url);
    let reply = net.send(call.body("application/octet-stream", bytes_of(bytes))).await;
    let etag = reply.header("etag").unwrap().trim_matches('"');
    let done = json!({ "finalizeUploadRequest": {
        "video": value["video"], "uploadToken": "", "uploadedPartIds": [etag],
    } });
    assert_eq!(mara.post("videos?action=finalizeUpload", &done).await.status, 200);
    net.pass(60);
    let path = format!("videos/{}", encoded(value["video"].as_str().unwrap()));
    let state = body(&mara.get(&path).await);
    assert_eq!(state["status"], "PROCESSING_FAILED");
    assert!(state["processingFailureReason"].is_string());
}

#[tokio::test]
async fn a_document_needs_a_title() {
    let net = Net::new();
    let mara = net.login("marafields", MEMBER).await;
    let me = mara.me().await;
    let upload = async |bytes: &[u8]| {
        let (urn, url) = mara.begin("document", &me).await;
        assert_eq!(mara.put(&url, bytes.to_vec()).await.status, 201);
        net.pass(10);
        urn
    };
    let urn = upload(b"%PDF-1.7 /Type /Page >>").await;
    let untitled = with(draft(&me, "Slides"), "content", json!({ "media": { "id": urn } }));
    assert_eq!(refusal(&mara.post("posts", &untitled).await).1, "MISSING_FIELD");
    let most =
        upload(&[b"%PDF-1.7 ".as_slice(), &b"/Type /Page /Contents 1234 0 R ".repeat(300)].concat()).await;
    mara.publish(&me, "Many slides", json!({ "media": { "id": most, "title": "All" } })).await;
    let post = mara.publish(&me, "Slides", json!({ "media": { "id": urn, "title": "Slides" } })).await;
    assert!(post.starts_with("urn:li:ugcPost:"));
    let many =
        upload(&[b"%PDF-1.7 ".as_slice(), &b"/Type /Page /Contents 12345 0 R ".repeat(301)].concat()).await;
    for bad in [many, upload(b"plain text").await] {
        let content = json!({ "media": { "id": bad, "title": "Slides" } });
        let reply = mara.post("posts", &with(draft(&me, "Other slides"), "content", content)).await;
        assert_eq!(refusal(&reply).1, "MEDIA_ASSET_PROCESSING_FAILED");
    }
    let feed = testing::open(&net.bench.sandbox, &format!("{WWW}/in/marafields")).await.snippet(50_000);
    assert!(feed.contains("Document"), "{feed}");
}
