//! What the page says in tables: the days of the charts, the networks, the best posts.

use carillon_domain::insight::{Basis, Comparison, Period, definition};
use carillon_engine::Actor;
use carillon_engine::usecase::analytics::{Figure, RankedPost, Summary};
use jiff::Timestamp;
use jiff::civil::Date;

use super::tile::{basis, shown};
use crate::http::App;
use crate::urls;
use crate::web::account::{Amount, excerpt};
use crate::web::posts::card::title;
use crate::web::ui::Ui;

/// A day with the numbers of the charts.
pub struct DayLine {
    /// The day, for machines.
    pub iso: String,
    /// The day.
    pub day: String,
    /// In the order of the tiles; `None` for a gap.
    pub amounts: Vec<Option<Amount>>,
}

/// The accounts of one network.
pub struct NetworkLine {
    /// Its name for machines.
    pub platform: String,
    /// Its name.
    pub title: &'static str,
    /// How many accounts.
    pub accounts: usize,
    /// Followers, posts, views, engagements, rate.
    pub amounts: Vec<Option<Amount>>,
    /// What the rate is divided by, if there is one.
    pub basis: Option<String>,
}

/// One of the best posts.
pub struct TopLine {
    /// At the network.
    pub url: Option<String>,
    /// Our own page of it, if it was made here.
    pub ours: Option<String>,
    /// The page of how its numbers grew.
    pub curve_url: String,
    /// Beginning of its text.
    pub text: String,
    /// Its account's handle.
    pub handle: String,
    /// The network's name.
    pub platform: &'static str,
    /// When it became public.
    pub published_at: Timestamp,
    /// Views and engagements.
    pub amounts: Vec<Option<Amount>>,
    /// Its rate.
    pub rate: Option<Amount>,
    /// What the rate is divided by.
    pub basis: Option<String>,
    /// Too few saw it.
    pub few: bool,
}

/// A day in words.
pub fn written(ui: &Ui, date: Date) -> String {
    let month = ui.of("month", &date.month().to_string());
    ui.arg("day", date.day()).arg("month", month).arg("year", date.year()).tr("overview-date")
}

/// A time in words.
pub fn days_of(ui: &Ui, period: &Period) -> String {
    let (first, last) = period.ends();
    ui.arg("from", written(ui, first)).arg("to", written(ui, last)).tr("overview-from-to")
}

/// How many days are shown, and with how many they are compared. The same dates of another year may be a day more or less: two days that
/// end with the 29th of February are compared with one.
fn lengths(summary: &Summary) -> (usize, usize) {
    (summary.period.days().len(), summary.previous.days().len())
}

/// Which days are shown, and which they are compared with.
pub fn span(ui: &Ui, summary: &Summary) -> String {
    let words = ui.arg("shown", days_of(ui, &summary.period)).arg("before", days_of(ui, &summary.previous));
    match lengths(summary) {
        (shown, before) if shown != before => {
            words.count("days", shown).count("past", before).tr("overview-span-uneven")
        }
        _ => words.tr("overview-span"),
    }
}

/// Whether the days shown and those that they are compared with have the same dates. The 29th of February alone is compared with the 28th.
fn has_same_dates(summary: &Summary) -> bool {
    let dates =
        |period: &Period| period.days().into_iter().map(|day| (day.month(), day.day())).collect::<Vec<_>>();
    dates(&summary.period) == dates(&summary.previous)
}

/// What a change is against, in a few words.
pub fn against(ui: &Ui, summary: &Summary) -> String {
    let (_, before) = lengths(summary);
    match summary.compare {
        Comparison::Previous => ui.count("n", before).tr("overview-against-previous"),
        Comparison::Year if has_same_dates(summary) => ui.tr("overview-against-year"),
        Comparison::Year => ui.count("n", before).tr("overview-against-year-uneven"),
    }
}

fn amount(ui: &Ui, figure: &Figure, value: Option<i64>) -> Option<Amount> {
    let unit = definition(figure.metric).map_or("", |d| d.unit);
    value.map(|value| Amount::of(ui.t, value, unit))
}

/// The days of the charts, newest first.
pub fn days(ui: &Ui, summary: &Summary) -> Vec<DayLine> {
    let figures = shown(&summary.figures);
    let line = |(index, date): (usize, Date)| DayLine {
        iso: date.to_string(),
        day: written(ui, date),
        amounts: figures
            .iter()
            .map(|(figure, ..)| amount(ui, figure, figure.days.get(index).copied().flatten()))
            .collect(),
    };
    let mut lines: Vec<_> = summary.period.days().into_iter().enumerate().map(line).collect();
    lines.reverse();
    lines
}

/// The networks.
pub fn networks(app: &App, ui: &Ui, summary: &Summary) -> Vec<NetworkLine> {
    let lines = summary.networks.iter().map(|network| {
        let figures = &network.figures;
        let (by, rate) = figures.rate();
        let all = [&figures.followers, &figures.posts, &figures.views, &figures.engagements, rate];
        NetworkLine {
            title: title(app, &network.platform),
            platform: network.platform.clone(),
            accounts: network.accounts,
            amounts: all.into_iter().map(|figure| amount(ui, figure, figure.value)).collect(),
            basis: rate.value.map(|_| basis(ui, by)),
        }
    });
    lines.collect()
}

impl TopLine {
    /// From a post.
    pub fn new(app: &App, ui: &Ui, actor: &Actor, ranked: &RankedPost) -> Self {
        let row = &ranked.post.found.row;
        let rank = ranked.rank();
        let count = |value: i64| Amount::new(ui.t, value);
        Self {
            url: row.url.clone().filter(|url| url.starts_with("https://") || url.starts_with("http://")),
            ours: ranked.post.found.post.map(|id| urls::post(actor.workspace, id)),
            curve_url: urls::found_post(actor.workspace, row.id),
            text: excerpt(ui, &row.text),
            handle: ranked.account.handle.clone(),
            platform: title(app, &ranked.account.platform),
            published_at: row.published_at,
            amounts: vec![
                row.seen.of("views").map(|r| count(r.value)),
                ranked.engagements.as_ref().map(|e| count(e.value)),
            ],
            rate: rank.map(|(_, rate)| Amount::of(ui.t, rate.basis_points(), "basis points")),
            basis: rank.map(|(by, _): (Basis, _)| basis(ui, by)),
            few: ranked.seen_by_few(),
        }
    }
}
