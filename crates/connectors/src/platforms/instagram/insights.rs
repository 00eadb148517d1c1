//! Numbers that only the owner of an account sees. Source: Instagram Platform - Insights (copies of 2026), for both logins.
//!
//! Which numbers a post has depends on whether it is a feed post, a reel or a story, so that is asked first. Stories have them for 24
//! hours, from five viewers on. Those of accounts are kept for 90 days; of fewer than 100 people Instagram says nothing about who they
//! are. What was renamed or taken away (`impressions`, `plays` …) is never asked for.
//!
//! What else there is, and why it is not read:
//! - `follower_count` is the new followers of each day, which `follows_and_unfollows` has for any window, with those who left.
//! - `facebook_views` and `crossposted_views` count, or include, who saw a copy on Facebook, for one of the logins or one kind of post:
//!   beside `views` they would look like numbers of this account.

use async_trait::async_trait;
use carillon_domain::connector_error::ConnectorError;
use carillon_domain::time::{SignedDuration, Timestamp};
use jiff::tz::TimeZone;

use super::api::{Graph, Params};
use super::errors::{NETWORK, TOO_FEW_VIEWERS, too_few_viewers};
use super::{Instagram, auth, limits, wire};
use crate::contract::cx::Cx;
use crate::contract::insights::{Found, Insights, Offers, OneByOne, PostRef, Window};
use crate::kit::graph::insights::{Ask, Question, ask_all, group, metrics, require, unless_unknown};

mod table;

use self::table::{ACCOUNT, AUDIENCE, By, ENGAGED, MEDIA, ONLINE, STORY};

/// Who was online comes about two days late, so a little more is asked for.
const ONLINE_DAYS: SignedDuration = SignedDuration::from_hours(4 * 24);

static OFFERS: Offers = Offers {
    account: &metrics(&ACCOUNT),
    post: &metrics(&MEDIA),
    audience: &metrics(&AUDIENCE),
    // Each takes two to four calls.
    posts_at_once: 10,
    window_days: limits::INSIGHTS_DAYS,
};

#[async_trait]
impl Insights for Instagram {
    fn offers(&self) -> &'static Offers {
        &OFFERS
    }

    async fn account(&self, cx: &Cx<'_>, window: Window) -> Result<Found, ConnectorError> {
        let asking = Asking::of(cx, "insights.account")?;
        let mut found = Found::default();
        let oldest = cx.clock.now() - SignedDuration::from_hours(24 * limits::INSIGHTS_KEPT_DAYS);
        let window = Window { from: window.from.max(oldest), to: window.to };
        if window.from >= window.to {
            return Ok(found);
        }
        let question = |by: By| {
            let mut params = vec![
                ("period", "day".to_owned()),
                ("metric_type", "total_value".to_owned()),
                ("since", window.from.as_second().to_string()),
                ("until", window.to.as_second().to_string()),
            ];
            params.extend(by.breakdown().map(|breakdown| ("breakdown", breakdown.to_owned())));
            let asks = group(&ACCOUNT, |row| row == by);
            let question = asking.question(&cx.account.remote_id, params, asks);
            Question { window: Some(window), ..question }
        };
        ask_all(&[By::Nothing, By::Product, By::Follow].map(question), None, &mut found).await?;
        Ok(found)
    }

    async fn posts(&self, cx: &Cx<'_>, posts: &[PostRef<'_>]) -> Result<Vec<Found>, ConnectorError> {
        let asking = Asking::of(cx, "insights.post")?;
        let mut answers = OneByOne::new(OFFERS.post);
        for post in posts {
            if !answers.goes_on() {
                break;
            }
            let mut found = Found::default();
            let asked = asking.post(cx, post, &mut found).await;
            answers.push(unless_unknown(asked).map(|()| found))?;
        }
        Ok(answers.fill(posts.len()))
    }

    async fn audience(&self, cx: &Cx<'_>) -> Result<Found, ConnectorError> {
        let asking = Asking::of(cx, "insights.audience")?;
        let mut found = Found::default();
        let described = |breakdown: &'static str| {
            let params = vec![
                ("period", "lifetime".to_owned()),
                ("metric_type", "total_value".to_owned()),
                ("timeframe", "this_month".to_owned()),
                ("breakdown", breakdown.to_owned()),
            ];
            let asks = group(&AUDIENCE, |row| row == breakdown);
            asking.question(&cx.account.remote_id, params, asks)
        };
        let now = cx.clock.now();
        let params = vec![
            ("period", "lifetime".to_owned()),
            ("metric_type", "time_series".to_owned()),
            ("since", (now - ONLINE_DAYS).as_second().to_string()),
            ("until", now.as_second().to_string()),
        ];
        let online = group(&AUDIENCE, |row| row == ONLINE);
        let online = asking.question(&cx.account.remote_id, params, online);
        let [country, city, age, gender] = ["country", "city", "age", "gender"].map(described);
        ask_all(&[country, city, age, gender, online], None, &mut found).await?;
        for seen in found.observations.iter_mut().filter(|seen| seen.native == ENGAGED) {
            seen.window = this_month(now);
        }
        Ok(found)
    }
}

/// What Instagram calls `this_month`. There were a `prev_month` and `last_30_days` besides it, so it is that of the calendar; in whose
/// zone is not said (unverified).
fn this_month(now: Timestamp) -> Option<Window> {
    let first = now.to_zoned(TimeZone::UTC).first_of_month().and_then(|day| day.start_of_day()).ok()?;
    Some(Window { from: first.timestamp(), to: now }).filter(|month| month.from < month.to)
}

/// One of the three questions of the contract.
struct Asking<'a> {
    graph: Graph<'a>,
    operation: &'static str,
}

impl<'a> Asking<'a> {
    /// For the account, where its login may read insights.
    fn of(cx: &Cx<'a>, operation: &'static str) -> Result<Self, ConnectorError> {
        let graph = Graph::of(cx);
        require(&NETWORK, operation, cx.credential, auth::insights_scope(graph.flavour()))?;
        Ok(Self { graph, operation })
    }

    /// About the account, or a post.
    fn question(&self, id: &str, params: Params, asks: Vec<Ask>) -> Question<'_> {
        let url = self.graph.url(&format!("{id}/insights"));
        Question::new(self.graph.client(), self.operation, url, params, asks)
    }

    async fn post(&self, cx: &Cx<'_>, post: &PostRef<'_>, found: &mut Found) -> Result<(), ConnectorError> {
        let fields = vec![("fields", "id,media_product_type".to_owned())];
        let media: wire::Media = self.graph.get("media.read", post.remote_id, fields).await?;
        let product = media.media_product_type.unwrap_or_default();
        let age = cx.clock.now().duration_since(post.published_at);
        if product == STORY && age >= SignedDuration::from_hours(limits::STORY_HOURS) {
            return Ok(());
        }
        let question = |split: Option<&'static str>| {
            let mut params = vec![("period", "lifetime".to_owned())];
            params.extend(split.map(|split| ("breakdown", split.to_owned())));
            let asks = group(&MEDIA, |row| row.split == split && row.products.contains(&product.as_str()));
            self.question(post.remote_id, params, asks)
        };
        let questions = [None, Some("action_type"), Some("story_navigation_action_type")].map(question);
        match ask_all(&questions, Some(TOO_FEW_VIEWERS), found).await {
            Err(error) if product == STORY && self.hides_viewers(cx, &error) => {
                let asked = questions.iter().flat_map(|question| &question.asks).map(|ask| ask.metric);
                let rest: Vec<_> = asked.filter(|metric| !found.has(metric)).collect();
                found.lacks(rest, &too_few_viewers(error));
            }
            other => other?,
        }
        Ok(())
    }

    /// Code 10 is a missing permission, and what is said of stories with few viewers. With the permission it is the latter.
    fn hides_viewers(&self, cx: &Cx<'_>, error: &ConnectorError) -> bool {
        let scope = auth::insights_scope(self.graph.flavour());
        error.remote.code.as_deref() == Some("10") && cx.credential.scopes.iter().any(|s| s == scope)
    }
}
