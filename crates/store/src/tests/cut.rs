//! What is left behind by whoever stops waiting for a database server.

use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use sqlx::Row as _;
use sqlx::postgres::{PgConnectOptions, PgPool};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, watch};

use crate::testing::TestDb;
use crate::{Db, DbOptions, Executor, Stmt, StoreError};

/// A way to the server on which the answer to a `begin`, and what follows it, is held back while it is shut.
struct Way {
    url: String,
    shut: watch::Sender<bool>,
    /// An answer is held back.
    held: Arc<Notify>,
}

impl Way {
    async fn to(server: &str) -> Self {
        let options = PgConnectOptions::from_str(server).expect("a url");
        let there = format!("{}:{}", options.get_host(), options.get_port());
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let here = listener.local_addr().expect("a port").to_string();
        let (shut, gate) = watch::channel(false);
        let held = Arc::new(Notify::new());
        let (url, noted) = (server.replacen(&there, &here, 1), Arc::clone(&held));
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let server = TcpStream::connect(&there).await.expect("the server");
                tokio::spawn(relay(client, server, gate.clone(), Arc::clone(&noted)));
            }
        });
        Self { url, shut, held }
    }
}

async fn relay(client: TcpStream, server: TcpStream, mut shut: watch::Receiver<bool>, held: Arc<Notify>) {
    let ((mut from_client, mut to_client), (mut from_server, mut to_server)) =
        (client.into_split(), server.into_split());
    let begun = AtomicBool::new(false);
    let asking = async {
        let mut bytes = [0; 4096];
        while let Ok(count @ 1..) = from_client.read(&mut bytes).await {
            begun.fetch_or(bytes[..count].windows(5).any(|word| word == b"BEGIN"), Ordering::Relaxed);
            to_server.write_all(&bytes[..count]).await.expect("the server");
        }
    };
    let answering = async {
        let mut bytes = [0; 4096];
        while let Ok(count @ 1..) = from_server.read(&mut bytes).await {
            if begun.swap(false, Ordering::Relaxed) && *shut.borrow() {
                held.notify_one();
                shut.wait_for(|shut| !*shut).await.expect("a gate");
            }
            if to_client.write_all(&bytes[..count]).await.is_err() {
                return;
            }
        }
    };
    tokio::select! {
        () = asking => {}
        () = answering => {}
    }
}

/// Returns once nobody uses a connection any more.
async fn idle(pool: &PgPool) {
    let at_rest = async {
        while pool.size() as usize != pool.num_idle() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), at_rest).await.expect("at rest");
}

const ONE: Stmt = Stmt { name: "test.one", sql: "select 1 as one" };

/// Whether it is not inside a transaction that an earlier statement began. Sent as one message: a statement that is sent in parts
/// arrives at several times.
const ALONE: &str = "select now() = statement_timestamp()";

#[tokio::test]
async fn whoever_stops_waiting_while_a_transaction_begins_leaves_none_open() {
    let name = "cut::whoever_stops_waiting_while_a_transaction_begins_leaves_none_open";
    let Some(test) = TestDb::postgres(name).await else { return };
    // Behind a pooler reading takes a transaction as well.
    for (pooler, reads) in [(false, false), (true, false), (true, true)] {
        let way = Way::to(&test.url).await;
        let options = DbOptions { pooler, ..DbOptions::default() };
        let db = Db::connect(&way.url, &options).await.expect("opens");
        let Db::Postgres(server) = &db else { panic!("a server") };
        idle(&server.pool).await;
        way.shut.send_replace(true);
        let asking = async {
            if reads {
                db.fetch_all(ONE, Vec::new()).await.map(drop)
            } else {
                db.write(|_| Box::pin(async { Ok::<_, StoreError>(()) })).await
            }
        };
        tokio::select! {
            _ = asking => panic!("it got no answer"),
            () = way.held.notified() => {}
        }
        way.shut.send_replace(false);
        idle(&server.pool).await;
        let row = sqlx::raw_sql(ALONE).fetch_one(&server.pool).await.expect("a row");
        assert!(row.get::<bool, _>(0), "{pooler} {reads}: it is inside a transaction that began before");
        db.close().await;
    }
    test.dispose().await;
}

#[tokio::test]
async fn closing_does_not_wait_for_a_server_that_never_answers() {
    let name = "cut::closing_does_not_wait_for_a_server_that_never_answers";
    let Some(test) = TestDb::postgres(name).await else { return };
    let way = Way::to(&test.url).await;
    let db = Db::connect(&way.url, &DbOptions::default()).await.expect("opens");
    way.shut.send_replace(true);
    let hanging = db.write(|_| Box::pin(async { Ok::<_, StoreError>(()) }));
    let closing = async {
        way.held.notified().await;
        db.close().await;
    };
    tokio::select! {
        _ = hanging => panic!("it got no answer"),
        () = closing => {}
    }
    test.dispose().await;
}
