//! The sandbox on a socket.

use std::future::Future;
use std::net::SocketAddr;
use std::pin::pin;
use std::time::Duration;

use axum::body::Body;
use axum::response::Response;
use http::Request;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};

use super::Sandbox;
use super::operation::Cut;
use super::router::Arrival;

/// Why the sandbox does not listen.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// It is for tests: whoever reaches it can read every token.
    #[error(
        "the sandbox gives its tokens to everybody who can reach it, so it listens on loopback addresses only, not on \
         {address}; allow this address by name if that is really wanted"
    )]
    NotLoopback {
        /// The address.
        address: SocketAddr,
    },
    /// The listener failed.
    #[error("the sandbox can't listen: {0}")]
    Io(#[from] std::io::Error),
}

/// Serves until `shutdown` resolves, then lets running answers finish (at most 5 s).
///
/// # Errors
/// [`ServeError::NotLoopback`] for other addresses unless `allow_any_address`.
pub async fn serve(
    listener: TcpListener,
    sandbox: Sandbox,
    allow_any_address: bool,
    shutdown: impl Future<Output = ()> + Send,
) -> Result<(), ServeError> {
    let address = listener.local_addr()?;
    if !address.ip().is_loopback() && !allow_any_address {
        return Err(ServeError::NotLoopback { address });
    }
    let graceful = GracefulShutdown::new();
    let mut shutdown = pin!(shutdown);
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => spawn_connection(stream, sandbox.clone(), &graceful),
                Err(error) => {
                    tracing::warn!(%error, "the sandbox could not accept a connection");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            },
            () = &mut shutdown => break,
        }
    }
    drop(listener);
    tokio::select! {
        () = graceful.shutdown() => {}
        () = tokio::time::sleep(Duration::from_secs(5)) => {}
    }
    Ok(())
}

fn spawn_connection(stream: TcpStream, sandbox: Sandbox, graceful: &GracefulShutdown) {
    let service = service_fn(move |request| answer(sandbox.clone(), request));
    let connection = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .serve_connection(TokioIo::new(stream), service);
    let connection = graceful.watch(connection);
    tokio::spawn(async move {
        // An error here is a client that went away, or a scripted cut.
        if let Err(error) = connection.await {
            tracing::debug!(%error, "a sandbox connection ended early");
        }
    });
}

/// A scripted cut is an error: hyper then drops the connection without writing anything.
async fn answer(sandbox: Sandbox, request: Request<Incoming>) -> Result<Response, CutConnection> {
    let authority =
        request.headers().get(http::header::HOST).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let (host, port) = split_authority(authority);
    let arrival = Arrival { scheme: "http".to_owned(), host, port, sockets: true };
    let response = sandbox.answer(request.map(Body::new), arrival).await;
    sandbox.world().settled().await;
    if response.extensions().get::<Cut>().is_some() {
        return Err(CutConnection);
    }
    Ok(response)
}

fn split_authority(authority: &str) -> (String, Option<u16>) {
    match authority.parse::<http::uri::Authority>() {
        Ok(a) => (a.host().trim_matches(['[', ']']).to_ascii_lowercase(), a.port_u16()),
        Err(_) => (String::new(), None),
    }
}

#[derive(Debug, thiserror::Error)]
#[error("cut by the fault script")]
struct CutConnection;
