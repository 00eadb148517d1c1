//! Files that are too large to be kept: they are joined and hashed part by part while they arrive, and each part's bytes are thrown
//! away at once. What a restart interrupts is lost; the network then says that the upload can't be stored.

use super::blob::{Blobs, Writer};
use super::lock;

/// A large file of which the first parts are there.
pub(super) struct Growing {
    /// What it consists of so far.
    pub(super) parts: Vec<String>,
    pub(super) writer: Writer,
}

impl Blobs {
    /// Says that a stored part was accepted as number `position`, from 0, of a file of `total` bytes. Of a file that is too large to
    /// be kept it is added to what came before, and its bytes go. A part that does not follow what came before stays until
    /// [`Blobs::join`]. `upload` names the upload among all of the world.
    pub async fn take_over(&self, upload: &str, total: u64, position: usize, part: &str) {
        if total <= self.keep_at_most {
            return;
        }
        let begun = lock(&self.growing).remove(upload);
        let mut growing = match begun {
            Some(growing) => growing,
            None => match self.writer().await {
                Ok(writer) => Growing { parts: Vec::new(), writer },
                Err(_) => return,
            },
        };
        if growing.parts.len() == position {
            if self.copy(&[part.to_owned()], &mut growing.writer).await.is_err() {
                return growing.writer.discard().await;
            }
            growing.parts.push(part.to_owned());
            self.release(part).await;
        }
        if growing.parts.is_empty() {
            return growing.writer.discard().await;
        }
        lock(&self.growing).insert(upload.to_owned(), growing);
    }

    /// The file that these parts, or the first of them, were taken over for.
    pub(super) fn begun(&self, parts: &[String]) -> Option<Growing> {
        let mut growing = lock(&self.growing);
        let of_these = |(_, file): &(&String, &Growing)| parts.starts_with(&file.parts);
        let upload = growing.iter().filter(of_these).max_by_key(|(_, file)| file.parts.len());
        let upload = upload.map(|(upload, _)| upload.clone())?;
        growing.remove(&upload)
    }
}
