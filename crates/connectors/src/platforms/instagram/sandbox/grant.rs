//! Who calls, with what right.

use super::answer::{self, Refusal};
use super::params::Params;
use super::people;
use super::{GRAPH_FACEBOOK, GRAPH_INSTAGRAM, PLATFORM};
use crate::sandbox::graph::signed;
use crate::sandbox::{Persona, Site, Token, TokenKind, TokenState, World};

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Instagram user token of an hour.
    Short,
    /// Instagram user token of 60 days.
    Long,
    /// Facebook user token of about an hour.
    ShortUser,
    /// Facebook user token of 60 days.
    User,
    /// Facebook Page token.
    Page,
}

impl Kind {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Short => "ig_short",
            Self::Long => "ig_long",
            Self::ShortUser => "fb_short",
            Self::User => "fb_user",
            Self::Page => "fb_page",
        }
    }

    fn of(token: &Token) -> Option<Self> {
        let name = token.extra.get("type")?.as_str()?;
        [Self::Short, Self::Long, Self::ShortUser, Self::User, Self::Page]
            .into_iter()
            .find(|k| k.name() == name)
    }

    /// The host that takes it.
    fn host(self) -> &'static str {
        match self {
            Self::Short | Self::Long => GRAPH_INSTAGRAM,
            Self::ShortUser | Self::User | Self::Page => GRAPH_FACEBOOK,
        }
    }
}

/// A caller with a live token.
pub(super) struct Caller {
    pub token: Token,
    pub kind: Kind,
    /// Who signed in; for Page tokens whose Page it is.
    pub persona: &'static Persona,
}

/// The caller behind a request's token.
pub(super) fn caller(world: &World, site: &Site, params: &Params) -> Result<Caller, Refusal> {
    let value = params
        .token()
        .ok_or_else(|| Refusal::token(0, "An access token is required to request this resource."))?;
    let caller = of_token(world, value)?;
    if caller.kind.host() != site.host {
        return Err(Refusal::token(0, "Cannot parse access token."));
    }
    if site.host == GRAPH_FACEBOOK {
        check_proof(world, value, params)?;
    }
    Ok(caller)
}

/// The caller behind a token's value.
pub(super) fn of_token(world: &World, value: &str) -> Result<Caller, Refusal> {
    let found = world.tokens().look_up(PLATFORM, value).filter(|(t, _)| t.kind == TokenKind::Access);
    let (token, state) = found.ok_or_else(|| Refusal::token(0, "Cannot parse access token."))?;
    match state {
        TokenState::Live => {}
        TokenState::Expired => return Err(answer::expired()),
        TokenState::Revoked | TokenState::Used => return Err(answer::removed()),
    }
    let persona = token.extra.get("persona").and_then(|v| v.as_str()).and_then(Persona::find);
    match (Kind::of(&token), persona) {
        (Some(kind), Some(persona)) => Ok(Caller { token, kind, persona }),
        _ => Err(Refusal::token(0, "Cannot parse access token.")),
    }
}

/// The app requires the proof on every call of graph.facebook.com ("Require App Secret").
fn check_proof(world: &World, token: &str, params: &Params) -> Result<(), Refusal> {
    let secret = world.apps().ready_made(PLATFORM).client_secret;
    match params.get("appsecret_proof") {
        Some(proof) if proof == signed(&secret, token) => Ok(()),
        Some(_) => Err(Refusal::parameter("Invalid appsecret_proof provided in the API argument")),
        None => Err(Refusal::parameter("API calls from the server require an appsecret_proof argument")),
    }
}

/// What a call needs.
#[derive(Debug, Clone, Copy)]
pub(super) enum Right {
    Basic,
    Publish,
    Comments,
    Contents,
    Insights,
}

impl Caller {
    pub(super) fn facebook(&self) -> bool {
        self.kind.host() == GRAPH_FACEBOOK
    }

    /// Refuses without the scope.
    pub(super) fn needs(&self, right: Right) -> Result<(), Refusal> {
        let scope = match (right, self.facebook()) {
            (Right::Basic, false) => "instagram_business_basic",
            (Right::Publish, false) => "instagram_business_content_publish",
            (Right::Comments, false) => "instagram_business_manage_comments",
            (Right::Contents, false) => "instagram_manage_contents",
            (Right::Insights, false) => "instagram_business_manage_insights",
            (Right::Insights, true) => "instagram_manage_insights",
            (Right::Basic, true) => "instagram_basic",
            (Right::Publish, true) => "instagram_content_publish",
            (Right::Comments, true) => "instagram_manage_comments",
            (Right::Contents, true) => "instagram_manage_contents",
        };
        if self.token.allows(scope) { Ok(()) } else { Err(Refusal::permission(scope)) }
    }

    /// The account that a node names, if the caller may act for it.
    pub(super) fn account(&self, node: &str, method: &str) -> Result<&'static Persona, Refusal> {
        if node == "me" && !self.facebook() {
            return Ok(self.persona);
        }
        let own = people::by_account(node).filter(|owner| self.reaches(owner));
        own.ok_or_else(|| Refusal::missing(node, method))
    }

    /// Whether the caller may act for this account.
    pub(super) fn reaches(&self, owner: &Persona) -> bool {
        match self.kind {
            Kind::Short | Kind::Long | Kind::Page => self.persona.key == owner.key,
            Kind::ShortUser | Kind::User => {
                people::reachable(self.persona).iter().any(|p| p.key == owner.key)
            }
        }
    }
}
