//! Looking up whom a post could mention.

use async_trait::async_trait;
use carillon_domain::connector_error::ConnectorError;

use super::cx::Cx;

/// Somebody on the network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// What stands behind the `@` in a post of this account.
    pub handle: String,
    /// What they call themselves; empty where they don't.
    pub name: String,
}

/// Looks up people.
#[async_trait]
pub trait People: Send + Sync {
    /// People whose handle or name fits these words, the best first; at most `most`, which is 20 or less.
    ///
    /// # Errors
    /// As the network answered.
    async fn find(&self, cx: &Cx<'_>, words: &str, most: usize) -> Result<Vec<Person>, ConnectorError>;
}
