//! Copies of the database, and putting them back.

use std::io::Write;
use std::path::Path;

use carillon_domain::time::Clock;
use carillon_store::{Db, backup};

use super::{CliError, print, run};
use crate::settings::Settings;

/// Copies the SQLite database to a file.
pub fn make(settings: &Settings, to: &Path, out: &mut dyn Write) -> Result<(), CliError> {
    let url = settings.database_url();
    let path = url.expose().strip_prefix("sqlite:").map(|path| path.strip_prefix("//").unwrap_or(path));
    let Some(path) = path else {
        return Err(CliError::Failed(format!(
            "A PostgreSQL database has tools of its own for this. Run: pg_dump --format=custom --file={} <the address in \
             `database.url`>. When you have put a dump back, run `carillon admin restored` before you start a node.",
            to.display()
        )));
    };
    if !Path::new(path).is_file() {
        return Err(CliError::Failed(format!(
            "There is no database at {path}. Name its folder with --data."
        )));
    }
    run::runtime()?.block_on(async {
        // Nothing is changed, not even the schema: a copy is made before an upgrade, too.
        let db = Db::connect(url.expose(), &settings.database.options()).await.map_err(run::unusable)?;
        let done = db.backup(to).await;
        db.close().await;
        done.map_err(|e| CliError::failed("The copy was not made", e))
    })?;
    print(
        out,
        &format!("Copied to {}. Keep the media folder and the encryption key as well.\n", to.display()),
    )
}

/// Says that the database was put back from a copy.
pub fn declare(settings: &Settings, out: &mut dyn Write) -> Result<(), CliError> {
    run::runtime()?.block_on(async {
        let db = run::open(settings).await?;
        let node = run::node_clock();
        let done = match node.measure(&db).await {
            Ok(()) => backup::declare_restored(&db, node.now()).await,
            Err(error) => Err(error),
        };
        db.close().await;
        done.map_err(|e| CliError::failed("It was not noted", e))
    })?;
    print(out, "Noted. What is due already waits for a person; see it under Posts, Held.\n")
}
