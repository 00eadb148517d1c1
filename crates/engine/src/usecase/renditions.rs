//! Copies of files that a network takes where it refuses the original: what can be offered, and the making.

use carillon_connectors::contract::capability::{Capabilities, OptionInput};
use carillon_connectors::contract::publisher::Publisher;
use carillon_domain::account::AccountIdentity;
use carillon_domain::error::AppError;
use carillon_domain::id::{AccountId, MediaId};
use carillon_domain::limits::{Fix, Violation};
use carillon_domain::media::{Fit, MediaInfo, MediaKind};
use carillon_domain::permission::Permission;
use carillon_domain::post::{Draft, Part};
use carillon_store::repo::account::AccountRow;
use serde::Deserialize;

use super::posts::{AccountCheck, load_accounts};
use crate::jobs::rendition::{Target, new_job};
use crate::media::Copy;
use crate::media::rendition::plan::Plan;
use crate::{Actor, Engine};

/// What keeps videos from being converted, and what to do about it.
const NO_FFMPEG: &str =
    "ffmpeg is not installed on this server. Have it installed (on Debian: apt install ffmpeg).";

/// The option by which posts of some networks say what they become.
const KIND: &str = "kind";

/// For whom a copy is wanted.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RenditionInput {
    /// The account whose network is to take it.
    pub account: AccountId,
    /// What the post becomes there, where the network has several kinds; else what the file suggests.
    #[serde(default)]
    pub kind: Option<String>,
    /// How the shape changes, if it has to.
    #[serde(default)]
    pub fit: Fit,
}

/// A copy of the file that the account's network takes; the one that is there or being made, if it was asked for before. A
/// picture is made at once, a video by a job.
///
/// # Errors
/// `NotFound` for files of other workspaces; [`AppError::Invalid`] for unknown accounts and kinds, and when no copy would be
/// taken; `Conflict` with code `fits_already` when the file itself is, or `ffmpeg_missing` when no video can be made here.
pub async fn make(
    engine: &Engine,
    actor: &Actor,
    media: MediaId,
    input: &RenditionInput,
) -> Result<Copy, AppError> {
    actor.require(Permission::Write)?;
    let original = engine.library.get(actor, media).await?;
    let account = account_of(engine, actor, input.account).await?;
    let mut draft = Draft::default();
    draft.root.media.push(original.info.clone());
    if let Some(kind) = input.kind.as_deref() {
        let connector = engine.networks.connector(&account.platform);
        let wanted = connector.and_then(|connector| kind_option(connector.capabilities(), kind));
        let unknown = || {
            let message = format!("Posts on this account can't be of the kind `{kind}`.");
            AppError::invalid(KIND, "unknown_kind", message)
        };
        if let Wanted::Option(value) = wanted.ok_or_else(unknown)? {
            draft.options.insert(KIND.to_owned(), value.into());
        }
    }
    make_in(engine, actor, &account, &draft, "media.0", input.fit).await
}

/// The same for the file at `field` of a draft that goes to the account.
///
/// # Errors
/// As [`make`].
pub async fn make_in(
    engine: &Engine,
    actor: &Actor,
    account: &AccountRow,
    draft: &Draft,
    field: &str,
    fit: Fit,
) -> Result<Copy, AppError> {
    actor.require(Permission::Write)?;
    let asking = Asking::new(engine, account, draft, field);
    let asking = asking.ok_or(AppError::NotFound { what: "file" })?;
    let original = engine.library.get(actor, asking.file.id).await?;
    if asking.takes(&asking.file) {
        let message = "The network takes this file as it is.".to_owned();
        return Err(AppError::Conflict { code: "fits_already", message });
    }
    let Some(plan) = asking.plan(engine, fit) else {
        let message = "No copy of this file would be taken: what stands against it can't be mended by converting or scaling.";
        return Err(AppError::invalid("media", "not_fixable", message));
    };
    let (library, platform) = (&engine.library, account.platform.as_str());
    if asking.file.kind != MediaKind::Video {
        return library.make_picture(actor, &original, platform, &plan).await.map(Copy::Ready);
    }
    if !library.makes_videos() {
        let message = format!("Videos can't be converted here: {NO_FFMPEG} Or convert the video yourself.");
        return Err(AppError::Conflict { code: "ffmpeg_missing", message });
    }
    let workspace = actor.workspace;
    let job = |media| new_job(engine, Target { workspace, media });
    library.have_filmed(actor, &original, platform, &plan, job).await
}

async fn account_of(engine: &Engine, actor: &Actor, id: AccountId) -> Result<AccountRow, AppError> {
    let rows = load_accounts(engine, actor, &[id]).await.map_err(|error| match error {
        AppError::Invalid(mut errors) => {
            errors.iter_mut().for_each(|error| "account".clone_into(&mut error.field));
            AppError::Invalid(errors)
        }
        other => other,
    })?;
    rows.into_iter().next().ok_or(AppError::NotFound { what: "account" })
}

/// How a post says of which kind it is.
enum Wanted {
    /// By an option.
    Option(&'static str),
    /// Not at all.
    Nothing,
}

/// `None` when the network has no such kind.
fn kind_option(capabilities: &Capabilities, kind: &str) -> Option<Wanted> {
    let values = capabilities.options.iter().find_map(|option| match option.input {
        OptionInput::Choice { values } if option.name == KIND => Some(values),
        _ => None,
    });
    let value = values.unwrap_or_default().iter().find(|value| **value == kind);
    let known = capabilities
        .kinds
        .iter()
        .any(|known| serde_json::to_value(known).is_ok_and(|known| known.as_str() == Some(kind)));
    value.map(|value| Wanted::Option(value)).or(known.then_some(Wanted::Nothing))
}

/// Marks what stands against files and could be mended by a copy.
pub(super) fn offer(engine: &Engine, check: &mut AccountCheck) {
    let fields: Vec<String> = check.report.violations.iter().map(|v| v.field.clone()).collect();
    for (index, field) in fields.iter().enumerate() {
        if fields[..index].contains(field) {
            continue;
        }
        let Some(asking) = Asking::new(engine, &check.account, &check.draft, field) else { continue };
        // What stands against a copy that is still being made is not the network's.
        if asking.takes(&asking.file) {
            continue;
        }
        let Some(plan) = asking.plan(engine, Fit::Pad) else { continue };
        let about = |v: &&mut Violation| v.field == *field;
        if asking.file.kind == MediaKind::Video && !engine.library.makes_videos() {
            let last = check.report.violations.iter_mut().rfind(about);
            last.into_iter()
                .for_each(|v| v.message.push_str(&format!(" Carillon would convert it, but {NO_FFMPEG}")));
            continue;
        }
        let fit = plan.fit.map(|_| vec![Fit::Pad, Fit::Crop]).unwrap_or_default();
        let fix = Fix::Rendition { media: asking.file.id, fit };
        check.report.violations.iter_mut().filter(about).for_each(|v| v.fix = Some(fix.clone()));
    }
}

/// What an account's network says to other files in the place of one.
struct Asking<'a> {
    publisher: &'static dyn Publisher,
    account: AccountIdentity,
    /// The draft without texts, which are none of our business here.
    draft: Draft,
    field: &'a str,
    place: Place,
    file: MediaInfo,
}

impl<'a> Asking<'a> {
    /// `None` when the field is not that of a file.
    fn new(engine: &Engine, account: &AccountRow, draft: &Draft, field: &'a str) -> Option<Self> {
        let place = Place::parse(field)?;
        let publisher = engine.networks.connector(&account.platform)?.publisher()?;
        let bare = |part: &Part| Part { text: String::new(), media: part.media.clone() };
        let mut draft = Draft {
            root: bare(&draft.root),
            parts: draft.parts.iter().map(bare).collect(),
            first_comment: None,
            options: draft.options.clone(),
        };
        let file = place.of(&mut draft)?.clone();
        Some(Self { publisher, account: account.identity(), draft, field, place, file })
    }

    fn takes(&self, file: &MediaInfo) -> bool {
        let mut draft = self.draft.clone();
        let Some(place) = self.place.of(&mut draft) else { return false };
        *place = file.clone();
        let report = self.publisher.check(&draft, &self.account);
        report.violations.iter().all(|violation| violation.field != self.field)
    }

    /// What a copy has to be; `None` when none would help.
    fn plan(&self, engine: &Engine, fit: Fit) -> Option<Plan> {
        let limits = engine.library.limits();
        let most = if self.file.kind == MediaKind::Video { limits.video_bytes } else { limits.image_bytes };
        let mut plan = Plan::find(&self.file, fit, &|file| self.takes(file))?;
        plan.bytes = plan.bytes.min(most);
        Some(plan)
    }
}

/// Where a file stands in a draft.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The part of the thread; `None` for the root.
    pub part: Option<usize>,
    /// Which of its files.
    pub index: usize,
}

impl Place {
    /// Reads `media.2` or `parts.0.media.1`.
    pub fn parse(field: &str) -> Option<Self> {
        let mut words = field.split('.');
        let (part, word) = match words.next()? {
            "parts" => (Some(words.next()?.parse().ok()?), words.next()?),
            other => (None, other),
        };
        let index = words.next()?.parse().ok()?;
        (word == "media" && words.next().is_none()).then_some(Self { part, index })
    }

    fn of(self, draft: &mut Draft) -> Option<&mut MediaInfo> {
        let part = match self.part {
            Some(part) => draft.parts.get_mut(part)?,
            None => &mut draft.root,
        };
        part.media.get_mut(self.index)
    }
}

#[cfg(test)]
mod tests {
    use super::Place;

    #[test]
    fn only_files_have_places() {
        assert_eq!(Place::parse("media.2"), Some(Place { part: None, index: 2 }));
        assert_eq!(Place::parse("parts.1.media.0"), Some(Place { part: Some(1), index: 0 }));
        for other in ["media", "media.x", "media.2.alt", "text", "parts.1.text", "options.media.1"] {
            assert_eq!(Place::parse(other), None, "{other}");
        }
    }
}
