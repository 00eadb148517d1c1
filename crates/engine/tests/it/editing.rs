//! Another text for what is public already.

use carillon_connectors::sandbox::{Fault, FaultKind, When};
use carillon_domain::account::AccountStatus;
use carillon_domain::error::AppError;
use carillon_domain::permission::Role;
use carillon_engine::Actor;
use carillon_engine::usecase::posts::{self, PostInput, PublicationView, Removal, WantedStatus};
use carillon_engine::usecase::{accounts, remote_edit};
use carillon_store::on_both;
use carillon_store::testing::TestDb;

use super::support::Stage;

const SERVER: &str = "https://social.mastodon.localhost";

async fn edit(stage: &Stage, view: &PublicationView, text: &str) -> Result<PublicationView, AppError> {
    remote_edit::edit(&stage.engine, &stage.actor, view.id, text.to_owned()).await
}

fn code(result: Result<PublicationView, AppError>) -> &'static str {
    match result {
        Err(AppError::Conflict { code, .. }) => code,
        other => panic!("{other:?}"),
    }
}

async fn alone(test: &TestDb) {
    let stage = Stage::new(test).await;
    for platform in ["facebook", "linkedin", "mastodon"] {
        let server = (platform == "mastodon").then_some(SERVER);
        let account = stage.through_pages(platform, server).await;
        let post = stage.now(account, "Tpyo").await;
        stage.run_until_idle().await;
        let view = stage.publication(&post).await;
        let changed = edit(&stage, &view, "Typo").await.expect(platform);
        assert_eq!(changed.edited_at, Some(stage.engine.clock.now()));
        assert_eq!((&changed.remote_id, changed.published_at), (&view.remote_id, view.published_at));
        let public = stage.public("Typo");
        assert_eq!((public.len(), stage.public("Tpyo").len()), (1, 0), "{platform}");
        let saved = posts::get(&stage.engine, &stage.actor, post.post.id).await.expect("read").post;
        assert_eq!((saved.composition.text.as_str(), saved.version), ("Typo", post.post.version + 1));
        stage.run_until_idle().await;
        assert_eq!(stage.public("Typo").len(), 1, "nothing is sent again");
        posts::remove(
            &stage.engine,
            &stage.actor,
            post.post.id,
            Removal { remote: true, ..Removal::default() },
        )
        .await
        .expect("removed");
        assert_eq!(code(edit(&stage, &view, "Too late").await), "not_published");
    }
}
on_both!(a_public_text_is_changed_there_and_then_here, |t| super::alone(t));

async fn among_others(test: &TestDb) {
    let stage = Stage::new(test).await;
    let (first, second) = (stage.through_pages("mastodon", Some(SERVER)).await, stage.bluesky().await);
    let post = stage
        .post(PostInput {
            text: "Same".into(),
            accounts: vec![first, second],
            status: WantedStatus::Now,
            ..PostInput::default()
        })
        .await;
    stage.run_until_idle().await;
    let read = async || posts::get(&stage.engine, &stage.actor, post.post.id).await.expect("read");
    let of =
        async |account| read().await.publications.into_iter().find(|p| p.account == account).expect("one");
    edit(&stage, &of(first).await, "Different").await.expect("changed");
    let saved = read().await.post.composition;
    assert_eq!((saved.text.as_str(), saved.overrides[&first].text.as_deref()), ("Same", Some("Different")));
    assert_eq!((stage.public("Same").len(), stage.public("Different").len()), (1, 1));
    assert_eq!(code(edit(&stage, &of(second).await, "No").await), "cannot_edit");
}
on_both!(only_the_account_in_question_gets_the_text, |t| super::among_others(t));

async fn with_variables(test: &TestDb) {
    let stage = Stage::new(test).await;
    let account = stage.through_pages("mastodon", Some(SERVER)).await;
    let day = stage.engine.clock.now().in_tz("Europe/Athens").expect("a zone").date();
    for (fill_in, public) in [(true, format!("Hi of {day}")), (false, "Hi of {date}".to_owned())] {
        let input = PostInput {
            text: "Hi".into(),
            accounts: vec![account],
            status: WantedStatus::Now,
            fill_in,
            ..PostInput::default()
        };
        let post = stage.post(input).await;
        stage.run_until_idle().await;
        let view = stage.publication(&post).await;
        edit(&stage, &view, "Hi of {date}").await.expect("changed");
        assert_eq!(stage.public(&public).len(), 1, "{public}");
        let saved = posts::get(&stage.engine, &stage.actor, post.post.id).await.expect("read").post;
        assert_eq!(saved.composition.text, "Hi of {date}", "as it was typed");
        let sent = saved.composition.own_text(account).unwrap_or(saved.composition.text);
        assert_eq!(sent, public, "and as it went out");
    }
}
on_both!(a_new_text_is_filled_in_like_the_old_one, |t| super::with_variables(t));

async fn refused(test: &TestDb) {
    let stage = Stage::new(test).await;
    let account = stage.through_pages("mastodon", Some(SERVER)).await;
    let post = stage.now(account, "As it was").await;
    let view = stage.publication(&post).await;
    assert_eq!(code(edit(&stage, &view, "Too early").await), "not_published");
    stage.run_until_idle().await;
    let view = stage.publication(&post).await;
    let long = edit(&stage, &view, &"a".repeat(501)).await;
    let Err(AppError::Invalid(errors)) = long else { panic!("{long:?}") };
    assert_eq!((errors.len(), errors[0].field.as_str()), (1, "text"));
    let reader = Actor { role: Role::Contributor, ..stage.actor.clone() };
    let forbidden = remote_edit::edit(&stage.engine, &reader, view.id, "Mine".into()).await;
    assert!(matches!(forbidden, Err(AppError::Forbidden { .. })), "{forbidden:?}");

    // What the network did not take is not kept here either.
    stage.fault(
        Fault::once("mastodon", "statuses.edit", When::Before, FaultKind::Status).status(503).times(20),
    );
    let failed = edit(&stage, &view, "New").await;
    let Err(AppError::Connector(error)) = failed else { panic!("{failed:?}") };
    assert!(error.action.contains("twice does no harm"), "{error:?}");
    let saved = posts::get(&stage.engine, &stage.actor, post.post.id).await.expect("read").post;
    assert_eq!(saved.composition.text, "As it was");
    assert_eq!((stage.public("As it was").len(), stage.publication(&post).await.edited_at), (1, None));

    // A lost answer is looked at.
    stage.bench.world.faults().clear();
    stage.fault(Fault::once("mastodon", "statuses.edit", When::After, FaultKind::Cut));
    edit(&stage, &view, "New").await.expect("it worked");
    assert_eq!(stage.public("New").len(), 1);
}
on_both!(what_is_not_changed_there_is_not_changed_here, |t| super::refused(t));

async fn login(test: &TestDb) {
    let stage = Stage::new(test).await;
    let (linkedin, x) = (stage.through_pages("linkedin", None).await, stage.through_pages("x", None).await);
    let (post, other) = (stage.now(linkedin, "Typo").await, stage.now(x, "Short").await);
    stage.run_until_idle().await;
    stage.fault(Fault::once("linkedin", "posts.edit", When::Before, FaultKind::TokenRevoked));
    let gone = edit(&stage, &stage.publication(&post).await, "Never").await;
    assert!(matches!(gone, Err(AppError::Connector(_))), "{gone:?}");
    let account = accounts::get(&stage.engine, &stage.actor, linkedin).await.expect("account");
    assert_eq!(account.status, AccountStatus::NeedsReconnect);
    assert_eq!((stage.public("Typo").len(), stage.public("Never").len()), (1, 0));

    // Where a login can be renewed, that is done first.
    stage.fault(Fault::once("x", "tweets.delete", When::Before, FaultKind::TokenExpired));
    let removal = Removal { remote: true, ..Removal::default() };
    let removed = posts::remove(&stage.engine, &stage.actor, other.post.id, removal).await.expect("removed");
    assert!(removed.publications[0].warnings.is_empty(), "{removed:?}");
    assert_eq!(stage.public("Short").len(), 0);
}
on_both!(an_old_token_is_renewed_and_a_login_that_is_gone_is_marked, |t| super::login(t));
