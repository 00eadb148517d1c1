//! Who calls, with what right.

use super::answer::{self, Refusal};
use super::params::Params;
use super::people::{self, Page, Work};
use super::{PLATFORM, state};
use crate::sandbox::graph::signed;
use crate::sandbox::{Persona, Token, TokenKind, TokenState, World};

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A user's for about an hour and a half.
    ShortUser,
    /// A user's for 60 days.
    User,
    /// A Page's.
    Page,
}

impl Kind {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::ShortUser => "short_user",
            Self::User => "user",
            Self::Page => "page",
        }
    }

    fn of(token: &Token) -> Option<Self> {
        let name = token.extra.get("type")?.as_str()?;
        [Self::ShortUser, Self::User, Self::Page].into_iter().find(|k| k.name() == name)
    }
}

/// A caller with a live token.
pub(super) struct Caller {
    pub token: Token,
    pub kind: Kind,
    /// Who signed in.
    pub user: &'static Persona,
}

/// The caller behind a request's token.
pub(super) fn caller(world: &World, params: &Params) -> Result<Caller, Refusal> {
    let value = params
        .token()
        .ok_or_else(|| Refusal::new(2500, 0, "An active access token must be used to query information."))?;
    check_proof(world, value, params)?;
    of_token(world, value)
}

/// The caller behind a token's value.
pub(super) fn of_token(world: &World, value: &str) -> Result<Caller, Refusal> {
    let cannot_parse = || Refusal {
        message: "Invalid OAuth access token - Cannot parse access token".to_owned(),
        ..Refusal::token(0, "")
    };
    let found = world.tokens().look_up(PLATFORM, value).filter(|(t, _)| t.kind == TokenKind::Access);
    let (token, state) = found.ok_or_else(cannot_parse)?;
    match state {
        TokenState::Live => {}
        TokenState::Expired => return Err(answer::expired()),
        TokenState::Revoked | TokenState::Used => return Err(answer::removed()),
    }
    let user = token.extra.get("persona").and_then(|v| v.as_str()).and_then(Persona::find);
    match (Kind::of(&token), user) {
        (Some(kind), Some(user)) => Ok(Caller { token, kind, user }),
        _ => Err(cannot_parse()),
    }
}

/// The app requires the proof on every call of the Graph host ("Require App Secret", Secure Requests). A wrong one is refused
/// in any case.
pub(super) fn check_proof(world: &World, token: &str, params: &Params) -> Result<(), Refusal> {
    let Some(proof) = params.get("appsecret_proof") else {
        if state::read(world, |s| s.proof_optional) {
            return Ok(());
        }
        return Err(Refusal::parameter("API calls from the server require an appsecret_proof argument"));
    };
    let secret = world.apps().ready_made(PLATFORM).client_secret;
    if proof == signed(&secret, token) {
        return Ok(());
    }
    Err(Refusal::parameter("Invalid appsecret_proof provided in the API argument"))
}

/// What a call needs of permissions and tasks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Right {
    /// Reads the Page and its posts.
    Read,
    /// Publishes, edits, deletes.
    Publish,
    /// Writes comments and moderates them.
    Engage,
    /// Reads numbers over time.
    Analyze,
    /// Subscribes to changes.
    Manage,
}

impl Right {
    fn scopes(self) -> &'static [&'static str] {
        match self {
            Self::Read | Self::Analyze => &["pages_read_engagement"],
            Self::Publish => &["pages_manage_posts", "pages_read_engagement"],
            Self::Engage => &["pages_manage_engagement"],
            Self::Manage => &["pages_manage_metadata", "pages_show_list"],
        }
    }

    fn task(self) -> Option<&'static str> {
        match self {
            Self::Read => None,
            Self::Publish => Some("CREATE_CONTENT"),
            Self::Engage => Some("MODERATE"),
            Self::Analyze => Some("ANALYZE"),
            Self::Manage => Some("MANAGE"),
        }
    }
}

impl Caller {
    /// Refuses without a permission.
    pub(super) fn scope(&self, scope: &str, reading: bool) -> Result<(), Refusal> {
        if self.token.allows(scope) {
            return Ok(());
        }
        Err(if reading { Refusal::unreadable(scope) } else { Refusal::permission(scope) })
    }

    /// The Page of a Page token, if the caller may do this for it.
    pub(super) fn page(&self, right: Right) -> Result<Page, Refusal> {
        if self.kind != Kind::Page {
            return Err(Refusal::page_token_needed());
        }
        let id = self.token.account.as_deref().unwrap_or_default();
        let work = self.work(id).ok_or_else(|| {
            Refusal::token(492, "The user must be an administrator, editor, or moderator of the page.")
        })?;
        for scope in right.scopes() {
            self.scope(scope, matches!(right, Right::Read | Right::Analyze))?;
        }
        match right.task() {
            Some(task) if !work.tasks.contains(&task) => {
                Err(Refusal::permission(&format!("the task {task} on this Page")))
            }
            _ => Ok(work.page),
        }
    }

    /// What the user may do for a Page that was chosen at the login.
    pub(super) fn work(&self, page: &str) -> Option<Work> {
        self.works().into_iter().find(|w| w.page.id() == page)
    }

    /// The same for all Pages that were chosen.
    pub(super) fn works(&self) -> Vec<Work> {
        let chosen = self.token.extra.get("pages").and_then(|v| v.as_array());
        let is_chosen = |id: &str| chosen.is_some_and(|list| list.iter().any(|v| v.as_str() == Some(id)));
        people::work_of(self.user).into_iter().filter(|w| is_chosen(&w.page.id())).collect()
    }
}
