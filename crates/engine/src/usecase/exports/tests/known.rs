//! Files that are made again, as known on the day on which they were made first.

use carillon_store::repo::snapshot::{self, Subject};

use super::*;
use crate::report::{Report, pdf};
use crate::usecase::analytics::tests::at;
use crate::usecase::analytics::tests::known::DAY;
use crate::usecase::exports;

/// The tables that can be had as known on a day.
const BY_DAY: [&str; 6] = ["figures", "days", "networks", "accounts", "top-posts", "posts"];

impl Scene {
    /// How many looks at an account's followers are left of 18 January.
    async fn looks_left(&self) -> usize {
        let (subject, day) = (
            Subject::account(self.one.workspace, self.one.id),
            (at("2027-01-17T22:00:00Z"), at("2027-01-18T22:00:00Z")),
        );
        let left = snapshot::series(&self.engine().db, subject, "followers", day.0, day.1).await;
        left.expect("looks").len()
    }
}

async fn again(test: &TestDb) {
    let s = Scene::new(test).await;
    home(&s).await;
    s.until_the_day().await;
    let own = Filter { from: Some("2027-01-10".into()), to: Some(DAY.into()), ..Filter::default() };
    let filters = [Filter::default(), own.clone()];
    let mut first = Vec::new();
    for filter in &filters {
        for name in BY_DAY {
            first.push(text(&s, name, filter).await);
        }
    }
    let report = exports::report(s.engine(), &s.actor, &own).await.expect("a report");
    assert_eq!(s.looks_left().await, 2);

    s.afterwards().await;
    s.engine().thin_snapshots().await.expect("is thinned");
    assert_eq!(s.looks_left().await, 1, "only each day's last look is left");

    let mut again = Vec::new();
    for filter in &filters {
        let known = Filter { known_on: Some(DAY.into()), ..filter.clone() };
        for name in BY_DAY {
            again.push(text(&s, name, &known).await);
        }
    }
    assert_eq!(again, first, "byte for byte");
    for (name, first) in BY_DAY.into_iter().zip(&first[BY_DAY.len()..]) {
        assert_ne!(text(&s, name, &own).await, *first, "{name} says something else now");
    }

    let known = Filter { known_on: Some(DAY.into()), account: Some(s.one.id.to_string()), ..own.clone() };
    let made = exports::table(s.engine(), &s.actor, "posts", &known).await.expect("posts");
    assert_eq!(made.about.known_on.map(|day| day.to_string()).as_deref(), Some(DAY));
    assert_eq!(made.about.as_of, s.engine().clock.now(), "when it was made is said, too");
    assert_eq!(made.about.account.map(|(handle, _)| handle).as_deref(), Some("@one"), "as it was called");

    let known = Filter { account: None, ..known };
    let mut later = exports::report(s.engine(), &s.actor, &known).await.expect("a report");
    let bytes = |report: &Report| pdf(report, &Plain).expect("a file");
    assert_ne!(bytes(&later), bytes(&report), "it says as known on which day it is");
    later.about = report.about.clone();
    assert_eq!(bytes(&later), bytes(&report), "and is the same otherwise");

    for name in ["account-posts", "sync-runs"] {
        match exports::table(s.engine(), &s.actor, name, &known).await {
            Err(AppError::Invalid(errors)) => {
                assert_eq!((errors[0].field.as_str(), errors[0].code.as_str()), ("known_on", "not_by_day"));
            }
            other => panic!("{name}: {other:?}"),
        }
    }
}
on_both!(a_file_can_be_made_again, |t| super::again(t));
