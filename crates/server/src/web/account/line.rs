//! An account among others, on the connections page.

use carillon_domain::account::AccountStatus;
use carillon_domain::health::{Level, Trouble};
use carillon_domain::permission::Permission;
use carillon_domain::sync::SyncState;
use carillon_engine::Actor;
use carillon_engine::usecase::horizon::Outlook;
use carillon_engine::usecase::{caps, health};
use carillon_store::repo::account::AccountRow;
use carillon_store::repo::sync_run::SyncRunRow;
use jiff::Timestamp;

use super::Amount;
use crate::http::App;
use crate::urls;
use crate::web::components::{Face, State};
use crate::web::said::Said;
use crate::web::ui::Ui;

/// What is shown of it.
pub struct Line {
    /// Its id, for focus that outlives a refresh.
    pub id: String,
    /// Face.
    pub face: Face,
    /// Display name.
    pub name: String,
    /// Handle without `@`.
    pub handle: String,
    /// The network's name.
    pub platform: &'static str,
    /// How it stands.
    pub state: State,
    /// Its page.
    pub url: String,
    /// Its best times, in a line; for accounts that posts can go out on.
    pub best_url: Option<String>,
    /// What needs a person, in plain words.
    pub cause: Option<Said>,
    /// Whether its numbers are up to date, of a connected account that is read.
    pub health: Option<State>,
    /// What keeps them from it, and what would help.
    pub late: Option<String>,
    /// Why its numbers could not be read.
    pub unread: Option<Said>,
    /// When its login ends, if that is soon.
    pub ends: Option<Timestamp>,
    /// Posts that are due when it has no login any more.
    pub at_risk: Vec<AtRisk>,
    /// Most publications a day.
    pub cap: Option<u32>,
    /// When it was connected.
    pub since: Timestamp,
    /// Its followers, if the network said so.
    pub followers: Option<Amount>,
    /// When its numbers were read.
    pub synced_at: Option<Timestamp>,
    /// How the reading that is under way stands.
    pub reading: Option<State>,
    /// Reads it now; while it is being read, asks for nothing more.
    pub sync_url: Option<String>,
    /// Lets go of it.
    pub disconnect_url: Option<String>,
    /// Connects it again.
    pub reconnect_url: Option<String>,
}

/// A post that can't go out as things stand.
pub struct AtRisk {
    /// Its page.
    pub url: String,
    /// When it is due.
    pub due_at: Timestamp,
}

impl Line {
    /// From an account, how its login stands, and its open run.
    pub fn new(
        app: &App,
        ui: &Ui,
        actor: &Actor,
        row: AccountRow,
        outlook: Outlook,
        open: Option<&SyncRunRow>,
    ) -> Self {
        let may_manage = actor.role.may(Permission::ManageAccounts);
        let is_connected = row.status == AccountStatus::Connected;
        let connector = app.engine.networks.connector(&row.platform);
        let readable = is_connected && app.engine.networks.reader(&row.platform).is_some();
        let trouble = health::of(&app.engine, &row, &outlook).trouble;
        let may_sync = readable && actor.role.may(Permission::Write);
        Self {
            id: row.id.to_string(),
            face: Face::account(&row.name, row.avatar_url.as_deref(), &row.platform),
            platform: connector.map_or("", |c| c.descriptor().title),
            state: State::new(row.status.as_str(), ui.of("account-status", row.status.as_str())),
            url: urls::account(actor.workspace, row.id),
            best_url: is_connected.then(|| urls::account_best(actor.workspace, row.id)),
            cause: row.status_cause.as_deref().map(|cause| ui.said(cause)),
            health: readable.then(|| shown(ui, trouble)),
            late: trouble.and_then(|trouble| late(ui, trouble)),
            unread: row.sync_error.as_deref().filter(|_| is_connected).map(|cause| ui.said(cause)),
            ends: outlook.login_ends_at.filter(|_| outlook.ends_soon),
            at_risk: outlook
                .at_risk
                .iter()
                .map(|planned| AtRisk {
                    url: urls::post(actor.workspace, planned.post),
                    due_at: planned.due_at,
                })
                .collect(),
            cap: caps::daily_cap(&row),
            since: row.created_at,
            followers: row
                .profile
                .as_ref()
                .and_then(|seen| seen.of("followers"))
                .map(|r| Amount::new(ui.t, r.value)),
            synced_at: row.synced_at,
            reading: open.map(|run| reading(ui, run)),
            sync_url: may_sync.then(|| urls::sync(actor.workspace, row.id)),
            disconnect_url: (may_manage && row.status != AccountStatus::Disconnected)
                .then(|| urls::disconnect(actor.workspace, row.id)),
            reconnect_url: (may_manage && (!is_connected || outlook.ends_soon)).then(|| {
                let page = urls::connections(actor.workspace);
                format!("{page}?open={}#connect-{}", row.platform, row.platform)
            }),
            name: row.name,
            handle: row.handle,
        }
    }
}

/// Red, amber or green, in the colours of other states.
fn shown(ui: &Ui, trouble: Option<Trouble>) -> State {
    let level = trouble.map_or(Level::Green, Trouble::level);
    let name = match level {
        Level::Green => "done",
        Level::Amber => "partial",
        Level::Red => "failed",
    };
    State::new(name, ui.of("health", level.as_str()))
}

/// In the words of the page; what its login lacks, and what stopped its last reading, is said elsewhere on it.
fn late(ui: &Ui, trouble: Trouble) -> Option<String> {
    match trouble {
        Trouble::SignedOut | Trouble::Disconnected | Trouble::LoginEnds | Trouble::Stopped => None,
        Trouble::Suspended
        | Trouble::Gone
        | Trouble::NeverRead
        | Trouble::Failing
        | Trouble::Stale
        | Trouble::OnRequest => Some(ui.of("health", trouble.as_str())),
    }
}

/// A run that waits for its next try is no longer simply "in the queue".
fn reading(ui: &Ui, run: &SyncRunRow) -> State {
    let name =
        if run.state == SyncState::Queued && run.next_at.is_some() { "waiting" } else { run.state.as_str() };
    State::new(name, ui.of("sync-state", name))
}
