//! The publishing protocol as a model, checked exhaustively: two workers, one publication of a root and a follow-up, a network
//! that may lose every answer, and everything that can go wrong in between.
//!
//! The model is of the rules that `carillon_engine::publish` follows, not of its code: what is written down before a call, what
//! each write back checks, and who may send again after what. Time is whatever happens next: a lease runs out whenever it
//! likes, a send's window closes whenever it likes. The one assumption about time is [`Action::SendIsOver`]: a send whose window
//! is closed and whose request has ended can't have an effect any more, and everybody waits for that before an absence counts.
//!
//! Variants leave one rule out each. They must fail; otherwise the model proves nothing.

mod rules;
mod state;
#[cfg(test)]
mod tests;

use stateright::{Checker, HasDiscoveries, Model, Property};

use rules::Action;
use state::{Phase, State};

/// The promise that every rule is there for.
const ONCE: &str = "public at most once";

/// What is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Variant {
    /// Nothing: the protocol as it is.
    Complete,
    /// A worker's writes don't check its lease.
    NoFence,
    /// A commit is sent without writing down first that it will be.
    NoIntent,
    /// A commit whose answer was lost is sent again without looking.
    NoLook,
    /// An absence counts while the send may still be on its way.
    EarlyAbsence,
    /// A send carries no deadline: a worker that slept sends whenever it wakes up.
    NoWindow,
    /// A worker may sleep between checking its deadline and the write. No process can rule that out by itself; what it takes is
    /// written in the guide on operating.
    SleepInside,
}

impl Variant {
    /// All that leave something out.
    pub const BROKEN: [Self; 6] =
        [Self::NoFence, Self::NoIntent, Self::NoLook, Self::EarlyAbsence, Self::NoWindow, Self::SleepInside];

    /// As printed.
    const fn name(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::NoFence => "no-fence",
            Self::NoIntent => "no-intent",
            Self::NoLook => "no-look",
            Self::EarlyAbsence => "early-absence",
            Self::NoWindow => "no-window",
            Self::SleepInside => "sleep-inside",
        }
    }
}

/// The protocol with a bound on what may happen.
#[derive(Debug, Clone)]
pub struct Protocol {
    /// What is left out.
    pub variant: Variant,
    /// How many crashes may happen.
    pub crashes: u8,
    /// How often a try may be repeated.
    pub tries: u8,
    /// How often a lease may run out under a living worker.
    pub lapses: u8,
}

impl Protocol {
    /// As large as can be explored within seconds.
    pub const fn new(variant: Variant) -> Self {
        Self { variant, crashes: 2, tries: 2, lapses: 3 }
    }
}

impl Model for Protocol {
    type State = State;
    type Action = Action;

    fn init_states(&self) -> Vec<State> {
        vec![State::due(self)]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        actions.extend(rules::possible(self, state));
    }

    fn next_state(&self, before: &State, action: Action) -> Option<State> {
        let mut state = before.clone();
        rules::apply(self, &mut state, action);
        (state != *before).then_some(state)
    }

    fn within_boundary(&self, state: &State) -> bool {
        state.units.iter().all(|u| u.public <= 2)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always(ONCE, |_, s: &State| s.units.iter().all(|u| u.public <= 1)),
            Property::always("published is public", |_, s: &State| {
                s.units.iter().all(|u| u.phase != Phase::Published || u.public == 1)
            }),
            Property::always("failed or canceled is not public, and never will be", |_, s: &State| {
                s.units.iter().enumerate().all(|(index, u)| {
                    !matches!(u.phase, Phase::Failed | Phase::Canceled)
                        || (u.public == 0 && s.flying.iter().all(|f| usize::from(f.unit) != index))
                })
            }),
            Property::always("a follow-up follows something public", |_, s: &State| {
                s.units[1].public == 0 || s.units[0].public > 0
            }),
            Property::always("nothing stays in limbo", |model: &Self, s: &State| {
                s.ended() || !rules::possible(model, s).is_empty()
            }),
            Property::sometimes("it is published as a whole", |_, s: &State| {
                s.units.iter().all(|u| u.phase == Phase::Published)
            }),
            Property::sometimes("a lost answer is settled by looking", |_, s: &State| s.found_by_looking),
            Property::sometimes("it fails", |_, s: &State| s.units[0].phase == Phase::Failed),
            Property::sometimes("a person must decide", |_, s: &State| {
                s.units.iter().any(|u| u.phase == Phase::Unconfirmed)
            }),
            Property::sometimes("it is taken back", |_, s: &State| s.units[0].phase == Phase::Canceled),
        ]
    }
}

/// What exploring one variant gave.
#[derive(Debug)]
pub struct Explored {
    /// Different states that were reached.
    pub states: usize,
    /// Longest sequence of actions that was followed.
    pub depth: usize,
    /// The invariants that break, each with the number of actions that lead there.
    pub broken: Vec<(&'static str, usize)>,
    /// What should be reachable and is not.
    pub unreachable: Vec<&'static str>,
}

/// Explores every state of the complete protocol; of a broken one until it makes two posts.
pub fn explore(protocol: Protocol) -> Explored {
    let variant = protocol.variant;
    let complete = variant == Variant::Complete;
    let enough = if complete { HasDiscoveries::All } else { HasDiscoveries::AllOf([ONCE].into()) };
    // One thread: breadth first then means that what leads to a broken invariant is as short as can be.
    let checker = protocol.checker().finish_when(enough).spawn_bfs().join();
    let discoveries = checker.discoveries();
    let mut broken = Vec::new();
    let mut unreachable = Vec::new();
    for property in checker.model().properties() {
        let found = discoveries.get(property.name);
        match property.expectation {
            stateright::Expectation::Sometimes if complete && found.is_none() => {
                unreachable.push(property.name)
            }
            stateright::Expectation::Always | stateright::Expectation::Eventually => {
                broken.extend(found.map(|path| (property.name, path.clone().into_actions().len())));
            }
            stateright::Expectation::Sometimes => {}
        }
    }
    Explored { states: checker.unique_state_count(), depth: checker.max_depth(), broken, unreachable }
}

/// Explores all variants and prints one line for each; whether the protocol held and every other variant broke.
///
/// # Errors
/// When printing fails.
pub fn print(out: &mut impl std::io::Write) -> std::io::Result<bool> {
    let mut good = true;
    for variant in [Variant::Complete].into_iter().chain(Variant::BROKEN) {
        let explored = explore(Protocol::new(variant));
        let holds = explored.broken.is_empty() && explored.unreachable.is_empty();
        good &= holds == (variant == Variant::Complete);
        let name = variant.name();
        write!(out, "model variant={name} states={} depth={}", explored.states, explored.depth)?;
        for (property, actions) in &explored.broken {
            write!(out, " broken={property:?} after={actions}")?;
        }
        for property in &explored.unreachable {
            write!(out, " unreachable={property:?}")?;
        }
        writeln!(out, "{}", if holds { " holds" } else { "" })?;
    }
    Ok(good)
}
