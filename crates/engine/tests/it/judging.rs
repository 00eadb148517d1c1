//! What stands against a post before it is saved: caps of networks and people, neighbours, twins, accounts that are gone. A
//! check says what creating would.

use carillon_domain::error::AppError;
use carillon_domain::id::AccountId;
use carillon_domain::publication::PublicationState;
use carillon_domain::time::Timestamp;
use carillon_engine::usecase::accounts;
use carillon_engine::usecase::posts::{self, PostInput, WantedStatus};
use carillon_store::repo::account;
use carillon_store::testing::TestDb;
use carillon_store::{StoreError, on_both};

use super::support::Stage;

fn at(account: AccountId, text: &str, at: Timestamp) -> PostInput {
    PostInput {
        text: text.into(),
        accounts: vec![account],
        status: WantedStatus::Scheduled,
        scheduled_at: Some(at.to_string()),
        ..PostInput::default()
    }
}

/// The warnings and violations of a check on its one account, as codes.
async fn checked(stage: &Stage, input: &PostInput) -> (Vec<String>, Vec<String>) {
    let checks = posts::check(&stage.engine, &stage.actor, input, None).await.expect("checked");
    let codes = |list: &[carillon_domain::limits::Violation]| list.iter().map(|v| v.code.clone()).collect();
    (codes(&checks[0].report.violations), codes(&checks[0].report.warnings))
}

/// The network said at the last reading that it takes so many posts a day.
pub async fn network_takes(stage: &Stage, id: AccountId, most: u32) {
    let mut row = accounts::get(&stage.engine, &stage.actor, id).await.expect("account");
    row.meta = serde_json::json!({ "daily_posts": most });
    let saved = stage.engine.db.write(move |tx| Box::pin(async move { account::update(tx, &row).await }));
    saved.await.map_err(|e: StoreError| e.to_string()).expect("saved");
}

async fn hard(test: &TestDb) {
    let stage = Stage::new(test).await;
    let id = stage.through_pages("instagram", None).await;
    network_takes(&stage, id, 2).await;
    // Noon of tomorrow where the workspace is, so that hours before and after are the same day.
    let noon: Timestamp = stage
        .in_minutes(24 * 60)
        .in_tz("Europe/Athens")
        .expect("zone")
        .date()
        .at(12, 0, 0, 0)
        .in_tz("Europe/Athens")
        .expect("zone")
        .timestamp();
    let hours = |n: i64| noon + carillon_domain::time::SignedDuration::from_hours(n);
    for (n, text) in [(-3, "Morning"), (3, "Afternoon")] {
        let draft = stage.post(PostInput { status: WantedStatus::Draft, ..at(id, text, hours(n)) }).await;
        let due = hours(n);
        stage
            .crash_leaves(draft.publications[0].id, move |row| {
                row.state = PublicationState::Scheduled;
                row.due_at = Some(due);
            })
            .await;
    }
    let third = at(id, "One too many", noon);
    let refused = posts::create(&stage.engine, &stage.actor, third.clone()).await;
    let Err(AppError::Invalid(errors)) = refused else { panic!("{refused:?}") };
    let full = errors.iter().find(|e| e.code == "cap_exceeded").expect("the cap");
    assert_eq!(full.field, "scheduled_at");
    assert_eq!((&full.limit, &full.value), (&Some(2.into()), &Some(3.into())));
    let (violations, _) = checked(&stage, &third).await;
    assert!(violations.iter().any(|code| code == "cap_exceeded"), "{violations:?}");

    let (violations, _) = checked(&stage, &at(id, "The day after", hours(24))).await;
    assert!(!violations.iter().any(|code| code == "cap_exceeded"), "{violations:?}");
    network_takes(&stage, id, 3).await;
    let (violations, _) = checked(&stage, &third).await;
    assert!(!violations.iter().any(|code| code == "cap_exceeded"), "{violations:?}");
}
on_both!(a_schedule_over_the_networks_cap_is_refused, |t| super::hard(t));

async fn at_once(test: &TestDb) {
    let stage = Stage::new(test).await;
    let id = stage.through_pages("instagram", None).await;
    network_takes(&stage, id, 1).await;
    let file = stage.picture().await;
    let input = |text: &str| PostInput { media: vec![file], ..at(id, text, stage.in_minutes(60)) };
    let create = |text: &str| posts::create(&stage.engine, &stage.actor, input(text));
    let answers: [_; 4] = tokio::join!(create("One"), create("Two"), create("Three"), create("Four")).into();
    let (taken, refused): (Vec<_>, Vec<_>) = answers.into_iter().partition(Result::is_ok);
    assert_eq!((taken.len(), refused.len()), (1, 3));
    for answer in refused {
        let Err(AppError::Invalid(errors)) = answer else { panic!("{answer:?}") };
        assert_eq!((errors[0].field.as_str(), errors[0].code.as_str()), ("scheduled_at", "cap_exceeded"));
        assert_eq!((&errors[0].limit, &errors[0].value), (&Some(1.into()), &Some(2.into())));
        assert!(errors[0].message.contains("instagram (@"), "{}", errors[0].message);
    }
}
on_both!(requests_at_the_same_time_share_the_networks_cap, |t| super::at_once(t));

async fn moved_there(test: &TestDb) {
    let stage = Stage::new(test).await;
    let id = stage.through_pages("instagram", None).await;
    network_takes(&stage, id, 1).await;
    let file = stage.picture().await;
    let create = async |text: &str, minutes: i64| {
        let input = PostInput { media: vec![file], ..at(id, text, stage.in_minutes(minutes)) };
        posts::create(&stage.engine, &stage.actor, input).await.expect("a post")
    };
    create("The one of that day", 60).await;
    let other = create("Of another day", 60 + 3 * 24 * 60).await;
    let dragged = (other.post.id, Some(other.post.version));
    let to = Some(stage.in_minutes(61));
    for sure in [false, true] {
        let answer = posts::reschedule(&stage.engine, &stage.actor, dragged, to, sure).await;
        let Err(AppError::Invalid(errors)) = answer else { panic!("{answer:?}") };
        assert!(errors.iter().any(|e| e.code == "cap_exceeded"), "{errors:?}");
    }
    let after = posts::get(&stage.engine, &stage.actor, other.post.id).await.expect("the post");
    assert_eq!((after.post.due_at, after.post.version), (other.post.due_at, other.post.version));
}
on_both!(a_post_is_not_moved_over_the_networks_cap, |t| super::moved_there(t));

async fn neighbours(test: &TestDb) {
    let stage = Stage::new(test).await;
    let id = stage.bluesky().await;
    stage.at(id, "The first", stage.in_minutes(120)).await;
    for (text, minutes, codes) in [
        ("Another one", 150, &["same_hour"][..]),
        ("The  FIRST", 150, &["same_hour", "duplicate_content"]),
        ("the first", 300, &["duplicate_content"]),
        ("Far away", 300, &[]),
    ] {
        let input = at(id, text, stage.in_minutes(minutes));
        assert_eq!(
            checked(&stage, &input).await,
            (Vec::new(), codes.iter().map(|c| (*c).to_owned()).collect())
        );
        let draft = PostInput { status: WantedStatus::Draft, ..input };
        assert_eq!(checked(&stage, &draft).await.1.len(), codes.len(), "a time says when it is meant to go");
    }
    let twin = stage.at(id, "The first", stage.in_minutes(150)).await;
    let codes: Vec<_> = twin.warnings.iter().map(|w| w.code.as_str()).collect();
    assert_eq!(codes, ["same_hour", "duplicate_content"], "creating says what checking said");
}
on_both!(neighbours_and_twins_are_warned_of, |t| super::neighbours(t));

async fn bad_times(test: &TestDb) {
    let stage = Stage::new(test).await;
    let id = stage.bluesky().await;
    for (time, code) in [
        ("2020-01-01T00:00:00Z", "time_in_past"),
        ("soon", "malformed_time"),
        ("2027-03-28T03:30:00", "time_does_not_exist"),
        ("2027-10-31T03:30:00", "time_is_ambiguous"),
    ] {
        let input = PostInput { scheduled_at: Some(time.into()), ..at(id, "When?", stage.in_minutes(5)) };
        assert_eq!(checked(&stage, &input).await.0, [code], "{time}");
        let refused = posts::create(&stage.engine, &stage.actor, input).await;
        let Err(AppError::Invalid(errors)) = refused else { panic!("{time}: {refused:?}") };
        assert_eq!(errors[0].code, code);
    }
    let nowhere = PostInput { timezone: Some("Atlantis".into()), ..at(id, "Where?", stage.in_minutes(5)) };
    assert_eq!(checked(&stage, &nowhere).await.0, ["unknown_timezone"]);
}
on_both!(a_check_tells_what_is_wrong_with_the_time, |t| super::bad_times(t));

async fn gone(test: &TestDb) {
    let stage = Stage::new(test).await;
    let id = stage.bluesky().await;
    accounts::disconnect(&stage.engine, &stage.actor, id, None, false).await.expect("disconnected");
    let input = at(id, "For later", stage.in_minutes(120));
    assert_eq!(checked(&stage, &input).await.1, ["account_not_connected"]);
    let post = posts::create(&stage.engine, &stage.actor, input).await.expect("it may be connected by then");
    assert_eq!(post.warnings[0].code, "account_not_connected");
}
on_both!(an_account_that_is_not_connected_is_warned_of, |t| super::gone(t));
