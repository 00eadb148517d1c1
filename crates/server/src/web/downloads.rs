//! Tables and reports as files, with the same filter as the page that links to them, and the links themselves.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use carillon_domain::error::AppError;
use carillon_domain::id::WorkspaceId;
use carillon_engine::report::Mark;
use carillon_engine::usecase::exports::Which;
use serde::Deserialize;

use super::Failure;
use super::overview::Asked;
use super::signed_in::Member;
use super::ui::Ui;
use crate::files::{self, Format, Spoken};
use crate::http::App;
use crate::http::extract::{Path, Query};
use crate::urls;

/// Whether the address names a time.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Timed {
    days: String,
    range: String,
    from: String,
    to: String,
}

/// Which post, where the table is of one.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Subject {
    post: String,
    metric: String,
}

/// The raw history, among the tables.
pub const HISTORY: &str = "history.parquet";

/// A table: `posts.csv`, `days.xlsx`; or [`HISTORY`].
pub async fn table(
    State(app): State<App>,
    member: Member,
    Path((_, file)): Path<(WorkspaceId, String)>,
    Query(asked): Query<Asked>,
    Query(timed): Query<Timed>,
    Query(subject): Query<Subject>,
) -> Result<Response, Failure> {
    if file == HISTORY {
        return files::history(&app, &member.actor, &asked.filter(&member.actor, app.engine.clock.now()))
            .await;
    }
    let named = file.rsplit_once('.').and_then(|(name, ending)| Some((name, Format::parse(ending)?)));
    let (name, format) = named.ok_or(AppError::NotFound { what: "file" })?;
    let mut filter = asked.filter(&member.actor, app.engine.clock.now());
    let is_timed =
        [&timed.days, &timed.range, &timed.from, &timed.to].into_iter().any(|text| !text.is_empty());
    if name == "sync-runs" && !is_timed {
        // The log has no usual time: the page shows its end.
        (filter.from, filter.to) = (None, None);
    }
    let words = Spoken(member.ui.t);
    let which = Which { name, post: Some(&subject.post), metric: Some(&subject.metric) };
    files::table(&app, &member.actor, words, (which, format, Mark::With), &filter).await
}

/// The report.
pub async fn report(
    State(app): State<App>,
    member: Member,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let filter = asked.filter(&member.actor, app.engine.clock.now());
    files::paper(&app, &member.actor, Spoken(member.ui.t), &filter).await
}

/// Links to the files of a table.
#[derive(Debug, Template)]
#[template(path = "components/downloads.html")]
pub struct Downloads {
    label: String,
    links: Vec<Link>,
}

#[derive(Debug)]
struct Link {
    url: String,
    text: String,
    /// The whole purpose of the link, for those who hear it alone.
    title: String,
}

impl Downloads {
    /// Of a table; `query` without `?` is the filter of the page.
    pub fn table(ui: &Ui, workspace: WorkspaceId, name: &str, query: &str) -> Self {
        let what = ui.of("table", name);
        let link = |format: &str, text: String| Link {
            url: format!("{}?{query}", urls::export(workspace, format!("{name}.{format}"))),
            title: ui.arg("what", &what).arg("format", &text).tr("download-title"),
            text,
        };
        let links = vec![link("csv", ui.tr("download-csv")), link("xlsx", ui.tr("download-xlsx"))];
        Self { label: ui.tr("download"), links }
    }
}
