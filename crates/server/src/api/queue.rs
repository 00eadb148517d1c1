//! `/api/v1/accounts/{id}/slots` and `/queue`: when an account is to have its posts, and what is in which of these slots. A post gets
//! into the queue with `status: queue`.

use axum::extract::State;
use carillon_domain::id::AccountId;
use carillon_domain::slot::Slot;
use carillon_engine::usecase::queue::{self, NewSlots, QueueRow};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::shapes::Page;
use crate::http::App;
use crate::http::actor::Caller;
use crate::http::extract::{Json, Path};
use crate::http::failure::{Failure, Problem};

/// The routes of this resource.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(slots, replace)).routes(routes!(of))
}

/// A time of the week at which an account is to have a post.
#[derive(Debug, Serialize, ToSchema)]
struct PostingSlot {
    /// 1 is Monday, 7 Sunday.
    weekday: i8,
    /// Wall-clock time, as in 18:30.
    time: String,
    /// The IANA zone on whose clock it is.
    timezone: String,
}

impl From<&Slot> for PostingSlot {
    fn from(slot: &Slot) -> Self {
        let timezone = slot.timezone().to_owned();
        Self { weekday: slot.weekday(), time: slot.time(), timezone }
    }
}

/// A slot as it is to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct WantedSlot {
    /// 1 is Monday, 7 Sunday.
    weekday: i8,
    /// Wall-clock time, as in 18:30.
    time: String,
    /// IANA zone; the workspace's by default.
    #[serde(default)]
    timezone: Option<String>,
}

/// All slots of an account.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct WantedSlots {
    /// In any order.
    slots: Vec<WantedSlot>,
}

/// One time of a queue.
#[derive(Debug, Serialize, ToSchema)]
struct QueueItem {
    /// When.
    at: String,
    /// The zone of the slot, or of the post where it is in none.
    timezone: String,
    /// Whether it is a slot's time.
    slot: bool,
    /// The post that is planned then; null where the slot is free.
    post: Option<String>,
    /// How that post stands on the account.
    state: Option<String>,
}

impl From<&QueueRow> for QueueItem {
    fn from(row: &QueueRow) -> Self {
        Self {
            at: row.at.to_string(),
            timezone: row.timezone.clone(),
            slot: row.is_slot,
            post: row.post.as_ref().map(|one| one.post.id.to_string()),
            state: row.post.as_ref().map(|one| one.state.as_str().to_owned()),
        }
    }
}

/// The posting slots of an account, by day and time.
#[utoipa::path(get, path = "/api/v1/accounts/{id}/slots", tag = "accounts", operation_id = "list_posting_slots",
    params(("id" = String, Path)),
    responses((status = 200, body = Page<PostingSlot>), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn slots(
    State(app): State<App>,
    Caller(actor): Caller,
    Path(id): Path<AccountId>,
) -> Result<axum::Json<Page<PostingSlot>>, Failure> {
    let found = queue::slots(&app.engine, &actor, id).await?;
    Ok(axum::Json(Page { items: found.iter().map(PostingSlot::from).collect(), next_cursor: None }))
}

/// Gives an account these posting slots instead of its own. What is planned stays planned.
#[utoipa::path(put, path = "/api/v1/accounts/{id}/slots", tag = "accounts", operation_id = "replace_posting_slots",
    params(("id" = String, Path)), request_body = WantedSlots,
    responses((status = 200, body = Page<PostingSlot>), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn replace(
    state: State<App>,
    Caller(actor): Caller,
    Path(id): Path<AccountId>,
    Json(body): Json<WantedSlots>,
) -> Result<axum::Json<Page<PostingSlot>>, Failure> {
    let read = |slot: WantedSlot| NewSlots {
        weekdays: vec![slot.weekday.to_string()],
        time: slot.time,
        timezone: slot.timezone.unwrap_or_default(),
    };
    let wanted: Vec<NewSlots> = body.slots.into_iter().map(read).collect();
    queue::replace(&state.engine, &actor, id, &wanted).await?;
    slots(state, Caller(actor), Path(id)).await
}

/// What an account has before it in the coming four weeks: its slots with what is in them, free ones included, and what is planned
/// besides.
#[utoipa::path(get, path = "/api/v1/accounts/{id}/queue", tag = "accounts", operation_id = "account_queue",
    params(("id" = String, Path)),
    responses((status = 200, body = Page<QueueItem>), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn of(
    State(app): State<App>,
    Caller(actor): Caller,
    Path(id): Path<AccountId>,
) -> Result<axum::Json<Page<QueueItem>>, Failure> {
    let found = queue::of(&app.engine, &actor, id).await?;
    Ok(axum::Json(Page { items: found.rows.iter().map(QueueItem::from).collect(), next_cursor: None }))
}
