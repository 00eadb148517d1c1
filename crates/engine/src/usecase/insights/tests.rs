//! Asking for insights, at a network that tells what the test says.

pub(in crate::usecase) mod network;

use carillon_connectors::contract::insights::Observation;
use carillon_domain::account::AccountStatus;
use carillon_domain::connector_error::ErrorKind;
use carillon_domain::id::Id;
use carillon_domain::permission::Role;
use carillon_domain::publication::{Delivered, UnitReport, UnitState};
use carillon_domain::time::Clock;
use carillon_store::repo::post::{self, PostRow};
use carillon_store::testing::{TestDb, rows};
use carillon_store::{StoreError, on_both};

use super::*;
use crate::networks::Switches;
use crate::usecase::credentials::tests::World;
use crate::usecase::credentials::tests::network::{Answer, Toy};
use network::{OFFERS, Teller};

/// An account whose token is renewed before the first question.
struct Scene {
    world: World,
    teller: &'static Teller,
    actor: Actor,
}

type Answers = Vec<Result<Found, ErrorKind>>;

impl Scene {
    async fn new(test: &TestDb, answers: Answers) -> Self {
        Self::offering(test, OFFERS, answers).await
    }

    async fn offering(test: &TestDb, offers: Offers, answers: Answers) -> Self {
        Self::renewing(test, offers, answers, vec![Answer::token("third", 3600)]).await
    }

    /// With these answers to refreshes after the first one.
    async fn renewing(test: &TestDb, offers: Offers, answers: Answers, tokens: Vec<Answer>) -> Self {
        let tokens = std::iter::once(Answer::token("second", 3600)).chain(tokens).collect();
        let toy: &'static Toy = Box::leak(Box::new(Toy::new(false, tokens)));
        let teller: &'static Teller = Box::leak(Box::new(Teller::new(toy, offers, answers)));
        let world = World::at(test, teller, toy).await;
        let actor = Actor {
            workspace: world.account.workspace,
            role: Role::Analyst,
            user: None,
            token: None,
            timezone: "Europe/Athens".into(),
            session_hash: None,
        };
        Self { world, teller, actor }
    }

    async fn account(&self) -> Result<AccountInsights, AppError> {
        account(&self.world.engine, &self.actor, self.world.account.id, (None, None)).await
    }

    async fn status(&self) -> AccountStatus {
        self.world.status(&self.world.account).await
    }

    /// A publication on the account, as the change leaves it.
    async fn publication(&self, change: impl FnOnce(&mut PublicationRow)) -> PublicationId {
        let (post, mut row) = published(&self.world);
        change(&mut row);
        let id = row.id;
        let saved = self.world.engine.db.write(move |tx| {
            Box::pin(async move {
                post::insert(tx, &post).await?;
                publication_rows::insert(tx, &row).await?;
                Ok::<_, StoreError>(())
            })
        });
        saved.await.expect("saved");
        id
    }

    async fn of_publication(&self, id: PublicationId) -> Result<PublicationInsights, AppError> {
        publication(&self.world.engine, &self.actor, id).await
    }
}

/// A post that is public.
pub fn published(world: &World) -> (PostRow, PublicationRow) {
    let (clock, entropy) = (world.clock.as_ref(), world.engine.entropy.as_ref());
    let ids = (Id::new(clock, entropy), Id::new(clock, entropy));
    let (post, row) = rows::draft(world.account.workspace, (world.account.id, "toy"), ids, clock.now());
    let unit = |index, remote_id: &str| UnitReport {
        index,
        state: UnitState::Published,
        remote_id: Some(remote_id.to_owned()),
        remote_url: None,
        error: None,
        deleted_at: None,
        edited_at: None,
        delivered: Delivered::Public,
    };
    let row = PublicationRow {
        state: PublicationState::Published,
        remote_id: Some("root".to_owned()),
        published_at: Some(clock.now()),
        units: vec![unit(0, "root"), unit(1, "reply")],
        ..row
    };
    (post, row)
}

fn found(metric: &'static str, value: i64) -> Found {
    let one = Observation { metric, part: None, window: None, value, native: "n" };
    Found { observations: vec![one], missing: Vec::new() }
}

fn code(error: &AppError) -> &str {
    match error {
        AppError::Conflict { code, .. } => code,
        AppError::Connector(error) => error.kind.code(),
        AppError::NotFound { what } => what,
        AppError::Invalid(errors) => &errors[0].code,
        AppError::Forbidden { .. } => "forbidden",
        other => panic!("{other:?}"),
    }
}

async fn both_questions(test: &TestDb) {
    let scene = Scene::new(test, vec![Ok(found("views", 7)), Ok(found("followers", 3))]).await;
    let told = scene.account().await.expect("numbers");
    assert_eq!((told.numbers, told.audience), (found("views", 7), found("followers", 3)));
    assert_eq!((told.platform, told.as_of), ("toy", scene.world.clock.now()));
    // Midnight in Athens; the token that was about to run out is not used any more.
    let asked = "account from 2026-12-17T22:00:00Z to 2027-01-14T22:00:00Z with second";
    assert_eq!(scene.teller.asked(), [asked, "audience with second"]);
}
on_both!(an_account_is_asked_for_its_numbers_and_its_audience, |t| super::both_questions(t));

async fn first_fails(test: &TestDb) {
    let scene = Scene::new(test, vec![Err(ErrorKind::Transient), Ok(found("followers", 3))]).await;
    let told = scene.account().await.expect("an audience");
    assert_eq!(told.audience, found("followers", 3));
    let [missing] = told.numbers.missing.as_slice() else { panic!("{:?}", told.numbers) };
    assert_eq!((missing.metrics.as_slice(), &missing.cause.kind), (&["views"][..], &ErrorKind::Transient));
    assert_eq!(scene.status().await, AccountStatus::Connected);

    let alone = Offers { audience: &[], ..OFFERS };
    let scene = Scene::offering(test, alone, vec![Err(ErrorKind::Transient)]).await;
    assert_eq!(code(&scene.account().await.expect_err("nothing came")), "transient");
}
on_both!(an_audience_is_asked_for_where_the_numbers_fail, |t| super::first_fails(t));

async fn second_fails(test: &TestDb) {
    let limited = ErrorKind::RateLimited { until: None };
    let scene = Scene::new(test, vec![Ok(found("views", 7)), Err(limited.clone())]).await;
    let told = scene.account().await.expect("numbers");
    assert_eq!(told.numbers, found("views", 7));
    let dimensions: Vec<_> = told.audience.missing.iter().map(|missing| missing.by).collect();
    assert_eq!(dimensions, [Some("country"), Some("age")]);
    for missing in &told.audience.missing {
        assert_eq!((missing.metrics.as_slice(), &missing.cause.kind), (&["followers"][..], &limited));
    }
    assert_eq!(scene.status().await, AccountStatus::Connected);

    let alone = Offers { account: &[], ..OFFERS };
    let scene = Scene::offering(test, alone, vec![Err(limited)]).await;
    assert_eq!(code(&scene.account().await.expect_err("nothing came")), "rate_limited");
}
on_both!(what_came_is_not_lost_for_what_did_not, |t| super::second_fails(t));

async fn expired(test: &TestDb) {
    let answers = vec![Err(ErrorKind::AuthExpired), Ok(found("views", 7)), Ok(Found::default())];
    let scene = Scene::new(test, answers).await;
    assert_eq!(scene.account().await.expect("numbers").numbers, found("views", 7));
    let tokens: Vec<_> =
        scene.teller.asked().iter().filter_map(|q| q.rsplit(' ').next().map(str::to_owned)).collect();
    assert_eq!(tokens, ["second", "third", "third"]);
}
on_both!(a_token_that_ran_out_is_renewed_once, |t| super::expired(t));

async fn not_renewed(test: &TestDb) {
    let tokens = vec![Answer::fails(ErrorKind::Transient), Answer::fails(ErrorKind::Transient)];
    let answers = vec![Err(ErrorKind::AuthExpired); 2];
    let scene = Scene::renewing(test, OFFERS, answers, tokens).await;
    assert_eq!(code(&scene.account().await.expect_err("no new token")), "transient");
    assert_eq!(scene.status().await, AccountStatus::Connected, "a new token may come later");
}
on_both!(a_token_that_is_not_renewed_now_is_no_lost_login, |t| super::not_renewed(t));

async fn lost(test: &TestDb) {
    let cases: [(Answers, &str, AccountStatus); 5] = [
        (vec![Err(ErrorKind::AuthRevoked)], "auth_revoked", AccountStatus::NeedsReconnect),
        (vec![Err(ErrorKind::AuthExpired); 2], "auth_expired", AccountStatus::NeedsReconnect),
        // Also where the first question was answered: nobody can be asked any more.
        (
            vec![Ok(found("views", 7)), Err(ErrorKind::AuthRevoked)],
            "auth_revoked",
            AccountStatus::NeedsReconnect,
        ),
        (
            vec![Err(ErrorKind::Transient), Err(ErrorKind::AuthRevoked)],
            "auth_revoked",
            AccountStatus::NeedsReconnect,
        ),
        // Neither question was answered; the first reason is said.
        (
            vec![Err(ErrorKind::PermissionMissing), Err(ErrorKind::Transient)],
            "permission_missing",
            AccountStatus::Connected,
        ),
    ];
    for (answers, want, status) in cases {
        let scene = Scene::new(test, answers).await;
        let error = scene.account().await.expect_err(want);
        assert_eq!((code(&error), scene.status().await), (want, status));
        let then = if status == AccountStatus::Connected { None } else { Some("not_connected") };
        let id = scene.publication(|_| ()).await;
        if let Some(then) = then {
            assert_eq!(code(&scene.account().await.expect_err("no login")), then);
            assert_eq!(code(&scene.of_publication(id).await.expect_err("no login")), then);
        }
    }
}
on_both!(only_a_login_that_is_gone_asks_for_a_person, |t| super::lost(t));

async fn of_posts(test: &TestDb) {
    let scene = Scene::new(test, vec![Ok(found("likes", 5))]).await;
    let id = scene.publication(|_| ()).await;
    assert_eq!(scene.of_publication(id).await.expect("numbers").numbers, found("likes", 5));
    assert_eq!(scene.teller.asked(), ["post root of 2027-01-15T08:00:00Z with second"], "its first part");

    let states = [PublicationState::Draft, PublicationState::Scheduled, PublicationState::Unconfirmed];
    for state in states {
        let id = scene.publication(|row| row.state = state).await;
        assert_eq!(code(&scene.of_publication(id).await.expect_err("not public")), "not_published");
    }
    let now = scene.world.clock.now();
    let deleted = scene.publication(|row| row.units[0].deleted_at = Some(now)).await;
    assert_eq!(code(&scene.of_publication(deleted).await.expect_err("deleted")), "not_published");
    let told = scene.publication(|row| row.remote_id = None).await;
    assert_eq!(code(&scene.of_publication(told).await.expect_err("a person's word")), "not_known");
    assert_eq!(scene.teller.asked().len(), 1, "the network was asked nothing more");
}
on_both!(a_post_is_asked_about_while_it_is_public, |t| super::of_posts(t));

async fn refusals(test: &TestDb) {
    let mut scene = Scene::offering(test, Offers { post: &[], ..OFFERS }, Vec::new()).await;
    let (id, publication_id) = (scene.world.account.id, scene.publication(|_| ()).await);
    assert_eq!(
        code(&scene.of_publication(publication_id).await.expect_err("no such numbers")),
        "not_readable"
    );
    let future = (None, Some(scene.world.clock.now() + std::time::Duration::from_secs(1)));
    let refused = account(&scene.world.engine, &scene.actor, id, future).await;
    assert_eq!(code(&refused.expect_err("the future")), "in_the_future");

    assert!(offered(&scene.world.engine, &scene.world.account).is_some());
    let off = Switches { reading: false, ..Switches::default() };
    scene.world.engine.networks = scene.world.engine.networks.clone().switched(off);
    assert_eq!(code(&scene.account().await.expect_err("switched off")), "not_readable");
    assert!(offered(&scene.world.engine, &scene.world.account).is_none());
    let off = Switches { networks_off: vec!["toy".into()], ..Switches::default() };
    scene.world.engine.networks = scene.world.engine.networks.clone().switched(off);
    assert_eq!(code(&scene.account().await.expect_err("gone")), "account");
    assert_eq!(code(&scene.of_publication(publication_id).await.expect_err("gone")), "platform_off");

    scene.actor.role = Role::Client;
    assert_eq!(code(&scene.account().await.expect_err("not shared")), "forbidden");
    assert_eq!(code(&scene.of_publication(publication_id).await.expect_err("not shared")), "forbidden");
    let (clock, entropy) = (scene.world.clock.as_ref(), scene.world.engine.entropy.as_ref());
    scene.actor = Actor { workspace: Id::new(clock, entropy), role: Role::Owner, ..scene.actor.clone() };
    assert_eq!(code(&scene.account().await.expect_err("foreign")), "account");
    assert_eq!(code(&scene.of_publication(publication_id).await.expect_err("foreign")), "publication");
    assert!(scene.teller.asked().is_empty());
}
on_both!(nobody_is_asked_in_vain, |t| super::refusals(t));
