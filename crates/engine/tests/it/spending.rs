//! What networks take of one account: what one node hears of a limit holds all of them back, and nobody plans more than fits.

use std::time::Duration;

use carillon_connectors::Registry;
use carillon_connectors::conformance::Connect;
use carillon_connectors::sandbox::persona::PERSONAS;
use carillon_connectors::sandbox::{Fault, FaultKind, When};
use carillon_domain::error::AppError;
use carillon_domain::id::{AccountId, SyncRunId};
use carillon_domain::publication::PublicationState;
use carillon_domain::sync::SyncState;
use carillon_domain::time::{SignedDuration, Timestamp};
use carillon_engine::usecase::budgets::{self, Budget, Kind};
use carillon_engine::usecase::posts::{self, PostInput, WantedStatus};
use carillon_engine::usecase::{accounts, sync};
use carillon_store::StoreError;
use carillon_store::on_both;
use carillon_store::repo::shared_quota::{self, Bucket};
use carillon_store::repo::sync_run::{ListQuery, SyncRunRow};
use carillon_store::testing::TestDb;

use super::support::Stage;

async fn shared(test: &TestDb) {
    for platform in ["x", "mastodon", "bluesky"] {
        let stage = Stage::new(test).await;
        let account = match platform {
            "bluesky" => stage.bluesky().await,
            "x" => stage.x().await,
            _ => stage.through_pages(platform, Some("https://social.mastodon.localhost")).await,
        };
        stage.run_until_idle().await;
        stage.fault(Fault::once(platform, "commit", When::Before, FaultKind::RateLimit).reset(600));
        let first = stage.now(account, "Refused for its limit").await;
        stage.run_due().await;
        let refused = stage.row(first.publications[0].id).await;
        assert_eq!((refused.tries, refused.published_at), (0, None), "{platform}: it costs no try");
        // The network would take this one now, but the limit of the account is used up, as the other node has heard.
        stage.bench.clock.advance(Duration::from_secs(60));
        let second = stage.now(account, "Not even asked").await;
        stage.another_node().await.run_due(10).await.expect("runs");
        let held_back = stage.row(second.publications[0].id).await;
        assert_eq!((held_back.tries, held_back.published_at), (0, None), "{platform}: {:?}", held_back.error);
        assert!(!held_back.intent, "{platform}: it can still be taken back");
        stage.run_until_idle().await;
        for post in [first, second] {
            let publication = stage.publication(&post).await;
            assert_eq!(publication.state, PublicationState::Published, "{platform}: {publication:?}");
            let due = publication.due_at.expect("due");
            assert!(publication.published_at.is_some_and(|at| at > due), "{platform}: after the reset");
        }
    }
}
on_both!(what_one_node_hears_of_a_limit_holds_back_the_others, |t| super::shared(t));

async fn window(test: &TestDb) {
    let stage = Stage::new(test).await;
    let account = stage.x().await;
    // The clock of the tests begins at a full hour.
    let due = stage.in_minutes(24 * 60);
    let input = |n: usize, minutes: i64| PostInput {
        text: format!("Bell {n}"),
        accounts: vec![account],
        status: WantedStatus::Scheduled,
        scheduled_at: Some((due + SignedDuration::from_mins(minutes)).to_string()),
        ..PostInput::default()
    };
    for n in 0..100 {
        stage.post(input(n, i64::try_from(n % 15).expect("small"))).await;
    }
    let refused = posts::create(&stage.engine, &stage.actor, input(100, 14)).await;
    let Err(AppError::Invalid(errors)) = refused else { panic!("{refused:?}") };
    let full = errors.iter().find(|e| e.code == "cap_exceeded").expect("the limit of the network");
    assert_eq!((&full.limit, &full.value), (&Some(100.into()), &Some(101.into())));
    stage.post(input(101, 15)).await;
    stage.bench.clock.advance_to(due);
    let told = budgets_of(&stage, account).await;
    let span = told.iter().find(|budget| budget.kind == Kind::Window { minutes: 15 }).expect("its span");
    assert_eq!((span.used, span.planned, span.limit, span.left()), (0, Some(100), 100, 0));
    assert_eq!(span.resets_at, due + SignedDuration::from_mins(15));
    let own = told.iter().find(|budget| budget.kind == Kind::Own).expect("the usual cap");
    assert_eq!((own.planned, own.limit, own.left()), (Some(101), 10, 0));
}
on_both!(no_more_is_planned_than_a_network_takes_in_its_span_of_time, |t| super::window(t));

/// The same with another setting of a network.
async fn with_setting(stage: Stage, platform: &str, key: &str, value: &str) -> Stage {
    stage
        .with_settings(|all| {
            let of_platform = all.get_mut(platform).expect("a network");
            of_platform.values.insert(key.into(), value.into());
        })
        .await
}

async fn plan(test: &TestDb) {
    let stage = Stage::new(test).await;
    let account = stage.x().await;
    let stage = with_setting(stage, "x", "plan", "free").await;
    let day = stage.in_minutes(24 * 60);
    let input = |n: usize| PostInput {
        text: format!("Bell {n}"),
        accounts: vec![account],
        status: WantedStatus::Scheduled,
        scheduled_at: Some(day.to_string()),
        ..PostInput::default()
    };
    for n in 0..17 {
        stage.post(input(n)).await;
    }
    let refused = posts::create(&stage.engine, &stage.actor, input(17)).await;
    let Err(AppError::Invalid(errors)) = refused else { panic!("{refused:?}") };
    let full = errors.iter().find(|e| e.code == "cap_exceeded").expect("what the plan allows");
    assert_eq!((&full.limit, &full.value), (&Some(17.into()), &Some(18.into())));
}
on_both!(no_more_is_planned_than_the_operators_plan_allows, |t| super::plan(t));

async fn project(test: &TestDb) {
    let stage = Stage::new(test).await;
    // Not enough for two videos of which one has a thumbnail.
    let stage = with_setting(stage, "youtube", "units_per_day", "130").await;
    let account = stage.through_pages("youtube", None).await;
    stage.run_until_idle().await;
    let library = &stage.bench.library;
    let film = stage.keep(library.mp4(300_000, 10_000, None)).await;
    let picture = stage.keep(library.jpeg(1_280, 720, None)).await;
    let video = |text: &str, media| PostInput {
        text: text.into(),
        media,
        accounts: vec![account],
        status: WantedStatus::Now,
        ..PostInput::default()
    };
    let first = stage.post(video("With a thumbnail", vec![film, picture])).await;
    stage.run_until_idle().await;
    assert_eq!(stage.publication(&first).await.state, PublicationState::Published);
    let second = stage.post(video("One too many", vec![film])).await;
    // Uploads and units of the whole installation, and the account's posts of the day, of which the second is one to come.
    let told = budgets_of(&stage, account).await;
    let of = |name: &str| {
        let budget = told.iter().find(|budget| budget.kind.name() == name).expect(name);
        (budget.used, budget.planned, budget.limit, budget.resets_at.to_string())
    };
    let midnight = "2026-11-03T08:00:00Z".to_owned();
    assert_eq!(of("installation_uploads"), (1, None, 100, midnight.clone()));
    let (used, planned, limit, resets_at) = of("installation_units");
    assert!((100..=130).contains(&used), "{used}");
    assert_eq!((planned, limit, resets_at), (None, 130, midnight));
    // Midnight in Athens, where the workspace is.
    assert_eq!(of("network_daily"), (1, Some(1), 2, "2026-11-02T22:00:00Z".into()));
    assert_eq!(told.len(), 3, "{told:?}");
    let asked = sync::request(&stage.engine, &stage.actor, account).await.expect("a run");
    for _ in 0..30 {
        stage.bench.clock.advance(Duration::from_secs(10));
        stage.run_due().await;
    }
    let row = stage.row(second.publications[0].id).await;
    // Midnight in Los Angeles. The clock of the tests begins at nine in the morning, in Greenwich.
    let midnight = "2026-11-03T08:00:00Z".parse().expect("a time");
    assert_eq!((row.tries, row.intent, row.next_at), (0, false, Some(midnight)), "{:?}", row.error);
    assert!(stage.public("One too many").is_empty(), "the network was not even asked");
    let run = run_of(&stage, account, asked.id).await;
    assert_eq!(
        (run.limited_until, run.calls),
        (Some(midnight), 0),
        "reading stops before that: {:?}",
        run.error
    );
}
on_both!(what_all_accounts_of_an_app_use_of_a_day_is_counted, |t| super::project(t));

/// When the next span of this length begins.
fn next_span(stage: &Stage, span: SignedDuration) -> Timestamp {
    let now = stage.engine.clock.now().as_second();
    Timestamp::from_second((now.div_euclid(span.as_secs()) + 1) * span.as_secs()).expect("a time")
}

/// What others took of a bucket of reading.
async fn taken(stage: &Stage, (platform, name): (&'static str, String), end: Timestamp, calls: u32) {
    let taken: Result<bool, StoreError> = stage
        .engine
        .db
        .write(move |tx| {
            Box::pin(async move {
                let bucket = Bucket { platform, name: &name, reset_at: end };
                shared_quota::take(tx, bucket, calls, calls).await
            })
        })
        .await;
    assert!(taken.expect("counted"), "nothing else was read in this span");
}

async fn bound(test: &TestDb) {
    let stage = Stage::new(test).await;
    let account = stage.through_pages("instagram", None).await;
    stage.run_until_idle().await;
    let hour = SignedDuration::from_hours(1);
    let begin = next_span(&stage, hour);
    stage.bench.clock.advance_to(begin);
    taken(&stage, ("instagram", format!("calls/hour/{account}")), begin + hour, 170).await;
    stage.bench.world.count_anew();
    let mut stopped = None;
    for _ in 0..31 {
        let asked = sync::request(&stage.engine, &stage.actor, account).await.expect("a run");
        stage.run_due().await;
        let run = run_of(&stage, account, asked.id).await;
        if run.state != SyncState::Done {
            stopped = Some(run);
            break;
        }
    }
    let stopped = stopped.expect("it stops");
    assert_eq!(
        (stopped.state, stopped.limited_until.is_some_and(|at| at >= begin + hour)),
        (SyncState::Partial, true)
    );
    assert_eq!(stopped.error.as_ref().map(|error| error.kind.code()), Some("rate_limited"));
    let tally = stage.bench.world.tally();
    assert_eq!(
        (tally.calls("instagram"), tally.refusals("instagram")),
        (30, 0),
        "two hundred in an hour, and none refused"
    );
    let next = sync::request(&stage.engine, &stage.actor, account).await.expect("the run that goes on");
    assert_eq!(next.continues, Some(stopped.id));
    stage.run_until_idle().await;
    assert_eq!(
        run_of(&stage, account, next.id).await.state,
        SyncState::Done,
        "it went on where that one stopped"
    );
}
on_both!(reading_keeps_to_bounds_of_its_own, |t| super::bound(t));

async fn together(test: &TestDb) {
    let stage = Stage::new(test).await;
    let account = stage.bluesky().await;
    stage.run_until_idle().await;
    // What other accounts of this installation took of the same five minutes.
    let span = SignedDuration::from_mins(5);
    let begin = next_span(&stage, span);
    stage.bench.clock.advance_to(begin);
    let end = begin + span;
    taken(&stage, ("bluesky", "calls/address".into()), end, 990).await;
    stage.bench.world.count_anew();
    let mut calls = 0;
    for _ in 0..20 {
        let asked = sync::request(&stage.engine, &stage.actor, account).await.expect("a run");
        stage.run_due().await;
        let run = run_of(&stage, account, asked.id).await;
        calls += run.calls;
        if run.state == SyncState::Partial {
            assert!(run.limited_until.is_some_and(|at| at >= end), "{run:?}");
            break;
        }
    }
    assert!((1..=10).contains(&calls), "{calls} calls");
    // Publishing takes nothing from it.
    let post = stage.now(account, "All the same").await;
    while stage.run_due().await > 0 {}
    assert_eq!(stage.publication(&post).await.state, PublicationState::Published);
    stage.run_until_idle().await;
    let last = sync::request(&stage.engine, &stage.actor, account).await.expect("a run");
    stage.run_until_idle().await;
    assert_eq!(run_of(&stage, account, last.id).await.state, SyncState::Done);
    assert_eq!(stage.bench.world.tally().refusals("bluesky"), 0);
}
on_both!(reading_keeps_to_what_all_accounts_may_do_together, |t| super::together(t));

async fn budgets_of(stage: &Stage, account: AccountId) -> Vec<Budget> {
    let row = accounts::get(&stage.engine, &stage.actor, account).await.expect("the account");
    budgets::of(&stage.engine, &stage.actor, &row).await.expect("budgets")
}

async fn run_of(stage: &Stage, account: AccountId, id: SyncRunId) -> SyncRunRow {
    let query = ListQuery { account: Some(account), limit: 10, ..ListQuery::default() };
    let (runs, _) = sync::list(&stage.engine, &stage.actor, query).await.expect("runs");
    runs.into_iter().find(|run| run.id == id).expect("the run")
}

async fn reads(test: &TestDb) {
    let stage = Stage::new(test).await;
    let account = stage.x().await;
    stage.run_until_idle().await;
    // Publishing on X looks at the account's newest post before it sends; here that is refused, and it goes without.
    stage.fault(Fault::once("x", "users.tweets", When::Before, FaultKind::RateLimit).reset(600));
    let post = stage.now(account, "Its look was refused").await;
    stage.run_due().await;
    assert_eq!(stage.publication(&post).await.state, PublicationState::Published);
    let known = accounts::get(&stage.engine, &stage.actor, account).await.expect("the account").used_up;
    let until = *known.get("users.tweets").expect("nothing is left of it");
    let asked = sync::request(&stage.engine, &stage.actor, account).await.expect("a run");
    stage.another_node().await.run_due(10).await.expect("runs");
    let run = run_of(&stage, account, asked.id).await;
    assert_eq!((run.state, run.calls), (SyncState::Partial, 1), "the profile alone: {:?}", run.error);
    assert_eq!(run.limited_until, Some(until), "as the other node heard");
    stage.run_until_idle().await;
}
on_both!(what_publishing_hears_of_a_limit_holds_back_reading, |t| super::reads(t));

async fn first(test: &TestDb) {
    let stage = Stage::new(test).await;
    let account = stage.x().await;
    stage.run_until_idle().await;
    stage.bench.clock.advance(Duration::from_secs(3600));
    // Somebody else reads with the same login until X's limit for that, 75 in a quarter of an hour, is nearly used up.
    let connector = Registry.get("x").expect("x");
    let session =
        stage.bench.connect(connector, Connect::as_persona(PERSONAS[0].key)).await.expect("connects");
    let (credential, reader) = (session.credential(), connector.reader().expect("reads"));
    for _ in 0..60 {
        reader.profile(&session.cx(&credential)).await.expect("read");
    }
    let asked = sync::request(&stage.engine, &stage.actor, account).await.expect("a run");
    let another = stage.another_node().await;
    stage.run_due().await;
    let run = run_of(&stage, account, asked.id).await;
    assert_eq!((run.state, run.calls), (SyncState::Partial, 1), "{:?}", run.error);
    assert!(run.limited_until.is_some_and(|at| at > stage.in_minutes(1)), "{:?}", run.limited_until);
    // What is left is for this.
    let post = stage.now(account, "Publishing comes first").await;
    another.run_due(10).await.expect("runs");
    assert_eq!(stage.publication(&post).await.state, PublicationState::Published);
    stage.run_until_idle().await;
}
on_both!(reading_leaves_a_part_of_every_limit_to_publishing, |t| super::first(t));
