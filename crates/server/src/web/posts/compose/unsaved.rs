//! What was typed and not saved: kept while one writes, offered where one wrote it, and put back when that is wished (ADR 0059).

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use carillon_domain::error::AppError;
use carillon_domain::id::{PostId, UserId};
use carillon_engine::Actor;
use carillon_engine::usecase::posts;
use carillon_engine::usecase::unsaved::{self, FormNumber, Kept, UnsavedRow};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::json;

use super::draft::Draft;
use super::{form_of, save, theirs};
use crate::http::App;
use crate::http::extract::{Form, Typed};
use crate::urls;
use crate::web::Failure;
use crate::web::posts::card::Faces;
use crate::web::signed_in::Member;

/// Most that are offered at once; the others follow when these are gone.
const MOST_OFFERED: i64 = 5;

/// So much of a text is shown to know it by, characters.
const EXCERPT: usize = 140;

/// The field in which a page says for whom it was drawn.
const PERSON: &str = "person";

/// What was typed before, to be put back or thrown away.
#[derive(Debug, Clone)]
pub struct Offer {
    /// Which form.
    pub form: String,
    /// The post at whose form it is offered; `None`: at that of a new one.
    pub post: Option<PostId>,
    /// How it begins.
    pub excerpt: String,
    /// When something was typed last.
    pub at: Timestamp,
    /// The composer with it.
    pub url: String,
    /// What the way there is called.
    pub label: String,
}

impl Offer {
    /// At the form of `post`, or of a new one.
    fn new(member: &Member, found: &UnsavedRow, draft: &Draft, post: Option<PostId>) -> Self {
        let (compose, form) = (urls::compose(member.actor.workspace), found.form.clone());
        let url = match post {
            Some(post) => format!("{compose}?post={post}&unsaved={form}"),
            None => format!("{compose}?unsaved={form}"),
        };
        let text = texts(draft).find(|text| !text.trim().is_empty());
        let excerpt = match text {
            Some(text) => text.trim().chars().take(EXCERPT).collect(),
            None => member.ui.tr("kept-nothing"),
        };
        let label = if post == found.post { member.ui.tr("kept-back") } else { member.ui.tr("kept-as-new") };
        Self { form, post, excerpt, at: found.updated_at, url, label }
    }
}

fn texts(draft: &Draft) -> impl Iterator<Item = &str> {
    let parts = draft.parts.iter().map(|part| part.text.as_str());
    let own = draft.own.values().map(|own| own.text.as_str());
    [draft.text.as_str()].into_iter().chain(parts).chain(own).chain([draft.first_comment.as_str()])
}

/// Nobody would miss it: it says nothing, and nothing is set but to whom it goes.
fn is_blank(draft: &Draft) -> bool {
    let has_files = !draft.media.is_empty()
        || draft.parts.iter().any(|part| !part.media.is_empty())
        || draft.own.values().any(|own| own.media.as_ref().is_some_and(|files| !files.is_empty()));
    let settings = [&draft.scheduled_at, &draft.repeat.choice, &draft.repeat.rule, &draft.repeat.ends];
    let settings = settings
        .into_iter()
        .chain(&draft.links)
        .chain(&draft.campaign)
        .chain(&draft.tags)
        .chain(draft.alts.values());
    !has_files
        && texts(draft).all(|text| text.trim().is_empty())
        && settings.map(String::as_str).all(|text| text.trim().is_empty())
        && draft.own.values().all(|own| own.options.is_empty())
}

/// Whether what is typed is what is saved of this post. Of one that was deleted nothing is.
async fn is_as_saved(
    app: &App,
    member: &Member,
    faces: &Faces,
    post: PostId,
    pairs: &[(String, String)],
) -> Result<bool, AppError> {
    let view = match posts::get(&app.engine, &member.actor, post).await {
        Err(AppError::NotFound { .. }) => return Ok(false),
        found => found?,
    };
    let saved = form_of(app, &member.actor, &view).await?;
    let typed = Draft::read(app, member, faces, pairs.to_vec()).await?;
    Ok(!differs(app, member, &saved, &typed).await?)
}

/// A page stays open when the session ends, and somebody else may sign in in another tab of the same browser. What was typed there is
/// none of theirs: it waits there for the person that the page was drawn for.
fn is_drawn_for(member: &Member, person: &str) -> Result<(), AppError> {
    let is_theirs = person.parse::<UserId>().is_ok_and(|id| id == member.current.user.id);
    if is_theirs { Ok(()) } else { Err(AppError::Unauthenticated) }
}

/// Keeps a form as it stands, also with characters that no text may have: they are said when it is to be saved. Of one in which nothing
/// is left, or nothing but what is saved, it keeps only that. Where a later state of the form is there, or the form was saved, it says so
/// instead: whoever goes on typing does it in a form of their own.
pub async fn keep(State(app): State<App>, member: Member, Typed(pairs): Typed) -> Result<Response, Failure> {
    let (said, pairs): (Vec<_>, Vec<_>) = pairs.into_iter().partition(|(name, _)| name == PERSON);
    is_drawn_for(&member, said.first().map_or("", |(_, person)| person.as_str()))?;
    let faces = Faces::load(&app, &member.actor).await?;
    let draft = Draft::typed(&app, &faces, pairs.clone());
    let form = FormNumber::parse(&draft.once).ok_or_else(|| {
        AppError::invalid("once", "invalid", "The form does not say which one it is. Open the page again.")
    })?;
    let post = draft.post.map(|(id, _)| id);
    let is_nothing = match post {
        Some(id) => is_as_saved(&app, &member, &faces, id, &pairs).await?,
        None => is_blank(&draft),
    };
    let fields = (!is_nothing).then_some(pairs);
    let typed = unsaved::Typed { post, seq: draft.seq, fields };
    let why = match unsaved::keep(&app.engine, &member.actor, &form, typed).await? {
        Kept::Now => return Ok(StatusCode::NO_CONTENT.into_response()),
        Kept::Overtaken => "overtaken",
        Kept::Saved => "saved",
    };
    Ok(Json(json!({ "why": why })).into_response())
}

/// Which form, up to which state, and of which post.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct LetGoForm {
    person: String,
    form: String,
    seq: u32,
    post: String,
}

/// Throws away what was typed into a form. A page that takes the offer off itself stays as it is, with what is being typed there.
pub async fn let_go(
    State(app): State<App>,
    member: Member,
    headers: HeaderMap,
    Form(asked): Form<LetGoForm>,
) -> Result<Response, Failure> {
    is_drawn_for(&member, &asked.person)?;
    let form = FormNumber::parse(&asked.form).ok_or(AppError::NotFound { what: "form" })?;
    unsaved::let_go(&app.engine, &member.actor, &form, asked.seq).await?;
    if headers.contains_key("hx-request") {
        return Ok(StatusCode::OK.into_response());
    }
    let compose = urls::compose(member.actor.workspace);
    let back = match asked.post.parse::<PostId>() {
        Ok(post) => format!("{compose}?post={post}"),
        Err(_) => compose,
    };
    Ok(Redirect::to(&back).into_response())
}

/// What was typed into the form that `asked` names, for `post`, or for a new one where that is none; `None` where nothing of it is kept
/// any more, or it was typed for another post. A new one can be made of what was typed for a post that can't be changed any more.
///
/// # Errors
/// When the database fails.
pub async fn put_back(
    app: &App,
    member: &Member,
    asked: Option<&str>,
    post: Option<PostId>,
) -> Result<Option<Draft>, AppError> {
    let Some(form) = asked.and_then(FormNumber::parse) else { return Ok(None) };
    let Some(found) = unsaved::find(&app.engine, &member.actor, &form).await? else { return Ok(None) };
    if post.is_some() && found.post != post {
        return Ok(None);
    }
    let faces = Faces::load(app, &member.actor).await?;
    let draft = match post {
        Some(_) => Draft::read(app, member, &faces, found.fields).await?,
        None => Draft { post: None, ..Draft::typed(app, &faces, found.fields) },
    };
    Ok(Some(Draft { carried: true, ..draft }))
}

/// What this member typed into forms of new posts, and of posts that can't be changed any more, the latest first.
///
/// # Errors
/// When the database fails.
pub async fn of_new_posts(app: &App, member: &Member) -> Result<Vec<Offer>, AppError> {
    let kept = unsaved::of_new(&app.engine, &member.actor, MOST_OFFERED).await?;
    as_new(app, member, kept).await
}

/// What this member typed into the forms of a post that can't be changed any more, to become a new one; the latest first.
///
/// # Errors
/// When the database fails.
pub async fn of_settled(app: &App, member: &Member, post: PostId) -> Result<Vec<Offer>, AppError> {
    let kept = unsaved::of_post(&app.engine, &member.actor, post, MOST_OFFERED).await?;
    as_new(app, member, kept).await
}

async fn as_new(app: &App, member: &Member, kept: Vec<UnsavedRow>) -> Result<Vec<Offer>, AppError> {
    let faces = Faces::load(app, &member.actor).await?;
    let offer = |found: &UnsavedRow| {
        Offer::new(member, found, &Draft::typed(app, &faces, found.fields.clone()), None)
    };
    Ok(kept.iter().map(offer).collect())
}

/// What this member typed into forms of a post, where it is not what the form shows anyway; the latest first.
///
/// # Errors
/// When the database fails.
pub async fn of_post(
    app: &App,
    member: &Member,
    post: PostId,
    saved: &Draft,
) -> Result<Vec<Offer>, AppError> {
    let faces = Faces::load(app, &member.actor).await?;
    let mut offers = Vec::new();
    for found in unsaved::of_post(&app.engine, &member.actor, post, MOST_OFFERED).await? {
        let typed = Draft::read(app, member, &faces, found.fields.clone()).await?;
        if differs(app, member, saved, &typed).await? {
            offers.push(Offer::new(member, &found, &typed, Some(post)));
        }
    }
    Ok(offers)
}

/// Whether saving what is typed would change anything.
async fn differs(app: &App, member: &Member, saved: &Draft, typed: &Draft) -> Result<bool, AppError> {
    let refilled = typed.links.is_some() && typed.fill_in != saved.fill_in;
    if refilled || typed.repeat.rule() != saved.repeat.rule() {
        return Ok(true);
    }
    Ok(save::describes_anew(app, &member.actor, typed).await
        || !theirs::differences(app, member, saved, typed).await?.is_empty()
        || !theirs::differences(app, member, typed, saved).await?.is_empty())
}

/// Lets go of what was typed, now that it is saved. That it could not be is no reason to say that saving failed.
pub async fn was_saved(app: &App, actor: &Actor, draft: &Draft) {
    let Some(form) = FormNumber::parse(&draft.once) else { return };
    if let Err(error) = unsaved::close(&app.engine, actor, &form).await {
        tracing::warn!(%error, "what was typed is kept although the post is saved; it will be offered once more");
    }
}
