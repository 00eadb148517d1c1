//! Whom a post could mention, asked of the networks of the accounts that it is for. Nothing of it is kept.

use std::time::Duration;

use carillon_connectors::contract::people::{People, Person};
use carillon_connectors::kit::errors;
use carillon_connectors::kit::http::{Safety, SendError};
use carillon_domain::account::AccountStatus;
use carillon_domain::connector_error::{ConnectorError, ErrorKind};
use carillon_domain::error::AppError;
use carillon_domain::id::AccountId;
use carillon_domain::permission::Permission;
use carillon_store::repo::account::AccountRow;

use super::accounts;
use super::remote::{login_is_gone, without_login};
use crate::reading::Access;
use crate::{Actor, Engine};

/// Fewest characters that are looked for: one letter says nothing, and costs a call.
pub const FEWEST: usize = 2;
/// Most characters that are looked for.
const MOST_CHARS: usize = 100;
/// Most people of each network.
const MOST_PEOPLE: usize = 8;
/// Most networks that are asked at once.
const MOST_NETWORKS: usize = 4;
/// How long a person waits for a network, with its repetitions and another token.
const PATIENCE: Duration = Duration::from_secs(5);

/// What one network answered.
#[derive(Debug)]
pub struct Answer {
    /// The account by which it was asked.
    pub account: AccountRow,
    /// People, the best first; or why there are none.
    pub found: Result<Vec<Person>, Box<ConnectorError>>,
}

/// Looks people up by the beginning of a name, once on each network and server of the chosen accounts that has something for that.
/// Accounts of other workspaces are as if they were not there. All are asked at once, so that none waits for one that hangs.
///
/// # Errors
/// [`AppError::Forbidden`] when the role may not write. What a network refuses is in its answer.
pub async fn find(
    engine: &Engine,
    actor: &Actor,
    chosen: &[AccountId],
    words: &str,
) -> Result<Vec<Answer>, AppError> {
    actor.require(Permission::Write)?;
    let words: String = words.trim().trim_start_matches('@').chars().take(MOST_CHARS).collect();
    let mut rows = accounts::list(engine, actor).await?;
    rows.retain(|row| chosen.contains(&row.id) && row.status == AccountStatus::Connected);
    let is_short = words.chars().count() < FEWEST;
    let mut places: Vec<(String, Option<String>)> = Vec::new();
    let mut asked = Vec::new();
    for account in rows {
        let Some((platform, people)) = engine.networks.people(&account.platform) else { continue };
        let place = (account.platform.clone(), account.server.clone());
        if places.contains(&place) || places.len() >= MOST_NETWORKS {
            continue;
        }
        places.push(place);
        let words = words.as_str();
        asked.push(async move {
            let found = if is_short {
                Ok(Vec::new())
            } else {
                let asking = ask(engine, account.clone(), (platform, people), words);
                let answer = in_time(platform, asking).await;
                match answer {
                    Ok(people) => Ok(people),
                    Err(AppError::Connector(refusal)) => Err(refusal),
                    Err(error) => return Err(error),
                }
            };
            Ok(Answer { account, found })
        });
    }
    futures::future::try_join_all(asked).await
}

/// What comes within [`PATIENCE`]; else that nothing did.
async fn in_time<T>(
    platform: &str,
    asking: impl Future<Output = Result<T, AppError>>,
) -> Result<T, AppError> {
    tokio::time::timeout(PATIENCE, asking).await.unwrap_or_else(|_| {
        let lost = SendError::Lost("a person waits".to_owned());
        Err(errors::from_send(platform, "mentions", Safety::Read, lost).into())
    })
}

/// Asks one network, with another token where it wants one.
async fn ask(
    engine: &Engine,
    row: AccountRow,
    (platform, people): (&'static str, &'static dyn People),
    words: &str,
) -> Result<Vec<Person>, AppError> {
    let (workspace, id) = (row.workspace, row.id);
    let opened = Access::open(engine, row, platform, true).await;
    let mut access = match opened {
        Ok(access) => access,
        Err(none) => return Err(without_login(engine, workspace, id, none).await),
    };
    let mut answer = people.find(&access.cx(engine), words, MOST_PEOPLE).await;
    if is_old(&answer) {
        if let Err(none) = access.refresh(engine).await {
            return Err(without_login(engine, workspace, id, none).await);
        }
        answer = people.find(&access.cx(engine), words, MOST_PEOPLE).await;
    }
    if let Err(error) = &answer
        && login_is_gone(error)
    {
        accounts::needs_reconnect(engine, workspace, id, error).await?;
    }
    Ok(answer?)
}

fn is_old(answer: &Result<Vec<Person>, ConnectorError>) -> bool {
    answer.as_ref().is_err_and(|error| error.kind == ErrorKind::AuthExpired)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn nobody_waits_for_a_network_that_hangs() {
        let hangs = std::future::pending::<Result<(), AppError>>();
        let Err(AppError::Connector(error)) = in_time("mastodon", hangs).await else { panic!("an answer") };
        assert_eq!(error.code, "answer_lost");
        assert_eq!(in_time("mastodon", async { Ok(7) }).await.expect("an answer"), 7);
    }
}
