//! What the machine gives: durable commits a second, and posts a second at the sink. No burst can be faster than these allow.

use std::time::Duration;

use carillon_domain::id::Id;
use carillon_domain::time::Clock;
use carillon_server::ambient::{OsEntropy, SystemClock};
use carillon_store::{Db, StoreError, bulk};
use futures::future::join_all;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::Instant;

use super::home::Home;
use super::sink::Sink;

/// Connections that post.
const CONNECTIONS: usize = 100;

/// Who commits at the same time: one, and enough to share what a commit costs.
const AT_ONCE: [usize; 2] = [1, 50];

/// Rows of one commit.
const ROWS: [u16; 2] = [1, 10];

/// What was measured.
pub struct Floor {
    what: String,
    per_second: f64,
}

impl std::fmt::Display for Floor {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{} per_second={:.0}", self.what, self.per_second)
    }
}

/// Posts of a burst's size over connections that stay open, for so long.
pub async fn posts(time: Duration) -> anyhow::Result<Floor> {
    let sink = Sink::start(Duration::ZERO).await?;
    let started = Instant::now();
    let clients = (0..CONNECTIONS).map(|number| tokio::spawn(client(sink.address, number, started + time)));
    let mut posts = 0;
    for client in join_all(clients).await {
        posts += client??;
    }
    let per_second = posts as f64 / started.elapsed().as_secs_f64();
    Ok(Floor { what: format!("posts connections={CONNECTIONS}"), per_second })
}

async fn client(sink: std::net::SocketAddr, number: usize, end: Instant) -> anyhow::Result<usize> {
    let body = format!("{{\"text\":\"floor-{number} {}\"}}", "bells ".repeat(40));
    let head = "POST /2/tweets HTTP/1.1\r\nhost: sink\r\ncontent-type: application/json\r\ncontent-length";
    let request = format!("{head}: {}\r\n\r\n{body}", body.len());
    let mut stream = TcpStream::connect(sink).await?;
    stream.set_nodelay(true)?;
    let mut answer = vec![0; 1_024];
    let mut posts = 0;
    while Instant::now() < end {
        stream.write_all(request.as_bytes()).await?;
        // The sink writes its short answer in one piece.
        anyhow::ensure!(stream.read(&mut answer).await? > 0, "the sink hung up");
        posts += 1;
    }
    Ok(posts)
}

/// Durable commits on this kind of database, for so long each: by one and by many at once, with few and with many rows.
pub async fn commits(home: &Home, time: Duration) -> anyhow::Result<Vec<Floor>> {
    home.lend(async |database| {
        let folder = tempfile::Builder::new().prefix("carillon-bench-floor-").tempdir()?;
        let file = format!("sqlite:{}", folder.path().join("carillon.db").display());
        let db = Db::open(database.unwrap_or(&file)).await?;
        let mut all = Vec::new();
        for at_once in AT_ONCE {
            for rows in ROWS {
                let what = format!("commits on={} rows={rows} at_once={at_once}", home.name());
                all.push(Floor { what, per_second: transactions(&db, time, at_once, rows).await? });
            }
        }
        db.close().await;
        Ok(all)
    })
    .await
}

/// Transactions a second.
async fn transactions(db: &Db, time: Duration, at_once: usize, rows: u16) -> anyhow::Result<f64> {
    let started = Instant::now();
    let writers = (0..at_once).map(|_| tokio::spawn(writer(db.clone(), started + time, rows)));
    let mut done = 0;
    for writer in join_all(writers).await {
        done += writer??;
    }
    Ok(f64::from(done) / started.elapsed().as_secs_f64())
}

async fn writer(db: Db, end: Instant, rows: u16) -> Result<u32, StoreError> {
    let (clock, entropy) = (SystemClock::new(), OsEntropy);
    let mut done = 0;
    while Instant::now() < end {
        let (key, now) = (Id::new(&clock, &entropy), clock.now());
        db.write(move |tx| Box::pin(async move { bulk::write_rows(tx, key, rows, now).await })).await?;
        done += 1;
    }
    Ok(done)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_machine_is_measured() {
        let short = Duration::from_millis(50);
        assert!(posts(short).await.expect("posts").per_second > 0.0);
        let commits = commits(&Home::Sqlite, short).await.expect("commits");
        let said: Vec<String> = commits.iter().map(|floor| format!("{floor}")).collect();
        assert_eq!(commits.len(), 4, "{said:?}");
        assert!(commits.iter().all(|floor| floor.per_second > 0.0), "{said:?}");
        assert!(said[0].starts_with("commits on=sqlite rows=1 at_once=1 per_second="), "{said:?}");
    }
}
