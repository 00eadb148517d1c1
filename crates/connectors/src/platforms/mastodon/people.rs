//! Looking up whom a post could mention.
//!
//! Source: docs.joinmastodon.org, "accounts API methods", "Search for matching accounts": it needs `read:accounts`, which every login of
//! ours has, while `/api/v2/search` needs `read:search`, which none has.

use async_trait::async_trait;
use carillon_domain::connector_error::ConnectorError;

use super::api::{Server, segment};
use super::{Mastodon, wire};
use crate::contract::cx::Cx;
use crate::contract::people::{People, Person};

#[async_trait]
impl People for Mastodon {
    async fn find(&self, cx: &Cx<'_>, words: &str, most: usize) -> Result<Vec<Person>, ConnectorError> {
        let server = Server::of(cx);
        let path =
            format!("/api/v1/accounts/search?q={}&limit={most}", segment(words.trim_start_matches('@')));
        let found: Vec<wire::Account> = server.read(server.get("accounts.search", &path)).await?;
        let person = |account: wire::Account| {
            let handle = account.acct.or(account.username)?;
            Some(Person { handle, name: account.display_name.unwrap_or_default() })
        };
        Ok(found.into_iter().filter_map(person).take(most).collect())
    }
}
