use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::post::Part;

fn words(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn parameters(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

#[test]
fn variables_with_a_value_are_filled_in_and_nothing_else() {
    let words = words(&[("account.name", "Ada {date}"), ("date", "2026-11-24")]);
    for (text, filled) in [
        ("By {account.name}, {date}.", "By Ada {date}, 2026-11-24."),
        ("{date}{date}", "2026-11-242026-11-24"),
        ("{network} {Date} { date } {} {", "{network} {Date} { date } {} {"),
        ("{{date}}", "{2026-11-24}"),
        ("fn main() {}", "fn main() {}"),
        ("", ""),
    ] {
        assert_eq!(fill(text, &words), filled, "{text:?}");
    }
    assert_eq!(variables("a {b.c} {D} {{e}"), ["b.c", "e"]);
}

#[test]
fn links_get_parameters_and_keep_what_they_have() {
    let added = parameters(&[("utm_source", "bluesky"), ("utm_campaign", "Spring & sale"), ("utm_term", "")]);
    for (text, tagged) in [
        ("https://a.example", "https://a.example?utm_source=bluesky&utm_campaign=Spring+%26+sale"),
        (
            "See https://a.example/p?q=1#part.",
            "See https://a.example/p?q=1&utm_source=bluesky&utm_campaign=Spring+%26+sale#part.",
        ),
        (
            "(http://a.example/#/way?x=1)",
            "(http://a.example/?utm_source=bluesky&utm_campaign=Spring+%26+sale#/way?x=1)",
        ),
        (
            "https://a.example/?utm_source=mine",
            "https://a.example/?utm_source=mine&utm_campaign=Spring+%26+sale",
        ),
        ("https://a.example/?utm_source=a&utm_campaign=", "https://a.example/?utm_source=a&utm_campaign="),
        (
            "Is it https://a.example/?",
            "Is it https://a.example/?utm_source=bluesky&utm_campaign=Spring+%26+sale?",
        ),
        ("https://a.example/?q&", "https://a.example/?q&utm_source=bluesky&utm_campaign=Spring+%26+sale"),
        (
            "mailto:a@b.example ftp://a.example a.example @a.example",
            "mailto:a@b.example ftp://a.example a.example @a.example",
        ),
    ] {
        assert_eq!(tag(text, &added), tagged, "{text:?}");
        assert_eq!(tag(tagged, &added), tagged, "a second time changes nothing");
    }
    assert_eq!(tag("https://a.example", &[]), "https://a.example");
}

#[test]
fn everything_that_goes_out_is_filled_in() {
    let mut draft = Draft {
        root: Part { text: "{date} https://a.example".into(), ..Part::default() },
        parts: vec![Part { text: "http://b.example".into(), ..Part::default() }],
        first_comment: Some("by {date}".into()),
        options: [
            ("link".to_owned(), json!("https://c.example")),
            ("else".to_owned(), json!("https://d.example")),
        ]
        .into_iter()
        .collect(),
    };
    let filled = Filled {
        words: words(&[("date", "today")]),
        parameters: parameters(&[("s", "x")]),
        link_option: Some("link".into()),
    };
    filled.apply(&mut draft);
    assert_eq!(draft.root.text, "today https://a.example?s=x");
    assert_eq!(draft.parts[0].text, "http://b.example?s=x");
    assert_eq!(draft.first_comment.as_deref(), Some("by today"));
    assert_eq!(draft.options["link"], "https://c.example?s=x");
    assert_eq!(draft.options["else"], "https://d.example");
}

#[test]
fn what_is_wrong_with_parameters_is_told_at_each() {
    let wrong = words(&[("utm source", "x"), ("utm_medium", "{what}"), ("ok", "{network}")]);
    let codes: Vec<(String, String)> = problems(&wrong).into_iter().map(|e| (e.field, e.code)).collect();
    let expected =
        [("link_parameters.utm source", "wrong_format"), ("link_parameters.utm_medium", "unknown_variable")];
    assert_eq!(codes, expected.map(|(field, code)| (field.to_owned(), code.to_owned())));
    let long = words(&[("a", &"x".repeat(201))]);
    assert_eq!(problems(&long)[0].code, "too_long");
    let many: BTreeMap<String, String> = (0..11).map(|n| (format!("p{n}"), "x".to_owned())).collect();
    assert_eq!(problems(&many)[0].code, "too_many");
}

#[test]
fn parameters_survive_the_way_through_a_query() {
    let set = words(&[("utm_source", "{network}"), ("utm_campaign", "a & b=c")]);
    assert_eq!(from_query(&to_query(&set)), set);
    assert_eq!(from_query("a=&b=+&c=1"), words(&[("c", "1")]));
}

proptest! {
    #[test]
    fn a_text_without_braces_and_addresses_stays_as_it_is(text in "[^{}:]*") {
        let words = words(&[("date", "x")]);
        prop_assert_eq!(fill(&text, &words), text.clone());
        prop_assert_eq!(tag(&text, &parameters(&[("s", "x")])), text);
    }

    #[test]
    fn any_text_is_taken(text in any::<String>()) {
        let filled = fill(&text, &words(&[("date", "x")]));
        let _ = tag(&filled, &parameters(&[("s", "x")]));
    }
}
