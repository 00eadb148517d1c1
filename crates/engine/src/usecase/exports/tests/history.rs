//! The history is read back by the format's own reader, and compared with what is in the database.

use std::collections::BTreeMap;

use bytes::Bytes;
use carillon_domain::id::{AccountId, RemotePostId};
use carillon_store::repo::snapshot::{self, Subject};
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::{Row, RowAccessor};

use super::*;
use crate::usecase::analytics::tests::at;
use crate::usecase::analytics::tests::known::DAY;
use crate::usecase::exports::history::{Bounds, bounded};
use crate::usecase::exports::{self, HistoryFile};

/// A row as a reader finds it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Found {
    account: String,
    handle: String,
    subject: String,
    subject_id: String,
    remote_id: Option<String>,
    published_at: Option<i64>,
    metric: String,
    /// When, which value, from where, by which definition.
    seen: (i64, i64, String, u32),
}

impl Found {
    fn new(row: &Row) -> Self {
        let text = |i| row.get_string(i).expect("a text").clone();
        let is_there = |i| !row.is_null(i).expect("a column");
        assert_eq!(text(1), "toy");
        Self {
            account: text(0),
            handle: text(2),
            subject: text(3),
            subject_id: text(4),
            remote_id: is_there(5).then(|| text(5)),
            published_at: is_there(6).then(|| row.get_timestamp_micros(6).expect("an instant")),
            metric: text(7),
            seen: (
                row.get_timestamp_micros(9).expect("an instant"),
                row.get_long(8).expect("a value"),
                text(10),
                u32::try_from(row.get_int(11).expect("a version")).expect("no sign"),
            ),
        }
    }

    fn of(&self, s: &Scene) -> Subject {
        let account: AccountId = self.account.parse().expect("an account's id");
        let own = Subject::account(s.one.workspace, account);
        if self.subject == "account" {
            assert_eq!(self.subject_id, self.account);
            return own;
        }
        let post: RemotePostId = self.subject_id.parse().expect("a post's id");
        Subject { id: post.uuid(), ..own }
    }
}

/// The rows of a file, and how many its groups have.
fn read(file: &HistoryFile) -> (Vec<Found>, Vec<i64>) {
    let reader = SerializedFileReader::new(Bytes::from(file.bytes.clone())).expect("a file");
    let metadata = reader.metadata();
    let notes = metadata.file_metadata().key_value_metadata().expect("notes");
    let note = |key: &str| notes.iter().find(|note| note.key == key).and_then(|note| note.value.clone());
    assert_eq!(note("carillon.workspace").as_deref(), Some("Northlight"));
    assert_eq!(note("carillon.zone").as_deref(), Some("Europe/Athens"));
    let period = file.about.period.as_ref().expect("a time");
    assert_eq!(note("carillon.from"), Some(period.from.to_string()));
    let groups = metadata.row_groups().iter().map(|group| group.num_rows()).collect();
    let rows = reader.get_row_iter(None).expect("rows");
    (rows.map(|row| Found::new(&row.expect("a row"))).collect(), groups)
}

fn week() -> Filter {
    Filter { from: Some("2027-01-10".into()), to: Some(DAY.into()), ..Filter::default() }
}

const SMALL: Bounds = Bounds { most: 20, group: 6, page: 4 };

async fn kept(test: &TestDb) {
    let s = Scene::new(test).await;
    home(&s).await;
    s.until_the_day().await;
    s.afterwards().await;
    let file = bounded(s.engine(), &s.actor, &week(), SMALL, ()).await.expect("a file");
    let (rows, groups) = read(&file);
    // Of the one account five looks at followers and eleven numbers of two posts, of the other one two and two.
    assert_eq!((rows.len(), groups.iter().sum::<i64>()), (20, 20));
    assert!(groups.len() > 1 && groups.iter().all(|rows| *rows < 10), "{groups:?}");

    let mut series: BTreeMap<(String, String), Vec<Found>> = BTreeMap::new();
    for row in rows.clone() {
        series.entry((row.subject_id.clone(), row.metric.clone())).or_default().push(row);
    }
    assert_eq!(series.len(), 9);
    let (from, to) = (at("2027-01-09T22:00:00Z"), at("2027-01-20T22:00:00Z"));
    for ((_, metric), found) in &series {
        let subject = found[0].of(&s);
        let looks = snapshot::series(&s.engine().db, subject, metric, from, to).await.expect("looks");
        let looks: Vec<_> = looks
            .into_iter()
            .map(|(as_of, reading)| {
                (as_of.as_microsecond(), reading.value, reading.native, reading.definition)
            })
            .collect();
        assert_eq!(found.iter().map(|row| row.seen.clone()).collect::<Vec<_>>(), looks, "{metric}");
    }
    let own = rows.iter().find(|row| row.account == s.one.id.to_string() && row.subject == "account");
    let own = own.expect("an account's row");
    assert_eq!((own.handle.as_str(), own.remote_id.as_deref()), ("eins", Some("one")));
    assert_eq!(own.published_at, None, "nobody published an account");
    let post = rows.iter().find(|row| row.remote_id.as_deref() == Some("a")).expect("a post's row");
    assert_eq!(post.subject, "post");
    assert_eq!(post.published_at, Some(at("2027-01-17T10:00:00Z").as_microsecond()));
    // What the last look did not give has no row.
    let views = rows.iter().filter(|row| row.remote_id.as_deref() == Some("a") && row.metric == "views");
    assert_eq!(views.map(|row| row.seen.1).collect::<Vec<_>>(), [100, 300]);

    let two = Filter { account: Some(s.two.id.to_string()), ..week() };
    let file = exports::history(s.engine(), &s.actor, &two, ()).await.expect("a file");
    assert_eq!(read(&file).0.len(), 4);
    assert!(
        file.about.file_name("history", "parquet").ends_with("-two-history-2027-01-10-to-2027-01-20.parquet")
    );
    let none = Filter { to: Some("2027-01-10".into()), ..two };
    let file = exports::history(s.engine(), &s.actor, &none, ()).await.expect("a file");
    assert_eq!(read(&file), (Vec::new(), Vec::new()), "an empty file is one, too");
}
on_both!(the_history_is_what_was_seen, |t| super::kept(t));

async fn bounds(test: &TestDb) {
    let s = Scene::new(test).await;
    home(&s).await;
    s.until_the_day().await;
    let code = async |filter: Filter, bounds: Bounds| match bounded(s.engine(), &s.actor, &filter, bounds, ())
        .await
    {
        Err(AppError::Invalid(errors)) => (errors[0].field.clone(), errors[0].code.clone()),
        other => panic!("{filter:?}: {other:?}"),
    };
    let many = code(week(), Bounds { most: 19, ..SMALL }).await;
    assert_eq!(many, ("from".to_owned(), "too_many_rows".to_owned()), "nothing is cut");
    s.advance(1);
    let some = |text: &str| Some(text.to_owned());
    for (field, filter) in [
        ("tag", Filter { tag: some("launch"), ..week() }),
        ("campaign", Filter { campaign: some("Spring"), ..week() }),
        ("known_on", Filter { known_on: some(DAY), ..week() }),
        // Whatever that day would be: this one is not over.
        ("known_on", Filter { known_on: some("2027-01-22"), ..week() }),
    ] {
        assert_eq!(code(filter, SMALL).await, (field.to_owned(), "not_for_history".to_owned()));
    }
    let client = Actor { role: Role::Client, ..s.actor.clone() };
    let refused = exports::history(s.engine(), &client, &week(), ()).await;
    assert!(matches!(refused, Err(AppError::Forbidden { .. })));
}
on_both!(a_history_is_whole_or_refused, |t| super::bounds(t));
