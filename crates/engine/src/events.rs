//! What changed, for those who watch: pages and, later, subscribers. An event carries ids only; whoever wants more reads it
//! with their own rights.
//!
//! Pages listen only while somebody looks at them, so the latest events are kept for those who come back.

use std::collections::VecDeque;
use std::fmt;
use std::str::FromStr;
use std::sync::{Arc, Mutex, PoisonError};

use carillon_domain::id::{AccountId, PostId, PublicationId, WorkspaceId};
use carillon_domain::time::{Entropy, random_bytes};
use tokio::sync::broadcast;

/// Events that are kept for those who come back.
const KEPT: usize = 4_096;

/// Something changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// In this workspace.
    pub workspace: WorkspaceId,
    /// What.
    pub topic: Topic,
    /// Its place among all events.
    pub place: Place,
}

/// How far somebody has heard. Written as text for those who come back; another process knows nothing of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    process: u64,
    number: u64,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:x}-{}", self.process, self.number)
    }
}

impl FromStr for Place {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (process, number) = text.split_once('-').unwrap_or((text, ""));
        Ok(Self { process: u64::from_str_radix(process, 16)?, number: number.parse()? })
    }
}

/// What somebody hears who begins to listen.
#[derive(Debug)]
pub struct Heard {
    /// What comes from now on, of all workspaces.
    pub receiver: broadcast::Receiver<Event>,
    /// What changed since the place that was asked for, each once; `None` when that is not known any more.
    pub missed: Option<Vec<Topic>>,
    /// Where listening begins.
    pub place: Place,
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
pub struct Events(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    sender: broadcast::Sender<Event>,
    kept: Mutex<Kept>,
}

#[derive(Debug)]
struct Kept {
    place: Place,
    /// Oldest first.
    events: VecDeque<Event>,
}

impl Events {
    /// Events of this process, whose places no other process takes for its own.
    pub fn new(entropy: &dyn Entropy) -> Self {
        let process = u64::from_be_bytes(random_bytes(entropy));
        let kept = Kept { place: Place { process, number: 0 }, events: VecDeque::new() };
        Self(Arc::new(Shared { sender: broadcast::channel(1024).0, kept: Mutex::new(kept) }))
    }

    /// How far they have come: whoever reads something afterwards has seen what changed until here.
    pub fn place(&self) -> Place {
        self.0.kept.lock().unwrap_or_else(PoisonError::into_inner).place
    }

    /// A new listener.
    pub fn listen(&self) -> broadcast::Receiver<Event> {
        self.0.sender.subscribe()
    }

    /// A listener who comes back, or comes with nothing missed where `after` is `None`.
    pub fn listen_after(&self, workspace: WorkspaceId, after: Option<Place>) -> Heard {
        // Nothing can be said meanwhile, so nothing is heard twice or not at all.
        let kept = self.0.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let after = after.unwrap_or(kept.place);
        let oldest = kept.events.front().map_or(kept.place.number + 1, |event| event.place.number);
        let known = after.process == kept.place.process
            && after.number <= kept.place.number
            && after.number + 1 >= oldest;
        let missed = known.then(|| {
            let mut topics = Vec::new();
            for event in kept.events.iter().rev().take_while(|event| event.place.number > after.number) {
                if event.workspace == workspace && !topics.contains(&event.topic) {
                    topics.push(event.topic);
                }
            }
            topics
        });
        Heard { receiver: self.0.sender.subscribe(), missed, place: kept.place }
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
        let mut kept = self.0.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.place.number += 1;
        let event = Event { workspace, topic, place: kept.place };
        if kept.events.len() == KEPT {
            kept.events.pop_front();
        }
        kept.events.push_back(event.clone());
        // Nobody listening is fine.
        drop(self.0.sender.send(event));
    }
}

#[cfg(test)]
mod tests {
    use carillon_domain::time::SeededEntropy;
    use uuid::Uuid;

    use super::*;

    fn workspace(number: u128) -> WorkspaceId {
        WorkspaceId::from_uuid(Uuid::from_u128(number))
    }

    fn post(number: u128) -> PostId {
        PostId::from_uuid(Uuid::from_u128(number))
    }

    #[test]
    fn who_comes_back_hears_once_what_changed_meanwhile_in_their_workspace() {
        let events = Events::new(&SeededEntropy::new(1));
        let (own, other) = (workspace(1), workspace(2));
        let (before, after) = (post(1), post(2));
        let begun = events.listen_after(own, None);
        assert_eq!(begun.missed, Some(Vec::new()));
        events.post_changed(own, before);
        let heard = events.listen_after(own, Some(begun.place));
        assert_eq!(heard.missed, Some(vec![Topic::Post(before)]));
        for _ in 0..3 {
            events.post_changed(own, after);
            events.notices_changed(other);
        }
        let place: Place = heard.place.to_string().parse().expect("as it was written");
        assert_eq!(events.listen_after(own, Some(place)).missed, Some(vec![Topic::Post(after)]));
        assert_eq!(events.listen_after(other, Some(place)).missed, Some(vec![Topic::Notices]));
    }

    #[test]
    fn a_place_that_is_too_old_or_of_another_process_is_not_known() {
        let events = Events::new(&SeededEntropy::new(1));
        let own = workspace(1);
        let begun = events.listen_after(own, None).place;
        for _ in 0..KEPT {
            events.notices_changed(own);
        }
        assert_eq!(events.listen_after(own, Some(begun)).missed, Some(vec![Topic::Notices]));
        events.notices_changed(own);
        assert_eq!(events.listen_after(own, Some(begun)).missed, None);
        let elsewhere = Events::new(&SeededEntropy::new(2)).listen_after(own, None).place;
        assert_eq!(events.listen_after(own, Some(elsewhere)).missed, None);
        let later = Place { number: begun.number + 1_000_000, ..begun };
        assert_eq!(events.listen_after(own, Some(later)).missed, None);
        assert!(["", "x", "1", "1-", "-1", "1-x"].iter().all(|text| text.parse::<Place>().is_err()));
    }
}
