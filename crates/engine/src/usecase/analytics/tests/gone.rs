//! Posts that were deleted at their network: they were read, so they keep what they had and count on.

use carillon_domain::sync::{Reach, SyncKind};
use carillon_store::repo::look;

use super::*;
use crate::usecase::sync;

async fn deleted(test: &TestDb) {
    let s = Scene::new(test).await;
    s.advance(40);
    s.look(&s.one, "2027-02-18T10:00:00Z", Some(1_000)).await;
    for (text, time, counts) in [
        ("stays", "2027-02-20T12:00:00Z", [("likes", 10), ("views", 1_000)]),
        ("goes", "2027-02-20T13:00:00Z", [("likes", 30), ("views", 1_000)]),
    ] {
        s.post(&s.one, text, time, &counts).await;
    }
    let told = async || {
        let figures = s.summary(of(s.one.id)).await.figures;
        let rates: Vec<_> = figures.rates.iter().map(|rate| rate.value).collect();
        let given = |figure: &Figure| (figure.value, figure.given, figure.of);
        ([&figures.posts, &figures.views, &figures.engagements].map(given), rates)
    };
    let before = told().await;
    // By views 10/1000 and 30/1000: (100 + 300) / 2. By followers the same; nobody gave a reach.
    assert_eq!(before.0, [(Some(2), 1, 1), (Some(2_000), 2, 2), (Some(40), 2, 2)]);
    assert_eq!(before.1, [Some(200), Some(200), None]);

    // A complete reading later finds only one of them.
    s.advance(1);
    let (workspace, account, now) = (s.one.workspace, s.one.id, s.world.clock.now());
    let reach = Reach { began: now, back_to: None };
    let noted = s.engine().db.write(move |tx| {
        Box::pin(async move { look::note_covered(tx, workspace, account, SyncKind::Full, reach).await })
    });
    noted.await.map_err(|e: StoreError| e.to_string()).expect("a reading");
    s.post(&s.one, "stays", "2027-02-20T12:00:00Z", &[("likes", 10), ("views", 1_000)]).await;
    let posts = sync::posts(s.engine(), &s.actor, s.one.id, 10).await.expect("posts");
    let mut gone: Vec<_> = posts.iter().map(|post| (post.row.text.as_str(), post.vanished)).collect();
    gone.sort_unstable();
    assert_eq!(gone, [("goes", true), ("stays", false)]);
    assert_eq!(told().await, before, "nothing is taken out of what was");
}
on_both!(a_deleted_post_keeps_what_it_had_and_counts_on, |t| super::deleted(t));
