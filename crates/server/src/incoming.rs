//! Bodies of uploads on their way to the library.

use std::io;
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use carillon_engine::media::Incoming;
use futures::StreamExt;
use tokio::sync::mpsc;

/// How long a client may be silent in the middle of an upload.
pub const IDLE: Duration = Duration::from_secs(60);

/// A body as the library wants it; a client that falls silent has gone.
pub fn body(body: Body) -> Incoming {
    let timed = tokio_stream::StreamExt::timeout(body.into_data_stream(), IDLE);
    timed
        .map(|next| match next {
            Ok(Ok(bytes)) => Ok(bytes),
            Ok(Err(error)) => Err(io::Error::other(error)),
            Err(_) => Err(io::ErrorKind::TimedOut.into()),
        })
        .boxed()
}

/// The near end of a channel to the library.
pub struct Sender(mpsc::Sender<Option<Bytes>>);

/// A body that is fed from elsewhere. It ends well only if [`Sender::end`] was called.
pub fn channel() -> (Sender, Incoming) {
    let (sender, receiver) = mpsc::channel::<Option<Bytes>>(2);
    let stream = futures::stream::unfold(Some(receiver), |receiver| async move {
        let mut receiver = receiver?;
        match receiver.recv().await {
            Some(Some(bytes)) => Some((Ok(bytes), Some(receiver))),
            Some(None) => None,
            None => Some((Err(io::ErrorKind::UnexpectedEof.into()), None)),
        }
    });
    (Sender(sender), stream.boxed())
}

impl Sender {
    /// Passes bytes on; false when nobody wants them any more.
    pub async fn send(&self, bytes: Bytes) -> bool {
        self.0.send(Some(bytes)).await.is_ok()
    }

    /// Says that this was all.
    pub async fn end(self) {
        // Nobody may be listening any more; then it does not matter.
        drop(self.0.send(None).await);
    }
}
