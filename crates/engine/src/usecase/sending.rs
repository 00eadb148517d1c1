//! Whether a publication is at its dangerous moment.

use carillon_connectors::contract::progress::{Progress, Stage};
use carillon_domain::publication::{PublicationState, UnitState};
use carillon_store::repo::publication::PublicationRow;

/// Whether a commit may be under way right now, or waits for a look whether it had its effect. What a person must settle is
/// not: nobody works on that. Whether anybody works on a later part that is open, only its job says.
pub(super) fn is_being_sent(row: &PublicationRow) -> bool {
    let stage =
        || row.progress.clone().and_then(|p| serde_json::from_value::<Progress>(p).ok()).map(|p| p.stage);
    match row.state {
        PublicationState::Publishing => row.intent,
        // The root is public; a later part of it may be on its way.
        PublicationState::Published => match stage() {
            Some(Stage::Committing { unit, .. }) => {
                let report = row.units.get(usize::from(unit));
                report.is_none_or(|unit| matches!(unit.state, UnitState::Pending))
            }
            _ => false,
        },
        _ => false,
    }
}
