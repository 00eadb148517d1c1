//! Who may come in, with which headers, and how often.

use axum::response::Response;
use http::{HeaderMap, StatusCode};
use serde_json::Value;

use super::PLATFORM;
use super::answer::Refusal;
use super::memory::{self, Memory};
use super::people::{self, Role};
use super::products::Family;
use super::restli::Query;
use crate::sandbox::{Persona, Site, Token, TokenKind, TokenState, World};

/// Versions that are alive ("Versioning": at least a year each; 202510 ended on 15 October 2026).
const VERSIONS: std::ops::RangeInclusive<u32> = 202_511..=202_609;

/// Somebody with a live token.
pub(super) struct Caller {
    pub token: Token,
    pub persona: &'static Persona,
    /// The app.
    pub client_id: String,
    /// The member's URN in that app.
    pub urn: String,
}

/// The caller of a request.
pub(super) fn caller(world: &World, headers: &HeaderMap) -> Result<Caller, Refusal> {
    let header = headers.get("authorization").and_then(|v| v.to_str().ok()).unwrap_or_default();
    let value = header.strip_prefix("Bearer ").map(str::trim).unwrap_or_default();
    if value.is_empty() {
        return Err(Refusal::no_token());
    }
    let found = world.tokens().look_up(PLATFORM, value).filter(|(t, _)| t.kind == TokenKind::Access);
    let (token, state) = found.ok_or_else(Refusal::bad_token)?;
    match state {
        TokenState::Live => {}
        TokenState::Expired => return Err(Refusal::expired()),
        TokenState::Revoked | TokenState::Used => return Err(Refusal::revoked()),
    }
    let persona = token.extra["persona"].as_str().and_then(Persona::find).ok_or_else(Refusal::bad_token)?;
    let client_id = token.client_id.clone().unwrap_or_default();
    let urn = people::person_urn(persona, &client_id);
    Ok(Caller { token, persona, client_id, urn })
}

/// The version that a request asks for. There is no default.
pub(super) fn version(headers: &HeaderMap) -> Result<String, Refusal> {
    let Some(asked) = headers.get("linkedin-version") else {
        let message =
            "A version must be present. Please specify a version by adding the Linkedin-Version header.";
        return Err(Refusal::new(StatusCode::BAD_REQUEST, "VERSION_MISSING", message));
    };
    let text = asked.to_str().unwrap_or_default();
    let alive = |n: &u32| VERSIONS.contains(n) && (1..=12).contains(&(n % 100));
    match text.parse::<u32>().ok().filter(|n| text.len() == 6 && alive(n)) {
        Some(version) => Ok(format!("{version}01")),
        None => {
            let message = format!("Requested version {text}01 is not active");
            Err(Refusal::new(StatusCode::UPGRADE_REQUIRED, "NONEXISTENT_VERSION", message))
        }
    }
}

/// Without this header an older protocol is meant, which reads no structures and no such keys.
pub(super) fn protocol(headers: &HeaderMap) -> Result<(), Refusal> {
    match headers.get("x-restli-protocol-version") {
        Some(version) if version == "2.0.0" => Ok(()),
        _ => {
            let message = "X-Restli-Protocol-Version 2.0.0 is required";
            Err(Refusal::new(StatusCode::BAD_REQUEST, "ILLEGAL_ARGUMENT", message))
        }
    }
}

/// Counts a call to a resource, per member and per app, in this UTC day.
pub(super) fn count(world: &World, caller: &Caller, resource: &str) -> Result<(), Refusal> {
    let day = world.now().as_second().div_euclid(86_400);
    memory::change(world, |memory| {
        let (member, app) = limits(memory, caller);
        if memory.calls.day != day {
            memory.calls = memory::Calls { day, ..memory::Calls::default() };
        }
        let family = caller.token.extra["family"].as_str().unwrap_or_default();
        let app_key = format!("{resource} {} {family}", caller.client_id);
        let keys =
            [("MEMBER", format!("{app_key} {}", caller.persona.key), member), ("APPLICATION", app_key, app)];
        for (whose, key, limit) in &keys {
            if memory.calls.used.get(key).copied().unwrap_or_default() >= *limit {
                world.refused(PLATFORM, &format!("{resource} {whose}"));
                return Err(Refusal::throttled(whose));
            }
        }
        for (_, key, _) in keys {
            *memory.calls.used.entry(key).or_default() += 1;
        }
        Ok(())
    })
}

/// Calls a day for a member and for an app. Those of the standard tier are shown in the portal only; they are high.
fn limits(memory: &Memory, caller: &Caller) -> (u32, u32) {
    let organization = caller.token.extra["family"] == Family::Organization.name();
    let (member, app) = match (organization, memory.development) {
        (false, _) => (150, 100_000),
        (true, true) => (100, 500),
        (true, false) => (10_000, 100_000),
    };
    (memory.member_day.unwrap_or(member), memory.app_day.unwrap_or(app))
}

/// A request to the versioned API that came in.
pub(super) struct Call<'a> {
    pub world: &'a World,
    pub site: &'a Site,
    pub caller: Caller,
    pub query: Query,
    /// The keys of the path, decoded.
    pub keys: Vec<String>,
    /// The body; null without one.
    pub body: Value,
    pub headers: &'a HeaderMap,
    /// `resource.METHOD.version`, as refusals name it.
    pub name: String,
}

impl Call<'_> {
    /// A key of the path.
    pub fn key(&self, at: usize) -> &str {
        self.keys.get(at).map(String::as_str).unwrap_or_default()
    }

    /// 403 in this call's name.
    pub fn denied(&self) -> Refusal {
        Refusal::denied(&self.name)
    }

    /// Refuses a token without any of these scopes.
    pub fn needs(&self, scopes: &[&str]) -> Result<(), Refusal> {
        if scopes.iter().any(|s| self.caller.token.allows(s)) { Ok(()) } else { Err(self.denied()) }
    }

    /// Refuses a request without this `X-RestLi-Method`.
    pub fn method(&self, wanted: &str) -> Result<(), Refusal> {
        let given = self.headers.get("x-restli-method").and_then(|v| v.to_str().ok()).unwrap_or_default();
        if given.eq_ignore_ascii_case(wanted) {
            return Ok(());
        }
        let message = format!("X-RestLi-Method must be {wanted}, is '{given}'");
        Err(Refusal::new(StatusCode::BAD_REQUEST, "ILLEGAL_ARGUMENT", message))
    }

    /// The caller's roles that were not taken away.
    pub fn roles(&self) -> Vec<Role> {
        let lost = memory::read(self.world, |m| m.lost_roles.clone());
        let persona = self.caller.persona;
        let kept = |role: &Role| !lost.iter().any(|(m, o)| m == persona.key && o == role.organization.key);
        people::roles(persona).into_iter().filter(kept).collect()
    }

    /// The caller's role at an organisation, if it is approved.
    pub fn role_at(&self, urn: &str) -> Option<Role> {
        let organization = people::by_organization_urn(urn)?;
        self.roles().into_iter().find(|r| r.organization.key == organization.key && r.state == "APPROVED")
    }

    /// Refuses callers who may not write as this author, which is themselves or an organisation where they have a role and
    /// the scope.
    pub fn may_write_as(&self, author: &str, member: &[&str], organization: &[&str]) -> Result<(), Refusal> {
        if author.starts_with("urn:li:organization:") {
            if !organization.iter().any(|s| self.caller.token.allows(s)) {
                let message = "Organization permissions must be used when using organization as author";
                return Err(Refusal::new(StatusCode::BAD_REQUEST, "ILLEGAL_ARGUMENT", message));
            }
            let role = self.role_at(author).filter(Role::posts);
            return role.map(|_| ()).ok_or_else(|| self.denied());
        }
        self.needs(member)?;
        if author == self.caller.urn { Ok(()) } else { Err(self.denied()) }
    }

    /// Refuses callers who may not read what is an author's. Nobody may read a member's: those scopes are closed.
    pub fn may_read_of(&self, author: &str) -> Result<(), Refusal> {
        self.needs(&["r_organization_social", "r_organization_social_feed"])?;
        self.role_at(author).map(|_| ()).ok_or_else(|| self.denied())
    }

    /// Refuses callers who may not see an organisation's statistics.
    pub fn may_measure(&self, organization: &str) -> Result<&'static Persona, Refusal> {
        self.needs(&["rw_organization_admin", "r_organization_admin"])?;
        let role = self.role_at(organization).filter(Role::administers).ok_or_else(|| self.denied())?;
        Ok(role.organization)
    }
}

/// An answer without a body.
pub(super) fn done(status: StatusCode) -> Response {
    axum::response::IntoResponse::into_response(status)
}
