//! The connector: by itself, against answers that are written down here, and against its sandbox, on a clock that moves only when
//! told to.

mod canned;
mod checking;
mod errors;
mod lost;
mod reading;
mod sending;
mod signing_in;
mod simulator;
mod specs;
mod uploads;
mod webhooks;
mod whole;
