//! Query parameters, parts and pages.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::Uri;
use serde_json::{Value, json};

use super::answer::{Refusal, tagged};

/// Parameters that every method takes (discovery description, revision 20261104).
const STANDARD: &[&str] = &[
    "$.xgafv",
    "access_token",
    "alt",
    "callback",
    "fields",
    "key",
    "oauth_token",
    "prettyPrint",
    "quotaUser",
    "uploadType",
    "upload_protocol",
];

/// A request's query.
#[derive(Debug, Clone, Default)]
pub(super) struct Query(Vec<(String, String)>);

impl Query {
    pub(super) fn of(uri: &Uri) -> Self {
        Self(form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()).into_owned().collect())
    }

    /// A parameter that is not empty.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, value)| key == name && !value.is_empty()).map(|(_, value)| value.as_str())
    }

    /// A parameter that must be there.
    pub(super) fn need(&self, name: &str) -> Result<&str, Refusal> {
        self.get(name).ok_or_else(|| {
            Refusal::parameter("missingRequiredParameter", name, format!("Required parameter: {name}"))
        })
    }

    /// A list: repeated, or with commas.
    pub(super) fn list(&self, name: &str) -> Vec<String> {
        let values = self.0.iter().filter(|(key, _)| key == name);
        let each = values.flat_map(|(_, value)| value.split(','));
        each.map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned).collect()
    }

    /// A boolean.
    pub(super) fn flag(&self, name: &str) -> Result<Option<bool>, Refusal> {
        match self.get(name) {
            None => Ok(None),
            Some("true" | "1") => Ok(Some(true)),
            Some("false" | "0") => Ok(Some(false)),
            Some(other) => Err(bad_value(name, other)),
        }
    }

    /// Refuses what the method does not know.
    pub(super) fn only(&self, known: &[&str]) -> Result<(), Refusal> {
        let unknown = self.0.iter().map(|(key, _)| key.as_str());
        match unknown.into_iter().find(|key| !STANDARD.contains(key) && !known.contains(key)) {
            None => Ok(()),
            Some(name) => {
                Err(Refusal::parameter("unexpectedParameter", name, format!("Unexpected parameter: {name}")))
            }
        }
    }

    /// The `part` parameter; each of its values must be one of these.
    pub(super) fn parts(&self, allowed: &[&str]) -> Result<Vec<String>, Refusal> {
        self.need("part")?;
        let parts = self.list("part");
        match parts.iter().find(|part| !allowed.contains(&part.as_str())) {
            None => Ok(parts),
            Some(part) => {
                Err(Refusal::new(400, "youtube.part", "unknownPart", format!("'{part}'"))
                    .at("part", "parameter"))
            }
        }
    }

    /// The one filter that was given.
    pub(super) fn filter(&self, names: &[&'static str]) -> Result<(&'static str, &str), Refusal> {
        let given: Vec<_> = names.iter().filter_map(|name| Some((*name, self.get(name)?))).collect();
        match given.as_slice() {
            [one] => Ok(*one),
            [] => {
                let text = format!("No filter selected. Expected one of: {}", names.join(", "));
                Err(Refusal::parameter("missingRequiredParameter", "parameters.", text))
            }
            more => {
                let named: Vec<_> = more.iter().map(|(name, _)| *name).collect();
                let text = format!("Incompatible parameters specified in the request: {}", named.join(", "));
                Err(Refusal::parameter("incompatibleParameters", "parameters.", text))
            }
        }
    }

    /// At most fifty ids.
    pub(super) fn ids(&self, name: &str) -> Result<Vec<String>, Refusal> {
        let ids = self.list(name);
        if ids.len() > 50 {
            let text = "The request specifies more than 50 ids.";
            return Err(Refusal::parameter("invalidFilters", name, text));
        }
        Ok(ids)
    }
}

fn bad_value(name: &str, value: &str) -> Refusal {
    Refusal::new(400, "global", "invalidParameter", format!("Invalid value '{value}'.")).at(name, "parameter")
}

/// Which page of a list was asked for.
#[derive(Debug, Clone)]
pub(super) struct Page {
    of: String,
    from: usize,
    size: usize,
}

impl Page {
    /// `of` names the list, so that a token of another list is refused.
    pub(super) fn asked(
        query: &Query,
        of: &str,
        usual: usize,
        sizes: (usize, usize),
    ) -> Result<Self, Refusal> {
        let size = match query.get("maxResults") {
            None => usual,
            Some(text) => {
                let size = text.parse().map_err(|_| bad_value("maxResults", text))?;
                if !(sizes.0..=sizes.1).contains(&size) {
                    let text = format!(
                        "Invalid value '{size}'. Values must be within the range: [{}, {}]",
                        sizes.0, sizes.1
                    );
                    let refusal = Refusal::new(400, "global", "invalidParameter", text);
                    return Err(refusal.at("maxResults", "parameter"));
                }
                size
            }
        };
        let from = match query.get("pageToken") {
            None => 0,
            Some(token) => offset(of, token).ok_or_else(|| {
                let text = "The request specifies an invalid page token.";
                Refusal::parameter("invalidPageToken", "pageToken", text)
            })?,
        };
        Ok(Self { of: of.to_owned(), from, size })
    }

    /// The whole list as its own page.
    pub(super) fn whole(count: usize) -> Self {
        Self { of: String::new(), from: 0, size: count }
    }

    /// The list's answer.
    pub(super) fn show<T>(&self, kind: &str, all: &[T], show: impl Fn(&T) -> Value) -> Value {
        let end = self.from.saturating_add(self.size).min(all.len());
        let items: Vec<Value> = all.get(self.from..end).unwrap_or_default().iter().map(show).collect();
        let mut body = json!({
            "kind": kind,
            "items": items,
            "pageInfo": { "totalResults": all.len(), "resultsPerPage": self.size },
        });
        if end < all.len() && self.size > 0 {
            body["nextPageToken"] = json!(self.token(end));
        }
        if self.from > 0 {
            body["prevPageToken"] = json!(self.token(self.from.saturating_sub(self.size)));
        }
        tagged(body)
    }

    fn token(&self, at: usize) -> String {
        URL_SAFE_NO_PAD.encode(format!("{at} {}", self.of))
    }
}

fn offset(of: &str, token: &str) -> Option<usize> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(token).ok()?).ok()?;
    let (at, list) = text.split_once(' ')?;
    if list == of { at.parse().ok() } else { None }
}
