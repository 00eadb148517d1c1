//! Complaints 1 to 8: duplicates, and verdicts that are wrong.

use carillon_connectors::sandbox::{Fault, FaultKind, When};
use carillon_domain::publication::{PublicationState, UnitState};
use carillon_engine::usecase::posts::{self, PostInput, Removal, WantedStatus};
use carillon_engine::usecase::publications;
use carillon_store::testing::TestDb;

use super::super::support::Stage;
use super::scene::{COMMITS, LEASE_IS_OVER, agree, commented, kind, networks, now, plainest, scheduled};

pub async fn every_fault(test: &TestDb) {
    let faults = [
        (FaultKind::Status, Some(500)),
        (FaultKind::Status, Some(502)),
        (FaultKind::Status, Some(503)),
        (FaultKind::Cut, None),
        (FaultKind::RateLimit, None),
        (FaultKind::TokenExpired, None),
        (FaultKind::TokenRevoked, None),
    ];
    for platform in networks() {
        for (fault, status) in faults {
            for when in [When::Before, When::After] {
                let story = format!("{platform}, {fault:?} {status:?} {when:?}");
                let (doomed, post) = scheduled(test, platform).await;
                let mut fault = Fault::once(platform, "commit", when, fault);
                fault.status = status;
                doomed.stage.fault(fault);
                doomed.stage.run_until_idle().await;
                let publication = doomed.stage.publication(&post).await;
                agree(&story, &publication, doomed.public().len());
            }
        }
    }
}

pub async fn side_effects(test: &TestDb) {
    for platform in commented() {
        let (doomed, post) = now(test, kind(platform, "first comment")).await;
        let stage = &doomed.stage;
        // The post goes out; from then on nothing works any more.
        let down = |operation| {
            Fault::once(platform, operation, When::Before, FaultKind::Status).status(503).times(1_000_000)
        };
        stage.fault(down("commit").skipping(1));
        for read_back in ["media.read", "getProfile", "statuses.get", "users.me"] {
            stage.fault(down(read_back));
        }
        stage.run_until_idle().await;
        let id = post.publications[0].id;
        for round in 0..3 {
            let publication = stage.publication_by_id(id).await;
            let root = doomed.public().iter().filter(|item| item.parent.is_none()).count();
            assert_eq!(root, 1, "{platform}, round {round}: {publication:?}");
            assert_eq!(publication.state, PublicationState::Published, "{platform}, round {round}");
            assert!(publication.incomplete, "{platform}: what is missing is said");
            // A part of which nobody knows asks a person first.
            drop(publications::retry(&stage.engine, &stage.actor, id).await);
            stage.run_until_idle().await;
        }
    }
}

pub async fn killed(test: &TestDb) {
    for platform in networks() {
        let (undisturbed, _) = now(test, plainest(platform)).await;
        let points = undisturbed.work(None).await;
        let accepted = points.iter().rposition(|point| {
            point.strip_prefix("after ").is_some_and(|operation| COMMITS.contains(&operation))
        });
        let accepted = accepted.unwrap_or_else(|| panic!("{platform} commits: {points:?}"));
        let (doomed, post) = now(test, plainest(platform)).await;
        doomed.work(Some(accepted)).await;
        assert!(doomed.is_dead(), "{platform}: killed between the network's effect and its answer");
        assert_eq!(doomed.public().len(), 1, "{platform}: it is live already");
        doomed.stage.bench.clock.advance(LEASE_IS_OVER);
        doomed.stage.another_node().await.run_due(100).await.expect("claims");
        doomed.stage.run_until_idle().await;
        assert_eq!(doomed.public().len(), 1, "{platform}: the retry made no second one");
        agree(platform, &doomed.stage.publication(&post).await, 1);
    }
}

pub async fn rate_limit(test: &TestDb) {
    for platform in networks() {
        let (doomed, post) = scheduled(test, platform).await;
        doomed.stage.fault(Fault::once(platform, "commit", When::After, FaultKind::RateLimit).reset(900));
        doomed.stage.run_until_idle().await;
        let publication = doomed.stage.publication(&post).await;
        assert_eq!(doomed.public().len(), 1, "{platform}: {publication:?}");
        assert_ne!(publication.state, PublicationState::Failed, "{platform}: it is live: {publication:?}");
        agree(platform, &publication, 1);
    }
}

pub async fn permalink(test: &TestDb) {
    let breaks = [
        (FaultKind::Status, Some(400)),
        (FaultKind::Status, Some(404)),
        (FaultKind::Status, Some(500)),
        (FaultKind::Cut, None),
        (FaultKind::RateLimit, None),
    ];
    for (fault, status) in breaks {
        let (doomed, post) = scheduled(test, "instagram").await;
        let mut unreadable = Fault::once("instagram", "media.read", When::Before, fault).times(1_000_000);
        unreadable.status = status;
        doomed.stage.fault(unreadable);
        doomed.stage.run_until_idle().await;
        let publication = doomed.stage.publication(&post).await;
        let public = doomed.public();
        assert_eq!(public.len(), 1, "{fault:?} {status:?}");
        assert_eq!(publication.state, PublicationState::Published, "{fault:?} {status:?}: {publication:?}");
        assert_eq!(publication.remote_id.as_deref(), Some(public[0].remote_id.as_str()));
        assert!(publication.error.is_none(), "nothing is wrong with the post: {publication:?}");
    }
}

pub async fn twins(test: &TestDb) {
    let stage = Stage::new(test).await;
    let (account, other) = (stage.bluesky().await, stage.x().await);
    let first = stage.at(account, "The harbour at six.", stage.in_minutes(120)).await;
    let codes = |view: &carillon_engine::usecase::posts::PostView| -> Vec<String> {
        view.warnings.iter().map(|w| w.code.clone()).collect()
    };
    assert!(codes(&first).is_empty(), "{:?}", first.warnings);
    let twin = stage.at(account, "the  harbour at SIX.", stage.in_minutes(150)).await;
    assert_eq!(codes(&twin), ["same_hour", "duplicate_content"], "spaces and capitals hide no twin");
    let elsewhere = stage.at(other, "The harbour at six.", stage.in_minutes(120)).await;
    assert!(codes(&elsewhere).is_empty(), "another account is another audience");
    for gone in [first, twin] {
        posts::remove(&stage.engine, &stage.actor, gone.id(), Removal::default()).await.expect("canceled");
    }
    let again = stage.at(account, "The harbour at six.", stage.in_minutes(120)).await;
    assert!(codes(&again).is_empty(), "what was canceled is nobody's twin: {:?}", again.warnings);
    // What is public already counts as well.
    stage.run_until_idle().await;
    let repeated = PostInput {
        text: "The harbour at six.".into(),
        accounts: vec![account],
        status: WantedStatus::Now,
        ..PostInput::default()
    };
    let repeated = stage.post(repeated).await;
    assert!(codes(&repeated).iter().any(|code| code == "duplicate_content"), "{:?}", repeated.warnings);
}

pub async fn dead(test: &TestDb) {
    for platform in networks() {
        for side in ["before", "after"] {
            let story = format!("{platform}, dead {side} the send");
            let (undisturbed, _) = now(test, plainest(platform)).await;
            let points = undisturbed.work(None).await;
            let is_send = |point: &String| COMMITS.iter().any(|c| *point == format!("{side} {c}"));
            let send = points.iter().position(is_send).expect("a send");
            let (doomed, post) = now(test, plainest(platform)).await;
            doomed.work(Some(send)).await;
            let died = doomed.stage.in_minutes(0);
            assert_eq!(doomed.public().len(), usize::from(side == "after"), "{story}");
            doomed.stage.bench.clock.advance(LEASE_IS_OVER);
            doomed.stage.run_until_idle().await;
            let publication = doomed.stage.publication(&post).await;
            assert_eq!(publication.state, PublicationState::Published, "{story}: {publication:?}");
            assert_eq!(doomed.public().len(), 1, "{story}");
            let later = publication.attempts.iter().flat_map(|a| &a.steps).filter(|step| step.at > died);
            let sends = later.filter(|step| COMMITS.contains(&step.operation.as_str())).count();
            // Bluesky's writes go to an address that we chose, and LinkedIn names the first post when it refuses the same again.
            let asked_by_sending = ["bluesky", "linkedin"].contains(&platform);
            let most = usize::from(side == "before" || asked_by_sending);
            assert!(sends <= most, "{story}: {sends} sends: {publication:?}");
        }
    }
}

pub async fn comment(test: &TestDb) {
    for platform in commented() {
        let (doomed, post) = now(test, kind(platform, "first comment")).await;
        let stage = &doomed.stage;
        // The network makes the comment, and says that the request was bad.
        let lie = Fault::once(platform, "commit", When::After, FaultKind::Status).status(400);
        stage.fault(lie.skipping(1));
        stage.run_until_idle().await;
        let id = post.publications[0].id;
        assert_eq!(doomed.public().len(), 2, "{platform}: the post and its comment");
        for _ in 0..3 {
            drop(publications::retry(&stage.engine, &stage.actor, id).await);
            stage.run_until_idle().await;
            assert_eq!(doomed.public().len(), 2, "{platform}: another try looks first");
        }
        let publication = stage.publication_by_id(id).await;
        assert_eq!(publication.state, PublicationState::Published, "{platform}");
        let honest = publication.parts.iter().all(|p| p.state != UnitState::Failed);
        assert!(honest, "{platform}: the comment is public: {publication:?}");
    }
}
