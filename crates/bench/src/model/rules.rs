//! What may happen next, and what it changes.

use super::state::{Answer, Flight, Intent, Phase, Seen, State, WORKERS, Worker};
use super::{Protocol, Variant};

/// One thing that happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// A worker takes the job.
    Claim(u8),
    /// The lease runs out under its worker, who does not notice.
    LeaseRunsOut,
    /// A worker dies. Its lease runs out then.
    Crash(u8),
    /// A worker does what comes next for it.
    Step(u8),
    /// A worker looks at the account and learns nothing.
    SeeNothing(u8),
    /// The deadline of a worker's send passes.
    WindowCloses(u8),
    /// So much time went by since the intent that nothing can come of the send any more.
    SendIsOver,
    /// The network does what the request says, and answers.
    TakeEffect(Flight),
    /// The network does what the request says; nobody hears of it.
    TakeEffectUnheard(Flight),
    /// The network refuses, for good or for now.
    Refuse(Flight, Answer),
    /// The request is lost.
    Lose(Flight),
    /// A worker waits no longer for its answer; the request may still be on its way.
    TimeOut(u8),
    /// A person takes the publication back.
    Cancel,
}

/// Everything that may happen now.
pub fn possible(model: &Protocol, state: &State) -> Vec<Action> {
    let mut actions = Vec::new();
    for index in 0..WORKERS {
        of_worker(model, state, index as u8, &mut actions);
    }
    let mut flying = state.flying.clone();
    flying.dedup();
    for flight in flying {
        actions.extend([
            Action::TakeEffect(flight),
            Action::TakeEffectUnheard(flight),
            Action::Refuse(flight, Answer::Refused),
            Action::Refuse(flight, Answer::Later),
            Action::Lose(flight),
        ]);
    }
    if state.leased_by.is_some() && state.lapses > 0 {
        actions.push(Action::LeaseRunsOut);
    }
    if state.intent.is_some_and(|intent| !intent.over) && all_sends_ended(model, state) {
        actions.push(Action::SendIsOver);
    }
    if state.units[0].phase == Phase::Pending && state.intent.is_none() {
        actions.push(Action::Cancel);
    }
    actions
}

/// No window is open and no request is on its way. Without a deadline nobody can wait for this; time goes by all the same.
fn all_sends_ended(model: &Protocol, state: &State) -> bool {
    let may_write = |worker: &Worker| match worker {
        Worker::Sending { open, .. } => *open && model.variant != Variant::NoWindow,
        _ => false,
    };
    state.flying.is_empty() && !state.workers.iter().any(may_write)
}

fn of_worker(model: &Protocol, state: &State, index: u8, actions: &mut Vec<Action>) {
    let worker = state.workers[usize::from(index)];
    match worker {
        Worker::Idle => {
            if state.leased_by.is_none() && !state.ended() {
                actions.push(Action::Claim(index));
            }
            return;
        }
        Worker::Waiting { .. } => actions.push(Action::TimeOut(index)),
        Worker::Unsure { .. } => actions.extend([Action::Step(index), Action::SeeNothing(index)]),
        Worker::Sending { open, .. } => {
            actions.push(Action::Step(index));
            if open && model.variant != Variant::NoWindow {
                actions.push(Action::WindowCloses(index));
            }
        }
        Worker::Loaded { .. } | Worker::Answered { .. } | Worker::Looked { .. } => {
            actions.push(Action::Step(index));
        }
    }
    if state.crashes > 0 {
        actions.push(Action::Crash(index));
    }
}

/// Makes it happen.
pub fn apply(model: &Protocol, state: &mut State, action: Action) {
    match action {
        Action::Claim(worker) => {
            state.leased_by = Some(worker);
            let unit = state.pending().unwrap_or_default();
            let loaded = Worker::Loaded { intent: state.intent, unit };
            state.workers[usize::from(worker)] = loaded;
        }
        Action::LeaseRunsOut => {
            state.leased_by = None;
            state.lapses -= 1;
        }
        Action::Crash(worker) => {
            state.crashes -= 1;
            abandon(state, worker);
        }
        Action::Step(worker) => step(model, state, worker),
        Action::SeeNothing(worker) => {
            if let Worker::Unsure { unit } = state.workers[usize::from(worker)] {
                let over = state.intent.is_none_or(|intent| intent.over);
                state.workers[usize::from(worker)] = Worker::Looked { unit, seen: Seen::Unknown, over };
            }
        }
        Action::WindowCloses(worker) => {
            if let Worker::Sending { open, .. } = &mut state.workers[usize::from(worker)] {
                *open = false;
            }
        }
        Action::SendIsOver => {
            if let Some(intent) = &mut state.intent {
                intent.over = true;
            }
        }
        Action::TakeEffect(flight) => {
            state.unit(flight.unit).public += 1;
            land(state, flight, Some(Answer::Public));
        }
        Action::TakeEffectUnheard(flight) => {
            state.unit(flight.unit).public += 1;
            land(state, flight, None);
        }
        Action::Refuse(flight, answer) => land(state, flight, Some(answer)),
        Action::Lose(flight) => land(state, flight, None),
        Action::TimeOut(worker) => {
            if let Worker::Waiting { unit } = state.workers[usize::from(worker)] {
                state.workers[usize::from(worker)] = Worker::Unsure { unit };
                nobody_waits(state, worker);
            }
        }
        Action::Cancel => state.unit(0).phase = Phase::Canceled,
    }
}

/// A worker is gone; whoever comes next finds the lease free.
fn abandon(state: &mut State, worker: u8) {
    state.workers[usize::from(worker)] = Worker::Idle;
    nobody_waits(state, worker);
    if state.leased_by == Some(worker) {
        state.leased_by = None;
    }
}

fn nobody_waits(state: &mut State, worker: u8) {
    for flight in state.flying.iter_mut().filter(|f| f.waiting == Some(worker)) {
        flight.waiting = None;
    }
    state.flying.sort_unstable();
}

/// A request ends; whoever waits for it hears the answer, or that the connection broke.
fn land(state: &mut State, flight: Flight, answer: Option<Answer>) {
    if let Some(at) = state.flying.iter().position(|f| *f == flight) {
        state.flying.remove(at);
    }
    let Some(worker) = flight.waiting else { return };
    let next = match (state.workers[usize::from(worker)], answer) {
        (Worker::Waiting { unit }, Some(answer)) => Worker::Answered { unit, answer },
        (Worker::Waiting { unit }, None) => Worker::Unsure { unit },
        (other, _) => other,
    };
    state.workers[usize::from(worker)] = next;
}

fn step(model: &Protocol, state: &mut State, worker: u8) {
    let at = usize::from(worker);
    state.workers[at] = match state.workers[at] {
        Worker::Loaded { intent: None, unit } => begin(model, state, worker, unit),
        Worker::Loaded { intent: Some(_), unit } if model.variant == Variant::NoLook => {
            Worker::Sending { unit, open: true, checked: false }
        }
        Worker::Loaded { intent: Some(intent), .. } => Worker::Unsure { unit: intent.unit },
        Worker::Sending { unit, open, checked } => write(model, state, worker, (unit, open, checked)),
        Worker::Unsure { unit } if model.variant == Variant::NoLook => {
            Worker::Sending { unit, open: true, checked: false }
        }
        Worker::Unsure { unit } => {
            let seen = if state.units[usize::from(unit)].public > 0 { Seen::Found } else { Seen::Absent };
            let over = state.intent.is_none_or(|intent| intent.over);
            Worker::Looked { unit, seen, over }
        }
        Worker::Answered { unit, answer } => answered(model, state, worker, unit, answer),
        Worker::Looked { unit, seen, over } => looked(model, state, worker, unit, seen, over),
        waits @ (Worker::Idle | Worker::Waiting { .. }) => waits,
    };
}

/// Whether a write of this worker is let through.
fn may_write(model: &Protocol, state: &State, worker: u8) -> bool {
    model.variant == Variant::NoFence || state.leased_by == Some(worker)
}

/// Writes down that the unit will be sent now.
fn begin(model: &Protocol, state: &mut State, worker: u8, unit: u8) -> Worker {
    let pending = state.units[usize::from(unit)].phase == Phase::Pending;
    if !may_write(model, state, worker) || !pending {
        return leave(state, worker);
    }
    if model.variant != Variant::NoIntent {
        state.intent = Some(Intent { unit, over: false });
    }
    Worker::Sending { unit, open: true, checked: false }
}

/// The write itself, if its deadline has not passed.
fn write(model: &Protocol, state: &mut State, worker: u8, (unit, open, checked): (u8, bool, bool)) -> Worker {
    if !open && !checked {
        // Nothing was sent, and this worker knows it.
        return answered(model, state, worker, unit, Answer::Later);
    }
    if model.variant == Variant::SleepInside && !checked {
        return Worker::Sending { unit, open, checked: true };
    }
    state.flying.push(Flight { unit, waiting: Some(worker) });
    state.flying.sort_unstable();
    Worker::Waiting { unit }
}

fn answered(model: &Protocol, state: &mut State, worker: u8, unit: u8, answer: Answer) -> Worker {
    if !may_write(model, state, worker) {
        return leave(state, worker);
    }
    state.intent = None;
    match answer {
        Answer::Public => state.unit(unit).phase = Phase::Published,
        Answer::Refused => state.unit(unit).phase = Phase::Failed,
        Answer::Later => try_again(state, unit),
    }
    leave(state, worker)
}

fn looked(model: &Protocol, state: &mut State, worker: u8, unit: u8, seen: Seen, over: bool) -> Worker {
    if !may_write(model, state, worker) {
        return leave(state, worker);
    }
    match seen {
        Seen::Found => {
            state.intent = None;
            state.found_by_looking = true;
            state.unit(unit).phase = Phase::Published;
        }
        Seen::Absent if over || model.variant == Variant::EarlyAbsence => {
            state.intent = None;
            try_again(state, unit);
        }
        // It is asked again when the send is over.
        Seen::Absent | Seen::Unknown if !over => {}
        Seen::Absent | Seen::Unknown => {
            state.intent = None;
            state.unit(unit).phase = Phase::Unconfirmed;
        }
    }
    leave(state, worker)
}

/// Uses up a try; without one that is left the unit has failed.
fn try_again(state: &mut State, unit: u8) {
    if state.tries > 0 {
        state.tries -= 1;
    } else {
        state.unit(unit).phase = Phase::Failed;
    }
}

/// Gives the job back, if it is still this worker's.
fn leave(state: &mut State, worker: u8) -> Worker {
    if state.leased_by == Some(worker) {
        state.leased_by = None;
    }
    Worker::Idle
}
