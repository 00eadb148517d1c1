//! The connector against its sandbox, in process, on a clock that moves only when told to.

mod auth;
mod check;
mod errors;
mod faults;
mod insights;
mod publish;
mod read;
mod reconcile;
mod simulator;
mod specs;
mod stage;
mod upload;
mod webhooks;
