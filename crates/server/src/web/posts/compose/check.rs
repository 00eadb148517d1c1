//! The live check beside the form.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use carillon_domain::limits::{Link, Violation};
use carillon_engine::usecase::posts;

use super::draft::Draft;
use super::fit::{self, Button};
use super::hints;
use super::left::DayLeft;
use super::preview::{Library, Preview};
use super::says::{Says, said};
use super::split;
use crate::http::App;
use crate::http::extract::Form;
use crate::i18n::Tr;
use crate::web::components::Face;
use crate::web::posts::card::{Faces, title};
use crate::web::signed_in::Member;
use crate::web::ui::Ui;
use crate::web::{Failure, html};

#[derive(Template)]
#[template(path = "components/check.html")]
struct Check {
    ui: Ui,
    results: Vec<CheckLine>,
    /// Goes beside the composer's time field.
    left: Option<DayLeft>,
    /// A text is too long for a network on which it could be a thread.
    can_split: bool,
    /// What belongs beside fields of the form, put there by htmx.
    says: Vec<Says>,
    /// How it will look; put beside the form by htmx.
    previews: Vec<Preview>,
    /// Whether it was the composer that asked.
    has_form: bool,
}

struct CheckLine {
    face: Face,
    handle: String,
    network: &'static str,
    counters: Vec<Counter>,
    problems: Vec<Vec<Piece>>,
    warnings: Vec<Vec<Piece>>,
    /// Copies of files that would fit.
    fits: Vec<Button>,
}

/// How long a text is, and how long it may be.
pub(super) struct Counter {
    /// What is counted, or who counts.
    pub label: String,
    /// In the network's own unit.
    pub used: u64,
    /// The same.
    pub limit: u64,
}

/// A stretch of what a network says, and where it leads.
#[derive(Debug, PartialEq)]
pub(super) struct Piece {
    text: String,
    url: Option<String>,
    /// It is not in the reader's language.
    english: bool,
}

impl Piece {
    /// It leads nowhere.
    pub(super) fn plain(text: &str, english: bool) -> Self {
        Self { text: text.to_owned(), url: None, english }
    }
}

/// What a network says, cut where words lead somewhere.
pub(super) fn pieces(t: Tr, finding: &Violation) -> Vec<Piece> {
    let known = t.said(&finding.message);
    let mut pieces = vec![Piece::plain(known.as_ref().unwrap_or(&finding.message), known.is_none())];
    for link in &finding.links {
        if !pieces.iter().any(|piece| piece.text.contains(&link.words)) {
            // The words that lead somewhere may be others in the reader's language, but what they lead to must be reached.
            pieces.push(Piece::plain(&format!(" {}", link.words), true));
        }
        pieces = pieces.into_iter().flat_map(|piece| cut(piece, link)).collect();
    }
    pieces
}

fn cut(piece: Piece, link: &Link) -> Vec<Piece> {
    match piece.text.split_once(&link.words) {
        Some((before, after)) if piece.url.is_none() => {
            let plain = |text| Piece::plain(text, piece.english);
            let words = Piece { url: Some(link.url.clone()), ..plain(link.words.as_str()) };
            let all = [plain(before), words, plain(after)];
            all.into_iter().filter(|piece| !piece.text.is_empty()).collect()
        }
        _ => vec![piece],
    }
}

/// What each network says to the form as it stands.
pub async fn check(
    State(app): State<App>,
    member: Member,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response, Failure> {
    let faces = Faces::load(&app, &member.actor).await?;
    let draft = Draft::read(&app, &member, &faces, pairs.clone()).await?;
    answer(&app, &member, &faces, &draft, Some(&pairs)).await
}

/// What each network says to a form. `composer`: what was sent, where it is the composer that asked. It can make a thread of a long
/// text, and shows previews and what stands against its fields in their places.
///
/// # Errors
/// When the answer can't be drawn.
pub async fn answer(
    app: &App,
    member: &Member,
    faces: &Faces,
    draft: &Draft,
    composer: Option<&[(String, String)]>,
) -> Result<Response, Failure> {
    let input = draft.input().unwrap_or_default();
    let edited = draft.post.map(|(id, _)| id);
    let checks = posts::check(&app.engine, &member.actor, &input, edited).await.unwrap_or_default();
    let has_form = composer.is_some_and(|pairs| pairs.iter().any(|(name, _)| name == "text"));
    let mut says = composer
        .map_or_else(Vec::new, |pairs| said((app, member.ui.t), pairs, &input.composition(), &checks));
    for place in &mut says {
        if place.is_beside("media") {
            place.hints.extend(hints::undescribed(app, &member.ui, &checks));
        } else if place.is_beside("scheduled_at") {
            place.hints.extend(hints::clocks(&member.ui, &member.actor, draft));
        }
    }
    let previews = if has_form {
        let files = Library::of(app, &member.actor, &checks).await;
        checks.iter().filter_map(|check| Preview::new(app, &member.ui, faces, &files, check)).collect()
    } else {
        Vec::new()
    };
    let composition = input.composition();
    let can_split =
        composer.is_some() && checks.iter().any(|check| split::is_too_long(app, &composition, check));
    let mut results = Vec::with_capacity(checks.len());
    for check in checks {
        let (ui, counts) = (&member.ui, &check.report.counts);
        let counter = |n: &carillon_domain::limits::TextCount| Counter {
            label: label_of(ui, &n.field),
            used: n.used,
            limit: n.limit,
        };
        results.push(CheckLine {
            fits: fit::buttons(app, member, draft, &check).await,
            face: faces.face(check.account.id, &check.account.platform),
            network: title(app, &check.account.platform),
            counters: counts.iter().map(counter).collect(),
            handle: check.account.handle,
            problems: check.report.violations.iter().map(|found| pieces(ui.t, found)).collect(),
            warnings: check.report.warnings.iter().map(|found| pieces(ui.t, found)).collect(),
        });
    }
    let left = match composer {
        Some(_) => Some(DayLeft::of(app, &member.ui, &member.actor, faces, draft).await?),
        None => None,
    };
    Ok(html(&Check { ui: member.ui.clone(), results, left, can_split, says, previews, has_form })?
        .into_response())
}

/// What a counter counts; the root text needs no name. Of files it is seconds.
fn label_of(ui: &Ui, field: &str) -> String {
    match field.strip_prefix("parts.").and_then(|rest| rest.split('.').next()?.parse::<usize>().ok()) {
        Some(index) => ui.count("n", index + 2).tr("post-part"),
        None if field == "first_comment" => ui.tr("compose-first-comment"),
        None if field.starts_with("media.") => ui.tr("compose-seconds"),
        None => String::new(),
    }
}
