//! What stands against a request to save a post, all of it at once: its shape, its time, and every network's rules.

use carillon_domain::account::AccountStatus;
use carillon_domain::composition::Composition;
use carillon_domain::error::{AppError, FieldError};
use carillon_domain::id::AccountId;
use carillon_domain::limits::Violation;
use carillon_domain::schedule::DueTime;

use super::check::{AccountCheck, check_composition, violations_as_errors};
use super::fill::fill_in;
use super::input::{PostInput, WantedStatus};
use crate::usecase::caps::{self, Besides};
use crate::usecase::{horizon, names};
use crate::{Actor, Engine};

/// A request that may be saved.
pub(super) struct Judged {
    /// What was composed.
    pub composition: Composition,
    /// How it fits, by account.
    pub checks: Vec<AccountCheck>,
    /// When it is due.
    pub due: Option<DueTime>,
    /// What is counted again while it is saved.
    pub places: Vec<caps::Place>,
    /// What people should know, though it may be saved.
    pub warnings: Vec<Violation>,
}

/// What was found by looking at a request from all sides.
pub(super) struct Assessment {
    /// What was composed.
    pub composition: Composition,
    /// By account: what its network would refuse, and what people should know.
    pub checks: Vec<AccountCheck>,
    /// When it is due, where that can be read.
    pub due: Option<DueTime>,
    /// What is wrong with the request itself: its shape, its time, accounts and files that are not there.
    pub problems: Vec<FieldError>,
}

/// The one judgement of requests, for whoever only asks and for whoever saves.
///
/// # Errors
/// When the database fails.
pub(super) async fn assess(
    engine: &Engine,
    actor: &Actor,
    input: &PostInput,
    besides: Besides<'_>,
) -> Result<Assessment, AppError> {
    let mut problems = input.problems();
    let due = gather(input.due(&actor.timezone, engine.clock.now()), &mut problems)?.flatten();
    let mut composition = input.composition();
    if problems.iter().any(|p| p.code == "too_many") {
        // Whoever sends a million accounts is not worth looking all of them up.
        return Ok(Assessment { composition, checks: Vec::new(), due, problems });
    }
    fill_in(engine, actor, &mut composition, input, due.as_ref()).await?;
    let checks = check_composition(engine, actor, &composition, &input.accounts).await;
    let mut checks = gather(checks, &mut problems)?.unwrap_or_default();
    for check in &mut checks {
        if check.account.status != AccountStatus::Connected {
            check.report.warnings.push(not_connected());
        }
        if let Some(due) = due.as_ref().filter(|_| input.status != WantedStatus::Draft) {
            caps::judge(engine, actor, check, due, besides).await?;
            if check.account.status == AccountStatus::Connected {
                horizon::judge(engine, check, due).await?;
            }
        }
    }
    Ok(Assessment { composition, checks, due, problems })
}

fn not_connected() -> Violation {
    let message =
        "The account is not connected. At its time the post is held until somebody connects it again.";
    Violation::new("accounts", "account_not_connected", message)
}

/// Decides whether a request may be saved. A draft may break networks' rules, which then are warnings; what is to go out may
/// not.
///
/// # Errors
/// [`AppError::Invalid`] with every problem.
pub(super) async fn judge(
    engine: &Engine,
    actor: &Actor,
    input: &PostInput,
    besides: Besides<'_>,
) -> Result<Judged, AppError> {
    let Assessment { composition, checks, due, mut problems } = assess(engine, actor, input, besides).await?;
    let broken = violations_as_errors(&composition, &checks);
    let mut warnings = Vec::new();
    if input.status == WantedStatus::Draft {
        warnings.extend(broken.into_iter().map(|e| Violation {
            field: e.field,
            code: e.code,
            message: e.message,
            limit: e.limit,
            value: e.value,
            fix: None,
            links: Vec::new(),
        }));
    } else {
        problems.extend(broken);
    }
    if !problems.is_empty() {
        return Err(AppError::Invalid(problems));
    }
    for check in &checks {
        warnings.extend(check.report.warnings.iter().map(|warning| named(&composition, check, warning)));
    }
    let goes_out = due.as_ref().filter(|_| input.status != WantedStatus::Draft);
    let places = goes_out.map(|due| caps::places(engine, actor, &checks, due)).unwrap_or_default();
    Ok(Judged { composition, checks, due, places, warnings })
}

/// The path of a finding in the request. When and where it goes is the same for all accounts.
pub(super) fn place(composition: &Composition, account: AccountId, field: &str) -> String {
    match field {
        "scheduled_at" | "timezone" | "accounts" => field.to_owned(),
        _ => composition.path(account, field),
    }
}

/// The warning, at its place in the request and with the account's name.
fn named(composition: &Composition, check: &AccountCheck, warning: &Violation) -> Violation {
    let account = &check.account;
    Violation {
        field: place(composition, account.id, &warning.field),
        message: format!("{} ({}): {}", account.platform, names::handle(&account.handle), warning.message),
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
