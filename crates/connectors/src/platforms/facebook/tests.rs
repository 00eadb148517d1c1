//! The connector against its sandbox, in process, on a clock that moves only when told to.

mod auth;
mod check;
mod edit;
mod errors;
mod insights;
mod late;
mod lost;
mod publish;
mod read;
mod simulator;
mod specs;
mod stage;
mod stories;
mod upload;
mod webhooks;
