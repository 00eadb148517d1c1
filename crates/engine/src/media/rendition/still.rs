//! Draws pictures anew: scaled, of another shape, as another type, within a number of bytes.

use bytes::Bytes;
use carillon_domain::media::Fit;
use image::imageops::FilterType;
use image::{DynamicImage, GenericImage, ImageFormat, Rgba, RgbaImage};

use super::super::picture;
use super::super::refusal::Refusal;
use super::super::sniff::{FileType, HEAD};
use super::edit::Edit;
use super::plan::Plan;

/// Qualities of a JPEG, as long as it has too many bytes; below the last one scaling down looks better.
const QUALITIES: [u8; 5] = [92, 86, 80, 72, 64];
/// How often a picture is made smaller, each time to four fifths of its sides: to less than a tenth of its pixels at last.
const SMALLER: u32 = 6;
/// A type without loss is given up for JPEG after so many times.
const SMALLER_WITHOUT_LOSS: u32 = 3;

/// A picture that was drawn.
#[derive(Debug)]
pub struct Made {
    /// Its type.
    pub kind: FileType,
    /// The file.
    pub bytes: Bytes,
}

/// Draws the picture in `file` as `plan` says. Blocks for as long as that takes.
///
/// # Errors
/// As reading a picture does; `Moves` for animations; `WontFit` when it can't be made small enough.
pub fn make(file: &Bytes, plan: &Plan, max_pixels: u64) -> Result<Made, Refusal> {
    let kind = FileType::sniff(&file[..file.len().min(HEAD)])?;
    let (pixels, profile) = picture::decode(kind, file, max_pixels)?;
    let pixels = match plan.edit {
        Some(edit) => edited(pixels, edit),
        None => pixels,
    };
    let drawn = reshaped(&pixels, plan);
    drop(pixels);
    let last = plan.types.len().saturating_sub(1);
    for (index, mime) in plan.types.iter().enumerate() {
        let times = if index < last { SMALLER_WITHOUT_LOSS } else { SMALLER };
        let mut picture = drawn.clone();
        for _ in 0..=times {
            if let Some(made) = encoded(&picture, mime, profile.as_ref(), plan.bytes)? {
                return Ok(made);
            }
            let side = |side: u32| (side / 5 * 4).max(1);
            picture =
                picture.resize_exact(side(picture.width()), side(picture.height()), FilterType::Triangle);
        }
    }
    Err(Refusal::WontFit)
}

/// The picture as a person wants it: turned, then cut.
fn edited(pixels: DynamicImage, edit: Edit) -> DynamicImage {
    let turned = match edit.turn {
        90 => pixels.rotate90(),
        180 => pixels.rotate180(),
        270 => pixels.rotate270(),
        _ => pixels,
    };
    match edit.cut {
        Some(cut) => turned.crop_imm(cut.x, cut.y, cut.width, cut.height),
        None => turned,
    }
}

/// The picture on the canvas of the plan.
fn reshaped(pixels: &DynamicImage, plan: &Plan) -> DynamicImage {
    let (width, height) = (plan.width, plan.height);
    let same = (pixels.width(), pixels.height()) == (width, height);
    match plan.fit {
        _ if same => pixels.clone(),
        None => pixels.resize_exact(width, height, FilterType::Lanczos3),
        Some(Fit::Crop) => pixels.resize_to_fill(width, height, FilterType::Lanczos3),
        Some(Fit::Pad) => {
            let inner = pixels.resize(width, height, FilterType::Lanczos3).to_rgba8();
            let mut canvas = RgbaImage::from_pixel(width, height, Rgba([255; 4]));
            let (x, y) = ((width - inner.width()) / 2, (height - inner.height()) / 2);
            // It was made to fit, so it does.
            drop(canvas.copy_from(&inner, x, y));
            DynamicImage::ImageRgba8(canvas)
        }
    }
}

/// The picture as a file of this type; `None` when it has more bytes than `most`.
fn encoded(
    picture: &DynamicImage,
    mime: &str,
    profile: Option<&Vec<u8>>,
    most: u64,
) -> Result<Option<Made>, Refusal> {
    let fits = |bytes: &Vec<u8>| bytes.len() as u64 <= most;
    let (kind, format) = match mime {
        "image/png" => (FileType::Png, ImageFormat::Png),
        "image/webp" => (FileType::Webp, ImageFormat::WebP),
        _ => {
            let flat = picture::flat(picture);
            for quality in QUALITIES {
                let bytes = picture::jpeg_of(&flat, profile.cloned(), quality)?;
                if fits(&bytes) {
                    return Ok(Some(Made { kind: FileType::Jpeg, bytes: bytes.into() }));
                }
            }
            return Ok(None);
        }
    };
    let bytes = picture::lossless(picture, format, profile.cloned())?;
    Ok(Some(bytes).filter(fits).map(|bytes| Made { kind, bytes: bytes.into() }))
}
