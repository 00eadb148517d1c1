//! The next best times beside the time field: asked for when the form is there and when other accounts are chosen, so that opening it
//! is not slower. A press on one puts it into the field; where no script runs, the form is drawn again with it.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use carillon_domain::error::AppError;
use carillon_domain::id::{AccountId, PostId};
use carillon_domain::insight::best_times::{Cell, ENOUGH, Trust};
use carillon_domain::permission::Permission;
use carillon_domain::schedule::zone_or_utc;
use carillon_engine::Actor;
use carillon_engine::usecase::analytics::{self, BestSlots, Chosen, MOST_TOGETHER, Slot};
use carillon_engine::usecase::queue::{self, FreeSlot};
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::draft::Draft;
use crate::http::App;
use crate::http::extract::Query;
use crate::web::account::multiple;
use crate::web::components::{Errors, at};
use crate::web::posts::card::title;
use crate::web::signed_in::Member;
use crate::web::ui::Ui;
use crate::web::{Failure, html};

/// The action that shows them in the form, and saves nothing.
const SHOW: &str = "slots";
/// How actions begin that put one of them into the time field.
const TAKE: &str = "slot/";
/// A time as the field takes it.
const WALL: &str = "%Y-%m-%dT%H:%M";

/// What stands beside the time field.
#[derive(Template)]
#[template(path = "components/slots.html")]
pub struct Slots {
    /// The next slot of the accounts' queue, where they have slots in common.
    free: Option<Free>,
    /// How sure they are, or why there are none.
    lead: String,
    slots: Vec<Button>,
    /// The zone on whose clock they are.
    zone: String,
    notes: Vec<String>,
}

/// The next posting slot that is free.
struct Free {
    label: String,
    wall: String,
    zone: String,
    name: String,
}

/// A time that is offered.
struct Button {
    wall: String,
    name: String,
    gain: String,
    basis: String,
}

/// The times for the accounts of the query; accounts of other workspaces are as if they were not there.
pub async fn slots(
    State(app): State<App>,
    member: Member,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Response, Failure> {
    member.actor.require(Permission::Write)?;
    let (mut chosen, mut changed): (Vec<AccountId>, Option<PostId>) = (Vec::new(), None);
    for (name, value) in &pairs {
        match name.as_str() {
            "account" => chosen.extend(value.parse::<AccountId>()),
            "post" => changed = value.parse().ok(),
            _ => {}
        }
    }
    let slots = Slots::of(&app, &member.ui, &member.actor, &chosen, changed).await?;
    Ok(html(&slots)?.into_response())
}

/// Whether an action is about these times.
pub fn is_about(action: &str) -> bool {
    action == SHOW || action.starts_with(TAKE)
}

/// The form with the times, and with the one that was taken in its field.
pub async fn show(app: &App, member: Member, mut draft: Draft) -> Result<Response, Failure> {
    draft.carried = true;
    // The zone stands behind the time, where it is another than the workspace's.
    let taken = draft.action.strip_prefix(TAKE).map(|taken| taken.split_once('/').unwrap_or((taken, "")));
    let taken = taken.and_then(|(wall, zone)| Some((wall.parse::<DateTime>().ok()?, zone.to_owned())));
    if let Some((wall, zone)) = taken {
        draft.scheduled_at = wall.strftime(WALL).to_string();
        let usual = Some(zone).filter(|zone| !zone.is_empty());
        draft.timezone = usual.unwrap_or_else(|| member.actor.timezone.clone());
        draft.scheduled_offset.clear();
    }
    super::page(app, member, draft, &Errors::default(), StatusCode::OK).await
}

impl Slots {
    /// For these accounts, while this post is changed.
    ///
    /// # Errors
    /// [`AppError::Forbidden`] when the role may not read.
    pub async fn of(
        app: &App,
        ui: &Ui,
        actor: &Actor,
        chosen: &[AccountId],
        changed: Option<PostId>,
    ) -> Result<Self, AppError> {
        let best = match analytics::best_slots(&app.engine, actor, chosen, changed).await {
            Ok(found) => Self::new(app, ui, &actor.timezone, &found),
            Err(AppError::Invalid(_)) => {
                Self::nothing(ui.count("n", MOST_TOGETHER).tr("slots-too-many"), Vec::new())
            }
            Err(error) => return Err(error),
        };
        let free = match queue::next_free(&app.engine, actor, chosen, changed).await {
            Ok(free) => Some(Free::new(ui, &free)),
            // There is none: who asks for it, by adding to the queue, is told why.
            Err(AppError::Invalid(_)) => None,
            Err(error) => return Err(error),
        };
        Ok(Self { free, ..best })
    }

    fn nothing(lead: String, notes: Vec<String>) -> Self {
        Self { free: None, lead, slots: Vec::new(), zone: String::new(), notes }
    }

    fn new(app: &App, ui: &Ui, timezone: &str, found: &BestSlots) -> Self {
        let (counted, others): (Vec<&Chosen>, Vec<&Chosen>) =
            found.accounts.iter().partition(|one| one.counts);
        let named = |accounts: &[&Chosen]| {
            let each: Vec<String> = accounts.iter().map(|one| with_posts(app, ui, one)).collect();
            each.join(", ")
        };
        if found.accounts.is_empty() {
            return Self::nothing(ui.tr("slots-choose"), Vec::new());
        }
        if counted.is_empty() {
            let have = ui.arg("accounts", named(&others)).tr("slots-have");
            return Self::nothing(ui.count("n", ENOUGH).tr("slots-too-few"), vec![have]);
        }
        let basis = match counted.as_slice() {
            [one] => with_posts(app, ui, one),
            all => {
                let posts: usize = all.iter().map(|one| one.posts).sum();
                ui.count("n", all.len()).count("posts", posts).tr("slots-together")
            }
        };
        let zone = zone_or_utc(timezone);
        let button = |slot: &Slot| Button::new(ui, &zone, slot, basis.clone());
        let slots: Vec<Button> = found.slots.iter().map(button).collect();
        let mut notes = Vec::new();
        if counted.len() > 1 {
            notes.push(ui.arg("accounts", named(&counted)).tr("slots-mean"));
        }
        if !others.is_empty() {
            notes.push(ui.count("n", ENOUGH).arg("accounts", named(&others)).tr("slots-left-out"));
        }
        if found.busy > 0 {
            notes.push(ui.tr("slots-busy"));
        }
        if !slots.is_empty() {
            notes.push(ui.arg("zone", timezone).tr("slots-zone"));
        }
        let lead = match found.trust {
            _ if slots.is_empty() => ui.tr("slots-none"),
            Trust::Own => ui.tr("slots-own"),
            Trust::Hint | Trust::General => ui.tr("slots-hint"),
        };
        Self { free: None, lead, slots, zone: timezone.to_owned(), notes }
    }
}

/// An account with what is known of it. The same handle is used on several networks.
fn with_posts(app: &App, ui: &Ui, one: &Chosen) -> String {
    let said = ui.count("n", one.posts).arg("handle", at(&one.account.handle));
    said.arg("network", title(app, &one.account.platform)).tr("slots-posts")
}

/// `Tue 24 Nov, 18:30`.
fn named(ui: &Ui, local: DateTime) -> String {
    let weekday = ui.of("weekday", &local.weekday().to_monday_one_offset().to_string());
    let month = ui.of("month", &local.month().to_string());
    let name = ui.arg("weekday", weekday).arg("day", local.day()).arg("month", month);
    name.arg("time", local.strftime("%H:%M")).tr("slots-name")
}

impl Free {
    fn new(ui: &Ui, free: &FreeSlot) -> Self {
        let zone = TimeZone::get(&free.timezone).unwrap_or(TimeZone::UTC);
        let local = zone.to_datetime(free.at);
        Self {
            label: ui.tr("queue-next"),
            wall: local.strftime(WALL).to_string(),
            zone: free.timezone.clone(),
            name: named(ui, local),
        }
    }
}

impl Button {
    fn new(ui: &Ui, zone: &TimeZone, slot: &Slot, basis: String) -> Self {
        let Cell { estimate, low, high, .. } = slot.cell;
        let [value, low, high] = [estimate, low, high].map(|value| multiple(ui, value, 1));
        let local = zone.to_datetime(slot.next);
        Self {
            wall: local.strftime(WALL).to_string(),
            name: named(ui, local),
            gain: ui.arg("value", value).arg("low", low).arg("high", high).tr("slots-gain"),
            basis,
        }
    }
}
