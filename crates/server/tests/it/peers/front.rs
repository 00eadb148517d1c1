//! A stretch of the network between Carillon and a server, which the test holds in its hand.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt, copy, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinSet;

/// Hands on every byte, but for the answer that it is told to keep.
pub struct Front {
    port: u16,
    kept: Arc<Mutex<Option<Keep>>>,
    _relays: JoinSet<()>,
}

/// Which answer to keep.
struct Keep {
    /// How the request begins.
    request: &'static str,
    /// Hears how the answer begins.
    heard: oneshot::Sender<String>,
}

impl Front {
    /// Listens; whoever connects waits until it is known where the server is.
    pub async fn new(server: oneshot::Receiver<SocketAddr>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let kept: Arc<Mutex<Option<Keep>>> = Arc::default();
        let (mut relays, keep) = (JoinSet::new(), kept.clone());
        relays.spawn(async move {
            let server = server.await.expect("the server starts");
            let mut open = JoinSet::new();
            while let Ok((client, _)) = listener.accept().await {
                open.spawn(relay(client, server, keep.clone()));
            }
        });
        Self { port, kept, _relays: relays }
    }

    /// Where it listens.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Hands the next connection's request on if it begins like this, and keeps the answer to itself until the client is
    /// gone. The receiver hears the answer's first line. Only for calls that have a connection of their own.
    pub fn keep_answer(&self, request: &'static str) -> oneshot::Receiver<String> {
        let (heard, answer) = oneshot::channel();
        *self.kept.lock().expect("kept") = Some(Keep { request, heard });
        answer
    }

    fn take(kept: &Mutex<Option<Keep>>, head: &[u8]) -> Option<Keep> {
        kept.lock().expect("kept").take_if(|keep| head.starts_with(keep.request.as_bytes()))
    }
}

async fn relay(mut client: TcpStream, server: SocketAddr, kept: Arc<Mutex<Option<Keep>>>) {
    let Ok(mut server) = TcpStream::connect(server).await else { return };
    let mut head = vec![0; 8 * 1024];
    let Ok(length) = client.read(&mut head).await else { return };
    let head = &head[..length];
    if server.write_all(head).await.is_err() {
        return;
    }
    let Some(keep) = Front::take(&kept, head) else {
        // Broken connections are what clients and servers do; nobody else is concerned.
        let _ = copy_bidirectional(&mut client, &mut server).await;
        return;
    };
    let (mut from_client, (mut from_server, mut to_server)) = (client, server.split());
    let listen = async {
        let mut answer = vec![0; 1024];
        let length = from_server.read(&mut answer).await.unwrap_or_default();
        let text = String::from_utf8_lossy(&answer[..length]).into_owned();
        let _ = keep.heard.send(text.lines().next().unwrap_or_default().to_owned());
        std::future::pending::<()>().await;
    };
    tokio::select! {
        _ = copy(&mut from_client, &mut to_server) => {}
        () = listen => {}
    }
}
