//! What the database knows, what each worker believes, and what the network has.

use super::Protocol;

/// Number of workers.
pub const WORKERS: usize = 2;

/// Everything there is at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct State {
    /// The root and its follow-up, as the database knows them; `public` is the network's own.
    pub units: [Unit; 2],
    /// The open intent, if one was written down.
    pub intent: Option<Intent>,
    /// Who holds the lease. In the database it is an epoch that grows with every claim; whoever lost it never has it again
    /// without a new claim, so that its holder's name says the same here and keeps the number of states finite.
    pub leased_by: Option<u8>,
    /// What each worker believes and does next.
    pub workers: [Worker; WORKERS],
    /// Requests on their way, or waiting inside the network. Sorted, so that equal situations are one state.
    pub flying: Vec<Flight>,
    /// Tries that are left.
    pub tries: u8,
    /// Crashes that may still happen.
    pub crashes: u8,
    /// Leases that may still run out under a living worker.
    pub lapses: u8,
    /// Somebody found a post whose answer had been lost.
    pub found_by_looking: bool,
}

/// One part of the publication.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Unit {
    /// What Carillon says of it.
    pub phase: Phase,
    /// How often it is public.
    pub public: u8,
}

/// What Carillon says of a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Phase {
    /// To be sent.
    Pending,
    /// Public, with the network's own id.
    Published,
    /// Not public.
    Failed,
    /// A person decides.
    Unconfirmed,
    /// Taken back by a person.
    Canceled,
}

/// A durable note that a unit may have been sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Intent {
    /// The unit.
    pub unit: u8,
    /// Whether so much time went by that the send can't have an effect any more.
    pub over: bool,
}

/// A request that the network has not finished with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Flight {
    /// The unit in it.
    pub unit: u8,
    /// The worker who still waits for the answer, if one does.
    pub waiting: Option<u8>,
}

/// What a worker does next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Worker {
    /// Nothing.
    Idle,
    /// It read the row.
    Loaded {
        /// What the row said of intents.
        intent: Option<Intent>,
        /// The first unit that was pending.
        unit: u8,
    },
    /// The intent is durable; the write comes next, if the window is still open.
    Sending {
        /// The unit.
        unit: u8,
        /// Whether its deadline lies ahead.
        open: bool,
        /// Whether it has looked at the deadline already (only where it may sleep in between).
        checked: bool,
    },
    /// The request is on its way.
    Waiting {
        /// The unit.
        unit: u8,
    },
    /// An answer came.
    Answered {
        /// The unit.
        unit: u8,
        /// What it said.
        answer: Answer,
    },
    /// Nobody knows what became of the send.
    Unsure {
        /// The unit.
        unit: u8,
    },
    /// It looked at the account.
    Looked {
        /// The unit.
        unit: u8,
        /// What it saw.
        seen: Seen,
        /// Whether the send was over before it looked.
        over: bool,
    },
}

/// What the network said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Answer {
    /// It is public.
    Public,
    /// It refuses the content.
    Refused,
    /// It refuses for now; nothing happened.
    Later,
}

/// What a look at the account gave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Seen {
    /// The post.
    Found,
    /// That there is none.
    Absent,
    /// Nothing that one could rely on.
    Unknown,
}

impl State {
    /// The publication is due.
    pub fn due(bounds: &Protocol) -> Self {
        let unit = Unit { phase: Phase::Pending, public: 0 };
        Self {
            units: [unit, unit],
            intent: None,
            leased_by: None,
            workers: [Worker::Idle; WORKERS],
            flying: Vec::new(),
            tries: bounds.tries,
            crashes: bounds.crashes,
            lapses: bounds.lapses,
            found_by_looking: false,
        }
    }

    /// The first unit that is to be sent. After a unit that did not become public nothing follows.
    pub fn pending(&self) -> Option<u8> {
        let at = self.units.iter().position(|u| u.phase != Phase::Published)?;
        (self.units[at].phase == Phase::Pending).then_some(at as u8)
    }

    /// Whether every unit has its verdict.
    pub fn ended(&self) -> bool {
        self.pending().is_none()
    }

    /// The unit itself.
    pub fn unit(&mut self, index: u8) -> &mut Unit {
        &mut self.units[usize::from(index)]
    }
}
