//! Times as people of the zone read them off their clocks.

use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::sync::Reach;

fn account(seed: u128) -> AccountId {
    AccountId::from_uuid(Uuid::from_u128(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835)))
}

fn zone(name: &str) -> TimeZone {
    TimeZone::get(name).expect("a zone")
}

/// Without minutes of its own, so that tables can be read. Its night for everything is Sunday's.
fn plain(name: &str) -> Rhythm {
    Rhythm { zone: zone(name), offset: SignedDuration::ZERO, weekday: Weekday::Sunday, costly: false }
}

fn time(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

/// As whoever looks at it every hour does; gives what was read, with the time of the zone's clock.
struct Log {
    rhythm: Rhythm,
    covered: Covered,
    began: Option<Timestamp>,
    newest: Option<Timestamp>,
}

impl Log {
    /// Everything was read a moment before.
    fn new(rhythm: Rhythm, read: Timestamp) -> Self {
        let mut covered = Covered::default();
        covered.note(SyncKind::Full, Reach { began: read, back_to: None });
        Self { rhythm, covered, began: Some(read), newest: None }
    }

    fn look(&mut self, now: Timestamp) -> Option<SyncKind> {
        let known = Known { began: self.began, covered: &self.covered, newest_post: self.newest };
        let kind = self.rhythm.wants(now, known)?;
        self.began = Some(now);
        self.covered.note(kind, Reach { began: now, back_to: None });
        Some(kind)
    }

    fn until(&mut self, from: Timestamp, end: Timestamp) -> Vec<(String, SyncKind)> {
        let (mut read, mut now) = (Vec::new(), self.rhythm.next_look(from));
        while now < end {
            if let Some(kind) = self.look(now) {
                let clock = self.rhythm.zone.to_datetime(now - self.rhythm.offset);
                read.push((clock.strftime("%a %H:%M").to_string(), kind));
            }
            now = self.rhythm.next_look(now);
        }
        read
    }
}

fn list(read: &[(String, SyncKind)]) -> Vec<(&str, &'static str)> {
    read.iter().map(|(at, kind)| (at.as_str(), kind.as_str())).collect()
}

#[test]
fn a_quiet_account_is_read_four_times_a_day() {
    // Saturday, 13:00 in Athens.
    let (from, end) = (time("2026-11-21T11:00:00Z"), time("2026-11-23T10:30:00Z"));
    let mut log = Log::new(plain("Europe/Athens"), from);
    let read = log.until(from, end);
    let expected = [
        ("Sat 18:00", "week"),
        ("Sun 00:00", "full"),
        ("Sun 06:00", "week"),
        ("Sun 12:00", "week"),
        ("Sun 18:00", "week"),
        ("Mon 00:00", "month"),
        ("Mon 06:00", "week"),
        ("Mon 12:00", "week"),
    ];
    assert_eq!(list(&read), expected);
}

#[test]
fn a_post_is_read_every_hour_on_its_first_day() {
    let (from, end) = (time("2026-11-24T11:00:00Z"), time("2026-11-26T11:00:00Z"));
    let mut log = Log::new(plain("Europe/Athens"), from);
    log.newest = Some(time("2026-11-24T11:20:00Z"));
    let read = log.until(from, end);
    let days = read.iter().filter(|(_, kind)| *kind == SyncKind::Day).count();
    // 14:00 of the one day to 13:00 of the next are 24 readings; at four of them more than the day is read.
    assert_eq!((days, read[0].0.as_str()), (20, "Tue 14:00"));
    assert_eq!(read[23].0, "Wed 13:00");
    assert_eq!(
        list(&read[24..]),
        [("Wed 18:00", "week"), ("Thu 00:00", "month"), ("Thu 06:00", "week"), ("Thu 12:00", "week")]
    );
}

#[test]
fn days_with_a_change_of_the_clock_have_the_same_four_times() {
    // In Athens 03:00 is left out or comes twice; in Havana it is midnight itself.
    let days = [
        (
            "Europe/Athens",
            "2026-03-28T22:00:00Z",
            "2026-03-29T21:00:00Z",
            ["00:00", "06:00", "12:00", "18:00"],
        ),
        (
            "Europe/Athens",
            "2026-10-24T21:00:00Z",
            "2026-10-25T22:00:00Z",
            ["00:00", "06:00", "12:00", "18:00"],
        ),
        (
            "America/Havana",
            "2026-03-08T05:00:00Z",
            "2026-03-09T04:00:00Z",
            ["01:00", "06:00", "12:00", "18:00"],
        ),
        (
            "America/Havana",
            "2026-11-01T04:00:00Z",
            "2026-11-02T05:00:00Z",
            ["00:00", "06:00", "12:00", "18:00"],
        ),
    ];
    for (zone, from, end, expected) in days {
        let (from, end) = (time(from), time(end));
        let moment = SignedDuration::from_millis(1);
        let mut log = Log::new(plain(zone), from - moment);
        let read = log.until(from - moment, end);
        let clocks: Vec<_> = read.iter().map(|(at, _)| at.split(' ').next_back().expect("a time")).collect();
        assert_eq!(clocks, expected, "{zone} {from}");
    }
}

#[test]
fn what_was_missed_is_made_up_for_once() {
    let off = time("2026-11-17T11:00:00Z");
    let mut log = Log::new(plain("UTC"), off);
    let back = time("2026-11-24T11:40:00Z");
    assert_eq!(log.look(back), Some(SyncKind::Full), "a Sunday passed");
    assert_eq!(log.look(back), None);
    assert_eq!(log.rhythm.next_look(back), time("2026-11-24T12:00:00Z"));
    let mut log = Log::new(plain("UTC"), time("2026-11-24T01:00:00Z"));
    assert_eq!(log.look(time("2026-11-25T07:00:00Z")), Some(SyncKind::Month), "only a midnight did");
}

#[test]
fn a_reading_that_failed_is_not_repeated_before_the_next_time_and_then_goes_as_far_back() {
    let mut log = Log::new(plain("UTC"), time("2026-11-24T19:00:00Z"));
    log.began = Some(time("2026-11-25T00:00:05Z"));
    assert_eq!(log.look(time("2026-11-25T01:00:00Z")), None);
    assert_eq!(log.look(time("2026-11-25T06:00:00Z")), Some(SyncKind::Month), "midnight's is still missing");
}

#[test]
fn an_account_that_nobody_read_is_read_at_once_and_whole() {
    let covered = Covered::default();
    let known = Known { began: None, covered: &covered, newest_post: None };
    assert_eq!(plain("UTC").wants(time("2026-11-24T13:10:00Z"), known), Some(SyncKind::Full));
}

#[test]
fn where_reading_costs_money_midnight_is_enough() {
    let (from, end) = (time("2026-11-20T13:00:00Z"), time("2026-11-23T13:00:00Z"));
    let mut log = Log::new(Rhythm { costly: true, ..plain("UTC") }, from);
    log.newest = Some(from);
    let read = log.until(from, end);
    assert_eq!(list(&read), [("Sat 00:00", "month"), ("Sun 00:00", "full"), ("Mon 00:00", "month")]);
}

#[test]
fn a_thousand_accounts_do_not_begin_in_one_second() {
    let mut seconds = std::collections::BTreeMap::new();
    let mut nights = [0; 7];
    for n in 0..1_000 {
        let rhythm = Rhythm::new(zone("UTC"), account(n), false);
        assert_eq!(
            rhythm.offset,
            Rhythm::new(zone("Asia/Tokyo"), account(n), true).offset,
            "always the same"
        );
        assert!(rhythm.offset >= SignedDuration::ZERO && rhythm.offset < SPREAD);
        *seconds.entry(rhythm.offset.as_secs()).or_insert(0) += 1;
        nights[usize::try_from(rhythm.weekday.to_sunday_zero_offset()).expect("a day")] += 1;
    }
    assert!(seconds.values().all(|n| *n <= 8), "{seconds:?}");
    assert!(nights.iter().all(|n| (90..200).contains(n)), "{nights:?}");
    // The vector of its authors. Another hash would move every account after an update.
    assert_eq!(fnv1a(b"foobar"), 0x8594_4171_f739_67e8);
}

#[test]
fn a_month_ends_at_its_end() {
    assert_eq!(next_month(time("2026-11-30T23:59:59Z")), time("2026-12-01T00:00:00Z"));
    assert_eq!(next_month(time("2026-12-01T00:00:00Z")), time("2027-01-01T00:00:00Z"));
}

const ZONES: [&str; 9] = [
    "UTC",
    "Europe/Athens",
    "America/Havana",
    "America/St_Johns",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Africa/Cairo",
    "America/Santiago",
];

proptest! {
    /// Whatever the zone and the day: nobody waits longer than an hour for a look, and the last times are where they belong.
    #[test]
    fn looks_come_every_hour(seconds in 1_300_000_000_i64..2_000_000_000, which in 0..ZONES.len(), seed: u128) {
        let rhythm = Rhythm::new(zone(ZONES[which]), account(seed), false);
        let now = Timestamp::from_second(seconds).expect("a time");
        let next = rhythm.next_look(now);
        prop_assert!(next > now && next <= now + HOUR, "{next}");
        let last = |kind| rhythm.last(kind, now).expect("a time");
        let [full, month, week, day] = KINDS.map(last);
        prop_assert!(full <= month && month <= week && week <= day && day <= now);
        prop_assert!(day > now - HOUR - SignedDuration::from_secs(1));
        prop_assert!(week > now - SignedDuration::from_hours(8));
        prop_assert!(month > now - SignedDuration::from_hours(26));
        // Samoa left out a Friday.
        prop_assert!(full > now - SignedDuration::from_hours(8 * 24));
    }

    /// A reading that is complete leaves nothing to be done until the next look.
    #[test]
    fn nothing_is_read_twice(seconds in 1_300_000_000_i64..2_000_000_000, which in 0..ZONES.len(), seed: u128, age in 0_i64..200_000) {
        let now = Timestamp::from_second(seconds).expect("a time");
        let mut log = Log::new(Rhythm::new(zone(ZONES[which]), account(seed), false), now);
        log.newest = Some(now - SignedDuration::from_secs(age));
        prop_assert_eq!(log.look(now), None);
        let next = log.rhythm.next_look(now);
        log.look(next);
        prop_assert_eq!(log.look(next), None);
    }
}
