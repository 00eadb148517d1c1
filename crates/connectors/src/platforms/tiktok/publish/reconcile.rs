//! What became of a post that TikTok has, or may have.
//!
//! Its `publish_id` answers that for certain, also for posts that nobody else can see: `FAILED` is definite, and so is an upload that lacks
//! bytes. Without an id, when the answer that had it was lost, only the list of public videos is left. What is there is a find; what is
//! not there proves nothing, since TikTok may still be fetching.

use carillon_domain::connector_error::ConnectorError;
use carillon_domain::post::Draft;
use carillon_domain::publication::Delivered;
use carillon_domain::time::{SignedDuration, Timestamp};

use super::parts::Parts;
use super::state::State;
use super::status::{self, Status, Step};
use super::{ROOT, Way};
use crate::contract::cx::Cx;
use crate::contract::progress::{Progress, Stage};
use crate::contract::publisher::Reconciliation;
use crate::platforms::tiktok::check::media;
use crate::platforms::tiktok::errors;
use crate::platforms::tiktok::options::{Options, Privacy};
use crate::platforms::tiktok::read;
use crate::platforms::tiktok::text;
use crate::platforms::tiktok::wire::Video;

/// How long a post that everybody may see, and that is done, waits for its public id: TikTok looks at each one first, which takes a
/// minute as a rule and hours at worst.
const ID_WAIT: SignedDuration = SignedDuration::from_mins(10);

/// When to look into the list, after the intent was saved.
const LOOKS: [SignedDuration; 5] = [
    SignedDuration::from_secs(30),
    SignedDuration::from_secs(120),
    SignedDuration::from_mins(5),
    SignedDuration::from_mins(12),
    SignedDuration::from_mins(25),
];

/// How much clocks may differ.
const MARGIN: SignedDuration = SignedDuration::from_mins(1);

/// What a look needs.
struct Look<'a> {
    cx: &'a Cx<'a>,
    draft: &'a Draft,
    options: &'a Options,
    progress: &'a Progress,
    state: &'a State,
    since: Timestamp,
}

pub(super) async fn reconcile(
    cx: &Cx<'_>,
    draft: &Draft,
    progress: &Progress,
) -> Result<Reconciliation, ConnectorError> {
    let Stage::Committing { since, .. } = progress.stage else {
        return Ok(unknown(None, "No send was under way."));
    };
    let state = match State::load(progress) {
        Ok(state) => state,
        Err(error) => return Ok(unknown(None, error.cause)),
    };
    let (options, _) = Options::read(draft);
    let look = Look { cx, draft, options: &options, progress, state: &state, since };
    let Some(publish_id) = &state.publish_id else { return look.in_the_list().await };
    match status::ask(cx, publish_id).await {
        Ok(status) => Ok(look.judge(publish_id, &status)),
        Err(error) if error.code == "post_not_found" => {
            let evidence = format!("TikTok does not know the post {publish_id}, which it had begun.");
            Ok(unknown(look.next_look(), evidence))
        }
        Err(error) => Err(error),
    }
}

/// Gives a post that is done without a public id that id, once TikTok tells it. A draft that is posted has left the inbox, also when
/// only some may see it: then TikTok's own name of it stays the only one, as for posts that were sent so.
pub(super) async fn read_back(cx: &Cx<'_>, mut progress: Progress) -> Result<Progress, ConnectorError> {
    let state = State::load(&progress)?;
    let Some(publish_id) = state.awaited(&progress) else { return Ok(progress) };
    if let Step::Posted(id) = status::ask(cx, publish_id).await?.step
        && let Some(root) = progress.units.first_mut()
    {
        root.remote_url = id.as_deref().and_then(|id| read::post_url(cx, id, state.way == Way::Pictures));
        root.remote_id = Some(id.unwrap_or_else(|| publish_id.to_owned()));
        root.delivered = Delivered::Public;
    }
    Ok(progress)
}

impl Look<'_> {
    /// What the status of the post means.
    fn judge(&self, publish_id: &str, status: &Status) -> Reconciliation {
        let evidence = status.evidence(publish_id);
        match &status.step {
            Step::Posted(Some(id)) => {
                let url = read::post_url(self.cx, id, self.state.way == Way::Pictures);
                self.found(id.clone(), url, self.now())
            }
            Step::Posted(None) if self.gets_an_id() && self.done_for() < ID_WAIT => {
                unknown(Some(self.now() + self.pace(self.done_for())), evidence)
            }
            // It is there, and TikTok has no public id for it (yet).
            Step::Posted(None) => {
                let done = self.progress_that_awaits(self.options.inbox || self.gets_an_id());
                Reconciliation::Found(done.committed(ROOT, publish_id.to_owned(), None, self.now()))
            }
            Step::InInbox if self.options.inbox => {
                Reconciliation::Found(self.progress_that_awaits(true).in_inbox(ROOT, self.now()))
            }
            Step::Failed(reason) => self.failed(reason),
            Step::Uploading if self.lacks_bytes(status) => self.unsent(status, evidence),
            Step::Uploading | Step::Fetching => {
                Reconciliation::Working { look_again_at: self.now() + self.pace(self.age()), evidence }
            }
            Step::InInbox | Step::Unknown => unknown(Some(self.now() + self.pace(self.age())), evidence),
        }
    }

    fn now(&self) -> Timestamp {
        self.cx.clock.now()
    }

    fn age(&self) -> SignedDuration {
        self.now().duration_since(self.since)
    }

    /// Time since TikTok last said that it works on the post.
    fn done_for(&self) -> SignedDuration {
        self.now().duration_since(self.progress.last_sign(self.since))
    }

    /// Time until the next question, by how long it was waited: TikTok takes 30 a minute.
    fn pace(&self, waited: SignedDuration) -> SignedDuration {
        SignedDuration::from_secs(match waited.as_secs() {
            ..10 => 5,
            10..60 => 10,
            60..300 => 30,
            300..1800 => 60,
            _ => 600,
        })
    }

    /// When to look again, as long as there is sense in it.
    fn next_look(&self) -> Option<Timestamp> {
        let mut times = LOOKS.into_iter().filter_map(|after| self.since.checked_add(after).ok());
        times.find(|at| *at > self.now())
    }

    fn gets_an_id(&self) -> bool {
        !self.options.inbox && self.options.privacy == Some(Privacy::PUBLIC)
    }

    /// Whether the last part of an upload may not have arrived.
    fn lacks_bytes(&self, status: &Status) -> bool {
        let total = media::video(self.draft).map_or(0, |file| file.bytes);
        self.state.way == Way::Upload && !self.state.taken && !status.has_all(total)
    }

    /// The progress with a note whether TikTok may tell a public id later.
    fn progress_that_awaits(&self, awaits: bool) -> Progress {
        let mut progress = self.progress.clone();
        State { awaits, ..self.state.clone() }.store(&mut progress);
        progress
    }

    fn found(&self, id: String, url: Option<String>, at: Timestamp) -> Reconciliation {
        Reconciliation::Found(self.progress.clone().committed(ROOT, id, url, at))
    }

    /// TikTok gave it up and says why. The prepare steps begin anew where that helps.
    fn failed(&self, reason: &str) -> Reconciliation {
        let mut state = self.state.clone();
        state.refusal = None;
        state.forget();
        let mut progress = self.progress.clone();
        state.store(&mut progress);
        let cause = errors::of_failure(reason, self.now());
        Reconciliation::absent(progress.at(Stage::Preparing { unit: ROOT }), Some(cause))
    }

    /// The last part may be missing. Only a count of bytes that is too small proves that: one that TikTok gives now, or gave when the
    /// part was sent. Without one, the part is sent again as long as its address is good, whose answer tells; after that TikTok either
    /// works on the video or will say that it gave the upload up.
    fn unsent(&self, status: &Status, evidence: String) -> Reconciliation {
        let mut again = self.progress.clone();
        let link = self.state.link(self.cx).is_some();
        let counted = status.uploaded.is_some() || self.state.sent < self.tail();
        if !counted {
            return if link {
                Reconciliation::Repeat(again)
            } else {
                Reconciliation::Working { look_again_at: self.now() + self.pace(self.age()), evidence }
            };
        }
        let mut state = self.state.clone();
        let cause = state.refusal.take();
        state.store(&mut again);
        // Without an address the prepare steps begin anew.
        let same = link && cause.is_none();
        let stage = if same { Stage::Ready { unit: ROOT } } else { Stage::Preparing { unit: ROOT } };
        Reconciliation::absent(again.at(stage), cause)
    }

    /// Where the last part begins.
    fn tail(&self) -> u64 {
        media::video(self.draft).map_or(0, |file| Parts::of(file.bytes).tail())
    }

    /// Nobody knows TikTok's name for it: the list of public videos is all there is.
    async fn in_the_list(&self) -> Result<Reconciliation, ConnectorError> {
        let text = &self.draft.root.text;
        if !self.gets_an_id() || !read::may_list(self.cx) || text.trim().is_empty() {
            let evidence = "TikTok's answer was lost, and with it the name under which the post could be asked for. TikTok lists only \
                            public posts, so that this one can't be looked for.";
            return Ok(unknown(None, evidence));
        }
        let seen = read::videos(self.cx, None).await?.videos;
        let mut alike = seen.iter().filter_map(|video| self.is_it(video, text));
        if let Some((video, at)) = alike.next() {
            let others = alike.count();
            if others > 0 {
                let evidence = format!(
                    "TikTok's answer was lost. {} new public posts of the account have this text; which of them it is, is not known.",
                    others + 1
                );
                return Ok(unknown(None, evidence));
            }
            let url = video.share_url.clone().filter(|url| !url.is_empty());
            return Ok(self.found(video.id.clone(), url, at));
        }
        let evidence = format!(
            "TikTok's answer was lost. Among the account's {} newest public videos none since then has this text; TikTok may still be \
             fetching the files, and does not list every picture post.",
            seen.len()
        );
        Ok(unknown(self.next_look(), evidence))
    }

    fn is_it<'v>(&self, video: &'v Video, text: &str) -> Option<(&'v Video, Timestamp)> {
        let at = read::published_at(video)?;
        let new = at >= self.since.checked_sub(MARGIN).unwrap_or(self.since);
        (new && text::same(read::caption(video), text)).then_some((video, at))
    }
}

fn unknown(look_again_at: Option<Timestamp>, evidence: impl Into<String>) -> Reconciliation {
    Reconciliation::Unknown { look_again_at, evidence: evidence.into() }
}
