//! Composing: one text, what differs per account, live checks as each network counts, and when it goes out.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use carillon_domain::composition::{Override, PartSpec};
use carillon_domain::error::AppError;
use carillon_domain::id::{AccountId, PostId};
use carillon_domain::publication::PublicationState;
use carillon_engine::usecase::posts::{self, PostInput, PostPatch, PostView, WantedStatus};
use serde::Deserialize;

use super::card::Faces;
use super::options::{OptionKind, OptionRow, option_fields, option_row, option_value};
use crate::http::App;
use crate::http::extract::{Form, Query};
use crate::urls;
use crate::web::components::{Alert, Errors, Face, Field};
use crate::web::frame::Section;
use crate::web::signed_in::Member;
use crate::web::ui::Ui;
use crate::web::{Failure, html};

#[derive(Template)]
#[template(path = "pages/compose.html")]
struct Compose {
    ui: Ui,
    alerts: Vec<Alert>,
    text: String,
    text_error: Option<String>,
    accounts: Vec<AccountChoice>,
    parts: Vec<String>,
    first_comment: String,
    scheduled_at: String,
    time_error: Option<String>,
    zone: Field,
    editing: Option<(String, i64)>,
    action_url: String,
    check_url: String,
    connections_url: String,
    may_publish: bool,
}

struct AccountChoice {
    id: String,
    face: Face,
    name: String,
    handle: String,
    chosen: bool,
    usable: bool,
    text: String,
    options: Vec<OptionRow>,
    trouble: Vec<String>,
}

#[derive(Template)]
#[template(path = "components/check.html")]
struct Check {
    ui: Ui,
    results: Vec<CheckLine>,
}

struct CheckLine {
    face: Face,
    handle: String,
    used: Option<(u64, u64)>,
    over: bool,
    problems: Vec<String>,
    warnings: Vec<String>,
}

/// Which post, or which day.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ComposeQuery {
    post: Option<String>,
    date: Option<String>,
}

/// An empty form, or that of a post that can still be changed.
pub async fn show(
    State(app): State<App>,
    member: Member,
    Query(query): Query<ComposeQuery>,
) -> Result<Response, Failure> {
    let member = member.at(Section::Compose);
    let mut draft = Draft { timezone: member.actor.timezone.clone(), ..Draft::default() };
    if let Some(id) = query.post.as_deref().and_then(|p| p.parse::<PostId>().ok()) {
        draft = Draft::of(&member.ui, &posts::get(&app.engine, &member.actor, id).await?);
    } else if let Some(day) = query.date.as_deref().filter(|d| d.parse::<jiff::civil::Date>().is_ok()) {
        draft.scheduled_at = format!("{day}T09:00");
    }
    page(&app, member, draft, &Errors::default(), StatusCode::OK).await
}

/// What was typed, as it came.
#[derive(Debug, Clone, Default)]
struct Draft {
    post: Option<(PostId, i64)>,
    text: String,
    accounts: Vec<AccountId>,
    own_text: BTreeMap<AccountId, String>,
    options: BTreeMap<AccountId, serde_json::Map<String, serde_json::Value>>,
    media: Vec<String>,
    parts: Vec<String>,
    first_comment: String,
    scheduled_at: String,
    timezone: String,
    action: String,
}

impl Draft {
    fn of(_ui: &Ui, view: &PostView) -> Self {
        let composed = &view.post.composition;
        let live = view.publications.iter().filter(|p| p.state != PublicationState::Canceled);
        Self {
            post: Some((view.post.id, view.post.version)),
            text: composed.text.clone(),
            accounts: live.map(|p| p.account).collect(),
            own_text: composed.overrides.iter().filter_map(|(a, o)| Some((*a, o.text.clone()?))).collect(),
            options: composed.overrides.iter().map(|(a, o)| (*a, o.options.clone())).collect(),
            media: composed.media.iter().map(ToString::to_string).collect(),
            parts: composed.parts.iter().map(|p| p.text.clone()).collect(),
            first_comment: composed.first_comment.clone().unwrap_or_default(),
            scheduled_at: view.post.wall.as_deref().map(|w| w.chars().take(16).collect()).unwrap_or_default(),
            timezone: view.post.timezone.clone(),
            action: String::new(),
        }
    }

    /// Reads the form. Fields of accounts are called `text.<account>` and `option.<account>.<name>`.
    fn read(app: &App, faces: &Faces, pairs: Vec<(String, String)>) -> Self {
        let mut draft = Self::default();
        for (name, value) in pairs {
            let value = value.replace("\r\n", "\n");
            match name.as_str() {
                "text" => draft.text = value,
                "account" => draft.accounts.extend(value.parse::<AccountId>()),
                "media" => draft.media.push(value),
                "part" => draft.parts.push(value),
                "first_comment" => draft.first_comment = value,
                "scheduled_at" => draft.scheduled_at = value,
                "timezone" => draft.timezone = value,
                "action" => draft.action = value,
                "post" => draft.post = value.parse().ok().map(|id| (id, draft.post.map_or(0, |p| p.1))),
                "version" => {
                    let version = value.parse().unwrap_or(0);
                    draft.post = draft.post.map(|(id, _)| (id, version));
                }
                _ => draft.read_own(app, faces, &name, value),
            }
        }
        draft.parts.retain(|p| !p.trim().is_empty());
        draft
    }

    fn read_own(&mut self, app: &App, faces: &Faces, name: &str, value: String) {
        let mut segments = name.splitn(3, '.');
        let (Some(kind), Some(account)) = (segments.next(), segments.next()) else { return };
        let Ok(account) = account.parse::<AccountId>() else { return };
        match (kind, segments.next()) {
            ("text", None) if !value.trim().is_empty() => drop(self.own_text.insert(account, value)),
            ("option", Some(option)) if !value.is_empty() => {
                let field = faces
                    .get(account)
                    .and_then(|row| option_fields(app, &row.platform).iter().find(|f| f.name == option));
                if let Some(value) = field.and_then(|f| option_value(f, &value)) {
                    self.options.entry(account).or_default().insert(option.to_owned(), value);
                }
            }
            _ => {}
        }
    }

    fn input(&self) -> Result<PostInput, AppError> {
        let mut overrides: BTreeMap<AccountId, Override> = BTreeMap::new();
        for account in &self.accounts {
            let own = Override {
                text: self.own_text.get(account).cloned(),
                options: self.options.get(account).cloned().unwrap_or_default(),
                ..Override::default()
            };
            if own != Override::default() {
                overrides.insert(*account, own);
            }
        }
        let media = self.media.iter().map(|m| {
            m.parse().map_err(|_| {
                AppError::invalid("media", "unknown_media", "A chosen file is not in the library.")
            })
        });
        Ok(PostInput {
            text: self.text.clone(),
            accounts: self.accounts.clone(),
            media: media.collect::<Result<_, _>>()?,
            status: match self.action.as_str() {
                "now" => WantedStatus::Now,
                "schedule" => WantedStatus::Scheduled,
                _ => WantedStatus::Draft,
            },
            scheduled_at: Some(self.scheduled_at.clone()).filter(|s| !s.is_empty()),
            timezone: Some(self.timezone.clone()).filter(|z| !z.is_empty()),
            overrides,
            parts: self.parts.iter().map(|t| PartSpec { text: t.clone(), media: Vec::new() }).collect(),
            first_comment: Some(self.first_comment.clone()).filter(|c| !c.trim().is_empty()),
            tags: Vec::new(),
            campaign: None,
        })
    }
}

/// Saves, schedules or publishes. What was typed comes back with its errors when that is refused.
pub async fn submit(
    State(app): State<App>,
    member: Member,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response, Failure> {
    let member = member.at(Section::Compose);
    let faces = Faces::load(&app, &member.actor).await?;
    let draft = Draft::read(&app, &faces, pairs);
    let saved = match (draft.input(), draft.post) {
        (Err(error), _) => Err(error),
        (Ok(input), None) => posts::create(&app.engine, &member.actor, input).await,
        (Ok(input), Some((id, version))) => {
            let patch = patch_of(input);
            posts::update(&app.engine, &member.actor, id, patch, Some(version)).await
        }
    };
    match saved {
        Ok(view) => {
            let url = format!("{}?saved", urls::post(member.actor.workspace, view.post.id));
            Ok(Redirect::to(&url).into_response())
        }
        Err(AppError::Stale) => {
            let errors = Errors::general("stale", AppError::Stale.to_string());
            page(&app, member, draft, &errors, StatusCode::PRECONDITION_FAILED).await
        }
        Err(error) => {
            let errors = Errors::from_refusal(error)?;
            page(&app, member, draft, &errors, StatusCode::UNPROCESSABLE_ENTITY).await
        }
    }
}

fn patch_of(input: PostInput) -> PostPatch {
    PostPatch {
        text: Some(input.text),
        accounts: Some(input.accounts),
        media: Some(input.media),
        status: Some(input.status),
        scheduled_at: input.scheduled_at,
        timezone: input.timezone,
        overrides: Some(input.overrides),
        parts: Some(input.parts),
        first_comment: Some(input.first_comment.unwrap_or_default()),
        tags: None,
        campaign: None,
    }
}

/// The live check beside the form.
pub async fn check(
    State(app): State<App>,
    member: Member,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response, Failure> {
    let faces = Faces::load(&app, &member.actor).await?;
    let draft = Draft::read(&app, &faces, pairs);
    let checks = match draft.input() {
        Ok(input) => posts::check(&app.engine, &member.actor, &input).await.unwrap_or_default(),
        Err(_) => Vec::new(),
    };
    let results = checks
        .into_iter()
        .map(|c| {
            let root = c.report.counts.iter().find(|n| n.field == "text").map(|n| (n.used, n.limit));
            CheckLine {
                face: faces.face(c.account.id, &c.account.platform),
                handle: c.account.handle,
                over: root.is_some_and(|(used, limit)| used > limit),
                used: root,
                problems: c.report.violations.into_iter().map(|v| v.message).collect(),
                warnings: c.report.warnings.into_iter().map(|v| v.message).collect(),
            }
        })
        .collect();
    Ok(html(&Check { ui: member.ui, results })?.into_response())
}

async fn page(
    app: &App,
    member: Member,
    draft: Draft,
    errors: &Errors,
    status: StatusCode,
) -> Result<Response, Failure> {
    let faces = Faces::load(app, &member.actor).await?;
    let (ui, actor) = (member.ui, member.actor);
    let mut known: Vec<String> = ["text", "scheduled_at", "timezone"].map(str::to_owned).to_vec();
    let accounts = faces
        .all()
        .filter(|row| row.status != carillon_domain::account::AccountStatus::Disconnected)
        .map(|row| {
            let prefix = format!("overrides.{}.", row.id);
            let own = errors.starting_with(&prefix);
            known.extend(own.iter().map(|(field, _)| field.clone()));
            AccountChoice {
                id: row.id.to_string(),
                face: faces.face(row.id, &row.platform),
                name: row.name.clone(),
                handle: row.handle.clone(),
                chosen: draft.accounts.contains(&row.id),
                usable: row.status == carillon_domain::account::AccountStatus::Connected,
                text: draft.own_text.get(&row.id).cloned().unwrap_or_default(),
                options: option_fields(app, &row.platform)
                    .iter()
                    .filter_map(|field| option_row(&ui, field, draft.options.get(&row.id)))
                    .collect(),
                trouble: own.into_iter().map(|(_, message)| message).collect(),
            }
        })
        .collect();
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    let page = Compose {
        alerts: errors.besides(&known).into_iter().map(Alert::danger).collect(),
        text_error: errors.of("text"),
        time_error: errors.of("scheduled_at"),
        text: draft.text,
        accounts,
        parts: draft.parts,
        first_comment: draft.first_comment,
        scheduled_at: draft.scheduled_at,
        zone: Field::zone("timezone", ui.tr("compose-zone")).value(draft.timezone).errors(errors),
        editing: draft.post.map(|(id, version)| (id.to_string(), version)),
        action_url: urls::compose(actor.workspace),
        check_url: urls::compose_check(actor.workspace),
        connections_url: urls::connections(actor.workspace),
        may_publish: actor.role.may(carillon_domain::permission::Permission::Publish),
        ui,
    };
    Ok((status, html(&page)?).into_response())
}
