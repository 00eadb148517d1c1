//! Where Carillon keeps its data while it is measured.

use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::ensure;

use super::Burst;
use crate::{postgres, report};

/// A kind of database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Home {
    /// A file in a folder of its own.
    Sqlite,
    /// A database of its own on the server at this URL.
    Postgres(String),
}

impl Home {
    /// Those that the command line asks for, durable ones only.
    pub async fn wanted(burst: &Burst) -> anyhow::Result<Vec<Self>> {
        let mut all = vec![Self::Sqlite];
        match &burst.postgres_url {
            Some(url) => {
                postgres::is_durable(url).await?;
                all.push(Self::Postgres(url.clone()));
            }
            None => report::complain("no --postgres-url: nothing is measured on PostgreSQL"),
        }
        all.retain(|home| burst.only.is_empty() || burst.only.iter().any(|name| name == home.subject()));
        ensure!(
            !all.is_empty(),
            "--only leaves nothing: carillon-sqlite or carillon-postgres, with --postgres-url"
        );
        Ok(all)
    }

    /// As `--only` takes it.
    fn subject(&self) -> &'static str {
        match self {
            Self::Sqlite => "carillon-sqlite",
            Self::Postgres(_) => "carillon-postgres",
        }
    }

    /// Its name in what is printed.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres(_) => "postgres",
        }
    }

    /// Lets `work` use an empty database of this kind: the URL where it is on a server. It is dropped afterwards.
    pub async fn lend<T>(
        &self,
        work: impl AsyncFnOnce(Option<&str>) -> anyhow::Result<T>,
    ) -> anyhow::Result<T> {
        let Self::Postgres(server) = self else { return work(None).await };
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("burst_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let database = postgres::new_database(server, &name).await?;
        let done = work(Some(&database)).await;
        let dropped = postgres::drop_database(&database).await;
        let done = done?;
        dropped.map(|()| done)
    }
}
