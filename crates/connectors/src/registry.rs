//! The one list of platforms.

use crate::contract::connector::Connector;
use crate::sandbox::Simulator;

macro_rules! platforms {
    ($($name:ident),* $(,)?) => {
        const CONNECTORS: &[&dyn Connector] = &[$(&crate::platforms::$name::CONNECTOR),*];

        /// The simulated side of every platform, in the order of the registry.
        pub fn simulators() -> Vec<Box<dyn Simulator>> {
            vec![$(Box::new(crate::platforms::$name::sandbox::simulator())),*]
        }
    };
}

platforms! { bluesky, facebook, instagram, linkedin, mastodon, threads, tiktok, x, youtube }

/// The platforms that this build knows.
#[derive(Debug, Clone, Copy, Default)]
pub struct Registry;

impl Registry {
    /// Every connector, in the order in which they are shown.
    pub fn all(self) -> &'static [&'static dyn Connector] {
        CONNECTORS
    }

    /// The connector of this name.
    pub fn get(self, name: &str) -> Option<&'static dyn Connector> {
        CONNECTORS.iter().copied().find(|c| c.descriptor().name == name)
    }
}

#[cfg(test)]
mod documents;
#[cfg(test)]
mod matrix;
