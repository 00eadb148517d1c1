//! Posting slots and the queue that fills them: what is free, who gets it when several ask at once, and changing the order.

use carillon_domain::account::CapMode;
use carillon_domain::error::AppError;
use carillon_domain::id::AccountId;
use carillon_domain::publication::PostStatus;
use carillon_domain::time::{SignedDuration, Timestamp};
use carillon_engine::usecase::accounts::{self, AccountPatch};
use carillon_engine::usecase::posts::{self, PostInput, PostPatch, PostView, WantedStatus};
use carillon_engine::usecase::queue::{self, Direction, Move, NewSlots};
use carillon_store::on_both;
use carillon_store::testing::TestDb;

use super::judging::network_takes;
use super::support::Stage;

/// A slot each day at this time, in Athens.
fn daily(time: &str) -> NewSlots {
    NewSlots {
        weekdays: (1..=7).map(|day: u8| day.to_string()).collect(),
        time: time.into(),
        timezone: String::new(),
    }
}

async fn with_slots(stage: &Stage, account: AccountId, times: &[&str]) {
    for time in times {
        queue::add(&stage.engine, &stage.actor, account, &daily(time)).await.expect("added");
    }
}

fn queued(accounts: &[AccountId], text: &str) -> PostInput {
    PostInput {
        text: text.into(),
        accounts: accounts.to_vec(),
        status: WantedStatus::Queue,
        ..PostInput::default()
    }
}

/// This time of day in Athens, so many days from now.
fn on_day(stage: &Stage, days: i64, hour: i8) -> Timestamp {
    let there = stage.engine.clock.now().in_tz("Europe/Athens").expect("a zone").date();
    let day = there.checked_add(jiff::Span::new().days(days)).expect("a day");
    day.at(hour, 0, 0, 0).in_tz("Europe/Athens").expect("a zone").timestamp()
}

fn due(view: &PostView) -> Timestamp {
    view.post.due_at.expect("a time")
}

/// The first codes of a refusal.
fn code<T: std::fmt::Debug>(refused: Result<T, AppError>) -> String {
    match refused {
        Err(AppError::Invalid(errors)) => errors[0].code.clone(),
        Err(AppError::Conflict { code, .. }) => code.to_owned(),
        other => panic!("{other:?}"),
    }
}

async fn at_once(test: &TestDb) {
    let stage = Stage::new(test).await;
    let account = stage.bluesky().await;
    with_slots(&stage, account, &["09:00", "21:00"]).await;
    let create = |text: &str| posts::create(&stage.engine, &stage.actor, queued(&[account], text));
    let made = tokio::join!(
        create("One"),
        create("Two"),
        create("Three"),
        create("Four"),
        create("Five"),
        create("Six")
    );
    let mut times: Vec<Timestamp> =
        <[_; 6]>::from(made).into_iter().map(|one| due(&one.expect("each gets a slot"))).collect();
    times.sort_unstable();
    assert!(times[0] > stage.engine.clock.now());
    for (n, pair) in times.windows(2).enumerate() {
        assert_eq!(pair[1].duration_since(pair[0]), SignedDuration::from_hours(12), "{n}: {times:?}");
    }
    let queue = queue::of(&stage.engine, &stage.actor, account).await.expect("the queue");
    let filled: Vec<_> = queue.rows.iter().take_while(|row| row.post.is_some()).map(|row| row.at).collect();
    assert_eq!(filled, times, "without a gap, each slot once");
    assert!(queue.rows[6..].iter().all(|row| row.post.is_none() && row.is_slot));
}
on_both!(who_queues_at_once_never_gets_the_slot_of_another, |t| super::at_once(t));

async fn freed(test: &TestDb) {
    let stage = Stage::new(test).await;
    let account = stage.bluesky().await;
    with_slots(&stage, account, &["12:00"]).await;
    stage.at(account, "By hand", on_day(&stage, 1, 12)).await;
    let draft = PostInput {
        status: WantedStatus::Draft,
        scheduled_at: Some(on_day(&stage, 2, 12).to_string()),
        ..queued(&[account], "Draft")
    };
    let draft = stage.post(draft).await;
    stage.at(account, "Today", on_day(&stage, 0, 12)).await;
    let next = stage.post(queued(&[account], "Queued")).await;
    assert_eq!(due(&next), on_day(&stage, 2, 12), "what is planned by hand is passed over, a draft is not");
    assert_eq!((next.status, next.post.timezone.as_str()), (PostStatus::Scheduled, "Europe/Athens"));

    // A draft gets into the queue by a change of its status, whatever time it had.
    let patch = PostPatch { status: Some(WantedStatus::Queue), ..PostPatch::default() };
    let moved = posts::update(&stage.engine, &stage.actor, draft.post.id, patch.clone(), None).await;
    assert_eq!(due(&moved.expect("queued")), on_day(&stage, 3, 12));
    // Once more: a post is not in its own way.
    let again = posts::update(&stage.engine, &stage.actor, draft.post.id, patch, None).await;
    assert_eq!(due(&again.expect("queued")), on_day(&stage, 3, 12));

    posts::remove(&stage.engine, &stage.actor, next.post.id, posts::Removal::default())
        .await
        .expect("canceled");
    let free = queue::next_free(&stage.engine, &stage.actor, &[account], None).await.expect("free again");
    assert_eq!(free.at, on_day(&stage, 2, 12));
}
on_both!(a_slot_is_free_until_something_is_planned_there, |t| super::freed(t));

async fn full(test: &TestDb) {
    let stage = Stage::new(test).await;
    let account = stage.bluesky().await;
    with_slots(&stage, account, &["12:00", "18:00"]).await;
    let cap =
        |mode| AccountPatch { daily_cap: Some(Some(1)), cap_mode: Some(mode), ..AccountPatch::default() };
    let (engine, actor) = (&stage.engine, &stage.actor);
    accounts::update(engine, actor, account, cap(CapMode::Enforce)).await.expect("capped");
    stage.at(account, "Morning", on_day(&stage, 1, 8)).await;
    stage.at(account, "Today", on_day(&stage, 0, 23)).await;
    let free = async || queue::next_free(engine, actor, &[account], None).await.expect("free").at;
    assert_eq!(free().await, on_day(&stage, 2, 12), "a day that is full by an enforced cap is passed over");
    accounts::update(engine, actor, account, cap(CapMode::Warn)).await.expect("capped");
    let first = free().await;
    assert!(first <= on_day(&stage, 1, 12), "one that only warns does not keep a slot empty: {first}");
}
on_both!(a_day_without_room_is_passed_over, |t| super::full(t));

async fn several(test: &TestDb) {
    let stage = Stage::new(test).await;
    let (one, other, third) =
        (stage.bluesky().await, stage.x().await, stage.through_pages("threads", None).await);
    let (engine, actor) = (&stage.engine, &stage.actor);
    let next = async |accounts: &[AccountId]| queue::next_free(engine, actor, accounts, None).await;
    assert_eq!(code(next(&[one, other]).await), "no_slots");
    with_slots(&stage, one, &["10:00", "16:00"]).await;
    with_slots(&stage, other, &["11:00"]).await;
    assert_eq!(code(next(&[one, other]).await), "no_common_slot");
    assert_eq!(code(next(&[]).await), "required");

    with_slots(&stage, other, &["16:00"]).await;
    let both = next(&[one, other]).await.expect("a time of both");
    assert_eq!(both.at.in_tz("Europe/Athens").expect("a zone").hour(), 16);
    let with_third = next(&[one, other, third]).await.expect("the third goes along");
    assert_eq!(with_third.at, both.at);
    stage.at(other, "In the way", both.at).await;
    let later = next(&[one, other]).await.expect("the day after");
    assert_eq!(later.at.in_tz("Europe/Athens").expect("a zone").hour(), 16);
    assert!(later.at > both.at, "what one of them has planned is in the way of both");
    assert!(next(&[one]).await.expect("alone").at < later.at);

    queue::copy(engine, actor, one, &[other, third]).await.expect("copied");
    let of = async |id| queue::slots(engine, actor, id).await.expect("slots");
    assert_eq!(of(other).await, of(one).await, "copies replace what was there");
    assert_eq!(of(third).await.len(), 14);
}
on_both!(several_accounts_share_a_slot_that_is_free_on_all, |t| super::several(t));

async fn kept(test: &TestDb) {
    let stage = Stage::new(test).await;
    let account = stage.bluesky().await;
    let (engine, actor) = (&stage.engine, &stage.actor);
    for wrong in [
        NewSlots { time: "25:00".into(), ..daily("") },
        NewSlots { weekdays: vec!["8".into()], ..daily("09:00") },
        NewSlots { weekdays: Vec::new(), ..daily("09:00") },
        NewSlots { timezone: "Mars/Base".into(), ..daily("09:00") },
    ] {
        let refused = queue::add(engine, actor, account, &wrong).await;
        assert!(matches!(refused, Err(AppError::Invalid(_))), "{wrong:?}");
    }
    for hour in 0..10 {
        with_slots(&stage, account, &[&format!("{hour:02}:30")]).await;
    }
    with_slots(&stage, account, &["09:30"]).await;
    let all = queue::slots(engine, actor, account).await.expect("slots");
    assert_eq!(all.len(), queue::MOST, "what is there already is not added twice");
    assert_eq!(code(queue::add(engine, actor, account, &daily("23:00")).await), "too_many");
    assert_eq!(queue::slots(engine, actor, account).await.expect("slots"), all, "none of them was added");

    queue::remove(engine, actor, account, all[0].clone()).await.expect("gone");
    let twice = queue::remove(engine, actor, account, all[0].clone()).await;
    assert!(matches!(twice, Err(AppError::NotFound { .. })), "{twice:?}");
    queue::replace(engine, actor, account, &[daily("12:00")]).await.expect("replaced");
    assert_eq!(queue::slots(engine, actor, account).await.expect("slots").len(), 7);
    let zone = NewSlots { timezone: "Mars/Base".into(), ..daily("12:00") };
    let Err(AppError::Invalid(errors)) =
        queue::replace(engine, actor, account, &[daily("13:00"), zone]).await
    else {
        panic!("refused")
    };
    assert_eq!(errors[0].field, "slots.1.timezone");
    assert_eq!(queue::slots(engine, actor, account).await.expect("slots").len(), 7);
}
on_both!(slots_are_added_taken_away_and_replaced, |t| super::kept(t));

async fn order(test: &TestDb) {
    let stage = Stage::new(test).await;
    let account = stage.bluesky().await;
    with_slots(&stage, account, &["12:00"]).await;
    let (a, b) = (stage.post(queued(&[account], "A")).await, stage.post(queued(&[account], "B")).await);
    let (first, second) = (due(&a), due(&b));
    let shift = async |post: &PostView, at, direction| {
        let wanted = Move { post: post.post.id, at, direction };
        queue::shift(&stage.engine, &stage.actor, account, wanted).await
    };
    let now = async |post: &PostView| {
        let view = posts::get(&stage.engine, &stage.actor, post.post.id).await.expect("the post");
        assert_eq!(view.publications[0].due_at, view.post.due_at);
        due(&view)
    };
    shift(&b, second, Direction::Earlier).await.expect("exchanged");
    assert_eq!((now(&a).await, now(&b).await), (second, first));
    assert_eq!(code(shift(&b, second, Direction::Earlier).await), "moved", "the second press of one button");
    assert_eq!(code(shift(&b, first, Direction::Earlier).await), "no_slot");

    // Into a free slot, and what is public stays where it is.
    shift(&a, second, Direction::Later).await.expect("moved");
    assert_eq!(now(&a).await, second + SignedDuration::from_hours(24));
    assert_eq!(now(&b).await, first);
    stage.bench.clock.advance_to(first);
    while stage.run_due().await > 0 {}
    assert_eq!(stage.public("B").len(), 1);
    let refused = shift(&b, first, Direction::Later).await;
    assert!(matches!(refused, Err(AppError::NotFound { .. } | AppError::Conflict { .. })), "{refused:?}");
    stage.run_until_idle().await;
    assert_eq!((stage.public("A").len(), stage.public("B").len()), (1, 1));
}
on_both!(moving_in_a_queue_exchanges_times, |t| super::order(t));

async fn full_days(test: &TestDb) {
    let stage = Stage::new(test).await;
    let account = stage.through_pages("instagram", None).await;
    network_takes(&stage, account, 1).await;
    with_slots(&stage, account, &["12:00"]).await;
    let media = vec![stage.picture().await];
    let post =
        async |text: &str| stage.post(PostInput { media: media.clone(), ..queued(&[account], text) }).await;
    let (a, b) = (post("A").await, post("B").await);
    let (first, second) = (due(&a), due(&b));
    let wanted = Move { post: b.post.id, at: second, direction: Direction::Earlier };
    let moved = queue::shift(&stage.engine, &stage.actor, account, wanted).await.expect("exchanged");
    let other = posts::get(&stage.engine, &stage.actor, a.post.id).await.expect("the post");
    assert_eq!((due(&moved), due(&other)), (first, second), "both days are as full as they were");
    // One more is refused on either day.
    for at in [first, second] {
        let more = PostInput {
            media: media.clone(),
            status: WantedStatus::Scheduled,
            scheduled_at: Some((at + SignedDuration::from_hours(2)).to_string()),
            ..queued(&[account], "C")
        };
        assert_eq!(code(posts::create(&stage.engine, &stage.actor, more).await), "cap_exceeded");
    }
}
on_both!(posts_change_places_between_full_days, |t| super::full_days(t));
