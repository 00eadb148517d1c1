//! Posts that nobody sent by an API: made on the network's own pages, as most posts of most people are. A demo's past is made of them.

use super::blob::BlobInfo;

/// Whose post it is, as the network's API names the account.
#[derive(Debug, Clone, Copy)]
pub struct Author<'a> {
    /// The network's id of the account.
    pub account: &'a str,
    /// Its server, for networks of many servers: the host, without port.
    pub server: Option<&'a str>,
}

/// What is posted.
#[derive(Debug, Clone, Copy)]
pub struct Elsewhere<'a> {
    /// Words. With an address in them they are a link, where networks know links.
    pub text: &'a str,
    /// A picture or a video.
    pub file: Option<&'a Attached>,
    /// Its author does not show how many like it, where a network lets them hide that.
    pub hides_likes: bool,
}

/// A file that is in the world's [`Blobs`](super::blob::Blobs).
#[derive(Debug, Clone)]
pub struct Attached {
    /// What is known of it.
    pub blob: BlobInfo,
    /// Alternative text.
    pub alt: String,
    /// Width and height, pixels.
    pub size: (u32, u32),
    /// Length of a video, milliseconds.
    pub milliseconds: Option<u64>,
}

impl Attached {
    /// Whether it is a video; else it is a picture.
    pub fn is_video(&self) -> bool {
        self.blob.mime.starts_with("video/")
    }
}
