//! Every number that is shown anywhere, with what it means and where it comes from.

use std::collections::BTreeSet;

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use carillon_connectors::contract::insights::Offers;
use carillon_domain::insight::{DERIVED, PARTS};
use carillon_domain::metric::{self, Definition};
use carillon_domain::permission::Permission;
use carillon_engine::Engine;

use super::frame::Section;
use super::said::Said;
use super::signed_in::Member;
use super::ui::Ui;
use super::{Failure, html};
use crate::http::App;
use crate::urls;

#[derive(Template)]
#[template(path = "pages/definitions.html")]
struct Definitions {
    ui: Ui,
    groups: Vec<Group>,
    overview_url: String,
}

struct Group {
    id: &'static str,
    title: String,
    text: String,
    lines: Vec<Line>,
}

struct Line {
    label: String,
    name: String,
    unit: Said,
    meaning: Said,
    natives: Vec<(&'static str, String)>,
}

/// The page.
pub async fn show(State(app): State<App>, member: Member) -> Result<Response, Failure> {
    let member = member.at(Section::Overview);
    let (ui, actor) = (member.ui, member.actor);
    actor.require(Permission::Read)?;
    let lines =
        |all: &'static [Definition]| all.iter().map(|defined| line(&app.engine, &ui, defined)).collect();
    let groups = vec![
        Group {
            id: "made",
            title: ui.tr("definitions-made"),
            text: ui.tr("definitions-made-text"),
            lines: lines(DERIVED),
        },
        Group {
            id: "read",
            title: ui.tr("definitions-read"),
            text: ui.tr("definitions-read-text"),
            lines: lines(metric::ALL),
        },
    ];
    let overview_url = urls::overview(actor.workspace);
    Ok(html(&Definitions { ui, groups, overview_url })?.into_response())
}

fn line(engine: &Engine, ui: &Ui, defined: &'static Definition) -> Line {
    let parts = || PARTS.iter().map(|part| ui.of("metric", part)).collect::<Vec<_>>().join(" + ");
    let mut natives = natives(engine, defined.name);
    if defined.name == "engagements" {
        natives.push(("Carillon", parts()));
    }
    Line {
        label: ui.of("metric", defined.name),
        name: format!("{}@{}", defined.name, defined.version),
        unit: ui.said(defined.unit),
        meaning: ui.said(defined.meaning),
        natives,
    }
}

/// How each network that is on calls it, where it tells it to the owner.
fn natives(engine: &Engine, name: &str) -> Vec<(&'static str, String)> {
    let of = |offers: &Offers| -> BTreeSet<&'static str> {
        let all = offers.account.iter().chain(offers.post).chain(offers.audience);
        all.filter(|metric| metric.name == name).map(|metric| metric.native).collect()
    };
    let network = engine.networks.on().filter_map(|connector| {
        let found = of(connector.insights()?.offers());
        let words = found.into_iter().collect::<Vec<_>>().join(", ");
        (!words.is_empty()).then_some((connector.descriptor().title, words))
    });
    network.collect()
}
