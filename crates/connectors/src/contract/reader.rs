//! Reading who an account is and what it posted, with the numbers that everybody can see.

use async_trait::async_trait;
use carillon_domain::account::AccountIdentity;
use carillon_domain::connector_error::ConnectorError;
use carillon_domain::time::Timestamp;
use serde::{Deserialize, Serialize};

use super::cx::Cx;

/// One number as the network gave it. Missing is missing, never zero.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Count {
    /// Our name: `followers`, `following`, `posts`, `likes`, `comments`, `shares`, `saves`, `views`, `reach`, `quotes`, `clicks`, …
    pub metric: String,
    /// The value.
    pub value: i64,
    /// The field of the network's API that it came from.
    pub native: String,
}

/// An account's profile with its totals.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Profile {
    /// Who it is, now.
    pub identity: AccountIdentity,
    /// Totals such as followers.
    pub counts: Vec<Count>,
}

/// A public post of the account, ours or not.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RemotePost {
    /// The network's id, in the form that publishing reports.
    pub remote_id: String,
    /// Where people see it.
    pub url: Option<String>,
    /// Plain text.
    pub text: String,
    /// The network's own word for its kind, if any.
    pub kind: Option<String>,
    /// When it became public.
    pub published_at: Timestamp,
    /// Its numbers.
    pub counts: Vec<Count>,
}

/// One page of posts, newest first.
#[derive(Debug, Clone, PartialEq)]
pub struct PostPage {
    /// The posts.
    pub posts: Vec<RemotePost>,
    /// Where the next page begins; `None` at the end.
    pub next: Option<String>,
}

/// Reads profile and posts.
#[async_trait]
pub trait Reader: Send + Sync {
    /// The account's profile with its totals.
    ///
    /// # Errors
    /// As the network answered.
    async fn profile(&self, cx: &Cx<'_>) -> Result<Profile, ConnectorError>;

    /// Whether posts of this account can be listed, where the network lets some be: by the login that it was connected with,
    /// for example. Without that there may be no totals either. Pure.
    fn can_list(&self, account: &AccountIdentity) -> bool {
        let _ = account;
        true
    }

    /// One page of the account's own posts (no reposts), newest first.
    ///
    /// # Errors
    /// As the network answered; `Rejected` with code `unsupported` where [`can_list`](Self::can_list) says no.
    async fn posts(&self, cx: &Cx<'_>, cursor: Option<&str>) -> Result<PostPage, ConnectorError>;
}
