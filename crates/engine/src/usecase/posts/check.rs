//! Checking a composition against every rule of every account's network, before anything is saved.

use std::collections::BTreeMap;

use carillon_connectors::contract::cx::MediaSource;
use carillon_domain::composition::Composition;
use carillon_domain::error::{AppError, FieldError};
use carillon_domain::id::{AccountId, MediaId, PostId};
use carillon_domain::limits::{CheckReport, Violation};
use carillon_domain::media::MediaInfo;
use carillon_domain::permission::Permission;
use carillon_domain::post::Draft;
use carillon_store::repo::account::{self, AccountRow};

use super::input::{PostInput, WantedStatus};
use super::judge::{assess, place};
use crate::media::Underway;
use crate::usecase::caps::{self, Besides};
use crate::usecase::{names, renditions};
use crate::{Actor, Engine};

/// What a check says about one account.
#[derive(Debug, Clone)]
pub struct AccountCheck {
    /// The account.
    pub account: AccountRow,
    /// The content that it would get.
    pub draft: Draft,
    /// Findings and counters.
    pub report: CheckReport,
}

/// Says what creating would say, without saving anything. A time makes it what is to go out, as it is what the time is for;
/// one that can't be used is a violation on every account. `edited` is the post that this is to become: it does not stand against itself.
///
/// # Errors
/// [`AppError::Invalid`] for unknown accounts and media, and for a malformed request.
pub async fn check(
    engine: &Engine,
    actor: &Actor,
    input: &PostInput,
    edited: Option<PostId>,
) -> Result<Vec<AccountCheck>, AppError> {
    actor.require(Permission::Read)?;
    let meant = match (input.status, &input.scheduled_at) {
        (WantedStatus::Draft, Some(_)) => PostInput { status: WantedStatus::Scheduled, ..input.clone() },
        _ => input.clone(),
    };
    let besides = Besides { except: edited, ..Besides::default() };
    let mut found = assess(engine, actor, &meant, besides).await?;
    if input.accounts.is_empty() {
        // Somebody who has not chosen any yet may ask what the rest is like.
        found.problems.retain(|p| p.field != "accounts");
    }
    // Without a time it may go out now.
    let now = (engine.clock.now(), actor.timezone.as_str());
    for check in found.checks.iter_mut().filter(|_| found.due.is_none() && input.scheduled_at.is_none()) {
        let root = &check.draft.root;
        if !root.text.trim().is_empty() || !root.media.is_empty() {
            caps::judge_content(engine, actor, check, now, besides).await?;
        }
    }
    let about_time = |p: &FieldError| matches!(p.field.as_str(), "scheduled_at" | "timezone");
    if found.checks.is_empty() || !found.problems.iter().all(about_time) {
        return if found.problems.is_empty() {
            Ok(offered(engine, found.checks))
        } else {
            Err(AppError::Invalid(found.problems))
        };
    }
    for check in &mut found.checks {
        let broken = found.problems.iter().map(|p| Violation::new(&p.field, &p.code, &p.message));
        check.report.violations.extend(broken);
    }
    Ok(offered(engine, found.checks))
}

/// With what could be done about what was found.
fn offered(engine: &Engine, mut checks: Vec<AccountCheck>) -> Vec<AccountCheck> {
    checks.iter_mut().for_each(|check| renditions::offer(engine, check));
    checks
}

/// The same for an already validated composition.
pub(in crate::usecase) async fn check_composition(
    engine: &Engine,
    actor: &Actor,
    composition: &Composition,
    accounts: &[AccountId],
) -> Result<Vec<AccountCheck>, AppError> {
    let Files { known: files, missing } = load_media(engine, actor, composition).await?;
    // Also those that no account gets: a draft without accounts must not keep what is not there, or is somebody else's.
    let mut errors = composition.unknown_media(|id| files.contains_key(&id));
    let rows = match load_accounts(engine, actor, accounts).await {
        Ok(rows) => rows,
        Err(AppError::Invalid(unknown)) => {
            errors.extend(unknown);
            Vec::new()
        }
        Err(other) => return Err(other),
    };
    if !errors.is_empty() {
        return Err(AppError::Invalid(errors));
    }
    let mut checks = Vec::with_capacity(rows.len());
    for row in rows {
        let draft = composition.draft_for(row.id, |id| files.get(&id).cloned()).map_err(AppError::Invalid)?;
        let mut report = report_for(engine, &row, &draft);
        report.violations.extend(not_there(&draft, &missing));
        checks.push(AccountCheck { account: row, draft, report });
    }
    Ok(checks)
}

fn report_for(engine: &Engine, row: &AccountRow, draft: &Draft) -> CheckReport {
    let connector = engine.networks.connector(&row.platform);
    let Some((connector, publisher)) = connector.and_then(|c| Some((c, c.publisher()?))) else {
        return CheckReport {
            violations: vec![Violation::new(
                "accounts",
                "cannot_publish",
                format!("Carillon can't publish to {} accounts.", row.platform),
            )],
            ..CheckReport::default()
        };
    };
    let account = row.identity();
    let mut report = publisher.check(draft, &account);
    let source = engine.library.source(row.workspace);
    let out_of_reach = || draft.media().any(|file| source.public_url(file.id).is_none());
    if publisher.must_fetch(draft, &account) && out_of_reach() {
        report.warnings.push(no_public_url(connector.descriptor().title));
    }
    report
}

/// Publishing would fail. It is no violation, since the operator may set the address until the post is due.
fn no_public_url(network: &str) -> Violation {
    let message = format!(
        "{network} fetches files of this post from this server, which has no public address. Ask the operator to set \
         server.public_url to an https address that the internet reaches; without it the post fails when it is due."
    );
    Violation::new("media", "no_public_url", message)
}

pub(in crate::usecase) async fn load_accounts(
    engine: &Engine,
    actor: &Actor,
    accounts: &[AccountId],
) -> Result<Vec<AccountRow>, AppError> {
    let mut rows = Vec::with_capacity(accounts.len());
    let mut errors = Vec::new();
    for (index, id) in accounts.iter().enumerate() {
        match account::find(&engine.db, actor.workspace, *id).await.map_err(AppError::internal)? {
            Some(row) if engine.networks.is_enabled(&row.platform) => rows.push(row),
            Some(row) => errors.push(FieldError::new(
                format!("accounts.{index}"),
                "platform_off",
                format!(
                    "{} is on {}, which is switched off on this server.",
                    names::handle(&row.handle),
                    row.platform
                ),
            )),
            None => errors.push(FieldError::new(
                format!("accounts.{index}"),
                "unknown_account",
                format!("There is no account {id} in this workspace."),
            )),
        }
    }
    if errors.is_empty() { Ok(rows) } else { Err(AppError::Invalid(errors)) }
}

async fn load_media(engine: &Engine, actor: &Actor, composition: &Composition) -> Result<Files, AppError> {
    let mut files = Files::default();
    for id in composition.media_ids() {
        if let Some(info) = engine.library.info(actor.workspace, id).await? {
            files.known.insert(id, info);
        } else if let Some(underway) = engine.library.underway(actor.workspace, id).await? {
            files.known.insert(id, underway.row.info.clone());
            files.missing.insert(id, underway);
        }
    }
    Ok(files)
}

/// The files of a composition.
#[derive(Default)]
struct Files {
    /// What they are, or are going to be.
    known: BTreeMap<MediaId, MediaInfo>,
    /// Those that can't go out yet.
    missing: BTreeMap<MediaId, Underway>,
}

/// What stands against files that are still being made, or could not be. A draft may have them.
fn not_there(draft: &Draft, missing: &BTreeMap<MediaId, Underway>) -> Vec<Violation> {
    let parts = draft.parts.iter().enumerate().map(|(n, part)| (format!("parts.{n}."), part));
    let all = [(String::new(), &draft.root)].into_iter().chain(parts);
    let files = all.flat_map(|(head, part)| {
        part.media.iter().enumerate().map(move |(n, file)| (format!("{head}media.{n}"), file.id))
    });
    let found = |(field, id): (String, MediaId)| {
        let underway = missing.get(&id)?;
        Some(match &underway.failure {
            Some(failure) => {
                Violation::new(field, "failed", format!("{failure} Take the copy out of the post."))
            }
            None => {
                let message = format!(
                    "The copy is still being made, {} % are done. Wait for it, or save a draft meanwhile.",
                    underway.progress
                );
                Violation::new(field, "processing", message)
            }
        })
    };
    files.filter_map(found).collect()
}

/// The findings as errors of the request: at the override's path where one was used, and with the account's name.
pub(super) fn violations_as_errors(composition: &Composition, checks: &[AccountCheck]) -> Vec<FieldError> {
    let mut errors = Vec::new();
    for check in checks {
        for violation in &check.report.violations {
            let field = place(composition, check.account.id, &violation.field);
            errors.push(FieldError { field, ..as_error(&check.account, violation.clone()) });
        }
    }
    errors
}

/// The finding as an error of the request, with the account's name.
pub(in crate::usecase) fn as_error(account: &AccountRow, violation: Violation) -> FieldError {
    FieldError {
        field: violation.field,
        code: violation.code,
        message: format!("{} ({}): {}", account.platform, names::handle(&account.handle), violation.message),
        limit: violation.limit,
        value: violation.value,
    }
}
