//! `GET /api/v1/network-status`: how well the networks work for a workspace.

use std::collections::BTreeMap;

use axum::extract::State;
use carillon_engine::usecase::standing::{self, Standing, Tally};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::shapes::Page;
use crate::http::App;
use crate::http::actor::Caller;
use crate::http::failure::{Failure, Problem};

/// The routes of this resource.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list))
}

/// How a network stands, over the last seven days.
#[derive(Debug, Serialize, ToSchema)]
struct NetworkStatus {
    /// The network.
    platform: &'static str,
    /// How many of its accounts are connected.
    accounts: usize,
    /// Readings that are over; partial ones count as good, since what came is kept.
    reading: Tried,
    /// Publications that were due and are over.
    publishing: Tried,
    /// What is not asked for a while because it failed again and again, on the node that answers.
    left_alone: Vec<LeftAlone>,
}

/// What was tried.
#[derive(Debug, Serialize, ToSchema)]
struct Tried {
    /// How much of it succeeded …
    good: u64,
    /// … of how much.
    all: u64,
    /// The share in basis points; null when nothing was tried.
    share: Option<u64>,
    /// When it succeeded last; null when it did not.
    last_good_at: Option<String>,
    /// How often what went wrong, by the kind of the error.
    errors: BTreeMap<String, u64>,
}

/// An operation that is not asked for a while.
#[derive(Debug, Serialize, ToSchema)]
struct LeftAlone {
    /// As the journal of calls names it.
    operation: &'static str,
    /// At how many servers of the network; 1 for a network that is one.
    servers: usize,
}

impl From<&Tally> for Tried {
    fn from(tally: &Tally) -> Self {
        Self {
            good: tally.good,
            all: tally.all,
            share: tally.share(),
            last_good_at: tally.last_good.map(|at| at.to_string()),
            errors: tally.errors.clone(),
        }
    }
}

impl From<&Standing> for NetworkStatus {
    fn from(standing: &Standing) -> Self {
        let left_alone = standing.left_alone.iter();
        Self {
            platform: standing.platform,
            accounts: standing.accounts,
            reading: (&standing.reading).into(),
            publishing: (&standing.publishing).into(),
            left_alone: left_alone
                .map(|open| LeftAlone { operation: open.operation, servers: open.servers })
                .collect(),
        }
    }
}

/// How well each network worked in the last seven days: what was read and published, what went wrong, and what is left alone. Networks
/// without accounts in the workspace are left out. All of them come at once.
#[utoipa::path(get, path = "/api/v1/network-status", tag = "accounts", operation_id = "network_status",
    responses((status = 200, body = Page<NetworkStatus>), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn list(
    State(app): State<App>,
    Caller(actor): Caller,
) -> Result<axum::Json<Page<NetworkStatus>>, Failure> {
    let found = standing::standing(&app.engine, &actor).await?;
    Ok(axum::Json(Page { items: found.iter().map(NetworkStatus::from).collect(), next_cursor: None }))
}
