//! How a publication ended.

use carillon_domain::connector_error::ConnectorError;

use crate::contract::progress::Progress;

/// How a publication ended.
#[derive(Debug)]
pub enum Outcome {
    /// Every unit is public.
    Published(Progress),
    /// It ended with this error. Units without a remote id in the progress are certainly not public.
    Failed(ConnectorError, Progress),
    /// The account must be connected again.
    NeedsReconnect(ConnectorError, Progress),
    /// Nobody knows whether the unit that is being committed is public; a person decides, with this evidence.
    Unconfirmed(String, Progress),
}

impl Outcome {
    /// Whether every unit is public.
    pub fn is_published(&self) -> bool {
        matches!(self, Self::Published(_))
    }

    /// Where it stopped.
    pub fn progress(&self) -> &Progress {
        match self {
            Self::Published(p)
            | Self::Failed(_, p)
            | Self::NeedsReconnect(_, p)
            | Self::Unconfirmed(_, p) => p,
        }
    }

    /// The error that ended it.
    pub fn error(&self) -> Option<&ConnectorError> {
        match self {
            Self::Failed(error, _) | Self::NeedsReconnect(error, _) => Some(error),
            _ => None,
        }
    }

    /// The remote ids of all units.
    ///
    /// # Panics
    /// When it is not published.
    pub fn remote_ids(&self) -> Vec<String> {
        assert!(self.is_published(), "{self:?}");
        self.progress().units.iter().filter_map(|u| u.remote_id.clone()).collect()
    }
}
