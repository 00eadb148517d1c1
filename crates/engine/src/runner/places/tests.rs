use std::collections::VecDeque;

use super::*;

fn party(platform: &str, workspace: &str, account: &str) -> Party {
    Party {
        platform: Some(platform.to_owned()),
        tenant: Some(format!("{platform}/{workspace}")),
        account: Some(account.to_owned()),
    }
}

/// A node with 16 places of a kind, and the queue that it claims from.
struct Node {
    places: Arc<Places>,
    queue: VecDeque<Party>,
    now: Instant,
}

impl Node {
    fn new(queue: impl IntoIterator<Item = Party>) -> Self {
        let config = RunnerConfig { concurrency: 16, ..RunnerConfig::default() };
        let places = Arc::new(Places::new(&config));
        Self { places, queue: queue.into_iter().collect(), now: Instant::now() }
    }

    /// As the statement does: the first whose party is in no list.
    fn find(&mut self, closed: &Closed) -> Option<Party> {
        let is_in = |list: &str, name: &Option<String>| {
            name.as_ref().is_some_and(|name| list.contains(&format!(" {name} ")))
        };
        let place = self.queue.iter().position(|p| {
            !is_in(&closed.platforms, &p.platform)
                && !is_in(&closed.tenants, &p.tenant)
                && !is_in(&closed.accounts, &p.account)
        })?;
        self.queue.remove(place)
    }

    fn claim(&mut self) -> Option<(Party, Seat)> {
        let kind = PlaceKind::Foreground;
        let closed = self.places.closed(kind, self.now)?;
        let mut found = None;
        if let Some(enough) = self.places.had_enough(kind, self.now) {
            found = self.find(&enough);
            if found.is_none() {
                self.places.next_round(kind, self.now, Duration::ZERO);
            }
        }
        let found = found.or_else(|| self.find(&closed));
        if found.is_none() {
            self.places.rest(kind, &closed, self.now, Duration::ZERO);
        }
        let found = found?;
        let seat = self.places.take(kind, &found, false).expect("a place");
        Some((found, seat))
    }

    fn claim_all(&mut self) -> Vec<(Party, Seat)> {
        std::iter::from_fn(|| self.claim()).collect()
    }
}

fn of<'a>(claimed: &'a [(Party, Seat)], name: &'a str) -> usize {
    claimed.iter().filter(|(p, _)| p.platform.as_deref() == Some(name)).count()
}

#[test]
fn every_network_has_places_of_its_own() {
    let slow = (0..100).map(|n| party("slow", &format!("w{n}"), &format!("a{n}")));
    let other = (0..3).map(|n| party("other", &format!("w{n}"), &format!("b{n}")));
    let mut node = Node::new(slow.chain(other));
    let running = node.claim_all();
    assert_eq!((of(&running, "slow"), of(&running, "other")), (16, 3));
}

#[test]
fn no_account_and_no_workspace_takes_all_places_of_a_network() {
    let one_account = std::iter::repeat_n(party("x", "big", "a"), 100);
    assert_eq!(Node::new(one_account).claim_all().len(), 8);
    let one_workspace = (0..100).map(|n| party("x", "big", &format!("a{n}")));
    assert_eq!(Node::new(one_workspace).claim_all().len(), 14);
}

#[test]
fn one_of_another_workspace_waits_for_no_more_than_a_round() {
    // Quick jobs: each is over before the next is claimed.
    for workspaces in [1, 3] {
        let flood =
            (0..5_000).map(|n| party("x", &format!("big{}", n % workspaces), &format!("a{}", n % 50)));
        let mut node = Node::new(flood.chain([party("x", "small", "b")]));
        let place = (0..5_001).position(|_| {
            node.now += REST / 20;
            node.claim().expect("somebody waits").0.tenant.as_deref() == Some("x/small")
        });
        // A round gives each workspace a quarter of the places, and after one they may be alone for a moment.
        assert!(place.expect("its turn came") <= workspaces * 4 + 20, "{place:?} of {workspaces}");
    }
}

#[test]
fn a_free_place_goes_to_whoever_has_fewest() {
    let flood = (0..100).map(|n| party("x", "big", &format!("a{n}")));
    let mut node = Node::new(flood);
    let mut running = node.claim_all();
    assert_eq!(running.len(), 14);
    node.queue.push_back(party("x", "small", "b"));
    node.now += REST;
    running.push(node.claim().expect("two places are kept"));
    assert_eq!(running.last().and_then(|(p, _)| p.tenant.as_deref()), Some("x/small"));
    running.remove(0);
    node.queue.push_back(party("x", "small", "b"));
    node.now += REST;
    assert_eq!(node.claim().and_then(|(p, _)| p.tenant).as_deref(), Some("x/small"));
}

#[test]
fn a_full_kind_rests_until_a_place_is_free() {
    let mut node = Node::new(std::iter::repeat_n(party("x", "w", "a"), 100));
    let mut running = node.claim_all();
    assert!(node.places.rests(PlaceKind::Foreground, node.now));
    running.pop();
    assert!(!node.places.rests(PlaceKind::Foreground, node.now));
    assert!(node.claim().is_some());
}
