//! What was told is forgotten in pieces, with who read it and who was sent it; and two processes tell nothing twice.

use carillon_domain::id::{NoticeId, UserId, WorkspaceId};
use carillon_domain::notice::NoticeKind;
use carillon_domain::permission::Role;
use carillon_domain::time::Timestamp;
use uuid::Uuid;

use crate::repo::letter;
use crate::repo::notice::{self, NewNotice, Reader};
use crate::testing::TestDb;
use crate::{Executor as _, Stmt, StoreError, args, on_both};

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).expect("a time")
}

fn workspace() -> WorkspaceId {
    WorkspaceId::from_uuid(Uuid::from_u128(1))
}

/// Made at that second, about something of its own.
fn new(n: u128, kind: NoticeKind, second: i64) -> NewNotice {
    NewNotice {
        workspace: workspace(),
        id: NoticeId::from_uuid(Uuid::from_u128(n)),
        kind,
        subject: Uuid::from_u128(n),
        account: None,
        post: None,
        cause: None,
        created_at: at(second),
    }
}

/// How many notices are left, how often they were read, and how often they were sent.
async fn left(test: &TestDb) -> (i64, i64, i64) {
    const LEFT: Stmt = Stmt {
        name: "test.left",
        sql: "select (select count(*) from notices) as made, (select count(*) from notice_reads) as was_read, \
              (select count(*) from notice_letters) as was_sent",
    };
    let row = test.db.fetch_optional(LEFT, args![]).await.expect("counts").expect("a row");
    let count = |name: &str| row.get::<i64>(name).expect("a number");
    (count("made"), count("was_read"), count("was_sent"))
}

async fn forget(test: &TestDb, news: bool, before: i64) -> u64 {
    let forgotten: Result<u64, StoreError> =
        test.db.write(move |tx| Box::pin(async move { notice::forget(tx, news, at(before), 2).await })).await;
    forgotten.expect("forgotten")
}

async fn in_pieces(test: &TestDb) {
    use NoticeKind::{CapNear, Failed, Published, ReportReady};
    let person = UserId::from_uuid(Uuid::from_u128(2));
    let reader = Reader { workspace: workspace(), id: person.uuid(), role: Role::Owner };
    let settled =
        [(11, Published, 1), (12, ReportReady, 2), (13, CapNear, 3), (14, Failed, 4), (15, Published, 50)];
    let open = [(16, Published, 5), (17, Failed, 6)];
    let made: Result<(), StoreError> = test
        .db
        .write(move |tx| {
            Box::pin(async move {
                for (n, kind, second) in settled.into_iter().chain(open) {
                    let new = new(n, kind, second);
                    notice::raise(tx, &new).await?;
                    notice::read(tx, reader, new.id, at(60)).await?;
                    letter::sent(tx, person, &[(new.workspace, new.id)], at(60)).await?;
                }
                for (n, kind, _) in settled {
                    notice::clear(tx, (workspace(), Uuid::from_u128(n)), kind, at(70)).await?;
                }
                Ok(())
            })
        })
        .await;
    made.expect("made");
    assert_eq!(left(test).await, (7, 7, 7));
    assert_eq!(forget(test, true, 1).await, 0, "nothing is older");
    assert_eq!(forget(test, true, 10).await, 2, "no more than a piece");
    assert_eq!(left(test).await, (5, 5, 5), "who read them and was sent them is forgotten, too");
    assert_eq!(forget(test, true, 10).await, 1);
    assert_eq!(forget(test, true, 10).await, 0, "what is open stays, and what needed a person");
    assert_eq!(forget(test, false, 10).await, 1);
    assert_eq!(forget(test, false, 10).await, 0);
    assert_eq!(left(test).await, (3, 3, 3), "two are open, and one is younger");
}
on_both!(what_is_settled_is_forgotten_in_pieces, |t| super::in_pieces(t));

async fn of_another_day(test: &TestDb) {
    let look = async |n: u128, day: i64, second: i64| {
        let new = NewNotice { subject: Uuid::from_u128(9), ..new(n, NoticeKind::CapNear, second) };
        let told: Result<(bool, bool), StoreError> = test
            .db
            .write(move |tx| {
                Box::pin(async move {
                    let key = (new.workspace, new.subject);
                    let older = notice::clear_older(tx, key, new.kind, (at(day), at(second))).await?;
                    Ok((older, notice::raise(tx, &new).await?))
                })
            })
            .await;
        told.expect("told")
    };
    assert_eq!(look(21, 100, 150).await, (false, true));
    assert_eq!(look(22, 100, 160).await, (false, false), "it is another process's, of the same day");
    assert_eq!(look(23, 200, 210).await, (true, true), "the day before is over");
    assert_eq!(left(test).await.0, 2);
}
on_both!(a_day_is_told_once_whoever_looks, |t| super::of_another_day(t));

async fn in_two_workspaces(test: &TestDb) {
    let elsewhere = WorkspaceId::from_uuid(Uuid::from_u128(3));
    let reader = |workspace, id| Reader { workspace, id: Uuid::from_u128(id), role: Role::Owner };
    let here = new(31, NoticeKind::Failed, 1);
    let id = here.id;
    let there = NewNotice { workspace: elsewhere, ..here.clone() };
    let made: Result<(), StoreError> = test
        .db
        .write(move |tx| {
            Box::pin(async move {
                notice::raise_all(tx, &[&here, &there]).await?;
                notice::read(tx, reader(workspace(), 2), id, at(2)).await?;
                Ok(())
            })
        })
        .await;
    made.expect("made");
    let unread = async |of: Reader| notice::unread(&test.db, of, 10).await.expect("read").len();
    assert_eq!(unread(reader(workspace(), 2)).await, 0);
    assert_eq!(unread(reader(elsewhere, 2)).await, 1, "what one read here is not read elsewhere");
    assert_eq!(unread(reader(workspace(), 4)).await, 1, "nor by anybody else");
}
on_both!(what_is_read_is_read_by_one_in_one_workspace, |t| super::in_two_workspaces(t));
