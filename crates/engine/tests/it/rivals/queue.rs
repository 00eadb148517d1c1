//! Complaint 30: whatever is done to a queue, what is public stays as it is, and what was cancelled leaves its slot.

use carillon_domain::publication::PublicationState;
use carillon_engine::usecase::posts::{self, PostInput, Removal, WantedStatus};
use carillon_engine::usecase::queue::{self, Direction, Move, NewSlots};
use carillon_store::testing::TestDb;

use super::super::support::Stage;

fn daily(time: &str) -> NewSlots {
    NewSlots {
        weekdays: (1..=7).map(|day: u8| day.to_string()).collect(),
        time: time.into(),
        timezone: "UTC".into(),
    }
}

pub async fn untouched(test: &TestDb) {
    let stage = Stage::new(test).await;
    let (engine, actor) = (&stage.engine, &stage.actor);
    let account = stage.bluesky().await;
    queue::add(engine, actor, account, &daily("12:00")).await.expect("slots");
    let queued = async |text: &str| {
        let input = PostInput {
            text: text.into(),
            accounts: vec![account],
            status: WantedStatus::Queue,
            ..PostInput::default()
        };
        stage.post(input).await
    };
    let out = queued("Out").await;
    stage.run_until_idle().await;
    let before = stage.row(out.publications[0].id).await;
    assert_eq!(before.state, PublicationState::Published);

    let (one, other) = (queued("One").await, queued("Other").await);
    let at = other.post.due_at.expect("a time");
    let up = Move { post: other.post.id, at, direction: Direction::Earlier };
    queue::shift(engine, actor, account, up).await.expect("exchanged");
    let back = Move { post: out.post.id, at: out.post.due_at.expect("a time"), direction: Direction::Later };
    assert!(queue::shift(engine, actor, account, back).await.is_err(), "what is public is in no queue");
    queue::replace(engine, actor, account, &[daily("15:00")]).await.expect("other slots");
    assert_eq!(
        stage.row(out.publications[0].id).await,
        before,
        "no change of the queue is one of what is public"
    );

    // Moved or not, what was planned keeps its time; cancelled, it leaves its slot.
    let free = queue::next_free(engine, actor, &[account], None).await.expect("a slot").at;
    let third = queued("Third").await;
    assert_eq!(third.post.due_at, Some(free));
    posts::remove(engine, actor, third.post.id, Removal::default()).await.expect("canceled");
    assert_eq!(queue::next_free(engine, actor, &[account], None).await.expect("the same").at, free);
    stage.run_until_idle().await;
    for (text, times) in [("Out", 1), ("One", 1), ("Other", 1), ("Third", 0)] {
        assert_eq!(stage.public(text).len(), times, "{text}");
    }
    let one = posts::get(engine, actor, one.post.id).await.expect("the first one");
    assert_eq!(one.post.due_at, Some(at));
}
