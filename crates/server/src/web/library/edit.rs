//! What can be made of a file: turned, cut, trimmed, a frame of it, or a copy that a network takes. Each becomes a file beside it.

use std::str::FromStr;

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use carillon_domain::account::AccountStatus;
use carillon_domain::error::AppError;
use carillon_domain::id::{AccountId, MediaId};
use carillon_domain::limits::Fix;
use carillon_domain::media::{Fit, MediaKind};
use carillon_engine::Actor;
use carillon_engine::media::{Copy, EditInput, MediaRow, Underway};
use carillon_engine::usecase::edits;
use carillon_engine::usecase::posts::{self, AccountCheck, PostInput};
use carillon_engine::usecase::renditions::{self, RenditionInput};
use serde::Deserialize;

use super::one::{MADE, MAKING, Shown, Tried, about_file};
use super::{FileCard, Place};
use crate::http::App;
use crate::http::extract::{Form, Path};
use crate::urls;
use crate::web::Failure;
use crate::web::components::Face;
use crate::web::posts::card::{Faces, title};
use crate::web::said::Said;
use crate::web::signed_in::Member;
use crate::web::ui::Ui;

/// Shapes that are offered, width by height: those that networks show posts in.
const RATIOS: [&str; 6] = ["1:1", "4:5", "9:16", "16:9", "1.91:1", "2:3"];

/// Accounts whose networks are asked about a file.
const MOST_ACCOUNTS: usize = 50;

/// What the page offers to do with a file.
pub struct Editing {
    /// Shapes to cut it to.
    pub ratios: [&'static str; 6],
    /// A small picture of it, for looking at what would stay.
    pub preview: Option<String>,
    /// Whether parts and frames can be taken out.
    pub is_video: bool,
    /// Its length, for people.
    pub length: String,
    /// What was chosen and refused, or what the form begins with.
    pub form: EditForm,
    /// The moment of the frame that was refused.
    pub at: String,
    /// It was refused, so that the forms are unfolded.
    pub is_open: bool,
    /// Where the forms are sent.
    pub edit_url: String,
    /// Where the form for a frame is sent.
    pub frame_url: String,
}

impl Editing {
    /// `None` for what can't be edited.
    pub(super) fn of(row: &MediaRow, tried: &Tried) -> Option<Self> {
        let (workspace, info) = (row.workspace, &row.info);
        let known = info.width.is_some() && info.height.is_some();
        if !known || !matches!(info.kind, MediaKind::Image | MediaKind::Video) {
            return None;
        }
        let (form, at, is_open) = match tried {
            Tried::Edit(form) => (form.clone(), String::new(), true),
            Tried::Frame(form) => (EditForm::default(), form.at.clone(), true),
            Tried::Words(_) | Tried::Nothing => (EditForm::default(), String::new(), false),
        };
        let preview = row.renditions.iter().find(|one| one.name == "preview").or(row.renditions.first());
        Some(Self {
            ratios: RATIOS,
            preview: preview.map(|one| urls::media_file(workspace, info.id, &one.name)),
            is_video: info.kind == MediaKind::Video,
            length: info.duration_ms.map(super::card::clock).unwrap_or_default(),
            form,
            at,
            is_open,
            edit_url: urls::library_edit(workspace, info.id),
            frame_url: urls::library_frame(workspace, info.id),
        })
    }
}

/// Something that is being made from the file, or could not be.
pub struct MakingLine {
    /// Its name.
    pub name: String,
    /// The network that it is for, if it is for one.
    pub made_for: Option<String>,
    /// Percent that are done.
    pub percent: u32,
    /// Why it could not be made.
    pub failure: Option<Said>,
    /// Where it is given up.
    pub drop_url: String,
}

impl MakingLine {
    /// From what is under way.
    pub fn new(ui: &Ui, underway: Underway) -> Self {
        let card = FileCard::new(ui, &underway.row);
        Self {
            name: card.name,
            made_for: card.made_for,
            percent: underway.progress,
            failure: underway.failure.as_deref().map(|why| ui.said(why)),
            drop_url: urls::library_delete(underway.row.workspace, underway.row.info.id),
        }
    }
}

/// What an account's network says to the file.
pub struct NetworkLine {
    /// Who.
    pub face: Face,
    /// The account's name.
    pub name: String,
    /// The network.
    pub network: &'static str,
    /// What stands against it.
    pub troubles: Vec<Said>,
    /// Copies that it would take: how the shape changes, and what the button says.
    pub fits: Vec<(&'static str, String)>,
    /// The account's id.
    pub account: String,
    /// Where the form is sent.
    pub url: String,
}

/// What each connected account's network says to the file alone. Nothing where they can't be asked.
pub async fn networks(app: &App, ui: &Ui, actor: &Actor, faces: &Faces, media: MediaId) -> Vec<NetworkLine> {
    let connected = faces.all().filter(|row| row.status == AccountStatus::Connected);
    let mut accounts: Vec<_> = connected.collect();
    accounts.sort_by_key(|row| (title(app, &row.platform), row.name.to_lowercase()));
    let accounts: Vec<AccountId> = accounts.into_iter().map(|row| row.id).take(MOST_ACCOUNTS).collect();
    let input = PostInput { accounts, media: vec![media], ..PostInput::default() };
    let checks = posts::check(&app.engine, actor, &input, None).await.unwrap_or_default();
    checks.into_iter().map(|check| line(app, ui, actor, faces, media, check)).collect()
}

fn line(
    app: &App,
    ui: &Ui,
    actor: &Actor,
    faces: &Faces,
    media: MediaId,
    check: AccountCheck,
) -> NetworkLine {
    let network = title(app, &check.account.platform);
    // What it says to a post without words is not about the file.
    let about = check.report.violations.into_iter().filter(|one| one.field.starts_with("media"));
    let mut line = NetworkLine {
        face: faces.face(check.account.id, &check.account.platform),
        name: check.account.name,
        network,
        troubles: Vec::new(),
        fits: Vec::new(),
        account: check.account.id.to_string(),
        url: urls::library_fit(actor.workspace, media),
    };
    for violation in about {
        if let (Some(Fix::Rendition { fit, .. }), true) = (&violation.fix, line.fits.is_empty()) {
            let says = || ui.arg("network", network);
            line.fits = if fit.contains(&Fit::Crop) {
                vec![("pad", says().tr("compose-fit-pad")), ("crop", says().tr("compose-fit-crop"))]
            } else {
                vec![("pad", says().tr("compose-fit"))]
            };
        }
        line.troubles.push(ui.said(&violation.message));
    }
    line
}

/// What was chosen; empty fields change nothing.
#[derive(Debug, Clone, Deserialize)]
#[serde(default)]
pub struct EditForm {
    /// Degrees to the right.
    pub turn: String,
    /// Width by height.
    pub ratio: String,
    /// Percent.
    pub zoom: String,
    /// Where the cut lies, percent from the left.
    pub x: String,
    /// The same from the top.
    pub y: String,
    /// The first moment of the part.
    pub from: String,
    /// The moment after its last.
    pub to: String,
}

impl Default for EditForm {
    fn default() -> Self {
        let [turn, zoom, middle] = ["0", "100", "50"].map(str::to_owned);
        let [ratio, from, to] = [const { String::new() }; 3];
        Self { turn, ratio, zoom, x: middle.clone(), y: middle, from, to }
    }
}

impl EditForm {
    fn input(&self) -> Result<EditInput, AppError> {
        Ok(EditInput {
            turn: number(&self.turn, "turn")?.unwrap_or_default(),
            ratio: self.ratio.trim().to_owned(),
            zoom: number(&self.zoom, "zoom")?.unwrap_or(100),
            x: number(&self.x, "position")?.unwrap_or(50),
            y: number(&self.y, "position")?.unwrap_or(50),
            from_ms: moment(&self.from, "from")?,
            to_ms: moment(&self.to, "to")?,
        })
    }
}

fn number<T: FromStr>(text: &str, field: &str) -> Result<Option<T>, AppError> {
    let wrong = |_| AppError::invalid(field, "invalid", format!("“{text}” is no number that can be here."));
    Some(text.trim()).filter(|text| !text.is_empty()).map(str::parse).transpose().map_err(wrong)
}

/// Milliseconds of `1:05.5` or `65.5`.
fn moment(text: &str, field: &str) -> Result<Option<u64>, AppError> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let mut seconds = Some(0.0);
    for part in text.split(':') {
        let part = part.parse::<f64>().ok().filter(|part| (0.0..1.0e6).contains(part));
        seconds = seconds.zip(part).map(|(sum, part)| sum * 60.0 + part);
    }
    let seconds = seconds.filter(|seconds| *seconds < 1.0e6).ok_or_else(|| {
        AppError::invalid(
            field,
            "invalid",
            format!("“{text}” is no moment. Write it as 1:05.5, or in seconds."),
        )
    })?;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between nothing and a million seconds"
    )]
    let ms = (seconds * 1000.0).round() as u64;
    Ok(Some(ms))
}

/// Makes the edited file.
pub async fn edit(
    State(app): State<App>,
    member: Member,
    Path(place): Path<Place>,
    Form(form): Form<EditForm>,
) -> Result<Response, Failure> {
    let made = match form.input() {
        Ok(input) => edits::edit(&app.engine, &member.actor, place.media, &input).await,
        Err(error) => Err(error),
    };
    answer(&app, member, &place, made, Tried::Edit(form)).await
}

/// Of which moment.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct FrameForm {
    at: String,
}

/// Takes a picture out of a video.
pub async fn frame(
    State(app): State<App>,
    member: Member,
    Path(place): Path<Place>,
    Form(form): Form<FrameForm>,
) -> Result<Response, Failure> {
    let made = match moment(&form.at, "at") {
        Ok(at) => edits::frame(&app.engine, &member.actor, place.media, at.unwrap_or_default()).await,
        Err(error) => Err(error),
    };
    answer(&app, member, &place, made.map(Copy::Ready), Tried::Frame(form)).await
}

/// For which account.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct FitForm {
    account: String,
    fit: Fit,
}

/// Makes a copy that an account's network takes.
pub async fn fit(
    State(app): State<App>,
    member: Member,
    Path(place): Path<Place>,
    Form(form): Form<FitForm>,
) -> Result<Response, Failure> {
    app.engine.library.get(&member.actor, place.media).await?;
    let unknown = |_| AppError::invalid("account", "unknown_account", member.ui.tr("compose-fit-no-account"));
    let made = match form.account.parse::<AccountId>().map_err(unknown) {
        Ok(account) => {
            let input = RenditionInput { account, kind: None, fit: form.fit };
            renditions::make(&app.engine, &member.actor, place.media, &input).await
        }
        Err(error) => Err(error),
    };
    answer(&app, member, &place, made, Tried::Nothing).await
}

/// Leads to what was made, or to where one sees how far it is; or says why there is none.
async fn answer(
    app: &App,
    member: Member,
    place: &Place,
    made: Result<Copy, AppError>,
    tried: Tried,
) -> Result<Response, Failure> {
    match made {
        Ok(Copy::Ready(row)) => {
            let url = urls::library_file(place.workspace, row.info.id);
            Ok(Redirect::to(&urls::with_word(&url, MADE)).into_response())
        }
        Ok(Copy::Underway(_)) => {
            let url = urls::library_file(place.workspace, place.media);
            Ok(Redirect::to(&urls::with_word(&url, MAKING)).into_response())
        }
        Err(error) => {
            let shown = Shown::refused(member.ui.t, error, tried)?;
            about_file(app, member, place.media, shown).await
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_read_as_people_write_them() {
        for (text, ms) in [
            ("", None),
            ("0", Some(0)),
            ("7.25", Some(7_250)),
            ("1:05.5", Some(65_500)),
            ("1:00:00", Some(3_600_000)),
        ] {
            assert_eq!(moment(text, "from").expect("a moment"), ms, "{text}");
        }
        for text in ["soon", "-1", "1:", "1e99", "NaN"] {
            assert!(moment(text, "from").is_err(), "{text}");
        }
        assert!(number::<u8>("300", "position").is_err());
        assert_eq!(number::<u8>(" 7 ", "position").expect("a number"), Some(7));
    }
}
