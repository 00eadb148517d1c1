//! From "publish" to an end state: once, on time, or plainly not.

use carillon_connectors::sandbox::{Fault, FaultKind, When};
use carillon_domain::account::{AccountStatus, CapMode};
use carillon_domain::composition::PartSpec;
use carillon_domain::error::AppError;
use carillon_domain::publication::{HeldReason, PostStatus, PublicationState, UnitState};
use carillon_engine::usecase::accounts::{self, AccountPatch};
use carillon_engine::usecase::posts::{self, PostInput, PostPatch, Removal, WantedStatus};
use carillon_engine::usecase::publications;
use carillon_store::on_both;
use carillon_store::testing::TestDb;

use crate::support::{Stage, new_workspace};

async fn once_at_its_second(test: &TestDb) {
    let stage = Stage::new(test).await;
    let account = stage.bluesky().await;
    let due = stage.in_minutes(60);
    let post = stage.at(account, "On the hour", due).await;
    assert_eq!(post.status, PostStatus::Scheduled);
    stage.bench.clock.advance(std::time::Duration::from_secs(59 * 60));
    stage.run_due().await;
    assert!(stage.public("On the hour").is_empty(), "nothing is public before its time");
    stage.run_until_idle().await;
    let public = stage.public("On the hour");
    assert_eq!(public.len(), 1);
    assert_eq!(public[0].at, due);
    let publication = stage.publication(&post).await;
    assert_eq!(publication.state, PublicationState::Published);
    assert_eq!(publication.remote_id.as_deref(), Some(public[0].remote_id.as_str()));
    assert!(publication.remote_url.is_some());
    assert!(publication.attempts.iter().flat_map(|a| &a.steps).any(|s| s.status == Some(200)));
}
on_both!(a_scheduled_post_is_public_once_at_its_time, |t| super::once_at_its_second(t));

async fn lost_answers(test: &TestDb) {
    for when in [When::Before, When::After] {
        let stage = Stage::new(test).await;
        let account = stage.bluesky().await;
        stage.fault(Fault::once("bluesky", "commit", when, FaultKind::Cut));
        let post = stage.now(account, "Only one of me").await;
        stage.run_until_idle().await;
        assert_eq!(stage.public("Only one of me").len(), 1, "{when:?}");
        assert_eq!(stage.publication(&post).await.state, PublicationState::Published, "{when:?}");
    }
}
on_both!(a_lost_answer_never_makes_two_posts, |t| super::lost_answers(t));

async fn server_errors(test: &TestDb) {
    for when in [When::Before, When::After] {
        let stage = Stage::new(test).await;
        let account = stage.bluesky().await;
        stage.fault(Fault::once("bluesky", "commit", when, FaultKind::Status).status(502));
        let post = stage.now(account, "Bad gateway").await;
        stage.run_until_idle().await;
        assert_eq!(stage.public("Bad gateway").len(), 1, "{when:?}");
        assert_eq!(stage.publication(&post).await.state, PublicationState::Published, "{when:?}");
    }
}
on_both!(a_5xx_with_or_without_effect_makes_one_post, |t| super::server_errors(t));

async fn crash_after_intent(test: &TestDb) {
    let stage = Stage::new(test).await;
    let account = stage.bluesky().await;
    // The worker dies between send and answer: the post is out, the database knows only of the intent.
    stage.fault(Fault::once("bluesky", "commit", When::After, FaultKind::Cut));
    let post = stage.now(account, "Killed in between").await;
    stage.run_due().await;
    let id = post.publications[0].id;
    let other = stage.another_node().await;
    stage.crash_leaves(id, |row| row.error = None).await;
    for _ in 0..40 {
        stage.bench.clock.advance(std::time::Duration::from_secs(30));
        other.run_due(100).await.expect("other node");
    }
    assert_eq!(stage.public("Killed in between").len(), 1);
    assert_eq!(stage.publication_by_id(id).await.state, PublicationState::Published);
}
on_both!(another_node_finishes_what_a_dead_one_began, |t| super::crash_after_intent(t));

async fn expired_upload(test: &TestDb) {
    let stage = Stage::new(test).await;
    let account = stage.x().await;
    let due = stage.in_minutes(10);
    let post = stage.at(account, "Prepared long ago", due).await;
    stage.run_due().await;
    // As if an upload had been prepared a day ago.
    let old = serde_json::json!({
        "media": carillon_domain::id::MediaId::from_uuid(uuid::Uuid::nil()), "id": "1", "key": "3_1",
        "expires_at": "2026-11-01T00:00:00Z", "segment": 1, "step": "ready", "restarted": false,
    });
    let id = post.publications[0].id;
    stage
        .crash_leaves(id, move |row| {
            let progress = row.progress.as_mut().expect("prepared ahead");
            progress["state"]["uploads"] = serde_json::json!([old]);
        })
        .await;
    stage.run_until_idle().await;
    let public = stage.public("Prepared long ago");
    assert_eq!(public.len(), 1);
    assert!(public[0].at > due, "it was noticed at the due time, and took a moment");
    assert_eq!(stage.publication_by_id(id).await.state, PublicationState::Published);
}
on_both!(what_expired_before_the_commit_is_prepared_again, |t| super::expired_upload(t));

async fn rate_limited(test: &TestDb) {
    let stage = Stage::new(test).await;
    let account = stage.bluesky().await;
    stage.fault(Fault::once("bluesky", "commit", When::Before, FaultKind::RateLimit).reset(900).times(5));
    let post = stage.now(account, "Patience").await;
    stage.run_due().await;
    let waiting = stage.publication(&post).await;
    assert_eq!(waiting.error.as_ref().map(|e| e.kind.code()), Some("rate_limited"));
    assert!(waiting.next_at.expect("a time") >= stage.in_minutes(14));
    stage.run_until_idle().await;
    assert_eq!(stage.public("Patience").len(), 1, "five limits cost no attempt");
}
on_both!(rate_limits_wait_and_cost_no_attempt, |t| super::rate_limited(t));

async fn gives_up(test: &TestDb) {
    let stage = Stage::new(test).await;
    let account = stage.bluesky().await;
    stage.fault(Fault::once("bluesky", "commit", When::Before, FaultKind::Status).status(503).times(1_000));
    let post = stage.now(account, "Down").await;
    stage.run_until_idle().await;
    let publication = stage.publication(&post).await;
    assert_eq!(publication.state, PublicationState::Failed);
    assert_eq!(publication.attempts.len(), 4, "one and three retries");
    assert!(stage.public("Down").is_empty(), "failed means that nothing is public");
    stage.bench.world.faults().clear();
    publications::retry(&stage.engine, &stage.actor, publication.id).await.expect("retry");
    stage.run_until_idle().await;
    assert_eq!(stage.public("Down").len(), 1);
}
on_both!(a_network_that_stays_down_fails_after_its_retries_and_can_be_retried, |t| super::gives_up(t));

async fn revoked(test: &TestDb) {
    let stage = Stage::new(test).await;
    let account = stage.bluesky().await;
    stage.fault(Fault::once("bluesky", "*", When::Before, FaultKind::TokenRevoked));
    let post = stage.now(account, "Who am I").await;
    stage.run_until_idle().await;
    let held = stage.publication(&post).await;
    assert_eq!((held.state, held.held_reason), (PublicationState::Held, Some(HeldReason::Reauth)));
    let row = accounts::get(&stage.engine, &stage.actor, account).await.expect("account");
    assert_eq!(row.status, AccountStatus::NeedsReconnect);
    assert!(row.status_cause.is_some());
    assert_eq!(stage.bluesky().await, account, "connecting again keeps the account");
    stage.run_until_idle().await;
    assert_eq!(stage.public("Who am I").len(), 1, "the reconnection lets it go");
}
on_both!(a_revoked_grant_holds_posts_until_the_account_is_connected_again, |t| super::revoked(t));

async fn edits(test: &TestDb) {
    let stage = Stage::new(test).await;
    let account = stage.bluesky().await;
    let post = stage.at(account, "First version", stage.in_minutes(30)).await;
    stage.bench.clock.advance(std::time::Duration::from_secs(20 * 60));
    stage.run_due().await;
    let later = stage.in_minutes(120);
    let patch = PostPatch {
        text: Some("Second version".into()),
        scheduled_at: Some(later.to_string()),
        ..PostPatch::default()
    };
    let changed =
        posts::update(&stage.engine, &stage.actor, post.id(), patch.clone(), Some(post.post.version)).await;
    assert_eq!(changed.expect("edited").post.version, post.post.version + 1);
    let stale = posts::update(&stage.engine, &stage.actor, post.id(), patch, Some(post.post.version)).await;
    assert!(matches!(stale, Err(AppError::Stale)));
    stage.run_until_idle().await;
    assert!(stage.public("First version").is_empty());
    let public = stage.public("Second version");
    assert_eq!((public.len(), public[0].at), (1, later));
    let again = PostPatch { text: Some("Third".into()), ..PostPatch::default() };
    let refused = posts::update(&stage.engine, &stage.actor, post.id(), again, None).await;
    assert!(matches!(refused, Err(AppError::Conflict { code: "already_sending", .. })));
}
on_both!(a_moved_post_goes_out_at_its_new_time_with_its_new_text, |t| super::edits(t));

async fn canceled(test: &TestDb) {
    let stage = Stage::new(test).await;
    let account = stage.bluesky().await;
    let post = stage.at(account, "Never mind", stage.in_minutes(10)).await;
    stage.run_due().await;
    let gone =
        posts::remove(&stage.engine, &stage.actor, post.id(), Removal::default()).await.expect("canceled");
    assert_eq!(gone.status, PostStatus::Canceled);
    stage.run_until_idle().await;
    stage.bench.clock.advance(std::time::Duration::from_secs(3600));
    stage.run_until_idle().await;
    assert!(stage.public("Never mind").is_empty());
}
on_both!(a_canceled_post_never_goes_out, |t| super::canceled(t));

async fn overdue(test: &TestDb) {
    let stage = Stage::new(test).await;
    let account = stage.bluesky().await;
    let short = stage.at(account, "A little late", stage.in_minutes(60)).await;
    stage.bench.clock.advance(std::time::Duration::from_secs(3 * 3600));
    stage.run_until_idle().await;
    assert_eq!(stage.publication(&short).await.state, PublicationState::Published, "within the grace");
    let long = stage.at(account, "Much too late", stage.in_minutes(60)).await;
    stage.bench.clock.advance(std::time::Duration::from_secs(10 * 3600));
    stage.run_until_idle().await;
    let held = stage.publication(&long).await;
    assert_eq!((held.state, held.held_reason), (PublicationState::Held, Some(HeldReason::Overdue)));
    publications::publish(&stage.engine, &stage.actor, held.id).await.expect("publish");
    stage.run_until_idle().await;
    assert_eq!(stage.public("Much too late").len(), 1);
}
on_both!(what_is_overdue_by_more_than_the_grace_waits_for_a_person, |t| super::overdue(t));

async fn threads(test: &TestDb) {
    let stage = Stage::new(test).await;
    let account = stage.bluesky().await;
    let part = |text: &str| PartSpec { text: text.into(), media: Vec::new() };
    let post = stage
        .post(PostInput {
            text: "One".into(),
            parts: vec![part("Two"), part("Three")],
            accounts: vec![account],
            status: WantedStatus::Now,
            ..PostInput::default()
        })
        .await;
    stage.run_until_idle().await;
    let publication = stage.publication(&post).await;
    assert_eq!(publication.state, PublicationState::Published);
    assert!(!publication.incomplete);
    assert!(publication.parts.iter().all(|p| p.state == UnitState::Published), "{:?}", publication.parts);
    let [one, two, three] = ["One", "Two", "Three"].map(|t| stage.public(t));
    assert_eq!((one.len(), two.len(), three.len()), (1, 1, 1));
    assert_eq!(two[0].parent.as_deref(), Some(one[0].remote_id.as_str()));
    assert_eq!(three[0].parent.as_deref(), Some(two[0].remote_id.as_str()));
}
on_both!(a_thread_goes_out_in_order, |t| super::threads(t));

async fn caps(test: &TestDb) {
    let stage = Stage::new(test).await;
    let account = stage.bluesky().await;
    let patch = AccountPatch {
        daily_cap: Some(Some(1)),
        cap_mode: Some(CapMode::Enforce),
        ..AccountPatch::default()
    };
    accounts::update(&stage.engine, &stage.actor, account, patch).await.expect("cap");
    stage.now(account, "The first today").await;
    stage.run_until_idle().await;
    let second = stage.now(account, "The second today").await;
    assert!(second.warnings.iter().any(|w| w.code == "cap_exceeded"), "{:?}", second.warnings);
    stage.run_until_idle().await;
    let held = stage.publication(&second).await;
    assert_eq!((held.state, held.held_reason), (PublicationState::Held, Some(HeldReason::Cap)));
    assert!(stage.public("The second today").is_empty());
}
on_both!(an_enforced_cap_holds_what_goes_over_it, |t| super::caps(t));

async fn caps_in_doubt(test: &TestDb) {
    let stage = Stage::new(test).await;
    let account = stage.x().await;
    let patch = AccountPatch {
        daily_cap: Some(Some(1)),
        cap_mode: Some(CapMode::Enforce),
        ..AccountPatch::default()
    };
    accounts::update(&stage.engine, &stage.actor, account, patch).await.expect("cap");
    stage.fault(Fault::once("x", "commit", When::After, FaultKind::Cut));
    stage.fault(Fault::once("x", "users.tweets", When::Before, FaultKind::Status).status(503).times(1_000));
    let first = stage.now(account, "Public, and nobody knows").await;
    stage.run_due().await;
    assert_eq!(stage.publication(&first).await.state, PublicationState::Publishing);
    let second = stage.now(account, "The second today").await;
    stage.run_due().await;
    let held = stage.publication(&second).await;
    assert_eq!((held.state, held.held_reason), (PublicationState::Held, Some(HeldReason::Cap)));
    assert_eq!(stage.bench.world.ledger().items().len(), 1);
}
on_both!(what_may_be_public_counts_towards_the_cap, |t| super::caps_in_doubt(t));

async fn bad_input(test: &TestDb) {
    let stage = Stage::new(test).await;
    let account = stage.bluesky().await;
    let try_with = |input: PostInput| posts::create(&stage.engine, &stage.actor, input);
    let base = PostInput { text: "Hi".into(), accounts: vec![account], ..PostInput::default() };
    let scheduled = |at: &str| PostInput {
        status: WantedStatus::Scheduled,
        scheduled_at: Some(at.into()),
        ..base.clone()
    };
    let cases = [
        (scheduled("2020-01-01T00:00:00Z"), "scheduled_at", "time_in_past"),
        (scheduled("soon"), "scheduled_at", "malformed_time"),
        (scheduled("2027-03-28T03:30:00"), "scheduled_at", "time_does_not_exist"),
        (scheduled("2027-10-31T03:30:00"), "scheduled_at", "time_is_ambiguous"),
        (
            PostInput { timezone: Some("Mars/Base".into()), ..scheduled("2027-01-01T00:00:00") },
            "timezone",
            "unknown_timezone",
        ),
        (PostInput { status: WantedStatus::Scheduled, ..base.clone() }, "scheduled_at", "required"),
        (PostInput { text: "x".repeat(301), status: WantedStatus::Now, ..base.clone() }, "text", "too_long"),
        (PostInput { accounts: vec![account, account], ..base.clone() }, "accounts.1", "duplicate"),
    ];
    for (input, field, code) in cases {
        let Err(AppError::Invalid(errors)) = try_with(input).await else {
            panic!("{field} {code} was accepted")
        };
        assert!(errors.iter().any(|e| e.field == field && e.code == code), "{field} {code}: {errors:?}");
    }
    let all = PostInput { text: "x".repeat(301), ..scheduled("2020-01-01T00:00:00Z") };
    let Err(AppError::Invalid(errors)) = try_with(all).await else { panic!("accepted") };
    let codes: Vec<&str> = errors.iter().map(|e| e.code.as_str()).collect();
    assert_eq!(codes, ["time_in_past", "too_long"], "all at once");
    let stranger = new_workspace(&stage.engine, "UTC").await;
    let foreign = posts::create(&stage.engine, &stranger, base.clone()).await;
    let Err(AppError::Invalid(errors)) = foreign else { panic!("another workspace's account was accepted") };
    assert_eq!(errors[0].code, "unknown_account");
    let draft = posts::create(&stage.engine, &stage.actor, PostInput { text: "x".repeat(301), ..base }).await;
    assert!(!draft.expect("a draft is never lost").warnings.is_empty());
    stage.run_until_idle().await;
    assert!(stage.bench.world.ledger().items().is_empty(), "nothing half-done");
}
on_both!(bad_input_gets_a_clear_error_and_changes_nothing, |t| super::bad_input(t));
