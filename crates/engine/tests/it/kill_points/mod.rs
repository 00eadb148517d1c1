//! A worker dies at every point of every kind of post: between saves, before each call and after its effect. Another one goes
//! on when the lease has run out. Whatever that makes of it, each unit is public once, or a person is asked.

pub mod doomed;
pub mod kinds;

use std::collections::BTreeSet;
use std::time::Duration;

use carillon_domain::publication::{PublicationState, UnitState};
use carillon_engine::usecase::posts::PublicationView;
use carillon_store::on_both;
use carillon_store::testing::TestDb;

use doomed::{Doomed, Points};
use kinds::{KINDS, Kind};

/// Longer than any lease.
const LEASE_IS_OVER: Duration = Duration::from_secs(120);

/// What the test finds must be what this page says.
const PAGE: &str = include_str!("../../../../../docs/reference/unconfirmed.md");

/// Publishes one post of this kind; its worker dies at the point with this number. Gives the names of all points, and what
/// became of the post.
async fn publish(test: &TestDb, kind: &Kind, dies_at: Option<usize>) -> (Points, Doomed, PublicationView) {
    let doomed = Doomed::new(test, kind.platform).await;
    let post = doomed.stage.post(kind.input(&doomed).await).await;
    let points = doomed.work(dies_at).await;
    assert_eq!(doomed.is_dead(), dies_at.is_some(), "{}, {}: {points:?}", kind.platform, kind.name);
    doomed.stage.bench.clock.advance(LEASE_IS_OVER);
    doomed.stage.another_node().await.run_due(100).await.expect("claims");
    doomed.stage.run_until_idle().await;
    let publication = doomed.stage.publication(&post).await;
    (points, doomed, publication)
}

/// One of each, or a question to a person; the answer says which unit nobody knows of.
fn judge(story: &str, units: usize, doomed: &Doomed, publication: &PublicationView) -> Option<String> {
    let public = doomed.public();
    let ids: BTreeSet<_> = public.iter().map(|item| item.remote_id.as_str()).collect();
    let parts = publication.parts.iter().map(|part| part.remote_id.as_deref());
    let reported: Vec<_> = parts.chain([publication.remote_id.as_deref()]).flatten().collect();
    assert!(reported.iter().all(|id| ids.contains(id)), "{story}: {reported:?} of {public:?}");
    assert!(public.len() <= units, "{story}: more than the post has is public: {public:?}");
    if publication.state == PublicationState::Published && !publication.incomplete {
        assert_eq!((public.len(), reported.len()), (units, units), "{story}: {publication:?}");
        return None;
    }
    let asked = publication.state == PublicationState::Unconfirmed
        || publication.parts.iter().any(|part| part.state == UnitState::Unconfirmed);
    assert!(asked, "{story}: neither public nor a question: {publication:?}");
    let unsure = publication.parts.iter().find(|part| part.state == UnitState::Unconfirmed);
    Some(unsure.map_or("the post".to_owned(), |part| format!("part {}", part.index)))
}

async fn every_point(test: &TestDb, platform: &str) {
    let mut unconfirmed = BTreeSet::new();
    let kinds: Vec<_> = KINDS.iter().filter(|kind| kind.platform == platform).collect();
    for kind in &kinds {
        let (points, doomed, publication) = publish(test, kind, None).await;
        let story = format!("{platform}, {}", kind.name);
        assert_eq!(judge(&story, kind.units(), &doomed, &publication), None, "{story}: undisturbed");
        let commits = points.iter().filter(|point| point.starts_with("after ")).count();
        assert!(commits >= kind.units(), "{story}: {points:?}");
        for (number, point) in points.iter().enumerate() {
            let (_, doomed, publication) = publish(test, kind, Some(number)).await;
            let story = format!("{story}, killed {point} ({number} of {})", points.len());
            if let Some(unit) = judge(&story, kind.units(), &doomed, &publication) {
                let evidence = publication.evidence.unwrap_or_default();
                unconfirmed.insert(format!("| {} | {unit} | {point} | {evidence} |", kind.name));
            }
        }
    }
    let names: Vec<_> = kinds.iter().map(|kind| kind.name).collect();
    let found = section(&names, &unconfirmed);
    tell(platform, &found);
    let (begin, end) = (format!("<!-- begin {platform} -->\n"), format!("<!-- end {platform} -->"));
    let written = PAGE.split_once(&begin).and_then(|(_, rest)| rest.split_once(&end)).map(|(text, _)| text);
    assert_eq!(written, Some(found.as_str()), "docs/reference/unconfirmed.md, {platform}: write\n{found}");
}

#[expect(clippy::print_stdout, reason = "who runs the test wants to see the list")]
fn tell(platform: &str, found: &str) {
    println!("{platform}\n{found}");
}

/// The generated part of the page.
fn section(kinds: &[&str], unconfirmed: &BTreeSet<String>) -> String {
    let tried = format!("Kinds tried: {}.\n\n", kinds.join(", "));
    if unconfirmed.is_empty() {
        return format!("{tried}None: each unit is public exactly once, wherever the worker died.\n");
    }
    let head = "| kind | what | the worker died | what is known |\n|---|---|---|---|\n";
    let rows: Vec<_> = unconfirmed.iter().map(|row| format!("{row}\n")).collect();
    format!("{tried}{head}{}", rows.concat())
}

on_both!(bluesky, |t| super::every_point(t, "bluesky"));
on_both!(facebook, |t| super::every_point(t, "facebook"));
on_both!(instagram, |t| super::every_point(t, "instagram"));
on_both!(linkedin, |t| super::every_point(t, "linkedin"));
on_both!(mastodon, |t| super::every_point(t, "mastodon"));
on_both!(threads, |t| super::every_point(t, "threads"));
on_both!(tiktok, |t| super::every_point(t, "tiktok"));
on_both!(x, |t| super::every_point(t, "x"));
on_both!(youtube, |t| super::every_point(t, "youtube"));
