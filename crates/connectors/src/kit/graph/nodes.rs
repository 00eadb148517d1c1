//! Requests and answers of Graph hosts against Meta's own node specifications, v26 (v25 for `User`), which the SDKs of Meta are
//! generated from. For tests.

use std::sync::OnceLock;

use serde_json::{Map, Value};

use super::client::timestamp;
use crate::specs;

/// Parameters of the Graph API itself, on every node and edge (Graph API - Overview, Paginated Results, Secure Requests).
const COMMON: &[&str] = &["access_token", "appsecret_proof", "fields", "limit", "after", "since"];

/// Files are no parameters in the specification of this edge (Page photos, `source`).
const FILES: &[(&str, &str)] = &[("/photos", "source")];

/// Fields that belong to an edge and not to the node (Pages API - Get Page access tokens).
const OF_EDGES: &[(&str, &str)] = &[("/accounts", "tasks")];

/// Ids that the specification calls numbers. Hosts write them as texts, as all ids (Instagram Platform - Get Started).
const IDS: &[&str] = &["user_id"];

/// What edges give, where the specification names an object without fields, or none.
const GIVES: &[(&str, &str, &str)] = &[
    ("IGUser", "/media", "IGMedia"),
    ("IGUser", "/stories", "IGMedia"),
    ("IGUserForIGOnlyAPI", "/media", "IGMediaForIGOnlyAPI"),
    ("IGUserForIGOnlyAPI", "/stories", "IGMediaForIGOnlyAPI"),
    ("IGMedia", "/comments", "IGComment"),
    ("IGMediaForIGOnlyAPI", "/comments", "IGComment"),
    // The specification of the Instagram login names the result of Pages, which has no totals.
    ("IGUserForIGOnlyAPI", "/insights", "InstagramInsightsResult"),
    ("IGMediaForIGOnlyAPI", "/insights", "InstagramInsightsResult"),
    ("Page", "/published_posts", "PagePost"),
    ("PagePost", "/comments", "Comment"),
    ("User", "/accounts", "Page"),
];

/// The enumeration of stories' metrics.
const STORY_METRICS: &str = "storiesinsights_metric_enum_param";

/// Strings in the specification that are words of a list, as IG User media has them.
const WORDS: &[(&str, &[&str])] =
    &[("media_type", &["REELS", "STORIES", "CAROUSEL", "VIDEO"]), ("upload_type", &["resumable"])];

/// Where the specifications describe a request.
#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    /// Of the one that is asked.
    pub node: &'static str,
    /// In capitals.
    pub method: String,
    /// With its slash; `/` is the node itself.
    pub edge: String,
}

/// The specifications.
pub struct Nodes {
    v26: Value,
    user: Value,
    /// Today's metrics with their breakdowns, from the documentation: the specifications list others, or none.
    metrics: Value,
    /// Those of Pages' stories, of which v26 lists the ones of another network (v25, enumeration of `Stories` insights).
    of_stories: Value,
    /// Those of videos, which no specification lists, as a client recorded them.
    of_videos: Value,
}

impl Nodes {
    /// The specifications, if they are there. Read once.
    pub fn load() -> Option<&'static Self> {
        static NODES: OnceLock<Option<Nodes>> = OnceLock::new();
        let read = || {
            let (v26, user) = (specs::file("meta/v26.0/nodes.json")?, specs::file("meta/v25.0/User.json")?);
            let words: Value = specs::file("meta/v25.0/enum_types.subset.json")?;
            let of_stories = words.as_array()?.iter().find(|e| e["name"] == STORY_METRICS)?["values"].clone();
            let video: Value = specs::file("meta/fixtures/restfb/v16_0/video-with-insights.json")?;
            let recorded = video["video_insights"]["data"].as_array()?.iter();
            let of_videos = recorded.map(|insight| insight["name"].clone()).collect();
            let metrics = specs::file("meta/derived/insights_metrics.json")?;
            Some(Nodes { v26, user, metrics, of_stories, of_videos })
        };
        NODES.get_or_init(read).as_ref()
    }

    /// Whether the edge exists, has these parameters with values of its types, and gives the fields that are asked for.
    ///
    /// # Errors
    /// What does not fit.
    pub fn request(&self, place: &Place, params: &[(String, String)]) -> Result<(), String> {
        let known = self.params(place)?;
        for (name, value) in params {
            match known.get(name).and_then(Value::as_str) {
                Some(_)
                    if place.edge.ends_with("insights")
                        && ["metric", "breakdown"].contains(&name.as_str()) =>
                {
                    self.metrics(place.node, name, value)?;
                }
                Some(kind) if kind.ends_with("_enum") && self.edge_allows(place, kind, value) => {}
                Some(kind) if kind.ends_with("_enum>") => {
                    let kind = kind.trim_start_matches("list<").trim_end_matches('>');
                    if !value.split(',').all(|word| self.edge_allows(place, kind, word)) {
                        return Err(format!("{value} is no {kind} of {place:?}"));
                    }
                }
                Some(kind) => self.fits(place.node, name, value, kind)?,
                None if COMMON.contains(&name.as_str()) => {}
                None if FILES.contains(&(place.edge.as_str(), name.as_str())) => {}
                None => return Err(format!("{place:?} has no parameter {name}")),
            }
        }
        let asked = params.iter().find(|(name, _)| name == "fields").map_or("", |(_, value)| value);
        self.fields(&place.edge, &self.given(place), asked)
    }

    /// Whether a successful answer has nothing but fields of the node that the edge gives, each of its type.
    ///
    /// # Errors
    /// What does not fit.
    pub fn answer(&self, place: &Place, body: &Value) -> Result<(), String> {
        if place.method != "GET" {
            let right = body.is_object() || *body == Value::Bool(true);
            return if right { Ok(()) } else { Err(body.to_string()) };
        }
        let node = self.given(place);
        match body.get("data").and_then(Value::as_array) {
            _ if place.edge == "/" => self.object(&place.edge, &node, body),
            Some(entries) => entries.iter().try_for_each(|entry| self.object(&place.edge, &node, entry)),
            None => Err(format!("a list without data: {body}")),
        }
    }

    /// The parameters of a method of an edge, by name.
    fn params(&self, place: &Place) -> Result<Map<String, Value>, String> {
        let nothing = || format!("there is no {place:?}");
        if place.node == "User" {
            let mut edges = self.user["apis"].as_array().into_iter().flatten();
            let edge = place.edge.trim_start_matches('/');
            let found = edges.find(|e| e["method"] == *place.method && e["endpoint"] == *edge);
            let params = found.ok_or_else(nothing)?["params"].as_array().cloned().unwrap_or_default();
            let named = |p: &Value| Some((p["name"].as_str()?.to_owned(), p["type"].clone()));
            return Ok(params.iter().filter_map(named).collect());
        }
        let found = self.edge(place).ok_or_else(nothing)?;
        Ok(found["params"].as_object().cloned().unwrap_or_default())
    }

    fn edge(&self, place: &Place) -> Option<&Value> {
        let mut edges = self.v26["nodes"][place.node]["edges"].as_array()?.iter();
        edges.find(|e| e["method"] == *place.method && e["edge"] == *place.edge)
    }

    /// Whether the enumerations of this edge have the word.
    fn edge_allows(&self, place: &Place, kind: &str, word: &str) -> bool {
        let words = self.edge(place).and_then(|edge| edge["param_enums"][kind].as_array());
        words.is_some_and(|words| words.iter().any(|known| known == word))
    }

    /// Whether these are metrics of the node, or breakdowns that one of its metrics has.
    fn metrics(&self, node: &str, name: &str, value: &str) -> Result<(), String> {
        let lists: Vec<&Value> = match node {
            "Page" => vec![&self.metrics["facebook_page_current"]],
            "PagePost" => vec![&self.metrics["facebook_post_current"]],
            "Stories" => vec![&self.of_stories],
            "AdVideo" => vec![&self.of_videos],
            "IGUser" | "IGUserForIGOnlyAPI" => {
                let known = self.metrics["user_metrics"].as_object();
                let all = known.into_iter().flatten();
                return match name {
                    "metric" => words(value, |word| known.is_some_and(|known| known.contains_key(word))),
                    _ => words(value, |word| {
                        let mut lists = all.clone().filter_map(|(_, metric)| metric["breakdown"].as_array());
                        lists.any(|list| list.iter().any(|known| known == word))
                    }),
                };
            }
            _ if name == "metric" => {
                self.metrics["media_metrics"].as_object().into_iter().flatten().map(|(_, v)| v).collect()
            }
            _ => {
                let all = self.metrics["media_breakdowns"].as_object().into_iter().flatten();
                return words(value, |word| all.clone().any(|(_, metric)| metric["breakdown"] == word));
            }
        };
        words(value, |word| {
            lists.iter().any(|list| list.as_array().is_some_and(|l| l.iter().any(|k| k == word)))
        })
    }

    /// The node that an edge gives.
    fn given(&self, place: &Place) -> String {
        let listed = GIVES.iter().find(|(node, edge, _)| *node == place.node && *edge == place.edge);
        let said =
            || self.edge(place)?["returns"].as_str().filter(|node| self.v26["nodes"].get(*node).is_some());
        match listed {
            Some((_, _, gives)) => (*gives).to_owned(),
            None if place.edge == "/" => place.node.to_owned(),
            None => said().unwrap_or(place.node).to_owned(),
        }
    }

    /// Whether a list such as `id,shares,likes.limit(0),a{b,c{d}}` names fields of the node, and of the nodes in braces.
    fn fields(&self, edge: &str, node: &str, list: &str) -> Result<(), String> {
        for field in top_level(list) {
            let name = field.split(['{', '(', '.']).next().unwrap_or_default();
            if !self.has_field(edge, node, name) {
                return Err(format!("{node} has no field {name}"));
            }
            let inner = field.split_once('{').and_then(|(_, rest)| rest.strip_suffix('}'));
            let kind = self.v26["nodes"][node]["fields"].get(name).and_then(Value::as_str);
            if let (Some(inner), Some(kind)) =
                (inner, kind.filter(|kind| self.v26["nodes"].get(*kind).is_some()))
            {
                self.fields("/", kind, inner)?;
            }
        }
        Ok(())
    }

    /// Edges can be asked for as if they were fields. The businesses of a user have no specification.
    fn has_field(&self, edge: &str, node: &str, field: &str) -> bool {
        let node = &self.v26["nodes"][node];
        let edges = node["edges"].as_array().into_iter().flatten();
        let mut edges = edges.filter(|e| e["method"] == "GET").filter_map(|e| e["edge"].as_str());
        field == "id"
            || node["fields"].get(field).is_some()
            || OF_EDGES.contains(&(edge, field))
            || edges.any(|edge| edge.strip_prefix('/') == Some(field))
    }

    fn fits(&self, node: &str, name: &str, value: &str, kind: &str) -> Result<(), String> {
        let number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        let objects = |text: &str| serde_json::from_str::<Vec<Map<String, Value>>>(text).is_ok();
        let words = WORDS.iter().find(|(word, _)| *word == name && node.starts_with("IG"));
        let right = match kind {
            "bool" => matches!(value, "true" | "false"),
            "unsigned int" | "int" | "datetime" => number(value),
            "list<string>" if name == "children" => value.split(',').all(number),
            "list<string>" => serde_json::from_str::<Vec<String>>(value).is_ok(),
            "list<map>" | "list<Object>" => objects(value),
            "map" => serde_json::from_str::<Map<String, Value>>(value).is_ok(),
            "string" => words.map_or(!value.is_empty(), |(_, words)| words.contains(&value)),
            // An id, as the guide gives it.
            "Object" if name == "place" => number(value),
            kind if kind.ends_with("_enum") => return self.one_of(node, kind, value),
            other => return Err(format!("{name} is of the unknown type {other}")),
        };
        if right { Ok(()) } else { Err(format!("{name}={value} is no {kind}")) }
    }

    /// `upload_phase_enum` is `UploadPhase` among the node's enumerations; or of what its edges give.
    fn one_of(&self, node: &str, kind: &str, value: &str) -> Result<(), String> {
        let plain = |text: &str| text.to_ascii_lowercase().replace('_', "");
        let wanted = plain(kind.trim_end_matches("_enum"));
        let values = [node, "Comment", "AdVideo"].iter().find_map(|node| {
            let mut enums = self.v26["nodes"][node]["enums"].as_object()?.iter();
            enums.find(|(name, _)| plain(name) == wanted).map(|(_, values)| values.to_string())
        });
        let known = values.ok_or_else(|| format!("{kind} is in no list"))?.to_ascii_lowercase();
        if known.contains(&format!("\"{}\"", value.to_ascii_lowercase())) {
            Ok(())
        } else {
            Err(format!("{value} is none of {known}"))
        }
    }

    fn object(&self, edge: &str, node: &str, object: &Value) -> Result<(), String> {
        let Some(fields) = object.as_object() else { return Err(format!("{object} is no object")) };
        if node == "User" {
            return Ok(());
        }
        for (name, value) in fields {
            if !self.has_field(edge, node, name) {
                return Err(format!("{node} has no field {name}"));
            }
            let kind = self.v26["nodes"][node]["fields"].get(name).and_then(Value::as_str);
            // Edges have no type of their own.
            let Some(kind) = kind else { continue };
            let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
            let right = match kind {
                "int" if IDS.contains(&name.as_str()) => value.as_str().is_some_and(digits),
                "string" => value.is_string(),
                "bool" => value.is_boolean(),
                "unsigned int" | "int" | "float" => value.is_number(),
                "datetime" => value.as_str().is_some_and(|text| timestamp(text).is_some()),
                kind if kind.starts_with("list") => value.is_array(),
                _ => value.is_object(),
            };
            if !right {
                return Err(format!("{name} of {node} is no {kind}: {value}"));
            }
            if self.v26["nodes"].get(kind).is_some() {
                self.object("/", kind, value)?;
            }
        }
        Ok(())
    }
}

/// Whether all words of a list are known.
fn words(list: &str, known: impl Fn(&str) -> bool) -> Result<(), String> {
    match list.split(',').find(|word| !known(word)) {
        Some(word) => Err(format!("{word} is not known")),
        None => Ok(()),
    }
}

/// The entries of a list of fields, with what stands in their braces.
fn top_level(fields: &str) -> impl Iterator<Item = &str> {
    let mut depth = 0_i32;
    let split = fields.split(move |c: char| {
        depth += i32::from(matches!(c, '{' | '(')) - i32::from(matches!(c, '}' | ')'));
        c == ',' && depth == 0
    });
    split.filter(|field| !field.is_empty())
}
