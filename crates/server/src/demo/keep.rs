//! The sandbox's memory on the disk: sealed, since it holds tokens, and replaced as a whole, so that a crash leaves either
//! the old or the new one.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use carillon_connectors::sandbox::World;
use carillon_domain::time::Entropy;
use carillon_store::seal::{Place, Sealer};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::folder::{Folder, state_of};
use crate::cli::CliError;

/// How often it is looked whether the key was replaced.
const LOOK_AT_KEY: Duration = Duration::from_secs(30);

/// Saves a world and brings it back.
#[derive(Clone)]
pub struct Keeper {
    world: Arc<World>,
    sealer: Arc<Sealer>,
    entropy: Arc<dyn Entropy>,
    file: PathBuf,
    /// Saves don't overlap, so the newest is the last.
    saving: Arc<tokio::sync::Mutex<()>>,
}

impl Keeper {
    /// Keeps `world` in this folder.
    pub fn new(world: Arc<World>, sealer: Arc<Sealer>, entropy: Arc<dyn Entropy>, folder: &Folder) -> Self {
        Self { world, sealer, entropy, file: folder.state(), saving: Arc::default() }
    }

    /// Brings the world back as it was kept; a new one stays as it is.
    pub async fn restore(&self) -> Result<(), CliError> {
        let sealed = match tokio::fs::read(&self.file).await {
            Ok(sealed) => sealed,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(CliError::failed("The sandbox's state can't be read", error)),
        };
        let plain = self.sealer.open(&place(), &sealed).await;
        let plain = plain.map_err(|e| CliError::failed("The sandbox's state can't be opened", e))?;
        self.world.restore(&plain).map_err(|e| CliError::failed("The sandbox's state can't be used", e))
    }

    /// Makes the world what another one was, and keeps that.
    pub async fn adopt(&self, snapshot: &[u8]) -> Result<(), CliError> {
        let restored = self.world.restore(snapshot);
        restored.map_err(|e| CliError::failed("The sandbox's state can't be used", e))?;
        self.save().await
    }

    /// Keeps the world as it is now.
    pub async fn save(&self) -> Result<(), CliError> {
        let _alone = self.saving.lock().await;
        let keeper = self.clone();
        let saved = tokio::task::spawn_blocking(move || keeper.write()).await;
        let saved = saved.map_err(|e| CliError::failed("The sandbox's state can't be kept", e))?;
        saved.map_err(CliError::Failed)
    }

    fn write(&self) -> Result<(), String> {
        let failed = |e: &dyn std::fmt::Display| format!("The sandbox's state can't be kept: {e}");
        let plain = self.world.snapshot().map_err(|e| failed(&e))?;
        let sealed = self.sealer.seal(&place(), &plain, self.entropy.as_ref()).map_err(|e| failed(&e))?;
        let _alone = lock(&self.file).map_err(|e| failed(&e))?;
        replace(&self.file, &sealed).map_err(|e| failed(&e))
    }

    /// Keeps every change. The world answers nobody before what it did is kept; changes that come while one save runs share
    /// the next.
    pub async fn keep(self, stop: CancellationToken) {
        let mut changes = self.world.changes();
        let kept = watch::Sender::new(0);
        self.world.kept_by(kept.subscribe());
        let mut look = tokio::time::interval(LOOK_AT_KEY);
        loop {
            let (newest, key) = (*changes.borrow_and_update(), self.sealer.active());
            if let Err(error) = self.save().await {
                tracing::error!(%error, "trying again with the next change");
            }
            kept.send_replace(newest);
            loop {
                tokio::select! {
                    changed = changes.changed() => match changed {
                        Ok(()) => break,
                        Err(_) => return,
                    },
                    // A quiet world is sealed anew as well, before the key of its last save is forgotten.
                    _ = look.tick() => if self.sealer.active() != key { break },
                    () = stop.cancelled() => return,
                }
            }
        }
    }
}

/// Seals what is kept in the data folder under the newest key, also while a demo keeps its world there. `false` when there is
/// nothing.
pub async fn reseal(data: &Path, sealer: &Sealer, entropy: &dyn Entropy) -> Result<bool, CliError> {
    let file = state_of(data);
    if !file.exists() {
        return Ok(false);
    }
    let failed = |e: &dyn std::fmt::Display| {
        CliError::Failed(format!("The sandbox's state can't be sealed anew: {e}"))
    };
    let _alone = lock(&file).map_err(|e| failed(&e))?;
    let sealed = tokio::fs::read(&file).await.map_err(|e| failed(&e))?;
    let plain = sealer.open(&place(), &sealed).await.map_err(|e| failed(&e))?;
    let anew = sealer.seal(&place(), &plain, entropy).map_err(|e| failed(&e))?;
    replace(&file, &anew).map_err(|e| failed(&e))?;
    Ok(true)
}

/// Keeps other processes from replacing the file, as long as the answer lives.
fn lock(file: &Path) -> std::io::Result<std::fs::File> {
    let lock = std::fs::OpenOptions::new().create(true).append(true).open(file.with_extension("lock"))?;
    lock.lock()?;
    Ok(lock)
}

/// Replaces the file as a whole.
fn replace(file: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut new = tempfile::NamedTempFile::new_in(file.parent().unwrap_or(Path::new(".")))?;
    new.write_all(bytes)?;
    new.as_file().sync_data()?;
    new.persist(file)?;
    Ok(())
}

fn place() -> Place {
    Place::new("sandbox", "state", "world")
}
