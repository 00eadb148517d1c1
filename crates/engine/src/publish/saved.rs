//! Saved progress as a worker finds it: perhaps of another version, perhaps settled by a person meanwhile.
//!
//! What was sent and what was not is never guessed: progress that nobody can read stops its publication, and the word of a
//! person about a unit moves the progress past it.

use carillon_connectors::contract::progress::{Progress, Stage};
use carillon_domain::connector_error::{ConnectorError, ErrorKind};
use carillon_domain::publication::{UnitReport, UnitState};
use carillon_store::repo::publication::PublicationRow;

/// What a row has as progress.
pub(crate) enum Saved {
    /// Nothing: it was never begun, or begins anew.
    None,
    /// Something that this build can't read.
    Unreadable,
    /// This.
    Progress(Progress),
}

/// Reads the progress of `row`.
pub(crate) fn saved_progress(row: &PublicationRow) -> Saved {
    match row.progress.clone().map(serde_json::from_value) {
        None => Saved::None,
        Some(Err(_)) => Saved::Unreadable,
        Some(Ok(progress)) => Saved::Progress(progress),
    }
}

/// The root of a published one is public, also where the network's answer to it never came and a person said so.
pub(crate) fn note_public_root(row: &mut PublicationRow) {
    if row.published_at.is_some()
        && let Some(root) = row.units.first_mut()
    {
        root.state = UnitState::Published;
    }
}

/// The first unit that is not public, as far as is known.
pub(crate) fn next_missing(units: &[UnitReport]) -> Option<u16> {
    units.iter().find(|u| u.state != UnitState::Published).map(|u| u.index)
}

/// The progress of a public one whose open commit was settled by a person: it goes on with what is missing, and never goes back
/// to a unit that is public.
pub(crate) fn past_public(mut progress: Progress, units: &[UnitReport]) -> Progress {
    let public = |unit: u16| units.get(usize::from(unit)).is_some_and(|u| u.state == UnitState::Published);
    let back = match progress.stage {
        Stage::Done => false,
        stage => public(unit_of(stage)),
    };
    if back {
        progress.stage = next_missing(units).map_or(Stage::Done, |unit| Stage::Preparing { unit });
    }
    progress
}

/// The error of parts that follow a unit whose id on the network nobody knows, because a person settled it.
pub(crate) fn nothing_to_follow(platform: &str) -> ConnectorError {
    ConnectorError::new(
        ErrorKind::Rejected,
        platform,
        "publish",
        "id_unknown",
        "The part before this one is public by a person's word, but its id on the network is not known, so nothing can be \
         attached to it.",
    )
    .with_action("Add what is missing on the network itself.")
}

/// Whether something before the unit that is to be sent next is public without a known id.
pub(crate) fn follows_nothing(progress: &Progress) -> bool {
    match progress.stage {
        Stage::Preparing { unit } | Stage::Processing { unit, .. } | Stage::Ready { unit } => {
            progress.units.iter().take(usize::from(unit)).any(|u| u.remote_id.is_none())
        }
        Stage::Committing { .. } | Stage::Done => false,
    }
}

/// The unit that a stage is about.
pub(crate) fn unit_of(stage: Stage) -> u16 {
    match stage {
        Stage::Preparing { unit }
        | Stage::Processing { unit, .. }
        | Stage::Ready { unit }
        | Stage::Committing { unit, .. } => unit,
        Stage::Done => 0,
    }
}
