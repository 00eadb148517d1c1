//! The behaviour that every platform must show, chosen by its capabilities. Each case panics with the platform's name when it
//! does not hold. A world is made afresh for each run.
//!
//! The failures that this prevents are those of the publishing promise (product.md): something public twice, something
//! reported as failed that is public, something reported as public that is not.

mod connecting;
mod failing;
mod insights;
mod publishing;
mod reading;
mod samples;

use carillon_domain::post::{Draft, Unit};

pub use connecting::{connecting, refreshing, refusing};
pub use failing::{
    chaos, crashes, expired_token, lost_answers, rate_limits, revoked_token, the_same_again,
    trouble_while_preparing,
};
pub use insights::insights;
pub use publishing::{deleting, editing, limits, publishing, slow_processing};
pub use reading::reading;
pub use samples::{Sample, plain, samples};

use super::{Bench, Connect, Outcome, Session};
use crate::contract::capability;
use crate::contract::connector::Connector;
use crate::contract::progress::Stage;
use crate::sandbox::{LedgerItem, Simulator};

/// A connector and the network that it plays with.
#[derive(Clone, Copy)]
pub struct Subject {
    /// The connector.
    pub connector: &'static dyn Connector,
    /// Makes simulators; only the one of the connector's platform is used.
    pub simulators: fn() -> Vec<Box<dyn Simulator>>,
    /// The login flavour, for platforms that have several.
    pub flavour: Option<&'static str>,
}

impl Subject {
    fn name(&self) -> &'static str {
        self.connector.descriptor().name
    }

    /// A fresh world.
    fn bench(&self) -> Bench {
        Bench::with((self.simulators)().into_iter().filter(|s| s.platform() == self.name()).collect())
    }
}

/// The login flavours of a platform; one without a name where there is nothing to choose.
pub fn flavours(connector: &dyn Connector) -> Vec<Option<&'static str>> {
    match connector.capabilities().connect {
        capability::Connect::Oauth { flavours } => flavours.iter().map(|f| Some(*f)).collect(),
        _ => vec![None],
    }
}

/// Who signs in.
const PERSONA: &str = "marafields";

impl Bench {
    async fn session(&self, subject: Subject) -> Session<'_> {
        let how = Connect { flavour: subject.flavour, ..Connect::as_persona(PERSONA) };
        match self.connect(subject.connector, how).await {
            Ok(session) => session,
            Err(error) => panic!("{}: connecting failed: {error:?}", subject.name()),
        }
    }

    /// What is public now on the platform.
    fn live(&self, subject: Subject) -> Vec<LedgerItem> {
        let all = self.world.ledger().of(subject.name());
        all.into_iter().filter(|i| i.deleted_at.is_none()).collect()
    }

    fn add_fault(&self, fault: crate::sandbox::Fault) {
        self.world.faults().add(fault);
    }
}

/// The texts of a draft's units, in order.
fn texts(draft: &Draft) -> Vec<&str> {
    let text = |unit| match unit {
        Unit::Part(part) => part.text.as_str(),
        Unit::Comment(text) => text,
    };
    (0..draft.units()).filter_map(|i| draft.unit(i)).map(text).collect()
}

/// The promise, whatever happened on the way: no unit is public twice; a reported id is real; a unit that is reported as
/// not public is not.
fn assert_promise(subject: Subject, bench: &Bench, draft: &Draft, outcome: &Outcome, story: &str) {
    let name = subject.name();
    let live = bench.live(subject);
    let units = &outcome.progress().units;
    for (index, text) in texts(draft).into_iter().enumerate() {
        let public: Vec<_> = live.iter().filter(|i| i.text == text).collect();
        assert!(
            public.len() <= 1,
            "{name}, {story}: unit {index} is public {} times: {outcome:?}",
            public.len()
        );
        let reported = units.get(index).and_then(|u| u.remote_id.as_deref());
        match (reported, public.first()) {
            (Some(id), Some(item)) => {
                assert_eq!(id, item.remote_id, "{name}, {story}: another id than the network's")
            }
            (Some(id), None) => {
                panic!("{name}, {story}: unit {index} is reported as {id}, but is not public: {live:?}")
            }
            (None, Some(item)) => assert!(
                is_open(outcome, index),
                "{name}, {story}: unit {index} is public as {}, but reported otherwise: {outcome:?}",
                item.remote_id
            ),
            (None, None) => {}
        }
    }
    assert!(live.len() <= texts(draft).len(), "{name}, {story}: more is public than the draft has: {live:?}");
    assert_eq!(bench.world.unpermitted(), Vec::<&str>::new(), "{name}, {story}: published without a permit");
    assert_no_secrets(subject, bench, outcome, story);
    assert_errands(subject, bench, story);
}

/// Of every call so far it is known what it was for, so that people can be told which part of a network has trouble.
fn assert_errands(subject: Subject, bench: &Bench, story: &str) {
    let descriptor = subject.connector.descriptor();
    for entry in bench.diary.entries() {
        let operation = entry.operation;
        let known = descriptor.errand(&operation).is_some();
        assert!(known, "{}, {story}: {operation} is for nothing: add it to `errands`", descriptor.name);
    }
}

/// Whether it was left open if this unit is public: for a person, or until the account is connected again and can be looked at.
fn is_open(outcome: &Outcome, index: usize) -> bool {
    match outcome {
        Outcome::Unconfirmed(..) => true,
        Outcome::NeedsReconnect(_, progress) => {
            matches!(progress.stage, Stage::Committing { unit, .. } if usize::from(unit) == index)
        }
        Outcome::Published(_) | Outcome::Failed(..) => false,
    }
}

/// Tokens are in the credential and nowhere else: not in saved progress, not in errors, and not in the journal, even when
/// nobody told it the values.
fn assert_no_secrets(subject: Subject, bench: &Bench, outcome: &Outcome, story: &str) {
    let saved = format!("{outcome:?} {}", serde_json::to_string(outcome.progress()).unwrap_or_default());
    let entries = bench.diary.entries();
    for (token, _) in bench.world.tokens().list() {
        if token.platform != subject.name() {
            continue;
        }
        let kind = token.kind;
        assert!(
            !saved.contains(&token.value),
            "{}, {story}: a {kind:?} token stands in progress or error",
            subject.name()
        );
        for entry in &entries {
            let fields = [Some(&entry.url), Some(&entry.request), Some(&entry.answer), entry.error.as_ref()];
            let found = fields.into_iter().flatten().any(|text| text.contains(&token.value));
            assert!(!found, "{}, {story}: a {kind:?} token stands in the journal: {entry:?}", subject.name());
        }
    }
}

/// Everything is public, exactly once.
fn assert_published(subject: Subject, bench: &Bench, draft: &Draft, outcome: &Outcome, story: &str) {
    assert!(outcome.is_published(), "{}, {story}: {outcome:?}", subject.name());
    assert_promise(subject, bench, draft, outcome, story);
    let live = bench.live(subject);
    assert_eq!(live.len(), usize::from(draft.units()), "{}, {story}: {live:?}", subject.name());
}

/// Nothing is public.
fn assert_nothing_public(subject: Subject, bench: &Bench, draft: &Draft, outcome: &Outcome, story: &str) {
    assert_promise(subject, bench, draft, outcome, story);
    let live = bench.live(subject);
    assert!(live.is_empty(), "{}, {story}: {live:?} after {outcome:?}", subject.name());
}
