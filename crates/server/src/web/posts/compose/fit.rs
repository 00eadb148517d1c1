//! Copies of files that an account's network takes, in the place of those that it refuses.

use axum::http::StatusCode;
use axum::response::Response;
use carillon_domain::error::AppError;
use carillon_domain::id::{AccountId, MediaId};
use carillon_domain::limits::Fix;
use carillon_domain::media::Fit;
use carillon_engine::media::Copy;
use carillon_engine::usecase::posts::{self, AccountCheck};
use carillon_engine::usecase::renditions::{self, Place};

use super::draft::Draft;
use super::save::describe;
use crate::http::App;
use crate::web::Failure;
use crate::web::components::{Errors, at};
use crate::web::posts::card::title;
use crate::web::signed_in::Member;

/// How actions of this kind begin.
const FIT: &str = "fit";

/// A button that makes a copy.
pub struct Button {
    /// The value of the form's action.
    pub value: String,
    /// What it says.
    pub label: String,
}

/// What a button asks for: copies for one account, of all files that need one or of the file in one place.
pub struct Wanted {
    account: AccountId,
    field: Option<String>,
    fit: Fit,
}

impl Wanted {
    /// Reads `fit/<account>[/<field>[/crop]]`.
    pub fn parse(action: &str) -> Option<Self> {
        let mut words = action.split('/');
        (words.next()? == FIT).then_some(())?;
        let account = words.next()?.parse().ok()?;
        let field = words.next().map(str::to_owned);
        let fit = if words.next() == Some("crop") { Fit::Crop } else { Fit::Pad };
        Some(Self { account, field, fit })
    }
}

/// A file that a copy can be made of.
struct Fixable<'a> {
    field: &'a str,
    place: Place,
    media: MediaId,
    fit: &'a [Fit],
}

fn fixable<'a>(draft: &Draft, check: &'a AccountCheck) -> Vec<Fixable<'a>> {
    let mut found: Vec<Fixable<'a>> = Vec::new();
    for violation in &check.report.violations {
        let Some(Fix::Rendition { media, fit }) = &violation.fix else { continue };
        let Some(place) = Place::parse(&violation.field) else { continue };
        let new = found.iter().all(|known| known.place != place);
        if new && draft.takes_copy(check.account.id, place) {
            found.push(Fixable { field: &violation.field, place, media: *media, fit });
        }
    }
    found
}

/// One for each file that a copy of would fit the account; two where its shape can change in two ways.
pub async fn buttons(app: &App, member: &Member, draft: &Draft, check: &AccountCheck) -> Vec<Button> {
    let files = fixable(draft, check);
    let (account, network) = (check.account.id, title(app, &check.account.platform));
    let mut buttons = Vec::new();
    for file in &files {
        // With several files each button says for which it is.
        let row = match files.len() {
            1 => None,
            _ => app.engine.library.get(&member.actor, file.media).await.ok(),
        };
        let says = || member.ui.arg("network", network);
        let named = row.as_ref().map(|row| move || says().arg("name", row.name.as_str()));
        let value = format!("{FIT}/{account}/{}", file.field);
        if !file.fit.contains(&Fit::Crop) {
            let label = match named {
                Some(named) => named().tr("compose-fit-of"),
                None => says().tr("compose-fit"),
            };
            buttons.push(Button { value, label });
            continue;
        }
        let (pad, crop) = match named {
            Some(named) => (named().tr("compose-fit-pad-of"), named().tr("compose-fit-crop-of")),
            None => (says().tr("compose-fit-pad"), says().tr("compose-fit-crop")),
        };
        buttons.push(Button { value: format!("{value}/pad"), label: pad });
        buttons.push(Button { value: format!("{value}/crop"), label: crop });
    }
    buttons
}

/// The form with copies in the place of what does not fit, or why there are none.
pub async fn show(app: &App, member: Member, mut draft: Draft, wanted: &Wanted) -> Result<Response, Failure> {
    match put_copies(app, &member, &mut draft, wanted).await {
        Ok(Put::Copies) => super::page(app, member, draft, &Errors::default(), StatusCode::OK).await,
        Ok(Put::Nothing(why)) => {
            let errors = Errors::field("copies", "not_fixable", why);
            super::page(app, member, draft, &errors, StatusCode::UNPROCESSABLE_ENTITY).await
        }
        Err(error) => match Errors::from_refusal(member.ui.t, error) {
            Ok(errors) => super::page(app, member, draft, &errors, StatusCode::UNPROCESSABLE_ENTITY).await,
            Err(error) => super::failed(app, member, draft, error.into()).await,
        },
    }
}

/// What was put into a form.
pub enum Put {
    /// Copies of files.
    Copies,
    /// Nothing, and why, in the reader's language.
    Nothing(String),
}

/// Puts copies in the place of what does not fit, and notes what was done.
///
/// # Errors
/// When a copy can't be made.
pub async fn put_copies(
    app: &App,
    member: &Member,
    draft: &mut Draft,
    wanted: &Wanted,
) -> Result<Put, AppError> {
    // Copies keep the descriptions as they are typed.
    describe(app, &member.actor, draft).await?;
    let checks =
        posts::check(&app.engine, &member.actor, &draft.input()?, draft.post.map(|(id, _)| id)).await?;
    let check = checks.into_iter().find(|check| check.account.id == wanted.account);
    let Some(check) = check else {
        return Ok(Put::Nothing(member.ui.tr("compose-fit-no-account")));
    };
    let mut files = fixable(draft, &check);
    files.retain(|file| wanted.field.as_deref().is_none_or(|field| field == file.field));
    if files.is_empty() {
        let in_part =
            wanted.field.as_deref().and_then(Place::parse).is_some_and(|place| place.part.is_some());
        return Ok(Put::Nothing(if in_part && draft.over.is_some() {
            member.ui.tr("compose-fit-part")
        } else {
            member.ui.tr("compose-fit-nothing")
        }));
    }
    let network = title(app, &check.account.platform);
    for file in files {
        let (account, content) = (&check.account, &check.draft);
        let made = renditions::make_in(&app.engine, &member.actor, account, content, file.field, wanted.fit);
        let made = made.await?;
        let row = match &made {
            Copy::Ready(row) => row,
            Copy::Underway(underway) => &underway.row,
        };
        draft.put_copy(wanted.account, file.place, row.info.id);
        let note = member.ui.arg("name", row.name.as_str()).arg("network", network);
        let note = note.arg("handle", at(&account.handle));
        draft.notes.push(match &made {
            Copy::Ready(_) => note.tr("compose-fit-made"),
            Copy::Underway(_) => note.tr("compose-fit-making"),
        });
    }
    Ok(Put::Copies)
}
