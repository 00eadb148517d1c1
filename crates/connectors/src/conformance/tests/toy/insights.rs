//! What the toy network tells the owner.

use async_trait::async_trait;
use carillon_domain::connector_error::ConnectorError;
use carillon_domain::time::Timestamp;
use serde_json::Value;

use super::connector::{BASE, Flaw, Toy, ask};
use crate::contract::cx::Cx;
use crate::contract::insights::{Found, Insights, Metric, Observation, Offers, PostRef, Window};
use crate::kit::http::Call;

const VIEWS: Metric = Metric::of("views", "seen");
const FOLLOWERS: Metric = Metric::of("followers", "friends");
const LIKES: Metric = Metric::of("likes", "hearts");
const COUNTRIES: Metric = Metric::split("followers", "country", "friends_by_country");

static OFFERS: Offers = Offers {
    account: &[VIEWS, FOLLOWERS],
    post: &[LIKES],
    audience: &[COUNTRIES],
    posts_at_once: 2,
    window_days: 30,
};

/// More than there is.
static TOO_MUCH: Offers = Offers { post: &[LIKES, Metric::of("saves", "kept")], ..OFFERS };

fn of(metric: Metric, part: Option<&str>, window: Option<Window>, value: &Value) -> Option<Observation> {
    Some(Observation {
        metric: metric.name,
        part: metric.by.zip(part.map(str::to_owned)),
        window,
        value: value.as_i64()?,
        native: metric.native,
    })
}

fn time(value: &Value) -> Option<Timestamp> {
    value.as_str()?.parse().ok()
}

#[async_trait]
impl Insights for Toy {
    fn offers(&self) -> &'static Offers {
        if self.0 == Flaw::Boastful { &TOO_MUCH } else { &OFFERS }
    }

    async fn account(&self, cx: &Cx<'_>, window: Window) -> Result<Found, ConnectorError> {
        let url = format!("{BASE}/numbers?from={}&to={}", window.from, window.to);
        let answer = ask(cx, Call::get("numbers", url)).await?;
        let mut observations = Vec::new();
        for day in answer["days"].as_array().into_iter().flatten() {
            let cut = time(&day["from"]).zip(time(&day["to"])).map(|(from, to)| Window { from, to });
            observations.extend(of(VIEWS, None, cut, &day[VIEWS.native]));
            observations.extend(of(FOLLOWERS, None, cut, &day[FOLLOWERS.native]));
        }
        if self.0 == Flaw::Doubling {
            observations.extend(observations.clone());
        }
        Ok(Found { observations, missing: Vec::new() })
    }

    async fn posts(&self, cx: &Cx<'_>, posts: &[PostRef<'_>]) -> Result<Vec<Found>, ConnectorError> {
        let ids: Vec<_> = posts.iter().map(|post| post.remote_id).collect();
        let answer =
            ask(cx, Call::get("numbers.posts", format!("{BASE}/numbers/posts?ids={}", ids.join(","))))
                .await?;
        let found = |id: &&str| {
            let likes = of(LIKES, None, None, &answer[*id][LIKES.native]);
            Found { observations: likes.into_iter().collect(), missing: Vec::new() }
        };
        Ok(ids.iter().map(found).collect())
    }

    async fn audience(&self, cx: &Cx<'_>) -> Result<Found, ConnectorError> {
        let answer = ask(cx, Call::get("numbers.friends", format!("{BASE}/numbers/friends"))).await?;
        let countries = answer["countries"].as_object().into_iter().flatten();
        let observations = countries.filter_map(|(name, n)| of(COUNTRIES, Some(name), None, n)).collect();
        Ok(Found { observations, missing: Vec::new() })
    }
}
