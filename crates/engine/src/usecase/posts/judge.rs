//! What stands against a request to save a post, all of it at once: its shape, its time, and every network's rules.

use carillon_domain::composition::Composition;
use carillon_domain::error::{AppError, FieldError};
use carillon_domain::id::PostId;
use carillon_domain::limits::Violation;
use carillon_domain::schedule::DueTime;

use super::check::{AccountCheck, check_composition, violations_as_errors};
use super::input::{PostInput, WantedStatus};
use crate::usecase::caps;
use crate::{Actor, Engine};

/// A request that may be saved.
pub(super) struct Judged {
    /// What was composed.
    pub composition: Composition,
    /// How it fits, by account.
    pub checks: Vec<AccountCheck>,
    /// When it is due.
    pub due: Option<DueTime>,
    /// What people should know, though it may be saved.
    pub warnings: Vec<Violation>,
}

/// Looks at a request from all sides. A draft may break networks' rules, which then are warnings; what is to go out may
/// not. `ignore` is the post that the request changes.
///
/// # Errors
/// [`AppError::Invalid`] with every problem.
pub(super) async fn judge(
    engine: &Engine,
    actor: &Actor,
    input: &PostInput,
    ignore: Option<PostId>,
) -> Result<Judged, AppError> {
    let mut problems = input.problems();
    let due = gather(input.due(&actor.timezone, engine.clock.now()), &mut problems)?.flatten();
    if problems.iter().any(|p| p.code == "too_many") {
        // Whoever sends a million accounts is not worth looking all of them up.
        return Err(AppError::Invalid(problems));
    }
    let composition = input.composition();
    let checks = check_composition(engine, actor, &composition, &input.accounts).await;
    let checks = gather(checks, &mut problems)?.unwrap_or_default();
    let broken = violations_as_errors(&composition, &checks);
    let mut warnings = Vec::new();
    if input.status == WantedStatus::Draft {
        warnings.extend(broken.into_iter().map(|e| Violation {
            field: e.field,
            code: e.code,
            message: e.message,
            limit: e.limit,
            value: e.value,
        }));
    } else {
        problems.extend(broken);
    }
    if !problems.is_empty() {
        return Err(AppError::Invalid(problems));
    }
    for check in &checks {
        warnings.extend(check.report.warnings.iter().map(|warning| named(&composition, check, warning)));
        if input.status != WantedStatus::Draft {
            caps::warn(engine, actor, check, due.as_ref(), ignore, &mut warnings).await?;
        }
    }
    Ok(Judged { composition, checks, due, warnings })
}

/// The warning, at its place in the request and with the account's name.
fn named(composition: &Composition, check: &AccountCheck, warning: &Violation) -> Violation {
    let account = &check.account;
    Violation {
        field: composition.path(account.id, &warning.field),
        message: format!("{} (@{}): {}", account.platform, account.handle, warning.message),
        ..warning.clone()
    }
}

/// Keeps what is wrong with the request for later; any other failure ends it here.
fn gather<T>(result: Result<T, AppError>, problems: &mut Vec<FieldError>) -> Result<Option<T>, AppError> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(AppError::Invalid(errors)) => {
            problems.extend(errors);
            Ok(None)
        }
        Err(other) => Err(other),
    }
}
