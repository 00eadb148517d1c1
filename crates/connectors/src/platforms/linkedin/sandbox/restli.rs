//! Rest.li 2.0 in addresses: keys in paths, and queries with `List(a,b)` and `(k:v)` whose structure characters stay literal
//! while everything inside is percent-encoded ("Protocol versions", Rest.li 2.0.0 URL encoding).

use percent_encoding::percent_decode_str;

use super::answer::Refusal;

/// A query value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Param {
    Text(String),
    List(Vec<Param>),
    Record(Vec<(String, Param)>),
}

impl Param {
    /// The member of a record.
    pub fn get(&self, name: &str) -> Option<&Self> {
        match self {
            Self::Record(members) => members.iter().find(|(k, _)| k == name).map(|(_, v)| v),
            Self::Text(_) | Self::List(_) => None,
        }
    }

    /// The text of a leaf.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::List(_) | Self::Record(_) => None,
        }
    }
}

/// A query, read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Query(Vec<(String, Param)>);

impl Query {
    /// Reads a raw query.
    pub fn parse(raw: &str) -> Result<Self, Refusal> {
        let mut pairs = Vec::new();
        for pair in raw.split('&').filter(|p| !p.is_empty()) {
            let (name, value) = pair.split_once('=').ok_or_else(Refusal::query)?;
            pairs.push((decoded(name)?, whole(value)?));
        }
        Ok(Self(pairs))
    }

    /// Refuses parameters other than these.
    pub fn only(&self, known: &[&str]) -> Result<(), Refusal> {
        match self.0.iter().find(|(name, _)| !known.contains(&name.as_str())) {
            None => Ok(()),
            Some((name, _)) => Err(Refusal::parameter(name)),
        }
    }

    /// A parameter.
    pub fn get(&self, name: &str) -> Option<&Param> {
        self.0.iter().find(|(k, _)| k == name).map(|(_, v)| v)
    }

    /// A parameter that is a plain text; a structure in its place is refused.
    pub fn text(&self, name: &str) -> Result<Option<&str>, Refusal> {
        self.get(name).map(|p| p.text().ok_or_else(Refusal::query)).transpose()
    }

    /// A text that must be there.
    pub fn need(&self, name: &str) -> Result<&str, Refusal> {
        self.text(name)?.ok_or_else(Refusal::query)
    }

    /// A list of texts; anything else in its place is refused.
    pub fn list(&self, name: &str) -> Result<Option<Vec<&str>>, Refusal> {
        let Some(param) = self.get(name) else { return Ok(None) };
        let Param::List(items) = param else { return Err(Refusal::query()) };
        items.iter().map(|i| i.text().ok_or_else(Refusal::query)).collect::<Result<_, _>>().map(Some)
    }

    /// A number within bounds.
    pub fn number(&self, name: &str, default: usize, most: usize) -> Result<usize, Refusal> {
        let Some(text) = self.text(name)? else { return Ok(default) };
        text.parse().ok().filter(|n| *n <= most).ok_or_else(Refusal::query)
    }
}

/// A key of a path: a URN must arrive percent-encoded, or the path names nothing.
pub(super) fn key(raw: &str) -> Result<String, Refusal> {
    if raw.contains([':', '(', ')', ',', '\'']) {
        return Err(Refusal::not_found("resource"));
    }
    decoded(raw)
}

/// A complex key of a path or a value whose structure is literal, read whole.
fn whole(raw: &str) -> Result<Param, Refusal> {
    let (param, rest) = value(raw)?;
    if rest.is_empty() { Ok(param) } else { Err(Refusal::query()) }
}

fn value(raw: &str) -> Result<(Param, &str), Refusal> {
    if let Some(mut rest) = raw.strip_prefix("List(") {
        let mut items = Vec::new();
        if let Some(rest) = rest.strip_prefix(')') {
            return Ok((Param::List(items), rest));
        }
        loop {
            let (item, after) = value(rest)?;
            items.push(item);
            match next(after)? {
                (true, after) => rest = after,
                (false, after) => return Ok((Param::List(items), after)),
            }
        }
    }
    if let Some(mut rest) = raw.strip_prefix('(') {
        let mut members = Vec::new();
        loop {
            let (name, after) = leaf(rest)?;
            let (item, after) = value(after.strip_prefix(':').ok_or_else(Refusal::query)?)?;
            members.push((name, item));
            match next(after)? {
                (true, after) => rest = after,
                (false, after) => return Ok((Param::Record(members), after)),
            }
        }
    }
    let (text, rest) = leaf(raw)?;
    Ok((Param::Text(text), rest))
}

/// After an item: whether another one follows.
fn next(rest: &str) -> Result<(bool, &str), Refusal> {
    let more = rest.strip_prefix(',').map(|rest| (true, rest));
    more.or_else(|| rest.strip_prefix(')').map(|rest| (false, rest))).ok_or_else(Refusal::query)
}

fn leaf(raw: &str) -> Result<(String, &str), Refusal> {
    let end = raw.find(['(', ')', ',', ':', '\'']).unwrap_or(raw.len());
    let (text, rest) = raw.split_at(end);
    Ok((decoded(text)?, rest))
}

fn decoded(text: &str) -> Result<String, Refusal> {
    let text = text.replace('+', "%20");
    percent_decode_str(&text).decode_utf8().map(|t| t.into_owned()).map_err(|_| Refusal::query())
}

/// Percent-encodes a value for a link.
pub(super) fn encoded(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn structure_is_literal_and_content_is_encoded() {
        let query = Query::parse("q=author&author=urn%3Ali%3Aorganization%3A1&ids=List(a%2Cb,c)").unwrap();
        assert_eq!(query.need("author").unwrap(), "urn:li:organization:1");
        assert_eq!(query.list("ids").unwrap().unwrap(), ["a,b", "c"]);
        let range = Query::parse("t=(timeRange:(start:1,end:2),g:DAY)").unwrap();
        let range = range.get("t").unwrap();
        assert_eq!(range.get("timeRange").unwrap().get("end").unwrap().text(), Some("2"));
        assert_eq!(range.get("g").unwrap().text(), Some("DAY"));
        for wrong in ["author=urn:li:organization:1", "ids=List(a,b", "t=(a)", "t=(a:1))", "q", "a=(b:c"] {
            assert!(Query::parse(wrong).is_err(), "{wrong}");
        }
        let flat = Query::parse("ids=List%28a%2Cb%29").unwrap();
        assert!(flat.list("ids").is_err(), "an encoded list is a text");
        assert!(key("urn:li:share:1").is_err());
        assert_eq!(key("urn%3Ali%3Ashare%3A1").unwrap(), "urn:li:share:1");
    }
}
