//! What networks say, beside the field that it is about: how long its text is as each of them counts, and what is wrong with it.

use carillon_domain::composition::Composition;
use carillon_domain::id::AccountId;
use carillon_engine::usecase::posts::AccountCheck;

use super::check::{Counter, Piece, pieces};
use crate::http::App;
use crate::i18n::Tr;
use crate::web::posts::card::title;

/// Findings about one field.
pub struct Says {
    /// Where they are put: a selector of the page.
    pub at: String,
    /// How long the text is, by network; networks that count alike are named together.
    pub counters: Vec<Counter>,
    /// What is wrong, by network.
    pub problems: Vec<(String, Vec<Piece>)>,
    /// What a careful person would want to know, by network.
    pub warnings: Vec<(String, Vec<Piece>)>,
    /// What else there is to know.
    pub hints: Vec<String>,
}

impl Says {
    fn at(at: String) -> Self {
        Self { at, counters: Vec::new(), problems: Vec::new(), warnings: Vec::new(), hints: Vec::new() }
    }

    /// Whether it stands beside this field.
    pub fn is_beside(&self, field: &str) -> bool {
        self.at == says(field)
    }

    fn count(&mut self, network: &str, used: u64, limit: u64) {
        let same = self.counters.iter_mut().find(|c| (c.used, c.limit) == (used, limit));
        match same {
            Some(counter) if counter.label.split(", ").any(|known| known == network) => {}
            Some(counter) => counter.label = format!("{}, {network}", counter.label),
            None => self.counters.push(Counter { label: network.to_owned(), used, limit }),
        }
    }
}

/// Adds a finding; networks that say the same are named together.
fn find(all: &mut Vec<(String, Vec<Piece>)>, network: &str, found: Vec<Piece>) {
    let same = all.iter_mut().find(|(_, known)| *known == found);
    match same {
        Some((networks, _)) if networks.split(", ").any(|known| known == network) => {}
        Some((networks, _)) => *networks = format!("{networks}, {network}"),
        None => all.push((network.to_owned(), found)),
    }
}

/// The places of a form that can hold findings: those whose fields it sent.
#[derive(Debug, Default, PartialEq)]
struct Places {
    text: bool,
    media: bool,
    comment: bool,
    time: bool,
    accounts: Vec<AccountId>,
    /// For each part that says something, which box of the page it is typed in, from 1.
    parts: Vec<usize>,
    /// How many boxes there are; some may be empty.
    boxes: usize,
}

impl Places {
    fn of(pairs: &[(String, String)]) -> Self {
        let mut places = Self::default();
        let (mut boxes, mut taken) = (0_usize, false);
        for (name, value) in pairs {
            match name.as_str() {
                // Files of the post stand below its text.
                "text" => (places.text, places.media) = (true, true),
                "first_comment" => places.comment = true,
                "scheduled_at" => places.time = true,
                "part" => {
                    (boxes, taken) = (boxes + 1, !value.trim().is_empty());
                    places.parts.extend(taken.then_some(boxes));
                }
                "part_media" if boxes > 0 && !taken => {
                    taken = true;
                    places.parts.push(boxes);
                }
                _ => places
                    .accounts
                    .extend(name.strip_prefix("text.").and_then(|id| id.parse::<AccountId>().ok())),
            }
        }
        places.boxes = boxes;
        places
    }

    /// Every place, with nothing in it yet: what was said there before is gone.
    fn empty(&self) -> Vec<Says> {
        let known = [
            (self.text, "text"),
            (self.media, "media"),
            (self.comment, "first_comment"),
            (self.time, "scheduled_at"),
        ];
        let known = known.into_iter().filter(|(there, _)| *there).map(|(_, field)| says(field));
        let accounts = self.accounts.iter().map(|account| says(&account.to_string()));
        let parts = (1..=self.boxes).map(part);
        known.chain(accounts).chain(parts).map(Says::at).collect()
    }

    /// Where a finding about this field of the request belongs.
    fn of_field(&self, account: AccountId, field: &str) -> String {
        let head = field.split('.').next().unwrap_or(field);
        match head {
            "text" | "media" | "first_comment" | "scheduled_at" => says(head),
            "timezone" => says("scheduled_at"),
            "parts" => {
                let index = field.split('.').nth(1).and_then(|index| index.parse::<usize>().ok());
                let nth = index.and_then(|index| self.parts.get(index));
                nth.map_or_else(|| says(&account.to_string()), |nth| part(*nth))
            }
            // Its own text, its own files, its options.
            _ => says(&account.to_string()),
        }
    }
}

fn says(what: &str) -> String {
    format!("#says-{what}")
}

fn part(nth: usize) -> String {
    format!("[data-parts] > [data-part-box]:nth-of-type({nth}) [data-says]")
}

/// What all accounts' networks say, place by place.
pub fn said(
    (app, t): (&App, Tr),
    pairs: &[(String, String)],
    composition: &Composition,
    checks: &[AccountCheck],
) -> Vec<Says> {
    let places = Places::of(pairs);
    let mut all = places.empty();
    for check in checks {
        let (account, network) = (check.account.id, title(app, &check.account.platform));
        let at = |field: &str| match field {
            "scheduled_at" | "timezone" => places.of_field(account, field),
            _ => places.of_field(account, &composition.path(account, field)),
        };
        for count in check.report.counts.iter().filter(|count| !count.field.starts_with("media.")) {
            let place = at(&count.field);
            if let Some(says) = all.iter_mut().find(|says| says.at == place) {
                says.count(network, count.used, count.limit);
            }
        }
        for violation in &check.report.violations {
            let place = at(&violation.field);
            if let Some(says) = all.iter_mut().find(|says| says.at == place) {
                find(&mut says.problems, network, pieces(t, violation));
            }
        }
        for warning in &check.report.warnings {
            let place = at(&warning.field);
            if let Some(says) = all.iter_mut().find(|says| says.at == place) {
                find(&mut says.warnings, network, pieces(t, warning));
            }
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    const ACCOUNT: u128 = 7;

    fn account() -> AccountId {
        AccountId::from_uuid(uuid::Uuid::from_u128(ACCOUNT))
    }

    fn pairs(names: &[(&str, &str)]) -> Vec<(String, String)> {
        names.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn only_places_that_the_form_has_are_filled() {
        let own = format!("text.{}", account());
        let form = pairs(&[("text", "a"), (own.as_str(), ""), ("first_comment", "")]);
        let at: Vec<String> = Places::of(&form).empty().into_iter().map(|says| says.at).collect();
        let account = format!("#says-{}", account());
        assert_eq!(at, ["#says-text", "#says-media", "#says-first_comment", account.as_str()]);
    }

    #[test]
    fn parts_are_counted_as_the_page_has_them() {
        let form =
            pairs(&[("part", " "), ("part", "b"), ("part", ""), ("part_media", "m"), ("part_media", "n")]);
        let places = Places::of(&form);
        assert_eq!(places.parts, [2, 3], "the first box is empty, the third has files only");
        assert_eq!(places.empty().len(), 3, "what was said beside a box that is empty now goes");
        assert!(places.of_field(account(), "parts.1.text").contains("nth-of-type(3)"));
        assert_eq!(places.of_field(account(), "parts.2.text"), format!("#says-{}", account()));
    }

    #[test]
    fn what_is_an_accounts_own_is_said_there() {
        let places = Places::default();
        let own = format!("#says-{}", account());
        for field in ["options.poll", "accounts", "overrides.acct_x.text"] {
            assert_eq!(places.of_field(account(), field), own, "{field}");
        }
        assert_eq!(places.of_field(account(), "media.2"), "#says-media");
        assert_eq!(places.of_field(account(), "timezone"), "#says-scheduled_at");
    }

    #[test]
    fn networks_that_say_the_same_are_named_together() {
        let mut says = Says::at(String::new());
        for network in ["Threads", "Mastodon", "Threads"] {
            says.count(network, 5, 500);
            find(&mut says.problems, network, vec![Piece::plain("Too long.", false)]);
        }
        says.count("Bluesky", 5, 300);
        let counters: Vec<&str> = says.counters.iter().map(|counter| counter.label.as_str()).collect();
        assert_eq!(counters, ["Threads, Mastodon", "Bluesky"]);
        assert_eq!(says.problems.len(), 1);
        assert_eq!(says.problems[0].0, "Threads, Mastodon");
    }
}
