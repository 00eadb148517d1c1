//! Posts that come again and again: made ahead and once, changed alone or together, ended.

use carillon_domain::error::AppError;
use carillon_domain::id::{AccountId, PostId};
use carillon_domain::notice::NoticeKind;
use carillon_domain::publication::PostStatus;
use carillon_domain::time::{SignedDuration, Timestamp};
use carillon_engine::usecase::posts::{
    self, PostFilter, PostInput, PostPatch, PostView, Removal, WantedStatus,
};
use carillon_engine::usecase::series::{self, Scope};
use carillon_engine::usecase::{accounts, notices};
use carillon_store::repo::account;
use carillon_store::repo::notice::Which;
use carillon_store::testing::TestDb;
use carillon_store::{StoreError, on_both};

use super::support::Stage;

/// Tests begin on Monday, the 2nd of November 2026, at 11 o'clock in Athens. This is noon of the day after, and its days are 24 hours.
const FIRST: &str = "2026-11-03T10:00:00Z";

fn repeated(account: AccountId, text: &str, rule: &str) -> PostInput {
    PostInput {
        text: text.into(),
        accounts: vec![account],
        status: WantedStatus::Scheduled,
        scheduled_at: Some(FIRST.into()),
        repeat: Some(rule.into()),
        ..PostInput::default()
    }
}

fn days_later(days: i64) -> Timestamp {
    FIRST.parse::<Timestamp>().expect("a time") + SignedDuration::from_hours(24 * days)
}

/// What is scheduled, in order of time.
async fn scheduled(stage: &Stage) -> Vec<PostView> {
    let filter = PostFilter { status: Some(PostStatus::Scheduled), limit: 200, ..PostFilter::default() };
    let (mut found, _) = posts::list(&stage.engine, &stage.actor, &filter).await.expect("posts");
    found.sort_by_key(|view| view.post.due_at);
    found
}

fn times(views: &[PostView]) -> Vec<Timestamp> {
    views.iter().filter_map(|view| view.post.due_at).collect()
}

async fn made(test: &TestDb) {
    let stage = Stage::new(test).await;
    let account = stage.bluesky().await;
    let first = stage.post(repeated(account, "Weekly", "FREQ=WEEKLY;COUNT=10")).await;
    assert_eq!(first.post.due_at, Some(days_later(0)));
    assert!(first.warnings.iter().any(|one| one.field == "repeat" && one.code == "duplicate_content"));
    // Sixty days from the 2nd of November lie before the 5th of January.
    let expected: Vec<Timestamp> = (0..9).map(|n| days_later(7 * n)).collect();
    assert_eq!(times(&scheduled(&stage).await), expected);

    // However often anybody looks, nothing is made twice.
    stage.engine.upkeep().await;
    stage.bench.clock.advance_to(days_later(0) - SignedDuration::from_mins(30));
    tokio::join!(stage.engine.upkeep(), stage.engine.upkeep());
    assert_eq!(times(&scheduled(&stage).await), expected);
    stage.bench.clock.advance_to(days_later(4));
    while stage.run_due().await > 0 {}
    tokio::join!(stage.engine.upkeep(), stage.engine.upkeep());
    let left = times(&scheduled(&stage).await);
    assert_eq!(left, (1..10).map(|n| days_later(7 * n)).collect::<Vec<_>>(), "the tenth is the last one");
    let view =
        series::of_post(&stage.engine, &stage.actor, first.post.id).await.expect("read").expect("a series");
    assert_eq!((view.row.look_at, view.next.len()), (None, 9), "there is nothing more to make");
}
on_both!(occurrences_are_made_ahead_and_once, |t| super::made(t));

async fn alone(test: &TestDb) {
    let stage = Stage::new(test).await;
    let (engine, actor) = (&stage.engine, &stage.actor);
    let account = stage.bluesky().await;
    stage.post(repeated(account, "Daily", "FREQ=DAILY;COUNT=6")).await;
    let all: Vec<PostId> = scheduled(&stage).await.iter().map(|view| view.post.id).collect();
    assert_eq!(all.len(), 6);
    let patch = PostPatch { text: Some("Another one".into()), ..PostPatch::default() };
    posts::update(engine, actor, all[1], patch, None).await.expect("changed alone");
    posts::remove(engine, actor, all[2], Removal::default()).await.expect("canceled alone");
    let view = series::of_post(engine, actor, all[1]).await.expect("read").expect("still of the series");
    let detached: Vec<PostId> = view.next.iter().filter(|one| one.detached).map(|one| one.post).collect();
    assert_eq!(detached, [all[1]]);

    // All get another text and another hour, but for those two: their days are taken.
    let hour = SignedDuration::from_hours(3);
    let input = PostInput {
        scheduled_at: Some((days_later(3) + hour).to_string()),
        repeat: None,
        ..repeated(account, "New words", "")
    };
    let here = series::change(engine, actor, all[3], input, ("FREQ=DAILY;COUNT=6", Scope::All)).await;
    let here = here.expect("changed").expect("it is there anew");
    let left = scheduled(&stage).await;
    let found: Vec<(Timestamp, &str)> = left
        .iter()
        .map(|view| (view.post.due_at.expect("a time"), view.post.composition.text.as_str()))
        .collect();
    assert_eq!(
        found,
        [
            (days_later(0) + hour, "New words"),
            (days_later(1), "Another one"),
            (days_later(3) + hour, "New words"),
            (days_later(4) + hour, "New words"),
            (days_later(5) + hour, "New words"),
        ]
    );
    assert_eq!(left[2].post.id, here);
    // Upkeep changes nothing of that.
    stage.bench.clock.advance_to(days_later(0) - SignedDuration::from_mins(30));
    engine.upkeep().await;
    assert_eq!(scheduled(&stage).await.len(), 5);
    stage.run_until_idle().await;
    assert_eq!((stage.public("New words").len(), stage.public("Another one").len()), (4, 1));
    assert!(stage.public("Daily").is_empty(), "what was taken back does not go out");
}
on_both!(what_is_changed_alone_follows_no_more, |t| super::alone(t));

async fn following(test: &TestDb) {
    let stage = Stage::new(test).await;
    let (engine, actor) = (&stage.engine, &stage.actor);
    let account = stage.bluesky().await;
    let first = stage.post(repeated(account, "Daily", "FREQ=DAILY;COUNT=6")).await;
    let all = scheduled(&stage).await;
    let input = PostInput {
        scheduled_at: Some(days_later(3).to_string()),
        repeat: None,
        ..repeated(account, "From here on", "")
    };
    let other_day = PostInput { scheduled_at: Some(days_later(4).to_string()), ..input.clone() };
    let rule = "FREQ=DAILY;COUNT=6";
    let refused = series::change(engine, actor, all[3].post.id, other_day, (rule, Scope::All)).await;
    let Err(AppError::Invalid(errors)) = refused else { panic!("{refused:?}") };
    assert_eq!(errors[0].code, "day_of_series");
    let wrong =
        series::change(engine, actor, all[3].post.id, input.clone(), ("FREQ=HOURLY", Scope::Following)).await;
    assert!(matches!(wrong, Err(AppError::Invalid(_))), "{wrong:?}");
    assert_eq!(scheduled(&stage).await.len(), 6, "nothing of it was changed");

    let here = series::change(engine, actor, all[3].post.id, input, (rule, Scope::Following)).await;
    let here = here.expect("changed").expect("it is there anew");
    let texts: Vec<String> =
        scheduled(&stage).await.into_iter().map(|view| view.post.composition.text).collect();
    assert_eq!(texts, ["Daily", "Daily", "Daily", "From here on", "From here on", "From here on"]);
    let old = series::of_post(engine, actor, first.post.id).await.expect("read").expect("a series");
    let new = series::of_post(engine, actor, here).await.expect("read").expect("a series");
    assert_ne!(old.row.id, new.row.id);
    assert_eq!((old.next.len(), new.next.len(), new.row.rule.as_str()), (3, 3, "FREQ=DAILY;COUNT=3"));

    // Ending the second one leaves the first one alone.
    let next = new.next[1].post;
    assert_eq!(series::cancel(engine, actor, next, Scope::Following).await.expect("canceled"), 2);
    assert_eq!(times(&scheduled(&stage).await), (0..4).map(days_later).collect::<Vec<_>>());
    assert_eq!(series::cancel(engine, actor, first.post.id, Scope::All).await.expect("canceled"), 3);
    assert_eq!(times(&scheduled(&stage).await), [days_later(3)]);
    stage.bench.clock.advance_to(days_later(0));
    engine.upkeep().await;
    assert_eq!(scheduled(&stage).await.len(), 1, "an ended series makes nothing");
}
on_both!(a_series_is_parted_and_ended, |t| super::following(t));

async fn far(test: &TestDb) {
    let stage = Stage::new(test).await;
    let (engine, actor) = (&stage.engine, &stage.actor);
    let account = stage.bluesky().await;
    let begins = days_later(120).to_string();
    let planned = PostInput { scheduled_at: Some(begins), ..repeated(account, "In spring", "FREQ=WEEKLY") };
    let first = stage.post(planned.clone()).await;
    let input = PostInput { text: "In early spring".into(), repeat: None, ..planned };
    let here = series::change(engine, actor, first.post.id, input, ("FREQ=WEEKLY", Scope::All)).await;
    let here = here.expect("changed").expect("its first post is there");
    let all = scheduled(&stage).await;
    assert_eq!(times(&all), [days_later(120)], "nobody could find the series without it");
    assert_eq!((all[0].post.id, all[0].post.composition.text.as_str()), (here, "In early spring"));
    stage.bench.clock.advance_to(days_later(70));
    engine.upkeep().await;
    assert_eq!(times(&scheduled(&stage).await), [days_later(120), days_later(127)]);
}
on_both!(a_series_that_begins_late_is_seen_at_once, |t| super::far(t));

async fn replaced(test: &TestDb) {
    let stage = Stage::new(test).await;
    let (engine, actor) = (&stage.engine, &stage.actor);
    let account = stage.bluesky().await;
    let draft = PostInput { text: "Mine".into(), accounts: vec![account], ..PostInput::default() };
    let draft = stage.post(draft).await.post.id;
    posts::remove(engine, actor, draft, Removal::default()).await.expect("thrown away");
    let first = stage.post(repeated(account, "Daily", "FREQ=DAILY;COUNT=6")).await;
    let mut here = first.post.id;
    for text in ["Once", "Twice"] {
        let input = PostInput { repeat: None, ..repeated(account, text, "") };
        let changed = series::change(engine, actor, here, input, ("FREQ=DAILY;COUNT=6", Scope::All)).await;
        here = changed.expect("changed").expect("it is there anew");
    }
    let lying = posts::trashed(engine, actor, None, 200).await.expect("the trash");
    assert_eq!(
        lying.iter().map(|post| post.id).collect::<Vec<_>>(),
        [draft],
        "only what somebody threw away"
    );
    assert_eq!(scheduled(&stage).await.len(), 6);
    let gone = posts::erase(engine, actor, first.post.id).await;
    assert!(matches!(gone, Err(AppError::NotFound { .. })), "{gone:?}");
    stage.run_until_idle().await;
    assert_eq!(
        (stage.public("Twice").len(), stage.public("Daily").len() + stage.public("Once").len()),
        (6, 0)
    );
}
on_both!(what_a_series_makes_anew_does_not_fill_the_trash, |t| super::replaced(t));

async fn refused(test: &TestDb) {
    let stage = Stage::new(test).await;
    let account = stage.bluesky().await;
    let create = async |input: PostInput| {
        let refused = posts::create(&stage.engine, &stage.actor, input).await;
        let Err(AppError::Invalid(errors)) = refused else { panic!("{refused:?}") };
        (errors[0].field.clone(), errors[0].code.clone())
    };
    let field = |code: &str| ("repeat".to_owned(), code.to_owned());
    assert_eq!(create(repeated(account, "A", "every day")).await, field("invalid"));
    assert_eq!(create(repeated(account, "A", "FREQ=WEEKLY;BYDAY=MO")).await, field("not_in_rule"));
    assert_eq!(create(repeated(account, "A", "FREQ=DAILY;UNTIL=20261103T000000Z")).await, field("over"));
    for status in [WantedStatus::Draft, WantedStatus::Now, WantedStatus::Queue] {
        let input = PostInput { status, ..repeated(account, "A", "FREQ=DAILY") };
        assert_eq!(create(input).await, field("needs_time"), "{status:?}");
    }
    assert!(scheduled(&stage).await.is_empty());
}
on_both!(a_rule_that_would_mislead_is_refused, |t| super::refused(t));

/// The network said at the last reading that it takes so many posts a day.
async fn network_takes(stage: &Stage, id: AccountId, most: u32) {
    let mut row = accounts::get(&stage.engine, &stage.actor, id).await.expect("account");
    row.meta = serde_json::json!({ "daily_posts": most });
    let saved = stage.engine.db.write(move |tx| Box::pin(async move { account::update(tx, &row).await }));
    saved.await.map_err(|e: StoreError| e.to_string()).expect("saved");
}

async fn troubled(test: &TestDb) {
    let stage = Stage::new(test).await;
    let (engine, actor) = (&stage.engine, &stage.actor);
    let account = stage.through_pages("instagram", None).await;
    network_takes(&stage, account, 1).await;
    let media = vec![stage.picture().await];
    let input = PostInput { media: media.clone(), ..repeated(account, "Weekly", "FREQ=WEEKLY") };
    let first = stage.post(input).await;
    // In nine weeks, which are not made yet, the day is full.
    let full = days_later(63) + SignedDuration::from_hours(6);
    let other = PostInput {
        media,
        scheduled_at: Some(full.to_string()),
        repeat: None,
        ..repeated(account, "Full", "")
    };
    stage.post(other).await;
    let before = scheduled(&stage).await.len();
    stage.bench.clock.advance_to(days_later(8));
    engine.upkeep().await;
    let view = series::of_post(engine, actor, first.post.id).await.expect("read").expect("a series");
    let told: Vec<_> = view.next.iter().filter(|one| one.problem.is_some()).collect();
    assert_eq!(told.len(), 1, "{:?}", view.next);
    assert_eq!(told[0].at, days_later(63));
    assert!(told[0].problem.as_ref().is_some_and(|why| why.contains("Choose another day")), "{told:?}");
    let draft = posts::get(engine, actor, told[0].post).await.expect("a draft");
    assert_eq!((draft.status, draft.post.due_at), (PostStatus::Draft, Some(days_later(63))));
    assert_eq!(scheduled(&stage).await.len(), before);
    let open = async || {
        let (all, _) = notices::list(engine, actor, Which::All, None, 50).await.expect("notices");
        let open = all.into_iter().filter(|one| one.cleared_at.is_none());
        open.filter(|one| one.kind == NoticeKind::Unscheduled).collect::<Vec<_>>()
    };
    assert_eq!(open().await.iter().map(|one| one.post).collect::<Vec<_>>(), [Some(told[0].post)]);

    // Scheduled by hand for another hour it is like any other, and the series goes on.
    let patch = PostPatch {
        status: Some(WantedStatus::Scheduled),
        scheduled_at: Some(days_later(64).to_string()),
        ..PostPatch::default()
    };
    posts::update(engine, actor, told[0].post, patch, None).await.expect("scheduled");
    let view = series::of_post(engine, actor, first.post.id).await.expect("read").expect("a series");
    assert!(view.next.iter().all(|one| one.problem.is_none()), "{:?}", view.next);
    assert!(view.row.look_at.is_some() && view.row.problem.is_none());
    assert!(open().await.is_empty(), "it waits for nobody any more");

    // Without its account there is nothing to make: the series stops, and says why.
    accounts::disconnect(engine, actor, account, None, true).await.expect("erased");
    stage.bench.clock.advance_to(days_later(20));
    engine.upkeep().await;
    let view = series::of_post(engine, actor, first.post.id).await.expect("read").expect("a series");
    assert!(view.row.problem.is_some_and(|why| why.contains("no account")) && view.row.look_at.is_none());
    assert_eq!(open().await.len(), 1, "people are told");
}
on_both!(what_can_not_be_scheduled_waits_as_a_draft, |t| super::troubled(t));

async fn stopped(test: &TestDb) {
    let stage = Stage::new(test).await;
    let (engine, actor) = (&stage.engine, &stage.actor);
    let account = stage.bluesky().await;
    stage.post(repeated(account, "Weekly", "FREQ=WEEKLY")).await;
    let all: Vec<PostId> = scheduled(&stage).await.iter().map(|view| view.post.id).collect();
    // The day of the last one stays taken, though there is no post any more; the one before lies in the trash.
    let [.., left, thrown, gone] = all.as_slice() else { panic!("{all:?}") };
    for id in [*thrown, *gone] {
        let removal = Removal { trash: true, ..Removal::default() };
        posts::remove(engine, actor, id, removal).await.expect("thrown away");
    }
    posts::erase(engine, actor, *gone).await.expect("erased");
    accounts::disconnect(engine, actor, account, None, true).await.expect("erased");
    stage.bench.clock.advance_to(days_later(20));
    engine.upkeep().await;
    let view = series::of_post(engine, actor, *left).await.expect("read").expect("a series");
    assert!(view.row.problem.is_some() && view.row.look_at.is_none(), "it stopped: {:?}", view.row);
    let (told, _) = notices::list(engine, actor, Which::All, None, 50).await.expect("notices");
    let told: Vec<_> = told.iter().filter(|one| one.kind == NoticeKind::Unscheduled).collect();
    assert_eq!(told.iter().map(|one| one.post).collect::<Vec<_>>(), [Some(*left)], "people can go there");
    posts::get(engine, actor, *left).await.expect("a post that is there");
}
on_both!(a_series_that_stops_names_a_post_that_is_there, |t| super::stopped(t));
