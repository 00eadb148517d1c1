//! Searching: all words, case ignored, the newest of one workspace, and nothing from the trash.

use carillon_domain::composition::Composition;
use carillon_domain::id::{Id, PostId, WorkspaceId};
use carillon_domain::time::{ManualClock, SeededEntropy, Timestamp};

use crate::repo::post::{self, PostRow};
use crate::repo::search;
use crate::testing::TestDb;
use crate::{StoreError, on_both};

struct Made<'t> {
    test: &'t TestDb,
    clock: ManualClock,
    entropy: SeededEntropy,
}

impl Made<'_> {
    fn id<K: carillon_domain::id::Kind>(&self) -> Id<K> {
        self.clock.advance(std::time::Duration::from_secs(1));
        Id::new(&self.clock, &self.entropy)
    }

    async fn post(&self, workspace: WorkspaceId, text: &str, trashed_at: Option<Timestamp>) -> PostId {
        let row = PostRow {
            workspace,
            id: self.id(),
            version: 1,
            composition: Composition { text: text.to_owned(), ..Composition::default() },
            tags: Vec::new(),
            campaign: None,
            due_at: None,
            wall: None,
            timezone: "UTC".into(),
            created_by: None,
            created_at: Timestamp::UNIX_EPOCH,
            updated_at: Timestamp::UNIX_EPOCH,
            trashed_at,
            erased: Vec::new(),
        };
        let id = row.id;
        let kept = self.test.db.write(move |tx| Box::pin(async move { post::insert(tx, &row).await })).await;
        kept.map_err(|e: StoreError| e.to_string()).expect("a post");
        id
    }

    async fn found(&self, workspace: WorkspaceId, words: &[&str], newest: i64, most: i64) -> Vec<PostId> {
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        search::posts(&self.test.db, workspace, &words, newest, most).await.expect("found")
    }
}

async fn newest(test: &TestDb) {
    let clock = ManualClock::new(Timestamp::from_second(1_000).expect("time"));
    let made = Made { test, clock, entropy: SeededEntropy::new(1) };
    let (ours, theirs) = (made.id(), made.id());
    let first = made.post(ours, "The QUAY at dawn", None).await;
    let second = made.post(ours, "A quay. 100% dawn_light", None).await;
    let third = made.post(ours, "Ένα ΛΙΜΆΝΙ", None).await;
    made.post(ours, "The quay, thrown away", Some(Timestamp::UNIX_EPOCH)).await;
    made.post(theirs, "The quay of somebody else", None).await;

    assert_eq!(made.found(ours, &["quay"], 100, 10).await, [second, first], "newest first");
    assert_eq!(made.found(ours, &["dawn", "the"], 100, 10).await, [first], "all words, in any order");
    assert_eq!(made.found(ours, &["λιμάνι"], 100, 10).await, [third], "in lower case of any alphabet");
    assert_eq!(made.found(ours, &["0%"], 100, 10).await, [second], "signs stand for themselves");
    assert_eq!(made.found(ours, &["n_l"], 100, 10).await, [second], "signs stand for themselves");
    assert_eq!(made.found(ours, &["quay"], 100, 1).await, [second], "no more than asked for");
    assert_eq!(made.found(ours, &["quay"], 2, 10).await, [second], "only the newest two are looked at");
    assert!(search::are_more(&test.db, ours, 2).await.expect("asked"));
    assert!(!search::are_more(&test.db, ours, 3).await.expect("asked"));
}
on_both!(words_are_found_among_the_newest, |t| super::newest(t));
