//! What a file is of.

use carillon_domain::insight::Period;
use carillon_domain::time::Timestamp;
use jiff::tz::TimeZone;

use super::Words;

/// What a file is of, in the words of whoever asked for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About {
    /// Name of the workspace.
    pub workspace: String,
    /// The zone that its days are cut in and its times are shown in.
    pub zone: TimeZone,
    /// The time; `None` for all that is kept.
    pub period: Option<Period>,
    /// When it was asked for: numbers that were read later are not in it.
    pub as_of: Timestamp,
    /// The past day at whose end its numbers stand, if it is not of what is known now.
    pub known_on: Option<jiff::civil::Date>,
    /// The one account: handle and network.
    pub account: Option<(String, String)>,
    /// The one network.
    pub network: Option<String>,
    /// The one tag.
    pub tag: Option<String>,
    /// The one campaign.
    pub campaign: Option<String>,
    /// First and last day of the time that numbers of before are of, where there are such.
    pub compared: Option<(jiff::civil::Date, jiff::civil::Date)>,
}

impl About {
    /// First and last day.
    pub fn days(&self) -> Option<(jiff::civil::Date, jiff::civil::Date)> {
        self.period.as_ref().map(Period::ends)
    }

    /// An instant on the clocks of the zone, to the minute.
    pub fn clock(&self, at: Timestamp) -> String {
        let zone = self.zone.iana_name().unwrap_or("UTC");
        format!("{} {zone}", self.zone.to_datetime(at).strftime("%Y-%m-%d %H:%M"))
    }

    /// Line by line: what, and which.
    pub fn lines(&self, words: &dyn Words) -> Vec<(String, String)> {
        let word = |name| words.of("report", name);
        let mut lines = vec![(word("workspace"), self.workspace.clone())];
        if let Some((first, last)) = self.days() {
            lines.push((word("time"), format!("{} – {}", words.date(first), words.date(last))));
        }
        if let Some((handle, network)) = &self.account {
            lines.push((word("account"), format!("{handle}, {network}")));
        }
        if let Some(network) = &self.network {
            lines.push((word("network"), network.clone()));
        }
        if let Some(tag) = &self.tag {
            lines.push((word("tag"), tag.clone()));
        }
        if let Some(campaign) = &self.campaign {
            lines.push((word("campaign"), campaign.clone()));
        }
        if let Some((first, last)) = self.compared {
            lines.push((word("before"), format!("{} – {}", words.date(first), words.date(last))));
        }
        lines.push((word("zone"), self.zone.iana_name().unwrap_or("UTC").to_owned()));
        if let Some(day) = self.known_on {
            lines.push((word("known_on"), words.date(day)));
            lines.push((word("kept"), word("kept_last")));
        }
        lines.push((word("as_of"), self.clock(self.as_of)));
        lines
    }

    /// A file name that says what is in it: `ada-and-co-posts-2026-10-24-to-2026-11-22.csv`. Letters, digits and `-` only.
    pub fn file_name(&self, what: &str, extension: &str) -> String {
        let mut name = slug(&self.workspace);
        if let Some((handle, _)) = &self.account {
            name = format!("{name}-{}", slug(handle));
        }
        let known = self.known_on.map_or_else(String::new, |day| format!("-known-on-{day}"));
        match self.days() {
            Some((first, last)) => format!("{name}-{what}-{first}-to-{last}{known}.{extension}"),
            None => format!("{name}-{what}-{}.{extension}", self.zone.to_datetime(self.as_of).date()),
        }
    }
}

fn slug(name: &str) -> String {
    let words = name.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let mut slug = words.map(str::to_ascii_lowercase).collect::<Vec<_>>().join("-");
    slug.truncate(40);
    if slug.is_empty() { "carillon".to_owned() } else { slug }
}
