//! Composing: one text, what differs per account, live checks as each network counts, and when it goes out.

mod check;
mod choices;
mod draft;
mod emoji;
mod files;
mod fit;
mod hashtags;
mod hints;
mod left;
pub mod link_card;
mod mentions;
mod options;
mod preview;
pub mod publish;
mod repeat;
mod rows;
mod save;
mod says;
mod settled;
mod slots;
mod split;
mod texts;
mod theirs;
pub mod unsaved;
mod when;

use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use carillon_domain::error::AppError;
use carillon_domain::id::{PostId, UserId};
use carillon_domain::permission::Permission;
use carillon_domain::time::random_bytes;
use carillon_engine::Actor;
use carillon_engine::usecase::posts::PostView;
use carillon_engine::usecase::unsaved::FormNumber;
use carillon_engine::usecase::{posts, series};
use jiff::tz::TimeZone;
use serde::Deserialize;

pub use self::check::check;
use self::choices::choices;
use self::draft::Draft;
pub use self::emoji::emoji;
use self::files::{recent, tiles};
pub use self::hashtags::hashtags;
use self::left::DayLeft;
pub use self::mentions::mentions;
use self::options::OptionKind;
use self::repeat::{Repeat, RepeatForm};
use self::rows::{AccountChoice, PartForm};
use self::save::{change, create_once};
use self::slots::Slots;
pub use self::slots::slots;
use self::texts::TextTools;
use self::theirs::Difference;
use self::unsaved::Offer;
use self::when::TimeChoices;
pub use self::when::proposed;
use super::card::Faces;
use super::gone;
use crate::http::extract::{Query, Typed};
use crate::http::{App, Refused, misfit};
use crate::urls;
use crate::web::components::{Alert, Errors, Field};
use crate::web::frame::Section;
use crate::web::library::Tile;
use crate::web::said::Said;
use crate::web::signed_in::Member;
use crate::web::ui::Ui;
use crate::web::{Failure, html};

#[derive(Template)]
#[template(path = "pages/compose.html")]
struct Compose {
    ui: Ui,
    alerts: Vec<Alert>,
    text: String,
    text_error: Option<Said>,
    tags_error: Option<Said>,
    accounts: Vec<AccountChoice>,
    accounts_error: Option<Said>,
    media: Vec<Tile>,
    media_error: Option<Said>,
    parts: Vec<PartForm>,
    first_comment: String,
    tools: TextTools,
    scheduled_at: String,
    time_error: Option<Said>,
    time_choices: Option<TimeChoices>,
    /// What daily caps leave of the day.
    left: DayLeft,
    /// The next best times, where no script asks for them.
    slots: Option<Slots>,
    /// What somebody else saved meanwhile.
    theirs: Vec<Difference>,
    zone: Field,
    repeat: RepeatForm,
    editing: Option<(String, i64)>,
    once: String,
    /// Which state of the form it is.
    seq: u32,
    action_url: String,
    /// For whom the page is drawn.
    person: UserId,
    /// Under which name the browser keeps what is typed until the server has it: whose, where, and which post.
    keep: String,
    keep_url: String,
    let_go_url: String,
    /// What was typed before and not saved.
    offers: Vec<Offer>,
    /// It holds all that was typed, so that nothing of that has to be offered once more.
    carried: bool,
    check_url: String,
    slots_url: String,
    connections_url: String,
    pick_url: String,
    hashtags_url: String,
    emoji_url: String,
    mentions_url: String,
    emoji_groups: Vec<String>,
    recent: Vec<(String, String)>,
    may_publish: bool,
}

/// Which post, which day and hour in which zone, with which file.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ComposeQuery {
    post: Option<String>,
    date: Option<String>,
    hour: Option<i8>,
    zone: Option<String>,
    media: Option<String>,
    /// The form whose unsaved content is put back.
    unsaved: Option<String>,
}

/// An empty form, or that of a post that can still be changed.
pub async fn show(
    State(app): State<App>,
    member: Member,
    Query(query): Query<ComposeQuery>,
) -> Result<Response, Failure> {
    let member = member.at(Section::Compose);
    member.actor.require(Permission::Write)?;
    let mut draft = Draft { timezone: member.ui.zone_name().to_owned(), fill_in: true, ..Draft::default() };
    if let Some(id) = query.post.as_deref().and_then(|p| p.parse::<PostId>().ok()) {
        let view = match posts::get(&app.engine, &member.actor, id).await {
            Err(error @ AppError::NotFound { .. }) => {
                let offers = unsaved::of_settled(&app, &member, id).await?;
                return if offers.is_empty() { Err(error.into()) } else { settled::gone(member, offers) };
            }
            found => found?,
        };
        if let Some(why) = view.settled() {
            let offers = unsaved::of_settled(&app, &member, id).await?;
            return settled::page(member, id, why, offers);
        }
        if let Some(typed) = unsaved::put_back(&app, &member, query.unsaved.as_deref(), Some(id)).await? {
            return page(&app, member, typed, &Errors::default(), StatusCode::OK).await;
        }
        draft = form_of(&app, &member.actor, &view).await?;
        draft.offers = unsaved::of_post(&app, &member, id, &draft).await?;
    } else if let Some(typed) = unsaved::put_back(&app, &member, query.unsaved.as_deref(), None).await? {
        return page(&app, member, typed, &Errors::default(), StatusCode::OK).await;
    } else if let Some(Ok(day)) = query.date.as_deref().map(str::parse) {
        let asked = query.zone.as_deref().and_then(|name| TimeZone::get(name).ok());
        let zone = asked.unwrap_or_else(|| member.ui.zone.clone());
        draft.scheduled_at = when::of_slot(day, query.hour, member.ui.now, &zone);
        draft.timezone = zone.iana_name().map_or(draft.timezone, str::to_owned);
    }
    draft.media.extend(query.media);
    if draft.post.is_none() {
        draft.offers = unsaved::of_new_posts(&app, &member).await?;
    }
    page(&app, member, draft, &Errors::default(), StatusCode::OK).await
}

/// The form of a post as it is saved.
async fn form_of(app: &App, actor: &Actor, view: &PostView) -> Result<Draft, AppError> {
    let series = series::going_on(&app.engine, actor, view.post.id).await?;
    Ok(Draft { repeat: series.as_ref().map(Repeat::of).unwrap_or_default(), ..Draft::of(view) })
}

/// The action that saves nothing: `keep.js` shows once more what was typed before.
const AGAIN: &str = "again";

/// Saves, schedules or publishes. What was typed comes back when that is refused or fails, with the reason.
pub async fn submit(
    State(app): State<App>,
    member: Member,
    refused: Option<Extension<Refused>>,
    Typed(pairs): Typed,
) -> Result<Response, Failure> {
    let member = member.at(Section::Compose);
    let faces = Faces::load(&app, &member.actor).await?;
    // How often it was kept makes it no other post.
    let sent = pairs.iter().filter(|(name, _)| name != "seq").collect::<Vec<_>>();
    let sent = format!("{sent:?}");
    let strange = misfit::of_pairs(pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())));
    let draft = match Draft::read(&app, &member, &faces, pairs.clone()).await {
        Ok(draft) => draft,
        // What was edited is gone, so what was typed can only become a post of its own.
        Err(error) => {
            let draft = Draft { post: None, ..Draft::typed(&app, &faces, pairs) };
            return failed(&app, member, draft, error.into()).await;
        }
    };
    if let Some(Extension(Refused(failure))) = refused {
        return failed(&app, member, draft, failure).await;
    }
    if draft.action == AGAIN {
        return page(&app, member, Draft { carried: true, ..draft }, &Errors::default(), StatusCode::OK)
            .await;
    }
    if !strange.is_empty() {
        let errors = Errors::from_refusal(member.ui.t, AppError::Invalid(strange))?;
        return page(&app, member, draft, &errors, StatusCode::UNPROCESSABLE_ENTITY).await;
    }
    if slots::is_about(&draft.action) {
        return slots::show(&app, member, draft).await;
    }
    if draft.action == texts::INSERT {
        return texts::insert(&app, member, draft).await;
    }
    if draft.action == split::SPLIT {
        return split::show(&app, member, draft).await;
    }
    if let Some(wanted) = fit::Wanted::parse(&draft.action) {
        return fit::show(&app, member, draft, &wanted).await;
    }
    let saved = match draft.post {
        Some((id, version)) => change(&app, &member.actor, &draft, id, version).await,
        None => create_once(&app, &member.actor, &draft, &sent).await,
    };
    match saved {
        Ok(url) => {
            unsaved::was_saved(&app, &member.actor, &draft).await;
            Ok(Redirect::to(&url).into_response())
        }
        Err(AppError::Stale) => overtaken(&app, member, draft).await,
        Err(error) => match Errors::from_refusal(member.ui.t, error) {
            Ok(errors) => page(&app, member, draft, &errors, StatusCode::UNPROCESSABLE_ENTITY).await,
            Err(error) => failed(&app, member, draft, error.into()).await,
        },
    }
}

/// The form with everything in it below what somebody else saved meanwhile. Saving once more is meant to replace that.
async fn overtaken(app: &App, member: Member, mut draft: Draft) -> Result<Response, Failure> {
    if let Some((id, _)) = draft.post {
        let view = posts::get(&app.engine, &member.actor, id).await?;
        draft.post = Some((id, view.post.version));
        draft.theirs = theirs::differences(app, &member, &Draft::of(&view), &draft).await?;
    }
    let errors = Errors::general("stale", member.ui.tr("compose-overtaken"));
    page(app, member, draft, &errors, StatusCode::PRECONDITION_FAILED).await
}

/// The form with everything in it, and why it could not be saved.
async fn failed(app: &App, member: Member, draft: Draft, failure: Failure) -> Result<Response, Failure> {
    let (why, kept) = (member.ui.t.said_or_english(&failure.detail), member.ui.tr("compose-kept"));
    let errors = Errors::general(failure.code, format!("{why} {kept}"));
    let mut response = page(app, member, draft, &errors, failure.status).await?;
    if let Some(seconds) = failure.retry_after {
        response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    }
    // Logged as every failure is, but shown in the form.
    response.extensions_mut().insert(failure.rendered());
    Ok(response)
}

async fn page(
    app: &App,
    member: Member,
    mut draft: Draft,
    errors: &Errors,
    status: StatusCode,
) -> Result<Response, Failure> {
    let faces = Faces::load(app, &member.actor).await?;
    let (person, ui, actor) = (member.current.user.id, member.ui, member.actor);
    let slots = if slots::is_about(&draft.action) {
        let changed = draft.post.map(|(id, _)| id);
        Some(Box::pin(Slots::of(app, &ui, &actor, &draft.accounts, changed)).await?)
    } else {
        None
    };
    let tools = TextTools::of(app, &actor, &ui, &draft).await?;
    let gone = gone::told(app, &ui, &actor, draft.files()).await?;
    let mut known: Vec<String> =
        ["text", "media", "scheduled_at", "timezone", "repeat"].map(str::to_owned).to_vec();
    let (accounts, about) = choices(app, &actor, &ui, &faces, &draft, errors).await;
    known.extend(about);
    let mut parts = Vec::new();
    for (index, part) in std::mem::take(&mut draft.parts).into_iter().enumerate() {
        let trouble = errors.starting_with(&format!("parts.{index}."));
        known.extend(trouble.iter().map(|(field, _)| field.clone()));
        parts.push(PartForm {
            media: tiles(app, &actor, &ui, &part.media, "part_media").await,
            text: part.text,
            error: trouble.into_iter().map(|(_, message)| message).next(),
        });
    }
    let about_accounts = errors.starting_with("accounts");
    known.extend(about_accounts.iter().map(|(field, _)| field.clone()));
    let about_tags = errors.starting_with("tags");
    known.extend(about_tags.iter().map(|(field, _)| field.clone()));
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    let in_series = match draft.post {
        Some((id, _)) => series::going_on(&app.engine, &actor, id).await?.is_some(),
        None => false,
    };
    let repeat = std::mem::take(&mut draft.repeat);
    let post = draft.post.map(|(id, _)| id.to_string());
    let done = std::mem::take(&mut draft.notes).into_iter().map(Alert::success);
    let alerts = done.chain(errors.besides(&known).into_iter().map(Alert::danger)).chain(gone).collect();
    let page = Compose {
        alerts,
        text_error: errors.of("text"),
        tags_error: about_tags.into_iter().map(|(_, message)| message).next(),
        time_error: errors.of("scheduled_at"),
        time_choices: when::choices(&ui, &draft),
        left: DayLeft::of(app, &ui, &actor, &faces, &draft).await?,
        slots,
        theirs: draft.theirs,
        text: draft.text,
        media: tiles(app, &actor, &ui, &draft.media, "media").await,
        media_error: errors.of("media"),
        accounts,
        accounts_error: about_accounts.into_iter().map(|(_, message)| message).next(),
        parts,
        first_comment: draft.first_comment,
        tools,
        scheduled_at: draft.scheduled_at,
        zone: Field::zone("timezone", ui.tr("compose-zone")).value(draft.timezone).errors(errors),
        repeat: RepeatForm::new(&ui, repeat, &actor.timezone, in_series, errors),
        editing: draft.post.map(|(id, version)| (id.to_string(), version)),
        // A form that comes back is still the same form.
        once: match FormNumber::parse(&draft.once) {
            Some(number) => number.as_str().to_owned(),
            None => hex::encode(random_bytes::<16>(app.engine.entropy.as_ref())),
        },
        seq: draft.seq,
        action_url: form_url(&actor, draft.post),
        person,
        keep: format!("{person} {} {}", actor.workspace, post.as_deref().unwrap_or("new")),
        keep_url: urls::compose_keep(actor.workspace),
        let_go_url: urls::compose_let_go(actor.workspace),
        offers: draft.offers,
        carried: draft.carried,
        check_url: urls::compose_check(actor.workspace),
        slots_url: urls::compose_slots(actor.workspace),
        connections_url: urls::connections(actor.workspace),
        pick_url: urls::library_pick(actor.workspace),
        hashtags_url: urls::compose_hashtags(actor.workspace),
        emoji_url: urls::compose_emoji(actor.workspace),
        mentions_url: urls::compose_mentions(actor.workspace),
        emoji_groups: emoji::groups(&ui),
        recent: recent(app, &actor, &draft.media).await?,
        may_publish: actor.role.may(Permission::Publish),
        ui,
    };
    Ok((status, html(&page)?).into_response())
}

/// Where the form is sent, which is where it is opened: whoever has to sign in first comes back to the same post.
fn form_url(actor: &Actor, post: Option<(PostId, i64)>) -> String {
    let compose = urls::compose(actor.workspace);
    post.map_or(compose.clone(), |(id, _)| format!("{compose}?post={id}"))
}
