//! What goes over the wire, exactly as documented. No logic.

use carillon_domain::secret::Secret;
use carillon_domain::time::Timestamp;
use serde::{Deserialize, Serialize};

/// Answer of the token endpoint.
#[derive(Debug, Deserialize)]
pub(super) struct Tokens {
    pub access_token: Secret,
    pub refresh_token: Option<Secret>,
    pub expires_in: Option<u64>,
}

/// Answer of `GET /me`.
#[derive(Debug, Deserialize)]
pub(super) struct Me {
    pub id: String,
    pub name: String,
    pub followers: Option<i64>,
}

/// Body of `POST /posts`.
#[derive(Debug, Serialize)]
pub(super) struct NewPost<'a> {
    pub text: &'a str,
}

/// Answer of `POST /posts`.
#[derive(Debug, Deserialize)]
pub(super) struct Created {
    pub id: String,
}

/// Answer of `GET /posts`, newest first.
#[derive(Debug, Deserialize)]
pub(super) struct Posts {
    pub posts: Vec<Post>,
    pub next: Option<u64>,
}

/// One post of `GET /posts`.
#[derive(Debug, Deserialize)]
pub(super) struct Post {
    pub id: String,
    pub text: String,
    pub at: Timestamp,
}

/// The body of an error.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Refused {
    #[serde(default)]
    pub error: String,
}
