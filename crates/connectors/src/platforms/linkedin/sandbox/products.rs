//! The products that an app may have, and the scopes that they give ("Increasing access", "Share on LinkedIn").

use crate::sandbox::oauth::App;

/// What an app is approved for. The Community Management API must be the only product of its app, so that one login can never
/// have scopes of both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Family {
    /// Sign In with OpenID Connect and Share on LinkedIn: for members, self-serve.
    Member,
    /// Community Management API: for organisations, vetted.
    Organization,
    /// Member analytics, which either kind of app may have.
    Analytics,
}

impl Family {
    pub fn name(self) -> &'static str {
        match self {
            Self::Member | Self::Analytics => "member",
            Self::Organization => "organization",
        }
    }
}

use Family::{Analytics, Member, Organization};

/// Scopes that are to be had, with what they mean. `r_member_social` and `r_member_social_feed` are closed.
const SCOPES: &[(&str, Family, &str)] = &[
    ("openid", Member, "Use your name and photo"),
    ("profile", Member, "Use your name, headline and photo"),
    ("email", Member, "Use the primary email address of your account"),
    ("w_member_social", Member, "Create, modify and delete posts, comments and reactions on your behalf"),
    ("w_organization_social", Organization, "Create, modify and delete posts on your organization's behalf"),
    ("r_organization_social", Organization, "Retrieve your organization's posts, comments and reactions"),
    ("rw_organization_admin", Organization, "Manage your organization's pages and retrieve reporting data"),
    ("r_organization_admin", Organization, "Retrieve your organization's pages and their reporting data"),
    (
        "r_organization_social_feed",
        Organization,
        "Retrieve comments and reactions on your organization's posts",
    ),
    (
        "w_organization_social_feed",
        Organization,
        "Create comments and reactions on your organization's behalf",
    ),
    ("w_member_social_feed", Organization, "Create comments and reactions on your behalf"),
    ("r_basicprofile", Organization, "Use your basic profile including your name, photo and headline"),
    ("r_1st_connections_size", Organization, "Use the number of your 1st-degree connections"),
    ("r_member_postAnalytics", Analytics, "Retrieve your posts and their reporting data"),
    ("r_member_profileAnalytics", Analytics, "Retrieve your profile analytics"),
];

/// What a scope means in plain words.
pub(super) fn meaning(scope: &str) -> &'static str {
    SCOPES.iter().find(|(name, _, _)| *name == scope).map_or("", |(_, _, meaning)| meaning)
}

/// The family of a set of scopes, or the first scope that the app can't have beside the others.
pub(super) fn family<'a>(app: &App, scopes: &'a [String]) -> Result<Family, &'a str> {
    let mut family = Analytics;
    for scope in scopes {
        let known = SCOPES.iter().find(|(name, _, _)| name == scope).map(|(_, family, _)| *family);
        let allowed = app.scopes.is_empty() || app.scopes.contains(scope);
        let own = known.filter(|_| allowed).ok_or(scope.as_str())?;
        family = match (family, own) {
            (before, Analytics) => before,
            (Analytics, own) => own,
            (before, own) if before == own => own,
            _ => return Err(scope),
        };
    }
    Ok(family)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_of_two_products_do_not_mix() {
        let app = App {
            platform: "linkedin".into(),
            server: None,
            name: "x".into(),
            client_id: "x".into(),
            client_secret: "x".into(),
            redirect_uris: Vec::new(),
            scopes: Vec::new(),
        };
        let of = |text: &str| {
            let scopes: Vec<String> = text.split(' ').map(str::to_owned).collect();
            family(&app, &scopes).map_err(str::to_owned)
        };
        assert_eq!(of("openid profile w_member_social r_member_postAnalytics"), Ok(Member));
        assert_eq!(of("r_basicprofile w_organization_social"), Ok(Organization));
        assert_eq!(of("openid w_organization_social"), Err("w_organization_social".into()));
        assert_eq!(of("openid r_member_social"), Err("r_member_social".into()));
        assert_eq!(of("r_liteprofile"), Err("r_liteprofile".into()));
    }
}
