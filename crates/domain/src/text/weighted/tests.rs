use proptest::prelude::*;
use serde_json::Value;

use super::{cashtags, links, weigh, weighted_length};

/// Groups of the two vector files that nothing here can be measured by, with the reason.
const NOT_APPLICABLE: [(&str, &str); 12] = [
    ("tweets", "configuration 1: 140 units, every code point counts 1"),
    ("usernames", "validates a handle; handles come from the network, never from a person"),
    ("lists", "validates the name of a list; lists are not used"),
    ("hashtags", "hashtags are neither counted nor sent apart from the text"),
    (
        "urls",
        "in validate.json: whether a whole string is a URL by RFC 3986, with users and addresses; counting extracts",
    ),
    ("mentions", "mentions count as text"),
    ("mentions_with_indices", "mentions count as text"),
    ("mentions_or_lists_with_indices", "mentions count as text"),
    ("replies", "a reply is made by its parent's id, not by a leading mention"),
    ("hashtags_from_astral", "hashtags are neither counted nor sent apart from the text"),
    ("hashtags_with_indices", "hashtags are neither counted nor sent apart from the text"),
    ("WeightedTweetsCounterTest", "configuration 2: emoji are counted code point by code point"),
];

fn vectors(test: &str, file: &str) -> Option<Value> {
    let Ok(specs) = std::env::var("CARILLON_SPECS") else {
        skipped(test);
        return None;
    };
    let path = std::path::Path::new(&specs).join("x/twitter-text").join(file);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    Some(serde_json::from_str::<Value>(&text).unwrap()["tests"].clone())
}

#[expect(clippy::print_stderr, reason = "a skipped test must say so")]
fn skipped(test: &str) {
    use std::io::Write;
    eprintln!("skipped: CARILLON_SPECS unset");
    if let Ok(log) = std::env::var("CARILLON_SKIP_LOG") {
        let mut log = std::fs::OpenOptions::new().create(true).append(true).open(log).unwrap();
        writeln!(log, "{test}: CARILLON_SPECS unset").unwrap();
    }
}

fn cases(tests: &Value, group: &str) -> Vec<(String, String, Value)> {
    let cases = tests[group].as_array().unwrap_or_else(|| panic!("no group {group}"));
    cases
        .iter()
        .map(|c| {
            let text = |key: &str| c[key].as_str().unwrap().to_owned();
            (text("description"), text("text"), c["expected"].clone())
        })
        .collect()
}

fn check_weights(tests: &Value, group: &str) {
    for (name, text, want) in cases(tests, group) {
        let got = weigh(&text);
        assert_eq!(Value::from(got.length), want["weightedLength"], "{name}: length");
        assert_eq!(Value::from(got.valid), want["valid"], "{name}: valid");
        assert_eq!(Value::from(got.permillage), want["permillage"], "{name}: permillage");
        assert_eq!(Value::from(got.valid_range_end), want["validRangeEnd"], "{name}: valid range");
        assert_eq!(Value::from(got.display_range_end), want["displayRangeEnd"], "{name}: display range");
    }
}

#[test]
fn weights_are_those_of_the_third_party_vectors() {
    let test = "text::weighted::weights_are_those_of_the_third_party_vectors";
    let Some(tests) = vectors(test, "validate.json") else { return };
    check_weights(&tests, "WeightedTweetsWithDiscountedEmojiCounterTest");
    check_weights(&tests, "UnicodeDirectionalMarkerCounterTest");
    for (name, text, want) in cases(&tests, "urls_without_protocol") {
        let whole = links(&text).first().is_some_and(|l| *l == (0..text.len()));
        assert_eq!(Value::from(whole), want, "{name}");
    }
}

#[test]
fn links_are_those_of_the_third_party_vectors() {
    let test = "text::weighted::links_are_those_of_the_third_party_vectors";
    let Some(tests) = vectors(test, "extract.json") else { return };
    for group in ["urls", "tco_urls_with_params"] {
        for (name, text, want) in cases(&tests, group) {
            let got: Vec<&str> = links(&text).into_iter().map(|l| &text[l]).collect();
            assert_eq!(Value::from(got), want, "{name}: {text}");
        }
    }
    for (group, key, find) in [
        ("urls_with_indices", "url", links as fn(&str) -> Vec<_>),
        ("urls_with_directional_markers", "url", links),
        ("cashtags_with_indices", "cashtag", cashtags),
    ] {
        for (name, text, want) in cases(&tests, group) {
            let got: Vec<Value> = find(&text)
                .into_iter()
                .map(|l| {
                    let chars = |at: usize| text[..at].chars().count();
                    let named = text[l.clone()].trim_start_matches('$').to_owned();
                    serde_json::json!({ key: named, "indices": [chars(l.start), chars(l.end)] })
                })
                .collect();
            assert_eq!(Value::from(got), want, "{name}: {text}");
        }
    }
    for (name, text, want) in cases(&tests, "cashtags") {
        let got: Vec<&str> = cashtags(&text).into_iter().map(|c| &text[c.start + 1..c.end]).collect();
        assert_eq!(Value::from(got), want, "{name}: {text}");
    }
}

#[test]
fn every_group_of_vectors_is_used_or_explained() {
    let test = "text::weighted::every_group_of_vectors_is_used_or_explained";
    let used = [
        "WeightedTweetsWithDiscountedEmojiCounterTest",
        "UnicodeDirectionalMarkerCounterTest",
        "urls_without_protocol",
        "tco_urls_with_params",
        "urls_with_indices",
        "urls_with_directional_markers",
        "cashtags",
        "cashtags_with_indices",
    ];
    for file in ["validate.json", "extract.json"] {
        let Some(tests) = vectors(test, file) else { return };
        for group in tests.as_object().unwrap().keys() {
            // `urls` is a group of both files, and applies in one.
            let known = used.contains(&group.as_str()) || NOT_APPLICABLE.iter().any(|(g, _)| g == group);
            assert!(known, "{file}: {group} is neither used nor explained");
        }
    }
}

/// The older configuration differs only by emoji: without any, it says the same.
#[test]
fn without_emoji_the_older_vectors_hold_as_well() {
    let test = "text::weighted::without_emoji_the_older_vectors_hold_as_well";
    let Some(mut tests) = vectors(test, "validate.json") else { return };
    let group = tests["WeightedTweetsCounterTest"].as_array_mut().unwrap();
    group.retain(|c| {
        !c["text"].as_str().unwrap().contains(['\u{200d}', '\u{20e3}', '\u{1f3fd}', '\u{1f3fe}'])
    });
    assert!(group.len() > 10);
    check_weights(&tests, "WeightedTweetsCounterTest");
}

#[test]
fn an_emoji_sequence_counts_two() {
    for emoji in [
        "😀",
        "☺",
        "☺️",
        "⚡️",
        "©️",
        "™️",
        "1️⃣",
        "#⃣",
        "🇩🇪",
        "🏴󠁧󠁢󠁥󠁮󠁧󠁿",
        "👍🏽",
        "☝🏽",
        "👨‍👩‍👧‍👦",
        "👩🏽‍💻",
        "🧑‍⚕️",
        "🏋️‍♀️",
        "🏋🏿‍♀️",
        "🏳️‍🌈",
        "❤️‍🔥",
        "👩🏻‍❤️‍💋‍👨🏿",
        "🧑🏻‍🤝‍🧑🏻",
        "🫱🏻‍🫲🏿",
        "🧑‍🎄",
        "👁️‍🗨️",
    ] {
        assert_eq!(weighted_length(emoji), 2, "{emoji} {}", emoji.escape_unicode());
    }
}

#[test]
fn what_is_no_sequence_counts_by_its_parts() {
    for (text, want) in [
        ("©", 1),
        ("1", 1),
        ("☺\u{fe0e}", 4),
        // A made-up sequence: two emoji and a joiner.
        ("😀\u{200d}😀", 5),
        ("👩\u{200d}🎄", 5),
        // No such region.
        ("🇽🇽", 4),
        // Equal tones have a code point of their own.
        ("🫱🏻\u{200d}🫲🏻", 5),
        ("🏴\u{e0075}\u{e0073}\u{e007f}", 8),
        ("👨🏻\u{200d}👩🏻\u{200d}👦🏻", 8),
    ] {
        assert_eq!(weighted_length(text), want, "{text} {}", text.escape_unicode());
    }
}

#[test]
fn decomposed_text_is_composed_first() {
    assert_eq!(weighted_length("e\u{301}"), 1);
    assert_eq!(weighted_length("か\u{3099}"), 2);
}

#[test]
fn long_texts_without_spaces_take_no_time() {
    let text = "あ.".repeat(20_000);
    assert_eq!(weighted_length(&text), 60_000);
    assert_eq!(weighted_length(&"語".repeat(50_000)), 100_000);
}

proptest! {
    #[test]
    fn words_add_up(words in proptest::collection::vec("[a-zA-Z가-힣あ-ん]{1,12}", 1..20)) {
        let text = words.join(" ");
        let sum: u32 = words.iter().map(|w| weighted_length(w)).sum();
        prop_assert_eq!(weighted_length(&text), sum + u32::try_from(words.len()).unwrap() - 1);
    }

    #[test]
    fn any_text_is_measured_and_links_lie_in_order(text in ".{0,80}(https?://|)[a-z.あ/?=#()-]{0,40}(com|jp|みんな|).{0,20}") {
        let weighed = weigh(&text);
        let chars = u32::try_from(text.chars().count()).unwrap();
        prop_assert!(weighed.length <= chars * 23);
        prop_assert!(weighed.valid_range_end <= weighed.display_range_end);
        let mut end = 0;
        for link in links(&text) {
            prop_assert!(link.start >= end && link.end > link.start);
            prop_assert!(text.get(link.clone()).is_some());
            end = link.end;
        }
    }

    #[test]
    fn composed_and_decomposed_weigh_the_same(text in "[ -~à-ÿ가-힣]{0,60}") {
        use unicode_normalization::UnicodeNormalization;
        let decomposed: String = text.nfd().collect();
        prop_assert_eq!(weighted_length(&decomposed), weighted_length(&text));
    }

    #[test]
    fn a_link_counts_23_however_long(path in "[a-z0-9]{0,200}") {
        prop_assert_eq!(weighted_length(&format!("https://example.com/{path}")), 23);
        prop_assert_eq!(weighted_length(&format!("see example.com/{path}")), 27);
    }
}
