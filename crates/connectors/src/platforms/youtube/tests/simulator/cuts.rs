//! Uploads over a socket that is closed on the way, as connections are.

use sha2::{Digest, Sha256};
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};

use super::*;
use crate::sandbox::serve;

/// Writes the head of a PUT of the whole file from `from` on, so much of it, and hangs up.
async fn hang_up(port: u16, session: &str, file: &Bytes, from: usize, until: usize) {
    let path = session.strip_prefix("https://").unwrap();
    let head = format!(
        "PUT /youtube/{path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Length: {}\r\nContent-Range: bytes {from}-{}/{}\r\n\r\n",
        file.len() - from,
        file.len() - 1,
        file.len(),
    );
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(&file[from..until]).await.unwrap();
    stream.shutdown().await.unwrap();
}

#[tokio::test]
async fn three_cut_connections_lose_no_byte() {
    let net = Net::new().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(serve(listener, net.bench.sandbox.clone(), false, std::future::pending()));
    let file = long_film(9_000_000);
    let session = net.session(&meta("Cut", "public"), file.len()).await;
    let mut from = 0;
    for until in [1, 4_300_000, 8_999_999] {
        hang_up(port, &session, &file, from, until).await;
        let stored = format!("bytes=0-{}", until - 1);
        let mut changes = net.bench.world.changes();
        let arrived = async {
            while net.question(&session, "*").await.header("range") != Some(stored.as_str()) {
                changes.changed().await.unwrap();
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(30), arrived).await.unwrap_or_else(|_| panic!("{stored}"));
        from = until;
    }
    let last = net.chunk(&session, &file, from, file.len()).await;
    assert_eq!(last.status, StatusCode::CREATED, "{}", last.snippet(200));
    assert_eq!(net.live().await[0].media[0].sha256, hex::encode(Sha256::digest(&file)));
}
