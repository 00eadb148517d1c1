//! Numbers that only those who work for a Page see. Source: Pages API - Page Insights, and its deprecated metrics (2 March 2026).
//!
//! Facebook refuses nothing when the login lacks `read_insights`: it answers with nothing. So what was granted is looked at first.
//! Pages with fewer than 100 followers have no insights. What replaces the numbers of old is asked for, never those.

use async_trait::async_trait;
use carillon_domain::connector_error::ConnectorError;
use carillon_domain::secret::Secret;

use super::api::{self, Graph};
use super::auth::INSIGHTS;
use super::errors::NETWORK;
use super::{Facebook, limits};
use crate::contract::cx::Cx;
use crate::contract::insights::{Found, Insights, Offers, PostRef, Window};
use crate::kit::graph::insights::{Question, Row, group, metrics, of_posts, require};

/// One value for each day.
const PAGE: [Row<()>; 10] = [
    Row::sum((), "views", "page_media_view"),
    Row::sum((), "reach", "page_total_media_view_unique"),
    Row::sum((), "interactions", "page_post_engagements"),
    // As many as there were at the end of the day.
    Row::sum((), "followers", "page_follows"),
    Row::sum((), "follows", "page_daily_follows_unique"),
    Row::sum((), "unfollows", "page_daily_unfollows_unique"),
    Row::sum((), "profile_visits", "page_views_total"),
    Row::sum((), "profile_actions", "page_total_actions"),
    Row::sum((), "video_views", "page_video_views"),
    Row::split((), "likes", "reaction", "page_actions_post_reactions_total"),
];

/// Since the post was published.
const POST: [Row<()>; 6] = [
    Row::sum((), "views", "post_media_view"),
    Row::sum((), "reach", "post_total_media_view_unique"),
    Row::sum((), "clicks", "post_clicks"),
    Row::split((), "clicks", "kind", "post_clicks_by_type"),
    Row::split((), "likes", "reaction", "post_reactions_by_type_total"),
    Row::sum((), "video_views", "post_video_views"),
];

static OFFERS: Offers = Offers {
    account: &metrics(&PAGE),
    post: &metrics(&POST),
    // Facebook took away who follows a Page (15 November 2025).
    audience: &[],
    posts_at_once: 25,
    window_days: limits::INSIGHTS_DAYS,
};

#[async_trait]
impl Insights for Facebook {
    fn offers(&self) -> &'static Offers {
        &OFFERS
    }

    async fn account(&self, cx: &Cx<'_>, window: Window) -> Result<Found, ConnectorError> {
        let token = token(cx, "insights.account")?;
        let graph = Graph::of(cx, &token);
        let mut found = Found::default();
        if window.from < window.to {
            let params = vec![
                ("period", "day".to_owned()),
                ("since", window.from.as_second().to_string()),
                ("until", window.to.as_second().to_string()),
            ];
            let url = graph.url(&format!("{}/insights", cx.account.remote_id));
            let asks = group(&PAGE, |()| true);
            let question = Question::new(graph.client(), "insights.account", url, params, asks);
            let question = Question { window: Some(window), ..question };
            question.ask(&mut found).await?;
        }
        Ok(found)
    }

    async fn posts(&self, cx: &Cx<'_>, posts: &[PostRef<'_>]) -> Result<Vec<Found>, ConnectorError> {
        let token = token(cx, "insights.post")?;
        let graph = Graph::of(cx, &token);
        let url = |id: &str| graph.url(&format!("{id}/insights"));
        of_posts(graph.client(), posts, url, vec![("period", "lifetime".to_owned())], &POST).await
    }

    /// There is nothing to read.
    async fn audience(&self, _cx: &Cx<'_>) -> Result<Found, ConnectorError> {
        Ok(Found::default())
    }
}

/// The Page's token, where the login may read insights.
fn token(cx: &Cx<'_>, operation: &str) -> Result<Secret, ConnectorError> {
    require(&NETWORK, operation, cx.credential, INSIGHTS)?;
    api::page_token(cx)
}
