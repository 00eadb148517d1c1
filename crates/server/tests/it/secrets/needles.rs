//! What is looked for, in every form in which it might have been written down.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

/// Length of the pieces of long secrets: journals and logs cut what they keep.
const PIECE: usize = 24;

/// Secrets, to be found in bytes.
#[derive(Default)]
pub struct Needles {
    /// What each form is a form of, by its first bytes.
    forms: BTreeMap<[u8; 4], Vec<(Vec<u8>, String)>>,
    /// Whether a form begins with these three bytes; it keeps the search quick in a build without optimisation.
    begins: Vec<u64>,
    secrets: BTreeSet<String>,
}

impl Needles {
    /// Also looks for this secret. `what` is how it is called when it is found.
    pub fn add(&mut self, what: &str, secret: &str) {
        assert!(secret.len() >= 8, "{what} is too short to be told from ordinary text");
        if self.secrets.insert(secret.to_owned()) {
            pieces(secret).iter().flat_map(|piece| forms(piece)).for_each(|form| self.add_form(what, form));
        }
    }

    fn add_form(&mut self, what: &str, form: Vec<u8>) {
        self.begins.resize((1 << 24) / 64, 0);
        let (word, bit) = place(&form);
        self.begins[word] |= bit;
        let first = [form[0], form[1], form[2], form[3]];
        self.forms.entry(first).or_default().push((form, what.to_owned()));
    }

    /// How many secrets there are.
    pub fn len(&self) -> usize {
        self.secrets.len()
    }

    /// The names of what stands in these bytes.
    pub fn found_in(&self, bytes: &[u8]) -> BTreeSet<&str> {
        let mut found = BTreeSet::new();
        for at in 0..bytes.len().saturating_sub(3) {
            let rest = &bytes[at..];
            let (word, bit) = place(rest);
            if self.begins.get(word).is_none_or(|w| w & bit == 0) {
                continue;
            }
            let forms = self.forms.get(&[rest[0], rest[1], rest[2], rest[3]]);
            let hits = forms.into_iter().flatten().filter(|(form, _)| rest.starts_with(form));
            found.extend(hits.map(|(_, what)| what.as_str()));
        }
        found
    }
}

fn place(bytes: &[u8]) -> (usize, u64) {
    let number = usize::from(bytes[0]) << 16 | usize::from(bytes[1]) << 8 | usize::from(bytes[2]);
    (number / 64, 1 << (number % 64))
}

/// A short secret as a whole; of a long one its beginning, middle and end.
fn pieces(secret: &str) -> Vec<&str> {
    if secret.len() <= 2 * PIECE || !secret.is_ascii() {
        return vec![secret];
    }
    let middle = (secret.len() - PIECE) / 2;
    let mut pieces = vec![&secret[middle..middle + PIECE], &secret[secret.len() - PIECE..]];
    // All JSON web tokens of a server begin the same, so that is no secret.
    if !secret.starts_with("eyJ") {
        pieces.push(&secret[..PIECE]);
    }
    pieces
}

/// As it is; in base64, at every place where it may stand in something longer; percent-encoded; in hexadecimal digits.
fn forms(piece: &str) -> BTreeSet<Vec<u8>> {
    let bytes = piece.as_bytes();
    let percent = utf8_percent_encode(piece, NON_ALPHANUMERIC).to_string();
    let form: String = form_urlencoded::byte_serialize(bytes).collect();
    let mut forms = BTreeSet::from([piece.to_owned(), percent.to_lowercase(), percent, form]);
    forms.extend([hex::encode(bytes), hex::encode_upper(bytes)]);
    for before in 0..3 {
        for alphabet in [&STANDARD_NO_PAD, &URL_SAFE_NO_PAD] {
            let text = alphabet.encode([&[0; 3][..before], bytes].concat());
            // The characters at both ends depend on what stands beside the secret.
            let (first, last) = ((before * 8).div_ceil(6), (before + bytes.len()) * 8 / 6);
            forms.insert(text[first..last].to_owned());
        }
    }
    forms.into_iter().map(String::into_bytes).collect()
}

#[test]
fn a_secret_is_found_in_every_form() {
    let mut needles = Needles::default();
    let long: String = ('!'..='~').collect();
    for (what, secret) in [("short", "pass word/1+ä"), ("long", &long)] {
        needles.add(what, secret);
    }
    let found = |text: &[u8]| needles.found_in(text).into_iter().collect::<Vec<_>>();
    for around in ["", "a", "ab", "abc", "abcd"] {
        for (what, secret) in [("short", "pass word/1+ä"), ("long", &long)] {
            let inside = format!("{around}{secret}{around}");
            assert_eq!(found(inside.as_bytes()), [what]);
            assert_eq!(found(STANDARD_NO_PAD.encode(&inside).as_bytes()), [what], "{inside}");
            assert_eq!(found(URL_SAFE_NO_PAD.encode(&inside).as_bytes()), [what], "{inside}");
            assert_eq!(found(hex::encode(&inside).as_bytes()), [what]);
            let pair = form_urlencoded::Serializer::new(String::new()).append_pair("x", &inside).finish();
            assert_eq!(found(pair.as_bytes()), [what]);
        }
    }
    assert_eq!(found(&long.as_bytes()[..60]), ["long"], "cut off");
    assert_eq!(found(b"pass word/1+a and nothing else"), Vec::<&str>::new());
}
