//! `/api/v1/accounts/{id}/insights` and `/api/v1/publications/{id}/insights`: what networks tell the owner, asked at once.

use axum::extract::State;
use carillon_connectors::contract::insights::{Found, Missing, Observation};
use carillon_domain::id::{AccountId, PublicationId};
use carillon_domain::metric;
use carillon_domain::time::Timestamp;
use carillon_engine::usecase::insights;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::parsed_time;
use super::shapes::RemoteError;
use crate::http::actor::Caller;
use crate::http::extract::{Path, Query};
use crate::http::failure::{Failure, Problem};
use crate::http::{App, Sensitive};

/// The routes of this resource.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(of_account)).routes(routes!(of_publication))
}

/// A number that the network shows only to the owner.
#[derive(Debug, Serialize, ToSchema)]
struct Insight {
    /// Name of what is counted.
    metric: &'static str,
    /// Unit of the value. Small units stand for fractions: `milliseconds`, or `basis points`, of which 100 are one percent.
    unit: &'static str,
    /// What it means: name and version, `reach@1`.
    definition: String,
    /// The value.
    value: i64,
    /// By what the metric is split, `country` for example; null for all of it.
    dimension: Option<&'static str>,
    /// Of what part of it, in the network's own words: `DE`.
    of: Option<String>,
    /// When counting began, as the network cuts its days; null for the beginning.
    from: Option<String>,
    /// When counting ended; null for now.
    to: Option<String>,
    /// Networks and their own names for it, `threads:views`.
    sources: Vec<String>,
    /// When the network said so.
    as_of: String,
}

/// Numbers that did not come although the network has them.
#[derive(Debug, Serialize, ToSchema)]
struct MissingInsights {
    /// Names of the metrics.
    metrics: Vec<&'static str>,
    /// By what they would have been split, `country` for example; null for all of them. The sum of such a metric may have come.
    dimension: Option<&'static str>,
    /// Why, and what to do.
    error: RemoteError,
}

/// What a network tells about an account. A metric for which it has no data is neither in `items` nor in `missing`.
#[derive(Debug, Serialize, ToSchema)]
struct AccountInsights {
    /// The account.
    account: String,
    /// Begin of the time that was asked for.
    from: String,
    /// End of the time that was asked for.
    to: String,
    /// Numbers of the account, as the network cut that time: many give one for each day.
    items: Vec<Insight>,
    /// Who follows or watches, split by `dimension`.
    audience: Vec<Insight>,
    /// What was refused; the rest came all the same.
    missing: Vec<MissingInsights>,
}

/// What a network tells about a publication since it was published. A metric for which it has no data is neither in
/// `items` nor in `missing`.
#[derive(Debug, Serialize, ToSchema)]
struct PublicationInsights {
    /// The publication.
    publication: String,
    /// Its numbers; of a thread those of its first part.
    items: Vec<Insight>,
    /// What was refused; the rest came all the same.
    missing: Vec<MissingInsights>,
}

fn items(platform: &str, found: &Found, as_of: Timestamp) -> Vec<Insight> {
    let item = |seen: &Observation| {
        let defined = metric::definition(seen.metric);
        Insight {
            metric: seen.metric,
            unit: defined.map_or("", |d| d.unit),
            definition: format!("{}@{}", seen.metric, defined.map_or(0, |d| d.version)),
            value: seen.value,
            dimension: seen.part.as_ref().map(|(dimension, _)| *dimension),
            of: seen.part.as_ref().map(|(_, of)| of.clone()),
            from: seen.window.map(|window| window.from.to_string()),
            to: seen.window.map(|window| window.to.to_string()),
            sources: vec![format!("{platform}:{}", seen.native)],
            as_of: as_of.to_string(),
        }
    };
    found.observations.iter().map(item).collect()
}

fn missing<'a>(all: impl IntoIterator<Item = &'a Missing>) -> Vec<MissingInsights> {
    let one = |missing: &Missing| MissingInsights {
        metrics: missing.metrics.clone(),
        dimension: missing.by,
        error: RemoteError::from(&missing.cause),
    };
    all.into_iter().map(one).collect()
}

/// Which time.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Between {
    /// At or after; RFC 3339. By default 28 days before `to`, or as many as the network gives at once.
    from: Option<String>,
    /// Before; RFC 3339. By default the beginning of today in the workspace's zone.
    to: Option<String>,
}

/// Asks the network what it tells the owner of an account: numbers of a time, and who the audience is. Nothing of it is kept.
#[utoipa::path(get, path = "/api/v1/accounts/{id}/insights", tag = "accounts", operation_id = "account_insights",
    params(("id" = String, Path), Between),
    responses((status = 200, body = AccountInsights), (status = "4XX", body = Problem, content_type = "application/problem+json"),
        (status = 502, description = "The network refused or failed.", body = Problem, content_type = "application/problem+json")))]
async fn of_account(
    State(app): State<App>,
    Caller(actor): Caller,
    _: Sensitive,
    Path(id): Path<AccountId>,
    Query(between): Query<Between>,
) -> Result<axum::Json<AccountInsights>, Failure> {
    let from = between.from.as_deref().map(|text| parsed_time("from", text)).transpose()?;
    let to = between.to.as_deref().map(|text| parsed_time("to", text)).transpose()?;
    let told = insights::account(&app.engine, &actor, id, (from, to)).await?;
    Ok(axum::Json(AccountInsights {
        account: id.to_string(),
        from: told.window.from.to_string(),
        to: told.window.to.to_string(),
        items: items(told.platform, &told.numbers, told.as_of),
        audience: items(told.platform, &told.audience, told.as_of),
        missing: missing(told.numbers.missing.iter().chain(&told.audience.missing)),
    }))
}

/// Asks the network what it tells the owner about a post since it was published. Nothing of it is kept.
#[utoipa::path(get, path = "/api/v1/publications/{id}/insights", tag = "publications", operation_id = "publication_insights",
    params(("id" = String, Path)),
    responses((status = 200, body = PublicationInsights), (status = "4XX", body = Problem, content_type = "application/problem+json"),
        (status = 502, description = "The network refused or failed.", body = Problem, content_type = "application/problem+json")))]
async fn of_publication(
    State(app): State<App>,
    Caller(actor): Caller,
    _: Sensitive,
    Path(id): Path<PublicationId>,
) -> Result<axum::Json<PublicationInsights>, Failure> {
    let told = insights::publication(&app.engine, &actor, id).await?;
    Ok(axum::Json(PublicationInsights {
        publication: id.to_string(),
        items: items(told.platform, &told.numbers, told.as_of),
        missing: missing(&told.numbers.missing),
    }))
}

#[cfg(test)]
mod tests {
    use carillon_connectors::contract::insights::Metric;
    use carillon_domain::connector_error::{ConnectorError, ErrorKind};
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn a_refused_split_is_told_from_its_sum() {
        let cause = ConnectorError::new(ErrorKind::Rejected, "toy", "insights", "metric_refused", "Refused.");
        let refused =
            [Metric::of("views", "v"), Metric::split("views", "country", "v"), Metric::of("likes", "l")];
        let said = serde_json::to_value(missing(&Missing::all(refused, &cause))).expect("JSON");
        let named = |at: usize| (said[at]["metrics"].clone(), said[at]["dimension"].clone());
        assert_eq!(named(0), (json!(["views", "likes"]), Value::Null));
        assert_eq!(named(1), (json!(["views"]), json!("country")));
        assert_eq!(
            (said.as_array().map(Vec::len), &said[1]["error"]["code"]),
            (Some(2), &json!("metric_refused"))
        );
    }
}
