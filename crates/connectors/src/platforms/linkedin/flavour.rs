//! The two logins: a member in their own name, and an administrator for the pages of organisations.

use carillon_domain::account::AccountIdentity;

use crate::contract::authorizer::Feature;
use crate::contract::cx::Credential;

/// A login.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flavour {
    /// A person in their own name.
    Member,
    /// The pages that a person administers.
    Organization,
}

/// The names of the logins; the first one is the default.
pub(super) const NAMES: &[&str] = &["member", "organization"];

/// What the numbers of members want besides. learn.microsoft.com, "Member Post Statistics" and "Member Follower Statistics"
/// (2026).
pub(super) const MEMBER_ANALYTICS: &[&str] = &[POSTS_OF_MEMBER, FOLLOWERS_OF_MEMBER];

/// Lets the numbers of a member's posts be read.
pub(super) const POSTS_OF_MEMBER: &str = "r_member_postAnalytics";

/// Lets a member's followers be counted.
pub(super) const FOLLOWERS_OF_MEMBER: &str = "r_member_profileAnalytics";

/// Lets a page's numbers be read. "Organization Share Statistics", "Organization Page Statistics" (2026). The login of pages asks
/// for it anyway: without it the pages can't be listed.
pub(super) const NUMBERS_OF_PAGE: &str = "rw_organization_admin";

/// Lets the numbers of a page's videos be read. "Video Analytics API" (2026).
pub(super) const VIDEOS_OF_PAGE: &str = "r_organization_social";

impl Flavour {
    /// The login of this name; the default one for none.
    pub(super) fn parse(name: Option<&str>) -> Self {
        if name == Some(Self::Organization.as_str()) { Self::Organization } else { Self::Member }
    }

    /// The name.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Member => NAMES[0],
            Self::Organization => NAMES[1],
        }
    }

    /// The login that an account was connected by.
    pub(super) fn of(account: &AccountIdentity) -> Self {
        Self::parse(account.meta.get("flavour").and_then(|f| f.as_str()))
    }

    /// The login that a grant came from.
    pub(super) fn of_grant(credential: &Credential) -> Self {
        Self::parse(credential.extra.get("flavour").and_then(|f| f.as_str()))
    }

    /// What LinkedIn is asked to allow. learn.microsoft.com, "Share on LinkedIn", "Organization Access Control" and "Posts API"
    /// (2026).
    pub(super) fn scopes(self, feature: Feature) -> &'static [&'static str] {
        match (self, feature) {
            (Self::Member, Feature::Read) => &["openid", "profile"],
            (Self::Member, Feature::Publish) => &["openid", "profile", "w_member_social"],
            (Self::Organization, Feature::Read) => &["rw_organization_admin", "r_organization_social"],
            (Self::Organization, Feature::Publish) => {
                &["rw_organization_admin", "r_organization_social", "w_organization_social"]
            }
        }
    }

    /// The one scope without which nothing can be published.
    pub(super) fn needed(self) -> &'static str {
        match self {
            Self::Member => "w_member_social",
            Self::Organization => "w_organization_social",
        }
    }

    /// Keys of the settings with the app's id and secret.
    pub(super) fn app_keys(self) -> (&'static str, &'static str) {
        match self {
            Self::Member => ("client_id", "client_secret"),
            Self::Organization => ("organization_client_id", "organization_client_secret"),
        }
    }
}
