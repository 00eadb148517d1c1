//! Which time and which accounts the page is about, and the links and the form that change it.

use carillon_domain::error::AppError;
use carillon_domain::insight::Period;
use carillon_engine::Actor;
use carillon_engine::usecase::accounts;
use carillon_engine::usecase::analytics::{Filter, USUAL_DAYS};
use carillon_store::repo::account::AccountRow;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Deserialize;

use crate::http::App;
use crate::urls;
use crate::web::posts::card::title;
use crate::web::ui::Ui;

/// The times that have a link.
const DAYS: [u16; 3] = [7, USUAL_DAYS, 90];

/// What the address says.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    /// The last so many days; without it, and without `from` and `to`, the usual ones.
    days: String,
    /// First day.
    from: String,
    /// Last day.
    to: String,
    /// An account's id.
    account: String,
    /// A network.
    platform: String,
}

/// A link to another time.
pub struct Range {
    /// In words.
    pub label: String,
    /// Where it leads.
    pub url: String,
    /// Whether it is the open one.
    pub current: bool,
}

/// Something to choose from.
pub struct Item {
    /// What the form sends.
    pub value: String,
    /// What people read.
    pub label: String,
    /// Whether it is chosen.
    pub chosen: bool,
}

impl Asked {
    /// How many of the last days are shown; `None` for a time of its own.
    fn days(&self) -> Option<u16> {
        if !self.from.is_empty() || !self.to.is_empty() {
            return None;
        }
        Some(DAYS.into_iter().find(|days| days.to_string() == self.days).unwrap_or(USUAL_DAYS))
    }

    /// The same for the use case.
    pub fn filter(&self, actor: &Actor, now: Timestamp) -> Filter {
        let text = |text: &str| Some(text.to_owned());
        let zone = TimeZone::get(&actor.timezone).unwrap_or(TimeZone::UTC);
        let from = self.days().map(|days| {
            let period = Period::last_days(days, now, zone);
            period.date_of(period.from).to_string()
        });
        Filter {
            from: from.or_else(|| text(&self.from)),
            to: text(&self.to),
            account: text(&self.account),
            platform: text(&self.platform),
            ..Filter::default()
        }
    }

    /// Links to the usual times, with the same accounts.
    pub fn ranges(&self, ui: &Ui, actor: &Actor) -> Vec<Range> {
        let here = urls::overview(actor.workspace);
        let (account, platform) = (urls::encode(&self.account), urls::encode(&self.platform));
        let range = |days: u16| Range {
            label: ui.count("n", days).tr("overview-days"),
            url: format!("{here}?days={days}&account={account}&platform={platform}"),
            current: self.days() == Some(days),
        };
        DAYS.into_iter().map(range).collect()
    }

    /// What the form keeps of the time.
    pub fn kept(&self) -> Vec<(&'static str, String)> {
        match self.days() {
            Some(days) => vec![("days", days.to_string())],
            None => vec![("from", self.from.clone()), ("to", self.to.clone())],
        }
    }

    /// Accounts to choose from.
    pub fn accounts(&self, app: &App, rows: &[AccountRow]) -> Vec<Item> {
        let item = |row: &AccountRow| Item {
            value: row.id.to_string(),
            label: format!("{} · @{} · {}", row.name, row.handle, title(app, &row.platform)),
            chosen: row.id.to_string() == self.account,
        };
        rows.iter().map(item).collect()
    }

    /// Networks to choose from: those with an account.
    pub fn platforms(&self, app: &App, rows: &[AccountRow]) -> Vec<Item> {
        let mut names: Vec<_> = rows.iter().map(|row| row.platform.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        let item = |name: &str| Item {
            value: name.to_owned(),
            label: title(app, name).to_owned(),
            chosen: name == self.platform,
        };
        names.into_iter().map(item).collect()
    }
}

/// All accounts of the workspace.
///
/// # Errors
/// When the role may not read.
pub async fn rows(app: &App, actor: &Actor) -> Result<Vec<AccountRow>, AppError> {
    accounts::list(&app.engine, actor).await
}
