//! What a post is made of besides what is typed: texts that the workspace keeps, parameters of links, the campaign.

use axum::http::StatusCode;
use axum::response::Response;
use carillon_domain::error::AppError;
use carillon_domain::filling;
use carillon_domain::id::TextId;
use carillon_domain::kept_text::TextKind;
use carillon_engine::Actor;
use carillon_engine::usecase::kept_texts;
use carillon_store::repo::kept_text::TextRow;

use super::draft::Draft;
use crate::http::App;
use crate::urls;
use crate::web::Failure;
use crate::web::components::Errors;
use crate::web::signed_in::Member;
use crate::web::ui::Ui;

/// The action that puts a kept text into the post, and saves nothing.
pub const INSERT: &str = "insert";

/// What the form offers.
pub struct TextTools {
    /// Texts to put in, by what they are for.
    pub groups: Vec<(String, Vec<Kept>)>,
    /// Sets of parameters of links.
    pub links: Vec<LinkChoice>,
    /// The post's campaign.
    pub campaign: String,
    /// Its tags, with commas between.
    pub tags: String,
    /// Whether variables are filled in.
    pub fill_in: bool,
    /// Whether more than a text is set, so that it should be seen.
    pub is_set: bool,
    /// Where texts are kept.
    pub settings_url: String,
}

/// A text to put in.
pub struct Kept {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What is put in.
    pub body: String,
    /// Whether it belongs at the end.
    pub at_end: bool,
}

/// Parameters of links, or none.
pub struct LinkChoice {
    /// As a query, which is what the form sends.
    pub query: String,
    /// What people read.
    pub label: String,
    /// Whether they are chosen.
    pub chosen: bool,
}

impl TextTools {
    /// For this draft.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn of(app: &App, actor: &Actor, ui: &Ui, draft: &Draft) -> Result<Self, AppError> {
        let rows = kept_texts::list(&app.engine, actor).await?;
        let chosen = draft.links.clone().unwrap_or_default();
        let kinds = TextKind::ALL.into_iter().filter(|kind| *kind != TextKind::Links);
        let groups = kinds.map(|kind| {
            let kept = rows.iter().filter(|row| row.kind == kind).map(Kept::of);
            (ui.of("texts-kind", kind.as_str()), kept.collect::<Vec<_>>())
        });
        let campaign = draft.campaign.clone().unwrap_or_default();
        let tags = draft.tags.clone().unwrap_or_default();
        Ok(Self {
            groups: groups.filter(|(_, kept)| !kept.is_empty()).collect(),
            links: links(ui, &rows, &chosen),
            is_set: !chosen.is_empty() || !campaign.is_empty() || !tags.is_empty(),
            campaign,
            tags,
            fill_in: draft.fill_in,
            settings_url: urls::texts(actor.workspace),
        })
    }
}

/// Tags as they are typed: each once, without what is around them.
pub fn tags(typed: Option<&str>) -> Vec<String> {
    let mut tags: Vec<String> = Vec::new();
    for tag in typed.unwrap_or_default().split(',').map(str::trim).filter(|tag| !tag.is_empty()) {
        if tags.iter().all(|known| known != tag) {
            tags.push(tag.to_owned());
        }
    }
    tags
}

impl Kept {
    fn of(row: &TextRow) -> Self {
        Self {
            id: row.id.to_string(),
            name: row.name.clone(),
            body: row.body.clone(),
            at_end: matches!(row.kind, TextKind::Signature | TextKind::Hashtags),
        }
    }
}

/// None, those that the workspace keeps, and those that the post has from elsewhere.
fn links(ui: &Ui, rows: &[TextRow], chosen: &str) -> Vec<LinkChoice> {
    let choice =
        |query: &str, label: String| LinkChoice { query: query.to_owned(), label, chosen: query == chosen };
    let mut choices = vec![choice("", ui.tr("compose-links-none"))];
    let kept = rows.iter().filter(|row| row.kind == TextKind::Links);
    choices.extend(kept.map(|row| choice(&row.body, row.name.clone())));
    if choices.iter().all(|choice| !choice.chosen) {
        let set = filling::from_query(chosen).into_iter();
        let set: Vec<String> = set.map(|(name, value)| format!("{name}={value}")).collect();
        choices.push(choice(chosen, set.join("&")));
    }
    choices
}

/// The form with the chosen text in it, at its kind's place.
pub async fn insert(app: &App, member: Member, mut draft: Draft) -> Result<Response, Failure> {
    let found = match draft.kept_text.parse::<TextId>() {
        Ok(id) => kept_texts::get(&app.engine, &member.actor, id).await,
        Err(_) => Err(AppError::NotFound { what: "text" }),
    };
    match found {
        Ok(row) => {
            draft.text = row.kind.put_into(&draft.text, &row.body);
            draft.carried = true;
            super::page(app, member, draft, &Errors::default(), StatusCode::OK).await
        }
        Err(AppError::NotFound { .. }) => {
            let errors = Errors::general("unknown_text", member.ui.tr("compose-insert-none"));
            super::page(app, member, draft, &errors, StatusCode::UNPROCESSABLE_ENTITY).await
        }
        Err(error) => super::failed(app, member, draft, error.into()).await,
    }
}
