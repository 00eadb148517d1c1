//! Files that were found somewhere: their names are what an address happened to end in, so the content decides on the ending.

use bytes::BytesMut;
use carillon_domain::error::AppError;
use carillon_store::repo::media::MediaRow;
use futures::{StreamExt, TryStreamExt};

use super::incoming::Incoming;
use super::library::Library;
use super::sniff::{FileType, HEAD};
use super::uploads::NewFile;
use crate::Actor;

/// Endings of types that only a look at the whole file tells apart.
const UNDECIDED: [&str; 4] = ["doc", "docx", "ppt", "pptx"];

impl Library {
    /// Takes a whole file in one go, whatever it is called.
    ///
    /// # Errors
    /// As [`Self::upload`], but never for the name.
    pub async fn upload_found(
        &self,
        actor: &Actor,
        name: &str,
        body: Incoming,
    ) -> Result<MediaRow, AppError> {
        // A short file is over before its head is full, and is then asked again.
        let mut body = body.fuse();
        let mut head = BytesMut::new();
        while head.len() < HEAD {
            match body.try_next().await.map_err(|_| broken_off())? {
                Some(chunk) => head.extend_from_slice(&chunk),
                None => break,
            }
        }
        let kind = FileType::sniff(&head)?;
        let file = NewFile { name: fitting(name, kind), alt: None };
        let whole = futures::stream::iter([Ok(head.freeze())]).chain(body).boxed();
        self.upload(actor, file, whole).await.map_err(|error| match error {
            AppError::Conflict { code: "upload_interrupted", .. } => broken_off(),
            other => other,
        })
    }
}

/// The address stopped before the end.
fn broken_off() -> AppError {
    AppError::Conflict {
        code: "fetch_interrupted",
        message:
            "The address stopped sending before the end of the file. Try again, or upload the file itself."
                .to_owned(),
    }
}

/// The name, without an ending that says something else than the content.
fn fitting(name: &str, kind: FileType) -> String {
    let Some((stem, ending)) = name.rsplit_once('.').filter(|(stem, _)| !stem.is_empty()) else {
        return name.to_owned();
    };
    let fits = if kind.extensions().is_empty() {
        UNDECIDED.contains(&ending.to_ascii_lowercase().as_str())
    } else {
        kind.check_name(name).is_ok()
    };
    if fits { name.to_owned() } else { stem.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_content_decides_on_the_ending() {
        for (found, kind, kept) in [
            ("quay.jpg", FileType::Jpeg, "quay.jpg"),
            ("quay.php", FileType::Jpeg, "quay"),
            ("quay.png", FileType::Jpeg, "quay"),
            ("quay", FileType::Jpeg, "quay"),
            ("tides.docx", FileType::Zip, "tides.docx"),
            ("tides.cgi", FileType::Zip, "tides"),
        ] {
            assert_eq!(fitting(found, kind), kept, "{found}");
        }
    }
}
