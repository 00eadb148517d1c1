//! Finding people by the beginning of their handle or of a word of their name.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::http::HeaderMap;
use serde_json::{Value, json};

use super::accounts::{self, Account};
use super::appview::{author, may_ask, one, parameters};
use super::reply::{self, Answer};
use crate::sandbox::{Site, World};

/// `app.bsky.actor.searchActorsTypeahead`
pub async fn typeahead(
    State(world): State<Arc<World>>,
    site: Site,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Answer {
    may_ask(&world, &site, &headers)?;
    let parameters = parameters(query.as_deref());
    let limit = one(&parameters, "limit").map_or(Some(10), |limit| limit.parse::<usize>().ok());
    let Some(limit) = limit.filter(|limit| (1..=100).contains(limit)) else {
        return Ok(reply::invalid("integer too big (maximum 100) at $.limit"));
    };
    // The older name of the parameter still is understood.
    let wanted =
        one(&parameters, "q").or_else(|| one(&parameters, "term")).unwrap_or_default().to_lowercase();
    let fits = |account: &Account| {
        let words = account.persona.name.to_lowercase();
        account.handle().starts_with(&wanted) || words.split(' ').any(|word| word.starts_with(&wanted))
    };
    let all = accounts::all(&world);
    let found = all.iter().filter(|account| !wanted.is_empty() && fits(account)).take(limit);
    let found: Vec<Value> = found.map(|account| author(&site, account)).collect();
    reply::ok(json!({ "actors": found }))
}
