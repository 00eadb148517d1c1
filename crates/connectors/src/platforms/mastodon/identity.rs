//! Who an account is, and what its server allows.

use carillon_domain::account::AccountIdentity;

use super::api::{Server, host_of};
use super::limits::{Limits, Meta};
use super::wire;

/// Reads the server's limits. A server that does not tell has Mastodon's defaults, and is asked again with the next look
/// at the profile.
pub async fn read_meta(server: &Server<'_>) -> Meta {
    match server.instance().await {
        Ok(Some(instance)) => Meta {
            limits: Limits::of(&instance),
            limits_read_at: Some(server.clock.now()),
            domain: domain(&instance),
            version: instance.version.map(|v| v.chars().take(100).collect()),
            ..Meta::default()
        },
        Ok(None) => Meta { limits_read_at: Some(server.clock.now()), ..Meta::default() },
        Err(_) => Meta::default(),
    }
}

/// The name behind the `@` of the server's handles, which may differ from the host of its pages.
fn domain(instance: &wire::Instance) -> Option<String> {
    let said = instance.domain.as_deref().or(instance.uri.as_deref())?;
    let bare = said.trim_start_matches("https://").trim_start_matches("http://").trim_end_matches('/');
    (!bare.is_empty() && !bare.contains('/')).then(|| bare.to_ascii_lowercase())
}

/// The account as Carillon keeps it.
pub fn identity(account: &wire::Account, base: &str, mut meta: Meta) -> AccountIdentity {
    let text = |value: &Option<String>| value.as_deref().filter(|v| !v.is_empty()).map(str::to_owned);
    let local = text(&account.acct).or_else(|| text(&account.username)).unwrap_or_else(|| account.id.clone());
    let domain = meta.domain.clone().unwrap_or_else(|| host_of(base));
    let handle = if local.contains('@') { local.clone() } else { format!("{local}@{domain}") };
    meta.url = text(&account.url);
    meta.default_visibility = account.source.as_ref().and_then(|s| text(&s.privacy));
    AccountIdentity {
        remote_id: account.id.clone(),
        handle,
        name: text(&account.display_name).unwrap_or(local),
        avatar_url: text(&account.avatar),
        server: Some(base.to_owned()),
        meta: meta.to_value(),
    }
}
