//! The same dates a year earlier, across a leap day.

use super::*;

async fn leap(test: &TestDb) {
    let s = Scene::new(test).await;
    for (row, time, followers) in [
        (&s.one, "2027-02-28T10:00:00Z", 1_000),
        (&s.one, "2028-01-30T10:00:00Z", 1_400),
        (&s.one, "2028-02-05T10:00:00Z", 1_410),
        (&s.one, "2028-02-29T10:00:00Z", 1_500),
        (&s.two, "2028-01-20T10:00:00Z", 650),
        (&s.two, "2028-02-10T10:00:00Z", 700),
    ] {
        s.look(row, time, Some(followers)).await;
    }
    // It is the fifth of March 2028.
    s.advance(415);
    for (time, views) in [
        ("2027-02-28T21:59:59Z", 100), // the last second of February in Athens
        ("2027-02-28T22:00:00Z", 999),
        ("2028-01-31T21:59:59Z", 999),
        ("2028-01-31T22:00:00Z", 150), // the first of February
        ("2028-02-29T21:59:59Z", 50),  // the last of its 29 days
        ("2028-02-29T22:00:00Z", 999),
    ] {
        s.post(&s.one, time, time, &[("views", views), ("likes", views / 10)]).await;
    }
    let some = |text: &str| Some(text.to_owned());
    let february = Filter { from: some("2028-02-01"), to: some("2028-02-29"), ..Filter::default() };
    let year = Filter { compare: some("year"), ..february.clone() };
    let found = s.summary(Filter { account: Some(s.one.id.to_string()), ..year.clone() }).await;
    assert_eq!((found.compare, found.period.days().len()), (Comparison::Year, 29));
    assert_eq!(
        (found.previous.from, found.previous.to),
        (at("2027-01-31T22:00:00Z"), at("2027-02-28T22:00:00Z"))
    );
    let figures = &found.figures;
    assert_eq!(numbers(&figures.followers), (Some(1_500), Some(1_000), 1, 1));
    assert_eq!(figures.followers.change.and_then(Change::basis_points), Some(5_000));
    assert_eq!(numbers(&figures.posts), (Some(2), Some(1), 1, 1));
    assert_eq!(numbers(&figures.views), (Some(200), Some(100), 2, 2));
    assert_eq!(numbers(&figures.engagements), (Some(20), Some(10), 2, 2));
    let days = &figures.views.days;
    assert_eq!((days.len(), days[0], days[28]), (29, Some(150), Some(50)));

    // Two was looked at in January: on the fifth, when only one was, the sum is not known.
    let both = s.summary(year).await.figures;
    assert_eq!(both.followers.days.iter().flatten().count(), 0, "{:?}", both.followers.days);
    assert_eq!(both.followers.change, Some(Change { from: 1_000, to: 1_500 }), "two has no year before");
    assert_eq!(numbers(&both.followers), (Some(2_200), None, 2, 2));

    // By default it is compared with the 29 days before.
    let before = s.summary(Filter { account: Some(s.one.id.to_string()), ..february }).await;
    assert_eq!((before.compare, before.previous.days().len()), (Comparison::Previous, 29));
    assert_eq!(before.previous.to, before.period.from);
    assert_eq!(numbers(&before.figures.followers), (Some(1_500), Some(1_400), 1, 1));
    assert_eq!(numbers(&before.figures.views), (Some(200), Some(999), 2, 2));

    // More than a year overlaps with the year before: what is in both counts in both.
    let long =
        Filter { from: some("2027-02-01"), to: some("2028-02-29"), compare: some("year"), ..of(s.one.id) };
    let long = s.summary(long).await.figures;
    assert_eq!(numbers(&long.posts), (Some(5), None, 1, 1), "nobody knows what was before it was connected");
    assert_eq!(long.views.value, Some(2_298));

    let errors = s.refused(Filter { compare: some("century"), ..Filter::default() }).await;
    assert_eq!((errors[0].field.as_str(), errors[0].code.as_str()), ("compare", "unknown"));
}
on_both!(a_year_earlier_is_the_same_dates, |t| super::leap(t));
