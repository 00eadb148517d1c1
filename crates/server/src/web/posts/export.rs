//! Posts as a file, with the calendar's filter, and the links around the calendar that lead to files.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use carillon_domain::error::AppError;
use carillon_domain::id::WorkspaceId;
use carillon_engine::report::Mark;
use carillon_engine::usecase::post_files::{self, PlanFilter};
use jiff::civil::Date;
use serde::Deserialize;

use crate::http::App;
use crate::http::extract::Query;
use crate::web::Failure;
use crate::web::signed_in::Member;
use crate::web::ui::Ui;
use crate::{files, urls};

/// Which posts; what is empty or absent does not count.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Wanted {
    from: String,
    to: String,
    account: String,
    status: String,
    q: String,
}

impl Wanted {
    /// The filter that is meant.
    ///
    /// # Errors
    /// [`AppError::Invalid`] for what is no day, no account or no status.
    pub fn filter(&self) -> Result<PlanFilter, AppError> {
        let given = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        let wrong = |field: &'static str, text: &str| {
            AppError::invalid(field, "invalid", format!("`{text}` can't be used as `{field}`."))
        };
        let day = |field: &'static str, text: &str| -> Result<Option<Date>, AppError> {
            given(text).map(|text| text.parse().map_err(|_| wrong(field, &text))).transpose()
        };
        let account = given(&self.account);
        let status = given(&self.status).map(serde_json::Value::String);
        Ok(PlanFilter {
            from: day("from", &self.from)?,
            to: day("to", &self.to)?,
            account: account.map(|text| text.parse().map_err(|_| wrong("account", &text))).transpose()?,
            status: status
                .map(|text| serde_json::from_value(text).map_err(|_| wrong("status", &self.status)))
                .transpose()?,
            q: given(&self.q),
        })
    }
}

/// The file.
pub async fn file(
    State(app): State<App>,
    member: Member,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Failure> {
    let (bytes, name) = post_files::export(&app.engine, &member.actor, &wanted.filter()?, Mark::With).await?;
    Ok(files::csv(bytes, &name))
}

/// What leads from the calendar to files and back.
#[derive(Template)]
#[template(path = "components/calendar_files.html")]
pub struct CalendarFiles {
    label: String,
    links: Vec<Link>,
}

struct Link {
    url: String,
    text: String,
    download: bool,
}

impl CalendarFiles {
    /// For these days, the first and the last.
    pub fn new(ui: &Ui, workspace: WorkspaceId, (first, last): (Date, Date)) -> Self {
        let link = |url: String, text: String, download| Link { url, text, download };
        let export = format!("{}?from={first}&to={last}", urls::export_posts(workspace));
        let mut links = vec![link(export, ui.tr("calendar-export"), true)];
        if ui.may_write() {
            links.push(link(urls::import_posts(workspace), ui.tr("calendar-import"), false));
        }
        links.push(link(urls::notes(workspace), ui.tr("calendar-notes"), false));
        links.push(link(urls::feed_settings(workspace), ui.tr("calendar-subscribe"), false));
        Self { label: ui.tr("calendar-files"), links }
    }
}
