//! A workspace's logo: taken in, and handed out.
//!
//! What is kept is never the file that came but a new, small PNG of its pixels, with its colour profile where that is small and fits them,
//! so that nothing else of what somebody sent reaches a page or a report.

use std::sync::Arc;

use bytes::Bytes;
use carillon_domain::error::AppError;
use carillon_domain::permission::Permission;
use carillon_store::repo::logo::{self, LogoRow};
use image::imageops::FilterType;
use image::{DynamicImage, ImageFormat, Rgba};
use sha2::{Digest, Sha256};

use super::library::Library;
use super::picture;
use super::refusal::Refusal;
use super::sniff::{FileType, HEAD};
use crate::Actor;

/// Largest file of a logo, megabytes.
pub const LOGO_MEGABYTES: usize = 2;
/// The same in bytes.
pub const LOGO_BYTES: usize = LOGO_MEGABYTES * 1024 * 1024;
/// Longest side of the logo that is kept, pixels: over 200 for each inch in a report.
pub const LOGO_SIDE: u32 = 512;
/// Most pixels that are decoded for it; the library's own limit may be lower.
const PIXELS: u64 = 16_000_000;
/// Largest colour profile that is kept. Those of screens have about half a kilobyte; those of printing presses, whose colours are gone
/// with the decoding, a hundred times that.
const PROFILE_BYTES: usize = 16 * 1024;

impl Library {
    /// The logo of the actor's workspace. Whoever is in the workspace may see it, like its name.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn logo(&self, actor: &Actor) -> Result<Option<LogoRow>, AppError> {
        Ok(logo::find(&self.parts.db, actor.workspace).await?)
    }

    /// The SHA-256 of that logo.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn logo_mark(&self, actor: &Actor) -> Result<Option<String>, AppError> {
        Ok(logo::mark(&self.parts.db, actor.workspace).await?)
    }

    /// Makes a PNG or JPEG file the logo of the actor's workspace, in place of the one that it had.
    ///
    /// # Errors
    /// [`AppError::Forbidden`] when the role may not; [`AppError::Invalid`] on `file` for what can be no logo. The old one stays then.
    pub async fn put_logo(&self, actor: &Actor, file: Bytes) -> Result<(), AppError> {
        actor.require(Permission::ManageWorkspace)?;
        if file.len() > LOGO_BYTES {
            return Err(logo_too_large());
        }
        let kind = still(&file)?;
        let max_pixels = self.parts.limits.image_pixels.min(PIXELS);
        let turn = Arc::clone(&self.decoding).acquire_owned().await.map_err(AppError::internal)?;
        let work = move || {
            // A client that goes away ends this call and not the decoding, for which the next one waits all the same.
            let _turn = turn;
            drawn(kind, &file, max_pixels)
        };
        let png = tokio::task::spawn_blocking(work).await.map_err(AppError::internal)??;
        let row = LogoRow { workspace: actor.workspace, sha256: hex::encode(Sha256::digest(&png)), png };
        self.parts.db.write(move |tx| Box::pin(async move { logo::put(tx, row).await })).await?;
        Ok(())
    }

    /// Takes the logo of the actor's workspace away, if it has one.
    ///
    /// # Errors
    /// [`AppError::Forbidden`] when the role may not.
    pub async fn remove_logo(&self, actor: &Actor) -> Result<(), AppError> {
        actor.require(Permission::ManageWorkspace)?;
        let workspace = actor.workspace;
        self.parts.db.write(move |tx| Box::pin(async move { logo::delete(tx, workspace).await })).await?;
        Ok(())
    }
}

/// The refusal of a file with more than [`LOGO_BYTES`].
pub fn logo_too_large() -> AppError {
    let message =
        format!("A logo may have up to {LOGO_MEGABYTES} MB, and this file has more. Save a smaller one.");
    AppError::invalid("file", "too_large", message)
}

fn unsupported(message: String) -> AppError {
    AppError::invalid("file", "unsupported_type", message)
}

/// Whether the file is a picture of a kind that logos are.
fn still(file: &Bytes) -> Result<FileType, AppError> {
    match FileType::sniff(&file[..file.len().min(HEAD)]) {
        Ok(kind @ (FileType::Png | FileType::Jpeg)) => Ok(kind),
        Ok(kind) => {
            Err(unsupported(format!("A logo is a PNG or JPEG picture, and this is {kind}. Save it as PNG.")))
        }
        Err(Refusal::Empty) => Err(Refusal::Empty.into()),
        Err(_) => Err(unsupported(
            "A logo is a PNG or JPEG picture, and this file is none. Choose another one.".to_owned(),
        )),
    }
}

/// The picture as it is kept, PNG.
fn drawn(kind: FileType, file: &Bytes, max_pixels: u64) -> Result<Vec<u8>, AppError> {
    let (pixels, profile) = picture::decode(kind, file, max_pixels).map_err(|refusal| match refusal {
        Refusal::Moves => {
            let message = "A logo stands still, and this picture moves. Save one of its frames.";
            AppError::invalid("file", "moves", message)
        }
        other => other.into(),
    })?;
    let small = smaller(pixels);
    let eight = if small.color().has_alpha() {
        DynamicImage::ImageRgba8(small.to_rgba8())
    } else {
        DynamicImage::ImageRgb8(small.to_rgb8())
    };
    let profile = profile.filter(|profile| profile.len() <= PROFILE_BYTES);
    Ok(picture::lossless(&eight, ImageFormat::Png, profile)?)
}

/// The picture with no side over [`LOGO_SIDE`].
fn smaller(picture: DynamicImage) -> DynamicImage {
    if picture.width().max(picture.height()) <= LOGO_SIDE {
        return picture;
    }
    let resized = |picture: DynamicImage| picture.resize(LOGO_SIDE, LOGO_SIDE, FilterType::Lanczos3);
    if !picture.color().has_alpha() {
        return resized(picture);
    }
    // Colours count by how much of them is seen, or what is hidden below transparency would show at every edge.
    let mut seen = picture.into_rgba16();
    for Rgba([red, green, blue, alpha]) in seen.pixels_mut() {
        for colour in [red, green, blue] {
            *colour = scaled(*colour, *alpha, u16::MAX);
        }
    }
    let mut small = resized(DynamicImage::ImageRgba16(seen)).into_rgba16();
    for Rgba([red, green, blue, alpha]) in small.pixels_mut() {
        if *alpha > 0 {
            for colour in [red, green, blue] {
                *colour = scaled(*colour, u16::MAX, *alpha);
            }
        }
    }
    DynamicImage::ImageRgba16(small)
}

/// `value` times `by` over `of`, which is not zero, rounded; at most the largest number.
fn scaled(value: u16, by: u16, of: u16) -> u16 {
    let (value, by, of) = (u32::from(value), u32::from(by), u32::from(of));
    u16::try_from((value * by + of / 2) / of).unwrap_or(u16::MAX)
}
