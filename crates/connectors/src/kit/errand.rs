//! What operations are for, in a few words: journals and metrics name each operation as its network does, which tells people nothing.

#[cfg(test)]
mod tests;

/// What a call is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Errand {
    /// Signing in, and staying so.
    SignIn,
    /// Reading who an account is.
    Profile,
    /// Reading posts, also to see whether one is public.
    Posts,
    /// Reading numbers.
    Numbers,
    /// Sending files, and waiting until they can be used.
    Files,
    /// Making a post public.
    Publish,
    /// Reading and writing comments.
    Comments,
    /// Changing what is public.
    Edit,
    /// Deleting what is public.
    Delete,
    /// Anything else.
    Other,
}

/// Operations by what they are for. One that ends with a dot stands for all that begin so. Names mean the same at every network.
const OPERATIONS: [(Errand, &[&str]); 9] = [
    (
        Errand::SignIn,
        &[
            "oauth.",
            "oauth2.",
            "createSession",
            "refreshSession",
            "deleteSession",
            "describeServer",
            "resolveHandle",
            "wellKnownDid",
            "didDocument",
            "protectedResource",
            "apps.create",
            "instance.get",
            "pages.list",
            "pages.token",
            "businesses.list",
            "organizations.roles",
        ],
    ),
    (
        Errand::Profile,
        &[
            "getProfile",
            "describeRepo",
            "profile.read",
            "accounts.verify",
            "users.me",
            "user.info",
            "userinfo",
            "channels.list",
            "organizations.get",
        ],
    ),
    (
        Errand::Posts,
        &[
            "getAuthorFeed",
            "getPosts",
            "getRecord",
            "listRecords",
            "posts.list",
            "posts.read",
            "posts.find",
            "posts.attached",
            "media.list",
            "media.read",
            "stories.list",
            "replies.list",
            "videos.find",
            "videos.list",
            "video.list",
            "playlistItems.list",
            "accounts.statuses",
            "statuses.get",
            "statuses.source",
            "users.tweets",
            "tweets.lookup",
        ],
    ),
    (Errand::Numbers, &["insights.", "statistics.", "analytics.", "followers.get", "reports.query"]),
    (
        Errand::Files,
        &[
            "uploadBlob",
            "card.",
            "containers.",
            "images.",
            "documents.",
            "photos.upload",
            "upload.put",
            "media.upload",
            "media.get",
            "media.initialize",
            "media.append",
            "media.finalize",
            "media.metadata",
            "media.status",
            "videos.start",
            "videos.initialize",
            "videos.transfer",
            "videos.upload",
            "videos.uploaded",
            "videos.finalize",
            "videos.get",
            "videos.read",
            "video.upload",
            "reels.start",
            "reels.upload",
            "stories.start",
            "stories.upload",
            "thumbnails.set",
        ],
    ),
    (
        Errand::Publish,
        &[
            "putRecord",
            "creator_info",
            "quota.read",
            "feed.create",
            "posts.create",
            "posts.publish",
            "publish.start",
            "media.publish",
            "reels.finish",
            "stories.create",
            "stories.finish",
            "videos.finish",
            "videos.insert",
            "video.init",
            "inbox.init",
            "content.init",
            "status",
            "statuses.create",
            "tweets.create",
            "playlistItems.insert",
        ],
    ),
    (Errand::Comments, &["comments.", "commentThreads."]),
    (Errand::Edit, &["posts.edit", "posts.update", "statuses.edit", "videos.update"]),
    (
        Errand::Delete,
        &[
            "deleteRecord",
            "posts.delete",
            "media.delete",
            "statuses.delete",
            "tweets.delete",
            "videos.delete",
        ],
    ),
];

impl Errand {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::SignIn,
        Self::Profile,
        Self::Posts,
        Self::Numbers,
        Self::Files,
        Self::Publish,
        Self::Comments,
        Self::Edit,
        Self::Delete,
        Self::Other,
    ];

    /// The stable name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SignIn => "sign_in",
            Self::Profile => "profile",
            Self::Posts => "posts",
            Self::Numbers => "numbers",
            Self::Files => "files",
            Self::Publish => "publish",
            Self::Comments => "comments",
            Self::Edit => "edit",
            Self::Delete => "delete",
            Self::Other => "other",
        }
    }

    /// What an operation is for.
    pub fn of(operation: &str) -> Self {
        let is =
            |name: &&str| if name.ends_with('.') { operation.starts_with(*name) } else { operation == *name };
        let found = OPERATIONS.into_iter().find(|(_, names)| names.iter().any(is));
        found.map_or(Self::Other, |(errand, _)| errand)
    }
}
