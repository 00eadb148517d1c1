use proptest::prelude::*;

use super::*;

fn found(text: &str) -> Vec<(String, Feature)> {
    detect(text).into_iter().map(|f| (text[f.bytes].to_owned(), f.feature)).collect()
}

fn link(shown: &str, uri: &str) -> (String, Feature) {
    (shown.to_owned(), Feature::Link(uri.to_owned()))
}

fn mention(shown: &str, handle: &str) -> (String, Feature) {
    (shown.to_owned(), Feature::Mention(handle.to_owned()))
}

fn tag(shown: &str, tag: &str) -> (String, Feature) {
    (shown.to_owned(), Feature::Tag(tag.to_owned()))
}

#[test]
fn links_end_where_the_sentence_goes_on() {
    for (text, expected) in [
        ("see https://example.com", vec![link("https://example.com", "https://example.com")]),
        ("see https://example.com.", vec![link("https://example.com", "https://example.com")]),
        ("(https://example.com/a_(b))", vec![link("https://example.com/a_(b)", "https://example.com/a_(b)")]),
        ("(see https://example.com).", vec![link("https://example.com", "https://example.com")]),
        (
            "https://example.com/?q=a&b=c#d!",
            vec![link("https://example.com/?q=a&b=c#d", "https://example.com/?q=a&b=c#d")],
        ),
        ("“https://example.com”", vec![]),
        ("HTTPS://Example.com", vec![link("HTTPS://Example.com", "HTTPS://Example.com")]),
        ("http://ελλάδα.ελ/δρόμος…", vec![link("http://ελλάδα.ελ/δρόμος", "http://ελλάδα.ελ/δρόμος")]),
        ("https:// and https://.", vec![]),
        ("xhttps://example.com", vec![]),
    ] {
        assert_eq!(found(text), expected, "{text:?}");
    }
}

#[test]
fn addresses_without_scheme_need_a_known_top_level_domain() {
    for (text, expected) in [
        ("example.com", vec![link("example.com", "https://example.com")]),
        ("at my-shop.gr/x?y, then", vec![link("my-shop.gr/x?y", "https://my-shop.gr/x?y")]),
        ("node.js and file.txt, e.g. this", vec![]),
        ("joe@example.com", vec![]),
        ("end.Start of a sentence", vec![]),
    ] {
        assert_eq!(found(text), expected, "{text:?}");
    }
}

#[test]
fn mentions_are_handles() {
    for (text, expected) in [
        ("hi @Alice.bsky.social!", vec![mention("@Alice.bsky.social", "alice.bsky.social")]),
        ("(@bob.test)", vec![mention("@bob.test", "bob.test")]),
        ("@bob.test's", vec![mention("@bob.test", "bob.test")]),
        ("@bob.test.", vec![mention("@bob.test", "bob.test")]),
        ("@nobody and @-a.test and @a..test", vec![]),
        ("mail me@bob.test", vec![]),
        ("@joe@mastodon.social", vec![]),
        ("🙂 @bob.test 🙂", vec![mention("@bob.test", "bob.test")]),
    ] {
        assert_eq!(found(text), expected, "{text:?}");
    }
}

#[test]
fn hashtags_follow_the_clients_rules() {
    for (text, expected) in [
        ("#one #two", vec![tag("#one", "one"), tag("#two", "two")]),
        ("#καλημέρα!", vec![tag("#καλημέρα", "καλημέρα")]),
        ("#a.b-c", vec![tag("#a.b-c", "a.b-c")]),
        ("#1 #12 #1a", vec![tag("#1a", "1a")]),
        ("＃全角", vec![tag("＃全角", "全角")]),
        ("#️⃣ # #. a#b (#c)", vec![]),
        ("#😀", vec![tag("#😀", "😀")]),
        ("#a\u{200b}b", vec![tag("#a", "a")]),
    ] {
        assert_eq!(found(text), expected, "{text:?}");
    }
}

#[test]
fn hashtags_that_are_too_long_stay_text() {
    let fits = format!("#{}", "ä".repeat(TAG_MAX_GRAPHEMES));
    assert_eq!(found(&fits).len(), 1);
    assert_eq!(found(&format!("{fits}x")), vec![]);
    // 40 clusters of 21 bytes each.
    let heavy = format!("e{}", "\u{301}".repeat(10)).repeat(40);
    assert_eq!(found(&format!("#{heavy}")), vec![]);
}

#[test]
fn of_two_that_overlap_the_first_wins() {
    assert_eq!(found("#a(@b.test"), vec![tag("#a(@b.test", "a(@b.test")]);
    assert_eq!(
        found("https://x.com/(@b.test"),
        vec![link("https://x.com/(@b.test", "https://x.com/(@b.test")]
    );
}

#[test]
fn offsets_count_utf8_bytes() {
    let facets = detect("Γεια @bob.test #τέλος");
    assert_eq!(facets[0].bytes, 9..18);
    assert_eq!(facets[1].bytes, 19..30);
}

/// Words with what they must be found as; joined by spaces they can't influence each other.
fn word() -> impl Strategy<Value = (String, Option<Feature>)> {
    prop_oneof![
        "[a-zé😀δ]{1,8}".prop_map(|w| (w, None)),
        "[a-z]{1,10}\\.(com|gr|bsky\\.social)".prop_map(|h| (format!("@{h}"), Some(Feature::Mention(h)))),
        "https://[a-z]{1,8}\\.org(/[a-zA-Zéδ0-9=&%_-]{0,8})?"
            .prop_map(|u| (u.clone(), Some(Feature::Link(u)))),
        "[a-z]{1,8}\\.com(/[a-z]{0,8})?"
            .prop_map(|u| (u.clone(), Some(Feature::Link(format!("https://{u}"))))),
        "[a-zäδ語]{1,12}".prop_map(|t| (format!("#{t}"), Some(Feature::Tag(t)))),
    ]
}

/// Text that is full of the characters that matter.
fn nasty() -> impl Strategy<Value = String> {
    proptest::collection::vec(
        prop_oneof![
            Just("@".to_owned()),
            Just("#".to_owned()),
            Just("＃".to_owned()),
            Just("https://".to_owned()),
            Just(".com".to_owned()),
            Just("\u{feff}".to_owned()),
            Just("👨‍👩‍👧".to_owned()),
            "[a-z.()/:#@! -]{0,6}",
            any::<String>(),
        ],
        0..12,
    )
    .prop_map(|parts| parts.concat())
}

proptest! {
    #[test]
    fn offsets_lie_on_boundaries_in_order_without_overlap(text in nasty()) {
        let mut end = 0;
        for facet in detect(&text) {
            prop_assert!(facet.bytes.start >= end && facet.bytes.start < facet.bytes.end);
            prop_assert!(text.get(facet.bytes.clone()).is_some(), "{:?} in {:?}", facet, text);
            end = facet.bytes.end;
        }
        prop_assert!(end <= text.len());
    }

    #[test]
    fn slices_reproduce_the_features(text in nasty()) {
        for facet in detect(&text) {
            let slice = &text[facet.bytes];
            match facet.feature {
                Feature::Link(uri) => prop_assert!(uri.strip_prefix("https://") == Some(slice) || uri == slice),
                Feature::Mention(handle) => prop_assert_eq!(format!("@{handle}"), slice.to_ascii_lowercase()),
                Feature::Tag(tag) => prop_assert_eq!(Some(tag.as_str()), slice.strip_prefix(['#', '＃'])),
            }
        }
    }

    #[test]
    fn every_feature_that_was_written_is_found_where_it_was_written(words in proptest::collection::vec(word(), 0..12)) {
        let mut text = String::new();
        let mut expected = Vec::new();
        for (shown, feature) in words {
            if !text.is_empty() {
                text.push(' ');
            }
            let start = text.len();
            text.push_str(&shown);
            expected.extend(feature.map(|feature| Facet { bytes: start..text.len(), feature }));
        }
        prop_assert_eq!(detect(&text), expected);
    }

    #[test]
    fn cutting_out_and_joining_gives_the_text_back(text in nasty()) {
        let mut joined = String::new();
        let mut at = 0;
        for facet in detect(&text) {
            joined.push_str(&text[at..facet.bytes.start]);
            joined.push_str(&text[facet.bytes.clone()]);
            at = facet.bytes.end;
        }
        joined.push_str(&text[at..]);
        prop_assert_eq!(joined, text);
    }
}

#[test]
fn each_network_marks_up_what_it_knows() {
    let found = |marks: Marks, text: &str| -> Vec<String> {
        find(text, marks).into_iter().map(|facet| text[facet.bytes].to_owned()).collect()
    };
    let marks = |links, mentions, tags| Marks { links, mentions, tags };
    let text = "@ada.l and @ada_x: see example.com, https://example.com/a #day-one #2026 (@eve@b.example).";
    assert_eq!(
        found(marks(Links::No, Mentions::Names, Tags::Words), text),
        ["@ada.l", "@ada_x", "#day", "@eve"],
        "a caption without links"
    );
    assert_eq!(
        found(marks(Links::Full, Mentions::Addresses, Tags::Words), text),
        ["@ada.l", "@ada_x", "https://example.com/a", "#day", "@eve@b.example"]
    );
    assert_eq!(
        found(marks(Links::Bare, Mentions::Words, Tags::Words), text),
        ["@ada", "@ada_x", "example.com", "https://example.com/a", "#day", "@eve"]
    );
    assert_eq!(found(marks(Links::Bare, Mentions::No, Tags::No), "@ada #tag example.com @"), ["example.com"]);
    assert_eq!(found(marks(Links::No, Mentions::Names, Tags::Words), "@ #_ # #ώρα! a@b.example"), ["#ώρα"]);
}
