//! The queue of an account: what is in which slot of the coming weeks, and the slots themselves.

use askama::Template;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Redirect, Response};
use carillon_domain::account::AccountStatus;
use carillon_domain::error::AppError;
use carillon_domain::id::AccountId;
use carillon_domain::permission::Permission;
use carillon_domain::slot::{Slot, minute_of};
use carillon_engine::usecase::accounts;
use carillon_engine::usecase::queue::{self, Direction, Move, NewSlots, QueueRow, WEEKS};
use carillon_store::repo::post::PostRow;
use jiff::Timestamp;

use super::one::Place;
use crate::http::App;
use crate::http::extract::{Form, Path};
use crate::urls;
use crate::web::account::excerpt;
use crate::web::components::{Alert, Empty, Errors, Face, Field, State as Badge, at};
use crate::web::frame::Section;
use crate::web::posts::card::{Faces, title};
use crate::web::said::Said;
use crate::web::signed_in::Member;
use crate::web::ui::Ui;
use crate::web::{Failure, html};

#[derive(Template)]
#[template(path = "pages/queue.html")]
struct Page {
    ui: Ui,
    title: String,
    face: Face,
    lead: String,
    alerts: Vec<Alert>,
    account_url: String,
    rows: Vec<Row>,
    empty: Empty,
    days: Vec<Day>,
    /// Whether whoever looks may change any of it.
    may_edit: bool,
    move_url: String,
    add_url: String,
    remove_url: String,
    copy_url: String,
    weekdays: Vec<(String, String, bool)>,
    weekday_error: Option<Said>,
    fields: Vec<Field>,
    others: Vec<Other>,
    copy_error: Option<Said>,
}

/// A time of the queue.
struct Row {
    at: Timestamp,
    is_slot: bool,
    post: Option<Entry>,
}

/// What is planned then.
struct Entry {
    id: String,
    url: String,
    text: String,
    state: Badge,
    /// Its time, where it can be moved.
    movable: Option<String>,
}

/// The slots of a day of the week.
struct Day {
    name: String,
    slots: Vec<SlotLine>,
}

struct SlotLine {
    weekday: i8,
    time: String,
    timezone: String,
    /// The zone, where it is not the workspace's.
    elsewhere: bool,
    name: String,
}

/// An account that slots can be copied to.
struct Other {
    id: String,
    face: Face,
    name: String,
    handle: String,
    network: &'static str,
}

type Pairs = Vec<(String, String)>;

fn one<'a>(pairs: &'a [(String, String)], name: &str) -> &'a str {
    pairs.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.as_str())
}

fn all(pairs: &[(String, String)], name: &str) -> Vec<String> {
    pairs.iter().filter(|(key, _)| key == name).map(|(_, value)| value.clone()).collect()
}

async fn page(
    app: &App,
    member: Member,
    account: AccountId,
    typed: NewSlots,
    (alerts, errors): (Vec<Alert>, Errors),
) -> Result<Response, Failure> {
    let member = member.at(Section::Connections);
    let (ui, actor) = (member.ui, member.actor);
    let row = accounts::get(&app.engine, &actor, account).await?;
    let found = queue::of(&app.engine, &actor, account).await?;
    let faces = Faces::load(app, &actor).await?;
    let others = faces.all().filter(|row| row.id != account && row.status != AccountStatus::Disconnected);
    let besides = errors.besides(&["weekday", "time", "timezone", "account"]).into_iter().map(Alert::danger);
    let workspace = actor.workspace;
    let page = Page {
        title: ui.arg("account", at(&row.handle)).tr("queue-of"),
        face: faces.face(row.id, &row.platform),
        lead: ui.count("n", WEEKS).tr("queue-coming-lead"),
        alerts: alerts.into_iter().chain(besides).collect(),
        account_url: urls::account(workspace, account),
        rows: found.rows.into_iter().map(|row| Row::new(&ui, row, account)).collect(),
        empty: Empty::new("clock", ui.tr("queue-none"), ui.tr("queue-none-text")),
        days: days(&ui, &actor.timezone, &found.slots),
        may_edit: actor.role.may(Permission::Publish),
        move_url: urls::account_queue_move(workspace, account),
        add_url: urls::account_queue(workspace, account),
        remove_url: urls::account_slot_remove(workspace, account),
        copy_url: urls::account_slots_copy(workspace, account),
        weekdays: weekdays(&ui, &typed.weekdays),
        weekday_error: errors.of("weekday"),
        fields: vec![
            Field::time("time", ui.tr("queue-time")).value(typed.time).errors(&errors),
            Field::zone("timezone", ui.tr("queue-zone")).value(typed.timezone).errors(&errors),
        ],
        others: others
            .map(|row| Other {
                id: row.id.to_string(),
                face: faces.face(row.id, &row.platform),
                name: row.name.clone(),
                handle: at(&row.handle),
                network: title(app, &row.platform),
            })
            .collect(),
        copy_error: errors.of("account"),
        ui,
    };
    Ok(html(&page)?.into_response())
}

impl Row {
    fn new(ui: &Ui, row: QueueRow, account: AccountId) -> Self {
        let QueueRow { at, is_slot, post, .. } = row;
        let text =
            |one: &PostRow| one.composition.own_text(account).unwrap_or_else(|| one.composition.text.clone());
        let post = post.map(|one| Entry {
            id: one.post.id.to_string(),
            url: urls::post(one.post.workspace, one.post.id),
            text: excerpt(ui, &text(&one.post)),
            state: Badge::new(one.state.as_str(), ui.of("status", one.state.as_str())),
            movable: one.is_movable().then(|| at.to_string()),
        });
        Self { at, is_slot, post }
    }
}

/// The days of the week to choose from: number, name, and whether it is chosen.
fn weekdays(ui: &Ui, chosen: &[String]) -> Vec<(String, String, bool)> {
    let day = |number: String| {
        let (name, is_chosen) = (ui.of("weekday", &number), chosen.contains(&number));
        (number, name, is_chosen)
    };
    (1..=7).map(|number: u8| day(number.to_string())).collect()
}

fn days(ui: &Ui, zone: &str, slots: &[Slot]) -> Vec<Day> {
    let mut days: Vec<Day> = Vec::new();
    for group in slots.chunk_by(|a, b| a.weekday() == b.weekday()) {
        let Some(first) = group.first() else { continue };
        let name = ui.of("weekday", &first.weekday().to_string());
        let line = |slot: &Slot| SlotLine {
            weekday: slot.weekday(),
            time: slot.time(),
            timezone: slot.timezone().to_owned(),
            elsewhere: slot.timezone() != zone,
            name: ui.arg("day", &name).arg("time", slot.time()).tr("queue-slot-time"),
        };
        days.push(Day { slots: group.iter().map(line).collect(), name });
    }
    days
}

/// The form as it is at first.
fn usual(member: &Member) -> NewSlots {
    NewSlots { timezone: member.actor.timezone.clone(), ..NewSlots::default() }
}

/// The page once more, with why something was refused.
async fn refused(
    app: &App,
    member: Member,
    account: AccountId,
    typed: NewSlots,
    error: AppError,
) -> Result<Response, Failure> {
    let status = match error {
        AppError::Conflict { .. } => StatusCode::CONFLICT,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let errors = Errors::from_refusal(member.ui.t, error)?;
    let again = page(app, member, account, typed, (Vec::new(), errors)).await?;
    Ok((status, again).into_response())
}

/// The queue, the slots, and the forms.
pub async fn show(
    State(app): State<App>,
    member: Member,
    Path(place): Path<Place>,
    uri: Uri,
) -> Result<Response, Failure> {
    let saved = (uri.query() == Some("saved")).then(|| Alert::success(member.ui.tr("saved")));
    let typed = usual(&member);
    page(&app, member, place.account, typed, (saved.into_iter().collect(), Errors::default())).await
}

fn done(place: &Place) -> Response {
    let url = urls::account_queue(place.workspace, place.account);
    Redirect::to(&urls::with_word(&url, "saved")).into_response()
}

/// Adds slots: one time on the chosen days.
pub async fn add(
    State(app): State<App>,
    member: Member,
    Path(place): Path<Place>,
    Form(pairs): Form<Pairs>,
) -> Result<Response, Failure> {
    let new = NewSlots {
        weekdays: all(&pairs, "weekday"),
        time: one(&pairs, "time").to_owned(),
        timezone: one(&pairs, "timezone").to_owned(),
    };
    match queue::add(&app.engine, &member.actor, place.account, &new).await {
        Ok(()) => Ok(done(&place)),
        Err(error) => refused(&app, member, place.account, new, error).await,
    }
}

/// Takes a slot away.
pub async fn remove(
    State(app): State<App>,
    member: Member,
    Path(place): Path<Place>,
    Form(pairs): Form<Pairs>,
) -> Result<Response, Failure> {
    let weekday = one(&pairs, "weekday").parse().ok();
    let read = weekday.zip(minute_of(one(&pairs, "time")));
    let slot = read.and_then(|(weekday, minute)| Slot::new(weekday, minute, one(&pairs, "timezone")));
    let slot = slot.ok_or(AppError::NotFound { what: "posting slot" })?;
    queue::remove(&app.engine, &member.actor, place.account, slot).await?;
    Ok(done(&place))
}

/// Gives other accounts these slots.
pub async fn copy(
    State(app): State<App>,
    member: Member,
    Path(place): Path<Place>,
    Form(pairs): Form<Pairs>,
) -> Result<Response, Failure> {
    let to: Vec<AccountId> = all(&pairs, "account").iter().filter_map(|id| id.parse().ok()).collect();
    match queue::copy(&app.engine, &member.actor, place.account, &to).await {
        Ok(()) => Ok(done(&place)),
        Err(error) => {
            let typed = usual(&member);
            refused(&app, member, place.account, typed, error).await
        }
    }
}

/// Moves a post up or down, and leads back to where it is then.
pub async fn shift(
    State(app): State<App>,
    member: Member,
    Path(place): Path<Place>,
    Form(pairs): Form<Pairs>,
) -> Result<Response, Failure> {
    let (post, at) = (one(&pairs, "post").parse().ok(), one(&pairs, "at").parse().ok());
    let read = post.zip(at).zip(Direction::parse(one(&pairs, "to")));
    let ((post, at), direction) = read.ok_or(AppError::NotFound { what: "post in this queue" })?;
    match queue::shift(&app.engine, &member.actor, place.account, Move { post, at, direction }).await {
        Ok(view) => {
            let url = urls::account_queue(place.workspace, place.account);
            Ok(Redirect::to(&format!("{url}#{}", view.post.id)).into_response())
        }
        Err(error) => {
            let typed = usual(&member);
            refused(&app, member, place.account, typed, error).await
        }
    }
}
