//! Fixtures that were worked out by hand, and what holds for all numbers.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use proptest::prelude::*;

use super::*;
use crate::metric::{Observation, Reading};

fn at(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

fn zone(name: &str) -> TimeZone {
    TimeZone::get(name).expect("a zone")
}

fn period(from: &str, to: &str, name: &str) -> Period {
    Period { from: at(from), to: at(to), zone: zone(name) }
}

fn seen(counts: &[(&str, i64)]) -> Observation {
    let readings = counts.iter().map(|(metric, value)| Reading::new(*metric, *value, "field")).collect();
    Observation { as_of: Timestamp::UNIX_EPOCH, readings }
}

fn look(time: &str, value: i64) -> Look {
    Look { at: at(time), value, native: "followersCount".into(), definition: 1 }
}

fn values(looks: &[Look], period: &Period) -> Vec<Option<i64>> {
    daily(looks, period).into_iter().map(|look| look.map(|look| look.value)).collect()
}

#[test]
fn derived_metrics_are_defined_once_and_beside_those_that_are_read() {
    for (index, own) in DERIVED.iter().enumerate() {
        assert!(metric::definition(own.name).is_none(), "{}", own.name);
        assert!(DERIVED[..index].iter().all(|other| other.name != own.name), "{}", own.name);
        assert!(own.version > 0 && own.meaning.ends_with('.'));
    }
    assert!(
        Basis::ALL.iter().all(|basis| definition(basis.metric()).is_some_and(|d| d.unit == "basis points"))
    );
    assert_eq!(definition("likes"), metric::definition("likes"));
}

type Given<'a> = &'a [(&'a str, i64)];
type Sum<'a> = Option<(i64, &'a [&'a str])>;

#[test]
fn engagements_are_the_parts_that_were_given() {
    let table: [(Given<'_>, Sum<'_>); 7] = [
        (&[("likes", 5), ("comments", 2), ("shares", 1), ("saves", 4), ("views", 100)], Some((12, &PARTS))),
        // The author hides likes: what is left counts, and says of what it is made.
        (&[("comments", 2), ("shares", 1)], Some((3, &["comments", "shares"]))),
        (&[("likes", 0)], Some((0, &["likes"]))),
        (&[("views", 100), ("quotes", 3), ("clicks", 9)], None),
        (&[], None),
        // No count of people.
        (&[("likes", -1), ("comments", 2)], Some((2, &["comments"]))),
        (&[("likes", i64::MAX)], None),
    ];
    for (counts, want) in table {
        let found = engagements(&seen(counts));
        let found = found.as_ref().map(|e| (e.value, e.of.as_slice()));
        assert_eq!(found, want, "{counts:?}");
    }
    assert_eq!(count_of(&seen(&[("views", 16_000_000_000)]), "views"), Some(16_000_000_000));
    assert_eq!(count_of(&seen(&[("views", MOST_SEEN + 1)]), "views"), None);
}

#[test]
fn rates_are_rounded_half_up_to_a_hundredth_of_a_percent() {
    let table = [
        ((12, 100), Some(1_200)),
        ((1, 3), Some(3_333)),
        ((2, 3), Some(6_667)),
        ((1, 20_000), Some(1)), // 0.5 basis points
        ((1, 20_001), Some(0)),
        ((0, 7), Some(0)),
        ((30, 10), Some(30_000)), // engagements may be more than views
        ((5, 0), None),           // no followers, no rate by followers
        ((5, -1), None),
        ((-5, 10), None),
    ];
    for ((engagements, basis), want) in table {
        assert_eq!(Rate::new(engagements, basis).map(Rate::basis_points), want, "{engagements} / {basis}");
    }
    assert!(Rate::new(1, 3) > Rate::new(333, 1_000) && Rate::new(2, 6) == Rate::new(1, 3));
    assert_eq!(Rate::new(8_000_000_000, 1).map(Rate::billionths), Some(Rate::MOST));
}

/// Three posts with 1,000 followers: 10, 20 and 60 engagements are 1 %, 2 % and 6 %; their mean is 3 %. A fourth one without
/// followers at its time, and a fifth one whose numbers were hidden, are no part of it.
#[test]
fn a_mean_counts_posts_that_have_a_rate() {
    let posts = [(Some(10), 1_000), (Some(20), 1_000), (Some(60), 1_000), (Some(5), 0), (None, 1_000)];
    let mut mean = MeanRate::default();
    for rate in posts.iter().filter_map(|(e, followers)| Rate::new((*e)?, *followers)) {
        mean.add(rate);
    }
    assert_eq!((mean.basis_points(), mean.posts()), (Some(300), 3));
    assert_eq!(MeanRate::default().basis_points(), None);
    // (1/3 + 1/6) / 2 is a quarter, although neither is a decimal fraction.
    let mut thirds = MeanRate::default();
    for rate in [Rate::new(1, 3), Rate::new(1, 6)].into_iter().flatten() {
        thirds.add(rate);
    }
    assert_eq!(thirds.basis_points(), Some(2_500));
}

#[test]
fn growth_is_of_what_there_was() {
    let table = [
        ((1_000, 1_050), 50, Some(500)),
        ((1_050, 1_000), -50, Some(-476)), // −4.7619 %
        ((3, 4), 1, Some(3_333)),
        ((3, 2), -1, Some(-3_333)),
        ((80_000, 80_004), 4, Some(1)), // half a basis point
        ((80_000, 79_996), -4, Some(-1)),
        ((0, 5), 5, None),
        ((7, 7), 0, Some(0)),
    ];
    for ((from, to), grown, points) in table {
        let change = Change { from, to };
        assert_eq!((change.absolute(), change.basis_points()), (grown, points), "{from} to {to}");
    }
    let days = [Some(100), None, Some(110), Some(121)];
    assert_eq!(growth(&days, 3), Some(Change { from: 100, to: 121 }));
    assert_eq!(growth(&days, 1).and_then(Change::basis_points), Some(1_000));
    assert_eq!(growth(&days, 2), None, "nobody looked on that day");
    assert_eq!(growth(&days, 4), None, "before the account was connected");
    assert_eq!(growth(&[Some(1), None], 1), None);
    assert_eq!(growth(&[], 0), None);
    // One account went from 100 to 110, a second came with 5,000 in between: together they grew by 10 %.
    assert_eq!(Change::together([Change { from: 100, to: 110 }]).and_then(Change::basis_points), Some(1_000));
    assert_eq!(Change::together([]), None);
}

#[test]
fn a_day_has_its_last_look_and_a_gap_stays_one() {
    let week = period("2026-11-02T00:00:00Z", "2026-11-07T00:00:00Z", "UTC");
    let looks = [
        look("2026-11-01T23:59:59Z", 1), // the day before
        look("2026-11-02T06:00:00Z", 10),
        look("2026-11-02T18:00:00Z", 12),
        look("2026-11-04T00:00:00Z", 0), // a zero that the network gave
        look("2026-11-05T23:59:59Z", 15),
        look("2026-11-07T00:00:00Z", 99), // the day after
    ];
    assert_eq!(values(&looks, &week), [Some(12), None, Some(0), Some(15), None]);
    let mut backwards = looks.to_vec();
    backwards.reverse();
    assert_eq!(values(&backwards, &week), values(&looks, &week));
}

#[test]
fn days_are_those_of_the_zone_also_where_clocks_change() {
    // Athens goes back an hour on 25 October 2026 at 01:00 UTC: that day lasts 25 hours.
    let days = period("2026-10-23T21:00:00Z", "2026-10-26T22:00:00Z", "Europe/Athens");
    assert_eq!(days.days().len(), 3);
    let looks = [
        look("2026-10-24T20:59:59Z", 1), // 23:59:59 on the 24th
        look("2026-10-24T21:00:00Z", 2), // midnight of the 25th, three hours ahead of UTC
        look("2026-10-25T21:59:59Z", 3), // 23:59:59 on the 25th, two hours ahead
        look("2026-10-25T22:00:00Z", 4),
    ];
    assert_eq!(values(&looks, &days), [Some(1), Some(3), Some(4)]);
    let slices = days.slices();
    assert_eq!(slices.iter().map(|s| s.offset / 3_600_000_000).collect::<Vec<_>>(), [3, 2]);
    assert_eq!((slices[0].from, slices[0].to), (days.from, at("2026-10-25T01:00:00Z")));
    assert_eq!((slices[1].from, slices[1].to), (at("2026-10-25T01:00:00Z"), days.to));
    // Its 23-hour day in spring.
    let spring = period("2026-03-28T22:00:00Z", "2026-03-29T21:00:00Z", "Europe/Athens");
    assert_eq!((spring.days().len(), spring.slices().len()), (1, 2));
    // Midnight does not exist there on that day: it begins at one.
    let cairo = Period::start_of(jiff::civil::date(2026, 4, 24), &zone("Africa/Cairo")).expect("a day");
    assert_eq!(cairo, at("2026-04-23T22:00:00Z"));
}

#[test]
fn the_time_before_has_as_many_days() {
    let month = Period::last_days(30, at("2026-11-24T15:00:00Z"), zone("Europe/Athens"));
    assert_eq!(
        (month.from, month.to),
        (at("2026-10-25T21:00:00Z") + jiff::SignedDuration::from_hours(1), at("2026-11-24T22:00:00Z"))
    );
    assert_eq!(month.days().len(), 30);
    // Summer time ended in it: 30 days by the calendar, and an hour more.
    let before = month.previous();
    assert_eq!((before.days().len(), before.to), (30, month.from));
    assert_eq!(before.from, at("2026-09-25T21:00:00Z"));
    let hours = period("2026-11-24T10:00:00Z", "2026-11-24T16:30:00Z", "UTC").previous();
    assert_eq!((hours.from, hours.to), (at("2026-11-24T03:30:00Z"), at("2026-11-24T10:00:00Z")));
}

#[test]
fn a_year_earlier_has_the_same_dates() {
    let athens = |from: &str, to: &str| {
        let then = period(from, to, "Europe/Athens").year_earlier();
        (then.from.to_string(), then.to.to_string(), then.days().len())
    };
    let is = |from: &str, to: &str, days: usize| (from.to_owned(), to.to_owned(), days);
    // The first to the 30th of November 2026, and of 2025.
    assert_eq!(
        athens("2026-10-31T22:00:00Z", "2026-11-30T22:00:00Z"),
        is("2025-10-31T22:00:00Z", "2025-11-30T22:00:00Z", 30)
    );
    // The 25th of October 2026 has 25 hours; in 2025 the clock went back on the 26th.
    assert_eq!(
        athens("2026-10-24T21:00:00Z", "2026-10-25T22:00:00Z"),
        is("2025-10-24T21:00:00Z", "2025-10-25T21:00:00Z", 1)
    );
    // The 28th of March 2027 has 23 hours; in 2026 the clock went forward on the 29th.
    assert_eq!(
        athens("2027-03-27T22:00:00Z", "2027-03-28T21:00:00Z"),
        is("2026-03-27T22:00:00Z", "2026-03-28T22:00:00Z", 1)
    );
    let utc = |from: &str, to: &str| {
        let then = period(&format!("{from}T00:00:00Z"), &format!("{to}T00:00:00Z"), "UTC").year_earlier();
        (then.from.to_string(), then.to.to_string(), then.days().len())
    };
    let day = |from: &str, to: &str, days: usize| {
        is(&format!("{from}T00:00:00Z"), &format!("{to}T00:00:00Z"), days)
    };
    // All of February 2028, its 28th and its 29th; and of 2029, whose year before has one day more.
    assert_eq!(utc("2028-02-01", "2028-03-01"), day("2027-02-01", "2027-03-01", 28));
    assert_eq!(utc("2028-02-28", "2028-02-29"), day("2027-02-28", "2027-03-01", 1));
    assert_eq!(utc("2028-02-29", "2028-03-01"), day("2027-02-28", "2027-03-01", 1));
    // Both of them together are one date a year earlier; whoever shows it has to say so.
    assert_eq!(utc("2028-02-28", "2028-03-01"), day("2027-02-28", "2027-03-01", 1));
    assert_eq!(utc("2029-02-01", "2029-03-01"), day("2028-02-01", "2028-02-29", 28));
    assert_eq!(utc("2029-02-20", "2029-03-02"), day("2028-02-20", "2028-03-02", 11));
    // Hours: the same ones. Of the 29th of February there are none, so those of the 28th, as many.
    let hours = period("2026-11-24T10:00:00Z", "2026-11-24T16:30:00Z", "UTC").year_earlier();
    assert_eq!((hours.from, hours.to), (at("2025-11-24T10:00:00Z"), at("2025-11-24T16:30:00Z")));
    let leap = period("2028-02-28T12:00:00Z", "2028-02-29T12:00:00Z", "UTC").year_earlier();
    assert_eq!((leap.from, leap.to), (at("2027-02-28T12:00:00Z"), at("2027-03-01T12:00:00Z")));
    let month = period("2026-10-31T22:00:00Z", "2026-11-30T22:00:00Z", "Europe/Athens");
    assert_eq!(month.before(Comparison::Year), month.year_earlier());
    assert_eq!(month.before(Comparison::default()), month.previous());
    assert!(Comparison::ALL.iter().all(|one| Comparison::parse(one.as_str()) == Some(*one)));
    assert_eq!(Comparison::parse("century"), None);
}

#[test]
fn a_sum_without_one_of_its_accounts_is_no_fall() {
    let old = [Some(100), None, Some(104), Some(105)];
    // Connected on the third day, then not read for one.
    let new = [None, None, Some(50), None];
    let lines = |begun| [Line { begun, days: &old }, Line { begun: false, days: &new }];
    assert_eq!(total(&lines(true)), [Some(100), None, Some(154), None]);
    let unread = [None, Some(7)];
    assert_eq!(total(&[Line { begun: true, days: &unread }]), [None, Some(7)]);
    // The second one arrives on a day on which the first one was not read.
    let (first, second) = ([Some(1), None, Some(3)], [None, Some(10), None]);
    let both = [Line { begun: false, days: &first }, Line { begun: false, days: &second }];
    assert_eq!(total(&both), [Some(1), None, None]);
    assert!(total(&[]).is_empty());
}

#[test]
fn a_number_that_comes_from_elsewhere_says_since_when() {
    let renamed = |look: Look| Look { native: "follower_total".into(), ..look };
    let looks = [
        look("2026-11-01T06:00:00Z", 1),
        look("2026-11-02T06:00:00Z", 2),
        renamed(look("2026-11-03T06:00:00Z", 3)),
        Look { definition: 2, ..renamed(look("2026-11-04T06:00:00Z", 4)) },
    ];
    let found: Vec<_> = turns(&looks).into_iter().map(|t| (t.at, t.was, t.is)).collect();
    let (old, new) = ("followersCount".to_owned(), "follower_total".to_owned());
    assert_eq!(
        found,
        [
            (at("2026-11-03T06:00:00Z"), (old, 1), (new.clone(), 1)),
            (at("2026-11-04T06:00:00Z"), (new.clone(), 1), (new, 2)),
        ]
    );
}

proptest! {
    #[test]
    fn a_mean_lies_between_its_rates(posts in proptest::collection::vec((0i64..1_000_000, 1i64..1_000_000), 1..50)) {
        let rates: Vec<_> = posts.iter().filter_map(|(e, basis)| Rate::new(*e, *basis)).collect();
        let mut mean = MeanRate::default();
        rates.iter().for_each(|rate| mean.add(*rate));
        let found = mean.basis_points().expect("posts");
        let most = |rate: &Rate| rate.billionths().min(Rate::MOST) / 100_000;
        let (low, high) = (rates.iter().map(most).min().expect("one"), rates.iter().map(most).max().expect("one"));
        prop_assert!((low..=high + 1).contains(&found), "{low} {found} {high}");
    }

    #[test]
    fn slices_cut_the_same_days_as_the_calendar(start in 0i64..2_000_000_000, days in 1u16..400, name in 0usize..5) {
        let name = ["UTC", "Europe/Athens", "America/St_Johns", "Australia/Lord_Howe", "Asia/Kathmandu"][name];
        let now = Timestamp::from_second(start).expect("a time");
        let period = Period::last_days(days, now, zone(name));
        prop_assert_eq!(period.days().len(), usize::from(days));
        let slices = period.slices();
        prop_assert_eq!(slices.first().map(|s| s.from), Some(period.from));
        prop_assert_eq!(slices.last().map(|s| s.to), Some(period.to));
        for pair in slices.windows(2) {
            prop_assert_eq!(pair[0].to, pair[1].from);
        }
        for slice in slices {
            for at in [slice.from, slice.to - jiff::SignedDuration::from_micros(1)] {
                let number = (at.as_microsecond() + slice.offset).div_euclid(Slice::DAY);
                prop_assert_eq!(Slice::date(number), Some(period.date_of(at)));
            }
        }
        let before = period.previous();
        prop_assert_eq!(before.days().len(), usize::from(days));
        prop_assert_eq!(before.to, period.from);
        // A year earlier there is as many days, up to a leap day.
        let year = period.year_earlier();
        prop_assert!(year.from < year.to && year.to < period.to);
        prop_assert!(year.days().len().abs_diff(usize::from(days)) <= 1, "{} of {days}", year.days().len());
    }

    #[test]
    fn a_day_never_has_what_was_not_seen_on_it(looks in proptest::collection::vec((0i64..864_000, 0i64..1_000), 0..40)) {
        let ten = period("1970-01-01T00:00:00Z", "1970-01-11T00:00:00Z", "UTC");
        let looks: Vec<_> = looks
            .into_iter()
            .map(|(second, value)| Look { at: Timestamp::from_second(second).expect("a time"), ..look("1970-01-01T00:00:00Z", value) })
            .collect();
        for (day, found) in ten.days().iter().zip(daily(&looks, &ten)) {
            let last = looks.iter().filter(|look| ten.date_of(look.at) == *day).map(|look| look.at).max();
            prop_assert_eq!(found.map(|look| look.at), last);
        }
    }
}
