//! Takes secrets out of what is written down: by the names under which they stand, by their shape, and by their values.

use std::borrow::Cow;

use carillon_domain::secret::Secret;
use http::HeaderMap;
use serde_json::Value;

/// What stands in a secret's place.
pub const HIDDEN: &str = "[redacted]";

/// Values shorter than this are not searched for: they would be found in ordinary words.
const SHORTEST: usize = 6;

/// Removes what is secret by name or shape, and a list of known values.
#[derive(Debug, Clone, Default)]
pub struct Redactor {
    known: Vec<Secret>,
}

impl Redactor {
    /// Also removes these values, wherever they stand.
    pub fn new(known: impl IntoIterator<Item = Secret>) -> Self {
        Self { known: known.into_iter().filter(|s| s.expose().len() >= SHORTEST).collect() }
    }

    /// A URL: secret query parameters, user and password.
    pub fn url(&self, url: &str) -> String {
        self.values(&url_without(url, &|part| self.values(part)))
    }

    /// Free text.
    pub fn text(&self, text: &str) -> String {
        self.values(&self::text(text))
    }

    /// Headers as lines.
    pub fn headers(&self, headers: &HeaderMap) -> String {
        let line = |(name, value): (&http::HeaderName, &http::HeaderValue)| {
            let value = value.to_str().unwrap_or("[binary]");
            let hidden = is_secret_name(name.as_str()) || is_secret_header(name.as_str());
            format!("{name}: {}\n", if hidden { HIDDEN.to_owned() } else { self.text(value) })
        };
        headers.iter().map(line).collect()
    }

    /// At most `max` characters of a body, by its content type.
    pub fn body(&self, content_type: Option<&str>, bytes: &[u8], max: usize) -> String {
        let kind = content_type.unwrap_or_default().to_ascii_lowercase();
        if kind.starts_with("image/") || kind.starts_with("video/") || kind.starts_with("audio/") {
            return format!("[{} bytes of {kind}]", bytes.len());
        }
        // Far more than the excerpt, so that a secret that is cut here is cut off below, too.
        let text = String::from_utf8_lossy(&bytes[..bytes.len().min(READ)]);
        let clean = if kind.starts_with("application/x-www-form-urlencoded") {
            pairs(&text, &|part| self.values(part))
        } else {
            match serde_json::from_str::<Value>(&text) {
                Ok(mut value) => {
                    json(&mut value);
                    value.to_string()
                }
                Err(_) => self::text(&text),
            }
        };
        self.values(&clean).chars().take(max).collect()
    }

    fn values(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for secret in &self.known {
            let value = secret.expose();
            let encoded: String = form_urlencoded::byte_serialize(value.as_bytes()).collect();
            let quoted = serde_json::to_string(value).unwrap_or_default();
            for form in [value, &encoded, quoted.trim_matches('"')] {
                if text.contains(form) {
                    text = text.replace(form, HIDDEN);
                }
            }
        }
        text
    }
}

/// How much of a body is looked at, bytes.
const READ: usize = 64 * 1024;

/// A URL without secret query parameters, user and password.
pub fn url(url: &str) -> String {
    url_without(url, &str::to_owned)
}

/// Like [`url`], and without what `hide` takes out of each decoded part.
fn url_without(url: &str, hide: Hide<'_>) -> String {
    let (base, fragment) = url.split_once('#').map_or((url, None), |(b, f)| (b, Some(f)));
    let (path, query) = base.split_once('?').map_or((base, None), |(p, q)| (p, Some(q)));
    let mut clean = match path.split_once("://") {
        Some((scheme, rest)) => {
            let end = rest.find('/').unwrap_or(rest.len());
            let host = rest[..end].rfind('@').map_or(rest, |at| &rest[at + 1..]);
            format!("{scheme}://{}", text(host))
        }
        None => text(path),
    };
    if path.contains(UPLOADS) {
        return clean;
    }
    for (mark, part) in [('?', query), ('#', fragment)] {
        if let Some(part) = part {
            clean.push(mark);
            clean.push_str(&pairs(part, hide));
        }
    }
    clean
}

/// Takes known secrets out of a text.
type Hide<'a> = &'a dyn Fn(&str) -> String;

/// `a=b&c=d` without secret values. Pairs without a secret stay as they were sent, to the letter: what stands there is read
/// as evidence.
fn pairs(query: &str, hide: Hide<'_>) -> String {
    let clean: Vec<_> = query.split('&').map(|pair| pair_without(pair, hide)).collect();
    clean.join("&")
}

fn pair_without<'p>(pair: &'p str, hide: Hide<'_>) -> Cow<'p, str> {
    let Some((name, value)) = form_urlencoded::parse(pair.as_bytes()).next() else {
        return Cow::Borrowed(pair);
    };
    let secret = is_secret_name(&name) || matches!(&*name, "code" | "state");
    let shown = if secret && !value.is_empty() {
        HIDDEN.to_owned()
    } else {
        let shown = hide(&value);
        if is_url(&shown) { url_without(&shown, hide) } else { text(&shown) }
    };
    let shown_name = hide(&text(&name));
    if shown == value && shown_name == name {
        return Cow::Borrowed(pair);
    }
    let mut encoded = form_urlencoded::Serializer::new(String::new());
    if pair.contains('=') {
        encoded.append_pair(&shown_name, &shown);
    } else {
        encoded.append_key_only(&shown_name);
    }
    Cow::Owned(encoded.finish().replace("%5Bredacted%5D", HIDDEN))
}

/// Whether all of a text is one URL. A sentence with a link in it has no query and no fragment of its own.
fn is_url(text: &str) -> bool {
    text.split_once("://").is_some_and(|(scheme, rest)| {
        scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
            && !rest.contains(|c: char| c.is_whitespace() || c.is_control())
    })
}

fn json(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                match value {
                    Value::String(text) if is_secret_name(name) && !text.is_empty() => {
                        HIDDEN.clone_into(text)
                    }
                    other => json(other),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(json),
        Value::String(found) => {
            let clean = if is_url(found) { url(found) } else { text(found) };
            *found = clean;
        }
        _ => {}
    }
}

/// Free text without what looks like a secret: the rest of signed links, `name=value` and `"name":"value"` under secret names, values after
/// `Bearer`, `Basic` and `DPoP`, and JSON web tokens.
pub fn text(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(is_word) {
        out.push_str(&rest[..start]);
        rest = &rest[start..];
        let end = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        rest = after;
        if is_jwt(word) {
            out.push_str(HIDDEN);
            continue;
        }
        out.push_str(word);
        let value = if is_secret_name(word) {
            assigned(after)
        } else if ["bearer", "basic", "dpop"].contains(&word.to_ascii_lowercase().as_str()) {
            credentials(after)
        } else {
            None
        };
        if let Some((lead, len)) = value {
            out.push_str(&after[..lead]);
            out.push_str(HIDDEN);
            rest = &after[lead + len..];
        }
    }
    out.push_str(rest);
    signed_links(&out)
}

/// Where files of the library lie for the networks to fetch: who knows what follows may fetch the file.
const SIGNED: &str = "/media/public/";

/// Where LinkedIn takes the bytes of videos without a token: who knows what follows, query included, may send them.
const UPLOADS: &str = "/dms-uploads/";

/// Without the rest of signed links, which holds their token: of those to us the rest of the path, of others all.
fn signed_links(text: &str) -> String {
    let to_us = without_rest(text, SIGNED, "\"'?#&,;<>()}]\\");
    without_rest(&to_us, UPLOADS, "\"'<>()}]\\")
}

/// Without what follows each `place`, as far as it belongs to the same link.
fn without_rest(text: &str, place: &str, ends: &str) -> String {
    let mut parts = text.split(place);
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let part = part.strip_prefix(HIDDEN).unwrap_or(part);
        let end = part.find(|c: char| c.is_whitespace() || ends.contains(c));
        out.push_str(place);
        out.push_str(HIDDEN);
        out.push_str(&part[end.unwrap_or(part.len())..]);
    }
    out
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.')
}

/// Three parts of base64url, the first a JSON object.
fn is_jwt(word: &str) -> bool {
    word.starts_with("eyJ") && word.len() > 20 && word.matches('.').count() >= 2
}

/// After a secret name: where its value begins, and how long it is. A colon in prose ("access token: Session has expired")
/// is no assignment, unless what follows looks like a token.
fn assigned(after: &str) -> Option<(usize, usize)> {
    let quoted_name = after.starts_with(['"', '\'']) || after.starts_with("\\\"");
    let body = after.trim_start_matches(['\\', '"', '\'', ' ']);
    let mark = body.chars().next()?;
    if mark != '=' && mark != ':' {
        return None;
    }
    let lead = after.len() - body.len() + 1;
    let value = &after[lead..];
    let trimmed = value.trim_start_matches(['\\', '"', '\'', ' ']);
    let lead = lead + value.len() - trimmed.len();
    let len =
        trimmed.find(|c: char| c.is_whitespace() || "\"'&,;<>)}]\\".contains(c)).unwrap_or(trimmed.len());
    let value = &trimmed[..len];
    let token_like = value.len() >= 12 && value.bytes().any(|b| b.is_ascii_digit());
    let literal = ["null", "true", "false"].contains(&value) || value.starts_with(['{', '[']);
    (!value.is_empty() && !literal && (mark == '=' || quoted_name || token_like)).then_some((lead, len))
}

/// After `Bearer` and the like: where the credentials begin, and how long they are. `Bearer token` in prose stays.
fn credentials(after: &str) -> Option<(usize, usize)> {
    let value = after.strip_prefix(' ')?.trim_start_matches(' ');
    let lead = after.len() - value.len();
    let len = value.find(|c: char| c.is_whitespace() || "\"',;<>)}]\\".contains(c)).unwrap_or(value.len());
    let found = &value[..len];
    (len >= 8 && found.bytes().any(|b| b.is_ascii_digit() || b.is_ascii_uppercase() || b == b'='))
        .then_some((lead, len))
}

/// Whether what stands under this name is a secret: `access_token`, `accessJwt`, `X-Amz-Signature` …
pub fn is_secret_name(name: &str) -> bool {
    let plain: String =
        name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
    const ENDINGS: [&str; 10] = [
        "token",
        "secret",
        "password",
        "jwt",
        "signature",
        "apikey",
        "assertion",
        "verifier",
        "secretproof",
        "passwd",
    ];
    ENDINGS.iter().any(|e| plain.ends_with(e))
        || matches!(plain.as_str(), "sig" | "dpop" | "requesturi" | "uploadid")
}

fn is_secret_header(name: &str) -> bool {
    matches!(name, "authorization" | "proxy-authorization" | "cookie" | "set-cookie")
}

#[cfg(test)]
mod tests;
