//! What somebody else saved while a form was open.

use carillon_domain::error::AppError;
use carillon_domain::filling;

use super::draft::{Draft, Own, Part};
use super::files::rows;
use super::texts::tags;
use crate::http::App;
use crate::web::components::at;
use crate::web::posts::card::Faces;
use crate::web::signed_in::Member;

/// A part of a post that is saved otherwise than the form has it.
#[derive(Debug, Clone)]
pub struct Difference {
    /// Its name.
    pub label: String,
    /// As it is saved.
    pub saved: String,
}

/// What of `saved` differs from what is typed.
///
/// # Errors
/// When the database fails.
pub async fn differences(
    app: &App,
    member: &Member,
    saved: &Draft,
    typed: &Draft,
) -> Result<Vec<Difference>, AppError> {
    let (ui, actor) = (&member.ui, &member.actor);
    let faces = Faces::load(app, actor).await?;
    let mut found = Vec::new();
    let mut differ = |label: String, differs: bool, saved: String| {
        if differs {
            let saved = if saved.is_empty() { ui.tr("compose-theirs-nothing") } else { saved };
            found.push(Difference { label, saved });
        }
    };
    differ(ui.tr("compose-text"), saved.text != typed.text, saved.text.clone());
    let files = rows(app, actor, &saved.media).await;
    let files: Vec<String> = files.into_iter().map(|row| row.name).collect();
    differ(ui.tr("compose-media"), saved.media != typed.media, files.join("\n"));
    let text = |part: &Part| part.text.clone();
    let parts: Vec<String> = saved.parts.iter().map(text).collect();
    differ(ui.tr("compose-part"), saved.parts != typed.parts, parts.join("\n\n"));
    differ(
        ui.tr("compose-first-comment"),
        saved.first_comment != typed.first_comment,
        saved.first_comment.clone(),
    );
    // A form without these fields leaves them as they are.
    let set = |draft: &Draft| {
        let parameters = filling::from_query(draft.links.as_deref().unwrap_or_default());
        let parameters = parameters.into_iter().map(|(name, value)| format!("{name}={value}"));
        parameters
            .chain(draft.campaign.clone().filter(|name| !name.is_empty()))
            .chain(tags(draft.tags.as_deref()))
            .collect::<Vec<_>>()
            .join("\n")
    };
    differ(ui.tr("compose-links"), typed.links.is_some() && set(saved) != set(typed), set(saved));
    let handle = |id| faces.get(id).map_or_else(|| format!("{id}"), |row| at(&row.handle));
    let handles: Vec<String> = saved.accounts.iter().map(|id| handle(*id)).collect();
    let (mut theirs, mut mine) = (saved.accounts.clone(), typed.accounts.clone());
    theirs.sort_unstable();
    mine.sort_unstable();
    differ(ui.tr("compose-accounts"), theirs != mine, handles.join(", "));
    let of =
        |draft: &Draft| (draft.scheduled_at.clone(), draft.timezone.clone(), draft.scheduled_offset.clone());
    let when =
        format!("{} {} {}", saved.scheduled_at.replace('T', " "), saved.scheduled_offset, saved.timezone);
    let when = if saved.scheduled_at.is_empty() { String::new() } else { when };
    differ(ui.tr("compose-time"), of(saved) != of(typed), when);
    let nothing = Own::default();
    let own: Vec<String> = saved
        .own
        .iter()
        .filter(|(id, own)| !own.shows_as(typed.own.get(id).unwrap_or(&nothing)))
        .map(|(id, own)| format!("{} {}", handle(*id), own.text).trim().to_owned())
        .collect();
    differ(ui.tr("compose-own"), !own.is_empty(), own.join("\n"));
    Ok(found)
}
