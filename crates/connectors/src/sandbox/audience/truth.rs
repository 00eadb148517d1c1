//! The truth as tests read it. The product never does: it would know the answers that it is judged by.

use carillon_domain::time::Timestamp;
use serde_json::{Value, json};

use super::{Audience, DAY, HOURS, Kind, LUCK, TASTE};

impl Audience {
    /// Everything that decides this audience's numbers, as of a time. Weeks begin on Monday, days at midnight of the
    /// account's zone.
    pub fn truth(&self, at: Timestamp) -> Value {
        let (all, engaged) = self.growth.followers(self.days(at));
        let kinds = Kind::ALL.map(|kind| (kind.name().to_owned(), json!(self.kind(kind))));
        let events = self.events(at).into_iter().map(|(day, event)| {
            json!({
                "kind": event.kind.name(),
                "day": day.to_string(),
                "followers": event.followers.round(),
                "factor": event.factor,
            })
        });
        json!({
            "followers": all.round(),
            "engaged_followers": engaged.round(),
            "activity": by_day(self.activity()),
            "response": by_day(self.response()),
            "expected_engagement": by_day(&self.expected(at)),
            "kinds": kinds.into_iter().collect::<serde_json::Map<_, _>>(),
            "best_length": self.best_length().round(),
            "deviation_of_logarithms": { "views": LUCK, "rate": TASTE, "day": DAY },
            "events": events.collect::<Vec<_>>(),
        })
    }
}

fn by_day(week: &[f64; HOURS]) -> Value {
    week.chunks(24).collect()
}
