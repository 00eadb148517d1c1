//! The Facebook login: a code becomes a short-lived, then a long-lived user token; under it lie the Pages of the person.
//!
//! A token that has run out can't be exchanged any more: its owner must log in again. Page tokens must be taken with the
//! long-lived token, or they run out with the short one.
//! Sources: Facebook Login - Manually build a login flow; Access tokens; Long-Lived Access Tokens; Graph API - Secure Requests
//! (copies of 2025-2026).

use carillon_domain::connector_error::{ConnectorError, ErrorKind};
use carillon_domain::secret::Secret;
use carillon_domain::time::{SignedDuration, Timestamp};
use serde::de::DeserializeOwned;

use super::client::{self, Client, next_cursor, url};
use super::hooks;
use super::judge::{Context, Network, OBJECT_MISSING};
use super::wire;
use crate::contract::authorizer::Callback;
use crate::contract::cx::AuthCx;
use crate::kit::http::{Call, Safety};

/// Most pages of one list that are read while looking for accounts.
const MAX_PAGES: usize = 50;

/// The login of one app.
#[derive(Clone, Copy)]
pub struct Login<'a> {
    /// What calls need.
    pub cx: AuthCx<'a>,
    /// How answers are judged.
    pub network: &'static Network,
    /// The Graph host.
    pub base: &'a str,
    /// The app's id.
    pub app_id: &'a str,
    /// The app's secret.
    pub app_secret: &'a Secret,
}

impl Login<'_> {
    /// From the code of a callback to a long-lived user token, and what the network says about it.
    ///
    /// # Errors
    /// `AuthRevoked` when the network calls its own token invalid; else as it answered.
    pub async fn complete(
        &self,
        redirect_uri: &url::Url,
        code: &Secret,
    ) -> Result<(wire::Token, wire::DebugTokenData), ConnectorError> {
        let call = Call::post("oauth.code", Safety::Invisible, self.token_url()).form([
            ("client_id", self.app_id),
            ("client_secret", self.app_secret.expose()),
            ("redirect_uri", redirect_uri.as_str()),
            ("code", code.expose()),
        ]);
        let short: wire::Token = self.send(call).await?;
        let long = self.exchange(&short.access_token).await?;
        let info = self.inspect(&long.access_token).await?;
        if info.is_valid {
            return Ok((long, info));
        }
        Err(ConnectorError::new(
            ErrorKind::AuthRevoked,
            self.network.name,
            "oauth.debug_token",
            "token_invalid",
            "Facebook gave a token and calls it invalid.",
        )
        .with_action("Start connecting again."))
    }

    /// Exchanges a user token that is still valid for one that lives longer. Whether that gives it 60 more days is not
    /// promised, so the new lifetime is the one that the network names.
    ///
    /// # Errors
    /// As the network answered.
    pub async fn exchange(&self, token: &Secret) -> Result<wire::Token, ConnectorError> {
        let call = Call::get("oauth.exchange", self.token_url()).query([
            ("grant_type", "fb_exchange_token"),
            ("client_id", self.app_id),
            ("client_secret", self.app_secret.expose()),
            ("fb_exchange_token", token.expose()),
        ]);
        self.send(call).await
    }

    /// What the network says about a token: whether it is ours and valid, what it may, until when.
    ///
    /// # Errors
    /// As the network answered.
    pub async fn inspect(&self, token: &Secret) -> Result<wire::DebugTokenData, ConnectorError> {
        let app_token = Secret::new(format!("{}|{}", self.app_id, self.app_secret.expose()));
        let call = Call::get("oauth.debug_token", url(self.base, "debug_token"))
            .query([("input_token", token.expose())])
            .bearer(&app_token);
        let answer: wire::DebugToken = self.send(call).await?;
        Ok(answer.data)
    }

    /// Who signed in, from what [`Self::inspect`] says, as the app's withdrawals name them.
    pub fn person(&self, info: &wire::DebugTokenData) -> Option<String> {
        info.user_id.as_deref().map(|user| hooks::person(self.app_id, user))
    }

    /// The Graph host with a user token.
    pub fn client<'c>(&'c self, token: &'c Secret) -> Client<'c> {
        let AuthCx { http, clock, .. } = self.cx;
        Client { network: self.network, http, clock, token, app_secret: Some(self.app_secret) }
    }

    /// All Pages that the person may use, as `T`: those of their own, then those of their businesses, which may be missing
    /// in the first list. A Page may be there more than once.
    ///
    /// # Errors
    /// As the network answered. Without `business_management` the lists of businesses are refused, which only means that
    /// there is nothing more to find.
    pub async fn pages<T: DeserializeOwned>(
        &self,
        token: &Secret,
        fields: &str,
    ) -> Result<Vec<T>, ConnectorError> {
        let mut pages = self.all("pages.list", token, "me/accounts", fields).await?;
        let businesses: Vec<wire::Id> =
            self.all("businesses.list", token, "me/businesses", "id").await.or_else(tolerate)?;
        for business in businesses {
            for edge in ["owned_pages", "client_pages"] {
                let path = format!("{}/{edge}", business.id);
                pages.extend(self.all("pages.list", token, &path, fields).await.or_else(tolerate)?);
            }
        }
        Ok(pages)
    }

    /// Takes the app's access back. It ends for every account under the same grant.
    ///
    /// # Errors
    /// As the network answered; a grant that is gone needs no revoking.
    pub async fn revoke(&self, token: &Secret) -> Result<(), ConnectorError> {
        match self.client(token).delete("oauth.revoke", url(self.base, "me/permissions")).await {
            Ok(answer) if answer.done() => Ok(()),
            Err(error) if matches!(error.kind, ErrorKind::AuthRevoked | ErrorKind::AuthExpired) => Ok(()),
            Err(error) => Err(error),
            Ok(_) => Err(ConnectorError::new(
                ErrorKind::Transient,
                self.network.name,
                "oauth.revoke",
                "not_revoked",
                "Facebook did not take the app's access back.",
            )
            .with_action("Remove the app in Facebook's settings under Business integrations.")),
        }
    }

    /// Every entry of a list.
    async fn all<T: DeserializeOwned>(
        &self,
        operation: &'static str,
        token: &Secret,
        path: &str,
        fields: &str,
    ) -> Result<Vec<T>, ConnectorError> {
        let mut entries = Vec::new();
        let mut after = None;
        for _ in 0..MAX_PAGES {
            let mut params = vec![("fields", fields.to_owned()), ("limit", "100".to_owned())];
            params.extend(after.take().map(|cursor| ("after", cursor)));
            let page: wire::List<T> = self.client(token).get(operation, url(self.base, path), params).await?;
            entries.extend(page.data);
            after = next_cursor(page.paging);
            if after.is_none() {
                break;
            }
        }
        Ok(entries)
    }

    async fn send<T: DeserializeOwned>(&self, call: Call) -> Result<T, ConnectorError> {
        let context = Context { operation: call.operation, commit: false, now: self.cx.clock.now() };
        client::send(self.network, self.cx.http, context, call).await
    }

    fn token_url(&self) -> String {
        url(self.base, "oauth/access_token")
    }
}

fn tolerate<T: Default>(error: ConnectorError) -> Result<T, ConnectorError> {
    match error.kind {
        ErrorKind::PermissionMissing | ErrorKind::Rejected => Ok(T::default()),
        _ if error.code == OBJECT_MISSING => Ok(T::default()),
        _ => Err(error),
    }
}

/// The code of a callback, without the `#_` that Meta's dialogs put behind it.
///
/// # Errors
/// `Rejected` with code `access_denied`, `login_failed` or `code_missing`.
pub fn callback_code(network: &Network, callback: Callback) -> Result<Secret, ConnectorError> {
    let rejected = |code: &str, cause: String| {
        ConnectorError::new(ErrorKind::Rejected, network.name, "oauth.callback", code, cause)
    };
    if let Some(error) = callback.error {
        // Threads' documentation has the second spelling.
        let refused = ["access_denied", "acceess_denied"].contains(&error.as_str());
        let (code, cause) = if refused {
            ("access_denied", "The login was refused, so nothing was connected.".to_owned())
        } else {
            ("login_failed", format!("The network ended the login with the error `{error}`."))
        };
        let mut failure =
            rejected(code, cause).with_action("Start connecting again and allow what is asked.");
        failure.remote.code = Some(error);
        failure.remote.message = callback.error_description;
        return Err(failure);
    }
    let code = callback.code.map(|c| Secret::new(c.expose().trim_end_matches("#_")));
    code.filter(|c| !c.is_empty()).ok_or_else(|| {
        rejected("code_missing", "The network sent no authorization code.".to_owned())
            .with_action("Start connecting again.")
    })
}

/// Refuses a grant without the scope that everything needs.
///
/// # Errors
/// `Rejected` with code `permission_missing`.
pub fn require(network: &Network, scopes: &[String], scope: &str) -> Result<(), ConnectorError> {
    if scopes.is_empty() || scopes.iter().any(|s| s == scope) {
        return Ok(());
    }
    Err(ConnectorError::new(
        ErrorKind::Rejected,
        network.name,
        "oauth.callback",
        "permission_missing",
        format!("The permission `{scope}` was not given, and nothing works without it."),
    )
    .with_action("Start connecting again and allow what is asked."))
}

/// What has run out can't be renewed, so asking again would not help.
pub fn for_good(mut error: ConnectorError) -> ConnectorError {
    if error.kind == ErrorKind::AuthExpired {
        error.kind = ErrorKind::AuthRevoked;
    }
    error
}

/// When a token runs out that lives so many seconds from now on; `None` for one that does not.
pub fn expiry(now: Timestamp, expires_in: Option<i64>) -> Option<Timestamp> {
    expires_in.filter(|s| *s > 0).and_then(|s| now.checked_add(SignedDuration::from_secs(s)).ok())
}

/// A Unix time of `/debug_token`, where 0 is never.
pub fn instant(unix: i64) -> Option<Timestamp> {
    Some(unix).filter(|s| *s > 0).and_then(|s| Timestamp::from_second(s).ok())
}
