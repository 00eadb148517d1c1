//! What operations are for, in a few words: journals and metrics name each operation as its network does, which tells people nothing.
//!
//! A name says it at one network only: what changes a post at one makes it public at another. So each platform lists its own.

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

/// The operations of one network by what they are for. A name that ends with a dot stands for all that begin so.
pub type Errands = &'static [(Errand, &'static [&'static str])];

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
}
