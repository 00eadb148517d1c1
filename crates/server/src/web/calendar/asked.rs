//! What the calendar's address says: what is shown, in which colours, and of which posts only. Every link of the page keeps it.

use carillon_domain::id::AccountId;
use carillon_engine::usecase::posts::Entry;
use jiff::civil::Date;
use serde::Deserialize;

use super::grid::Span;
use crate::urls;

/// States to choose from, by the names that posts and publications share.
pub const STATES: [&str; 9] = [
    "draft",
    "scheduled",
    "publishing",
    "published",
    "partially_published",
    "held",
    "unconfirmed",
    "failed",
    "canceled",
];

/// The value of `colour` for colours by network; all else is by state.
const BY_NETWORK: &str = "network";

/// Which part of time, and which posts of it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    view: String,
    date: String,
    colour: String,
    /// Not empty: days show all of their posts, however many.
    whole: String,
    /// An account's id.
    pub account: String,
    /// A network.
    pub platform: String,
    /// How a post, or one of its publications, stands.
    pub state: String,
    /// A tag.
    pub tag: String,
    /// A campaign.
    pub campaign: String,
}

impl Asked {
    /// What is shown at once.
    pub fn span(&self) -> Span {
        Span::parse(&self.view)
    }

    /// The day that it is about, if it names one that calendars have.
    pub fn date(&self) -> Option<Date> {
        self.date.parse::<Date>().ok().filter(|day| (1900..=9900).contains(&day.year()))
    }

    /// Most posts that one place shows before it says how many more there are.
    pub fn most(&self) -> usize {
        if self.whole.is_empty() { self.span().most() } else { usize::MAX }
    }

    /// Whether tiles have the colour of their network rather than of their state.
    pub fn by_network(&self) -> bool {
        self.colour == BY_NETWORK
    }

    /// What the form for the rest keeps.
    pub fn kept(&self) -> Vec<(&'static str, &str)> {
        let words = [("view", self.view.as_str()), ("date", &self.date), ("colour", &self.colour)];
        words.into_iter().filter(|(_, value)| !value.is_empty()).collect()
    }

    /// Whether posts are left out.
    pub fn is_filtered(&self) -> bool {
        self.filters().into_iter().any(|(_, value)| !value.is_empty())
    }

    fn filters(&self) -> [(&'static str, &str); 5] {
        [
            ("account", self.account.trim()),
            ("platform", self.platform.trim()),
            ("state", self.state.trim()),
            ("tag", self.tag.trim()),
            ("campaign", self.campaign.trim()),
        ]
    }

    /// Which posts are meant.
    pub fn filter(&self) -> impl Fn(&Entry) -> bool {
        let [_, (_, platform), (_, state), (_, tag), (_, campaign)] = self.filters();
        let account: Option<AccountId> = self.account.parse().ok();
        let (tag, campaign) = (tag.to_lowercase(), campaign.to_lowercase());
        move |entry: &Entry| {
            account.is_none_or(|id| entry.goes_to(id))
                && (platform.is_empty() || entry.goes_to_platform(platform))
                && (state.is_empty() || entry.stands(state))
                && (tag.is_empty() || entry.tags().iter().any(|t| t.to_lowercase() == tag))
                && (campaign.is_empty() || entry.campaign().is_some_and(|c| c.to_lowercase() == campaign))
        }
    }

    /// The addresses of the calendar with the same filters and colours.
    pub fn links(&self, here: &str) -> Links {
        let colour = self.by_network().then_some(("colour", BY_NETWORK));
        let filters: Vec<_> = self.filters().into_iter().filter(|(_, value)| !value.is_empty()).collect();
        Links {
            here: here.to_owned(),
            colour: written(colour.as_slice()),
            other_colour: if self.by_network() { String::new() } else { written(&[("colour", BY_NETWORK)]) },
            filters: written(&filters),
        }
    }
}

fn written(words: &[(&'static str, &str)]) -> String {
    words.iter().map(|(name, value)| format!("&{name}={}", urls::encode(value))).collect()
}

/// Addresses of the calendar.
pub struct Links {
    here: String,
    colour: String,
    other_colour: String,
    filters: String,
}

impl Links {
    /// Another part of time.
    pub fn to(&self, span: Span, date: Date) -> String {
        format!("{}?view={}&date={date}{}{}", self.here, span.as_str(), self.colour, self.filters)
    }

    /// The same in the other colours.
    pub fn in_other_colours(&self, span: Span, date: Date) -> String {
        format!("{}?view={}&date={date}{}{}", self.here, span.as_str(), self.other_colour, self.filters)
    }

    /// The same with all posts of each day, to read or print.
    pub fn whole(&self, span: Span, date: Date) -> String {
        format!("{}&whole=1", self.to(span, date))
    }

    /// The same without filters.
    pub fn of_all(&self, span: Span, date: Date) -> String {
        format!("{}?view={}&date={date}{}", self.here, span.as_str(), self.colour)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_keep_what_was_asked_for() {
        let day = jiff::civil::date(2026, 11, 22);
        let asked = Asked { state: "held".into(), tag: " A&B ".into(), ..Asked::default() };
        let links = asked.links("/c");
        assert_eq!(links.to(Span::Week, day), "/c?view=week&date=2026-11-22&state=held&tag=A%26B");
        assert_eq!(links.of_all(Span::Day, day), "/c?view=day&date=2026-11-22");
        let coloured = links.in_other_colours(Span::Month, day);
        assert_eq!(coloured, "/c?view=month&date=2026-11-22&colour=network&state=held&tag=A%26B");
        let back = Asked { colour: "network".into(), ..asked }.links("/c");
        assert_eq!(back.to(Span::Month, day), coloured);
        assert!(!back.in_other_colours(Span::Month, day).contains("colour"));
    }

    #[test]
    fn a_date_beyond_all_calendars_is_none() {
        let at = |date: &str| Asked { date: date.into(), ..Asked::default() }.date();
        assert!(at("2026-11-22").is_some());
        assert!([at(""), at("9999-12-31"), at("-009999-01-01"), at("soon")].iter().all(Option::is_none));
    }
}
