//! Times as people read them, in their zone and language.

use std::sync::LazyLock;

use askama::Template;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::i18n::Tr;

/// A time, exact for machines and on hover.
#[derive(Template)]
#[template(
    source = r#"<time datetime="{{ iso }}" title="{{ exact }}" class="num">{{ text }}</time>"#,
    ext = "html"
)]
pub struct Moment {
    iso: String,
    exact: String,
    text: String,
}

impl Moment {
    /// Date and time.
    pub fn exact(t: Tr, zone: &TimeZone, at: Timestamp) -> Self {
        let exact = written(t, zone, at);
        Self { iso: at.to_string(), text: exact.clone(), exact }
    }

    /// The time of day to the second, where the day is known.
    pub fn clock(t: Tr, zone: &TimeZone, at: Timestamp) -> Self {
        let text = zone.to_datetime(at).strftime("%H:%M:%S").to_string();
        Self { iso: at.to_string(), exact: written(t, zone, at), text }
    }

    /// The same, with the time in another zone on hover.
    pub fn beside(self, t: Tr, zone: &TimeZone, at: Timestamp) -> Self {
        let name = zone.iana_name().unwrap_or("UTC");
        let exact = t
            .arg("own", &self.exact)
            .arg("there", written(t, zone, at))
            .arg("zone", name)
            .tr("time-of-the-workspace");
        Self { exact, ..self }
    }

    /// How long ago, up to a month; then the date.
    pub fn ago(t: Tr, zone: &TimeZone, now: Timestamp, at: Timestamp) -> Self {
        let exact = written(t, zone, at);
        let minutes = now.duration_since(at).as_secs() / 60;
        let text = match minutes {
            ..1 => t.tr("ago-now"),
            1..60 => t.count("n", minutes).tr("ago-minutes"),
            60..1440 => t.count("n", minutes / 60).tr("ago-hours"),
            1440..44640 => t.count("n", minutes / 1440).tr("ago-days"),
            _ => exact.clone(),
        };
        Self { iso: at.to_string(), exact, text }
    }
}

/// Date and time in words: `24 Nov 2026, 18:30`.
pub fn written(t: Tr, zone: &TimeZone, at: Timestamp) -> String {
    let local = zone.to_datetime(at);
    t.arg("day", local.day())
        .arg("month", t.of("month", &local.month().to_string()))
        .arg("year", local.year())
        .arg("time", local.strftime("%H:%M"))
        .tr("date-and-time")
}

/// The zones that people choose from: those named by a place, and UTC.
pub fn zone_names() -> &'static [String] {
    static NAMES: LazyLock<Vec<String>> = LazyLock::new(|| {
        let by_place = |name: &String| {
            const AREAS: [&str; 10] = [
                "Africa/",
                "America/",
                "Antarctica/",
                "Arctic/",
                "Asia/",
                "Atlantic/",
                "Australia/",
                "Europe/",
                "Indian/",
                "Pacific/",
            ];
            name == "UTC" || AREAS.iter().any(|area| name.starts_with(area))
        };
        let mut names: Vec<String> =
            jiff::tz::db().available().map(|n| n.as_str().to_owned()).filter(by_place).collect();
        names.sort();
        names.dedup();
        names
    });
    &NAMES
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_in_the_zone_and_in_words() {
        let t = Tr::negotiate(None, None);
        let zone = TimeZone::get("Europe/Athens").expect("zone");
        let at: Timestamp = "2026-11-24T22:30:00Z".parse().expect("time");
        assert_eq!(written(t, &zone, at), "25 Nov 2026, 00:30");
        for (later, want) in
            [(20, "just now"), (60, "1 minute ago"), (7300, "2 hours ago"), (200_000, "2 days ago")]
        {
            let now = at + jiff::SignedDuration::from_secs(later);
            assert_eq!(Moment::ago(t, &zone, now, at).text, want);
        }
    }

    #[test]
    fn zones_to_choose_from_are_places() {
        assert!(zone_names().iter().any(|z| z == "Europe/Athens") && zone_names().iter().any(|z| z == "UTC"));
        assert!(zone_names().iter().all(|z| !z.starts_with("Etc/")));
    }
}
