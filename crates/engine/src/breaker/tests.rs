//! The circuit as a table of what is said to it and what it says, and the fast way around it.

use std::time::Duration;

use super::circuit::Circuit;
use super::{Breakers, OpenCount, Patience, Purpose};

const PATIENCE: Patience =
    Patience { failures: 3, first: Duration::from_secs(30), longest: Duration::from_secs(300) };

/// What happens to a circuit, and what is expected of it.
#[derive(Debug, Clone, Copy)]
enum Then {
    Fails,
    Goes,
    LookGoes,
    Waits(u64),
    LookWaits,
}
use Then::{Fails, Goes, LookGoes, LookWaits, Waits};

/// Plays `steps`, each at its second.
fn play(steps: &[(u64, Then)]) -> Circuit {
    let mut circuit = Circuit::default();
    for (at, then) in steps.iter().copied() {
        let now = Duration::from_secs(at);
        let asked = match then {
            Fails => {
                circuit.failed(now, PATIENCE);
                continue;
            }
            Goes | Waits(_) => circuit.admit(now, Purpose::Work),
            LookGoes | LookWaits => circuit.admit(now, Purpose::Look),
        };
        let fits = match (then, asked) {
            (Goes | LookGoes, Ok(())) | (LookWaits, Err(_)) => true,
            (Waits(for_s), Err(wait)) => wait.as_secs() == for_s,
            _ => false,
        };
        assert!(fits, "second {at}: {then:?}, but {asked:?}");
    }
    circuit
}

#[test]
fn it_opens_after_failures_in_a_row_and_lets_one_through_when_the_wait_is_over() {
    play(&[
        (0, Fails),
        (0, Fails),
        (0, Goes),
        (1, Fails),
        (1, Waits(30)),
        (11, Waits(20)),
        (31, Goes),
        (31, Waits(2)),
    ]);
}

#[test]
fn each_failed_trial_doubles_the_wait_up_to_the_longest() {
    let opened = [(0, Fails), (0, Fails), (0, Fails)];
    let mut steps = opened.to_vec();
    let mut at = 0;
    for (wait, next) in [(30, 60), (60, 120), (120, 240), (240, 300), (300, 300)] {
        at += wait;
        steps.extend([(at - 1, Waits(2)), (at, Goes), (at, Fails), (at, Waits(next))]);
    }
    play(&steps);
}

#[test]
fn those_who_were_on_their_way_when_it_opened_do_not_make_it_longer() {
    play(&[(0, Fails), (0, Fails), (0, Fails), (2, Fails), (3, Fails), (3, Waits(27)), (30, Goes)]);
}

#[test]
fn looks_go_one_at_a_time_while_it_is_open_and_make_the_wait_no_longer() {
    play(&[
        (0, Fails),
        (0, Fails),
        (0, Fails),
        (1, LookGoes),
        (1, LookWaits),
        (2, Fails),
        (2, LookGoes),
        (3, Fails),
        (30, Goes),
    ]);
}

#[test]
fn a_trial_whose_worker_died_is_not_waited_for_for_ever() {
    play(&[(0, Fails), (0, Fails), (0, Fails), (30, Goes), (60, Waits(2)), (90, Goes)]);
}

#[test]
fn without_a_number_of_failures_it_never_opens() {
    let mut circuit = Circuit::default();
    for _ in 0..100 {
        circuit.failed(Duration::ZERO, Patience { failures: 0, ..PATIENCE });
    }
    assert_eq!(circuit.admit(Duration::ZERO, Purpose::Work), Ok(()));
}

#[test]
fn those_who_wait_come_back_one_after_the_other() {
    let mut circuit = play(&[(0, Fails), (0, Fails), (0, Fails)]);
    let waits: Vec<_> =
        (0..100).map(|_| circuit.admit(Duration::ZERO, Purpose::Work).expect_err("open")).collect();
    assert!(waits.is_sorted_by(|a, b| a < b), "{waits:?}");
    assert!(waits[99] < Duration::from_secs(31), "{:?}", waits[99]);
}

#[test]
fn each_operation_of_each_server_has_its_own_and_an_answer_closes_it() {
    let breakers = Breakers::default();
    let gate = |server| breakers.gate("mastodon", Some(server), Purpose::Work, PATIENCE);
    let (one, two) = (gate("https://one.example"), gate("https://two.example"));
    for _ in 0..3 {
        assert_eq!(one.admit("statuses.create", Duration::ZERO), Ok(()));
        one.ended("statuses.create", Duration::ZERO, false);
    }
    assert!(one.admit("statuses.create", Duration::ZERO).is_err());
    assert_eq!(one.admit("media.upload", Duration::ZERO), Ok(()));
    assert_eq!(two.admit("statuses.create", Duration::ZERO), Ok(()));
    let open = |servers| vec![OpenCount { platform: "mastodon", operation: "statuses.create", servers }];
    assert_eq!(breakers.open(Duration::ZERO), open(1));
    let at = |server: &str| breakers.open_at(Duration::ZERO, |_, at| at == Some(server));
    assert_eq!((at("https://one.example"), at("https://two.example")), (open(1), open(0)));
    let long_after = Duration::from_secs(600);
    assert_eq!(breakers.open(long_after), open(0), "nobody asks for it any more");
    one.ended("statuses.create", Duration::from_secs(30), true);
    assert_eq!(one.admit("statuses.create", Duration::from_secs(30)), Ok(()));
    assert_eq!(breakers.open(Duration::from_secs(30)), open(0), "and it shows");
}

#[test]
fn an_answer_in_between_begins_the_count_anew() {
    let breakers = Breakers::default();
    let gate = breakers.gate("x", None, Purpose::Work, PATIENCE);
    for _ in 0..10 {
        gate.ended("create", Duration::ZERO, false);
        gate.ended("create", Duration::ZERO, false);
        gate.ended("create", Duration::ZERO, true);
    }
    assert!(breakers.all_is_well());
    assert_eq!(gate.admit("create", Duration::ZERO), Ok(()));
}

#[test]
fn servers_without_number_do_not_fill_the_memory() {
    let breakers = Breakers::default();
    for n in 0..10_000 {
        let gate = breakers.gate("mastodon", Some(&format!("https://{n}.example")), Purpose::Work, PATIENCE);
        gate.ended("verify", Duration::ZERO, false);
    }
    assert!(breakers.state().circuits.len() <= super::MOST_KNOWN);
}
