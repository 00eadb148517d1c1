//! LinkedIn's ids, `urn:li:<type>:<id>`, and the two ways in which its URLs want them.
//!
//! Rest.li gives parentheses and commas a meaning in a query: those of the structure stay literal, those inside of a value are
//! encoded. Query strings are therefore built by hand. learn.microsoft.com, "Protocol versions" (2026).

use carillon_domain::time::Timestamp;

/// A value for a path or a query: all that is not a letter, a digit, `-`, `_` or `.` is encoded.
pub(super) fn encoded(value: &str) -> String {
    form_urlencoded::byte_serialize(value.as_bytes())
        .collect::<String>()
        .replace('+', "%20")
        .replace('*', "%2A")
}

/// `List(a,b)`.
pub(super) fn list<'a>(values: impl IntoIterator<Item = &'a str>) -> String {
    let values: Vec<String> = values.into_iter().map(encoded).collect();
    format!("List({})", values.join(","))
}

/// The author URN of a member. The id is peculiar to the app.
pub(super) fn person(sub: &str) -> String {
    format!("urn:li:person:{sub}")
}

/// The number of an organisation.
pub(super) fn organization_id(urn: &str) -> Option<&str> {
    urn.strip_prefix("urn:li:organization:").filter(|id| !id.is_empty())
}

/// Kinds of posts as URNs name them.
const POSTS: [&str; 2] = ["urn:li:share:", "urn:li:ugcPost:"];

/// The last post that a message names.
pub(super) fn post_in(message: &str) -> Option<String> {
    let found = POSTS.iter().flat_map(|kind| message.match_indices(kind));
    let (at, kind) = found.max_by_key(|(at, _)| *at)?;
    let digits: String = message[at + kind.len()..].chars().take_while(char::is_ascii_digit).collect();
    (!digits.is_empty()).then(|| format!("{kind}{digits}"))
}

/// Whether it names a post at all.
pub(super) fn is_post(urn: &str) -> bool {
    POSTS.iter().any(|kind| urn.starts_with(kind))
}

/// Whether it is a `share`; otherwise it is a `ugcPost`. Statistics ask for them apart.
pub(super) fn is_share(urn: &str) -> bool {
    urn.starts_with(POSTS[0])
}

/// When the post with this URN was made, as far as its number tells. The upper 41 bits of the number are milliseconds of the
/// Unix epoch; LinkedIn documents this nowhere (many tools rely on it), so it only ever serves as a doubt.
pub(super) fn made_at(urn: &str) -> Option<Timestamp> {
    let number: i64 = urn.rsplit(':').next()?.parse().ok()?;
    Timestamp::from_millisecond(number >> 22).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_encoded_and_structure_is_not() {
        assert_eq!(
            encoded("urn:li:comment:(urn:li:activity:1,2)"),
            "urn%3Ali%3Acomment%3A%28urn%3Ali%3Aactivity%3A1%2C2%29"
        );
        assert_eq!(encoded("a b*c"), "a%20b%2Ac");
        assert_eq!(
            list(["urn:li:share:1", "urn:li:share:2"]),
            "List(urn%3Ali%3Ashare%3A1,urn%3Ali%3Ashare%3A2)"
        );
    }

    #[test]
    fn the_post_that_a_refusal_names() {
        let found = |message: &str| post_in(message);
        assert_eq!(found("Content is a duplicate of urn:li:share:712"), Some("urn:li:share:712".to_owned()));
        let two = "urn:li:person:a posted urn:li:share:1; it is a duplicate of urn:li:ugcPost:2.";
        assert_eq!(found(two), Some("urn:li:ugcPost:2".to_owned()));
        assert_eq!(found("Content is a duplicate of urn:li:share:"), None);
        assert_eq!(found("Content is a duplicate"), None);
    }

    #[test]
    fn numbers_of_posts_tell_their_time() {
        // From a sample in LinkedIn's documentation of July 2018.
        let at = made_at("urn:li:share:6422861848344821123").map(|at| at.to_string());
        assert_eq!(at.as_deref().map(|at| &at[..7]), Some("2018-07"));
        assert_eq!(made_at("urn:li:person:abc"), None);
    }
}
