//! From a rule to its days, period by period.

use jiff::Span;
use jiff::civil::Date;

use super::{Freq, Rule};

/// The days from `start` to `last`, in order, without a count.
pub(super) fn days(rule: &Rule, start: Date, last: Date) -> Vec<Date> {
    let mut found = Vec::new();
    // Always counted from the first period: a month's 31st must not wander to the 28th and stay there.
    for step in 0_i64.. {
        let Some(period) = begin(rule, start, step) else { break };
        if period > last {
            break;
        }
        let mut days = match rule.freq {
            Freq::Daily => vec![period],
            Freq::Weekly => week(rule, start, period),
            Freq::Monthly => month(rule, start, period),
            Freq::Yearly => Date::new(period.year(), start.month(), start.day()).ok().into_iter().collect(),
        };
        days.retain(|day| *day >= start && *day <= last && is_allowed(rule, *day));
        days.sort_unstable();
        days.dedup();
        found.extend(days);
    }
    found
}

/// The first day of a period: so many intervals after the one that has the start.
fn begin(rule: &Rule, start: Date, step: i64) -> Option<Date> {
    let many = step.checked_mul(i64::from(rule.interval))?;
    let (first, span) = match rule.freq {
        Freq::Daily => (start, Span::new().try_days(many)),
        Freq::Weekly => {
            let since_monday = i64::from(start.weekday().to_monday_zero_offset());
            (start.checked_sub(Span::new().days(since_monday)).ok()?, Span::new().try_weeks(many))
        }
        Freq::Monthly => (start.first_of_month(), Span::new().try_months(many)),
        Freq::Yearly => (start.first_of_year(), Span::new().try_years(many)),
    };
    first.checked_add(span.ok()?).ok()
}

/// Days of the week that are no way to find days are one to leave some out.
fn is_allowed(rule: &Rule, day: Date) -> bool {
    let is_expanded = rule.freq != Freq::Daily && rule.by_month_day.is_empty();
    is_expanded || rule.by_day.is_empty() || rule.by_day.iter().any(|one| one.weekday == day.weekday())
}

fn week(rule: &Rule, start: Date, monday: Date) -> Vec<Date> {
    let on = |weekday: jiff::civil::Weekday| {
        monday.checked_add(Span::new().days(i64::from(weekday.to_monday_zero_offset()))).ok()
    };
    if rule.by_day.is_empty() {
        return on(start.weekday()).into_iter().collect();
    }
    rule.by_day.iter().filter_map(|one| on(one.weekday)).collect()
}

fn month(rule: &Rule, start: Date, first: Date) -> Vec<Date> {
    let length = first.days_in_month();
    let on = |day: i8| Date::new(first.year(), first.month(), day).ok();
    if !rule.by_month_day.is_empty() {
        let from_its_end = |day: i8| if day < 0 { length + 1 + day } else { day };
        return rule.by_month_day.iter().filter_map(|day| on(from_its_end(*day))).collect();
    }
    if rule.by_day.is_empty() {
        return on(start.day()).into_iter().collect();
    }
    let mut days = Vec::new();
    for one in &rule.by_day {
        let all: Vec<Date> = (1..=length).filter_map(on).filter(|day| day.weekday() == one.weekday).collect();
        match one.nth {
            None => days.extend(all),
            Some(nth) => {
                let place = usize::from(nth.unsigned_abs());
                let found = if nth > 0 { all.get(place - 1) } else { all.iter().rev().nth(place - 1) };
                days.extend(found);
            }
        }
    }
    days
}
