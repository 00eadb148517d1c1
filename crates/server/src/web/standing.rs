//! How well the networks work: readings and publications of the last days, what went wrong, and what is left alone for now.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use carillon_connectors::Registry;
use carillon_connectors::contract::errand::Errand;
use carillon_engine::usecase::standing::{self, Standing, TIME, Tally};
use jiff::Timestamp;

use super::components::{Empty, State as Mark};
use super::frame::Section;
use super::signed_in::Member;
use super::ui::Ui;
use super::{Failure, html};
use crate::http::App;
use crate::{i18n, urls};

/// From this share of successes on, in basis points, a network works.
const WELL: u64 = 9_500;
/// Below this one it does not.
const BADLY: u64 = 5_000;

#[derive(Template)]
#[template(path = "pages/standing.html")]
struct Networks {
    ui: Ui,
    lead: String,
    lines: Vec<Line>,
    empty: Empty,
    connections_url: String,
}

struct Line {
    title: &'static str,
    accounts: String,
    verdict: Mark,
    /// Reading, then publishing.
    tried: [Tried; 2],
    left_alone: Vec<String>,
}

struct Tried {
    share: String,
    count: String,
    last: Option<Timestamp>,
    errors: Vec<String>,
}

/// The page.
pub async fn show(State(app): State<App>, member: Member) -> Result<Response, Failure> {
    let member = member.at(Section::Connections);
    let (ui, actor) = (member.ui, member.actor);
    let found = standing::standing(&app.engine, &actor).await?;
    let page = Networks {
        lead: ui.count("n", TIME.as_hours() / 24).tr("networks-lead"),
        lines: found.iter().map(|standing| Line::new(&ui, standing)).collect(),
        empty: Empty::new("plug", ui.tr("networks-none"), ui.tr("networks-none-text")),
        connections_url: urls::connections(actor.workspace),
        ui,
    };
    Ok(html(&page)?.into_response())
}

impl Line {
    fn new(ui: &Ui, standing: &Standing) -> Self {
        let shares = [&standing.reading, &standing.publishing].into_iter().filter_map(Tally::share);
        let (mark, verdict) = match (standing.left_alone.is_empty(), shares.min()) {
            (false, _) => ("failed", i18n::key("networks-left-alone")),
            (true, None) => ("done", i18n::key("networks-quiet")),
            (true, Some(share)) if share < BADLY => ("failed", i18n::key("networks-badly")),
            (true, Some(share)) if share < WELL => ("partial", i18n::key("networks-trouble")),
            (true, Some(_)) => ("done", i18n::key("networks-well")),
        };
        // Several operations may be for the same; where a network has many servers, at least so many of them are meant.
        let mut left: BTreeMap<Errand, usize> = BTreeMap::new();
        let known = Registry.get(standing.platform).map(|connector| connector.descriptor());
        for open in &standing.left_alone {
            let errand = known.and_then(|descriptor| descriptor.errand(open.operation));
            let servers = left.entry(errand.unwrap_or(Errand::Other)).or_default();
            *servers = open.servers.max(*servers);
        }
        let line = |(errand, servers): (Errand, usize)| {
            let what = ui.of("errand", errand.as_str());
            ui.count("n", servers).arg("what", what).tr("networks-left-alone-one")
        };
        Self {
            title: standing.title,
            accounts: ui.count("n", standing.accounts).tr("networks-accounts"),
            verdict: Mark::new(mark, ui.tr(verdict)),
            tried: [&standing.reading, &standing.publishing].map(|tally| Tried::new(ui, tally)),
            left_alone: left.into_iter().map(line).collect(),
        }
    }
}

impl Tried {
    fn new(ui: &Ui, tally: &Tally) -> Self {
        let percent = tally.share().map(|share| share / 100);
        let error = |(kind, count): (&String, &u64)| {
            ui.count("n", count).arg("what", ui.of("error-kind", kind)).tr("networks-error")
        };
        Self {
            share: percent
                .map_or_else(|| "–".to_owned(), |percent| ui.arg("n", percent).tr("networks-share")),
            count: ui.count("n", tally.all).arg("good", tally.good).tr("networks-count"),
            last: tally.last_good,
            errors: tally.errors.iter().map(error).collect(),
        }
    }
}
