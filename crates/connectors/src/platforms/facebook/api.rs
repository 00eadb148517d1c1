//! Calls with a Page's token, and where they go.

use carillon_domain::connector_error::{ConnectorError, ErrorKind};
use carillon_domain::secret::Secret;
use serde::de::DeserializeOwned;

use super::errors::NETWORK;
use super::{DESCRIPTOR, NAME, wire};
use crate::contract::cx::{Credential, Cx, PlatformSettings};
use crate::kit::graph::client::{self, Client};
pub(super) use crate::kit::graph::client::{Params, next_cursor, timestamp};
use crate::kit::http::CommitPermit;

/// The hosts, with a Page's token.
pub(super) struct Graph<'a> {
    client: Client<'a>,
    settings: &'a PlatformSettings,
}

impl<'a> Graph<'a> {
    /// For the account, with its Page's token.
    pub(super) fn of(cx: &Cx<'a>, token: &'a Secret) -> Self {
        let app_secret = cx.settings.secret("client_secret");
        let client = Client { network: &NETWORK, http: cx.http, clock: cx.clock, token, app_secret };
        Self { client, settings: cx.settings }
    }

    /// For calls of other kinds.
    pub(super) fn client(&self) -> &Client<'a> {
        &self.client
    }

    /// Reads an object or a list.
    ///
    /// # Errors
    /// As the network answered.
    pub(super) async fn get<T: DeserializeOwned>(
        &self,
        operation: &'static str,
        path: &str,
        params: Params,
    ) -> Result<T, ConnectorError> {
        self.client.get(operation, self.url(path), params).await
    }

    /// Deletes an object.
    ///
    /// # Errors
    /// As the network answered.
    pub(super) async fn delete(
        &self,
        operation: &'static str,
        path: &str,
    ) -> Result<wire::Success, ConnectorError> {
        self.client.delete(operation, self.url(path)).await
    }

    /// Sends the one call to `url` that makes something public.
    ///
    /// # Errors
    /// `Ambiguous` unless it is certain that nothing became public.
    pub(super) async fn commit<T: DeserializeOwned>(
        &self,
        operation: &'static str,
        url: String,
        params: Params,
        permit: CommitPermit,
    ) -> Result<T, ConnectorError> {
        self.client.commit(operation, url, params, permit).await
    }

    /// On graph.facebook.com.
    pub(super) fn url(&self, path: &str) -> String {
        client::url(&self.base("graph_base_url"), path)
    }

    /// On the host for large videos.
    pub(super) fn video_url(&self, path: &str) -> String {
        client::url(&self.base("graph_video_base_url"), path)
    }

    /// Where the file of a reel goes. The address that the network names is not followed: the token goes along.
    pub(super) fn upload_url(&self, video: &str) -> String {
        let base = self.base("rupload_base_url");
        format!("{base}/video-upload/{}/{video}", crate::kit::graph::VERSION)
    }

    fn base(&self, key: &str) -> String {
        self.settings.endpoint(&DESCRIPTOR, key)
    }
}

/// `path?a=b&…`. What decides about the kind of a call stands in its address, the content in its body.
pub(super) fn with_query(path: &str, pairs: &[(&str, &str)]) -> String {
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    format!("{path}?{query}")
}

/// Ids of posts have the Page's before them; of a video's post sometimes only the second half is named.
pub(super) fn post_id(page: &str, post: &str) -> String {
    if post.contains('_') { post.to_owned() } else { format!("{page}_{post}") }
}

/// The token of the account's Page.
///
/// # Errors
/// `PermissionMissing` when the login has none for it.
pub(super) fn page_token(cx: &Cx<'_>) -> Result<Secret, ConnectorError> {
    known_token(cx.credential, &cx.account.remote_id).ok_or_else(|| {
        ConnectorError::new(
            ErrorKind::PermissionMissing,
            NAME,
            "pages.token",
            "page_token_missing",
            "Facebook gave Carillon no access to this Page.",
        )
        .with_action(
            "Connect the Page again with somebody who may create content on it, and allow this Page.",
        )
    })
}

/// The token of a Page, as far as the login has one.
pub(super) fn known_token(credential: &Credential, page: &str) -> Option<Secret> {
    let token = credential.extra.get("pages")?.get(page)?.as_str()?;
    Some(Secret::new(token)).filter(|token| !token.is_empty())
}
