//! Numbers that only the owner of a profile sees. Source: Threads API - Insights (copies of 2025-2026), and Meta's sample
//! collection (January 2026), which says that `views` of a profile are visits of it.
//!
//! Numbers of profiles begin on 13 April 2024. Who follows is told from 100 followers on, and neither that nor their number can
//! be asked for in a window.

use async_trait::async_trait;
use carillon_domain::connector_error::ConnectorError;
use carillon_domain::time::Timestamp;

use super::api::{Graph, Params};
use super::{Threads, errors};
use crate::contract::cx::Cx;
use crate::contract::insights::{Found, Insights, Offers, OneByOne, PostRef, Window};
use crate::kit::graph::insights::{Ask, Question, Row, ask_all, group, metrics, unless_unknown};

/// Before this there are no numbers of profiles, unix seconds.
const BEGINNING: i64 = 1_712_991_600;

const PROFILE: &str = "me/threads_insights";

/// How a profile's numbers are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Call {
    /// In a window.
    Window,
    /// As they are now.
    Now,
}

const ACCOUNT: [Row<Call>; 7] = [
    Row::sum(Call::Window, "profile_visits", "views"),
    Row::sum(Call::Window, "likes", "likes"),
    Row::sum(Call::Window, "comments", "replies"),
    Row::sum(Call::Window, "reposts", "reposts"),
    Row::sum(Call::Window, "quotes", "quotes"),
    Row::split(Call::Window, "link_clicks", "link", "clicks"),
    Row::sum(Call::Now, "followers", "followers_count"),
];

pub(super) const POST: [Row<()>; 6] = [
    Row::sum((), "views", "views"),
    Row::sum((), "likes", "likes"),
    Row::sum((), "comments", "replies"),
    Row::sum((), "reposts", "reposts"),
    Row::sum((), "quotes", "quotes"),
    Row::sum((), "shares", "shares"),
];

/// Each dimension is a call of its own.
const AUDIENCE: [Row<&str>; 4] = [
    Row::split("country", "followers", "country", "follower_demographics"),
    Row::split("city", "followers", "city", "follower_demographics"),
    Row::split("age", "followers", "age", "follower_demographics"),
    Row::split("gender", "followers", "gender", "follower_demographics"),
];

static OFFERS: Offers = Offers {
    account: &metrics(&ACCOUNT),
    post: &metrics(&POST),
    audience: &metrics(&AUDIENCE),
    posts_at_once: 25,
    // Threads names no longest window; this is what the other networks of Meta keep such numbers for.
    window_days: 90,
};

#[async_trait]
impl Insights for Threads {
    fn offers(&self) -> &'static Offers {
        &OFFERS
    }

    async fn account(&self, cx: &Cx<'_>, window: Window) -> Result<Found, ConnectorError> {
        let graph = Graph::of(cx);
        let mut found = Found::default();
        let beginning = Timestamp::from_second(BEGINNING).unwrap_or(window.from);
        let window = Window { from: window.from.max(beginning), to: window.to };
        let mut questions = Vec::new();
        if window.from < window.to {
            let span = vec![
                ("since", window.from.as_second().to_string()),
                ("until", window.to.as_second().to_string()),
            ];
            let asks = group(&ACCOUNT, |call| call == Call::Window);
            let question = of_profile(&graph, "insights.account", span, asks);
            questions.push(Question { window: Some(window), ..question });
        }
        let asks = group(&ACCOUNT, |call| call == Call::Now);
        questions.push(of_profile(&graph, "insights.account", Params::new(), asks));
        ask_all(&questions, None, &mut found).await?;
        Ok(found)
    }

    async fn posts(&self, cx: &Cx<'_>, posts: &[PostRef<'_>]) -> Result<Vec<Found>, ConnectorError> {
        let graph = Graph::of(cx);
        let mut answers = OneByOne::new(OFFERS.post);
        for post in posts {
            if !answers.goes_on() {
                break;
            }
            let mut found = Found::default();
            let url = graph.url(&format!("{}/insights", post.remote_id));
            let asks = group(&POST, |()| true);
            let question = Question::new(graph.client(), "insights.post", url, Params::new(), asks);
            let asked = question.ask(&mut found).await;
            answers.push(unless_unknown(asked).map(|()| found))?;
        }
        Ok(answers.fill(posts.len()))
    }

    async fn audience(&self, cx: &Cx<'_>) -> Result<Found, ConnectorError> {
        let graph = Graph::of(cx);
        let mut found = Found::default();
        let questions = AUDIENCE.map(|row| {
            let params = vec![("breakdown", row.of.to_owned())];
            of_profile(&graph, "insights.audience", params, vec![row.ask])
        });
        // Too few followers are too few for each dimension.
        ask_all(&questions, Some(errors::TOO_FEW_FOLLOWERS), &mut found).await?;
        Ok(found)
    }
}

/// A question about the profile.
fn of_profile<'a>(
    graph: &'a Graph<'a>,
    operation: &'static str,
    params: Params,
    asks: Vec<Ask>,
) -> Question<'a> {
    Question::new(graph.client(), operation, graph.url(PROFILE), params, asks)
}
