//! Fixtures that were worked out by hand, and what holds for all curves.

use proptest::prelude::*;

use super::*;
use crate::insight::Change;

fn hours(hours: i64) -> SignedDuration {
    SignedDuration::from_hours(hours)
}

/// Looks by hours of age.
fn curve(looks: &[(i64, i64)]) -> Curve {
    Curve::new(looks.iter().map(|(age, value)| Seen { age: hours(*age), value: *value }))
}

#[test]
fn ages_stand_where_posts_are_read() {
    let all: Vec<_> = ages(UNTIL).iter().map(SignedDuration::as_hours).collect();
    assert_eq!(all[..3], [1, 2, 3]);
    assert_eq!(all[22..27], [23, 24, 30, 36, 42]);
    // The seventh day, then each day, the thirtieth, then each full week.
    assert_eq!(all[47..50], [168, 192, 216]);
    assert_eq!(all[70..73], [720, 840, 1_008]);
    assert_eq!((all.len(), all.last()), (80, Some(&(91 * 24))));
    assert_eq!(ages(hours(3)), [hours(1), hours(2), hours(3)]);
    assert!(ages(SignedDuration::from_mins(59)).is_empty());
}

#[test]
fn a_number_at_an_age_is_the_last_one_seen_near_it() {
    let own = curve(&[(2, 10), (3, 25), (10, 40), (30, 90)]);
    let table = [
        (1, None), // nobody had looked yet; it is not zero
        (2, Some(10)),
        (4, Some(25)), // steps, not a line between 25 and 40
        (5, Some(25)),
        (6, None), // on its first day a post is read each hour: two were missed
        (9, None),
        (10, Some(40)),
        (12, Some(40)),
        (13, None),
        (29, None),
        (30, Some(90)),
        (42, Some(90)),
        (43, None), // never beyond what was seen
        (2_000, None),
    ];
    for (age, want) in table {
        assert_eq!(own.at(hours(age)), want, "{age} h");
    }
    let pieces: Vec<Vec<_>> =
        own.pieces().iter().map(|piece| piece.iter().map(|seen| seen.value).collect()).collect();
    assert_eq!(pieces, [vec![10, 25], vec![40], vec![90]], "a gap is a gap in the line");
    assert!(Curve::default().pieces().is_empty());
    // Dated a second after the first look: that one is left out. Of two looks at once the later one counts.
    let odd = Curve::new(
        [(-1, 5), (60, 7), (60, 8)].map(|(s, value)| Seen { age: SignedDuration::from_secs(s), value }),
    );
    assert_eq!(odd.seen(), [Seen { age: SignedDuration::from_secs(60), value: 8 }]);
}

#[test]
fn a_median_is_of_the_posts_that_were_looked_at_then() {
    let posts = [
        curve(&[(1, 10), (2, 20)]),
        curve(&[(1, 30), (2, 31)]),
        curve(&[(1, 100), (2, 900)]),
        curve(&[(1, 4), (2, 5), (30, 50)]),
        curve(&[(1, 7)]),
        // Found a day later.
        curve(&[(26, 1_000_000)]),
    ];
    let found = medians(&posts, &[1, 2, 3, 4, 30].map(hours));
    let found: Vec<_> = found.iter().map(|median| (median.value, median.posts)).collect();
    // At one hour 4 7 10 30 100; at two 5 7 20 31 900; at three the one that was seen last at one hour still counts; at four it does
    // not, and four posts are too few.
    assert_eq!(found, [(Some(10), 5), (Some(20), 5), (Some(20), 5), (None, 4), (None, 2)]);
    let even = [1, 3, 4, 9, 2, 7].map(|value| curve(&[(1, value)]));
    assert_eq!(
        medians(&even, &[hours(1)])[0].value,
        Some(4),
        "3 and 4 are in the middle; half is rounded up"
    );
    assert!(medians(&[], &[hours(1)]).iter().all(|median| median.value.is_none() && median.posts == 0));
}

#[test]
fn a_post_is_compared_at_the_last_age_of_which_both_are_known() {
    let usual: Vec<_> = [(1, Some(10)), (2, Some(20)), (3, None), (4, Some(40))]
        .map(|(age, value)| Median { age: hours(age), value, posts: 5 })
        .into();
    let own = curve(&[(1, 12), (2, 26)]);
    let at =
        |now: i64| standing(&own, &usual, hours(now)).map(|(median, change)| (median.age.as_hours(), change));
    assert_eq!(at(1), Some((1, Change { from: 10, to: 12 })));
    assert_eq!(at(3), Some((2, Change { from: 20, to: 26 })), "nothing is usual at three");
    assert_eq!(at(4), Some((4, Change { from: 40, to: 26 })), "the look at two hours still stands for four");
    assert_eq!(at(0), None, "an age that is yet to come is no comparison");
}

proptest! {
    /// What is shown at any age was seen, at or before it, and not too long before.
    #[test]
    fn nothing_is_made_up(
        looks in prop::collection::vec((0_i64..9_000_000, 0_i64..1_000_000), 0..60),
        age in 0_i64..9_000_000,
    ) {
        let all: Vec<_> = looks.iter().map(|(age, value)| Seen { age: SignedDuration::from_secs(*age), value: *value }).collect();
        let own = Curve::new(all.clone());
        let age = SignedDuration::from_secs(age);
        let near: Vec<_> = all.iter().filter(|look| look.age <= age && age - look.age <= reach(age)).collect();
        match own.at(age) {
            Some(value) => prop_assert!(near.iter().any(|look| look.value == value)),
            None => prop_assert!(near.is_empty()),
        }
        let drawn: usize = own.pieces().iter().map(|piece| piece.len()).sum();
        prop_assert_eq!(drawn, own.seen().len());
        prop_assert!(own.seen().windows(2).all(|pair| pair[0].age < pair[1].age));
    }

    /// A median lies between the values that it is made of, and whoever looks on does not change it.
    #[test]
    fn a_median_lies_in_the_middle(
        values in prop::collection::vec(0_i64..1_000_000, 0..40),
        others in 0_usize..5,
    ) {
        let mut curves: Vec<_> = values.iter().map(|value| curve(&[(5, *value)])).collect();
        let found = medians(&curves, &[hours(5)])[0];
        prop_assert_eq!(found.posts, values.len());
        prop_assert_eq!(found.value.is_some(), values.len() >= MIN_POSTS);
        if let Some(middle) = found.value {
            let below = values.iter().filter(|value| **value < middle).count();
            let above = values.iter().filter(|value| **value > middle).count();
            prop_assert!(2 * below <= values.len() && 2 * above <= values.len());
        }
        curves.extend((0..others).map(|_| curve(&[(60, 9)])));
        prop_assert_eq!(medians(&curves, &[hours(5)])[0], found);
    }
}
