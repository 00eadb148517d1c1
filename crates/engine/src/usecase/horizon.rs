//! How far an account's login reaches: until when, and whether it allows to publish. Whoever schedules beyond it hears so at once,
//! and the owners days before it ends.

use carillon_connectors::contract::authorizer::Feature;
use carillon_connectors::contract::capability::Connect;
use carillon_connectors::contract::connector::Connector;
use carillon_connectors::contract::cx::{Credential, Cx};
use carillon_domain::account::AccountStatus;
use carillon_domain::connector_error::ErrorKind;
use carillon_domain::error::AppError;
use carillon_domain::limits::Violation;
use carillon_domain::schedule::{self, DueTime};
use carillon_domain::time::{SignedDuration, Timestamp};
use carillon_store::StoreError;
use carillon_store::repo::account::AccountRow;
use carillon_store::repo::grant::{self, GrantRow};
use carillon_store::repo::planned::{self, Planned};

use super::credentials;
use super::posts::AccountCheck;
use crate::publish::NoCheckpoint;
use crate::{Actor, Engine};

/// A login that ends within this time is worth a person's attention. A day less than it is renewed ahead by itself, so that people
/// hear only of those for which that did not work or is not possible.
const SOON: SignedDuration = SignedDuration::from_hours(6 * 24);

/// Posts at risk that are listed for one account.
pub const MOST_AT_RISK: i64 = 50;

/// How an account's login stands.
#[derive(Debug, Clone, Default)]
pub struct Outlook {
    /// When its login ends for good, as far as the network said; also in the past.
    pub login_ends_at: Option<Timestamp>,
    /// Whether that is so soon that a person should connect it again.
    pub ends_soon: bool,
    /// What is scheduled and can't be published as things stand, in order of time; the first [`MOST_AT_RISK`].
    pub at_risk: Vec<Planned>,
}

/// How the logins of these accounts of the actor's workspace stand, in the same order.
///
/// # Errors
/// When the database fails.
pub async fn outlooks(
    engine: &Engine,
    actor: &Actor,
    accounts: &[AccountRow],
) -> Result<Vec<Outlook>, AppError> {
    let mut outlooks = Vec::with_capacity(accounts.len());
    for account in accounts {
        outlooks.push(outlook(engine, actor, account).await?);
    }
    Ok(outlooks)
}

async fn outlook(engine: &Engine, actor: &Actor, account: &AccountRow) -> Result<Outlook, AppError> {
    let now = engine.clock.now();
    let (login_ends_at, from) = match account.status {
        AccountStatus::Connected => {
            let ends = login_ends_at(engine, account).await?;
            (ends, ends)
        }
        // Without a login everything is at risk.
        AccountStatus::NeedsReconnect => (None, Some(now)),
        AccountStatus::Disconnected => (None, None),
    };
    let at_risk = match from {
        Some(from) => {
            let key = (actor.workspace, account.id);
            planned::of_account_from(&engine.db, key, from, MOST_AT_RISK).await?
        }
        None => Vec::new(),
    };
    Ok(Outlook { login_ends_at, ends_soon: login_ends_at.is_some_and(|at| is_soon(at, now)), at_risk })
}

/// When the login of a connected account ends for good, as far as the network said.
///
/// # Errors
/// When the database fails.
pub(super) async fn login_ends_at(
    engine: &Engine,
    account: &AccountRow,
) -> Result<Option<Timestamp>, StoreError> {
    Ok(login(engine, account).await?.and_then(|login| login.ends_at))
}

/// Whether a login that ends then is worth a person's attention now.
pub(super) fn is_soon(ends_at: Timestamp, now: Timestamp) -> bool {
    ends_at < now + SOON
}

/// Before then ends whatever is worth a person's attention now.
pub(super) fn soon(now: Timestamp) -> Timestamp {
    now + SOON
}

/// Adds to the report's warnings what the account's login can't do at that time.
pub(super) async fn judge(engine: &Engine, check: &mut AccountCheck, due: &DueTime) -> Result<(), AppError> {
    let Some(login) = login(engine, &check.account).await? else { return Ok(()) };
    if let Some(ends) = login.ends_at.filter(|ends| *ends <= due.at) {
        let written = schedule::zone(&due.timezone).map_or_else(
            |_| ends.to_string(),
            |zone| zone.to_datetime(ends).strftime("%Y-%m-%d %H:%M").to_string(),
        );
        let message = format!(
            "The account's login lasts until {written}, and this is due after it. Carillon renews it ahead of that where the \
             network lets it; where not, connect the account again before then, or the post is held at its time."
        );
        check.report.warnings.push(Violation::new("scheduled_at", "token_expires_before", message));
    }
    if !may_publish(engine, check, &login.credential) {
        let message = "The account did not give Carillon every permission that publishing needs. Connect it again and allow them, \
                       or the post may be held at its time.";
        check.report.warnings.push(Violation::new("accounts", "permission_missing", message));
    }
    Ok(())
}

/// A live login.
struct Login {
    ends_at: Option<Timestamp>,
    credential: Credential,
}

/// The account's login, if it is live and can be read.
async fn login(engine: &Engine, account: &AccountRow) -> Result<Option<Login>, StoreError> {
    let row = grant::find(&engine.db, account.workspace, account.grant).await?;
    let Some(row) = row.filter(|row| row.status == "live") else { return Ok(None) };
    let Some(connector) = engine.networks.connector(&account.platform) else { return Ok(None) };
    // A login that does not open is found by whoever uses it; a question about a post must not fail on it.
    let Ok(credential) = credentials::open(engine, &row).await else { return Ok(None) };
    Ok(Some(Login { ends_at: ends_at(connector, &row, &credential), credential }))
}

/// When the login ends for good: with its refresh token; or with its access token, where that is all there is or it is long-lived and
/// renews itself.
fn ends_at(connector: &dyn Connector, row: &GrantRow, credential: &Credential) -> Option<Timestamp> {
    let alone = |at: &Timestamp| {
        at.duration_since(row.updated_at) > credentials::LONG_LIVED
            || !connector.authorizer().refreshable(credential)
    };
    row.refresh_expires_at.or(row.expires_at.filter(alone))
}

/// Whether the login has every permission to publish this, as far as can be known without asking the network.
fn may_publish(engine: &Engine, check: &AccountCheck, credential: &Credential) -> bool {
    let account = &check.account;
    let connector = engine.networks.connector(&account.platform);
    let Some((connector, publisher)) = connector.and_then(|c| Some((c, c.publisher()?))) else { return true };
    // Networks with several ways to sign in name their permissions differently in each; their connectors look for themselves.
    let one_way = match connector.capabilities().connect {
        Connect::Oauth { flavours, .. } => flavours.len() == 1,
        _ => true,
    };
    let wanted = connector.authorizer().scopes_for(Feature::Publish, None);
    if one_way && !credential.scopes.is_empty() && !wanted.iter().all(|s| covered(&credential.scopes, s)) {
        return false;
    }
    let (identity, media) = (account.identity(), engine.library.source(account.workspace));
    let cx = Cx {
        http: &engine.networks.http,
        settings: engine.networks.settings(&account.platform),
        app: None,
        account: &identity,
        credential,
        clock: engine.clock.as_ref(),
        entropy: engine.entropy.as_ref(),
        media: &media,
        checkpoint: &NoCheckpoint,
    };
    let started = publisher.start(&cx, &check.draft);
    !matches!(started, Err(error) if error.kind == ErrorKind::PermissionMissing)
}

/// Whether the scope was granted, by itself or with everything of its family (`write` is more than `write:media`).
fn covered(granted: &[String], scope: &str) -> bool {
    let family = scope.split_once(':').map_or(scope, |(family, _)| family);
    granted.iter().any(|g| g == scope || g == family)
}

#[cfg(test)]
mod tests {
    use super::covered;

    #[test]
    fn a_whole_family_covers_its_parts_and_not_the_other_way_round() {
        let granted = |list: &[&str]| list.iter().map(|s| (*s).to_owned()).collect::<Vec<_>>();
        assert!(covered(&granted(&["read", "write"]), "write:media"));
        assert!(covered(&granted(&["write:media"]), "write:media"));
        assert!(!covered(&granted(&["write:media"]), "write:statuses"));
        assert!(!covered(&granted(&["write:media"]), "write"));
        assert!(!covered(&granted(&["tweet.read"]), "tweet.write"));
    }
}
