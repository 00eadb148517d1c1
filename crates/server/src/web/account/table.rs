//! The tables of an account's page: its posts with their numbers, and its sync log.

use carillon_domain::metric;
use carillon_domain::sync::SyncState;
use carillon_engine::Actor;
use carillon_engine::usecase::sync::Post;
use carillon_store::repo::sync_run::SyncRunRow;
use jiff::Timestamp;

use super::Amount;
use crate::urls;
use crate::web::components::State;
use crate::web::said::Said;
use crate::web::ui::Ui;

/// Longest excerpt of a text, in characters.
const EXCERPT: usize = 100;

/// A post that was found on the account.
pub struct PostLine {
    /// At the network.
    pub url: Option<String>,
    /// Beginning of its text.
    pub text: String,
    /// When it became public.
    pub published_at: Timestamp,
    /// Our own page of it, if it was made here.
    pub ours: Option<String>,
    /// The page of how its numbers grew.
    pub curve_url: String,
    /// It was not among the posts any more when they were last read.
    pub vanished: bool,
    /// Its numbers, in the order of the columns; what the network did not give is missing.
    pub amounts: Vec<Option<Amount>>,
}

/// The posts, and the metrics that at least one of them has.
pub fn posts(ui: &Ui, actor: &Actor, posts: Vec<Post>) -> (Vec<String>, Vec<PostLine>) {
    let given = |name: &str| posts.iter().any(|post| post.row.seen.of(name).is_some());
    let columns: Vec<&str> = metric::ALL.iter().map(|d| d.name).filter(|name| given(name)).collect();
    let line = |post: &Post| PostLine {
        url: post.row.url.clone().filter(|url| url.starts_with("https://") || url.starts_with("http://")),
        text: excerpt(ui, &post.row.text),
        published_at: post.row.published_at,
        ours: post.post.map(|id| urls::post(actor.workspace, id)),
        curve_url: urls::found_post(actor.workspace, post.row.id),
        vanished: post.vanished,
        amounts: columns
            .iter()
            .map(|name| post.row.seen.of(name).map(|r| Amount::new(ui.t, r.value)))
            .collect(),
    };
    let lines = posts.iter().map(line).collect();
    (columns.iter().map(|name| ui.of("metric", name)).collect(), lines)
}

/// The beginning of a post's text, on one line.
pub fn excerpt(ui: &Ui, text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.is_empty() {
        return ui.tr("post-no-text");
    }
    match text.char_indices().nth(EXCERPT) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

/// A run of the sync log.
pub struct RunLine {
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When it was over.
    pub ended_at: Option<Timestamp>,
    /// How it stands.
    pub state: State,
    /// How far back posts were wanted.
    pub kind: String,
    /// Why it was made.
    pub reason: String,
    /// Posts.
    pub items: u32,
    /// Calls.
    pub calls: u32,
    /// How long it took, in words.
    pub took: Option<String>,
    /// When it goes on, or another one does.
    pub until: Option<Timestamp>,
    /// What went wrong, in plain words.
    pub cause: Option<Said>,
}

/// The log.
pub fn runs(ui: &Ui, rows: &[SyncRunRow]) -> Vec<RunLine> {
    let line = |run: &SyncRunRow| {
        let waits = run.state == SyncState::Queued && run.next_at.is_some();
        let name = if waits { "waiting" } else { run.state.as_str() };
        RunLine {
            created_at: run.created_at,
            ended_at: run.ended_at,
            state: State::new(name, ui.of("sync-state", name)),
            kind: ui.of("sync-kind", run.kind.as_str()),
            reason: ui.of("sync-reason", run.reason.as_str()),
            items: run.items,
            calls: run.calls,
            took: run.started_at.zip(run.ended_at).map(|(began, ended)| took(ui, began, ended)),
            until: run.next_at.or(run.limited_until),
            cause: run.error.as_ref().map(|error| ui.said(&error.cause)),
        }
    };
    rows.iter().map(line).collect()
}

fn took(ui: &Ui, began: Timestamp, ended: Timestamp) -> String {
    let millis = ended.duration_since(began).as_millis();
    match millis {
        ..1_000 => ui.count("n", millis).tr("step-ms"),
        1_000..90_000 => ui.arg("n", millis / 1_000).tr("sync-seconds"),
        _ => ui.arg("n", millis / 60_000).tr("sync-minutes"),
    }
}
