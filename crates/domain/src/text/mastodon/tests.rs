use super::*;
use proptest::prelude::*;

fn count(text: &str) -> u64 {
    length(text, "", LINK_LENGTH)
}

#[test]
fn plain_text_counts_what_a_reader_sees() {
    for (text, want) in [
        ("", 0),
        ("hello", 5),
        ("Καλημέρα", 8),
        ("👨‍👩‍👧‍👧!", 2),
        ("🇬🇷🇩🇪", 2),
        ("e\u{301}", 1),
        ("a\nb", 3),
        (":blobcat:", 9),
        ("#hashtag", 8),
    ] {
        assert_eq!(count(text), want, "{text:?}");
    }
}

#[test]
fn a_link_counts_23() {
    let long = format!("https://example.com/{}", "a".repeat(400));
    for (text, want) in [
        ("https://example.com", 23),
        ("http://a.gr", 23),
        ("HTTPS://EXAMPLE.COM/Path", 23),
        (long.as_str(), 23),
        ("see https://example.com/a.", 4 + 23 + 1),
        ("(https://example.com/a)", 25),
        ("https://en.wikipedia.org/wiki/Bell_(instrument)", 23),
        ("https://en.wikipedia.org/wiki/Bell_(instrument) ring", 23 + 5),
        ("https://example.com?q=1&b=ü", 23),
        ("https://example.com/a?q=1!", 24),
        ("https://example.com:8080/a", 23),
        ("https://example.com https://example.org", 47),
        ("https://пример.рф/путь", 23),
        ("https://mastodon.social/@mara", 23),
        ("https://mastodon.social/@mara@example.com/1", 23),
        ("https://example.com/a,b", 23),
        ("https://example.com/a/", 23),
        ("«https://example.com/»", 24),
    ] {
        assert_eq!(count(text), want, "{text:?}");
    }
}

#[test]
fn what_is_no_link_counts_in_full() {
    for text in [
        "example.com",
        "www.example.com/a/long/path/that/goes/on/and/on",
        "https://localhost/a/long/path/that/goes/on/and/on",
        "https://example.notatld/a/long/path/that/goes/on",
        "ftp://example.com/a/long/path/that/goes/on/and/on",
        "xhttps://example.com/a/long/path/that/goes/on",
        "@https://example.com/a/long/path/that/goes/on",
        "https://",
        "://example.com",
    ] {
        assert_eq!(count(text), text.chars().count() as u64, "{text:?}");
    }
}

#[test]
fn of_a_remote_mention_only_the_name_counts() {
    for (text, want) in [
        ("@mara", 5),
        ("@mara@mastodon.social", 5),
        ("hi @mara@mastodon.social!", 3 + 5 + 1),
        ("@mara@mastodon.social.", 6),
        ("@a@b.gr @c@d.gr", 5),
        ("@first.last@host-name.example", 11),
        ("(@mara@mastodon.social)", 7),
        ("@mara@bücher.example", 5),
        ("@mara@", 6),
        ("@@mara@host.gr", 6),
    ] {
        assert_eq!(count(text), want, "{text:?}");
    }
}

#[test]
fn what_is_no_mention_counts_in_full() {
    for text in
        ["mara@mastodon.social", "x=@mara@host.gr", "/@mara@host.gr", "@", "@ mara", "@mara@host.gr@more.gr"]
    {
        assert_eq!(count(text), text.chars().count() as u64, "{text:?}");
    }
}

#[test]
fn the_content_warning_counts_in_and_is_not_shortened() {
    assert_eq!(length("text", "warning", LINK_LENGTH), 11);
    let link = "https://example.com/a/long/path/that/goes/on";
    assert_eq!(length(link, link, LINK_LENGTH), 23 + link.len() as u64);
    assert_eq!(length("\u{301}", "e", LINK_LENGTH), 1, "joined before counting");
}

#[test]
fn servers_may_count_links_otherwise() {
    let link = "https://example.com/path";
    assert_eq!(length(link, "", 25), 25);
    assert_eq!(length(link, "", 0), link.len() as u64, "in full");
}

#[test]
fn mentions_are_shown_without_their_host() {
    assert_eq!(shorten_mentions("hi @a@b.gr, see https://b.gr/@c@d.gr"), "hi @a, see https://b.gr/@c@d.gr");
}

/// Words, links, mentions and odd signs, mixed.
fn texts() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "[a-zA-Zα-ω ]{0,8}",
        Just("https://example.com/a(b)?c=d".to_owned()),
        Just("http://εξ.gr".to_owned()),
        Just("@mara@mastodon.social".to_owned()),
        "[@:/.()?#!\n]{0,4}",
        Just("👩‍🚀".to_owned()),
        any::<String>(),
    ];
    prop::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn any_text_has_a_length(text in texts(), spoiler in ".{0,10}", link in 0u32..40) {
        let _ = length(&text, &spoiler, link);
    }

    #[test]
    fn without_signs_it_is_the_number_of_clusters(text in "[^@:]{0,60}") {
        prop_assert_eq!(count(&text), graphemes::count(&text) as u64);
    }

    #[test]
    fn every_link_counts_the_same(path in "[a-z0-9/_-]{0,200}", before in "[a-z ]{0,20} ", after in " [a-z ]{0,20}") {
        let text = format!("{before}https://example.com/{path}{after}");
        prop_assert_eq!(count(&text), (before.len() + 23 + after.len()) as u64);
    }

    #[test]
    fn the_host_of_a_mention_never_counts(name in "[a-z0-9_]{1,20}", host in "[a-z]{1,30}(\\.[a-z]{2,10}){1,3}") {
        prop_assert_eq!(count(&format!("@{name}@{host}")), 1 + name.len() as u64);
    }

    #[test]
    fn links_are_in_order_and_on_character_borders(text in texts()) {
        let mut at = 0;
        for link in links(&text) {
            prop_assert!(link.start >= at);
            let found = text.get(link.clone()).map(str::to_ascii_lowercase);
            prop_assert!(found.is_some_and(|l| l.starts_with("http")));
            at = link.end;
        }
    }

    #[test]
    fn shortening_mentions_never_makes_a_text_longer(text in texts()) {
        prop_assert!(shorten_mentions(&text).len() <= text.len());
        prop_assert!(length(&text, "", 0) <= graphemes::count(&text) as u64);
    }
}
