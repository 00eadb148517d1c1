//! Words, links, photos, comments; what is public and what is not.

use serde_json::json;

use super::*;

#[tokio::test]
async fn words_and_links_are_public_at_once() {
    let net = Net::new();
    let page = net.page().await;
    let text = net.text_post(&page, "Fog over the <bay>").await;
    assert!(text.starts_with(&format!("{}_", page.id)), "{text}");
    let link = [("message", "read this"), ("link", "https://example.com/fog")];
    let link = id(&net.on(&page, "feed", &link).await);
    let ledger = net.ledger();
    let got: Vec<_> =
        ledger.iter().map(|i| (i.remote_id.as_str(), i.kind.as_str(), i.text.as_str())).collect();
    assert_eq!(got, [(text.as_str(), "post", "Fog over the <bay>"), (link.as_str(), "link", "read this")]);
    assert!(ledger.iter().all(|i| i.account.remote_id == page.id && i.account.handle == "marafields"));
    let fields = "id,message,created_time,permalink_url,is_published,from,attachments{media_type,url,target}";
    let post = ok(&net.get(&link, &page.token, &[("fields", fields)]).await);
    assert_eq!(post["attachments"]["data"][0]["url"], "https://example.com/fog");
    assert_eq!(post["created_time"], "2026-11-02T09:00:00+0000");
    let back = [("message", "with fields"), ("fields", "id,permalink_url")];
    let answer = ok(&net.on(&page, "feed", &back).await);
    let permalink = answer["permalink_url"].as_str().unwrap();
    let shown = testing::open(&net.bench.sandbox, permalink).await.snippet(20_000);
    assert!(shown.contains("with fields"), "{shown}");
    for path in ["/", "/marafields", &format!("/{}", page.id), &format!("/{text}")] {
        let url = format!("https://www.facebook.com{path}");
        let shown = testing::open(&net.bench.sandbox, &url).await.snippet(30_000);
        assert!(shown.contains("Fog over the &lt;bay&gt;"), "{path}: {shown}");
    }
}

#[tokio::test]
async fn posts_are_refused_for_their_own_causes() {
    let net = Net::new();
    let page = net.page().await;
    let (long, most) = ("x".repeat(63_207), "x".repeat(63_206));
    let now = 1_793_610_000_i64;
    let at = |seconds: i64| (now + seconds).to_string();
    let (soon, late) = (at(599), at(30 * 86_400 + 1));
    let photos = json!(vec![json!({ "media_fbid": "122101234007919" }); 11]).to_string();
    type Case<'a> = (&'a [(&'a str, &'a str)], (u16, i64, i64));
    let cases: &[Case<'_>] = &[
        (&[], (400, 100, 0)),
        (&[("message", &long)], (400, 100, 0)),
        (&[("message", "x"), ("mesage", "y")], (400, 100, 0)),
        (&[("link", "https://www.facebook.com/zuck")], (400, 100, 1_609_008)),
        (&[("link", "not a link")], (400, 100, 2_061_006)),
        (&[("link", "https://nowhere.invalid/")], (400, 100, 1_609_005)),
        (&[("message", "x"), ("published", "maybe")], (400, 100, 0)),
        (&[("message", "x"), ("scheduled_publish_time", &at(3_600))], (400, 100, 0)),
        (&[("message", "x"), ("published", "false"), ("scheduled_publish_time", &soon)], (400, 100, 0)),
        (&[("message", "x"), ("published", "false"), ("scheduled_publish_time", &late)], (400, 100, 0)),
        (&[("message", "x"), ("attached_media", "122")], (400, 100, 0)),
        (&[("message", "x"), ("attached_media", r#"[{"media_fbid":"122"}]"#)], (400, 100, 0)),
        (&[("message", "x"), ("attached_media", &photos)], (400, 100, 0)),
        (&[("message", "x"), ("targeting", "CA")], (400, 100, 0)),
        (&[("message", "x"), ("backdated_time", &at(60))], (400, 100, 0)),
        (&[("message", "x"), ("text_format_preset_id", "1")], (500, 1, 99)),
        (&[("message", &"x".repeat(131)), ("text_format_preset_id", "106018623298955")], (400, 100, 0)),
    ];
    for (params, want) in cases {
        assert_eq!(refusal(&net.on(&page, "feed", params).await), *want, "{params:?}");
    }
    assert!(net.ledger().is_empty());
    id(&net.on(&page, "feed", &[("message", &most)]).await);
}

#[tokio::test]
async fn the_same_words_twice_in_a_row_are_a_duplicate() {
    let net = Net::new();
    let page = net.page().await;
    let first = net.text_post(&page, "again").await;
    let same = [("message", "again")];
    assert_eq!(refusal(&net.on(&page, "feed", &same).await), (400, 506, 0));
    net.text_post(&page, "something else").await;
    let second = net.text_post(&page, "again").await;
    assert_ne!(first, second);
    assert_eq!(ok(&net.delete(&second, &page.token).await)["success"], true);
    net.text_post(&page, "again").await;
    assert_eq!(net.ledger().iter().filter(|i| i.deleted_at.is_none()).count(), 3);
}

#[tokio::test]
async fn scheduled_posts_become_public_on_the_clock() {
    let net = Net::new();
    let page = net.page().await;
    let at = "2026-11-02T10:00:00Z";
    let params = [("message", "later"), ("published", "false"), ("scheduled_publish_time", at)];
    let later = id(&net.on(&page, "feed", &params).await);
    let draft = id(&net.on(&page, "feed", &[("message", "draft"), ("published", "false")]).await);
    assert!(net.ledger().is_empty());
    let scheduled = net.list(&page, "scheduled_posts", "id,scheduled_publish_time,is_published").await;
    let want = json!({ "id": later, "scheduled_publish_time": 1_793_613_600, "is_published": false });
    assert_eq!(scheduled, [want]);
    assert!(net.list(&page, "published_posts", "id").await.is_empty());
    net.wait(3_700);
    assert_eq!(net.list(&page, "published_posts", "id").await[0]["id"], later);
    assert_eq!(net.ledger()[0].at.as_second(), 1_793_613_600, "its own time, not that of the look");
    ok(&net.post(&draft, &page.token, &[("is_published", "true")]).await);
    let other =
        [("message", "moved"), ("published", "false"), ("scheduled_publish_time", "2026-11-02T11:00:00Z")];
    let other = id(&net.on(&page, "feed", &other).await);
    let moved = [("scheduled_publish_time", "2026-11-02T12:00:00Z"), ("message", "moved on")];
    ok(&net.post(&other, &page.token, &moved).await);
    net.wait(2 * 3_600);
    net.list(&page, "feed", "id").await;
    let texts: Vec<_> = net.ledger().into_iter().map(|i| i.text).collect();
    assert_eq!(texts, ["later", "draft", "moved on"]);
}

#[tokio::test]
async fn one_call_makes_many_photos_public() {
    let net = Net::new();
    let page = net.page().await;
    let described = net.bench.library.jpeg(800, 600, None);
    let url = url_of(&described);
    let params = [("url", url.as_str()), ("published", "false"), ("alt_text_custom", "a boat")];
    let answer = ok(&net.on(&page, "photos", &params).await);
    assert!(answer.get("post_id").is_none(), "{answer}");
    let first = answer["id"].as_str().unwrap();
    let second = net.photo(&page).await;
    assert!(net.ledger().is_empty() && net.list(&page, "photos?type=uploaded", "id").await.is_empty());
    let (one, two) =
        (json!({ "media_fbid": first }).to_string(), json!({ "media_fbid": second }).to_string());
    let params =
        [("message", "two"), ("attached_media[0]", one.as_str()), ("attached_media[1]", two.as_str())];
    let post = id(&net.on(&page, "feed", &params).await);
    let [item] = net.ledger().try_into().unwrap();
    assert_eq!((item.remote_id.as_str(), item.kind.as_str()), (post.as_str(), "photos"));
    assert_eq!(item.media[0].sha256, described.sha256);
    assert_eq!((item.media.len(), item.media[0].alt.as_deref()), (2, Some("a boat")));
    let fields = "attachments{media_type,subattachments{target{id},media}}";
    let shown = ok(&net.get(&post, &page.token, &[("fields", fields)]).await);
    let below = &shown["attachments"]["data"][0]["subattachments"]["data"];
    assert_eq!((&below[0]["target"]["id"], &below[1]["target"]["id"]), (&json!(first), &json!(second)));
    assert_eq!(below[0]["media"]["image"]["width"], 800);
    let story = ok(&net.get(first, &page.token, &[("fields", "page_story_id,alt_text_custom")]).await);
    assert_eq!((&story["page_story_id"], &story["alt_text_custom"]), (&json!(post), &json!("a boat")));
    let again = json!([{ "media_fbid": first }]).to_string();
    let again = [("message", "again"), ("attached_media", again.as_str())];
    assert_eq!(refusal(&net.on(&page, "feed", &again).await), (400, 100, 1_366_051));
    ok(&net.delete(&post, &page.token).await);
    assert_eq!(refusal(&net.get(&post, &page.token, &[]).await), (400, 100, 33));
    assert_eq!(refusal(&net.delete(&post, &page.token).await), (400, 100, 33));
    assert!(net.ledger()[0].deleted_at.is_some());
}

#[tokio::test]
async fn a_photo_of_its_own_has_two_ids() {
    let net = Net::new();
    let page = net.page().await;
    let photo = net.bench.library.jpeg(1080, 1080, None);
    let bytes = net.bench.library.bytes(photo.id).unwrap();
    let path = format!("{}/photos", page.id);
    let params = [("caption", "by file"), ("alt_text_custom", "a pier")];
    let answer = ok(&net.upload(&path, &page.token, &params, ("source", bytes.clone())).await);
    let [item] = net.ledger().try_into().unwrap();
    assert_eq!((&answer["post_id"], item.kind.as_str()), (&json!(item.remote_id), "photo"));
    assert_eq!((item.text.as_str(), item.media[0].sha256.as_str()), ("by file", photo.sha256.as_str()));
    let listed = net.list(&page, "photos?type=uploaded", "id,name,page_story_id").await;
    let want = json!({ "id": answer["id"], "name": "by file", "page_story_id": item.remote_id });
    assert_eq!(listed, [want]);
    let twice = net.upload(&path, &page.token, &params, ("source", bytes)).await;
    assert_eq!(refusal(&twice), (400, 100, 1_366_051));
    let text = Bytes::from_static(b"no picture");
    assert_eq!(refusal(&net.upload(&path, &page.token, &[], ("source", text)).await), (400, 100, 1_366_046));
    let large = net.bench.library.padded(net.bench.library.jpeg(10, 10, None), 4 * 1024 * 1024 + 1);
    assert_eq!(refusal(&net.on(&page, "photos", &[("url", &url_of(&large))]).await), (400, 100, 1_366_046));
    let missing = [("url", "https://media.carillon.example/none")];
    assert_eq!(refusal(&net.on(&page, "photos", &missing).await), (400, 324, 2_069_019));
    assert_eq!(net.ledger().len(), 1);
}

#[tokio::test]
async fn temporary_photos_are_gone_after_a_day() {
    let net = Net::new();
    let page = net.page().await;
    let url = url_of(&net.bench.library.jpeg(100, 100, None));
    let params = [("url", url.as_str()), ("published", "false"), ("temporary", "true")];
    let photo = id(&net.on(&page, "photos", &params).await);
    net.wait(86_400);
    let media = json!([{ "media_fbid": photo }]).to_string();
    assert_eq!(refusal(&net.on(&page, "feed", &[("attached_media", &media)]).await).1, 100);
}

#[tokio::test]
async fn comments_and_replies_are_public_and_go_with_their_post() {
    let net = Net::new();
    let page = net.page().await;
    let post = net.text_post(&page, "talk to me").await;
    let on = |node: &str| format!("{node}/comments");
    let first = id(&net.post(&on(&post), &page.token, &[("message", "first")]).await);
    let reply = id(&net.post(&on(&first), &page.token, &[("message", "reply")]).await);
    let parents: Vec<_> = net.ledger().into_iter().map(|i| i.parent).collect();
    assert_eq!(parents, [None, Some(post.clone()), Some(first.clone())]);
    assert_eq!(refusal(&net.post(&on(&post), &page.token, &[("message", " ")]).await), (400, 100, 0));
    let query = [("filter", "stream"), ("summary", "true"), ("fields", "id,message,parent{id},from")];
    let list = ok(&net.get(&on(&post), &page.token, &query).await);
    assert_eq!(list["summary"]["total_count"], 2);
    assert_eq!(list["data"][1]["parent"]["id"], first);
    assert_eq!(list["data"][0]["from"]["name"], "Mara Fields");
    let top = ok(&net.get(&on(&post), &page.token, &[]).await);
    assert_eq!(top["data"].as_array().unwrap().len(), 1);
    ok(&net.post(&first, &page.token, &[("is_hidden", "true")]).await);
    let hidden = ok(&net.get(&first, &page.token, &[("fields", "is_hidden,comment_count")]).await);
    assert_eq!((&hidden["is_hidden"], &hidden["comment_count"]), (&json!(true), &json!(1)));
    ok(&net.delete(&reply, &page.token).await);
    assert_eq!(refusal(&net.get(&reply, &page.token, &[]).await), (400, 100, 33));
    ok(&net.delete(&post, &page.token).await);
    assert!(net.ledger().iter().all(|i| i.deleted_at.is_some()));
    let unable =
        net.page_with("marafields", "pages_show_list,pages_read_engagement,pages_manage_posts").await;
    let post = net.text_post(&unable, "no comment").await;
    assert_eq!(refusal(&net.post(&on(&post), &unable.token, &[("message", "x")]).await), (403, 200, 0));
}

#[tokio::test]
async fn what_makes_something_public_is_named_so() {
    let net = Net::new();
    let page = net.page().await;
    let photo = net.photo(&page).await;
    ok(&net.on(&page, "video_reels", &[("upload_phase", "start")]).await);
    ok(&net.on(&page, "feed", &[("message", "draft"), ("published", "false")]).await);
    assert!(net.bench.world.unpermitted().is_empty(), "{:?}", net.bench.world.unpermitted());
    let post = net.text_post(&page, "public").await;
    ok(&net.on(&page, "photo_stories", &[("photo_id", &photo)]).await);
    id(&net.post(&format!("{post}/comments"), &page.token, &[("message", "x")]).await);
    let url = url_of(&net.bench.library.jpeg(100, 100, None));
    id(&net.on(&page, "photos", &[("url", &url)]).await);
    let named = ["posts.create", "stories.create", "comments.create", "photos.create"];
    assert_eq!(net.bench.world.unpermitted(), named);
}
