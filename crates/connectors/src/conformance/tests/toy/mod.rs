//! A small made-up network with its connector: the suite is tested on it, sound and with known flaws.

mod connector;
mod grant;
mod insights;
mod numbers;
mod simulator;

pub(crate) use connector::{
    BOASTFUL, CREDULOUS, DOUBLING, FORGETFUL, HASTY, LEAKY, LIMITLESS, MUTE, SNEAKY, SOUND,
};
pub(crate) use simulator::ToyNetwork;
