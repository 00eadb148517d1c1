//! The servers named in a PostgreSQL address, and which of them leads.
//!
//! The driver knows one server. We know several: `postgres://user:password@one:5432,two:5432/name`. Connections go to the one that
//! takes writes; when it is lost, they go to the one that was promoted. Two things are prevented: that a node goes on with an old
//! primary that came back beside the new one (each promotion begins a new timeline, and nobody goes back to an older one), and that
//! a node waits for the answer of a server that is gone.

use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool};
use sqlx::{ConnectOptions, Connection as _};
use tokio::sync::{Notify, watch};
use tokio::time::{Instant, timeout};

use crate::StoreError;
use crate::db::quiet;

/// How often the leading server is asked whether it still leads, where there are several.
const LOOK: Duration = Duration::from_secs(1);

/// How often all servers are asked although the leading one says that it leads: a server that was lost and came back says so too, and a
/// node that slept meanwhile has not heard of its successor.
const LOOK_AROUND: Duration = Duration::from_secs(5);

/// A server that does not answer in this time is not there.
const PATIENCE: Duration = Duration::from_secs(3);

/// One server, and all others that could take its place.
pub(crate) struct Servers {
    all: Vec<PgConnectOptions>,
    lead: watch::Sender<Lead>,
    trouble: Notify,
    /// The newest timeline that a leading server had.
    newest: AtomicI64,
}

#[derive(Clone, Copy)]
struct Lead {
    server: usize,
    since: Instant,
}

/// What a server says of itself.
enum Role {
    /// It takes writes. Its timeline, or 0 where it does not tell.
    Primary(i64),
    Standby,
}

impl Servers {
    /// Reads an address with one or more servers, separated by commas.
    pub(crate) fn parse(url: &str, pooler: bool) -> Result<Self, StoreError> {
        let all: Result<Vec<_>, _> = addresses(url).iter().map(|one| options(one, pooler)).collect();
        let (lead, _) = watch::channel(Lead { server: 0, since: Instant::now() });
        Ok(Self { all: all?, lead, trouble: Notify::new(), newest: AtomicI64::new(0) })
    }

    /// Whether another server could take over.
    pub(crate) fn several(&self) -> bool {
        self.all.len() > 1
    }

    /// How to connect to the leading server.
    pub(crate) fn leading(&self) -> PgConnectOptions {
        self.all[self.lead.borrow().server].clone()
    }

    /// Asks all servers, and follows the one that leads. Tells whether that is another one than before.
    ///
    /// # Errors
    /// When none takes writes; the text names what each said.
    pub(crate) async fn find(&self) -> Result<bool, StoreError> {
        let asked = self.all.iter().map(|server| async {
            let asking = async {
                let mut connection = server.connect().await?;
                let role = role(&mut connection).await;
                drop(connection.close().await);
                role
            };
            timeout(PATIENCE, asking).await.unwrap_or(Err(sqlx::Error::PoolTimedOut))
        });
        let answers = futures::future::join_all(asked).await;
        let now = self.lead.borrow().server;
        let newest = self.newest.load(Ordering::Relaxed);
        let leading = answers.iter().enumerate().filter_map(|(server, answer)| match answer {
            Ok(Role::Primary(timeline)) if *timeline >= newest => Some((*timeline, server == now, server)),
            _ => None,
        });
        let Some((timeline, same, server)) = leading.max() else {
            return Err(StoreError::Unreachable(self.why_none(&answers)));
        };
        self.newest.fetch_max(timeline, Ordering::Relaxed);
        if !same {
            self.lead.send_replace(Lead { server, since: Instant::now() });
        }
        Ok(!same)
    }

    fn why_none(&self, answers: &[Result<Role, sqlx::Error>]) -> String {
        let said = self.all.iter().zip(answers).map(|(server, answer)| {
            let said = match answer {
                Ok(Role::Standby) => "is a standby".to_owned(),
                Ok(Role::Primary(_)) => "is a former primary; another one was promoted since".to_owned(),
                Err(sqlx::Error::PoolTimedOut) => "does not answer".to_owned(),
                Err(error) => error.to_string(),
            };
            format!("{}: {said}", name(server))
        });
        let said: Vec<_> = said.collect();
        format!("no PostgreSQL server at `database.url` takes writes: {}", said.join("; "))
    }

    /// Somebody met a server that does not lead, or none at all: look at once.
    pub(crate) fn report(&self) {
        self.trouble.notify_one();
    }

    /// Whether a new connection may be used.
    pub(crate) async fn accept(&self, connection: &mut PgConnection) -> Result<(), sqlx::Error> {
        let refused = match role(connection).await? {
            Role::Primary(timeline) if timeline >= self.newest.load(Ordering::Relaxed) => return Ok(()),
            Role::Primary(_) => "this server led before another one was promoted",
            Role::Standby => "this server is a standby",
        };
        self.report();
        Err(sqlx::Error::Configuration(refused.into()))
    }

    /// Whether a connection of this age may be used again.
    pub(crate) async fn still_good(
        &self,
        connection: &mut PgConnection,
        age: Duration,
    ) -> Result<bool, sqlx::Error> {
        // Made before the move, so it leads to the former server.
        if age >= self.lead.borrow().since.elapsed() {
            return Ok(false);
        }
        let good = matches!(standby(connection).await, Ok(false));
        if !good {
            self.report();
        }
        Ok(good)
    }

    /// Returns when another server leads. With one server, never.
    pub(crate) async fn moved(&self, since: &mut watch::Receiver<impl Sized>) {
        if since.changed().await.is_err() {
            std::future::pending().await
        }
    }

    /// From here on [`moved`](Self::moved) tells.
    pub(crate) fn watch(&self) -> watch::Receiver<impl Sized + use<>> {
        self.lead.subscribe()
    }

    /// Keeps the pool at the leading server until the pool is closed.
    pub(crate) async fn follow(self: Arc<Self>, pool: PgPool) {
        let closed = pool.close_event();
        tokio::pin!(closed);
        let mut asking = None;
        let mut lost = false;
        let mut look_around = Instant::now() + LOOK_AROUND;
        loop {
            tokio::select! {
                () = &mut closed => return,
                () = self.trouble.notified() => {}
                () = tokio::time::sleep(LOOK) => {}
            }
            let leads = self.still_leads(&mut asking).await;
            if leads && Instant::now() < look_around {
                lost = false;
                continue;
            }
            let found = self.find().await;
            look_around = Instant::now() + LOOK_AROUND;
            match found {
                Ok(true) => {
                    let server = self.leading();
                    tracing::warn!(server = name(&server), "another PostgreSQL server leads; following it");
                    pool.set_connect_options(server);
                    asking = None;
                }
                Ok(false) => lost = false,
                Err(error) if !lost => {
                    lost = true;
                    tracing::error!(%error, "looking again every second");
                }
                Err(_) => {}
            }
        }
    }

    /// Asks on a connection that is kept for it, so that a busy pool says nothing about the server.
    async fn still_leads(&self, kept: &mut Option<PgConnection>) -> bool {
        let asking = async {
            let mut connection = match kept.take() {
                Some(connection) => connection,
                None => self.leading().connect().await.ok()?,
            };
            let Role::Primary(timeline) = role(&mut connection).await.ok()? else { return None };
            *kept = Some(connection);
            Some(timeline)
        };
        let timeline = timeout(PATIENCE, asking).await.ok().flatten();
        // A restart may have begun a new timeline on the same server.
        timeline.is_some_and(|t| self.newest.fetch_max(t, Ordering::Relaxed) <= t)
    }
}

async fn role(connection: &mut PgConnection) -> Result<Role, sqlx::Error> {
    if standby(connection).await? {
        return Ok(Role::Standby);
    }
    // The first eight hex digits of a log file's name are the timeline. Services that only speak PostgreSQL's language may not know it.
    let timeline = "select pg_walfile_name(pg_current_wal_lsn())";
    let file: Result<String, _> = sqlx::query_scalar(timeline).persistent(false).fetch_one(connection).await;
    let timeline = file.ok().and_then(|file| i64::from_str_radix(file.get(..8)?, 16).ok());
    Ok(Role::Primary(timeline.unwrap_or(0)))
}

async fn standby(connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
    // `read only` is how managed servers close themselves for writes, when the disk is full for example.
    let sql = "select pg_is_in_recovery() or current_setting('default_transaction_read_only') = 'on'";
    sqlx::query_scalar(sql).persistent(false).fetch_one(connection).await
}

fn options(url: &str, pooler: bool) -> Result<PgConnectOptions, StoreError> {
    let options = PgConnectOptions::from_str(url)
        .map_err(|e| StoreError::Config(format!("it is not an address of a PostgreSQL database: {e}")))?
        .application_name("carillon")
        .log_statements(quiet());
    if !pooler {
        return Ok(options);
    }
    // PgBouncer refuses start-up parameters that it does not know.
    Ok(options.statement_cache_capacity(0).extra_float_digits(None))
}

/// Host and port, without what is secret.
fn name(server: &PgConnectOptions) -> String {
    format!("{}:{}", server.get_host(), server.get_port())
}

/// `postgres://u:p@one:1,two:2/name?x` as one address for each server.
pub(crate) fn addresses(url: &str) -> Vec<String> {
    let Some((scheme, rest)) = url.split_once("://") else { return vec![url.to_owned()] };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    let (login, hosts) = authority.rsplit_once('@').map_or(("", authority), |(l, h)| (l, h));
    let at = if authority.contains('@') { "@" } else { "" };
    hosts.split(',').map(|host| format!("{scheme}://{login}{at}{}{path}", host.trim())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_may_name_several_servers() {
        assert_eq!(
            addresses("postgres://me:a,b@one:5432,two:5433/name?sslmode=require"),
            [
                "postgres://me:a,b@one:5432/name?sslmode=require",
                "postgres://me:a,b@two:5433/name?sslmode=require"
            ]
        );
        assert_eq!(addresses("postgres://[::1]:5432/x"), ["postgres://[::1]:5432/x"]);
        assert_eq!(addresses("postgres:///x?host=/run"), ["postgres:///x?host=/run"]);
    }

    #[test]
    fn a_wrong_address_among_several_is_refused() {
        let refused = Servers::parse("postgres://me:pw@one:5432,two:port/x", false).err().expect("refused");
        assert!(matches!(&refused, StoreError::Config(said) if !said.contains("pw")), "{refused}");
    }
}
