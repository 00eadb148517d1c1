//! Texts that the workspace keeps for its posts: written, changed, taken away.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use carillon_domain::error::AppError;
use carillon_domain::filling::{self, VARIABLES};
use carillon_domain::id::TextId;
use carillon_domain::kept_text::TextKind;
use carillon_domain::permission::Permission;
use carillon_engine::usecase::kept_texts::{self, NewText};
use carillon_store::repo::kept_text::TextRow;
use serde::Deserialize;

use super::{done, is_done};
use crate::http::extract::{Query, Typed};
use crate::http::{App, Failure, misfit};
use crate::urls;
use crate::web::components::{Alert, Choice, Empty, Errors, Field};
use crate::web::html;
use crate::web::said::Said;
use crate::web::signed_in::Member;
use crate::web::ui::Ui;

/// The parameters that people know, each with what is proposed for it.
const UTM: [(&str, &str); 4] = [
    ("utm_source", "{network}"),
    ("utm_medium", "social"),
    ("utm_campaign", "{campaign}"),
    ("utm_content", ""),
];

#[derive(Template)]
#[template(path = "pages/settings/texts.html")]
struct Texts {
    ui: Ui,
    action: String,
    may_edit: bool,
    alerts: Vec<Alert>,
    groups: Vec<Group>,
    empty: Empty,
    text: TextForm,
    links: LinksForm,
    variables: String,
}

/// The texts of one kind.
struct Group {
    title: String,
    rows: Vec<Kept>,
}

struct Kept {
    id: String,
    name: String,
    body: String,
    edit_url: String,
}

/// A form for everything but parameters of links.
struct TextForm {
    /// The text that is changed.
    id: Option<String>,
    fields: Vec<Field>,
    body: String,
    body_error: Option<Said>,
    is_last: bool,
}

/// A form for parameters of links.
struct LinksForm {
    id: Option<String>,
    name_value: String,
    name_error: Option<Said>,
    /// Name, label, value.
    parameters: Vec<(String, String, String)>,
    error: Option<Said>,
    is_last: bool,
}

/// What was typed, as it came.
#[derive(Debug, Clone, Default)]
struct Sent {
    id: Option<TextId>,
    new: NewText,
}

/// Which text is to be changed.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct TextsQuery {
    edit: Option<String>,
}

impl Sent {
    fn read(pairs: &[(String, String)]) -> Self {
        let one = |name: &str| {
            let found = pairs.iter().find(|(key, _)| key == name);
            found.map(|(_, value)| value.replace("\r\n", "\n")).unwrap_or_default()
        };
        let kind = one("kind");
        let body = if kind == TextKind::Links.as_str() {
            let named = pairs.iter().filter_map(|(name, value)| {
                let name = name.strip_prefix("parameter.")?;
                (!value.trim().is_empty()).then(|| (name.to_owned(), value.trim().to_owned()))
            });
            filling::to_query(&named.collect())
        } else {
            one("body")
        };
        Self { id: one("id").parse().ok(), new: NewText { kind, name: one("name"), body } }
    }

    fn of(row: &TextRow) -> Self {
        let new =
            NewText { kind: row.kind.as_str().to_owned(), name: row.name.clone(), body: row.body.clone() };
        Self { id: Some(row.id), new }
    }

    fn is_links(&self) -> bool {
        self.new.kind == TextKind::Links.as_str()
    }
}

async fn page(
    app: &App,
    member: Member,
    sent: &Sent,
    errors: &Errors,
    saved: bool,
) -> Result<Response, Failure> {
    let rows = kept_texts::list(&app.engine, &member.actor).await?;
    let (ui, actor) = (member.ui, member.actor);
    let here = urls::texts(actor.workspace);
    let mut alerts: Vec<Alert> = errors.besides(&["name", "body"]).into_iter().map(Alert::danger).collect();
    if saved {
        alerts.push(Alert::success(ui.tr("saved")));
    }
    let groups = TextKind::ALL.into_iter().map(|kind| Group::of(&ui, &here, kind, &rows));
    let page = Texts {
        groups: groups.filter(|group| !group.rows.is_empty()).collect(),
        empty: Empty::new("file-text", ui.tr("texts-none"), ui.tr("texts-none-text")),
        text: TextForm::new(&ui, sent, errors),
        links: LinksForm::new(&ui, sent, errors),
        variables: VARIABLES.iter().map(|name| format!("{{{name}}}")).collect::<Vec<_>>().join(" "),
        may_edit: actor.role.may(Permission::Write),
        action: here,
        alerts,
        ui,
    };
    Ok(html(&page)?.into_response())
}

impl Group {
    fn of(ui: &Ui, here: &str, kind: TextKind, rows: &[TextRow]) -> Self {
        let rows = rows.iter().filter(|row| row.kind == kind).map(|row| Kept {
            id: row.id.to_string(),
            name: row.name.clone(),
            body: match kind {
                TextKind::Links => readable(&row.body),
                _ => row.body.clone(),
            },
            edit_url: format!("{here}?edit={}#write", row.id),
        });
        Self { title: ui.of("texts-kind", kind.as_str()), rows: rows.collect() }
    }
}

/// Parameters as people read them.
fn readable(query: &str) -> String {
    let parameters = filling::from_query(query).into_iter();
    parameters.map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
}

impl TextForm {
    fn new(ui: &Ui, sent: &Sent, errors: &Errors) -> Self {
        let mine = !sent.is_links();
        let nothing = Errors::default();
        let errors = if mine { errors } else { &nothing };
        let new = if mine { sent.new.clone() } else { NewText::default() };
        let kinds = TextKind::ALL.into_iter().filter(|kind| *kind != TextKind::Links);
        let choices = kinds.map(|kind| Choice {
            value: kind.as_str().to_owned(),
            label: ui.of("texts-kind-one", kind.as_str()),
        });
        let kind = Field::select("kind", ui.tr("texts-kind"), choices.collect()).value(&new.kind);
        let name = Field::text("name", ui.tr("texts-name")).value(&new.name).errors(errors);
        let id = sent.id.filter(|_| mine).map(|id| id.to_string());
        Self {
            // What a text is for stays: another one is written for something else.
            fields: if id.is_some() { vec![name] } else { vec![kind, name] },
            body_error: errors.of("body"),
            is_last: mine && (id.is_some() || body_was_sent(&new)),
            body: new.body,
            id,
        }
    }
}

fn body_was_sent(new: &NewText) -> bool {
    !new.name.is_empty() || !new.body.is_empty()
}

impl LinksForm {
    fn new(ui: &Ui, sent: &Sent, errors: &Errors) -> Self {
        let mine = sent.is_links();
        let nothing = Errors::default();
        let errors = if mine { errors } else { &nothing };
        let mut values: BTreeMap<String, String> = if mine {
            filling::from_query(&sent.new.body)
        } else {
            UTM.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
        };
        let label = |name: &str| ui.of("texts", &name.replace('_', "-"));
        let mut parameters: Vec<_> = UTM
            .iter()
            .map(|(name, _)| ((*name).to_owned(), label(name), values.remove(*name).unwrap_or_default()))
            .collect();
        // Others that a set has stay in it, under their own names.
        parameters.extend(values.into_iter().map(|(name, value)| (name.clone(), name, value)));
        Self {
            id: sent.id.filter(|_| mine).map(|id| id.to_string()),
            name_value: if mine { sent.new.name.clone() } else { String::new() },
            name_error: errors.of("name"),
            parameters,
            error: errors.of("body"),
            is_last: mine,
        }
    }
}

/// The texts, and forms for one more or for the one that is to be changed.
pub async fn show(
    State(app): State<App>,
    member: Member,
    uri: Uri,
    Query(query): Query<TextsQuery>,
) -> Result<Response, Failure> {
    let sent = match query.edit.as_deref().and_then(|id| id.parse::<TextId>().ok()) {
        Some(id) => Sent::of(&kept_texts::get(&app.engine, &member.actor, id).await?),
        None => Sent::default(),
    };
    page(&app, member, &sent, &Errors::default(), is_done(&uri)).await
}

/// Keeps, changes or takes away.
pub async fn submit(
    State(app): State<App>,
    member: Member,
    Typed(pairs): Typed,
) -> Result<Response, Failure> {
    let strange = misfit::of_pairs(pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())));
    if !strange.is_empty() {
        return Err(AppError::Invalid(strange).into());
    }
    let sent = Sent::read(&pairs);
    let removes = pairs.iter().any(|(name, value)| name == "action" && value == "remove");
    let (engine, actor) = (&app.engine, &member.actor);
    let result = match sent.id {
        Some(id) if removes => kept_texts::remove(engine, actor, id).await,
        Some(id) => kept_texts::change(engine, actor, id, &sent.new.name, &sent.new.body).await.map(drop),
        None => kept_texts::add(engine, actor, &sent.new).await.map(drop),
    };
    match result {
        Ok(()) => Ok(done(&urls::texts(member.actor.workspace)).into_response()),
        Err(error) => {
            let errors = Errors::from_refusal(member.ui.t, error)?;
            let again = page(&app, member, &sent, &errors, false).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, again).into_response())
        }
    }
}
