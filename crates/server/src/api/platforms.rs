//! `GET /api/v1/platforms`: what each network can do and what it allows, as the registry knows it.

use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::http::App;
use crate::http::actor::Caller;
use crate::http::failure::{Failure, Problem};

/// The routes of this resource.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list))
}

/// A platform that is on.
#[derive(Debug, Serialize, ToSchema)]
struct Platform {
    /// Name in the API.
    name: &'static str,
    /// Name as people write it.
    title: &'static str,
    /// Accounts live on servers that users name.
    many_servers: bool,
    /// Limits, media rules, post kinds, abilities, how to connect.
    capabilities: serde_json::Value,
    /// Numbers that it shows only to the owner: `account`, `post` and `audience`, each a list of `{name, by, native}`; null where
    /// it shows none, or reading is switched off.
    insights: Option<serde_json::Value>,
}

/// All platforms.
#[derive(Debug, Serialize, ToSchema)]
struct Platforms {
    /// In the order in which they are shown.
    items: Vec<Platform>,
}

/// The capability matrix.
#[utoipa::path(get, path = "/api/v1/platforms", tag = "platforms",
    responses((status = 200, body = Platforms), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn list(State(app): State<App>, Caller(_actor): Caller) -> Result<axum::Json<Platforms>, Failure> {
    let networks = &app.engine.networks;
    let items = networks
        .on()
        .map(|c| {
            let descriptor = c.descriptor();
            Platform {
                name: descriptor.name,
                title: descriptor.title,
                many_servers: descriptor.many_servers,
                capabilities: serde_json::to_value(c.capabilities()).unwrap_or_default(),
                insights: networks
                    .insights(descriptor.name)
                    .map(|(_, insights)| serde_json::to_value(insights.offers()).unwrap_or_default()),
            }
        })
        .collect();
    Ok(axum::Json(Platforms { items }))
}
