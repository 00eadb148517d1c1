//! Which time and which accounts the page is about, and the links and the form that change it.

use carillon_domain::error::AppError;
use carillon_domain::insight::{Comparison, Period};
use carillon_engine::Actor;
use carillon_engine::usecase::accounts;
use carillon_engine::usecase::analytics::{Filter, USUAL_DAYS};
use carillon_store::repo::account::AccountRow;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Deserialize;

use crate::http::App;
use crate::urls;
use crate::web::components::at;
use crate::web::posts::card::title;
use crate::web::ui::Ui;

/// The times that have a link.
const DAYS: [u16; 3] = [7, USUAL_DAYS, 90];

/// What the address says.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    /// The last so many days.
    days: String,
    /// A month by its name; see [`Range`].
    range: String,
    /// First day.
    from: String,
    /// Last day.
    to: String,
    /// What it is compared with.
    compare: String,
    /// An account's id.
    account: String,
    /// A network.
    platform: String,
    /// A tag of posts made here.
    tag: String,
    /// A campaign of posts made here.
    campaign: String,
    /// A past day at whose end the numbers stand.
    known_on: String,
}

/// A time that is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Range {
    /// The last so many days, today among them.
    Days(u16),
    /// From the first of this month until today.
    ThisMonth,
    /// The calendar month before this one.
    LastMonth,
    /// Two days of one's own.
    Own,
}

impl Range {
    /// What has a link.
    const LINKED: [Self; 5] =
        [Self::Days(DAYS[0]), Self::Days(DAYS[1]), Self::Days(DAYS[2]), Self::ThisMonth, Self::LastMonth];

    /// Its parameter in an address.
    fn parameter(self) -> Option<(&'static str, String)> {
        match self {
            Self::Days(days) => Some(("days", days.to_string())),
            Self::ThisMonth => Some(("range", "month".to_owned())),
            Self::LastMonth => Some(("range", "last-month".to_owned())),
            Self::Own => None,
        }
    }

    fn label(self, ui: &Ui) -> String {
        match self {
            Self::Days(days) => ui.count("n", days).tr("overview-days"),
            Self::ThisMonth => ui.tr("overview-this-month"),
            Self::LastMonth => ui.tr("overview-last-month"),
            Self::Own => ui.tr("overview-own"),
        }
    }
}

/// A link to another time.
pub struct Link {
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

/// What was typed into the form.
pub struct Fields {
    /// First day, or nothing.
    pub from: String,
    /// Last day, or nothing.
    pub to: String,
    /// A tag.
    pub tag: String,
    /// A campaign.
    pub campaign: String,
    /// A past day, or nothing.
    pub known_on: String,
    /// The last day that is over.
    pub yesterday: String,
}

impl Asked {
    /// Which time is shown. What can't be one is the usual one.
    fn range(&self) -> Range {
        if !self.from.is_empty() || !self.to.is_empty() {
            return Range::Own;
        }
        let said = |range: &Range| {
            range.parameter().is_some_and(|(name, value)| {
                value == if name == "days" { self.days.as_str() } else { self.range.as_str() }
            })
        };
        // A month says more than a number of days.
        Range::LINKED.into_iter().rev().find(said).unwrap_or(Range::Days(USUAL_DAYS))
    }

    /// The same for the use case.
    pub fn filter(&self, actor: &Actor, now: Timestamp) -> Filter {
        let text = |text: &str| Some(text.to_owned());
        let zone = actor.zone();
        let now =
            self.known_day().and_then(|day| Period::start_of(day, &zone)).map_or(now, |day| day.min(now));
        let month = now.to_zoned(zone.clone()).date().first_of_month();
        let (from, to) = match self.range() {
            Range::Days(days) => {
                let period = Period::last_days(days, now, zone);
                (Some(period.date_of(period.from).to_string()), None)
            }
            Range::ThisMonth => (Some(month.to_string()), None),
            Range::LastMonth => {
                let last = month.yesterday().unwrap_or(month);
                (Some(last.first_of_month().to_string()), Some(last.to_string()))
            }
            Range::Own => (text(&self.from), text(&self.to)),
        };
        Filter {
            from,
            to,
            account: text(&self.account),
            platform: text(&self.platform),
            tag: text(&self.tag),
            campaign: text(&self.campaign),
            compare: text(&self.compare),
            known_on: text(&self.known_on),
            ..Filter::default()
        }
    }

    /// Whether it says nothing but a time and accounts, as the raw history has to be asked for.
    pub fn is_plain(&self) -> bool {
        [&self.tag, &self.campaign, &self.known_on].into_iter().all(|text| text.trim().is_empty())
    }

    /// The past day at whose end the numbers stand, if it is one.
    pub fn known_day(&self) -> Option<Date> {
        self.known_on.trim().parse().ok()
    }

    /// The page at what is shown, to load it again.
    pub fn here(&self, actor: &Actor) -> String {
        format!("{}?{}", urls::overview(actor.workspace), self.query())
    }

    /// The same as an address says it.
    pub fn query(&self) -> String {
        let own = [("from", &self.from), ("to", &self.to)];
        let time = match self.range().parameter() {
            Some((name, value)) => format!("{name}={value}"),
            None => own.map(|(name, value)| format!("{name}={}", urls::encode(value))).join("&"),
        };
        self.parameters(&time)
    }

    /// The page of another time, with everything else as it was chosen.
    fn link(&self, actor: &Actor, time: &str) -> String {
        format!("{}?{}", urls::overview(actor.workspace), self.parameters(time))
    }

    fn parameters(&self, time: &str) -> String {
        let mut text = time.to_owned();
        let always = [("account", &self.account), ("platform", &self.platform)];
        let others = [
            ("compare", &self.compare),
            ("tag", &self.tag),
            ("campaign", &self.campaign),
            ("known_on", &self.known_on),
        ];
        for (name, value) in
            always.into_iter().chain(others.into_iter().filter(|(_, value)| !value.is_empty()))
        {
            text.push_str(&format!("&{name}={}", urls::encode(value)));
        }
        text
    }

    /// Links to the usual times, with the same accounts.
    pub fn ranges(&self, ui: &Ui, actor: &Actor) -> Vec<Link> {
        let open = self.range();
        let link = |range: Range| {
            let (name, value) = range.parameter()?;
            let url = self.link(actor, &format!("{name}={value}"));
            Some(Link { label: range.label(ui), url, current: open == range })
        };
        let mut links: Vec<_> = Range::LINKED.into_iter().filter_map(link).collect();
        if open == Range::Own {
            links.push(Link { label: open.label(ui), url: self.here(actor), current: true });
        }
        links
    }

    /// What the form keeps of the time, unless two days are chosen in it.
    pub fn kept(&self) -> Vec<(&'static str, String)> {
        self.range().parameter().into_iter().collect()
    }

    /// The days that were chosen, and the other words of the form.
    pub fn fields(&self, actor: &Actor, now: Timestamp) -> Fields {
        let today = actor.zone().to_datetime(now).date();
        Fields {
            from: self.from.clone(),
            to: self.to.clone(),
            tag: self.tag.clone(),
            campaign: self.campaign.clone(),
            known_on: self.known_on.trim().to_owned(),
            yesterday: today.yesterday().unwrap_or(today).to_string(),
        }
    }

    /// What it can be compared with.
    pub fn comparisons(&self, ui: &Ui) -> Vec<Item> {
        let chosen = Comparison::parse(&self.compare).unwrap_or_default();
        let item = |one: Comparison| Item {
            value: one.as_str().to_owned(),
            label: ui.of("compare", one.as_str()),
            chosen: one == chosen,
        };
        Comparison::ALL.into_iter().map(item).collect()
    }

    /// Accounts to choose from.
    pub fn accounts(&self, app: &App, rows: &[AccountRow]) -> Vec<Item> {
        let item = |row: &AccountRow| Item {
            value: row.id.to_string(),
            label: format!("{} · {} · {}", row.name, at(&row.handle), title(app, &row.platform)),
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
