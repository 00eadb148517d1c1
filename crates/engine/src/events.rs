//! What changed, for those who watch: pages and, later, subscribers. An event carries ids only; whoever wants more reads it
//! with their own rights.

use carillon_domain::id::{AccountId, PostId, PublicationId, WorkspaceId};
use tokio::sync::broadcast;

/// Something changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// In this workspace.
    pub workspace: WorkspaceId,
    /// What.
    pub topic: Topic,
}

/// What changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Topic {
    /// A post or one of its publications.
    Post(PostId),
    /// One publication of a post.
    Publication(PostId, PublicationId),
    /// An account.
    Account(AccountId),
    /// What needs a person, or what somebody read of it.
    Notices,
}

/// Hands events to whoever listens in this process. A slow listener loses the oldest and reads again.
#[derive(Debug, Clone)]
pub struct Events(broadcast::Sender<Event>);

impl Default for Events {
    fn default() -> Self {
        Self(broadcast::channel(1024).0)
    }
}

impl Events {
    /// A new listener.
    pub fn listen(&self) -> broadcast::Receiver<Event> {
        self.0.subscribe()
    }

    /// A post changed.
    pub fn post_changed(&self, workspace: WorkspaceId, post: PostId) {
        self.send(workspace, Topic::Post(post));
    }

    /// A publication changed.
    pub fn publication_changed(&self, workspace: WorkspaceId, post: PostId, publication: PublicationId) {
        self.send(workspace, Topic::Publication(post, publication));
    }

    /// An account changed.
    pub fn account_changed(&self, workspace: WorkspaceId, account: AccountId) {
        self.send(workspace, Topic::Account(account));
    }

    /// There is a new notice, or one was settled or read.
    pub fn notices_changed(&self, workspace: WorkspaceId) {
        self.send(workspace, Topic::Notices);
    }

    fn send(&self, workspace: WorkspaceId, topic: Topic) {
        // Nobody listening is fine.
        drop(self.0.send(Event { workspace, topic }));
    }
}
