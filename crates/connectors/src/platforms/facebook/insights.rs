//! Numbers that only those who work for a Page see. Source: Pages API - Page Insights, and its deprecated metrics (2 March 2026); of
//! stories Page Stories API (copy of 2026) and the specification of `Stories`, v25; of videos Video Insights, as recorded with v16.
//!
//! A post, a story and a video have numbers of their own. A story's are known by capitals and come back in small letters (unverified:
//! as clients show them).
//!
//! Facebook refuses nothing when the login lacks `read_insights`: it answers with nothing. So what was granted is looked at first.
//! Pages with fewer than 100 followers have no insights. What replaces the numbers of old is asked for, never those.

use async_trait::async_trait;
use carillon_domain::connector_error::{ConnectorError, ErrorKind};
use carillon_domain::secret::Secret;
use serde::Deserialize;

use super::api::{self, Graph, post_id};
use super::auth::INSIGHTS;
use super::errors::{NETWORK, object_missing};
use super::{Facebook, limits, wire};
use crate::contract::cx::Cx;
use crate::contract::insights::{Found, Insights, Metric, Offers, OneByOne, PostRef, Window};
use crate::kit::graph::insights::{Question, Row, group, metrics, require, unless_unknown};

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

/// What has a metric: posts, stories and videos are asked in ways of their own, each for its own numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Of {
    /// A post of any kind.
    Post,
    /// The video of a post, a reel too.
    Video,
    /// A video that has no post, which would have counted it.
    Alone,
    /// A story.
    Story,
}

impl Of {
    /// The operation, the edge, and whether the time is asked for: stories have no other one than theirs.
    fn question(self) -> (&'static str, &'static str, bool) {
        match self {
            Self::Post => ("insights.post", "insights", true),
            Self::Video | Self::Alone => ("insights.video", "video_insights", true),
            Self::Story => ("insights.story", "insights", false),
        }
    }

    /// What it has.
    fn metrics(self) -> Vec<Metric> {
        group(&POST, |of| of == self).into_iter().map(|ask| ask.metric).collect()
    }
}

/// Since it was published.
const POST: [Row<Of>; 15] = [
    Row::sum(Of::Post, "views", "post_media_view"),
    Row::sum(Of::Post, "reach", "post_total_media_view_unique"),
    Row::sum(Of::Post, "clicks", "post_clicks"),
    Row::split(Of::Post, "clicks", "kind", "post_clicks_by_type"),
    Row::split(Of::Post, "likes", "reaction", "post_reactions_by_type_total"),
    Row::sum(Of::Post, "video_views", "post_video_views"),
    Row::sum(Of::Alone, "video_views", "total_video_views"),
    Row::sum(Of::Video, "video_viewers", "total_video_views_unique"),
    // Milliseconds, as here.
    Row::split(Of::Video, "watch_time", "distribution_type", "total_video_view_time_by_distribution_type"),
    Row::sum(Of::Story, "views", "STORY_MEDIA_VIEW"),
    Row::sum(Of::Story, "reach", "STORY_TOTAL_MEDIA_VIEW_UNIQUE"),
    Row::sum(Of::Story, "interactions", "STORY_INTERACTION"),
    Row::sum(Of::Story, "likes", "PAGES_FB_STORY_THREAD_LIGHTWEIGHT_REACTIONS"),
    Row::sum(Of::Story, "story_replies", "PAGES_FB_STORY_REPLIES"),
    Row::sum(Of::Story, "shares", "PAGES_FB_STORY_SHARES"),
];

static OFFERS: Offers = Offers {
    account: &metrics(&PAGE),
    post: &metrics(&POST),
    // Facebook took away who follows a Page (15 November 2025).
    audience: &[],
    // Each takes two or three calls.
    posts_at_once: 10,
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
        let asking = Asking { graph: &graph, page: &cx.account.remote_id };
        let mut answers = OneByOne::new(OFFERS.post);
        for post in posts {
            if !answers.goes_on() {
                break;
            }
            let mut found = Found::default();
            let asked = asking.about(post.remote_id, &mut found).await;
            answers.push(unless_unknown(asked).map(|()| found))?;
        }
        Ok(answers.fill(posts.len()))
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

/// Asking about what a Page published.
struct Asking<'a> {
    graph: &'a Graph<'a>,
    /// Its id.
    page: &'a str,
}

impl Asking<'_> {
    /// Ids of posts have the Page's before them; those of stories and of videos have not.
    async fn about(&self, id: &str, found: &mut Found) -> Result<(), ConnectorError> {
        if id.contains('_') { self.about_post(id, found).await } else { self.about_number(id, found).await }
    }

    /// A post, and its video if it has one.
    async fn about_post(&self, id: &str, found: &mut Found) -> Result<(), ConnectorError> {
        let video = match self.video_of(id).await {
            Ok(video) => video,
            Err(error) if is_about_this(&error) && !object_missing(&error) => {
                let error = error.with_action("Nothing to do: the other numbers are not affected.");
                found.lacks(Of::Video.metrics(), &error);
                None
            }
            Err(error) => return Err(error),
        };
        self.ask(Of::Post, id, found).await?;
        match video {
            Some(video) => self.ask(Of::Video, &video, found).await,
            None => Ok(()),
        }
    }

    /// A story, unless it can be read as the video that it may be as well.
    async fn about_number(&self, id: &str, found: &mut Found) -> Result<(), ConnectorError> {
        let fields = vec![("fields", "id,permalink_url,post_id".to_owned())];
        let video = match self.graph.get::<wire::Video>("videos.find", id, fields).await {
            Ok(video) => video,
            Err(error) if is_about_this(&error) => return self.ask(Of::Story, id, found).await,
            Err(error) => return Err(error),
        };
        match video.post_id {
            Some(post) => self.ask(Of::Post, &post_id(self.page, &post), found).await?,
            None => self.ask(Of::Alone, id, found).await?,
        }
        self.ask(Of::Video, id, found).await
    }

    /// The id of the video in a post.
    async fn video_of(&self, post: &str) -> Result<Option<String>, ConnectorError> {
        let fields = vec![("fields", "id,attachments{media_type,target{id}}".to_owned())];
        let post: Attached = self.graph.get("posts.attached", post, fields).await?;
        let shown = post.attachments.into_iter().flat_map(|attachments| attachments.data);
        let mut videos = shown.filter(|shown| shown.media_type.as_deref() == Some("video"));
        Ok(videos.find_map(|video| video.target?.id))
    }

    /// What is not there has no numbers, and takes none away from others. After an outage or a limit nothing is asked.
    async fn ask(&self, of: Of, id: &str, found: &mut Found) -> Result<(), ConnectorError> {
        if let Some(cause) = found.ended_by().cloned() {
            found.lacks(of.metrics(), &cause);
            return Ok(());
        }
        let (operation, edge, with_period) = of.question();
        let params = if with_period { vec![("period", "lifetime".to_owned())] } else { Vec::new() };
        let asks = group(&POST, |row| row == of);
        let url = self.graph.url(&format!("{id}/{edge}"));
        let question = Question::new(self.graph.client(), operation, url, params, asks);
        let asked = unless_unknown(question.ask(found).await);
        asked.or_else(|cause| found.cut_short(of.metrics(), cause))
    }
}

/// What a post shows.
#[derive(Deserialize)]
struct Attached {
    attachments: Option<wire::Attachments>,
}

/// Whether it is this object that can't be read in this way, rather than the login or the moment.
fn is_about_this(error: &ConnectorError) -> bool {
    object_missing(error) || matches!(error.kind, ErrorKind::Rejected | ErrorKind::PermissionMissing)
}
