//! What networks tell the owner of an account, asked when somebody wants to see it; nothing of it is kept.
//!
//! - Numbers that came are never lost for others that did not: those that did not are named with their reason.
//! - A login that is gone asks for a reconnection, as it does for every reading; a permission that only numbers need does not,
//!   for it would hold publications that could go out.

mod asking;
mod window;

#[cfg(test)]
pub(super) mod tests;

use carillon_connectors::contract::insights::{Found, Insights, Metric, Missing, Offers, PostRef, Window};
use carillon_domain::connector_error::ConnectorError;
use carillon_domain::error::AppError;
use carillon_domain::id::{AccountId, PublicationId};
use carillon_domain::permission::Permission;
use carillon_domain::publication::PublicationState;
use carillon_domain::time::Timestamp;
use carillon_store::repo::account::{self as account_rows, AccountRow};
use carillon_store::repo::publication::{self as publication_rows, PublicationRow};

use super::accounts;
use super::remote::login_is_gone;
use crate::{Actor, Engine};

use asking::{Asking, Question};
pub use window::{DAYS, usual_days};

/// What the network tells about an account.
#[derive(Debug, Clone)]
pub struct AccountInsights {
    /// The account's platform.
    pub platform: &'static str,
    /// What there is to be told.
    pub offers: &'static Offers,
    /// The time that was asked for.
    pub window: Window,
    /// Its numbers in that time.
    pub numbers: Found,
    /// Who follows or watches.
    pub audience: Found,
    /// When the network said so.
    pub as_of: Timestamp,
}

/// What the network tells about a publication.
#[derive(Debug, Clone)]
pub struct PublicationInsights {
    /// Its platform.
    pub platform: &'static str,
    /// What there is to be told.
    pub offers: &'static Offers,
    /// Its numbers since it was published. Of a thread those of its first part: who reads on would be counted once per part.
    pub numbers: Found,
    /// When the network said so.
    pub as_of: Timestamp,
}

/// What can be asked about an account right now; `None` when it has no login, or its network tells nothing or is not read.
pub fn offered(engine: &Engine, row: &AccountRow) -> Option<&'static Offers> {
    accounts::require_connected(row).ok()?;
    engine.networks.insights(&row.platform).map(|(_, insights)| insights.offers())
}

/// Whether this publication can be asked about, if [`offered`] says so of its account.
pub fn has_numbers(state: PublicationState, remote_id: Option<&str>, deleted_at: Option<Timestamp>) -> bool {
    state == PublicationState::Published && remote_id.is_some() && deleted_at.is_none()
}

/// Numbers of an account in a window, by default of the last [`DAYS`] days until the beginning of today in the workspace's
/// zone, and who its audience is.
///
/// # Errors
/// [`AppError::NotFound`], also for accounts of other workspaces; [`AppError::Conflict`] for an account that is not connected
/// and for a network that tells nothing or is not read; [`AppError::Invalid`] for a window that can't be asked for;
/// [`AppError::Connector`] when the login is gone or the network answers neither question, with its first reason.
pub async fn account(
    engine: &Engine,
    actor: &Actor,
    id: AccountId,
    between: (Option<Timestamp>, Option<Timestamp>),
) -> Result<AccountInsights, AppError> {
    actor.require(Permission::Read)?;
    let row = accounts::get(engine, actor, id).await?;
    let (platform, insights) = told_about(engine, &row)?;
    let offers = insights.offers();
    if offers.account.is_empty() && offers.audience.is_empty() {
        return Err(tells_nothing(engine, platform));
    }
    let window = window::window(offers, between, engine.clock.now(), &actor.timezone)?;
    let mut asking = Asking::open(engine, row, platform, insights).await?;
    let numbers = answer(&mut asking, Question::Account(window), offers.account).await?;
    let audience = answer(&mut asking, Question::Audience, offers.audience).await?;
    let (numbers, audience) = match (numbers, audience) {
        (Some(Err(cause)), None | Some(Err(_))) | (None, Some(Err(cause))) => return Err(cause.into()),
        (numbers, audience) => (brought(numbers, offers.account), brought(audience, offers.audience)),
    };
    Ok(AccountInsights { platform, offers, window, numbers, audience, as_of: engine.clock.now() })
}

/// What came, or why nothing did; `None` where there is nothing to ask for.
type Answer = Option<Result<Found, ConnectorError>>;

/// Asks one of two questions: the other one may be answered all the same, unless nobody can be asked any more.
async fn answer(
    asking: &mut Asking<'_>,
    question: Question<'_>,
    metrics: &[Metric],
) -> Result<Answer, AppError> {
    if metrics.is_empty() {
        return Ok(None);
    }
    match asking.ask(question).await {
        Ok(found) => Ok(Some(Ok(found))),
        Err(AppError::Connector(cause)) if !login_is_gone(&cause) => Ok(Some(Err(*cause))),
        Err(error) => Err(error),
    }
}

/// What came; of a question that was not answered, that everything lacks.
fn brought(answer: Answer, metrics: &[Metric]) -> Found {
    match answer {
        None => Found::default(),
        Some(Ok(found)) => found,
        Some(Err(cause)) => {
            Found { missing: Missing::all(metrics.iter().copied(), &cause), ..Found::default() }
        }
    }
}

/// Numbers of a publication since it was published.
///
/// # Errors
/// [`AppError::NotFound`], also for publications of other workspaces; [`AppError::Conflict`] for one that is not public, whose
/// account is not connected, or whose network tells nothing or is not read; [`AppError::Connector`] as the network answered.
pub async fn publication(
    engine: &Engine,
    actor: &Actor,
    id: PublicationId,
) -> Result<PublicationInsights, AppError> {
    actor.require(Permission::Read)?;
    let row = publication_rows::find(&engine.db, actor.workspace, id).await?;
    let row = row.ok_or(AppError::NotFound { what: "publication" })?;
    engine.networks.enabled(&row.platform)?;
    let account = account_rows::find(&engine.db, row.workspace, row.account).await?;
    let account = account.ok_or(AppError::NotFound { what: "account" })?;
    let (platform, insights) = told_about(engine, &account)?;
    let offers = insights.offers();
    let post = public(&row)?;
    if offers.post.is_empty() {
        return Err(tells_nothing(engine, platform));
    }
    let mut asking = Asking::open(engine, account, platform, insights).await?;
    let numbers = asking.ask(Question::Post(post)).await?;
    Ok(PublicationInsights { platform, offers, numbers, as_of: engine.clock.now() })
}

/// The post as the network knows it.
fn public(row: &PublicationRow) -> Result<PostRef<'_>, AppError> {
    let deleted_at = row.units.iter().find(|unit| unit.index == 0).and_then(|unit| unit.deleted_at);
    if row.state != PublicationState::Published || deleted_at.is_some() {
        return Err(AppError::Conflict {
            code: "not_published",
            message: "Only a post that is public at the network has numbers.".to_owned(),
        });
    }
    match (&row.remote_id, row.published_at) {
        (Some(remote_id), Some(published_at)) => Ok(PostRef { remote_id, published_at }),
        _ => Err(AppError::Conflict {
            code: "not_known",
            message:
                "A person said that this post is public, so Carillon doesn't know the network's name for it. \
                      Look at its numbers there."
                    .to_owned(),
        }),
    }
}

/// Who tells something about this account, or why nobody does.
fn told_about(engine: &Engine, row: &AccountRow) -> Result<(&'static str, &'static dyn Insights), AppError> {
    engine.networks.enabled(&row.platform)?;
    accounts::require_connected(row)?;
    engine.networks.insights(&row.platform).ok_or_else(|| tells_nothing(engine, &row.platform))
}

fn tells_nothing(engine: &Engine, platform: &str) -> AppError {
    let connector = engine.networks.connector(platform);
    let title = connector.map_or(platform, |connector| connector.descriptor().title);
    let is_off =
        connector.is_some_and(|c| c.insights().is_some()) && engine.networks.insights(platform).is_none();
    let message = if is_off {
        format!("Reading {title} is switched off on this server.")
    } else {
        format!("{title} gives programs no numbers of this kind. Look at them there.")
    };
    AppError::Conflict { code: "not_readable", message }
}
