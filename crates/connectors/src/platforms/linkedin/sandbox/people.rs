//! Members, organisations, and who may do what for which.

use super::PLATFORM;
use crate::sandbox::Persona;
use crate::sandbox::persona::everybody;

/// A role of a member at an organisation ("Organization Access Control by Role").
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Role {
    /// The organisation's persona.
    pub organization: &'static Persona,
    pub role: &'static str,
    pub state: &'static str,
}

impl Role {
    /// Whether it allows posting.
    pub fn posts(&self) -> bool {
        let roles = ["ADMINISTRATOR", "CONTENT_ADMINISTRATOR", "DIRECT_SPONSORED_CONTENT_POSTER"];
        self.state == "APPROVED" && roles.contains(&self.role)
    }

    /// Whether it allows statistics.
    pub fn administers(&self) -> bool {
        self.state == "APPROVED" && self.role == "ADMINISTRATOR"
    }
}

/// A member's id, which is another one in each app.
pub(super) fn person_id(persona: &Persona, client_id: &str) -> String {
    const LETTERS: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    let mut number = persona.number(PLATFORM, &format!("member of {client_id}"));
    let mut letter = || {
        let letter = LETTERS.get(usize::try_from(number % 62).unwrap_or_default()).copied().unwrap_or(b'x');
        number /= 62;
        char::from(letter)
    };
    (0..10).map(|_| letter()).collect()
}

/// A member's URN in an app.
pub(super) fn person_urn(persona: &Persona, client_id: &str) -> String {
    format!("urn:li:person:{}", person_id(persona, client_id))
}

/// Whether a name in a mention is the one of its URN: an organisation's exactly, or any part of a member's.
pub(super) fn is_name_of(name: &str, urn: &str, client_id: &str) -> bool {
    if let Some(organization) = by_organization_urn(urn) {
        return organization.name == name;
    }
    let member = everybody().find(|p| person_urn(p, client_id) == urn);
    member.is_some_and(|p| p.name == name || p.name.split(' ').any(|part| part == name))
}

/// An organisation's id.
pub(super) fn organization_id(persona: &Persona) -> String {
    (2_000_000 + persona.number(PLATFORM, "organization") % 90_000_000).to_string()
}

/// An organisation's URN.
pub(super) fn organization_urn(persona: &Persona) -> String {
    format!("urn:li:organization:{}", organization_id(persona))
}

/// The organisation with this URN.
pub(super) fn by_organization_urn(urn: &str) -> Option<&'static Persona> {
    organizations().find(|p| organization_urn(p) == urn)
}

/// The organisation with this id.
pub(super) fn by_organization_id(id: &str) -> Option<&'static Persona> {
    organizations().find(|p| organization_id(p) == id)
}

/// All organisations: the brands.
pub(super) fn organizations() -> impl Iterator<Item = &'static Persona> {
    everybody().filter(|p| p.brand)
}

/// First and last name as LinkedIn keeps them apart.
pub(super) fn names(persona: &Persona) -> (&'static str, &'static str) {
    persona.name.split_once(' ').unwrap_or((persona.name, ""))
}

/// The roles that a member has, in every state.
pub(super) fn roles(persona: &Persona) -> Vec<Role> {
    let own: &[(&str, &str, &str)] = match persona.key {
        "marafields" => {
            &[("harborlightcoffee", "ADMINISTRATOR", "APPROVED"), ("fernwehbikes", "ANALYST", "APPROVED")]
        }
        "theolund" => &[
            ("fernwehbikes", "ADMINISTRATOR", "APPROVED"),
            ("harborlightcoffee", "ADMINISTRATOR", "REQUESTED"),
        ],
        "aishaokafor" => &[
            ("harborlightcoffee", "CONTENT_ADMINISTRATOR", "APPROVED"),
            ("fernwehbikes", "DIRECT_SPONSORED_CONTENT_POSTER", "APPROVED"),
        ],
        "harborlightcoffee" => &[("harborlightcoffee", "ADMINISTRATOR", "APPROVED")],
        "fernwehbikes" => &[("fernwehbikes", "ADMINISTRATOR", "APPROVED")],
        _ => &[],
    };
    // Everybody of the crowd is a company, and runs it.
    let alone = Persona::in_crowd(persona.key).map(|organization| Role {
        organization,
        role: "ADMINISTRATOR",
        state: "APPROVED",
    });
    let role = |(key, role, state): &(&str, &'static str, &'static str)| {
        Persona::find(key).map(|organization| Role { organization, role, state })
    };
    own.iter().filter_map(role).chain(alone).collect()
}
