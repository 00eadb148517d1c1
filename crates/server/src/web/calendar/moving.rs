//! Giving a post another time from the calendar, by the mouse or by keys: `calendar.js` asks, and draws what is answered. A refusal
//! is the toast that every page shows.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use carillon_domain::error::AppError;
use carillon_domain::id::PostId;
use carillon_engine::usecase::posts::{self, Moved};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Deserialize;
use serde_json::json;

use crate::http::App;
use crate::http::extract::{Form, Path};
use crate::web::Failure;
use crate::web::posts::compose::proposed;
use crate::web::signed_in::Member;
use crate::web::time::written;

/// Which post.
#[derive(Debug, Deserialize)]
pub struct Place {
    post: PostId,
}

/// Where it was put.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Wish {
    /// The day; the time of day stays.
    day: String,
    /// The hour of it; the minutes stay.
    hour: String,
    /// Instead of both: a time that it had before.
    at: String,
    /// `1`: a draft that had no time gets none again.
    none: String,
    /// The version that was dragged.
    version: String,
    /// `1`: what stands against it was read.
    sure: String,
}

impl Wish {
    /// The time that is meant, on the calendar's clock. Where a clock jumps over it, the one as much later.
    fn time(&self, was: Option<Timestamp>, now: Timestamp, zone: &TimeZone) -> Result<Timestamp, AppError> {
        let unreadable = || AppError::invalid("day", "malformed_time", "That is no day of a calendar.");
        if !self.at.is_empty() {
            return self.at.parse().map_err(|_| unreadable());
        }
        let day: Date = self.day.parse().map_err(|_| unreadable())?;
        let hour = self.hour.parse::<i8>().ok().filter(|hour| (0..24).contains(hour));
        let wall = match (was, hour) {
            (Some(was), hour) => {
                let time = zone.to_datetime(was).time();
                day.at(hour.unwrap_or(time.hour()), time.minute(), time.second(), time.subsec_nanosecond())
            }
            (None, Some(hour)) => day.at(hour, 0, 0, 0),
            (None, None) => proposed(day, now, zone).parse().map_err(|_| unreadable())?,
        };
        Ok(wall.to_zoned(zone.clone()).map_err(|_| unreadable())?.timestamp())
    }
}

/// Moves the post, or says what a careful person would want to know first.
pub async fn submit(
    State(app): State<App>,
    member: Member,
    Path(place): Path<Place>,
    Form(wish): Form<Wish>,
) -> Result<Response, Failure> {
    let (ui, actor) = (&member.ui, &member.actor);
    let before = posts::get(&app.engine, actor, place.post).await?.post;
    let zone = TimeZone::get(&actor.timezone).unwrap_or(TimeZone::UTC);
    let at = if wish.none == "1" { None } else { Some(wish.time(before.due_at, ui.now, &zone)?) };
    let dragged = (place.post, wish.version.parse().ok());
    let moved = posts::reschedule(&app.engine, actor, dragged, at, wish.sure == "1").await;
    let answer = match moved.map_err(told)? {
        Moved::Asked(against) => {
            let why: Vec<_> = against.iter().map(|w| ui.t.said_or_english(&w.message)).collect();
            json!({ "ask": ui.arg("why", why.join(" ")).tr("calendar-ask") })
        }
        Moved::Done(view) => json!({
            "said": match at {
                Some(at) => ui.arg("time", written(ui.t, &zone, at)).tr("calendar-moved"),
                None => ui.tr("calendar-unplanned"),
            },
            "version": view.post.version,
            "was": before.due_at,
        }),
    };
    Ok(axum::Json(answer).into_response())
}

/// All that is wrong at once: there is no form to say it beside.
fn told(error: AppError) -> Failure {
    let said = match &error {
        AppError::Invalid(errors) => errors.iter().map(|e| e.message.as_str()).collect::<Vec<_>>().join(" "),
        _ => String::new(),
    };
    let mut failure = Failure::from(error);
    if !said.is_empty() {
        failure.detail = said;
    }
    failure
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(wish: &Wish, was: Option<&str>) -> String {
        let zone = TimeZone::get("Europe/Athens").expect("zone");
        let at = |text: &str| text.parse::<Timestamp>().expect("a time");
        let found = wish.time(was.map(at), at("2026-11-24T09:10:00Z"), &zone).expect("a time");
        zone.to_datetime(found).to_string()
    }

    fn on(day: &str, hour: &str) -> Wish {
        Wish { day: day.into(), hour: hour.into(), ..Wish::default() }
    }

    #[test]
    fn a_day_keeps_the_time_and_an_hour_keeps_the_minutes() {
        let was = Some("2026-11-25T16:45:30Z");
        assert_eq!(time(&on("2026-12-02", ""), was), "2026-12-02T18:45:30");
        assert_eq!(time(&on("2026-12-02", "7"), was), "2026-12-02T07:45:30");
        assert_eq!(time(&on("2026-12-02", "24"), was), "2026-12-02T18:45:30", "there is no such hour");
    }

    #[test]
    fn a_draft_without_a_time_gets_one() {
        assert_eq!(time(&on("2026-12-02", ""), None), "2026-12-02T09:00:00");
        assert_eq!(time(&on("2026-11-24", ""), None), "2026-11-24T12:00:00", "the next full hour of today");
        assert_eq!(time(&on("2026-12-02", "7"), None), "2026-12-02T07:00:00");
    }

    #[test]
    fn the_clock_of_the_calendar_counts_when_clocks_change() {
        let was = Some("2027-03-27T01:30:00Z");
        assert_eq!(time(&on("2027-03-28", ""), was), "2027-03-28T04:30:00", "03:30 does not exist");
        assert_eq!(time(&on("2027-03-29", ""), was), "2027-03-29T03:30:00");
    }

    #[test]
    fn the_time_before_is_the_very_instant() {
        let wish = Wish { at: "2026-12-03T04:05:06Z".into(), ..Wish::default() };
        assert_eq!(time(&wish, Some("2026-11-25T16:45:30Z")), "2026-12-03T06:05:06");
        assert!(on("soon", "").time(None, Timestamp::UNIX_EPOCH, &TimeZone::UTC).is_err());
    }
}
