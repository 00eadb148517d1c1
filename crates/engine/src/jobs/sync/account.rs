//! The account that is read, and its reader.

use carillon_connectors::contract::reader::Reader;
use carillon_domain::account::AccountStatus;
use carillon_domain::connector_error::{ConnectorError, ErrorKind};
use carillon_store::repo::account;
use carillon_store::repo::sync_run::SyncRunRow;

use super::ending::Stop;
use crate::Engine;
use crate::reading::Access;
use crate::usecase::credentials::NoCredential;

/// An account that can be read.
pub(super) struct Read {
    pub access: Access,
    pub reader: &'static dyn Reader,
}

impl Read {
    /// Everything that reading needs, or why it can't be done.
    pub async fn open(engine: &Engine, run: &SyncRunRow, asked: bool) -> Result<Self, Stop> {
        let row = account::find(&engine.db, run.workspace, run.account).await?;
        let row = row.filter(|row| row.status == AccountStatus::Connected);
        let row = row.ok_or_else(|| not_connected(&run.platform))?;
        let found = engine.networks.reader(&row.platform);
        let (platform, reader) = found.ok_or_else(|| switched_off(&run.platform))?;
        Ok(Self { access: Access::open(engine, row, platform, asked).await?, reader })
    }
}

impl From<NoCredential> for Stop {
    fn from(none: NoCredential) -> Self {
        match none {
            NoCredential::Store(error) => error.into(),
            NoCredential::Later(error) => Self::Remote(Box::new(error)),
            NoCredential::Reconnect(error) => Self::Reconnect(Box::new(error)),
        }
    }
}

/// The refusal for an account that nobody may read.
pub(super) fn not_connected(platform: &str) -> ConnectorError {
    let cause = "This account is no longer connected.";
    ConnectorError::new(ErrorKind::Rejected, platform, "sync", "not_connected", cause)
        .with_action("Connect the account again.")
}

fn switched_off(platform: &str) -> Stop {
    let cause = "Reading this network is switched off on this server.";
    let error = ConnectorError::new(ErrorKind::Rejected, platform, "sync", "platform_off", cause);
    Stop::Remote(Box::new(error.with_action("Ask whoever runs this server to switch it on.")))
}
