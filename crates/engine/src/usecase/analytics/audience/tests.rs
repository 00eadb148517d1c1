//! What is shown of what was kept, and what is said of the rest.

use std::sync::Arc;

use carillon_connectors::contract::insights::Offers;
use carillon_domain::connector_error::{ConnectorError, ErrorKind};
use carillon_domain::id::{Id, WorkspaceId};
use carillon_domain::insight::best_times::Trust;
use carillon_domain::permission::Role;
use carillon_store::on_both;
use carillon_store::repo::owner::{Number, OwnerLook};
use carillon_store::testing::TestDb;

use super::super::best_times;
use super::super::tests::{actor, at, of};
use super::*;
use crate::usecase::credentials::tests::World;
use crate::usecase::credentials::tests::network::Toy;
use crate::usecase::insights::tests::network::{OFFERS, Teller};

const OFFERED: Offers = Offers {
    audience: &[
        Metric::split("followers", "country", "demographics"),
        Metric::split("followers", "age", "demographics"),
        Metric::split("followers", "gender", "demographics"),
        Metric::split("followers_online", "hour", "online"),
    ],
    ..OFFERS
};

/// An account whose network tells of its audience, on 15 January 2027, ten o'clock in Athens.
struct Scene {
    world: World,
    actor: Actor,
}

impl Scene {
    async fn new(test: &TestDb) -> Self {
        let toy: &'static Toy = Box::leak(Box::new(Toy::new(false, Vec::new())));
        let teller: &'static Teller = Box::leak(Box::new(Teller::new(toy, OFFERED, Vec::new())));
        let world = World::at(test, teller, toy).await;
        let actor = actor(world.account.workspace, Role::Analyst);
        Self { world, actor }
    }

    fn about(&self) -> About {
        let (workspace, account) = (self.world.account.workspace, self.world.account.id);
        About { workspace, account, question: Question::Audience }
    }

    async fn told(
        &self,
        time: &str,
        (metric, dimension): (&str, &str),
        parts: &[(&str, i64)],
        window: Option<(Timestamp, Timestamp)>,
    ) {
        let number = |(part, value): &(&str, i64)| Number {
            metric: metric.to_owned(),
            dimension: Some(dimension.to_owned()),
            told: Told {
                part: Some((*part).to_owned()),
                window,
                value: *value,
                native: "demographics".to_owned(),
                definition: 1,
                as_of: at(time),
            },
        };
        let (about, numbers): (_, Vec<_>) = (self.about(), parts.iter().map(number).collect());
        let kept = self
            .world
            .engine
            .db
            .write(move |tx| Box::pin(async move { owner::add(tx, about, &numbers).await }));
        kept.await.map_err(|e: StoreError| e.to_string()).expect("kept");
    }

    async fn asked(&self, time: &str, missing: Vec<Absent>) {
        let look = OwnerLook { as_of: at(time), settled: true, missing };
        let about = self.about();
        let run = Id::new(self.world.engine.clock.as_ref(), self.world.engine.entropy.as_ref());
        let kept = self
            .world
            .engine
            .db
            .write(move |tx| Box::pin(async move { owner::add_look(tx, about, run, &look, None).await }));
        kept.await.map_err(|e: StoreError| e.to_string()).expect("kept");
    }

    async fn answer(&self, granularity: Option<&str>) -> Audience {
        let filter = of(self.world.account.id);
        let found = audience(&self.world.engine, &self.actor, &filter, granularity).await;
        let mut found = found.expect("an answer");
        assert_eq!(found.items.len(), 1);
        found.items.remove(0)
    }

    /// A day of Athens on which ten times as many are online from 18 to 21 h.
    async fn online(&self, day: &str, time: &str, evening: i64) {
        let began = at(day);
        let values: Vec<_> = (0..24)
            .map(|hour| (hour.to_string(), if (18..21).contains(&hour) { evening } else { 10 }))
            .collect();
        let parts: Vec<_> = values.iter().map(|(hour, value)| (hour.as_str(), *value)).collect();
        let window = Some((began, began + SignedDuration::from_hours(24)));
        self.told(time, ("followers_online", "hour"), &parts, window).await;
        self.asked(time, Vec::new()).await;
    }
}

const COUNTRY: (&str, &str) = ("followers", "country");

async fn latest(test: &TestDb) {
    let s = Scene::new(test).await;
    let none = s.answer(None).await;
    assert!(none.offered && none.asked_at.is_none() && none.splits.is_empty() && none.active.is_none());
    assert_eq!(none.silent.len(), 4, "nobody asked yet");

    // Two o'clock in the night in Athens.
    s.told("2027-01-13T00:10:00Z", COUNTRY, &[("DE", 50), ("FR", 30), ("GR", 20)], None).await;
    s.told("2027-01-13T09:10:00Z", COUNTRY, &[("DE", 51), ("FR", 29), ("GR", 20)], None).await;
    s.told("2027-01-15T00:10:00Z", COUNTRY, &[("GR", 20), ("DE", 60)], None).await;
    s.told("2027-01-13T00:10:00Z", ("followers", "age"), &[("18-24", 9)], None).await;
    s.asked("2027-01-13T00:10:00Z", Vec::new()).await;
    s.asked("2027-01-13T09:10:00Z", Vec::new()).await;
    let cause = ConnectorError::new(ErrorKind::Rejected, "toy", "insights", "too_few", "Too few followers.");
    let absent = |by: &str| Absent {
        metrics: vec!["followers".to_owned()],
        by: Some(by.to_owned()),
        cause: cause.clone(),
    };
    s.asked("2027-01-15T00:10:00Z", vec![absent("age"), absent("gender")]).await;
    let found = s.answer(None).await;
    assert_eq!(found.asked_at, Some(at("2027-01-15T00:10:00Z")));
    // Its look is missing yet, so it is not known whether this is all of it.
    s.told("2027-01-15T07:10:00Z", COUNTRY, &[("DE", 61)], None).await;
    let found = s.answer(None).await;
    let [countries, ages] = found.splits.as_slice() else { panic!("{:?}", found.splits) };
    let parts: Vec<_> = countries.parts.iter().map(|part| (part.of.as_str(), part.value)).collect();
    assert_eq!(parts, [("DE", 60), ("GR", 20)], "the last answer, and nothing of the one before");
    assert_eq!((countries.sum(), countries.share(&countries.parts[0])), (80, Some(7_500)));
    assert_eq!((countries.metric.by, countries.definition, countries.window), (Some("country"), 1, None));
    assert!(countries.days.is_empty(), "nobody asked for them");
    assert_eq!(ages.as_of, at("2027-01-13T00:10:00Z"), "older, and it says so");
    assert_eq!(found.missing.len(), 2);
    let silent: Vec<_> = found.silent.iter().map(|metric| metric.by).collect();
    assert_eq!(silent, [Some("hour")], "what was refused is not silent");

    let found = s.answer(Some("day")).await;
    let days = &found.splits[0].days;
    assert_eq!((days.len(), days[29].at), (30, at("2027-01-14T22:00:00Z")));
    assert_eq!(days[29].values, [Some(60), Some(20)]);
    assert_eq!(days[28].values, [None, None], "a gap");
    assert_eq!(days[27].values, [Some(51), Some(20)], "the last answer of the day");
    assert!(days[..27].iter().all(|day| day.values == [None, None]));
}
on_both!(the_last_answer_is_told_whole, |t| super::latest(t));

async fn hours(test: &TestDb) {
    let s = Scene::new(test).await;
    let times = async || {
        let filter = of(s.world.account.id);
        best_times(&s.world.engine, &s.actor, &filter).await.expect("an answer").items.remove(0)
    };
    let midnights = [
        "2027-01-07T22:00:00Z",
        "2027-01-08T22:00:00Z",
        "2027-01-09T22:00:00Z",
        "2027-01-10T22:00:00Z",
        "2027-01-11T22:00:00Z",
        "2027-01-12T22:00:00Z",
    ];
    for day in midnights {
        s.online(day, "2027-01-14T00:10:00Z", 100).await;
    }
    let blind = times().await;
    let six = s.answer(None).await.active.expect("some hours");
    // The 14th, a Thursday, is not there yet.
    assert_eq!((six.told, six.cells[3 * 24 + 19], six.cells[2 * 24 + 19]), (144, None, Some(100.0)));
    assert!(!blind.told, "six days are no week");
    s.online("2027-01-13T22:00:00Z", "2027-01-15T00:10:00Z", 80).await;
    let seeing = times().await;
    assert!(seeing.told && !Arc::ptr_eq(&blind.times, &seeing.times));
    assert_eq!(seeing.times.trust, Trust::General, "posts there are none");
    let evening = |answer: &super::super::AccountBestTimes| answer.times.cells[18].estimate;
    let morning = |answer: &super::super::AccountBestTimes| answer.times.cells[8].estimate;
    assert!(evening(&seeing) / morning(&seeing) > evening(&blind) / morning(&blind));

    // Networks count a day again.
    s.online("2027-01-13T22:00:00Z", "2027-01-15T06:10:00Z", 90).await;
    let again = s.answer(None).await.active.expect("a week");
    assert_eq!((again.told, again.cells[3 * 24 + 19]), (168, Some(90.0)), "the last word counts");
    assert!(s.answer(None).await.silent.iter().all(|metric| metric.by != Some("hour")));
}
on_both!(active_hours_are_a_week_and_evidence, |t| super::hours(t));

async fn strangers(test: &TestDb) {
    let s = Scene::new(test).await;
    s.told("2027-01-15T00:10:00Z", COUNTRY, &[("DE", 60)], None).await;
    s.asked("2027-01-15T00:10:00Z", Vec::new()).await;
    let engine = &s.world.engine;
    let elsewhere: WorkspaceId = Id::new(engine.clock.as_ref(), engine.entropy.as_ref());
    for filter in [Filter::default(), of(s.world.account.id)] {
        let found = audience(engine, &actor(elsewhere, Role::Owner), &filter, None).await.expect("an answer");
        assert!(found.items.is_empty());
    }
    let client = actor(s.actor.workspace, Role::Client);
    let refused = audience(engine, &client, &Filter::default(), None).await;
    assert!(matches!(refused, Err(AppError::Forbidden { .. })));
    let Err(AppError::Invalid(errors)) = audience(engine, &s.actor, &Filter::default(), Some("hour")).await
    else {
        panic!("there are no hours")
    };
    assert_eq!((errors[0].field.as_str(), errors[0].code.as_str()), ("granularity", "unknown"));
    // Of the second account nothing was told.
    let both = audience(engine, &s.actor, &Filter::default(), None).await.expect("an answer");
    let told: Vec<_> = both.items.iter().map(|item| item.splits.len()).collect();
    assert_eq!((told.len(), told.iter().sum::<usize>()), (2, 1));
    // Yesterday is over before it was told.
    let past = Filter { to: Some("2027-01-14".into()), ..of(s.world.account.id) };
    let past = audience(engine, &s.actor, &past, None).await.expect("an answer");
    assert!(past.items[0].splits.is_empty());
}
on_both!(an_audience_is_its_workspaces_alone, |t| super::strangers(t));
