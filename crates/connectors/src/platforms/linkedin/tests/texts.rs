//! Little text, there and back.

use proptest::prelude::*;

use crate::platforms::linkedin::text::{canonical, from_little, length, to_little};

#[test]
fn reserved_signs_are_escaped() {
    let cases = [
        ("Price (net): 5*3 = 15_000", "Price \\(net\\): 5\\*3 = 15\\_000"),
        ("mail me @ x|y <now>", "mail me \\@ x\\|y \\<now\\>"),
        ("C:\\temp [1] {2} ~3", "C:\\\\temp \\[1\\] \\{2\\} \\~3"),
        ("see https://example.com/a_(b)~c#top", "see https://example.com/a\\_\\(b\\)\\~c\\#top"),
        ("", ""),
    ];
    for (plain, little) in cases {
        assert_eq!(to_little(plain), little);
    }
}

#[test]
fn hashtags_are_hashtags_and_other_number_signs_are_not() {
    let cases = [
        ("#deal", "{hashtag|\\#|deal}"),
        ("Now #Αθήνα!", "Now {hashtag|\\#|Αθήνα}!"),
        ("#one#two", "{hashtag|\\#|one}\\#two"),
        ("(#a)", "\\({hashtag|\\#|a}\\)"),
        ("#snake_case", "{hashtag|\\#|snake}\\_case"),
        ("We are #1", "We are \\#1"),
        ("C# # #", "C\\# \\# \\#"),
        ("a/#top &#39;", "a/\\#top &\\#39;"),
    ];
    for (plain, little) in cases {
        assert_eq!(to_little(plain), little);
        assert_eq!(from_little(little), plain);
    }
}

/// The vectors of the compilation of facts, where it is at hand. They leave no hashtag.
#[test]
fn the_vectors_of_the_network() {
    let Some(facts) = super::facts("linkedin::tests::texts::the_vectors_of_the_network") else { return };
    let vectors = facts["little_text"]["vectors"].as_array().expect("vectors");
    assert!(vectors.len() >= 3);
    for vector in vectors {
        let (plain, literal) =
            (vector["plain"].as_str().expect("text"), vector["as_literal"].as_str().expect("text"));
        assert_eq!(from_little(literal), plain);
        let ours = to_little(plain).replace("{hashtag|\\#|deal}", "\\#deal");
        assert_eq!(ours, literal);
    }
}

#[test]
fn templates_are_read_as_people_see_them() {
    let cases = [
        ("by @[Devtestco](urn:li:organization:2414183)!", "by Devtestco!"),
        ("@[A \\(b\\)](urn:li:person:x_y-z)", "A (b)"),
        ("{hashtag|#|word} {hashtag|\\#|two}", "#word #two"),
        // What is none stays as it is.
        ("@[A](https://x) {hashtag|", "@[A](https://x) {hashtag|"),
        ("a \\ b \\n", "a \\ b \\n"),
    ];
    for (little, plain) in cases {
        assert_eq!(from_little(little), plain);
    }
}

#[test]
fn what_linkedin_changes_is_not_compared() {
    assert_eq!(canonical("a  b \r\nhttps://example.com/long?x=1 "), canonical("a b\nhttps://lnkd.in/eXy"));
    assert_ne!(canonical("a b"), canonical("ab"));
    assert_ne!(canonical("see http://a"), canonical("see a"));
}

#[test]
fn length_is_in_units_of_utf_16() {
    assert_eq!((length("Αθήνα"), length("👍"), length("")), (5, 2, 0));
}

proptest! {
    #[test]
    fn nothing_is_lost_on_the_way(plain in "\\PC*") {
        prop_assert_eq!(from_little(&to_little(&plain)), plain);
    }

    #[test]
    fn nothing_is_lost_among_reserved_signs(plain in "[|{}@\\[\\]()<>#\\\\*_~a1 é]{0,40}") {
        prop_assert_eq!(from_little(&to_little(&plain)), plain);
    }

    #[test]
    fn no_reserved_sign_stands_bare(plain in "[|{}@\\[\\]()<>#\\\\*_~a1 ]{0,40}") {
        // Templates and escapes aside, nothing reserved is left.
        let mut rest = to_little(&plain).replace("{hashtag|\\#|", "").replace("\\}", "");
        // A brace that closes a hashtag.
        rest = rest.replace('}', "");
        let mut skip = false;
        for c in rest.chars() {
            prop_assert!(skip || !"|{@[]()<>#*_~".contains(c), "{c} in {rest}");
            skip = c == '\\' && !skip;
        }
    }

    #[test]
    fn the_count_grows_with_the_text(a in "\\PC{0,30}", b in "\\PC{0,30}") {
        prop_assert_eq!(length(&format!("{a}{b}")), length(&a) + length(&b));
        prop_assert!(length(&a) >= a.chars().count() && length(&a) <= 2 * a.chars().count());
    }
}
