//! One OpenAPI description, and what does not fit it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use serde_json::{Map, Value, json};

use super::recording::Exchange;

/// What the descriptions ask of answers and X's own samples do not have: `meta` in answers of the upload endpoints, `type` in
/// their `processing_info`.
const MISTAKES: [&str; 2] = ["\"meta\" is a required property", "\"type\" is a required property"];

impl Exchange {
    pub(super) fn query(&self) -> Vec<(String, String)> {
        let query = self.url.split_once('?').map_or("", |(_, q)| q);
        form_urlencoded::parse(query.as_bytes()).into_owned().collect()
    }

    /// The path, without what stands in front of it when the network is somewhere else.
    fn path(&self) -> &str {
        let path = self.url.split('?').next().unwrap_or_default();
        path.find("/2/").and_then(|at| path.get(at..)).unwrap_or(path)
    }
}

/// A description.
pub(super) struct Spec {
    document: Value,
    /// By schema; making one takes a while.
    validators: Mutex<BTreeMap<String, Arc<jsonschema::Validator>>>,
}

impl Spec {
    pub(super) fn new(mut document: Value) -> Self {
        nullable(&mut document);
        Self { document, validators: Mutex::default() }
    }

    pub(super) fn problems(&self, exchange: &Exchange) -> Vec<String> {
        let Some((template, operation)) = self.operation(exchange) else {
            return vec!["no such path and method".to_owned()];
        };
        let mut problems = self.parameter_problems(operation, &template, exchange);
        problems.extend(self.body_problems(operation, exchange));
        problems.extend(self.answer_problems(operation, exchange));
        problems
    }

    /// The path as it is described, and its operation.
    pub(super) fn operation(&self, exchange: &Exchange) -> Option<(String, &Value)> {
        let called: Vec<&str> = exchange.path().split('/').collect();
        let fits = |template: &str| {
            let parts: Vec<&str> = template.split('/').collect();
            parts.len() == called.len()
                && parts.iter().zip(&called).all(|(t, c)| t.starts_with('{') || t == c)
        };
        let paths = self.document["paths"].as_object()?;
        // A literal path goes before one with parameters.
        let mut found: Vec<&String> = paths.keys().filter(|t| fits(t)).collect();
        found.sort_by_key(|t| t.matches('{').count());
        let method = exchange.method.to_lowercase();
        found.into_iter().find_map(|t| Some((t.clone(), paths[t].get(&method)?)))
    }

    fn resolve<'a>(&'a self, value: &'a Value) -> &'a Value {
        match value["$ref"].as_str().and_then(|r| r.strip_prefix('#')) {
            Some(pointer) => self.document.pointer(pointer).map_or(value, |v| self.resolve(v)),
            None => value,
        }
    }

    /// What a value does wrong by a schema of this document.
    fn against(&self, schema: &Value, value: &Value) -> Vec<String> {
        let mut validators = self.validators.lock().unwrap();
        let validator =
            validators.entry(schema.to_string()).or_insert_with(|| self.validator(schema)).clone();
        drop(validators);
        validator.iter_errors(value).map(|e| format!("{} at {}", e, e.instance_path())).collect()
    }

    /// A validator that knows what the schema reaches of this document.
    fn validator(&self, schema: &Value) -> Arc<jsonschema::Validator> {
        let mut root = json!({ "components": { "schemas": {} }, "allOf": [schema] });
        let mut open = references(schema);
        while let Some(name) = open.pop() {
            if root["components"]["schemas"].get(&name).is_none() {
                let reached = self.document["components"]["schemas"][&name].clone();
                open.extend(references(&reached));
                root["components"]["schemas"][&name] = reached;
            }
        }
        Arc::new(jsonschema::options().with_draft(jsonschema::Draft::Draft7).build(&root).unwrap())
    }

    fn parameter_problems(&self, operation: &Value, template: &str, exchange: &Exchange) -> Vec<String> {
        let none = Vec::new();
        let described: Vec<&Value> =
            operation["parameters"].as_array().unwrap_or(&none).iter().map(|p| self.resolve(p)).collect();
        let find = |place: &str, name: &str| {
            described.iter().find(|p| p["in"] == place && p["name"] == name).map(|p| &p["schema"])
        };
        let mut problems = Vec::new();
        let mut hold = |place: &str, name: &str, text: &str| match find(place, name) {
            None => problems.push(format!("{place} parameter {name} is not described")),
            Some(schema) => {
                for problem in self.against(schema, &typed(self.resolve(schema), text)) {
                    problems.push(format!("{place} parameter {name}: {problem}"));
                }
            }
        };
        for (name, text) in exchange.query() {
            hold("query", &name, &text);
        }
        for (part, text) in template.split('/').zip(exchange.path().split('/')) {
            if let Some(name) = part.strip_prefix('{').and_then(|p| p.strip_suffix('}')) {
                hold("path", name, text);
            }
        }
        let given = |name: &Value| exchange.query().iter().any(|(k, _)| *name == json!(k));
        let missing =
            described.iter().filter(|p| p["in"] == "query" && p["required"] == true && !given(&p["name"]));
        problems.extend(missing.map(|p| format!("{} is missing", p["name"])));
        problems
    }

    fn body_problems(&self, operation: &Value, exchange: &Exchange) -> Vec<String> {
        let content = &self.resolve(&operation["requestBody"])["content"];
        let Some(content_type) = exchange.content_type.as_deref() else {
            let needed = operation["requestBody"]["required"] == true;
            return if needed { vec!["a body is missing".to_owned()] } else { Vec::new() };
        };
        let kind = content_type.split(';').next().unwrap_or_default();
        let schema = &content[kind]["schema"];
        if schema.is_null() {
            return vec![format!("no body of type {kind} is described")];
        }
        let body = match kind {
            "application/json" => serde_json::from_slice(&exchange.body).unwrap(),
            "multipart/form-data" => multipart(content_type, &exchange.body),
            other => panic!("bodies of type {other} are not looked at"),
        };
        self.against(schema, &body).into_iter().map(|p| format!("body: {p}")).collect()
    }

    fn answer_problems(&self, operation: &Value, exchange: &Exchange) -> Vec<String> {
        let Some((status, bytes)) = &exchange.reply else { return Vec::new() };
        let good = (200..300).contains(status);
        let response = operation["responses"].get(status.to_string());
        let response = match response {
            Some(response) => self.resolve(response),
            None if good => return vec![format!("status {status} is not described")],
            None => self.resolve(&operation["responses"]["default"]),
        };
        let kind = if good { "application/json" } else { "application/problem+json" };
        let schema = &response["content"][kind]["schema"];
        let Ok(body) = serde_json::from_slice::<Value>(bytes) else {
            return vec![format!("answer {status} is no JSON")];
        };
        // The newer description names its problems by an exclusive choice that its own samples do not pass.
        if !good && self.resolve(schema).get("oneOf").is_some() {
            return Vec::new();
        }
        let found = self.against(schema, &body);
        let counts = |p: &String| !MISTAKES.iter().any(|mistake| p.contains(mistake));
        found.into_iter().filter(counts).map(|p| format!("answer {status}: {p}")).collect()
    }
}

/// A parameter's text as the schema wants it.
fn typed(schema: &Value, text: &str) -> Value {
    match schema["type"].as_str() {
        Some("array") => text.split(',').map(Value::from).collect(),
        Some("integer") => text.parse::<i64>().map_or_else(|_| json!(text), Value::from),
        Some("boolean") => text.parse::<bool>().map_or_else(|_| json!(text), Value::from),
        _ => json!(text),
    }
}

/// The fields of a form; files as text of the same length.
fn multipart(content_type: &str, body: &[u8]) -> Value {
    let boundary = content_type.split_once("boundary=").map_or("", |(_, b)| b);
    let text: String = body.iter().map(|b| char::from(*b)).collect();
    let mut fields = Map::new();
    for part in text.split(&format!("--{boundary}")) {
        let Some((head, content)) = part.split_once("\r\n\r\n") else { continue };
        let Some(name) = head.split("name=\"").nth(1).and_then(|n| n.split('"').next()) else { continue };
        fields.insert(name.to_owned(), json!(content.strip_suffix("\r\n").unwrap_or(content)));
    }
    Value::Object(fields)
}

/// The names of the schemas that a value refers to.
fn references(value: &Value) -> Vec<String> {
    match value {
        Value::Object(object) => {
            let named = object.get("$ref").and_then(Value::as_str);
            let own = named.and_then(|r| r.strip_prefix("#/components/schemas/")).map(str::to_owned);
            own.into_iter().chain(object.values().flat_map(references)).collect()
        }
        Value::Array(list) => list.iter().flat_map(references).collect(),
        _ => Vec::new(),
    }
}

/// OpenAPI 3.0 says `nullable` where JSON Schema has a type of its own.
fn nullable(value: &mut Value) {
    match value {
        Value::Object(object) => {
            object.values_mut().for_each(nullable);
            if object.get("nullable") == Some(&json!(true))
                && let Some(kind) = object.get("type").filter(|t| t.is_string()).cloned()
            {
                object.insert("type".to_owned(), json!([kind, "null"]));
            }
        }
        Value::Array(list) => list.iter_mut().for_each(nullable),
        _ => {}
    }
}
