//! What X makes of a text, and back.

use carillon_domain::text::weighted;
use proptest::prelude::*;
use serde_json::json;

use crate::platforms::x::text::{canonical, canonical_of, plain};
use crate::platforms::x::wire::Post;

fn post(value: serde_json::Value) -> Post {
    serde_json::from_value(value).unwrap()
}

#[test]
fn links_are_expanded_and_signs_unescaped() {
    let post = post(json!({
        "id": "1",
        "text": "Tea &amp; &lt;b&gt; &amp;lt; https://t.co/aaaaaaaaaa x https://t.co/bbbbbbbbbb",
        "entities": { "urls": [
            { "url": "https://t.co/bbbbbbbbbb", "expanded_url": "https://x.com/a/status/1/photo/1", "media_key": "3_9" },
            { "url": "https://t.co/aaaaaaaaaa", "expanded_url": "https://example.com/?a=1&amp=2" },
        ] },
    }));
    assert_eq!(plain(&post), "Tea & <b> &lt; https://example.com/?a=1&amp=2 x");
}

#[test]
fn both_spellings_and_nulls_are_read() {
    let post = post(json!({
        "id": "1",
        "text": "cut…",
        "entities": { "urls": null },
        "note_post": { "text": "the whole https://t.co/cccccccccc", "entities": { "urls": [
            { "url": "https://t.co/cccccccccc", "expanded_url": "http://example.com" } ] } },
        "referenced_posts": [{ "type": "replied_to", "id": "7" }],
        "attachments": { "media_keys": null },
        "public_metrics": { "repost_count": 3, "like_count": 1 },
    }));
    assert_eq!(plain(&post), "the whole http://example.com");
    assert_eq!(post.referenced_tweets[0].id, "7");
    assert_eq!(post.public_metrics.repost_count, Some(3));
}

#[test]
fn what_is_equal_for_x_is_equal_here() {
    for (ours, theirs) in [
        ("see example.com", "see http://example.com"),
        ("see example.com/", "see http://example.com"),
        ("Https://EXAMPLE.com/A?b=1", "https://example.com/A?b=1"),
        ("caf\u{65}\u{301}", "caf\u{e9}"),
        ("two  spaces\n\n\nand lines ", "two spaces\nand lines"),
        ("https://müller.example.com/ä", "https://xn--mller-kva.example.com/%C3%A4"),
    ] {
        assert_eq!(canonical(ours), canonical(theirs), "{ours} / {theirs}");
    }
    for (ours, theirs) in [("One", "one"), ("example.com/a", "example.com/b"), ("a", "a b")] {
        assert_ne!(canonical(ours), canonical(theirs));
    }
}

proptest! {
    /// X's way with a text, done here by its published rules, always leads back.
    #[test]
    fn a_text_is_recognised_after_x_had_it(
        words in proptest::collection::vec(
            prop_oneof!["[a-zA-Zé字👍&<>\"']{1,8}", "(https?://)?[a-z]{2,8}\\.(com|jp|org)(/[a-z0-9&=?]{0,8})?"], 1..12),
        media in any::<bool>(),
    ) {
        let ours = words.join(" ");
        let normal = weighted::normalize(&ours);
        let (mut text, mut urls, mut at) = (String::new(), Vec::new(), 0);
        let escape = |t: &str| t.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        for (n, link) in weighted::links(&normal).into_iter().enumerate() {
            text.push_str(&escape(&normal[at..link.start]));
            let written = &normal[link.clone()];
            let short = format!("https://t.co/{n:010}");
            text.push_str(&short);
            let expanded = if written.contains("://") { written.to_owned() } else { format!("http://{written}") };
            urls.push(json!({ "url": short, "expanded_url": expanded }));
            at = link.end;
        }
        text.push_str(&escape(&normal[at..]));
        if media {
            text.push_str(" https://t.co/mediamedia");
            urls.push(json!({ "url": "https://t.co/mediamedia", "expanded_url": "https://x.com/p", "media_key": "3_1" }));
        }
        let post = post(json!({ "id": "1", "text": text, "entities": { "urls": urls } }));
        prop_assert_eq!(canonical_of(&post), canonical(&ours), "{}", ours);
    }
}
