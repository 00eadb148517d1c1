//! What is looked for again and again is found by an index made for it, however much is kept.

use crate::Db;
use crate::repo::all_statements;
use crate::testing::TestDb;

/// Statements that run for every publication or every few seconds, by the ends of their names, and the indexes that they need. All
/// begin with what bounds the search: a time, or an account and a time.
const NEEDED: &[(&str, &[&str])] = &[
    (".waiting_commits", &["jobs_ready_commits (run_at<?)"]),
    (".waiting_others", &["jobs_ready_others (priority=? AND run_at<?)"]),
    (".next_run_at", &["jobs_ready_others (priority=?)", "jobs_ready_commits"]),
    ("jobs.claim", &["jobs_ready_others (priority=? AND run_at<?)", "jobs_ready_commits (run_at<?)"]),
    ("calendar.dated", &["posts_by_due (workspace_id=? AND due_at>? AND due_at<?)"]),
    ("calendar.places", &["publications_by_post (workspace_id=? AND post_id=?)"]),
    ("media.named", &["media_by_name (workspace_id=? AND name=?)"]),
    ("looks.to_look_at", &["accounts_by_look (look_at<?)"]),
    ("post_series.due", &["post_series_by_look (look_at<?)"]),
    ("report_schedules.due", &["report_schedules_due (next_at<?)"]),
    ("thinning.due", &["accounts_by_thinning (thin_at<?)"]),
    ("sync_runs.all_open", &["sync_runs_one_open (workspace_id=?)"]),
    ("sync_runs.last", &["sync_runs_by_account (workspace_id=? AND account_id=?)"]),
    ("standing.readings", &["sync_runs_by_account (workspace_id=? AND account_id=? AND id>?)"]),
    ("standing.publications", &["publications_by_due (workspace_id=? AND due_at>? AND due_at<?)"]),
    ("sync_runs.stale", &["sync_runs_by_account (workspace_id=? AND account_id=?)"]),
    (
        "looks.newest_post",
        &[
            "remote_posts_by_time (workspace_id=? AND account_id=?)",
            "publications_by_publishing (workspace_id=? AND account_id=? AND published_at>?)",
        ],
    ),
    (".free_expired", &["jobs_leased (lease_until<?)"]),
    ("publications.stray", &["publications_pending (state=? AND due_at>? AND due_at<?)"]),
    (
        "publications.sent",
        &[
            "publications_by_publishing (workspace_id=? AND account_id=? AND published_at>? AND published_at<?)",
        ],
    ),
    (
        "tally.taken",
        &[
            "publications_by_publishing (workspace_id=? AND account_id=? AND published_at>? AND published_at<?)",
            "publications_by_account (workspace_id=? AND account_id=? AND due_at>? AND due_at<?)",
        ],
    ),
    (
        "publications.public",
        &[
            "publications_by_publishing (workspace_id=? AND account_id=? AND published_at>? AND published_at<?)",
        ],
    ),
    (
        "analytics.looks",
        &["(workspace_id=? AND account_id=? AND subject_id=? AND metric=? AND as_of>? AND as_of<?)"],
    ),
    (
        "analytics.last_looks",
        &["(workspace_id=? AND account_id=? AND subject_id=? AND metric=? AND as_of>? AND as_of<?)"],
    ),
    (
        "analytics.counts",
        &["remote_posts_by_time (workspace_id=? AND account_id=? AND published_at>? AND published_at<?)"],
    ),
    (
        "analytics.sums",
        &["remote_posts_by_time (workspace_id=? AND account_id=? AND published_at>? AND published_at<?)"],
    ),
    (
        "analytics.top",
        &["remote_posts_by_time (workspace_id=? AND account_id=? AND published_at>? AND published_at<?)"],
    ),
    (
        "analytics.page",
        &["remote_posts_by_time (workspace_id=? AND account_id=? AND published_at>? AND published_at<?)"],
    ),
    (
        "settled.recent",
        &["remote_posts_by_time (workspace_id=? AND account_id=? AND published_at>? AND published_at<?)"],
    ),
    (
        "post_looks.of",
        &[
            "remote_posts_by_time (workspace_id=? AND account_id=? AND published_at>? AND published_at<?)",
            "(workspace_id=? AND account_id=? AND subject_id=? AND metric=? AND as_of>? AND as_of<?)",
            "(workspace_id=? AND account_id=? AND subject_id=? AND metric=? AND as_of=?)",
        ],
    ),
    (
        "known.posts",
        &[
            "remote_posts_by_time (workspace_id=? AND account_id=? AND published_at>? AND published_at<?)",
            "(workspace_id=? AND account_id=? AND subject_id=? AND metric=? AND as_of>? AND as_of<?)",
        ],
    ),
    (
        "known.numbers",
        &[
            "remote_posts_by_time (workspace_id=? AND account_id=? AND published_at>? AND published_at<?)",
            "(workspace_id=? AND account_id=? AND subject_id=? AND metric=? AND as_of=?)",
            "(workspace_id=? AND account_id=? AND subject_id=? AND metric=? AND as_of<?)",
        ],
    ),
    (
        "snapshots.page",
        &[
            "(workspace_id=? AND account_id=? AND (subject_id,metric,as_of)>(?,?,?))",
            "(workspace_id=? AND account_id=? AND id=?)",
        ],
    ),
    ("known.last_look", &["(workspace_id=? AND account_id=? AND subject_id=? AND metric=? AND as_of<?)"]),
    ("known.last_run", &["sync_runs_by_account (workspace_id=? AND account_id=?)"]),
    ("remote_posts.find", &["remote_posts", "(workspace_id=? AND account_id=? AND id=?)"]),
    (
        "remote_posts.by_remote_id",
        &["remote_posts_by_remote_id (workspace_id=? AND account_id=? AND remote_id=?)"],
    ),
    (
        "owner_numbers.series",
        &[
            "(workspace_id=? AND account_id=? AND question=? AND metric=? AND dimension=? AND as_of>? AND as_of<?)",
        ],
    ),
    ("search.posts", &["posts", "(workspace_id=?)"]),
    ("search.files", &["media", "(workspace_id=?)"]),
    ("search.older", &["posts", "(workspace_id=?)"]),
    ("library.publications", &["publications_by_post (workspace_id=? AND post_id=?)"]),
    ("library.numbers", &["publications_by_post (workspace_id=? AND post_id=?)"]),
    ("library.pictures", &["media", "(workspace_id=? AND id=?)"]),
    ("library.uses", &["(workspace_id=? AND media_id=?)"]),
    ("tally.busy", &["publications_open (state=? AND due_at>? AND due_at<?)"]),
    ("notices.list", &["sqlite_autoindex_notices_1 (workspace_id=? AND id<?)"]),
    ("notices.list_needing", &["notices_needing (workspace_id=? AND id<?)"]),
    ("notices.unread", &["notices_unsettled (workspace_id=? AND news=?)"]),
    ("notices.open", &["notices_unsettled_by_kind (news=? AND kind=?)"]),
    ("notices.settle_old", &["notices_unsettled_by_kind (news=? AND kind=? AND created_at<?)"]),
    ("notices.over", &["notices_settled (news=? AND created_at<?)"]),
    ("notices.forget_reads", &["notice_reads_by_notice (workspace_id=? AND notice_id=?)"]),
    ("letters.forget", &["notice_letters_by_notice (workspace_id=? AND notice_id=?)"]),
    (
        "letters.due",
        &["notices_unsettled_by_kind (news=?)", "members", "users", "jobs_by_subject (subject_id=?)"],
    ),
    ("letters.due_news", &["notice_wishes_by_mail", "users", "(id=?)", "jobs_by_subject (subject_id=?)"]),
    ("trash.erase_notices", &["notices_by_post (workspace_id=? AND post_id=?)"]),
    ("trash.erase_reads", &["notices_by_post (workspace_id=? AND post_id=?)"]),
    ("trash.erase_letters", &["notices_by_post (workspace_id=? AND post_id=?)"]),
    ("letters.untold", &["notices_unsettled (workspace_id=? AND news=?)"]),
    ("letters.untold_news", &["sqlite_autoindex_notices_1 (workspace_id=? AND id>?)"]),
    ("trash.list", &["posts_trash (workspace_id=?"]),
    ("trash.before", &["posts_trash"]),
    (
        "unsaved_posts.of_new",
        &[
            "sqlite_autoindex_unsaved_posts_1 (workspace_id=? AND user_id=?)",
            "(workspace_id=? AND id=?)",
            "publications_by_post (workspace_id=? AND post_id=?)",
        ],
    ),
    ("unsaved_posts.forget", &["unsaved_posts_by_age (updated_at<?)"]),
    (
        "series_posts.coming",
        &[
            "s USING INDEX sqlite_autoindex_series_posts_1 (workspace_id=? AND series_id=?)",
            "publications_by_post",
        ],
    ),
    (
        "series_posts.canceled_with",
        &[
            "s USING INDEX sqlite_autoindex_series_posts_1 (workspace_id=? AND series_id=?)",
            "publications_by_post",
        ],
    ),
    (
        "series_posts.last",
        &[
            "s USING INDEX sqlite_autoindex_series_posts_1 (workspace_id=? AND series_id=?)",
            "(workspace_id=? AND id=?)",
        ],
    ),
    ("trash.erase_steps", &["attempts", "(workspace_id=? AND publication_id=?)"]),
    ("guide.facts", &["publications_by_due (workspace_id=?)"]),
    ("owner_looks.last", &["(workspace_id=? AND account_id=? AND question=? AND as_of>? AND as_of<?)"]),
    (
        "settled.growth",
        &[
            "remote_posts_by_time (workspace_id=? AND account_id=? AND published_at>? AND published_at<?)",
            "(workspace_id=? AND account_id=? AND subject_id=? AND metric=? AND as_of>? AND as_of<?)",
        ],
    ),
];

/// SQLite has no statistics here, and none at its users': it decides by the indexes alone.
#[tokio::test]
async fn what_runs_all_the_time_has_its_index() {
    let test = TestDb::sqlite().await;
    let Db::Sqlite(db) = &test.db else { return };
    for &(end, needed) in NEEDED {
        let stmt = all_statements().find(|stmt| stmt.name.ends_with(end)).expect(end);
        let plan = db.readers.with(move |c| c.plan(stmt.sql)).await.expect("a plan");
        for index in needed {
            let used = plan.iter().any(|step| step.contains(index));
            assert!(used, "{} does not use {index}: {plan:#?}", stmt.name);
        }
        // Sorting what waits or was told would cost more the more there is of it.
        let sorts = plan.iter().any(|step| step.contains("TEMP B-TREE"));
        assert!(
            !sorts || !(end.contains("waiting") || end.contains("to_look") || end.starts_with("notices.")),
            "{} sorts: {plan:#?}",
            stmt.name
        );
    }
    test.dispose().await;
}

/// An index that is sorted by account or workspace has a page for each of them once the database is large, and every page that is
/// written goes to the disk with the commit.
#[tokio::test]
async fn a_workers_save_writes_no_index_of_the_due_time() {
    let test = TestDb::sqlite().await;
    let Db::Sqlite(db) = &test.db else { return };
    let stmt = all_statements().find(|stmt| stmt.name == "publications.save_one").expect("the statement");
    let written = db.readers.with(move |c| c.written(stmt.sql)).await.expect("names");
    assert!(written.iter().any(|name| name == "publications_open"), "the state has changed: {written:?}");
    let sorted = ["by_account", "by_due", "by_post"].map(|index| format!("publications_{index}"));
    assert!(sorted.iter().all(|index| !written.contains(index)), "{written:?}");
    test.dispose().await;
}
