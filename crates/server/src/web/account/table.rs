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
    /// What it is made of, where the network's word for it says so.
    pub kind: Option<String>,
    /// Its numbers, in the order of the columns; what the network did not give is missing.
    pub amounts: Vec<Option<Amount>>,
}

/// A column of the posts, by which they can be sorted.
pub struct Column {
    /// In words.
    pub label: String,
    /// Where the table is sorted by it, largest first; by the time again where it is sorted by it.
    pub url: String,
    /// Whether it is sorted by it.
    pub current: bool,
}

/// The posts, and the metrics that at least one of them has; those with most of `sort` first, and without one the newest.
pub fn posts(
    ui: &Ui,
    actor: &Actor,
    (mut posts, sort): (Vec<Post>, &str),
    here: &str,
) -> (Vec<Column>, Vec<PostLine>) {
    let given = |name: &str| posts.iter().any(|post| post.row.seen.of(name).is_some());
    let columns: Vec<&str> = metric::ALL.iter().map(|d| d.name).filter(|name| given(name)).collect();
    if columns.contains(&sort) {
        // What the network did not give is not zero: it comes last.
        posts.sort_by_key(|post| std::cmp::Reverse(post.row.seen.of(sort).map(|reading| reading.value)));
    }
    let line = |post: &Post| PostLine {
        url: post.row.url.clone().filter(|url| url.starts_with("https://") || url.starts_with("http://")),
        text: excerpt(ui, &post.row.text),
        published_at: post.row.published_at,
        ours: post.post.map(|id| urls::post(actor.workspace, id)),
        curve_url: urls::found_post(actor.workspace, post.row.id),
        vanished: post.vanished,
        kind: post.row.kind.as_deref().and_then(made_of).map(|kind| ui.of("made-of", kind)),
        amounts: columns
            .iter()
            .map(|name| post.row.seen.of(name).map(|r| Amount::new(ui.t, r.value)))
            .collect(),
    };
    let lines = posts.iter().map(line).collect();
    let column = |name: &&str| Column {
        label: ui.of("metric", name),
        url: if *name == sort { format!("{here}#posts") } else { format!("{here}?sort={name}#posts") },
        current: *name == sort,
    };
    (columns.iter().map(column).collect(), lines)
}

/// What a post is made of, going by the words that networks have for it: `CAROUSEL_ALBUM`, `added_photos`, `app.bsky.embed.images`.
/// A word that says nothing of that, such as one for a mere text, gives nothing.
fn made_of(word: &str) -> Option<&'static str> {
    let word = word.to_lowercase();
    let words: [(&[&str], &str); 7] = [
        (&["carousel", "album"], "several"),
        (&["story"], "story"),
        (&["video", "reel", "short"], "video"),
        (&["image", "photo", "picture"], "picture"),
        (&["external", "link", "article"], "link"),
        (&["poll"], "poll"),
        (&["document"], "document"),
    ];
    words.into_iter().find(|(known, _)| known.iter().any(|part| word.contains(part))).map(|(_, kind)| kind)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_posts_are_made_of_is_told_by_the_networks_words() {
        for (word, kind) in [
            ("CAROUSEL_ALBUM", Some("several")),
            ("app.bsky.embed.images", Some("picture")),
            ("app.bsky.embed.external", Some("link")),
            ("added_video", Some("video")),
            ("REELS", Some("video")),
            ("TEXT_POST", None),
            ("mobile_status_update", None),
        ] {
            assert_eq!(made_of(word), kind, "{word}");
        }
    }
}
