//! What a person may want to know beside a field, though nothing stands against the post.

use std::collections::BTreeSet;

use carillon_domain::id::MediaId;
use carillon_domain::media::{MediaInfo, MediaKind};
use carillon_domain::schedule::{resolve, zone_or_utc};
use carillon_engine::Actor;
use carillon_engine::usecase::posts::AccountCheck;

use super::draft::Draft;
use super::when;
use crate::http::App;
use crate::web::time::written;
use crate::web::ui::Ui;

/// That pictures have no description, where a chosen network shows one to people who don't see them.
pub fn undescribed(app: &App, ui: &Ui, checks: &[AccountCheck]) -> Option<String> {
    let takes_descriptions = |check: &&AccountCheck| {
        let connector = app.engine.networks.connector(&check.account.platform);
        connector.is_some_and(|connector| connector.capabilities().alt_text)
    };
    let is_bare = |file: &&MediaInfo| {
        matches!(file.kind, MediaKind::Image | MediaKind::Gif)
            && file.alt.as_deref().unwrap_or_default().trim().is_empty()
    };
    let files = checks.iter().filter(takes_descriptions).flat_map(|check| check.draft.media());
    let bare: BTreeSet<MediaId> = files.filter(is_bare).map(|file| file.id).collect();
    (!bare.is_empty()).then(|| ui.count("n", bare.len()).tr("compose-undescribed"))
}

/// What clocks show at the time of the form, where they show another time than the form's: the person's, and the workspace's.
pub fn clocks(ui: &Ui, actor: &Actor, draft: &Draft) -> Vec<String> {
    let meant = when::meant(&draft.scheduled_at, &draft.timezone, &draft.scheduled_offset);
    let Ok(due) = resolve(&meant, &draft.timezone) else { return Vec::new() };
    let here = zone_or_utc(&draft.timezone).to_datetime(due.at);
    let (yours, theirs) = (&ui.zone, actor.zone());
    let mut hints = Vec::new();
    if yours.to_datetime(due.at) != here {
        let said = ui.arg("zone", ui.zone_name()).arg("time", written(ui.t, yours, due.at));
        hints.push(said.tr("compose-clock-yours"));
    }
    let other = theirs.to_datetime(due.at);
    if other != here && other != yours.to_datetime(due.at) {
        let said = ui.arg("zone", &actor.timezone).arg("time", written(ui.t, &theirs, due.at));
        hints.push(said.tr("compose-clock-workspace"));
    }
    hints
}
