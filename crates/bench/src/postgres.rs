//! What is asked of a PostgreSQL server from the outside, by its own client.

use anyhow::{Context, bail, ensure};
use tokio::process::Command;

/// Runs statements, one after the other, and gives what they answer, unadorned.
pub async fn ask(url: &str, statement: &str) -> anyhow::Result<String> {
    let mut psql = Command::new("psql");
    let done = psql.args(["-qXAt", "-v", "ON_ERROR_STOP=1", "-d", url, "-c", statement]).output().await;
    let done = done.context("no psql")?;
    if !done.status.success() {
        bail!("{statement}: {}", String::from_utf8_lossy(&done.stderr));
    }
    Ok(String::from_utf8_lossy(&done.stdout).trim().to_owned())
}

/// An empty database of this name on this server.
pub async fn new_database(server: &str, name: &str) -> anyhow::Result<String> {
    for statement in [format!("drop database if exists {name}"), format!("create database {name}")] {
        ask(server, &statement).await?;
    }
    let mut url = url::Url::parse(server)?;
    url.set_path(name);
    Ok(url.into())
}

/// Removes a database that [`new_database`] made, whoever uses it still.
pub async fn drop_database(url: &str) -> anyhow::Result<()> {
    let mut server = url::Url::parse(url)?;
    let name = server.path().trim_start_matches('/').to_owned();
    server.set_path("postgres");
    ask(server.as_str(), &format!("drop database {name} with (force)")).await?;
    Ok(())
}

/// The server's first process, if it runs on this machine.
pub async fn process(url: &str) -> anyhow::Result<Option<u32>> {
    let lock = ask(url, "select split_part(pg_read_file('postmaster.pid'), E'\\n', 1)").await?;
    let pid: u32 = lock.parse().context("an unknown form of postmaster.pid")?;
    let name = std::fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
    Ok((name.trim() == "postgres").then_some(pid))
}

/// An error unless what this server commits is on the disk.
pub async fn is_durable(url: &str) -> anyhow::Result<()> {
    for setting in ["fsync", "synchronous_commit", "full_page_writes"] {
        let value = ask(url, &format!("show {setting}")).await?;
        ensure!(value == "on", "the PostgreSQL server has {setting} = {value}: its commits are not durable");
    }
    Ok(())
}
