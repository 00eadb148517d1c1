//! What is found, what is not believed, and that no input breaks it.

use jiff::tz::TimeZone;
use proptest::prelude::*;

use super::*;

fn hour(index: usize) -> WeekHour {
    WeekHour::new(index).expect("an hour of a week")
}

fn post(index: usize, engagements: u64) -> Published {
    Published { hour: hour(index), engagements, followers: Some(1_000), kind: 0 }
}

fn answer(posts: &[Published]) -> BestTimes {
    best_times(&Evidence { posts, activity: None, growth: &[], general: &general() })
}

/// A number from -1 to 1 that looks like chance.
fn noise(n: usize) -> f64 {
    let mixed = (n as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    ((mixed ^ (mixed >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9) >> 40) as f64 / f64::from(1 << 23) - 1.0
}

/// Posts all over the week; from 8 to 12 h they do two and a half times as well as else.
fn planted(how_many: usize) -> Vec<Published> {
    let posts = (0..how_many).map(|n| {
        let index = n * 37 % HOURS;
        let level = if is_good(hour(index)) { 250.0 } else { 100.0 };
        post(index, (level * (0.4 * noise(n)).exp()) as u64)
    });
    posts.collect()
}

fn is_good(hour: WeekHour) -> bool {
    (8..=12).contains(&hour.hour())
}

#[test]
fn hours_are_those_of_the_clock_on_the_wall() {
    let zone = TimeZone::get("Europe/Athens").expect("a zone");
    let at = |text: &str| WeekHour::at(text.parse().expect("a time"), &zone);
    let monday = at("2026-11-22T22:30:00Z");
    assert_eq!((monday.weekday(), monday.hour(), monday.index()), (0, 0, 0));
    let sunday = at("2026-11-22T21:59:59Z");
    assert_eq!((sunday.weekday(), sunday.hour(), sunday.index()), (6, 23, 167));
    // The clock shows three o'clock twice.
    assert_eq!(at("2026-10-25T00:30:00Z"), at("2026-10-25T01:30:00Z"));
    assert_eq!(WeekHour::all().count(), HOURS);
    assert!(WeekHour::new(HOURS).is_none());
}

#[test]
fn an_hour_comes_next_when_its_clock_shows_it() {
    let zone = TimeZone::get("Europe/Athens").expect("a zone");
    let next = |index: usize, after: &str| {
        let after = after.parse().expect("a time");
        hour(index).next(after, &zone).expect("comes").to_string()
    };
    // Monday, 9 h in Athens; it is Sunday there, and then that very hour.
    assert_eq!(next(9, "2026-11-22T12:00:00Z"), "2026-11-23T07:00:00Z");
    assert_eq!(next(9, "2026-11-23T06:59:59Z"), "2026-11-23T07:00:00Z");
    assert_eq!(next(9, "2026-11-23T07:00:00Z"), "2026-11-30T07:00:00Z", "it has begun");
    // Clocks go from three to four on 28 March 2027: that Sunday has no three o'clock.
    assert_eq!(next(6 * 24 + 3, "2027-03-27T12:00:00Z"), "2027-04-04T00:00:00Z");
    assert_eq!(next(6 * 24 + 4, "2027-03-27T12:00:00Z"), "2027-03-28T01:00:00Z");
    // And shows three o'clock twice on 25 October 2026.
    assert_eq!(next(6 * 24 + 3, "2026-10-24T12:00:00Z"), "2026-10-25T00:00:00Z");
    assert_eq!(hour(0).next(Timestamp::MAX, &zone), None);
}

#[test]
fn a_planted_time_is_found_and_days_learn_from_each_other() {
    let tuesday = |answer: &BestTimes| answer.cells[34];
    let found = answer(&planted(120));
    assert_eq!(found.trust, Trust::Own);
    assert!(found.top(3).all(|cell| is_good(cell.hour)), "{:?}", found.top(3).collect::<Vec<_>>());
    assert!(tuesday(&found).low > 1.0 && tuesday(&found).estimate > 1.5, "{:?}", tuesday(&found));
    // Without any post on a Tuesday the other days speak for it, less surely.
    let mut others = planted(120);
    others.retain(|post| post.hour.weekday() != 1);
    let others = answer(&others);
    assert_eq!(tuesday(&others).posts, 0);
    assert!(tuesday(&others).estimate > 1.3, "{:?}", tuesday(&others));
    let width = |cell: Cell| cell.high / cell.low;
    assert!(width(tuesday(&others)) > width(tuesday(&found)));
}

#[test]
fn few_posts_never_make_an_answer_of_the_accounts_own() {
    let general = general();
    for how_many in [0, 1, 5, ENOUGH - 1] {
        // All at the same hour, and each a triumph.
        let posts = vec![post(34, 1_000_000); how_many];
        let few = best_times(&Evidence { posts: &posts, activity: None, growth: &[], general: &general });
        assert_eq!(few.trust, Trust::General, "{how_many}");
        assert_eq!(few.posts, how_many);
        assert!(few.cells.iter().all(|cell| cell.high / cell.low > 1.15), "{how_many}");
        assert!(few.cells[34].low < 1.05, "{how_many}: {:?}", few.cells[34]);
    }
    assert_ne!(answer(&[post(34, 1_000_000); PLENTY - 1]).trust, Trust::Own);
    // Plenty of posts that say nothing.
    let flat: Vec<Published> = (0..60).map(|n| post(n * 37 % HOURS, 100)).collect();
    let flat = best_times(&Evidence { posts: &flat, activity: None, growth: &[], general: &[1.0; HOURS] });
    assert_eq!(flat.trust, Trust::Hint, "{:?}", flat.top(1).next());
}

#[test]
fn without_posts_it_is_the_general_pattern() {
    let general = general();
    let nothing = answer(&[]);
    let order = |a: &WeekHour, b: &WeekHour| general[b.index()].total_cmp(&general[a.index()]).then(a.cmp(b));
    let mut want: Vec<WeekHour> = WeekHour::all().collect();
    want.sort_by(order);
    assert_eq!(nothing.ranking, want);
    let flat = best_times(&Evidence { posts: &[], activity: None, growth: &[], general: &[0.0; HOURS] });
    assert!(flat.cells.iter().all(|cell| (cell.estimate - 1.0).abs() < 1e-9 && cell.low < 0.9));
}

#[test]
fn the_audience_speaks_where_posts_are_silent() {
    let night: Week = std::array::from_fn(|n| if n % 24 < 6 { 9.0 } else { 1.0 });
    let told = best_times(&Evidence { posts: &[], activity: Some(&night), growth: &[], general: &general() });
    let best = told.top(3).map(|cell| cell.hour.hour()).collect::<Vec<_>>();
    assert!(best.iter().all(|hour| *hour < 6 || *hour >= 22), "{best:?}");
}

/// How a post of this hour grew that was looked at each hour for a day and a half, if so many would come to a new post in each hour of the
/// week, and half as many four hours later.
fn grown(index: usize, come: impl Fn(WeekHour) -> f64) -> Growing {
    // A Monday.
    let published: Timestamp = "2026-11-23T00:00:00Z".parse().expect("a time");
    let published = published + (index as i64).hours();
    let mut all = 0;
    let looks = (1..=36).map(|n: i64| {
        let fresh = 0.84_f64.powi(n as i32 - 1);
        all += (fresh * come(hour((index + n as usize - 1) % HOURS))) as u64;
        (published + n.hours(), all)
    });
    Growing::new(published, looks.collect::<Vec<_>>(), &TimeZone::UTC).expect("it grew")
}

/// Nobody looks but in the evening.
fn in_the_evening(hour: WeekHour) -> f64 {
    if (18..21).contains(&hour.hour()) { 600.0 } else { 30.0 }
}

#[test]
fn growth_tells_when_the_audience_looks() {
    let posts: Vec<Published> = (0..20).map(|n| post(n * 37 % HOURS, 100)).collect();
    let growth: Vec<Growing> = (0..20).map(|n| grown(n * 37 % HOURS, in_the_evening)).collect();
    let general = general();
    let told = |growth: &[Growing]| {
        best_times(&Evidence { posts: &posts, activity: None, growth, general: &general })
    };
    let (blind, seeing) = (told(&[]), told(&growth));
    assert!(
        seeing.top(3).all(|cell| (15..=19).contains(&cell.hour.hour())),
        "{:?}",
        seeing.top(3).collect::<Vec<_>>()
    );
    let night = |answer: &BestTimes| answer.cells[22].estimate;
    assert!(night(&seeing) < 0.8 * night(&blind), "{} {}", night(&seeing), night(&blind));
    assert_eq!(seeing.trust, Trust::Hint, "20 posts are as few as before");
    // The order says nothing, and what grew is not counted as a post.
    let turned: Vec<Growing> = growth.iter().rev().cloned().collect();
    assert_eq!((told(&turned), seeing.posts), (seeing, 20));
}

#[test]
fn one_post_that_was_passed_on_at_night_makes_no_night() {
    let steady = |hour: WeekHour| if (8..=20).contains(&hour.hour()) { 400.0 } else { 100.0 };
    let mut growth: Vec<Growing> = (0..20).map(|n| grown(n * 37 % HOURS, steady)).collect();
    let of = |growth: &[Growing]| {
        let evidence = Evidence { posts: &[], activity: None, growth, general: &[1.0; HOURS] };
        best_times(&evidence).cells[24 + 2].estimate
    };
    let before = of(&growth);
    growth[5] = grown(5 * 37 % HOURS, |hour| if hour.hour() == 3 { 50_000.0 } else { steady(hour) });
    let after = of(&growth);
    assert!((after / before).ln().abs() < 0.15, "{before} {after}");
}

#[test]
fn one_post_that_went_round_does_not_draw_its_hour_with_it() {
    let mut posts = planted(100);
    let index = posts.iter().position(|post| post.hour.hour() == 17).expect("one elsewhere");
    let elsewhere = posts[index].hour.index();
    let before = answer(&posts).cells[elsewhere].estimate;
    posts[index].engagements *= 500;
    let after = answer(&posts);
    assert!(after.cells[elsewhere].estimate < 1.35 * before, "{before} {:?}", after.cells[elsewhere]);
    assert!(is_good(after.ranking[0]), "{:?}", after.ranking[0]);
}

#[test]
fn a_good_kind_is_not_a_good_hour() {
    let posts = |apart: bool| -> Vec<Published> {
        let posts = (0..120).map(|n| {
            let index = n * 37 % HOURS;
            // Videos do four times as well, and most of them come out in the morning.
            let video = if index % 24 < 12 { n % 4 != 0 } else { n % 4 == 0 };
            let level = 100.0 * (0.3 * noise(n)).exp() * if video { 4.0 } else { 1.0 };
            Published { kind: u8::from(apart && video), ..post(index, level as u64) }
        });
        posts.collect()
    };
    let morning = |posts: &[Published]| {
        let found = best_times(&Evidence { posts, activity: None, growth: &[], general: &[1.0; HOURS] });
        let ln = |from: usize| (from..from + 8).map(|h| found.cells[24 + h].estimate.ln()).sum::<f64>() / 8.0;
        ln(3) - ln(15)
    };
    let (mixed, apart) = (morning(&posts(false)), morning(&posts(true)));
    assert!(mixed > 0.3 && apart.abs() < 0.15, "{mixed} {apart}");
}

#[test]
fn growing_followers_are_no_better_hours() {
    let of = |followers: u64| -> Vec<Published> {
        let grown = planted(60).into_iter().enumerate().map(|(n, post)| {
            let times = if n < 30 { 1 } else { followers };
            Published { engagements: post.engagements * times, followers: Some(1_000 * times), ..post }
        });
        grown.collect()
    };
    let (steady, grown) = (answer(&of(1)), answer(&of(50)));
    for (a, b) in steady.cells.iter().zip(&grown.cells) {
        assert!((a.estimate / b.estimate).ln().abs() < 0.05, "{a:?} {b:?}");
    }
}

fn any_post() -> impl Strategy<Value = Published> {
    let engagements = prop_oneof![Just(0), Just(u64::MAX), 0..2_000_u64, any::<u64>()];
    let followers = prop_oneof![Just(None), Just(Some(0)), (1..u64::MAX).prop_map(Some)];
    (0..HOURS, engagements, followers, any::<u8>()).prop_map(|(index, engagements, followers, kind)| {
        Published { hour: hour(index), engagements, followers, kind }
    })
}

fn any_week() -> impl Strategy<Value = Week> {
    let value = prop_oneof![any::<f64>(), Just(0.0), Just(f64::NAN), Just(f64::INFINITY), 0.1..10.0];
    proptest::collection::vec(value, HOURS).prop_map(|week| std::array::from_fn(|n| week[n]))
}

fn any_growth() -> impl Strategy<Value = Vec<Growing>> {
    let look = (0..200_i64 * 60, prop_oneof![Just(0), Just(u64::MAX), 0..900_u64, any::<u64>()]);
    let post = (0..HOURS as i64 * 60, proptest::collection::vec(look, 0..20));
    proptest::collection::vec(post, 0..6).prop_map(|posts| {
        let grown = posts.into_iter().filter_map(|(minute, looks)| {
            let published = Timestamp::UNIX_EPOCH + minute.minutes();
            let looks = looks.into_iter().map(|(minute, count)| (published + minute.minutes(), count));
            Growing::new(published, looks, &TimeZone::UTC)
        });
        grown.collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    #[test]
    fn every_input_has_a_whole_answer(
        posts in proptest::collection::vec(any_post(), 0..30),
        activity in proptest::option::of(any_week()),
        growth in any_growth(),
        general in any_week(),
    ) {
        let evidence = Evidence { posts: &posts, activity: activity.as_ref(), growth: &growth, general: &general };
        let found = best_times(&evidence);
        prop_assert_eq!(found.cells.len(), HOURS);
        for cell in &found.cells {
            prop_assert!(cell.low > 0.0 && cell.low <= cell.estimate && cell.estimate <= cell.high);
            prop_assert!(cell.high.is_finite(), "{:?}", cell);
        }
        let counted: u32 = found.cells.iter().map(|cell| cell.posts).sum();
        prop_assert_eq!(counted as usize, posts.len());
        let mut ranking = found.ranking.clone();
        ranking.sort();
        prop_assert!(ranking.into_iter().eq(WeekHour::all()));
        // The order of the posts says nothing.
        let turned: Vec<Published> = posts.iter().rev().copied().collect();
        prop_assert_eq!(best_times(&Evidence { posts: &turned, ..evidence }), found);
    }
}
