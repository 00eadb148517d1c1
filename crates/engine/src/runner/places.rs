//! Who may run beside whom on one node.
//!
//! Each network has places of its own for each kind of job, so that one whose calls hang delays no other. Within a network no
//! account and no workspace can take all of them; and whoever had its share of a round comes after everybody who had less.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use carillon_store::repo::job::{Closed, Party, PlaceKind};
use tokio::time::Instant;

use super::RunnerConfig;

/// The kinds in the order in which their jobs are looked for: commits have a second to keep.
pub(super) const KINDS: [PlaceKind; 3] = [PlaceKind::Commit, PlaceKind::Foreground, PlaceKind::Background];

/// So long a kind is left alone after nothing could be claimed for it, although somebody waits for a place: passing over a long
/// queue costs.
pub(super) const REST: Duration = Duration::from_millis(25);

const LONGEST_REST: Duration = Duration::from_secs(1);

/// A round is over when so many took part in it, so that memory stays bounded.
const MOST_KNOWN: usize = 10_000;

/// The places of one node.
pub(super) struct Places {
    kinds: [Mutex<OfKind>; 3],
}

/// The places of one kind.
struct OfKind {
    /// Of one network.
    limit: usize,
    platforms: BTreeMap<String, usize>,
    tenants: Shares,
    accounts: Shares,
    /// Nothing can be claimed before that, unless a place becomes free.
    rest_until: Option<Instant>,
    /// Those who had their share are alone; nobody else need be looked for before that.
    alone_until: Option<Instant>,
}

/// Who has how many places, and had in this round.
struct Shares {
    /// Nobody has more.
    most: usize,
    /// Who had so many in a round comes after the others.
    turn: usize,
    running: BTreeMap<String, usize>,
    round: BTreeMap<String, usize>,
    /// Who has `most`, and who had a `turn`, kept so that no claim looks at everybody.
    at_most: BTreeSet<String>,
    had_enough: BTreeSet<String>,
}

/// The place of one running job; free again when dropped.
pub(super) struct Seat {
    places: Arc<Places>,
    kind: PlaceKind,
    party: Party,
}

impl Places {
    pub(super) fn new(config: &RunnerConfig) -> Self {
        let of = |limit: usize| Mutex::new(OfKind::new(limit.max(1)));
        Self { kinds: [of(config.commits), of(config.concurrency), of(config.background)] }
    }

    fn of(&self, kind: PlaceKind) -> MutexGuard<'_, OfKind> {
        self.kinds[kind as usize].lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whom there is no place for; `None` while nothing can be claimed for this kind.
    pub(super) fn closed(&self, kind: PlaceKind, now: Instant) -> Option<Closed> {
        let mut places = self.of(kind);
        if places.rest_until.is_some_and(|until| now < until) {
            return None;
        }
        places.rest_until = None;
        Some(places.closed())
    }

    /// The same, and those who had their share of this round; `None` if it is nobody, or if they are alone.
    pub(super) fn had_enough(&self, kind: PlaceKind, now: Instant) -> Option<Closed> {
        let places = self.of(kind);
        if places.alone_until.is_some_and(|until| now < until) {
            return None;
        }
        let closed = Closed {
            platforms: places.full(),
            tenants: list(places.tenants.had_enough.iter()),
            accounts: list(places.accounts.had_enough.iter()),
        };
        (closed != places.closed()).then_some(closed)
    }

    /// Only those who had their share wait: a new round begins. `took` is how long it took to find that out.
    pub(super) fn next_round(&self, kind: PlaceKind, now: Instant, took: Duration) {
        let mut places = self.of(kind);
        places.tenants.next_round();
        places.accounts.next_round();
        places.alone_until = Some(now + rest(took));
    }

    /// Nothing was found among those who are not `closed`.
    pub(super) fn rest(&self, kind: PlaceKind, closed: &Closed, now: Instant, took: Duration) {
        if !closed.is_empty() {
            self.of(kind).rest_until = Some(now + rest(took));
        }
    }

    /// Whether some network may have a free place.
    pub(super) fn has_room(&self, kind: PlaceKind) -> bool {
        let places = self.of(kind);
        places.platforms.is_empty() || places.platforms.values().any(|taken| *taken < places.limit)
    }

    /// Whether a network has no free place of some kind.
    pub(super) fn any_full(&self) -> bool {
        KINDS.into_iter().any(|kind| {
            let places = self.of(kind);
            places.platforms.values().any(|taken| *taken >= places.limit)
        })
    }

    /// How many waiting jobs are worth a look: some more than there are places that are free.
    pub(super) fn page(&self, kind: PlaceKind) -> i64 {
        let places = self.of(kind);
        let free =
            places.platforms.values().map(|taken| places.limit.saturating_sub(*taken)).filter(|f| *f > 0);
        let free = free.max().unwrap_or(places.limit);
        i64::try_from(free * 2 + 32).unwrap_or(i64::MAX)
    }

    /// Whether the kind is left alone.
    pub(super) fn rests(&self, kind: PlaceKind, now: Instant) -> bool {
        self.of(kind).rest_until.is_some_and(|until| now < until)
    }

    /// A place for a job of this party, if there is one; who had their share of this round gets none if `fair`.
    pub(super) fn take(self: &Arc<Self>, kind: PlaceKind, party: &Party, fair: bool) -> Option<Seat> {
        let mut places = self.of(kind);
        if !places.open_to(party, fair) {
            return None;
        }
        one_more(&mut places.platforms, party.platform.as_deref().unwrap_or_default());
        places.tenants.begin(party.tenant.as_deref());
        places.accounts.begin(party.account.as_deref());
        drop(places);
        Some(Seat { places: Arc::clone(self), kind, party: party.clone() })
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut places = self.places.of(self.kind);
        one_less(&mut places.platforms, self.party.platform.as_deref().unwrap_or_default());
        places.tenants.end(self.party.tenant.as_deref());
        places.accounts.end(self.party.account.as_deref());
        places.rest_until = None;
    }
}

impl OfKind {
    fn new(limit: usize) -> Self {
        Self {
            limit,
            platforms: BTreeMap::new(),
            tenants: Shares::new(limit - limit.div_ceil(8).min(limit - 1), limit.div_ceil(4)),
            accounts: Shares::new(limit.div_ceil(2), limit.div_ceil(8)),
            rest_until: None,
            alone_until: None,
        }
    }

    fn open_to(&self, party: &Party, fair: bool) -> bool {
        let platform = party.platform.as_deref().unwrap_or_default();
        let taken = self.platforms.get(platform).copied().unwrap_or_default();
        let open = |shares: &Shares, who: Option<&str>| {
            let shut = |who| shares.at_most.contains(who) || fair && shares.had_enough.contains(who);
            !who.is_some_and(shut)
        };
        taken < self.limit
            && open(&self.tenants, party.tenant.as_deref())
            && open(&self.accounts, party.account.as_deref())
    }

    fn full(&self) -> String {
        list(self.platforms.iter().filter(|(_, count)| **count >= self.limit).map(|(name, _)| name))
    }

    fn closed(&self) -> Closed {
        Closed {
            platforms: self.full(),
            tenants: list(self.tenants.at_most.iter()),
            accounts: list(self.accounts.at_most.iter()),
        }
    }
}

impl Shares {
    fn new(most: usize, turn: usize) -> Self {
        Self {
            most,
            turn,
            running: BTreeMap::new(),
            round: BTreeMap::new(),
            at_most: BTreeSet::new(),
            had_enough: BTreeSet::new(),
        }
    }

    fn begin(&mut self, who: Option<&str>) {
        let Some(who) = who else { return };
        if self.round.len() >= MOST_KNOWN {
            self.next_round();
        }
        let running = one_more(&mut self.running, who);
        if running >= self.most {
            self.at_most.insert(who.to_owned());
        }
        if one_more(&mut self.round, who).max(running) >= self.turn {
            self.had_enough.insert(who.to_owned());
        }
    }

    fn end(&mut self, who: Option<&str>) {
        let Some(who) = who else { return };
        let running = one_less(&mut self.running, who);
        if running < self.most {
            self.at_most.remove(who);
        }
        if running.max(self.round.get(who).copied().unwrap_or_default()) < self.turn {
            self.had_enough.remove(who);
        }
    }

    fn next_round(&mut self) {
        self.round.clear();
        let enough = self.running.iter().filter(|(_, count)| **count >= self.turn);
        self.had_enough = enough.map(|(who, _)| who.clone()).collect();
    }
}

fn one_more(counts: &mut BTreeMap<String, usize>, who: &str) -> usize {
    let count = counts.entry(who.to_owned()).or_default();
    *count += 1;
    *count
}

fn one_less(counts: &mut BTreeMap<String, usize>, who: &str) -> usize {
    let left = counts.get(who).map_or(0, |count| count.saturating_sub(1));
    if left == 0 {
        counts.remove(who);
    } else {
        counts.insert(who.to_owned(), left);
    }
    left
}

/// Looking takes at most a tenth of the time.
fn rest(took: Duration) -> Duration {
    (took * 10).clamp(REST, LONGEST_REST)
}

/// As [`Closed`] wants it.
fn list<'a>(names: impl Iterator<Item = &'a String>) -> String {
    let mut text = String::new();
    for name in names {
        text.push_str(if text.is_empty() { " " } else { "" });
        text.push_str(name);
        text.push(' ');
    }
    text
}

#[cfg(test)]
mod tests;
