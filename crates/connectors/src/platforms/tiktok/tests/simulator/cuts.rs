//! Uploads over a socket that is closed on the way, as connections are.

use sha2::{Digest, Sha256};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::films::long_film;
use super::*;
use crate::sandbox::serve;

/// The head of a PUT of so many bytes over a socket.
fn head(port: u16, url: &str, range: &str, bytes: usize) -> String {
    let path = url.strip_prefix("https://").unwrap();
    format!(
        "PUT /tiktok/{path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\nContent-Type: video/mp4\r\n\
         Content-Length: {bytes}\r\nContent-Range: {range}\r\n\r\n"
    )
}

/// Sends the first `until` of these bytes and hangs up, or reads the answer's first line after all of them.
async fn put(port: u16, url: &str, range: &str, bytes: &[u8], until: usize) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    stream.write_all(head(port, url, range, bytes.len()).as_bytes()).await.unwrap();
    stream.write_all(&bytes[..until]).await.unwrap();
    if until < bytes.len() {
        stream.shutdown().await.unwrap();
        return String::new();
    }
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer.lines().next().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn three_cut_connections_cost_three_chunks() {
    let net = Net::new();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(serve(listener, net.bench.sandbox.clone(), false, std::future::pending()));
    let mara = net.mara().await;
    let file = long_film(12_000_001);
    let source = json!({
        "source": "FILE_UPLOAD", "video_size": 12_000_001, "chunk_size": 5_000_000, "total_chunk_count": 2,
    });
    let body = json!({ "post_info": info("Cut", "PUBLIC_TO_EVERYONE"), "source_info": source });
    let Begun { id, url } = begun(&mara.publish("video/init", body).await);
    let first = ("bytes 0-4999999/12000001", &file[..5_000_000]);
    let last = ("bytes 5000000-12000000/12000001", &file[5_000_000..]);
    put(port, &url, first.0, first.1, 1).await;
    put(port, &url, first.0, first.1, 4_999_999).await;
    assert_eq!(data(&mara.status(&id).await)["uploaded_bytes"], 0);
    assert!(put(port, &url, first.0, first.1, first.1.len()).await.contains(" 206 "));
    put(port, &url, last.0, last.1, 6_000_000).await;
    assert_eq!(data(&mara.status(&id).await)["uploaded_bytes"], 5_000_000);
    // A refusal is read after all bytes, too.
    assert!(put(port, &url, first.0, first.1, first.1.len()).await.contains(" 416 "));
    assert!(put(port, &url, last.0, last.1, last.1.len()).await.contains(" 201 "));
    assert_eq!(net.live()[0].media[0].sha256, hex::encode(Sha256::digest(&file)));
}
