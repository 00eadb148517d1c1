//! The entry to a platform.

use carillon_domain::time::Timestamp;

use super::authorizer::Authorizer;
use super::capability::Capabilities;
use super::cx::PlatformSettings;
use super::display::Display;
use super::errand::{Errand, Errands};
use super::insights::Insights;
use super::people::People;
use super::publisher::Publisher;
use super::reader::Reader;
use super::webhooks::Webhooks;

/// One platform's connector.
pub trait Connector: Send + Sync + 'static {
    /// Name, title, settings and documentation.
    fn descriptor(&self) -> &'static Descriptor;
    /// What the platform can do, as data.
    fn capabilities(&self) -> &'static Capabilities;
    /// Signing in and keeping tokens alive.
    fn authorizer(&self) -> &dyn Authorizer;
    /// Publishing.
    fn publisher(&self) -> Option<&dyn Publisher>;
    /// Reading profile and posts.
    fn reader(&self) -> Option<&dyn Reader>;
    /// Reading what the network tells the owner only.
    fn insights(&self) -> Option<&dyn Insights>;
    /// Listening to what the network sends by itself.
    fn webhooks(&self) -> Option<&dyn Webhooks>;
    /// Looking up whom a post could mention; `None`: the network has nothing for that.
    fn people(&self) -> Option<&dyn People> {
        None
    }
    /// From what of the whole installation's a call of `operation` takes its cost, where the network counts what all accounts do
    /// together and tells nobody what is left. Pure.
    fn shared_quota(
        &self,
        settings: &PlatformSettings,
        operation: &str,
        now: Timestamp,
    ) -> Option<SharedQuota> {
        let _ = (settings, operation, now);
        None
    }
    /// All that [`shared_quota`](Self::shared_quota) takes from, each whole, so that people can be shown what is left. Pure.
    fn shared_quotas(&self, settings: &PlatformSettings, now: Timestamp) -> Vec<SharedQuota> {
        let _ = (settings, now);
        Vec::new()
    }
    /// From what each call of `operation` takes that reads, besides: limits of which the network tells nobody in time, because others use them
    /// up or it has no headers for them, and bounds of our own. Pure.
    fn reading_windows(&self, operation: &str) -> &'static [ReadingWindow] {
        let _ = operation;
        &[]
    }
    /// How the network shows a post, for previews; `None`: nothing is known of that. Pure.
    fn display(&self) -> Option<&'static Display> {
        None
    }
    /// How the network takes the same text once more from the same account; `None`: as any other. Pure.
    fn refuses_repeats(&self) -> Option<Repeats> {
        None
    }
    /// For how many days what the network tells the owner may be kept, where the network's terms set a bound; `None`: for ever. Pure.
    fn owner_numbers_days(&self) -> Option<u16> {
        None
    }
}

/// A network refuses what an account posted before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Repeats {
    /// For about so many hours; `None`: for a time that it does not publish.
    pub hours: Option<u32>,
}

/// Calls that reading may make in a span of time. Publishing does not take from it: what is left of the network's limit is its part.
///
/// Spans begin at whole multiples of their length, UTC. A network whose spans begin at other times sees at most two of ours in one of its
/// own, so where that is so `calls` is at most half of what reading may have of the network's number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadingWindow {
    /// Name of what is taken from, which operations may share; `None`: every operation has its own.
    pub bucket: Option<&'static str>,
    /// Whose calls are counted together.
    pub of: Whose,
    /// Calls in a span.
    pub calls: u32,
    /// Length of a span, seconds.
    pub span_s: u32,
}

/// Whose calls are counted together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// Those of one account.
    Account,
    /// Those of all accounts of the network on this installation.
    Installation,
}

impl ReadingWindow {
    /// When the span of this moment ends.
    pub fn ends(&self, now: Timestamp) -> Timestamp {
        let span = i64::from(self.span_s.max(1));
        let begin = now.as_second().div_euclid(span) * span;
        Timestamp::from_second(begin + span).unwrap_or(Timestamp::MAX)
    }
}

/// A network's allowance for the installation as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SharedQuota {
    /// Name of what is taken from; operations may share it.
    pub bucket: &'static str,
    /// Units until `reset_at` that the operation may use up.
    pub units: u32,
    /// Of these, what reading leaves to publishing.
    pub kept: u32,
    /// When it is filled again.
    pub reset_at: Timestamp,
}

/// What is fixed about a platform.
#[derive(Debug)]
pub struct Descriptor {
    /// Name in settings, API and database: lower-case ASCII.
    pub name: &'static str,
    /// Name as people write it.
    pub title: &'static str,
    /// The id of the platform's symbol in the icon sprite, `brand-x` for example.
    pub icon: &'static str,
    /// The platform's brand colour, `#rrggbb`.
    pub color: &'static str,
    /// Base URLs that can be set as `platforms.<name>.<key>`, with their real values.
    pub endpoints: &'static [EndpointSetting],
    /// Further settings under `platforms.<name>`, besides `enabled` and the endpoints.
    pub settings: &'static [Setting],
    /// How to get app credentials, review and quirks (Markdown).
    pub docs: &'static str,
    /// What each of the operations that it calls is for.
    pub errands: Errands,
    /// Accounts live on servers that users name.
    pub many_servers: bool,
    /// The network takes money for reading. It is then read by schedule only within what the operator allows by
    /// [`READS_PER_MONTH`], which is among its settings.
    pub paid_reads: bool,
}

impl Descriptor {
    /// What an operation of this platform is for; `None` for one that it does not have.
    pub fn errand(&self, operation: &str) -> Option<Errand> {
        let is =
            |name: &&str| if name.ends_with('.') { operation.starts_with(*name) } else { operation == *name };
        let found = self.errands.iter().find(|(_, names)| names.iter().any(is));
        found.map(|(errand, _)| *errand)
    }
}

/// The setting of networks that take money for reading.
pub const READS_PER_MONTH: Setting = Setting {
    key: "reads_per_month",
    secret: false,
    accepts: Accepts::Number,
    help: "Most calls in a calendar month (UTC) with which an account is read by schedule. Empty: it is read when somebody asks, not by schedule.",
};

/// A base URL that an operator may change.
#[derive(Debug, Clone, Copy)]
pub struct EndpointSetting {
    /// Key, ends in `_base_url`.
    pub key: &'static str,
    /// The network's own address, without a trailing slash.
    pub default: &'static str,
}

/// A setting that an operator may fill in.
#[derive(Debug, Clone, Copy)]
pub struct Setting {
    /// Key, for example `client_id`.
    pub key: &'static str,
    /// Whether it must never be shown.
    pub secret: bool,
    /// What it takes.
    pub accepts: Accepts,
    /// One sentence for the operator.
    pub help: &'static str,
}

/// What a setting takes besides nothing, which is its default.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Accepts {
    /// Any text.
    Text,
    /// One of these words; the first one is the default.
    OneOf(&'static [&'static str]),
    /// A whole number from 1 on.
    Number,
}

impl Accepts {
    /// Why this value can't be used, if it can't.
    pub fn refuses(self, value: &str) -> Option<String> {
        let fits = match self {
            Self::Text => true,
            Self::OneOf(words) => words.contains(&value),
            Self::Number => value.parse::<u32>().is_ok_and(|n| n > 0),
        };
        let why = || match self {
            Self::Text => String::new(),
            Self::OneOf(words) => format!("`{value}` is none of {}.", words.join(", ")),
            Self::Number => format!("`{value}` is not a whole number from 1 on."),
        };
        (!fits && !value.is_empty()).then(why)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::Registry;

    #[test]
    fn spans_begin_at_whole_multiples_of_their_length() {
        let window = ReadingWindow { bucket: None, of: Whose::Account, calls: 1, span_s: 900 };
        let ends = |now: &str| window.ends(now.parse().expect("a time")).to_string();
        assert_eq!(ends("2026-11-24T09:00:00Z"), "2026-11-24T09:15:00Z");
        assert_eq!(ends("2026-11-24T09:14:59.9Z"), "2026-11-24T09:15:00Z");
        assert_eq!(ends("2026-11-24T09:15:00Z"), "2026-11-24T09:30:00Z");
    }

    /// What the fact sheets say of the network's span, in calls and seconds; with what of it reading may have, in percent.
    const SHEETS: [(&str, &str, u32, u32, u32); 5] = [
        ("bluesky", "getAuthorFeed", 3_000, 300, 70),
        ("x", "users.tweets", 10_000, 900, 75),
        ("x", "tweets.lookup", 3_500, 900, 75),
        ("linkedin", "posts.list", 150, 86_400, 100),
        ("tiktok", "video.list", 600, 60, 75),
    ];

    #[test]
    fn no_span_of_a_network_can_see_more_than_its_part() {
        for (name, operation, limit, span_s, percent) in SHEETS {
            let connector = Registry.get(name).expect("a platform");
            let windows = connector.reading_windows(operation);
            assert!(!windows.is_empty(), "{name} {operation}");
            let strictest = windows.iter().map(|w| w.calls * (span_s / w.span_s + 1)).min().expect("one");
            assert!(strictest * 100 <= limit * percent, "{name} {operation}: {strictest} of {limit}");
        }
    }

    #[test]
    fn an_operation_is_for_what_it_does_at_its_network() {
        let table = [
            ("youtube", "videos.insert", Some(Errand::Files)),
            ("youtube", "videos.update", Some(Errand::Publish)),
            ("youtube", "oauth.token", Some(Errand::SignIn)),
            ("youtube", "oauth", None),
            ("youtube", "posts.update", None),
            ("facebook", "posts.update", Some(Errand::Edit)),
            ("tiktok", "video.upload", Some(Errand::Publish)),
            ("bluesky", "uploadBlob", Some(Errand::Files)),
            ("bluesky", "oauth.token", None),
        ];
        for (name, operation, errand) in table {
            let descriptor = Registry.get(name).expect("a platform").descriptor();
            assert_eq!(descriptor.errand(operation), errand, "{name} {operation}");
        }
    }

    #[test]
    fn no_operation_is_for_two_things() {
        for connector in Registry.all() {
            let descriptor = connector.descriptor();
            let mut listed = BTreeSet::new();
            for (errand, names) in descriptor.errands {
                assert_ne!(*errand, Errand::Other, "{}: {names:?}", descriptor.name);
                for name in *names {
                    assert!(listed.insert(*name), "{}: {name} is listed twice", descriptor.name);
                    assert_eq!(descriptor.errand(name), Some(*errand), "{}: {name}", descriptor.name);
                }
            }
        }
    }
}
