//! Saving what a form holds.

use carillon_domain::error::AppError;
use carillon_domain::id::{MediaId, PostId};
use carillon_domain::recurrence::Rule;
use carillon_engine::Actor;
use carillon_engine::answers::{Answer, Begin};
use carillon_engine::media::About;
use carillon_engine::usecase::posts::{self, PostInput};
use carillon_engine::usecase::series::{self, Scope};
use sha2::{Digest, Sha256};

use super::draft::Draft;
use crate::http::App;
use crate::urls;

/// Saves the form of a post that is edited, over the version that it was read from. Returns where to go.
///
/// # Errors
/// As the use case refuses it.
pub async fn change(
    app: &App,
    actor: &Actor,
    draft: &Draft,
    id: PostId,
    version: i64,
) -> Result<String, AppError> {
    describe(app, actor, draft).await?;
    let input = draft.input()?;
    let belongs = series::going_on(&app.engine, actor, id).await?;
    if let Some(scope) = Scope::parse(&draft.repeat.scope).filter(|_| belongs.is_some()) {
        return change_series(app, actor, (id, version), (draft, input), scope).await;
    }
    if let (Some(series), Some(rule)) = (&belongs, &input.repeat)
        && rule.parse::<Rule>().ok().as_ref() != Some(&series.rule)
    {
        let message = "Choose which posts of the series the new rule is for: this one and all that follow, or all. \
            This one alone follows no rule.";
        return Err(AppError::invalid("repeat", "needs_scope", message));
    }
    let again = input.repeat.clone().filter(|_| belongs.is_none());
    let view = match again {
        Some(rule) => {
            let patch = draft.patch(input.clone(), true);
            Box::pin(series::begin_with(&app.engine, actor, (id, version), (input, patch), &rule)).await?
        }
        None => {
            let patch = draft.patch(input, !draft.same_time);
            posts::update(&app.engine, actor, id, patch, Some(version)).await?
        }
    };
    Ok(saved_url(actor, view.post.id))
}

/// Changes more than one post of a series. Returns where to go: to what is this post then.
async fn change_series(
    app: &App,
    actor: &Actor,
    (id, version): (PostId, i64),
    (draft, mut input): (&Draft, PostInput),
    scope: Scope,
) -> Result<String, AppError> {
    let post = posts::get(&app.engine, actor, id).await?.post;
    if post.version != version {
        return Err(AppError::Stale);
    }
    if draft.tags.is_none() {
        input.tags = post.tags;
    }
    let Some(rule) = input.repeat.clone() else {
        let message = "Say how often it comes again. To end the series, cancel it on the post's page.";
        return Err(AppError::invalid("repeat", "required", message));
    };
    let here = Box::pin(series::change(&app.engine, actor, id, input, (rule.as_str(), scope))).await?;
    Ok(here.map_or_else(|| urls::calendar(actor.workspace), |post| saved_url(actor, post)))
}

fn saved_url(actor: &Actor, post: PostId) -> String {
    format!("{}?saved", urls::post(actor.workspace, post))
}

/// A form that is sent twice, by a second click or by reloading the answer, makes one post. The same form with another
/// content, after going back, is another post. Returns where to go.
///
/// # Errors
/// As the use case refuses it.
pub async fn create_once(app: &App, actor: &Actor, draft: &Draft, sent: &str) -> Result<String, AppError> {
    let key = format!("compose {} {}", draft.once, hex::encode(Sha256::digest(sent)));
    let taken = match app.answers.begin(actor, &key, &[sent.as_bytes()]).await? {
        Begin::Run(taken) => taken,
        Begin::Repeat(answer) => return String::from_utf8(answer.body).map_err(AppError::internal),
    };
    match create(app, actor, draft).await {
        Ok(url) => {
            let answer = Answer { status: 303, content_type: "text/plain".into(), body: url.clone().into() };
            app.answers.keep(taken, &answer).await?;
            Ok(url)
        }
        Err(error) => {
            app.answers.release(taken).await?;
            Err(error)
        }
    }
}

async fn create(app: &App, actor: &Actor, draft: &Draft) -> Result<String, AppError> {
    describe(app, actor, draft).await?;
    let view = posts::create(&app.engine, actor, draft.input()?).await?;
    Ok(saved_url(actor, view.post.id))
}

/// The descriptions of files that were changed in the form.
async fn described<'a>(app: &App, actor: &Actor, draft: &'a Draft) -> Vec<(MediaId, &'a str)> {
    let mut changed = Vec::new();
    for (media, alt) in &draft.alts {
        // Whoever may not see the file, or lost it meanwhile, hears of it from the post itself.
        let Ok(row) = app.engine.library.get(actor, *media).await else { continue };
        if row.info.alt.as_deref().unwrap_or_default() != alt.trim() {
            changed.push((*media, alt.as_str()));
        }
    }
    changed
}

/// Whether the description of a file was changed in the form.
pub async fn describes_anew(app: &App, actor: &Actor, draft: &Draft) -> bool {
    !described(app, actor, draft).await.is_empty()
}

/// Saves the descriptions of files that were changed in the form.
pub async fn describe(app: &App, actor: &Actor, draft: &Draft) -> Result<(), AppError> {
    for (media, alt) in described(app, actor, draft).await {
        app.engine.library.describe(actor, media, About::alt(alt), None).await?;
    }
    Ok(())
}
