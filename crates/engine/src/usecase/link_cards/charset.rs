//! The letters of a page, by the encoding that it says it is written in. Many older Greek pages are not in UTF-8.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

/// So far a page is searched for its encoding, bytes (WHATWG HTML, "prescan a byte stream to determine its encoding").
const PRESCAN: usize = 1024;

/// The page as text: by its byte order mark, else by what the answer's content type says, else by what the page says, else as UTF-8.
pub(super) fn text<'a>(page: &'a [u8], content_type: Option<&str>) -> Cow<'a, str> {
    let said = content_type.and_then(|said| named(&said.to_ascii_lowercase()));
    said.or_else(|| declared(page)).unwrap_or(UTF_8).decode(page).0
}

/// What a `<meta>` of the page says.
fn declared(page: &[u8]) -> Option<&'static Encoding> {
    let start = String::from_utf8_lossy(&page[..page.len().min(PRESCAN)]).to_ascii_lowercase();
    let found = start.split("<meta").skip(1).find_map(|tag| named(tag.split('>').next()?))?;
    // What could be read so far is not in these.
    Some(if found == UTF_16LE || found == UTF_16BE { UTF_8 } else { found })
}

/// The encoding after `charset=`, in lower case.
fn named(text: &str) -> Option<&'static Encoding> {
    let (_, after) = text.split_once("charset")?;
    let label = after.trim_start().strip_prefix('=')?.trim_start().trim_start_matches(['"', '\'']);
    let end = label.find(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ';' | '/'));
    Encoding::for_label_no_replacement(&label.as_bytes()[..end.unwrap_or(label.len())])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// "Καλημέρα" in windows-1253, and in ISO 8859-7.
    const GREEK: &[u8] = b"\xca\xe1\xeb\xe7\xec\xdd\xf1\xe1";

    fn with(head: &str) -> Vec<u8> {
        [head.as_bytes(), b"<title>", GREEK, b"</title>"].concat()
    }

    #[test]
    fn a_page_is_read_in_the_encoding_that_it_names() {
        for head in [
            "<meta charset=windows-1253>",
            "<META CHARSET = 'ISO-8859-7' />",
            "<meta http-equiv=\"Content-Type\" content=\"text/html; charset=windows-1253\">",
            "<meta name=description content='no charset here'><meta charset=\"greek\">",
        ] {
            assert!(text(&with(head), Some("text/html")).contains("Καλημέρα"), "{head}");
        }
        let page = with("<meta charset=utf-8>");
        assert!(text(&page, Some("text/html; Charset=\"ISO-8859-7\"")).contains("Καλημέρα"));
    }

    #[test]
    fn what_names_none_or_one_that_is_unknown_is_in_utf_8() {
        for head in
            ["", "<meta charset>", "<meta charset=klingon>", "<meta charset=utf-16>", "<meta charset="]
        {
            let page = [head.as_bytes(), "<title>Καλημέρα".as_bytes()].concat();
            assert!(text(&page, None).contains("Καλημέρα"), "{head}");
            assert!(text(&with(head), None).contains(char::REPLACEMENT_CHARACTER), "{head}");
        }
        let marked = [b"\xef\xbb\xbf".as_slice(), "Καλημέρα".as_bytes()].concat();
        assert_eq!(text(&marked, Some("text/html; charset=windows-1253")), "Καλημέρα");
    }
}
