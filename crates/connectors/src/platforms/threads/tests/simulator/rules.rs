//! What a container's parameters may be, alone and together.

use super::*;

/// The refusal of a text container with these parameters, or nothing.
async fn refused(net: &Net, user: &User, params: &[(&str, &str)]) -> Option<(u16, i64, i64)> {
    let usual = [("media_type", "TEXT"), ("text", "Fog.")];
    let named = |name: &str| params.iter().any(|(given, _)| *given == name);
    let all: Vec<_> = usual.into_iter().filter(|(n, _)| !named(n)).chain(params.iter().copied()).collect();
    let reply = net.create(user, &all).await;
    if reply.status == StatusCode::OK { None } else { Some(refusal(&reply)) }
}

const PARAMETER: Option<(u16, i64, i64)> = Some((400, 100, 0));

#[tokio::test]
async fn texts_have_five_hundred_characters_and_emoji_count_their_bytes() {
    let net = Net::new();
    let user = net.user().await;
    for (text, fits) in [
        ("a".repeat(500), true),
        ("a".repeat(501), false),
        ("é".repeat(500), true),
        ("👍".repeat(125), true),
        ("👍".repeat(126), false),
        (format!("{}👍", "a".repeat(496)), true),
        (format!("{}👍", "a".repeat(497)), false),
        (" ".to_owned(), false),
        (String::new(), false),
    ] {
        let refused = refused(&net, &user, &[("text", &text)]).await;
        assert_eq!(refused, if fits { None } else { PARAMETER }, "{text}");
    }
    let long = net.create(&user, &[("media_type", "TEXT"), ("text", &"a".repeat(501))]).await;
    assert!(words(&long).contains("Param text must be at most 500 characters"));
}

#[tokio::test]
async fn a_post_has_five_links_and_a_preview_of_the_first() {
    let net = Net::new();
    let user = net.user().await;
    let links = |n: usize| (0..n).map(|n| format!("https://{n}.example/x ")).collect::<String>();
    assert_eq!(refused(&net, &user, &[("text", &links(5))]).await, None);
    let six = net.create(&user, &[("media_type", "TEXT"), ("text", &links(6))]).await;
    assert!(words(&six).contains("THREADS_API__LINK_LIMIT_EXCEEDED"));
    let (again, more) =
        (("link_attachment", "https://3.example/x"), ("link_attachment", "https://7.example/"));
    assert_eq!(refused(&net, &user, &[("text", &links(5)), again]).await, None, "the same counts once");
    assert_eq!(refused(&net, &user, &[("text", &links(5)), more]).await, PARAMETER);
    assert_eq!(refused(&net, &user, &[("link_attachment", "no address")]).await, PARAMETER);
    let shown = async |params: &[(&str, &str)]| {
        let post = net.posted(&user, params).await;
        ok(&net.get(&post, &user.token, &[("fields", "link_attachment_url")]).await)["link_attachment_url"]
            .clone()
    };
    let (kind, text) = (("media_type", "TEXT"), ("text", "See https://a.example/1, or https://b.example/2."));
    assert_eq!(shown(&[kind, text]).await, "https://a.example/1");
    assert_eq!(shown(&[kind, text, more]).await, "https://7.example/");
    let url = net.jpeg();
    assert!(shown(&[("media_type", "IMAGE"), ("image_url", &url), text]).await.is_null());
}

#[tokio::test]
async fn a_topic_is_asked_for_or_stands_in_the_text() {
    let net = Net::new();
    let user = net.user().await;
    let tag = async |text: &str, topic: &[(&str, &str)]| {
        let params: Vec<_> = [("media_type", "TEXT"), ("text", text)].iter().chain(topic).copied().collect();
        let post = net.posted(&user, &params).await;
        ok(&net.get(&post, &user.token, &[("fields", "topic_tag")]).await)["topic_tag"].clone()
    };
    assert_eq!(tag("About #tides! and #fog", &[]).await, "tides");
    assert_eq!(tag("About #tides", &[("topic_tag", "The sea")]).await, "The sea");
    assert!(tag("The #1 beach", &[]).await.is_null());
    for topic in ["", "a.b", "a&b", &"x".repeat(51)] {
        assert_eq!(refused(&net, &user, &[("topic_tag", topic)]).await, PARAMETER, "{topic}");
    }
    assert_eq!(refused(&net, &user, &[("topic_tag", &"x".repeat(50))]).await, None);
}

const POLL: (&str, &str) = ("poll_attachment", r#"{"option_a":"Yes","option_b":"No"}"#);
const GIF: (&str, &str) = ("gif_attachment", r#"{"gif_id":"abc","provider":"GIPHY"}"#);
const LONG_TEXT: (&str, &str) = (
    "text_attachment",
    r#"{"plaintext":"A long story","text_with_styling_info":[{"offset":2,"length":4,"styling_info":["bold","italic"]}]}"#,
);
const SPOILER: (&str, &str) = ("text_entities", r#"[{"entity_type":"SPOILER","offset":0,"length":3}]"#);

#[tokio::test]
async fn parameters_go_together_or_not() {
    let net = Net::new();
    let user = net.user().await;
    let picture = net.jpeg();
    let image = [("media_type", "IMAGE"), ("image_url", picture.as_str())];
    let fine: &[&[(&str, &str)]] = &[
        &[POLL],
        &[GIF],
        &[LONG_TEXT],
        &[SPOILER],
        &[("is_ghost_post", "true"), SPOILER],
        &[("is_ghost_post", "false"), POLL],
        &[("reply_control", "followers_only"), ("enable_reply_approvals", "true")],
        &[("crossreshare_to_ig", "true"), ("crossreshare_to_ig_dark_mode", "true")],
        &[image[0], image[1], ("is_spoiler_media", "true"), ("alt_text", "Fog")],
        &[image[0], image[1], ("text", "")],
        &[image[0], image[1], SPOILER],
    ];
    for params in fine {
        assert_eq!(refused(&net, &user, params).await, None, "{params:?}");
    }
    let alt = "a".repeat(1001);
    let wrong: &[&[(&str, &str)]] = &[
        &[("media_type", "REELS")],
        &[("media_type", "")],
        &[("media_type", "IMAGE")],
        &[("media_type", "VIDEO"), image[1]],
        &[("media_type", "CAROUSEL")],
        &[("no_such_parameter", "1")],
        &[image[1]],
        &[("alt_text", "nothing to describe")],
        &[image[0], image[1], ("alt_text", &alt)],
        &[image[0], image[1], POLL],
        &[image[0], image[1], GIF],
        &[image[0], image[1], LONG_TEXT],
        &[image[0], image[1], ("link_attachment", "https://a.example/")],
        &[image[0], image[1], ("is_ghost_post", "true")],
        &[image[0], image[1], ("is_carousel_item", "true"), ("text", "on an item")],
        &[("is_carousel_item", "true"), ("media_type", "TEXT")],
        &[("is_spoiler_media", "true")],
        &[("is_spoiler_media", "perhaps")],
        &[("reply_control", "nobody")],
        &[POLL, LONG_TEXT],
        &[("is_ghost_post", "true"), POLL],
        &[("is_ghost_post", "true"), ("link_attachment", "https://a.example/")],
        &[("is_ghost_post", "true"), ("reply_to_id", "18061310000000032")],
        &[("is_ghost_post", "true"), ("topic_tag", "fog")],
        &[("is_ghost_post", "true"), ("reply_control", "mentioned_only")],
        &[("crossreshare_to_ig_dark_mode", "true")],
        &[("location_id", "1")],
        &[("allowlisted_country_codes", "Norway")],
    ];
    for params in wrong {
        assert_eq!(refused(&net, &user, params).await, PARAMETER, "{params:?}");
    }
}

#[tokio::test]
async fn attachments_have_their_shape() {
    let net = Net::new();
    let user = net.user().await;
    let styled = |info: &str| format!(r#"{{"plaintext":"abc","text_with_styling_info":[{info}]}}"#);
    let (long, ten) = ("x".repeat(26), r#"{"entity_type":"SPOILER","offset":0,"length":1},"#.repeat(11));
    let wrong = [
        ("poll_attachment", r#"{"option_a":"Yes"}"#.to_owned()),
        ("poll_attachment", r#"{"option_a":"Yes","option_b":""}"#.to_owned()),
        ("poll_attachment", format!(r#"{{"option_a":"Yes","option_b":"{long}"}}"#)),
        ("poll_attachment", r#"{"option_a":"a","option_b":"b","option_d":"d"}"#.to_owned()),
        ("poll_attachment", r#"{"option_a":"a","option_b":"b","option_e":"e"}"#.to_owned()),
        ("poll_attachment", "[]".to_owned()),
        ("poll_attachment", "{".to_owned()),
        ("gif_attachment", r#"{"gif_id":"abc","provider":"TENOR"}"#.to_owned()),
        ("gif_attachment", r#"{"provider":"GIPHY"}"#.to_owned()),
        ("text_attachment", r#"{"plaintext":""}"#.to_owned()),
        ("text_attachment", format!(r#"{{"plaintext":"{}"}}"#, "x".repeat(10_001))),
        ("text_attachment", r#"{"plaintext":"abc","link_attachment_url":"nowhere"}"#.to_owned()),
        ("text_attachment", styled(r#"{"offset":1,"length":3,"styling_info":["bold"]}"#)),
        ("text_attachment", styled(r#"{"offset":0,"length":1,"styling_info":["huge"]}"#)),
        ("text_attachment", styled(r#"{"offset":0,"length":1,"styling_info":[]}"#)),
        ("text_entities", r#"[{"entity_type":"SPOILER","offset":2,"length":3}]"#.to_owned()),
        ("text_entities", r#"[{"entity_type":"BOLD","offset":0,"length":1}]"#.to_owned()),
        ("text_entities", format!("[{}]", ten.trim_end_matches(','))),
    ];
    for (name, value) in &wrong {
        assert_eq!(refused(&net, &user, &[(*name, value)]).await, PARAMETER, "{name}: {value}");
    }
    let linked = r#"{"plaintext":"abc","link_attachment_url":"https://a.example/"}"#;
    assert_eq!(refused(&net, &user, &[("text_attachment", linked)]).await, None);
    let twice = [("text_attachment", linked), ("link_attachment", "https://b.example/")];
    assert_eq!(refused(&net, &user, &twice).await, PARAMETER);
    let post = net.posted(&user, &[("media_type", "TEXT"), ("text", "Tea?"), POLL]).await;
    let fields =
        [("fields", "media_type,poll_attachment{option_a,option_b,total_votes,expiration_timestamp}")];
    let shown = ok(&net.get(&post, &user.token, &fields).await);
    assert_eq!(shown["media_type"], "TEXT_POST");
    assert_eq!(
        (&shown["poll_attachment"]["option_b"], &shown["poll_attachment"]["total_votes"]),
        (&"No".into(), &0.into())
    );
}

#[tokio::test]
async fn some_parameters_need_a_permission() {
    let net = Net::new();
    let plain = net.user_with("marafields", "threads_basic,threads_content_publish").await;
    let forbidden = Some((403, 10, 0));
    assert_eq!(refused(&net, &plain, &[("location_id", "270000000000001")]).await, forbidden);
    assert_eq!(refused(&net, &plain, &[("crossreshare_to_ig", "true")]).await, forbidden);
    assert_eq!(refused(&net, &plain, &[("allowlisted_country_codes", "NO,DE")]).await, forbidden);
    let brand = net.user_with("harborlightcoffee", SCOPES).await;
    assert_eq!(refused(&net, &brand, &[("allowlisted_country_codes", "NO,DE")]).await, None);
    let me = ok(&net.get("me", &brand.token, &[("fields", "is_eligible_for_geo_gating")]).await);
    assert_eq!(me["is_eligible_for_geo_gating"], true);
}

#[tokio::test]
async fn ghost_posts_are_gone_after_a_day() {
    let net = Net::new();
    let user = net.user().await;
    let post =
        net.posted(&user, &[("media_type", "TEXT"), ("text", "Boo."), ("is_ghost_post", "true")]).await;
    let fields = [("fields", "id,ghost_post_status")];
    assert_eq!(net.list(&user, "me/threads", &fields).await[0]["ghost_post_status"], "ACTIVE");
    net.wait(86_400);
    assert!(net.list(&user, "me/threads", &fields).await.is_empty());
    assert_eq!(refusal(&net.get(&post, &user.token, &[]).await), (400, 100, 33));
}
