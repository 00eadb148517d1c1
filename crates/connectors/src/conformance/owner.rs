//! What a network tells the owner, asked for with the session's login.

use carillon_domain::connector_error::ConnectorError;
use carillon_domain::time::Timestamp;

use super::Session;
use crate::contract::insights::{Found, Insights, PostRef, Window};

impl Session<'_> {
    fn insights(&self) -> &dyn Insights {
        self.connector.insights().unwrap()
    }

    /// Numbers of the account.
    ///
    /// # Errors
    /// As the connector.
    pub async fn account_numbers(&self, window: Window) -> Result<Found, ConnectorError> {
        let credential = self.credential();
        self.insights().account(&self.cx(&credential), window).await
    }

    /// Who follows.
    ///
    /// # Errors
    /// As the connector.
    pub async fn audience(&self) -> Result<Found, ConnectorError> {
        let credential = self.credential();
        self.insights().audience(&self.cx(&credential)).await
    }

    /// Numbers of posts, by ids and the times they became public.
    ///
    /// # Errors
    /// As the connector.
    pub async fn post_numbers(&self, posts: &[(&str, Timestamp)]) -> Result<Vec<Found>, ConnectorError> {
        let posts: Vec<_> =
            posts.iter().map(|&(remote_id, published_at)| PostRef { remote_id, published_at }).collect();
        let credential = self.credential();
        self.insights().posts(&self.cx(&credential), &posts).await
    }
}
