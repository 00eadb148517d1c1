//! What only the owner sees comes as it is offered.

use std::collections::BTreeSet;
use std::time::Duration;

use carillon_domain::connector_error::{ConnectorError, ErrorKind};
use carillon_domain::metric;
use carillon_domain::post::Draft;
use carillon_domain::time::{Clock, SignedDuration, Timestamp};

use super::super::{Bench, Session, draft};
use super::samples::plain;
use super::{Subject, assert_errands, flavours, samples};
use crate::contract::capability::OptionInput;
use crate::contract::insights::{Found, Insights, Metric, Offers, PostRef, Window};
use crate::sandbox::{Fault, FaultKind, When};

const DAY: SignedDuration = SignedDuration::from_hours(24);

/// Every metric that is offered comes, and no other one; each is defined, stands for the time that was asked for, and is said
/// once. What the network does not know has no numbers, and a login that is gone is an error.
pub async fn insights(subject: Subject) {
    let Some(insights) = subject.connector.insights() else { return };
    let offers = insights.offers();
    declared(subject, offers);
    let bench = subject.bench();
    let session = bench.session(subject).await;
    let begin = bench.clock.now();
    let posts = publish_all(subject, &bench, &session).await;
    let asking = Asking { subject, insights, session: &session };

    // Some networks forget a post within a day, others count for days before they tell anything.
    bench.clock.advance(Duration::from_secs(3_600));
    asking.renew().await;
    let mut of_posts = asking.posts(&posts).await;
    bench.clock.advance(Duration::from_secs(6 * 24 * 3_600));
    asking.renew().await;
    of_posts.extend(asking.posts(&posts).await);
    asking.complete("posts", offers.post, &of_posts);

    let now = bench.clock.now();
    let longest = SignedDuration::from_hours(24 * i64::from(offers.window_days));
    let window = Window { from: (begin - DAY * 4).max(now - longest), to: now };
    asking.complete("account", offers.account, &[asking.account(window).await]);
    asking.complete("audience", offers.audience, &[asking.audience().await]);
    asking.revoked(&bench, window).await;
    assert_errands(subject, &bench, "numbers for the owner");
}

/// What a connector says that there is makes sense.
fn declared(subject: Subject, offers: &Offers) {
    let name = subject.name();
    for metrics in [offers.account, offers.post, offers.audience] {
        for (i, metric) in metrics.iter().enumerate() {
            assert!(metric::definition(metric.name).is_some(), "{name}: {metric:?} is not defined");
            assert!(!metric.native.is_empty(), "{name}: {metric:?}");
            // Two logins, or two kinds of posts, may have the same number by different names. That one answer says none twice is seen
            // from the answers.
            let again = metrics[..i].contains(metric);
            assert!(!again, "{name}: {metric:?} is offered twice");
        }
    }
    assert!(offers.audience.iter().all(|metric| metric.by.is_some()), "{name}: an audience is split");
    assert!(
        offers.post.is_empty() || offers.posts_at_once > 0,
        "{name}: posts are asked about singly at least"
    );
    assert!(
        offers.account.is_empty() || offers.window_days > 1,
        "{name}: a window of {} days",
        offers.window_days
    );
}

/// Each kind of post that there is becomes public: the suite's samples, and one for each value of an option for kinds.
async fn publish_all(subject: Subject, bench: &Bench, session: &Session<'_>) -> Vec<(String, Timestamp)> {
    let mut drafts: Vec<Draft> = samples(subject, bench).into_iter().map(|sample| sample.draft).collect();
    for option in subject.connector.capabilities().options.iter().filter(|option| option.name == "kind") {
        let OptionInput::Choice { values } = option.input else { continue };
        for value in values {
            let film = || draft(&format!("A film as {value}."), [bench.library.mp4(300_000, 10_000, None)]);
            let mut both = [plain(subject, bench, &format!("Seen as {value}.")), film()];
            for draft in &mut both {
                draft.options.insert(option.name.to_owned(), (*value).into());
            }
            let allowed =
                |draft: &Draft| session.publisher().check(draft, &session.account).violations.is_empty();
            drafts.extend(both.into_iter().filter(allowed));
        }
    }
    let mut posts = Vec::new();
    for draft in drafts {
        let outcome = session.publish(&draft).await;
        let id = outcome.remote_ids().swap_remove(0);
        let at = outcome.progress().units[0].published_at;
        posts.push((id, at.unwrap_or_else(|| panic!("{}: {outcome:?}", subject.name()))));
        bench.clock.advance(Duration::from_secs(600));
    }
    posts
}

struct Asking<'a> {
    subject: Subject,
    insights: &'a dyn Insights,
    session: &'a Session<'a>,
}

impl Asking<'_> {
    /// A token that was good for an hour is not any more.
    async fn renew(&self) {
        let credential = self.session.credential();
        if !self.subject.connector.authorizer().refreshable(&credential) {
            return;
        }
        match self.session.refresh().await {
            Ok(_) => {}
            // Some networks renew no token that is still young, and good for longer than this.
            Err(error) if matches!(error.kind, ErrorKind::RateLimited { .. }) => {}
            Err(error) => panic!("{}: {error:?}", self.subject.name()),
        }
    }

    /// About every post, as many at once as there may be, and about one that does not exist.
    async fn posts(&self, posts: &[(String, Timestamp)]) -> Vec<Found> {
        let (name, offers) = (self.subject.name(), self.insights.offers());
        if offers.post.is_empty() {
            return Vec::new();
        }
        let unknown = unlike(&posts[0].0);
        let asked: Vec<(&str, Timestamp)> = std::iter::once((unknown.as_str(), posts[0].1))
            .chain(posts.iter().map(|(id, at)| (id.as_str(), *at)))
            .collect();
        let mut all = Vec::new();
        for some in asked.chunks(offers.posts_at_once) {
            let refs: Vec<_> =
                some.iter().map(|(id, at)| PostRef { remote_id: id, published_at: *at }).collect();
            let credential = self.session.credential();
            let answer = self.insights.posts(&self.session.cx(&credential), &refs).await;
            let answer = self.given(answer).unwrap_or_else(|| vec![Found::default(); refs.len()]);
            assert_eq!(answer.len(), refs.len(), "{name}: an answer for each post");
            all.extend(answer);
        }
        // That a login lacks a permission may be known without asking.
        let nothing = all.remove(0);
        assert!(
            nothing.observations.is_empty(),
            "{name}: numbers of {unknown}, which does not exist: {nothing:?}"
        );
        let since_published = |found: &Found| found.observations.iter().all(|seen| seen.window.is_none());
        for found in &all {
            assert!(since_published(found), "{name}: posts are counted from their beginning: {found:?}");
            self.sound("posts", offers.post, found, None);
        }
        all
    }

    async fn account(&self, window: Window) -> Found {
        let offers = self.insights.offers();
        if offers.account.is_empty() {
            return Found::default();
        }
        let credential = self.session.credential();
        let answer = self.insights.account(&self.session.cx(&credential), window).await;
        let found = self.given(answer).unwrap_or_default();
        self.sound("account", offers.account, &found, Some(window));
        found
    }

    async fn audience(&self) -> Found {
        let offers = self.insights.offers();
        if offers.audience.is_empty() {
            return Found::default();
        }
        let credential = self.session.credential();
        let answer = self.insights.audience(&self.session.cx(&credential)).await;
        let found = self.given(answer).unwrap_or_default();
        self.sound("audience", offers.audience, &found, None);
        found
    }

    /// The answer; nothing where one of several logins can't be asked, and says so.
    fn given<T>(&self, answer: Result<T, ConnectorError>) -> Option<T> {
        match answer {
            Ok(answer) => Some(answer),
            Err(error) if self.excused(&error) => None,
            Err(error) => panic!("{}: {error:?}", self.subject.name()),
        }
    }

    fn excused(&self, error: &ConnectorError) -> bool {
        let several = flavours(self.subject.connector).len() > 1;
        several
            && error.kind == ErrorKind::Rejected
            && error.code == "unsupported"
            && !error.action.is_empty()
    }

    /// Nothing is said that was not offered, twice, or of another time.
    fn sound(&self, story: &str, offered: &[Metric], found: &Found, asked: Option<Window>) {
        let name = self.subject.name();
        let mut said = BTreeSet::new();
        for seen in &found.observations {
            let by = seen.part.as_ref().map(|(dimension, _)| *dimension);
            let is_offered = offered.iter().any(|m| m.name == seen.metric && m.by == by);
            assert!(is_offered, "{name}, {story}: {seen:?} is not offered");
            assert!(seen.value >= 0 && !seen.native.is_empty(), "{name}, {story}: {seen:?}");
            if let Some(window) = seen.window {
                assert!(window.from < window.to, "{name}, {story}: {seen:?}");
                let fits = |asked: Window| window.from >= asked.from - DAY && window.to <= asked.to + DAY;
                assert!(asked.is_none_or(fits), "{name}, {story}: {seen:?} is not of {asked:?}");
            }
            let key = (seen.metric, &seen.part, seen.window.map(|window| (window.from, window.to)));
            assert!(said.insert(key), "{name}, {story}: {seen:?} is said twice");
        }
        for missing in &found.missing {
            let fine = !missing.metrics.is_empty() && !missing.cause.cause.is_empty();
            assert!(fine && !missing.cause.action.is_empty(), "{name}, {story}: {missing:?}");
            let known = |wanted: &&str| offered.iter().any(|m| m.name == *wanted && m.by == missing.by);
            assert!(missing.metrics.iter().all(known), "{name}, {story}: {missing:?} is not offered");
        }
    }

    /// Everything that is offered came at least once. Of several logins each may have numbers of its own; the platform's tests put
    /// theirs together.
    fn complete(&self, story: &str, offered: &[Metric], all: &[Found]) {
        if flavours(self.subject.connector).len() > 1 {
            return;
        }
        let name = self.subject.name();
        for metric in offered {
            let came = all.iter().flat_map(|found| &found.observations).any(|seen| {
                seen.metric == metric.name && seen.part.as_ref().map(|(dimension, _)| *dimension) == metric.by
            });
            assert!(came, "{name}, {story}: {metric:?} is offered and never comes: {all:?}");
        }
    }

    /// A grant that was taken back is no lack of numbers.
    async fn revoked(&self, bench: &Bench, window: Window) {
        let (name, offers) = (self.subject.name(), self.insights.offers());
        bench.add_fault(Fault::once(name, "*", When::Before, FaultKind::TokenRevoked));
        let credential = self.session.credential();
        let cx = self.session.cx(&credential);
        let answer = if !offers.account.is_empty() {
            self.insights.account(&cx, window).await.map(|found| vec![found])
        } else if !offers.audience.is_empty() {
            self.insights.audience(&cx).await.map(|found| vec![found])
        } else {
            let post = PostRef { remote_id: "1", published_at: window.from };
            self.insights.posts(&cx, &[post]).await
        };
        match answer {
            Err(error) if self.excused(&error) => {}
            Err(error) => {
                let kinds = [ErrorKind::AuthRevoked, ErrorKind::AuthExpired];
                assert!(kinds.contains(&error.kind) && !error.action.is_empty(), "{name}: {error:?}");
            }
            // One of several logins may lack the permission for all of them, which nobody needs to ask for.
            Ok(found) => {
                let several = flavours(self.subject.connector).len() > 1;
                let nothing = found.iter().all(|found| found.observations.is_empty());
                assert!(several && nothing, "{name}: numbers without a login: {found:?}");
                let said = found.iter().flat_map(|found| &found.missing).map(|missing| &missing.cause.kind);
                let kinds: Vec<_> = said.collect();
                let allowed = kinds.iter().all(|kind| **kind == ErrorKind::PermissionMissing);
                assert!(allowed && !kinds.is_empty(), "{name}: a login that is gone is an error: {found:?}");
            }
        }
    }
}

/// An id of the same form that nothing has.
fn unlike(id: &str) -> String {
    let mut left = 3;
    let changed = id.chars().rev().map(|c| {
        let is_end = c.is_ascii_alphanumeric() && left > 0;
        left -= u8::from(is_end);
        if is_end { '9' } else { c }
    });
    changed.collect::<Vec<_>>().into_iter().rev().collect()
}
