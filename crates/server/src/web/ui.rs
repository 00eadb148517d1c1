//! What every template can reach as `ui`.

use std::fmt::Display;

use axum::http::{HeaderMap, Uri};
use carillon_engine::usecase::notices::MOST_COUNTED;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::frame::Frame;
use super::preferences::{Preferences, Theme};
use super::time::Moment;
use crate::http::App;
use crate::i18n::{Tr, TrWith};

/// The frame of a page: language, look, and what is shown around the content.
#[derive(Clone)]
pub struct Ui {
    /// Texts.
    pub t: Tr,
    /// The look.
    pub theme: Theme,
    /// Whether to warn that the page travels unencrypted.
    pub insecure: bool,
    /// Path and query of this page, to come back to.
    pub path: String,
    /// Now.
    pub now: Timestamp,
    /// The zone that times are shown in.
    pub zone: TimeZone,
    /// The workspace's zone, where that is another one; times have it on hover.
    pub home: Option<TimeZone>,
    /// What surrounds the content, for those who are signed in.
    pub frame: Option<Frame>,
}

impl Ui {
    /// Whether whoever looks may write posts in the open workspace.
    pub fn may_write(&self) -> bool {
        self.frame.as_ref().is_some_and(super::frame::Frame::may_write)
    }

    /// How much needs a person that whoever looks has not read, as the bell says it; `None` where there is nothing.
    pub fn unread(&self) -> Option<String> {
        let needing = self.frame.as_ref().map_or(0, |frame| frame.unread.needing);
        match needing {
            0 => None,
            few if few <= MOST_COUNTED => Some(few.to_string()),
            _ => Some(format!("{MOST_COUNTED}+")),
        }
    }

    /// The IANA name of the zone that times are shown in.
    pub fn zone_name(&self) -> &str {
        self.zone.iana_name().unwrap_or("UTC")
    }

    /// The frame for whoever sent this request.
    pub fn new(app: &App, headers: &HeaderMap, uri: &Uri) -> Self {
        let path = uri.path_and_query().map(ToString::to_string).unwrap_or_default();
        Self::with(app, Preferences::of(headers), path)
    }

    /// The frame with known preferences.
    pub fn with(app: &App, prefs: Preferences, path: String) -> Self {
        Self {
            t: prefs.t,
            theme: prefs.theme,
            insecure: app.settings.is_insecure(),
            path,
            now: app.engine.clock.now(),
            zone: TimeZone::UTC,
            home: None,
            frame: None,
        }
    }

    /// A time, exactly.
    pub fn when(&self, at: &Timestamp) -> Moment {
        self.at_home(*at, Moment::exact(self.t, &self.zone, *at))
    }

    /// A time of day, to the second.
    pub fn clock(&self, at: &Timestamp) -> Moment {
        self.at_home(*at, Moment::clock(self.t, &self.zone, *at))
    }

    /// A time as how long ago it was.
    pub fn ago(&self, at: &Timestamp) -> Moment {
        self.at_home(*at, Moment::ago(self.t, &self.zone, self.now, *at))
    }

    fn at_home(&self, at: Timestamp, moment: Moment) -> Moment {
        match &self.home {
            Some(home) => moment.beside(self.t, home, at),
            None => moment,
        }
    }

    /// Whether this is the open page.
    pub fn is_at(&self, url: &str) -> bool {
        self.path.split('?').next() == Some(url)
    }

    /// The text of a key.
    pub fn tr(&self, key: &str) -> String {
        self.t.tr(key)
    }

    /// The text of one of a closed set.
    pub fn of(&self, family: &str, value: &str) -> String {
        self.t.of(family, value)
    }

    /// The text of one value of an option; a value without a text speaks for itself.
    pub fn choice(&self, option: &str, value: &str) -> String {
        self.t.choice(option, value)
    }

    /// Begins a text with an argument.
    pub fn arg(&self, name: &'static str, value: impl Display) -> TrWith {
        self.t.arg(name, value)
    }

    /// Begins a text with a number.
    pub fn count(&self, name: &'static str, value: impl Display) -> TrWith {
        self.t.count(name, value)
    }

    /// The language's tag.
    pub fn language(&self) -> &'static str {
        self.t.language()
    }

    /// Whether this is the chosen look.
    pub fn is_look(&self, name: &str) -> bool {
        self.theme.as_str() == name
    }
}
