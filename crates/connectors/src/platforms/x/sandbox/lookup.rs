//! `GET /2/tweets`: posts by id. What can't be shown is said in `errors`, beside the rest.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Query, State};
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};

use super::PLATFORM;
use super::answer::{Problem, field_hidden, ok};
use super::door::{self, LOOKUP};
use super::memory::Memory;
use super::reading::{fields_of, known, names, post_fields};
use super::shown;
use crate::sandbox::{Persona, World};

/// What only the author is shown, and for how long ("Metrics").
const PRIVATE: [&str; 3] = ["non_public_metrics", "organic_metrics", "promoted_metrics"];
const SHOWN_FOR: Duration = Duration::from_secs(30 * 86_400);

/// `GET /2/tweets`.
pub(super) async fn lookup(
    State(world): State<Arc<World>>,
    headers: HeaderMap,
    Query(parameters): Query<Vec<(String, String)>>,
) -> Response {
    match door::open(&world, &headers, &LOOKUP) {
        Ok(caller) => caller.close(found(&world, caller.persona, &parameters)),
        Err(refusal) => refusal,
    }
}

fn found(world: &World, caller: &Persona, parameters: &[(String, String)]) -> Result<Response, Problem> {
    let names = names(world, parameters);
    known(parameters, &["ids", fields_of(names)])?;
    let ids = ids(parameters)?;
    let fields = post_fields(parameters, names)?;
    let now = world.now();
    let (data, errors) = world.read(PLATFORM, |memory: &Memory| {
        let (mut data, mut errors) = (Vec::new(), Vec::new());
        for (text, id) in &ids {
            let Some(post) = memory.visible(*id) else {
                errors.push(Problem::not_found("tweet", "ids", text).body);
                continue;
            };
            let mut value = shown::post(world, memory, *id, post, &fields, names);
            let allowed = post.author == caller.key && post.created_at + SHOWN_FOR > now;
            let mut hidden = false;
            for field in PRIVATE.into_iter().filter(|f| fields.iter().any(|asked| asked == f)) {
                match shown::private(world, memory, *id, post, field, names).filter(|_| allowed) {
                    Some(numbers) => value[field] = numbers,
                    None => {
                        hidden = true;
                        errors.push(field_hidden(text, field));
                    }
                }
            }
            // Of a single post nothing at all is left then.
            if !(hidden && ids.len() == 1) {
                data.push(value);
            }
        }
        (data, errors)
    });
    let mut answer = json!({});
    for (name, list) in [("data", data), ("errors", errors)] {
        if !list.is_empty() {
            answer[name] = Value::Array(list);
        }
    }
    Ok(ok(StatusCode::OK, answer))
}

/// 1 to 100 ids. What X does with one that comes twice is not documented: it is refused here.
fn ids(parameters: &[(String, String)]) -> Result<Vec<(String, u64)>, Problem> {
    let value = parameters.iter().find(|(k, _)| k == "ids").map(|(_, v)| v.as_str()).unwrap_or_default();
    let mut all: Vec<(String, u64)> = Vec::new();
    for text in value.split(',') {
        let id = shown::id(text).ok_or_else(|| shown::not_an_id("ids", text))?;
        if all.iter().any(|(_, other)| *other == id) {
            let message = format!("The `ids` query parameter value [{text}] is a duplicate");
            return Err(Problem::invalid(json!({ "ids": [value] }), message));
        }
        all.push((text.to_owned(), id));
    }
    if all.len() > 100 {
        let message = format!(
            "The number of values in the `ids` query parameter list [{}] is not between 1 and 100",
            all.len()
        );
        return Err(Problem::invalid(json!({ "ids": [value] }), message));
    }
    Ok(all)
}
