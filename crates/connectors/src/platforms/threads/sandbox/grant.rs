//! Who calls, with what right.

use carillon_domain::time::SignedDuration;

use super::answer::{self, Refusal};
use super::people::{self, NodeKind};
use super::{PLATFORM, state};
use crate::sandbox::{Persona, Token, TokenKind, TokenState, World};

/// Permissions that an app may ask for, with what they mean.
pub(super) const SCOPES: &[(&str, &str)] = &[
    (BASIC, "See your profile and your posts"),
    (PUBLISH, "Publish posts for you"),
    (MANAGE_REPLIES, "Reply for you and control replies to you"),
    (READ_REPLIES, "Read replies to your posts"),
    ("threads_manage_insights", "See your insights"),
    (MENTIONS, "See and answer posts that mention you"),
    (SEARCH, "Search public posts by keyword"),
    (DELETE, "Delete your posts"),
    (PLACES, "Search places and tag them"),
    (DISCOVERY, "See public profiles and their posts"),
    ("threads_share_to_instagram", "Share your posts as Instagram stories"),
];

pub(super) const BASIC: &str = "threads_basic";
pub(super) const PUBLISH: &str = "threads_content_publish";
pub(super) const MANAGE_REPLIES: &str = "threads_manage_replies";
pub(super) const READ_REPLIES: &str = "threads_read_replies";
pub(super) const MENTIONS: &str = "threads_manage_mentions";
pub(super) const SEARCH: &str = "threads_keyword_search";
pub(super) const DELETE: &str = "threads_delete";
pub(super) const PLACES: &str = "threads_location_tagging";
pub(super) const DISCOVERY: &str = "threads_profile_discovery";

/// How long the grant of a private profile lasts, however often its token is refreshed.
const PRIVATE_GRANT: SignedDuration = SignedDuration::from_hours(90 * 24);

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Of an hour.
    Short,
    /// Of 60 days.
    Long,
}

impl Kind {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Short => "short",
            Self::Long => "long",
        }
    }
}

/// A caller with a live token.
pub(super) struct Caller {
    pub token: Token,
    pub kind: Kind,
    /// Who signed in.
    pub persona: &'static Persona,
}

/// The caller behind a token.
pub(super) fn of_token(world: &World, value: Option<&str>) -> Result<Caller, Refusal> {
    let cannot_parse = || Refusal {
        message: "Invalid OAuth access token - Cannot parse access token".to_owned(),
        ..Refusal::token(0, "")
    };
    let value = value.ok_or_else(|| Refusal::token(0, "An access token is required."))?;
    let found = world.tokens().look_up(PLATFORM, value).filter(|(token, _)| token.kind == TokenKind::Access);
    let (token, token_state) = found.ok_or_else(cannot_parse)?;
    let text = |name: &str| token.extra.get(name).and_then(|v| v.as_str());
    let persona = text("persona").and_then(Persona::find).ok_or_else(cannot_parse)?;
    let kind = if text("type") == Some(Kind::Long.name()) { Kind::Long } else { Kind::Short };
    match token_state {
        TokenState::Revoked | TokenState::Used => Err(answer::removed()),
        TokenState::Expired => Err(answer::expired()),
        TokenState::Live if grant_is_over(world, &token, persona) => Err(answer::expired()),
        TokenState::Live => Ok(Caller { token, kind, persona }),
    }
}

fn grant_is_over(world: &World, token: &Token, persona: &Persona) -> bool {
    let since = token.extra.get("granted_at").and_then(serde_json::Value::as_i64).unwrap_or_default();
    let age = world.now().as_second() - since;
    age >= PRIVATE_GRANT.as_secs() && state::read(world, |s| s.is_private(persona.key))
}

/// Whether this is the token of the app itself: one that was issued, or its id and secret in one.
pub(super) fn is_app_token(world: &World, value: Option<&str>) -> bool {
    let app = world.apps().ready_made(PLATFORM);
    let Some(value) = value else { return false };
    let issued = world.tokens().look_up(PLATFORM, value).is_some_and(|(token, token_state)| {
        token.account.is_none() && token.kind == TokenKind::Access && token_state == TokenState::Live
    });
    issued || value == format!("TH|{}|{}", app.client_id, app.client_secret)
}

impl Caller {
    /// The id of the caller's profile.
    pub(super) fn id(&self) -> String {
        people::account_id(self.persona)
    }

    /// Refuses without this permission.
    pub(super) fn needs(&self, scope: &str) -> Result<(), Refusal> {
        if self.token.allows(scope) { Ok(()) } else { Err(Refusal::permission(scope)) }
    }

    /// Refuses without one of these permissions.
    pub(super) fn needs_one(&self, scopes: &[&str]) -> Result<(), Refusal> {
        if scopes.iter().any(|scope| self.token.allows(scope)) {
            return Ok(());
        }
        Err(Refusal::permission(&scopes.join(" or ")))
    }

    /// The id of the profile that a node names, if it is the caller's own.
    pub(super) fn own(&self, node: &str, method: &str) -> Result<String, Refusal> {
        let id = self.id();
        if people::kind_of(node) == NodeKind::Me || node == id {
            return Ok(id);
        }
        Err(Refusal::missing(node, method))
    }
}
