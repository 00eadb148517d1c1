//! Which operation a call to `/rest/…` is, by method, path and query.

use http::Method;
use http::request::Parts;

/// What is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    CreatePost,
    FindPosts,
    BatchPosts,
    GetPost,
    EditPost,
    DeletePost,
    InitializeImage,
    GetImage,
    InitializeVideo,
    FinalizeVideo,
    GetVideo,
    InitializeDocument,
    GetDocument,
    CreateComment,
    ListComments,
    GetComment,
    EditComment,
    DeleteComment,
    React,
    SocialMetadata,
    Acls,
    GetOrganization,
    FindOrganizations,
    BatchOrganizations,
    NetworkSize,
    ShareStatistics,
    FollowerStatistics,
    PageStatistics,
    VideoAnalytics,
    MemberPostAnalytics,
    MemberVideoAnalytics,
    MemberFollowers,
}

/// A call that the API knows.
#[derive(Debug, Clone, Copy)]
pub(super) struct Route {
    pub kind: Kind,
    /// Its name for faults.
    pub operation: &'static str,
    /// Resource and method, as refusals name them.
    pub name: &'static str,
    /// Whether it makes something public.
    pub commit: bool,
}

const fn route(kind: Kind, operation: &'static str, name: &'static str) -> Route {
    Route { kind, operation, name, commit: false }
}

const fn commit(kind: Kind, operation: &'static str, name: &'static str) -> Route {
    Route { commit: true, ..route(kind, operation, name) }
}

/// Names the operation for the fault script.
pub(super) fn operation(parts: &Parts) -> (&'static str, bool) {
    let tunnelled = parts.headers.get("x-http-method-override").is_some_and(|v| v == "GET");
    let method = if tunnelled { Method::GET } else { parts.method.clone() };
    let path: Vec<&str> = segments(parts.uri.path());
    let found = find(&method, &path, parts.uri.query().unwrap_or_default());
    found.map_or(("other", false), |route| (route.operation, route.commit))
}

/// The segments behind `/rest/`, as they came.
pub(super) fn segments(path: &str) -> Vec<&str> {
    path.strip_prefix("/rest").unwrap_or(path).trim_matches('/').split('/').collect()
}

/// The call that this is, if there is such a one.
pub(super) fn find(method: &Method, path: &[&str], query: &str) -> Option<Route> {
    let has = |name: &str| query.split('&').any(|pair| pair.split('=').next() == Some(name));
    let action = query.split('&').find_map(|pair| pair.strip_prefix("action="));
    match *method {
        Method::GET => reading(path, has("ids"), has("q")),
        Method::POST => writing(path, action),
        Method::DELETE => match path {
            ["posts", _] => Some(route(Kind::DeletePost, "posts.delete", "partnerApiPostsExternal.DELETE")),
            ["socialActions", _, "comments", _] => {
                Some(route(Kind::DeleteComment, "comments.delete", "socialActions.comments.DELETE"))
            }
            _ => None,
        },
        _ => None,
    }
}

fn writing(path: &[&str], action: Option<&str>) -> Option<Route> {
    Some(match (path, action) {
        (["posts"], None) => commit(Kind::CreatePost, "posts.create", "partnerApiPostsExternal.CREATE"),
        (["posts", _], None) => route(Kind::EditPost, "posts.edit", "partnerApiPostsExternal.PARTIAL_UPDATE"),
        (["images"], Some("initializeUpload")) => {
            route(Kind::InitializeImage, "images.initialize", "images.ACTION-initializeUpload")
        }
        (["videos"], Some("initializeUpload")) => {
            route(Kind::InitializeVideo, "videos.initialize", "videos.ACTION-initializeUpload")
        }
        (["videos"], Some("finalizeUpload")) => {
            route(Kind::FinalizeVideo, "videos.finalize", "videos.ACTION-finalizeUpload")
        }
        (["documents"], Some("initializeUpload")) => {
            route(Kind::InitializeDocument, "documents.initialize", "documents.ACTION-initializeUpload")
        }
        (["socialActions", _, "comments"], None) => {
            commit(Kind::CreateComment, "comments.create", "socialActions.comments.CREATE")
        }
        (["socialActions", _, "comments", _], None) => {
            route(Kind::EditComment, "comments.edit", "socialActions.comments.PARTIAL_UPDATE")
        }
        (["reactions"], None) => route(Kind::React, "reactions.create", "reactions.CREATE"),
        _ => return None,
    })
}

fn reading(path: &[&str], ids: bool, q: bool) -> Option<Route> {
    Some(match path {
        ["posts"] if ids => route(Kind::BatchPosts, "posts.batch", "partnerApiPostsExternal.BATCH_GET"),
        ["posts"] if q => route(Kind::FindPosts, "posts.list", "partnerApiPostsExternal.FINDER-author"),
        ["posts", _] => route(Kind::GetPost, "posts.read", "partnerApiPostsExternal.GET"),
        ["images", _] => route(Kind::GetImage, "images.read", "images.GET"),
        ["videos", _] => route(Kind::GetVideo, "videos.read", "videos.GET"),
        ["documents", _] => route(Kind::GetDocument, "documents.read", "documents.GET"),
        ["socialActions", _, "comments"] => {
            route(Kind::ListComments, "comments.list", "socialActions.comments.GET_ALL")
        }
        ["socialActions", _, "comments", _] => {
            route(Kind::GetComment, "comments.read", "socialActions.comments.GET")
        }
        ["socialMetadata", _] => route(Kind::SocialMetadata, "social.read", "socialMetadata.GET"),
        ["organizationAcls"] => {
            route(Kind::Acls, "organizations.acls", "organizationAcls.FINDER-roleAssignee")
        }
        ["organizations"] if ids => {
            route(Kind::BatchOrganizations, "organizations.batch", "organizations.BATCH_GET")
        }
        ["organizations"] => {
            route(Kind::FindOrganizations, "organizations.find", "organizations.FINDER-vanityName")
        }
        ["organizations", _] => route(Kind::GetOrganization, "organizations.read", "organizations.GET"),
        ["networkSizes", _] => route(Kind::NetworkSize, "followers.read", "networkSizes.GET"),
        [one] => return measuring(one),
        _ => return None,
    })
}

fn measuring(resource: &str) -> Option<Route> {
    Some(match resource {
        "organizationalEntityShareStatistics" => route(
            Kind::ShareStatistics,
            "statistics.shares",
            "organizationalEntityShareStatistics.FINDER-organizationalEntity",
        ),
        "organizationalEntityFollowerStatistics" => route(
            Kind::FollowerStatistics,
            "statistics.followers",
            "organizationalEntityFollowerStatistics.FINDER-organizationalEntity",
        ),
        "organizationPageStatistics" => {
            route(Kind::PageStatistics, "statistics.page", "organizationPageStatistics.FINDER-organization")
        }
        "videoAnalytics" => route(Kind::VideoAnalytics, "statistics.videos", "videoAnalytics.FINDER-entity"),
        "memberCreatorPostAnalytics" => {
            route(Kind::MemberPostAnalytics, "member.posts", "memberCreatorPostAnalytics.FINDER")
        }
        "memberCreatorVideoAnalytics" => {
            route(Kind::MemberVideoAnalytics, "member.videos", "memberCreatorVideoAnalytics.FINDER")
        }
        "memberFollowersCount" => {
            route(Kind::MemberFollowers, "member.followers", "memberFollowersCount.FINDER")
        }
        _ => return None,
    })
}
