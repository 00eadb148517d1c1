//! Requests and answers against Google's own descriptions of the Data API and the Analytics API (their discovery documents).
//!
//! Of requests are held against it: path and method, every parameter with its type and its values, the parts that are asked for, and
//! every property of a body. Of answers of the simulated network: every property with its type. Scripted answers say strange things on
//! purpose and are not looked at.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde_json::{Map, Value};

use super::wire::Exchange;
use crate::specs;

/// Operations that the description does not have, with their calls and the reason.
pub(super) const UNDESCRIBED: [(&str, &str, &str); 5] = [
    ("oauth.refresh", "POST /token", "Google's token endpoint has no description"),
    ("oauth.revoke", "POST /revoke", "Google's token endpoint has no description"),
    ("oauth.token", "POST /token", "Google's token endpoint has no description"),
    ("videos.upload", "PUT of a session", "the resumable protocol is described in words"),
    ("videos.uploaded", "PUT of a session", "the resumable protocol is described in words"),
];

/// The descriptions.
pub(super) struct Description {
    apis: Vec<Api>,
}

/// The description of one API.
struct Api {
    document: Value,
    /// By method and path.
    methods: BTreeMap<(String, String), Value>,
}

impl Description {
    /// The descriptions, if they are there. Read once.
    pub(super) fn load() -> Option<&'static Self> {
        static DESCRIPTION: OnceLock<Option<Description>> = OnceLock::new();
        let read = || {
            let files = ["google/youtube.v3.json", "google/youtubeAnalytics.v2.json"];
            let apis = files.map(|file| specs::file(file).map(Api::of));
            Some(Self { apis: apis.into_iter().collect::<Option<_>>()? })
        };
        DESCRIPTION.get_or_init(read).as_ref()
    }

    /// Everything that does not fit.
    pub(super) fn problems(&self, exchanges: &[Exchange]) -> Vec<String> {
        let described = exchanges.iter().filter(|e| UNDESCRIBED.iter().all(|(op, ..)| *op != e.operation));
        let of = |e: &Exchange| {
            let what = format!("{} {} {}", e.operation, e.method, e.url);
            let problems = match self.api(e) {
                Some((api, method)) => api.problems(method, e),
                None => vec!["no such method and path".to_owned()],
            };
            problems.into_iter().map(move |problem| format!("{what}: {problem}")).collect::<Vec<_>>()
        };
        let mut problems: Vec<_> = described.flat_map(of).collect();
        problems.sort();
        problems.dedup();
        problems
    }

    /// The API and the method that are called.
    fn api(&self, exchange: &Exchange) -> Option<(&Api, &Value)> {
        let place = (exchange.method.clone(), path(exchange));
        self.apis.iter().find_map(|api| Some((api, api.methods.get(&place)?)))
    }

    /// The name of the API and the path of the method that are called.
    pub(super) fn place(&self, exchange: &Exchange) -> Option<(&str, &str)> {
        let (api, method) = self.api(exchange)?;
        Some((api.document["id"].as_str()?, method["path"].as_str()?))
    }
}

impl Api {
    fn of(document: Value) -> Self {
        let mut methods = BTreeMap::new();
        for resource in document["resources"].as_object().unwrap().values() {
            for method in resource["methods"].as_object().into_iter().flat_map(Map::values) {
                let verb = method["httpMethod"].as_str().unwrap();
                let path = format!("/{}", method["path"].as_str().unwrap());
                let upload = &method["mediaUpload"]["protocols"]["simple"]["path"];
                // A method with a file is called at the path for uploads.
                let path = upload.as_str().map_or(path, str::to_owned);
                methods.insert((verb.to_owned(), path), method.clone());
            }
        }
        Self { document, methods }
    }

    fn problems(&self, method: &Value, exchange: &Exchange) -> Vec<String> {
        let mut problems = Vec::new();
        let name = self.document["name"].as_str().unwrap();
        if method["id"].as_str() != Some(&format!("{name}.{}", exchange.operation)) {
            problems.push(format!("is called {}", method["id"]));
        }
        self.parameters(method, exchange, &mut problems);
        if let Some(schema) = method["request"]["$ref"].as_str() {
            match serde_json::from_slice(&exchange.body) {
                Ok(body) => self.value(&self.document["schemas"][schema], &body, "body", &mut problems),
                Err(error) => problems.push(format!("body: {error}")),
            }
        }
        if let Some((status, body)) = &exchange.reply {
            self.answer(method, exchange, *status, body, &mut problems);
        }
        problems
    }

    fn parameters(&self, method: &Value, exchange: &Exchange, problems: &mut Vec<String>) {
        let given = exchange.query();
        for (name, text) in &given {
            let known = [&method["parameters"][name], &self.document["parameters"][name]];
            let Some(known) = known.into_iter().find(|p| p.is_object()) else {
                problems.push(format!("parameter {name} is not described"));
                continue;
            };
            for value in
                if known["repeated"] == true { text.split(',').collect() } else { vec![text.as_str()] }
            {
                if !parameter_fits(known, value) {
                    problems.push(format!("parameter {name}={value} does not fit {known}"));
                }
            }
        }
        for (name, known) in method["parameters"].as_object().into_iter().flatten() {
            if known["required"] == true && given.iter().all(|(key, _)| key != name) {
                problems.push(format!("parameter {name} is missing"));
            }
        }
        let parts = given.iter().filter(|(name, _)| name == "part").flat_map(|(_, parts)| parts.split(','));
        for part in parts {
            if !self.has_part(method, part) {
                problems.push(format!("there is no part {part}"));
            }
        }
    }

    /// Parts are properties of the resource: of the answer, or of the items of the answer.
    fn has_part(&self, method: &Value, part: &str) -> bool {
        let schema = |name: &Value| &self.document["schemas"][name.as_str().unwrap_or_default()];
        let answer = schema(&method["response"]["$ref"]);
        let item = schema(&answer["properties"]["items"]["items"]["$ref"]);
        [answer, item].iter().any(|s| s["properties"][part].is_object())
    }

    fn answer(
        &self,
        method: &Value,
        exchange: &Exchange,
        status: u16,
        body: &[u8],
        problems: &mut Vec<String>,
    ) {
        if !(200..300).contains(&status) {
            let body: Value = serde_json::from_slice(body).unwrap_or_default();
            let error = &body["error"];
            let whole = error["code"] == status
                && error["message"].is_string()
                && error["errors"][0]["reason"].is_string();
            // What a script of faults answers instead of the network may be a bare status.
            if !whole && status < 500 {
                problems.push(format!("answer {status} is no error of Google's: {body}"));
            }
            return;
        }
        let begun = exchange.get("uploadType").as_deref() == Some("resumable");
        match method["response"]["$ref"].as_str().filter(|_| !begun) {
            Some(schema) => match serde_json::from_slice(body) {
                Ok(body) => self.value(&self.document["schemas"][schema], &body, "answer", problems),
                Err(error) => problems.push(format!("answer: {error}")),
            },
            None if body.is_empty() => {}
            None => problems.push("the answer has a body".to_owned()),
        }
    }

    /// What a value does wrong by a schema.
    fn value(&self, schema: &Value, value: &Value, at: &str, problems: &mut Vec<String>) {
        if let Some(name) = schema["$ref"].as_str() {
            return self.value(&self.document["schemas"][name], value, at, problems);
        }
        match (schema["type"].as_str(), value) {
            (Some("object"), Value::Object(fields)) => {
                for (name, value) in fields {
                    let known = &schema["properties"][name];
                    let known = if known.is_object() { known } else { &schema["additionalProperties"] };
                    if known.is_object() {
                        self.value(known, value, &format!("{at}.{name}"), problems);
                    } else {
                        problems.push(format!("{at}.{name} is not described"));
                    }
                }
            }
            (Some("array"), Value::Array(items)) => {
                for item in items {
                    self.value(&schema["items"], item, &format!("{at}[]"), problems);
                }
            }
            (Some("string"), Value::String(text)) if text_fits(schema, text) => {}
            (Some("boolean"), Value::Bool(_)) | (Some("any"), _) => {}
            (Some("integer"), Value::Number(n)) if n.is_i64() => {}
            (Some("number"), Value::Number(_)) => {}
            (kind, _) => problems.push(format!("{at} is {value}, which is no {kind:?} {}", schema["format"])),
        }
    }
}

/// The path, without what stands in front of it when the network is somewhere else.
fn path(exchange: &Exchange) -> String {
    let path = exchange.url.split('?').next().unwrap_or_default();
    let begins = ["/upload/youtube/v3/", "/youtube/v3/", "/v2/reports"];
    let at = begins.iter().find_map(|begin| path.find(begin));
    at.map_or(path, |at| &path[at..]).to_owned()
}

fn parameter_fits(known: &Value, text: &str) -> bool {
    let listed = known["enum"].as_array().is_none_or(|values| values.iter().any(|v| v == text));
    let most = known["maximum"].as_str().and_then(|m| m.parse::<i64>().ok()).unwrap_or(i64::MAX);
    listed
        && match known["type"].as_str() {
            Some("boolean") => matches!(text, "true" | "false"),
            Some("integer") => text.parse::<i64>().is_ok_and(|n| n >= 0 && n <= most),
            _ => !text.is_empty(),
        }
}

fn text_fits(schema: &Value, text: &str) -> bool {
    let listed = schema["enum"].as_array().is_none_or(|values| values.iter().any(|v| v == text));
    listed
        && match schema["format"].as_str() {
            Some("uint64") => text.parse::<u64>().is_ok(),
            Some("int64") => text.parse::<i64>().is_ok(),
            Some("date-time") => text.parse::<carillon_domain::time::Timestamp>().is_ok(),
            _ => true,
        }
}
