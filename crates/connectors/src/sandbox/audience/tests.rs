//! What analytics may rely on.

use super::*;
use crate::sandbox::persona::PERSONAS;
use carillon_domain::time::SignedDuration;

fn time(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

fn audience(seed: u64) -> Audience {
    Audience::seeded(seed, 10_000, TimeZone::get("Europe/Berlin").expect("a zone"))
}

fn piece(id: &str, at: Timestamp) -> Piece<'_> {
    Piece { id, at, kind: Kind::Picture, characters: 120 }
}

const LONG: SignedDuration = SignedDuration::from_hours(24 * 400);

#[test]
fn the_same_seed_tells_the_same_and_another_something_else() {
    let (one, again, other) = (audience(1), audience(1), audience(2));
    let at = time("2026-09-21T10:00:00Z");
    let later = at + SignedDuration::from_hours(30);
    assert_eq!(one.followers(at), again.followers(at));
    assert_eq!(one.truth(at), again.truth(at));
    assert_eq!(one.reaction(&piece("a", at), later), again.reaction(&piece("a", at), later));
    assert_ne!(one.followers(at), other.followers(at));
    assert_ne!(one.reaction(&piece("a", at), later), one.reaction(&piece("b", at), later));
    assert_ne!(one.reaction(&piece("a", at), later), other.reaction(&piece("a", at), later));
}

#[test]
fn no_number_of_a_post_falls_and_each_ends() {
    for seed in 0..20 {
        let audience = audience(seed);
        let at = time("2026-03-27T23:30:00Z");
        let shown = piece("p", at);
        let mut before = audience.reaction(&shown, at);
        assert_eq!(before, Reaction::default(), "nobody has seen it yet");
        for hour in 1..400 {
            let now = audience.reaction(&shown, at + SignedDuration::from_hours(hour));
            let pairs = [
                (before.views, now.views),
                (before.reach, now.reach),
                (before.likes, now.likes),
                (before.shares, now.shares),
                (before.saves, now.saves),
                (before.clicks, now.clicks),
            ];
            assert!(pairs.iter().all(|(was, is)| was <= is), "{seed} {hour}: {before:?} {now:?}");
            assert!(now.reach <= now.views && now.engagements() <= now.views);
            before = now;
        }
        let end = audience.reaction(&shown, at + LONG).views;
        assert!(end > 0 && before.views >= end * 9 / 10, "{seed}: {before:?} {end}");
    }
}

#[test]
fn a_post_by_night_waits_for_the_morning() {
    let audience = audience(3);
    let cells: Vec<f64> = (0..24).map(|hour| audience.activity()[hour]).collect();
    let (busiest, quietest) = (top(&cells), top(&cells.iter().map(|a| -a).collect::<Vec<_>>()));
    let share = |hour: usize| audience.week.share(hour, 3_600.0);
    assert!(share(busiest) > 1.5 * share(quietest), "{} {}", share(busiest), share(quietest));
}

fn top(of: &[f64]) -> usize {
    (0..of.len()).max_by(|a, b| of[*a].total_cmp(&of[*b])).expect("some")
}

/// The promise on which best times are judged: the mean over many posts is what the truth says.
#[test]
fn what_is_expected_is_what_comes() {
    let audience = audience(11);
    // Days without events: their factor is not part of what is expected.
    let first = time("2026-02-02T00:30:00+01:00");
    let near = |hour: usize, want: f64| {
        let mut sum = 0.0;
        let mut n = 0.0;
        for week in 0..8 {
            let at = first + SignedDuration::from_hours(week * 168 + i64::try_from(hour).expect("small"));
            if audience.growth.factor_of(audience.day(at)) > 1.0 {
                continue;
            }
            for number in 0..400 {
                let id = format!("{week}-{hour}-{number}");
                let shown = Piece { characters: audience.best_length() as usize, ..piece(&id, at) };
                sum += audience.reaction(&shown, at + LONG * 10).engagements() as f64;
                n += 1.0;
            }
        }
        let mean: f64 = sum / n;
        assert!((mean / want - 1.0).abs() < 0.15, "hour {hour}: {mean} {want}");
    };
    let expected = audience.expected(first + SignedDuration::from_hours(4 * 168));
    for hour in [3, 9, 20, 68, 130] {
        near(hour, expected[hour]);
    }
}

#[test]
fn kinds_and_lengths_matter_and_the_zone_decides_the_hour() {
    let audience = audience(4);
    let at = time("2026-05-04T18:00:00Z");
    let views = |kind, characters| {
        audience.reaction(&Piece { kind, characters, ..piece("same", at) }, at + LONG).views
    };
    assert_ne!(views(Kind::Text, 100), views(Kind::Video, 100));
    let best = audience.best_length() as usize;
    assert!(views(Kind::Text, best) > views(Kind::Text, 2_000));
    assert_eq!(audience.cell(at), 20, "Monday, 20 h in Berlin");
    assert_eq!(audience.cell(time("2026-01-04T23:00:00Z")), 0, "Monday begins at midnight there");
}

#[test]
fn followers_grow_jump_and_are_bought_as_the_events_say() {
    let until = time("2027-01-01T00:00:00Z");
    let (mut viral, mut bought, mut steps) = (0, 0, 0.0);
    for seed in 0..40 {
        let audience = audience(seed);
        for (day, event) in audience.events(until) {
            match event.kind {
                EventKind::Viral => viral += 1,
                EventKind::Bought => {
                    bought += 1;
                    let begin = day.to_zoned(audience.zone.clone()).expect("a time").timestamp();
                    let end = begin + SignedDuration::from_hours(25);
                    let (all, engaged) = audience.growth.followers(audience.days(end));
                    let (before, engaged_before) = audience.growth.followers(audience.days(begin));
                    assert!(all - before > event.followers * 0.8, "{seed} {day}");
                    assert!((engaged - engaged_before).abs() < event.followers / 2.0, "they don't look");
                }
            }
        }
        // A usual day is a small step.
        let step = |day: i64| {
            let at = time("2026-01-01T00:00:00Z") + SignedDuration::from_hours(24 * day);
            audience.followers(at) as f64 / 10_000.0
        };
        let mut changes: Vec<f64> = (0..200).map(|day| (step(day + 1) - step(day)).abs()).collect();
        changes.sort_by(f64::total_cmp);
        steps += changes[100];
    }
    assert!((40 * 36 * 10..=40 * 36 * 20).contains(&(viral * 100)), "{viral}");
    assert!((15..=60).contains(&bought), "{bought}");
    assert!(steps / 40.0 < 0.01, "{steps}");
}

#[test]
fn a_persona_has_a_people_of_its_own_on_each_network() {
    let at = time("2026-09-21T10:00:00Z");
    for persona in PERSONAS {
        assert!(TimeZone::get(persona.zone).is_ok(), "{}", persona.zone);
        let (one, other) = (persona.audience("one"), persona.audience("other"));
        assert_ne!(one.response(), other.response());
        for audience in [one, other] {
            let mean = audience.response().iter().sum::<f64>() / HOURS as f64;
            assert!((mean - 1.0).abs() < 1e-9);
            assert!(audience.response().iter().all(|r| r.is_finite() && *r > 0.1));
            assert!(audience.followers(at) > 0);
        }
        assert_eq!(persona.audience("one").followers(Timestamp::UNIX_EPOCH), persona.followers("one"));
    }
}
