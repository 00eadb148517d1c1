use jiff::civil::date;
use proptest::prelude::*;

use super::*;

fn rule(text: &str) -> Rule {
    text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn days(text: &str, start: Date, last: Date) -> Vec<String> {
    rule(text).days(start, last).iter().map(|day| day.strftime("%m-%d").to_string()).collect()
}

/// Examples of RFC 5545, section 3.8.5.3, with the days that stand there. They begin on a Tuesday, the 2nd of September 1997.
#[test]
fn the_rfcs_examples() {
    let start = date(1997, 9, 2);
    let september = date(1997, 9, 30);
    assert_eq!(days("FREQ=DAILY;COUNT=10", start, date(1998, 1, 1)).len(), 10);
    assert_eq!(
        days("FREQ=DAILY;UNTIL=19971224T000000Z", start, date(1997, 9, 4)),
        ["09-02", "09-03", "09-04"]
    );
    assert_eq!(
        days("FREQ=DAILY;INTERVAL=10;COUNT=5", start, date(1998, 1, 1)),
        ["09-02", "09-12", "09-22", "10-02", "10-12"]
    );
    assert_eq!(days("FREQ=WEEKLY;INTERVAL=2;WKST=MO", start, september), ["09-02", "09-16", "09-30"]);
    assert_eq!(
        days("FREQ=WEEKLY;COUNT=10;BYDAY=TU,TH", start, date(1998, 1, 1)),
        ["09-02", "09-04", "09-09", "09-11", "09-16", "09-18", "09-23", "09-25", "09-30", "10-02"]
    );
    assert_eq!(
        days("FREQ=MONTHLY;COUNT=3;BYDAY=1FR", date(1997, 9, 5), date(1998, 1, 1)),
        ["09-05", "10-03", "11-07"]
    );
    assert_eq!(
        days("FREQ=MONTHLY;INTERVAL=2;COUNT=4;BYDAY=1SU,-1SU", date(1997, 9, 7), date(1998, 6, 1)),
        ["09-07", "09-28", "11-02", "11-30"]
    );
    assert_eq!(
        days("FREQ=MONTHLY;COUNT=3;BYDAY=-2MO", date(1997, 9, 22), date(1998, 6, 1)),
        ["09-22", "10-20", "11-17"]
    );
    assert_eq!(
        days("FREQ=MONTHLY;BYMONTHDAY=-3", date(1997, 9, 28), date(1997, 11, 30)),
        ["09-28", "10-29", "11-28"]
    );
    assert_eq!(
        days("FREQ=MONTHLY;COUNT=5;BYMONTHDAY=1,-1", date(1997, 9, 30), date(1998, 6, 1)),
        ["09-30", "10-01", "10-31", "11-01", "11-30"]
    );
    // Friday the 13th.
    assert_eq!(
        days("FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13", start, date(1998, 12, 31)),
        ["02-13", "03-13", "11-13"]
    );
}

#[test]
fn days_that_a_month_or_year_lacks_are_left_out() {
    assert_eq!(days("FREQ=MONTHLY", date(2026, 1, 31), date(2026, 6, 1)), ["01-31", "03-31", "05-31"]);
    let leap: Vec<i16> =
        rule("FREQ=YEARLY").days(date(2024, 2, 29), date(2033, 1, 1)).iter().map(|day| day.year()).collect();
    assert_eq!(leap, [2024, 2028, 2032]);
    assert!(
        rule("FREQ=MONTHLY;INTERVAL=12;BYMONTHDAY=31").days(date(2026, 2, 1), date(2099, 1, 1)).is_empty()
    );
}

#[test]
fn weekdays_are_every_day_but_two() {
    let found = days("FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR", date(2026, 11, 26), date(2026, 12, 1));
    assert_eq!(found, ["11-26", "11-27", "11-30", "12-01"]);
    assert_eq!(found, days("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", date(2026, 11, 26), date(2026, 12, 1)));
}

#[test]
fn the_wall_clock_stays_when_clocks_change() {
    let zone = TimeZone::get("Europe/Athens").expect("a zone");
    let all = |text: &str, start: DateTime, until: &str| -> Vec<String> {
        let until = until.parse().expect("a time");
        rule(text).occurrences(start, &zone, until).iter().map(|(_, at)| at.to_string()).collect()
    };
    // Clocks go back on the 25th of October 2026, and forward on the 28th of March 2027 from 3 to 4.
    let autumn = date(2026, 10, 24).at(9, 0, 0, 0);
    assert_eq!(
        all("FREQ=DAILY", autumn, "2026-10-26T07:00:00Z"),
        ["2026-10-24T06:00:00Z", "2026-10-25T07:00:00Z"],
        "until is not in it"
    );
    let night = date(2026, 10, 25).at(3, 30, 0, 0);
    assert_eq!(all("FREQ=DAILY;COUNT=1", night, "2026-11-26T00:00:00Z"), ["2026-10-25T00:30:00Z"], "once");
    let spring = date(2027, 3, 27).at(3, 30, 0, 0);
    assert_eq!(
        all("FREQ=DAILY;COUNT=3", spring, "2027-05-01T00:00:00Z"),
        ["2027-03-27T01:30:00Z", "2027-03-28T01:00:00Z", "2027-03-29T00:30:00Z"],
        "a time that is skipped comes when clocks go on, and counts"
    );
}

#[test]
fn a_rule_ends_with_its_day_or_before_an_instant() {
    assert_eq!(days("FREQ=DAILY;UNTIL=20261126", date(2026, 11, 25), date(2027, 1, 1)), ["11-25", "11-26"]);
    let start = date(2026, 11, 25).at(9, 0, 0, 0);
    let until = "2027-01-01T00:00:00Z".parse().expect("a time");
    let daily = rule("FREQ=DAILY");
    let third = daily.occurrences(start, &TimeZone::UTC, until)[2].1;
    let ended = daily.ending_before(third);
    assert_eq!(ended.occurrences(start, &TimeZone::UTC, until).len(), 2);
    assert_eq!(ended.to_string(), "FREQ=DAILY;UNTIL=20261127T085959Z");
    assert_eq!(rule(&ended.to_string()), ended);
    let parted = daily.ending_before_day(date(2026, 11, 27));
    assert_eq!(parted.to_string(), "FREQ=DAILY;UNTIL=20261126");
    let earlier = start.date().at(0, 0, 0, 0);
    assert_eq!(parted.occurrences(earlier, &TimeZone::UTC, until).len(), 2, "at any time of day");
}

#[test]
fn what_is_not_understood_is_refused_by_name() {
    for (text, part) in [
        ("", ""),
        ("every Tuesday", "EVERY TUESDAY"),
        ("FREQ=SOMETIMES", "FREQ=SOMETIMES"),
        ("FREQ=DAILY;FREQ=WEEKLY", "FREQ=WEEKLY"),
        ("FREQ=DAILY;INTERVAL=0", "INTERVAL=0"),
        ("FREQ=DAILY;COUNT=-1", "COUNT=-1"),
        ("FREQ=WEEKLY;BYDAY=XX", "BYDAY=XX"),
        ("FREQ=WEEKLY;BYDAY=é", "BYDAY=é"),
        ("FREQ=MONTHLY;BYDAY=6MO", "BYDAY=6MO"),
        ("FREQ=MONTHLY;BYMONTHDAY=32", "BYMONTHDAY=32"),
        ("FREQ=DAILY;UNTIL=2026-11-26", "UNTIL=2026-11-26"),
        ("BYDAY=MO", "BYDAY=MO"),
    ] {
        assert_eq!(text.parse::<Rule>(), Err(RuleError::Malformed(part.into())), "{text:?}");
    }
    for text in [
        "FREQ=HOURLY",
        "FREQ=DAILY;BYHOUR=9",
        "FREQ=MONTHLY;BYDAY=MO;BYSETPOS=1",
        "FREQ=WEEKLY;WKST=SU",
        "FREQ=YEARLY;BYDAY=MO",
        "FREQ=WEEKLY;BYDAY=1MO",
        "FREQ=DAILY;BYMONTHDAY=1",
        "FREQ=DAILY;COUNT=1;UNTIL=20261126",
    ] {
        assert!(matches!(text.parse::<Rule>(), Err(RuleError::Unsupported(_))), "{text}");
    }
    assert_eq!(rule("rrule:freq=weekly;byday=tu,TU").to_string(), "FREQ=WEEKLY;BYDAY=TU");
}

fn any_rule() -> impl Strategy<Value = Rule> {
    let weekday = (0_i8..7).prop_map(|n| Weekday::from_monday_zero_offset(n).expect("a day"));
    let by_day = prop::collection::vec((prop::option::of(1_i8..=5), weekday), 0..4);
    let month_days = prop::collection::vec(1_i8..=31, 0..3);
    let end = prop_oneof![
        Just(End::Never),
        (1_u32..50).prop_map(End::After),
        (0_i64..900)
            .prop_map(|n| End::Day(date(2026, 1, 1).checked_add(jiff::Span::new().days(n)).expect("a day"))),
    ];
    (0_u8..4, 1_u16..5, by_day, month_days, end).prop_map(|(freq, interval, by_day, by_month_day, end)| {
        let freq = [Freq::Daily, Freq::Weekly, Freq::Monthly, Freq::Yearly][usize::from(freq)];
        let by_month_day = if freq == Freq::Monthly { by_month_day } else { Vec::new() };
        let is_numbered = freq == Freq::Monthly && by_month_day.is_empty();
        let one = |(nth, weekday): (Option<i8>, Weekday)| ByDay { nth: nth.filter(|_| is_numbered), weekday };
        let by_day = if freq == Freq::Yearly { Vec::new() } else { by_day.into_iter().map(one).collect() };
        Rule { freq, interval, by_day, by_month_day, end }
    })
}

/// Whether the rule has this day, worked out from the day itself instead of from periods.
fn has(rule: &Rule, start: Date, day: Date) -> bool {
    let apart = start.until(day).expect("a span").get_days();
    let monday = |day: Date| {
        i64::from(start.until(day).expect("a span").get_days())
            - i64::from(day.weekday().to_monday_zero_offset())
    };
    let months = |day: Date| i32::from(day.year()) * 12 + i32::from(day.month());
    let every = i64::from(rule.interval);
    let in_period = match rule.freq {
        Freq::Daily => i64::from(apart) % every == 0,
        Freq::Weekly => (monday(day) - monday(start)) / 7 % every == 0,
        Freq::Monthly => i64::from(months(day) - months(start)) % every == 0,
        Freq::Yearly => i64::from(day.year() - start.year()) % every == 0,
    };
    let on_weekday = rule
        .by_day
        .iter()
        .any(|one| one.weekday == day.weekday() && one.nth.is_none_or(|nth| (day.day() - 1) / 7 + 1 == nth));
    let by_day = rule.by_day.is_empty() || on_weekday;
    let by_month_day = rule.by_month_day.contains(&day.day());
    in_period
        && match rule.freq {
            Freq::Daily => by_day,
            Freq::Weekly if rule.by_day.is_empty() => day.weekday() == start.weekday(),
            Freq::Weekly => by_day,
            Freq::Monthly if !rule.by_month_day.is_empty() => by_month_day && by_day,
            Freq::Monthly if rule.by_day.is_empty() => day.day() == start.day(),
            Freq::Monthly => by_day,
            Freq::Yearly => (day.month(), day.day()) == (start.month(), start.day()),
        }
        && !matches!(rule.end, End::Day(last) if day > last)
}

proptest! {
    /// Written and read again it is the same rule, but for days that were named twice.
    #[test]
    fn a_rule_is_what_it_is_written_as(rule in any_rule()) {
        let read: Rule = rule.to_string().parse().expect("a rule");
        let (start, last) = (date(2026, 1, 1), date(2028, 1, 1));
        prop_assert_eq!(read.days(start, last), rule.days(start, last));
    }

    #[test]
    fn any_text_is_read_or_refused(text in "[A-Z=;,0-9é-]{0,40}") {
        let _ = text.parse::<Rule>();
    }

    /// What periods give is what each day says of itself.
    #[test]
    fn days_are_those_that_fit(rule in any_rule(), offset in 0_i64..800) {
        let start = date(2026, 1, 1).checked_add(jiff::Span::new().days(offset)).expect("a day");
        let last = start.checked_add(jiff::Span::new().days(700)).expect("a day");
        let mut expected: Vec<Date> =
            start.series(jiff::Span::new().days(1)).take_while(|day| *day <= last).filter(|day| has(&rule, start, *day)).collect();
        if let End::After(count) = rule.end {
            expected.truncate(count as usize);
        }
        prop_assert_eq!(rule.days(start, last), expected);
    }
}
