//! Where a demo lives: in a folder that somebody named, or in one that is gone afterwards.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use tempfile::TempDir;
use tokio::net::TcpListener;

use crate::cli::CliError;
use crate::cli::run;
use crate::settings::Settings;

/// The data folder of a demo or sandbox.
pub struct Folder {
    data: PathBuf,
    /// Removes the folder at the end.
    _throw_away: Option<TempDir>,
}

impl Folder {
    /// The folder of the settings if it was named, else a new one; the settings say which afterwards.
    pub fn open(settings: &mut Settings, named: bool) -> Result<Self, CliError> {
        let throw_away = if named { None } else { Some(new_folder()?) };
        if let Some(folder) = &throw_away {
            settings.server.data = folder.path().to_owned();
        }
        let data = settings.server.data.clone();
        run::make_folder(&data)?;
        run::make_folder(&data.join("sandbox"))?;
        Ok(Self { data, _throw_away: throw_away })
    }

    /// The sandbox's sealed memory.
    pub fn state(&self) -> PathBuf {
        state_of(&self.data)
    }

    /// Files that were uploaded to simulated networks.
    pub fn blobs(&self) -> PathBuf {
        self.data.join("sandbox/files")
    }

    /// Listens at `at`, and notes there what it became. An open port (0) becomes the one of the last time where that is free:
    /// accounts remember the addresses of their servers, so a sandbox that moves would lose them.
    pub async fn bind(&self, at: &mut SocketAddr, setting: &'static str) -> Result<TcpListener, CliError> {
        let file = self.data.join("sandbox/ports.json");
        let mut ports = read_ports(&file);
        let before = ports.get(setting).copied().filter(|_| at.port() == 0);
        let listener = match before {
            Some(port) => TcpListener::bind(SocketAddr::new(at.ip(), port)).await.ok(),
            None => None,
        };
        let listener = match listener {
            Some(listener) => listener,
            None => run::bind(setting, *at).await?,
        };
        *at = listener.local_addr().map_err(|e| CliError::failed("The listener has no address", e))?;
        ports.insert(setting.to_owned(), at.port());
        let text = serde_json::to_vec(&ports).map_err(|e| CliError::failed("The ports can't be noted", e))?;
        std::fs::write(&file, text).map_err(|e| CliError::failed("The ports can't be noted", e))?;
        Ok(listener)
    }
}

/// The sandbox's sealed memory in this data folder, whether or not there is one.
pub fn state_of(data: &Path) -> PathBuf {
    data.join("sandbox/state.sealed")
}

fn new_folder() -> Result<TempDir, CliError> {
    let made = tempfile::Builder::new().prefix("carillon-demo-").tempdir();
    made.map_err(|e| CliError::failed("No folder for the demo can be made", e))
}

fn read_ports(file: &Path) -> BTreeMap<String, u16> {
    let text = std::fs::read(file).unwrap_or_default();
    serde_json::from_slice(&text).unwrap_or_default()
}
