//! Posts as a file, with the calendar's filter, and the links around the calendar that lead to files.

use std::str::FromStr;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use carillon_domain::error::AppError;
use carillon_domain::id::WorkspaceId;
use carillon_domain::publication::PostStatus;
use carillon_engine::report::Mark;
use carillon_engine::usecase::post_files::{self, PlanFilter};
use jiff::civil::Date;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::http::App;
use crate::http::extract::Query;
use crate::web::Failure;
use crate::web::signed_in::Member;
use crate::web::ui::Ui;
use crate::{files, urls};

/// Which posts; what is empty or absent does not count.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// First day on which they are due, in the workspace's zone: 2026-12-01.
    from: Option<String>,
    /// Last day.
    to: Option<String>,
    /// Only with a publication on this account.
    account: Option<String>,
    /// Only with a publication on this network.
    platform: Option<String>,
    /// Only where the post, or one of its publications, stands so.
    status: Option<String>,
    /// Only with this tag.
    tag: Option<String>,
    /// Only of this campaign.
    campaign: Option<String>,
    /// Only with this in their text, case ignored.
    q: Option<String>,
}

impl Wanted {
    /// The filter that is meant.
    ///
    /// # Errors
    /// [`AppError::Invalid`] for what is no day, no account or no status.
    pub fn filter(&self) -> Result<PlanFilter, AppError> {
        Ok(PlanFilter {
            from: read("from", self.from.as_deref())?,
            to: read("to", self.to.as_deref())?,
            account: read("account", self.account.as_deref())?,
            platform: given(self.platform.as_deref()).map(str::to_owned),
            status: given(self.status.as_deref()).map(status).transpose()?,
            tag: given(self.tag.as_deref()).map(str::to_owned),
            campaign: given(self.campaign.as_deref()).map(str::to_owned),
            q: given(self.q.as_deref()).map(str::to_owned),
        })
    }
}

fn given(text: Option<&str>) -> Option<&str> {
    text.map(str::trim).filter(|text| !text.is_empty())
}

fn read<T: FromStr>(field: &'static str, text: Option<&str>) -> Result<Option<T>, AppError> {
    given(text).map(|text| text.parse().map_err(|_| wrong(field, text))).transpose()
}

fn status(text: &str) -> Result<PostStatus, AppError> {
    serde_json::from_value(text.into()).map_err(|_| wrong("status", text))
}

fn wrong(field: &'static str, text: &str) -> AppError {
    AppError::invalid(field, "invalid", format!("`{text}` can't be used as `{field}`."))
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

/// What the calendar filters by in its address, and what the export calls it.
const FILTERS: [(&str, &str); 5] = [
    ("account", "account"),
    ("platform", "platform"),
    ("state", "status"),
    ("tag", "tag"),
    ("campaign", "campaign"),
];

impl CalendarFiles {
    /// For these days, the first and the last, with the filter of the page.
    pub fn new(ui: &Ui, workspace: WorkspaceId, (first, last): (Date, Date)) -> Self {
        let link = |url: String, text: String, download| Link { url, text, download };
        let mut wanted = form_urlencoded::Serializer::new(String::new());
        wanted.append_pair("from", &first.to_string()).append_pair("to", &last.to_string());
        let page = ui.path.split_once('?').map_or("", |(_, query)| query);
        for (name, value) in form_urlencoded::parse(page.as_bytes()).filter(|(_, value)| !value.is_empty()) {
            if let Some((_, ours)) = FILTERS.into_iter().find(|(theirs, _)| *theirs == name) {
                wanted.append_pair(ours, &value);
            }
        }
        let export = format!("{}?{}", urls::export_posts(workspace), wanted.finish());
        let mut links = vec![link(export, ui.tr("calendar-export"), true)];
        if ui.may_write() {
            links.push(link(urls::import_posts(workspace), ui.tr("calendar-import"), false));
        }
        links.push(link(urls::notes(workspace), ui.tr("calendar-notes"), false));
        links.push(link(urls::feed_settings(workspace), ui.tr("calendar-subscribe"), false));
        Self { label: ui.tr("calendar-files"), links }
    }
}
