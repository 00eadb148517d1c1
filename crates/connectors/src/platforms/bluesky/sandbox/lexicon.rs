//! What the server checks before it takes a post. It does not compare facets with the text; the real one doesn't either.
//! Sources: lexicons `app.bsky.feed.post`, `app.bsky.richtext.facet`, `app.bsky.embed.*`; messages as the reference server
//! words them.

use carillon_domain::text::graphemes;
use carillon_domain::time::Timestamp;
use serde_json::Value;

/// A broken rule, as the server words it.
pub type Broken = String;
type Check = Result<(), Broken>;

/// A value with its place, for messages.
#[derive(Clone)]
struct At<'a> {
    value: &'a Value,
    path: String,
}

/// Limits that differ between servers of different age.
#[derive(Clone, Copy)]
pub struct Age {
    /// Largest image.
    pub image_bytes: u64,
}

/// Checks a post record.
pub fn post(record: &Value, age: Age) -> Check {
    let post = At { value: record, path: "$.record".to_owned() };
    post.need("text")?.string(3000, Some(300))?;
    post.need("createdAt")?.datetime()?;
    if let Some(langs) = post.may("langs") {
        for lang in langs.array(3)? {
            lang.format("language", is_language)?;
        }
    }
    if let Some(tags) = post.may("tags") {
        for tag in tags.array(8)? {
            tag.string(640, Some(64))?;
        }
    }
    if let Some(facets) = post.may("facets") {
        for item in facets.array(usize::MAX)? {
            facet(&item)?;
        }
    }
    if let Some(reply) = post.may("reply") {
        strong_ref(&reply.need("root")?)?;
        strong_ref(&reply.need("parent")?)?;
    }
    post.may("embed").map_or(Ok(()), |e| embed(&e, age))
}

fn facet(facet: &At<'_>) -> Check {
    let index = facet.need("index")?;
    index.need("byteStart")?.integer(0)?;
    index.need("byteEnd")?.integer(0)?;
    for feature in facet.need("features")?.array(usize::MAX)? {
        match feature.kind()? {
            "app.bsky.richtext.facet#link" => feature.need("uri")?.format("uri", is_uri)?,
            "app.bsky.richtext.facet#mention" => feature.need("did")?.format("DID", is_did)?,
            "app.bsky.richtext.facet#tag" => feature.need("tag")?.string(640, Some(64))?,
            // An open union: unknown kinds are kept.
            _ => {}
        }
    }
    Ok(())
}

fn strong_ref(reference: &At<'_>) -> Check {
    reference.need("uri")?.format("at-uri", |t| t.starts_with("at://did:") && t.split('/').count() == 5)?;
    reference.need("cid")?.format("cid", |t| t.starts_with('b') && t.len() == 59)
}

fn embed(embed: &At<'_>, age: Age) -> Check {
    match embed.kind()? {
        "app.bsky.embed.images" => {
            for image in embed.need("images")?.array(4)? {
                image.need("image")?.blob("image/*", age.image_bytes)?;
                image.need("alt")?.string(usize::MAX, None)?;
                image.may("aspectRatio").map_or(Ok(()), |r| ratio(&r))?;
            }
            Ok(())
        }
        "app.bsky.embed.video" => {
            embed.need("video")?.blob("video/mp4", 100_000_000)?;
            embed.may("alt").map_or(Ok(()), |alt| alt.string(10_000, Some(1000)))?;
            embed.may("aspectRatio").map_or(Ok(()), |r| ratio(&r))
        }
        "app.bsky.embed.external" => {
            let external = embed.need("external")?;
            external.need("uri")?.format("uri", is_uri)?;
            external.need("title")?.string(usize::MAX, None)?;
            external.need("description")?.string(usize::MAX, None)?;
            external.may("thumb").map_or(Ok(()), |t| t.blob("image/*", 1_000_000))
        }
        "app.bsky.embed.record" => strong_ref(&embed.need("record")?),
        _ => Ok(()),
    }
}

fn ratio(ratio: &At<'_>) -> Check {
    ratio.need("width")?.integer(1)?;
    ratio.need("height")?.integer(1)
}

impl<'a> At<'a> {
    fn may(&self, key: &str) -> Option<At<'a>> {
        let value = self.value.get(key)?;
        Some(At { value, path: format!("{}.{key}", self.path) })
    }

    fn need(&self, key: &str) -> Result<At<'a>, Broken> {
        if !self.value.is_object() {
            return self.wrong("object");
        }
        self.may(key).ok_or_else(|| format!("Missing required key \"{key}\" at {}", self.path))
    }

    fn kind(&self) -> Result<&'a str, Broken> {
        let kind = self.need("$type")?;
        kind.value.as_str().map_or_else(|| kind.wrong("string"), Ok)
    }

    fn wrong<T>(&self, expected: &str) -> Result<T, Broken> {
        Err(format!("Expected {expected} value type (got {}) at {}", self.value, self.path))
    }

    fn text(&self) -> Result<&'a str, Broken> {
        self.value.as_str().map_or_else(|| self.wrong("string"), Ok)
    }

    fn string(&self, bytes: usize, clusters: Option<usize>) -> Check {
        let text = self.text()?;
        let too_big = |what: &str, most: usize, got: usize| {
            Err(format!("{what} too big (maximum {most}, got {got}) at {}", self.path))
        };
        if text.len() > bytes {
            return too_big("string", bytes, text.len());
        }
        match clusters.map(|most| (most, graphemes::count(text))) {
            Some((most, got)) if got > most => too_big("grapheme", most, got),
            _ => Ok(()),
        }
    }

    fn format(&self, name: &str, good: impl Fn(&str) -> bool) -> Check {
        let text = self.text()?;
        if good(text) { Ok(()) } else { Err(format!("Invalid {name} (got \"{text}\") at {}", self.path)) }
    }

    /// RFC 3339 with a zone, and a `T` between date and time.
    fn datetime(&self) -> Check {
        self.format("datetime", |t| {
            let zone =
                t.ends_with('Z') || t.get(t.len().saturating_sub(6)..).is_some_and(|z| z.contains(':'));
            t.as_bytes().get(10) == Some(&b'T') && zone && t.parse::<Timestamp>().is_ok()
        })
    }

    fn integer(&self, least: i64) -> Check {
        match self.value.as_i64() {
            Some(n) if n >= least => Ok(()),
            Some(n) => Err(format!("integer too small (minimum {least}, got {n}) at {}", self.path)),
            None => self.wrong("integer"),
        }
    }

    fn array(&self, most: usize) -> Result<Vec<At<'a>>, Broken> {
        let Some(items) = self.value.as_array() else { return self.wrong("array") };
        if items.len() > most {
            return Err(format!("array too big (maximum {most}, got {}) at {}", items.len(), self.path));
        }
        let item = |(i, value)| At { value, path: format!("{}[{i}]", self.path) };
        Ok(items.iter().enumerate().map(item).collect())
    }

    fn blob(&self, accept: &str, most: u64) -> Check {
        if self.value.get("$type") != Some(&Value::from("blob")) {
            return self.wrong("blob");
        }
        let mime = self.need("mimeType")?;
        let fits = |mime: &str| match accept.strip_suffix('*') {
            Some(family) => mime.starts_with(family),
            None => mime == accept,
        };
        if !fits(mime.text()?) {
            return Err(format!("Expected \"{accept}\" (got {}) at {}", mime.value, mime.path));
        }
        match self.need("size")?.value.as_u64() {
            Some(size) if size > most => {
                Err(format!("blob too big (maximum {most}, got {size}) at {}", self.path))
            }
            Some(_) => Ok(()),
            None => self.wrong("integer"),
        }
    }
}

/// Whether a text may be the key of a post: a timestamp identifier.
pub fn is_tid(text: &str) -> bool {
    text.len() == 13
        && text.starts_with(|c: char| "234567abcdefghij".contains(c))
        && text.chars().all(|c| "234567abcdefghijklmnopqrstuvwxyz".contains(c))
}

fn is_uri(text: &str) -> bool {
    let scheme = text.split(':').next().unwrap_or_default();
    text.len() > scheme.len() + 1
        && !scheme.is_empty()
        && scheme.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        && !text.contains(char::is_whitespace)
}

fn is_did(text: &str) -> bool {
    text.starts_with("did:") && text.split(':').count() >= 3 && !text.ends_with(':')
}

fn is_language(text: &str) -> bool {
    let first = text.split('-').next().unwrap_or_default();
    (2..=3).contains(&first.len())
        && first.chars().all(|c| c.is_ascii_lowercase())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
}
