//! Numbers that were worked out by hand, from what readings left in the database.

use carillon_domain::composition::Composition;
use carillon_domain::error::FieldError;
use carillon_domain::id::{AccountId, Id, WorkspaceId};
use carillon_domain::insight::{Basis, Change, Comparison};
use carillon_domain::metric::{Observation, Reading};
use carillon_domain::permission::Role;
use carillon_domain::time::{Clock, Timestamp};
use carillon_store::repo::account::{self, AccountRow};
use carillon_store::repo::post::{self as post_rows, PostRow};
use carillon_store::repo::publication as publication_rows;
use carillon_store::repo::remote_post::{self, RemotePostRow};
use carillon_store::repo::snapshot::{self, Subject};
use carillon_store::testing::TestDb;
use carillon_store::{StoreError, on_both};

use super::*;
use crate::usecase::accounts;
use crate::usecase::credentials::tests::World;
use crate::usecase::credentials::tests::network::Toy;
use crate::{Actor, Engine};
use carillon_domain::error::AppError;

mod curves;
mod gone;
pub(crate) mod known;
mod years;

/// Two accounts that were connected on 15 January 2027 at eight, in a workspace in Athens, two hours ahead of UTC.
pub(crate) struct Scene {
    pub(in crate::usecase) world: World,
    pub(crate) actor: Actor,
    pub(crate) one: AccountRow,
    pub(crate) two: AccountRow,
}

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

impl Scene {
    pub(crate) async fn new(test: &TestDb) -> Self {
        let toy: &'static Toy = Box::leak(Box::new(Toy::new(false, Vec::new())));
        let world = World::at(test, toy, toy).await;
        let actor = actor(world.account.workspace, Role::Analyst);
        let rows = accounts::list(&world.engine, &actor).await.expect("accounts");
        let [one, two] =
            ["one", "two"].map(|name| rows.iter().find(|row| row.name == name).expect(name).clone());
        assert_eq!(one.created_at, at("2027-01-15T08:00:00Z"));
        Self { world, actor, one, two }
    }

    pub(crate) fn engine(&self) -> &Engine {
        &self.world.engine
    }

    /// A reading of an account's totals.
    pub(crate) async fn look(&self, row: &AccountRow, time: &str, followers: Option<i64>) {
        let readings = followers.map(|n| Reading::new("followers", n, "fans")).into_iter().collect();
        self.seen(row, Observation { as_of: at(time), readings }).await;
    }

    pub(crate) async fn seen(&self, row: &AccountRow, seen: Observation) {
        let row = row.clone();
        let run = Id::new(self.world.clock.as_ref(), self.engine().entropy.as_ref());
        let done = self.engine().db.write(move |tx| {
            Box::pin(async move {
                account::keep_profile(tx, &row, &row.identity(), &seen).await?;
                snapshot::add(tx, Subject::account(row.workspace, row.id), run, &seen).await
            })
        });
        done.await.map_err(|e: StoreError| e.to_string()).expect("a look");
    }

    pub(crate) async fn post(
        &self,
        row: &AccountRow,
        text: &str,
        time: &str,
        counts: &[(&str, i64)],
    ) -> RemotePostRow {
        let readings =
            counts.iter().map(|(name, value)| Reading::new(*name, *value, format!("{name}_count")));
        let found = RemotePostRow {
            workspace: row.workspace,
            account: row.id,
            id: Id::new(self.world.clock.as_ref(), self.engine().entropy.as_ref()),
            remote_id: text.into(),
            url: None,
            text: text.into(),
            kind: None,
            published_at: at(time),
            publication: None,
            first_seen_at: self.world.clock.now(),
            seen: Observation { as_of: self.world.clock.now(), readings: readings.collect() },
        };
        self.put(found.clone()).await;
        found
    }

    pub(crate) async fn put(&self, found: RemotePostRow) {
        let put =
            self.engine().db.write(move |tx| Box::pin(async move { remote_post::put(tx, &found).await }));
        put.await.map_err(|e: StoreError| e.to_string()).expect("a post");
    }

    async fn summary(&self, filter: Filter) -> Summary {
        summary(self.engine(), &self.actor, &filter).await.expect("a summary")
    }

    async fn refused(&self, filter: Filter) -> Vec<FieldError> {
        match summary(self.engine(), &self.actor, &filter).await {
            Err(AppError::Invalid(errors)) => errors,
            other => panic!("{filter:?}: {other:?}"),
        }
    }

    pub fn advance(&self, days: u64) {
        self.world.clock.advance(std::time::Duration::from_secs(days * 86_400));
    }
}

pub(super) fn actor(workspace: WorkspaceId, role: Role) -> Actor {
    Actor { workspace, role, user: None, token: None, timezone: "Europe/Athens".into(), session_hash: None }
}

pub(super) fn of(account: AccountId) -> Filter {
    Filter { account: Some(account.to_string()), ..Filter::default() }
}

fn numbers(figure: &Figure) -> (Option<i64>, Option<i64>, u64, u64) {
    (figure.value, figure.previous, figure.given, figure.of)
}

async fn newcomer(test: &TestDb) {
    let s = Scene::new(test).await;
    s.look(&s.one, "2027-01-15T08:00:00Z", Some(1_000)).await;
    // Nobody knows how many followers there were five days ago.
    s.post(&s.one, "A", "2027-01-10T10:00:00Z", &[("likes", 10), ("comments", 5), ("views", 300)]).await;
    // No views, and its account was looked at an hour later.
    s.post(&s.one, "B", "2027-01-15T07:00:00Z", &[("likes", 30)]).await;
    // Before the first of the 30 days, which is 17 December in Athens.
    s.post(&s.one, "C", "2026-12-16T21:59:59Z", &[("likes", 1_000), ("views", 1_000)]).await;
    let found = s.summary(Filter::default()).await;
    assert_eq!(
        (found.period.from, found.period.to),
        (at("2026-12-16T22:00:00Z"), at("2027-01-15T22:00:00Z"))
    );
    assert_eq!((found.previous.from, found.accounts), (at("2026-11-16T22:00:00Z"), 2));
    let figures = &found.figures;
    assert_eq!(numbers(&figures.followers), (Some(1_000), None, 1, 2), "one account was not read yet");
    assert_eq!(numbers(&figures.posts), (Some(2), None, 1, 2), "what was before it came is not known");
    assert_eq!(numbers(&figures.views), (Some(300), None, 1, 2));
    assert_eq!(numbers(&figures.engagements), (Some(45), None, 2, 2));
    assert_eq!(numbers(&figures.reach), (None, None, 0, 2), "the network gives none");
    let rates: Vec<_> = figures.rates.iter().map(|rate| (rate.value, rate.given)).collect();
    assert_eq!(rates, [(Some(500), 1), (Some(300), 1), (None, 0)]);
    assert_eq!(figures.rate().0, Basis::Views);
    assert!(
        [&figures.followers, &figures.posts, &figures.views].iter().all(|figure| figure.change.is_none())
    );
    let sources: Vec<_> = figures.engagements.sources.iter().map(String::as_str).collect();
    assert_eq!(sources, ["toy:comments_count", "toy:likes_count"]);
    assert_eq!(figures.followers.sources.iter().collect::<Vec<_>>(), ["toy:fans"]);
    assert_eq!(figures.engagements.as_of, Some(at("2027-01-15T08:00:00Z")));
    let days = &figures.engagements.days;
    assert_eq!((days.len(), days[24], days[29]), (30, Some(15), Some(30)));
    assert_eq!(days.iter().flatten().count(), 2, "a day without posts is a gap");
    let posts = &figures.posts.days;
    assert_eq!((posts[0], posts[24], posts[25]), (Some(0), Some(1), Some(0)), "but it has no posts");
    assert_eq!(found.networks.len(), 1);
    assert_eq!(found.networks[0].figures, found.figures);
    // What was never read is not zero.
    let two = s.summary(of(s.two.id)).await;
    assert_eq!((two.accounts, numbers(&two.figures.posts)), (1, (None, None, 0, 1)));
}
on_both!(an_account_that_just_came_has_no_past, |t| super::newcomer(t));

async fn compared(test: &TestDb) {
    let s = Scene::new(test).await;
    s.advance(40);
    // The 30 days begin on 26 January; the 30 before them on 27 December.
    s.look(&s.one, "2027-01-20T10:00:00Z", Some(1_000)).await;
    s.look(&s.one, "2027-02-10T10:00:00Z", Some(1_050)).await;
    s.look(&s.one, "2027-02-20T10:00:00Z", Some(1_100)).await;
    s.look(&s.one, "2027-02-21T10:00:00Z", None).await;
    s.look(&s.two, "2027-02-12T10:00:00Z", Some(5_000)).await;
    for (text, time, counts) in [
        ("before", "2027-01-21T10:00:00Z", vec![("likes", 20), ("views", 1_000), ("reach", 500)]),
        ("later", "2027-02-10T12:00:00Z", vec![("likes", 21), ("saves", 9), ("views", 500), ("reach", 300)]),
        ("hidden", "2027-02-20T12:00:00Z", vec![("comments", 11), ("views", 1_000)]),
        ("nobody", "2027-02-20T13:00:00Z", vec![("views", 0)]),
    ] {
        s.post(&s.one, text, time, &counts).await;
    }
    let one = s.summary(of(s.one.id)).await.figures;
    assert_eq!(numbers(&one.followers), (Some(1_100), Some(1_000), 1, 1));
    let change = one.followers.change.expect("both are known");
    assert_eq!((change.absolute(), change.basis_points()), (100, Some(1_000)));
    assert_eq!(one.followers.as_of, Some(at("2027-02-20T10:00:00Z")), "the day without the number is none");
    assert_eq!(numbers(&one.posts), (Some(3), Some(1), 1, 1));
    assert_eq!(numbers(&one.views), (Some(1_500), Some(1_000), 3, 3));
    assert_eq!(numbers(&one.engagements), (Some(41), Some(20), 2, 3));
    assert_eq!(numbers(&one.reach), (Some(300), Some(500), 1, 3));
    assert_eq!(one.reach.change.and_then(Change::basis_points), Some(-4_000));
    // By views 30/500 and 11/1000: (600 + 110) / 2. By followers 30/1050 and 11/1100: (285.71 + 100) / 2 = 192.86.
    let rates: Vec<_> = one.rates.iter().map(|rate| (rate.value, rate.previous)).collect();
    assert_eq!(rates, [(Some(355), Some(200)), (Some(193), Some(200)), (Some(1_000), Some(400))]);
    assert_eq!(one.rates[0].change.map(Change::absolute), Some(155));
    // Two was not there before: its 5,000 are no growth.
    let both = s.summary(Filter::default()).await.figures;
    assert_eq!(numbers(&both.followers), (Some(6_100), None, 2, 2));
    assert_eq!(both.followers.change, Some(Change { from: 1_000, to: 1_100 }));
    assert_eq!((both.posts.previous, both.posts.value), (Some(1), Some(3)));

    let series = async |metric, filter: &Filter| {
        super::series(s.engine(), &s.actor, filter, Some(metric), None).await.expect("a series")
    };
    let lone = series("followers", &of(s.one.id)).await;
    let known: Vec<_> = lone.points.iter().filter_map(|p| Some((p.at.to_string(), p.value?))).collect();
    let day = |text: &str, value| (text.to_owned(), value);
    assert_eq!(known, [day("2027-02-09T22:00:00Z", 1_050), day("2027-02-19T22:00:00Z", 1_100)]);
    assert_eq!((lone.points.len(), lone.notes.len()), (30, 0));
    let together = series("followers", &Filter::default()).await;
    let values: Vec<_> = together.points.iter().filter_map(|p| p.value).collect();
    assert_eq!(values, [1_050], "a sum without one of them would look like a fall");
    assert_eq!(together.notes.len(), 1, "{:?}", together.notes);
    assert_eq!(together.notes[0].text, "@two on Toy counts from this day on: nobody looked before.");
    let likes = series("likes", &of(s.one.id)).await;
    assert_eq!(likes.points.iter().filter_map(|p| p.value).collect::<Vec<_>>(), [21]);
    let rate = series("engagement_rate_by_views", &Filter::default()).await;
    assert_eq!(rate.points.iter().filter_map(|p| p.value).collect::<Vec<_>>(), [600, 110]);
}
on_both!(numbers_are_compared_where_both_ends_are_known, |t| super::compared(t));

async fn ranked(test: &TestDb) {
    let s = Scene::new(test).await;
    s.look(&s.one, "2027-01-15T08:00:00Z", Some(200)).await;
    let first = s.post(&s.one, "seen", "2027-01-15T07:00:00Z", &[("likes", 6), ("views", 120)]).await;
    s.post(&s.one, "few", "2027-01-15T07:10:00Z", &[("likes", 9), ("views", 10)]).await;
    s.post(&s.one, "followers", "2027-01-15T07:20:00Z", &[("likes", 5)]).await;
    s.post(&s.one, "nothing", "2027-01-15T07:30:00Z", &[]).await;
    let found = top(s.engine(), &s.actor, &Filter::default(), 5).await.expect("posts");
    let ranks: Vec<_> = found
        .items
        .iter()
        .map(|p| {
            (
                p.post.found.row.text.as_str(),
                p.rank().map(|(basis, rate)| (basis, rate.basis_points())),
                p.seen_by_few(),
            )
        })
        .collect();
    let want = [
        ("seen", Some((Basis::Views, 500)), false),
        ("followers", Some((Basis::Followers, 250)), false),
        ("few", Some((Basis::Views, 9_000)), true),
    ];
    assert_eq!(ranks, want);

    let page = async |query: PostQuery| posts(s.engine(), &s.actor, &Filter::default(), &query).await;
    let by_likes =
        |cursor| PostQuery { sort: Some("likes".into()), cursor, limit: 3, ..PostQuery::default() };
    let texts =
        |page: &PostPage| page.items.iter().map(|p| p.post.found.row.text.clone()).collect::<Vec<_>>();
    let begin = page(by_likes(None)).await.expect("a page");
    assert_eq!(texts(&begin), ["few", "seen", "followers"]);
    let rest = page(by_likes(begin.next.clone())).await.expect("a page");
    assert_eq!((texts(&rest), rest.next), (vec!["nothing".to_owned()], None));
    let query = PostQuery {
        sort: Some("hugs".into()),
        order: Some("up".into()),
        cursor: Some("7~post_1".into()),
        limit: 5,
    };
    let Err(AppError::Invalid(errors)) = page(query).await else { panic!("refused") };
    let fields: Vec<_> = errors.iter().map(|error| error.field.as_str()).collect();
    assert_eq!(fields, ["sort", "order", "cursor"]);

    // A post of ours has tags; deleting it at the network takes nothing from the history.
    let (workspace, engine) = (s.one.workspace, s.engine());
    let now = s.world.clock.now();
    let ours = PostRow {
        workspace,
        id: Id::new(s.world.clock.as_ref(), engine.entropy.as_ref()),
        version: 1,
        composition: Composition::default(),
        tags: vec!["launch".into(), "say \"hi\"".into()],
        campaign: Some("Spring, or later".into()),
        due_at: None,
        wall: None,
        timezone: "UTC".into(),
        created_by: None,
        created_at: now,
        updated_at: now,
        trashed_at: None,
        erased: Vec::new(),
    };
    let (_, mut publication) = crate::usecase::insights::tests::published(&s.world);
    publication.post = ours.id;
    let linked = RemotePostRow { publication: Some(publication.id), ..first };
    let id = ours.id;
    let saved = engine.db.write(move |tx| {
        Box::pin(async move {
            post_rows::insert(tx, &ours).await?;
            publication_rows::insert(tx, &publication).await?;
            Ok::<_, StoreError>(())
        })
    });
    saved.await.expect("saved");
    s.put(linked).await;
    for (tag, posts) in [("launch", 1), ("say \"hi\"", 1), ("laun", 0), ("LAUNCH", 0), (" ", 4)] {
        let filter = Filter { tag: Some(tag.into()), ..Filter::default() };
        let found = s.summary(filter.clone()).await.figures;
        assert_eq!((found.posts.value, found.followers.value), (Some(posts), Some(200)), "{tag}");
        let found = top(engine, &s.actor, &filter, 5).await.expect("posts").items;
        assert_eq!(found.first().and_then(|p| p.post.found.post), (posts > 0).then_some(id), "{tag}");
    }
    for (campaign, tag, posts) in [
        ("Spring, or later", "", 1),
        ("Spring, or later", "launch", 1),
        ("Spring, or later", "other", 0),
        ("Spring", "launch", 0),
        ("", "", 4),
    ] {
        let filter = Filter { campaign: Some(campaign.into()), tag: Some(tag.into()), ..Filter::default() };
        let found = s.summary(filter.clone()).await.figures;
        assert_eq!((found.posts.value, found.followers.value), (Some(posts), Some(200)), "{campaign} {tag}");
        let page =
            super::posts(engine, &s.actor, &filter, &PostQuery { limit: 9, ..PostQuery::default() }).await;
        assert_eq!(page.map(|page| page.items.len()).ok(), usize::try_from(posts).ok(), "{campaign} {tag}");
        let best = top(engine, &s.actor, &filter, 5).await.expect("posts").items;
        assert_eq!(
            best.first().and_then(|p| p.post.found.post),
            (posts > 0).then_some(id),
            "{campaign} {tag}"
        );
    }
    let offered = labels(engine, &s.actor).await.expect("labels");
    assert_eq!(offered.tags.into_iter().collect::<Vec<_>>(), ["launch", "say \"hi\""]);
    assert_eq!(offered.campaigns.into_iter().collect::<Vec<_>>(), ["Spring, or later"]);
    // The next day it is found the same way, as known on this one.
    s.advance(1);
    for (tag, posts) in [("launch", 1), ("laun", 0), (" ", 4)] {
        let known_on = Some("2027-01-15".into());
        let found = s.summary(Filter { tag: Some(tag.into()), known_on, ..Filter::default() }).await;
        assert_eq!(found.figures.posts.value, Some(posts), "{tag}");
    }
}
on_both!(posts_are_ranked_and_found_by_their_tags, |t| super::ranked(t));

async fn filters(test: &TestDb) {
    let s = Scene::new(test).await;
    s.look(&s.one, "2027-01-15T08:00:00Z", Some(200)).await;
    s.post(&s.one, "A", "2027-01-10T22:30:00Z", &[("likes", 6)]).await;
    let some = |text: &str| Some(text.to_owned());
    let stranger: AccountId = Id::new(s.world.clock.as_ref(), s.engine().entropy.as_ref());
    for empty in [of(stranger), Filter { creator: some("creator_1"), ..Filter::default() }] {
        let found = s.summary(empty.clone()).await;
        assert_eq!((found.accounts, found.networks.len(), found.figures.posts.value), (0, 0, None));
        let page = posts(s.engine(), &s.actor, &empty, &PostQuery { limit: 5, ..PostQuery::default() }).await;
        assert_eq!(page.map(|page| (page.accounts, page.items.len())).map_err(|e| e.to_string()), Ok((0, 0)));
        assert!(top(s.engine(), &s.actor, &empty, 5).await.expect("posts").items.is_empty());
        let found = series(s.engine(), &s.actor, &empty, None, Some("day")).await.expect("a series");
        assert_eq!((found.accounts, found.points.len()), (0, 0));
    }
    let elsewhere = actor(Id::new(s.world.clock.as_ref(), s.engine().entropy.as_ref()), Role::Owner);
    let foreign = summary(s.engine(), &elsewhere, &of(s.one.id)).await.expect("a summary");
    assert_eq!((foreign.accounts, foreign.figures.followers.value), (0, None));
    let client = actor(s.one.workspace, Role::Client);
    assert!(matches!(
        summary(s.engine(), &client, &Filter::default()).await,
        Err(AppError::Forbidden { .. })
    ));

    // 22:30 in London is the next day in Athens. A last day belongs to the time, a last instant does not.
    for (from, to, posts) in [
        ("2027-01-11", "2027-01-11", 1),
        ("2027-01-10", "2027-01-10", 0),
        ("2027-01-10T22:30:00Z", "2027-01-10T22:30:01Z", 1),
        ("2027-01-10T00:00:00+02:00", "2027-01-10T22:30:00Z", 0),
    ] {
        let filter = Filter { from: some(from), to: some(to), ..of(s.one.id) };
        assert_eq!(s.summary(filter).await.figures.posts.value, Some(posts), "{from} {to}");
    }
    for (filter, field, code) in [
        (Filter { from: some("yesterday"), ..Filter::default() }, "from", "malformed_time"),
        (Filter { to: some("2027-02-30"), ..Filter::default() }, "to", "malformed_time"),
        (
            Filter { from: some("2027-01-12"), to: some("2027-01-11"), ..Filter::default() },
            "from",
            "not_before_to",
        ),
        (Filter { from: some("2020-01-12"), ..Filter::default() }, "from", "too_long"),
        (Filter { to: some("1960-01-12"), ..Filter::default() }, "from", "out_of_range"),
        (Filter { to: some("-009999-01-03T00:00:00Z"), ..Filter::default() }, "from", "out_of_range"),
        (Filter { account: some("me"), ..Filter::default() }, "account", "invalid"),
        (Filter { platform: some("friendster"), ..Filter::default() }, "platform", "unknown"),
    ] {
        let errors = s.refused(filter.clone()).await;
        assert_eq!((errors[0].field.as_str(), errors[0].code.as_str()), (field, code), "{filter:?}");
    }
    let all = Filter { from: some("x"), account: some("y"), platform: some("z"), ..Filter::default() };
    assert_eq!(s.refused(all).await.len(), 3, "everything at once");
    let Err(AppError::Invalid(errors)) =
        series(s.engine(), &s.actor, &Filter::default(), Some("hugs"), Some("hour")).await
    else {
        panic!("refused")
    };
    assert_eq!(errors.iter().map(|e| e.field.as_str()).collect::<Vec<_>>(), ["metric", "granularity"]);
}
on_both!(a_filter_says_what_is_wrong_with_it, |t| super::filters(t));
