//! Pictures: made upright, freed of metadata, measured, made small.
//!
//! A picture that its camera marked as lying on its side is turned and written anew, since not every network honours the
//! mark; every other picture keeps its pixels to the bit. Colour profiles stay: without them colours change.

mod gif;
mod jpeg;
mod png;
#[cfg(test)]
mod tests;
mod webp;

use std::io::Cursor;

use bytes::Bytes;
use image::metadata::Orientation;
use image::{DynamicImage, ExtendedColorType, ImageDecoder, ImageEncoder, ImageFormat, ImageReader, Limits};

use super::refusal::Refusal;
use super::sniff::FileType;

/// Quality of a JPEG that had to be written anew. High enough that nobody sees it; networks compress again anyway.
const TURNED_QUALITY: u8 = 95;
/// Quality of renditions.
const RENDITION_QUALITY: u8 = 82;

/// A picture as it will be stored and sent.
#[derive(Debug)]
pub struct Picture {
    /// The file without metadata.
    pub bytes: Bytes,
    /// The first frame, upright.
    pub pixels: DynamicImage,
    /// Frames of a GIF.
    pub frames: Option<u32>,
    /// One round of an animated GIF, milliseconds.
    pub duration_ms: Option<u64>,
}

/// A small version of a picture.
#[derive(Debug)]
pub struct Rendition {
    /// JPEG.
    pub bytes: Bytes,
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
}

/// What a container's walk found: the file without metadata, and what must be known before they are gone.
struct Stripped {
    bytes: Vec<u8>,
    frames: Option<u32>,
    duration_ms: Option<u64>,
    /// More than one frame, which only the container knows: turning would lose all but the first.
    animated: bool,
}

/// Reads a picture completely, takes its metadata out and turns it upright. Blocks for as long as decoding takes.
///
/// # Errors
/// `Truncated`, `Damaged`, or `TooManyPixels` (judged by the header, before anything is decoded).
pub fn prepare(kind: FileType, original: &Bytes, max_pixels: u64) -> Result<Picture, Refusal> {
    let (stripped, format) = strip(kind, original)?;
    let (mut image, orientation, profile) = pixels(kind, original, format, max_pixels)?;
    let bytes = if orientation == Orientation::NoTransforms || stripped.animated {
        stripped.bytes
    } else {
        image.apply_orientation(orientation);
        encode(&image, format, profile).map_err(|error| damaged(kind, &error))?
    };
    let (frames, duration_ms) = (stripped.frames, stripped.duration_ms);
    Ok(Picture { bytes: bytes.into(), pixels: image, frames, duration_ms })
}

/// The pixels of a picture, upright, with its colour profile.
///
/// # Errors
/// As [`prepare`]; `Moves` for what has more than one frame.
pub fn decode(
    kind: FileType,
    file: &Bytes,
    max_pixels: u64,
) -> Result<(DynamicImage, Option<Vec<u8>>), Refusal> {
    let (stripped, format) = strip(kind, file)?;
    if stripped.animated {
        return Err(Refusal::Moves);
    }
    let (mut image, orientation, profile) = pixels(kind, file, format, max_pixels)?;
    image.apply_orientation(orientation);
    Ok((image, profile))
}

fn damaged(kind: FileType, error: &image::ImageError) -> Refusal {
    Refusal::Damaged { actual: kind, detail: error.to_string() }
}

fn strip(kind: FileType, original: &Bytes) -> Result<(Stripped, ImageFormat), Refusal> {
    Ok(match kind {
        FileType::Jpeg => (jpeg::strip(original)?, ImageFormat::Jpeg),
        FileType::Png => (png::strip(original)?, ImageFormat::Png),
        FileType::Webp => (webp::strip(original)?, ImageFormat::WebP),
        FileType::Gif => (gif::strip(original)?, ImageFormat::Gif),
        FileType::Mp4
        | FileType::Mov
        | FileType::Webm
        | FileType::Pdf
        | FileType::Doc
        | FileType::Docx
        | FileType::Ppt
        | FileType::Pptx
        | FileType::Zip
        | FileType::Compound => {
            return Err(Refusal::Damaged { actual: kind, detail: "it is not a picture".to_owned() });
        }
    })
}

fn pixels(
    kind: FileType,
    original: &Bytes,
    format: ImageFormat,
    max_pixels: u64,
) -> Result<(DynamicImage, Orientation, Option<Vec<u8>>), Refusal> {
    let damaged = |error: image::ImageError| damaged(kind, &error);
    let mut decoder =
        ImageReader::with_format(Cursor::new(&original[..]), format).into_decoder().map_err(damaged)?;
    let (width, height) = decoder.dimensions();
    let pixels = u64::from(width) * u64::from(height);
    if pixels > max_pixels {
        return Err(Refusal::TooManyPixels { pixels, limit: max_pixels });
    }
    // Sixteen bytes a pixel is the widest a decoder can need.
    let mut limits = Limits::default();
    limits.max_alloc = Some(max_pixels.saturating_mul(16));
    decoder.set_limits(limits).map_err(damaged)?;
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let profile = decoder.icc_profile().ok().flatten();
    let image = DynamicImage::from_decoder(decoder).map_err(damaged)?;
    Ok((image, orientation, profile))
}

/// A JPEG of the picture whose longer side has at most `side` pixels; transparency becomes white.
///
/// # Errors
/// `Damaged` when it can't be encoded.
pub fn rendition(picture: &DynamicImage, side: u32) -> Result<Rendition, Refusal> {
    let larger = picture.width().max(picture.height()) > side;
    let flat = if larger { on_white(&picture.thumbnail(side, side)) } else { on_white(picture) };
    let mut bytes = Vec::new();
    let mut encoder = image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, RENDITION_QUALITY);
    encoder
        .encode(&flat, flat.width(), flat.height(), ExtendedColorType::Rgb8)
        .map_err(|error| Refusal::Damaged { actual: FileType::Jpeg, detail: error.to_string() })?;
    Ok(Rendition { bytes: bytes.into(), width: flat.width(), height: flat.height() })
}

/// The picture without transparency, which becomes white, and with eight bits.
pub fn flat(image: &DynamicImage) -> DynamicImage {
    if !image.color().has_color() && !image.color().has_alpha() {
        return DynamicImage::ImageLuma8(image.to_luma8());
    }
    DynamicImage::ImageRgb8(on_white(image))
}

/// A flat picture as JPEG, with its colour profile.
///
/// # Errors
/// `Damaged` when it can't be encoded.
pub fn jpeg_of(flat: &DynamicImage, profile: Option<Vec<u8>>, quality: u8) -> Result<Vec<u8>, Refusal> {
    let mut bytes = Vec::new();
    let encoder = image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, quality);
    let profile = profile.filter(|profile| fits(profile, flat));
    write(encoder, flat, profile).map_err(|error| damaged(FileType::Jpeg, &error))?;
    Ok(bytes)
}

/// The picture as PNG or WebP, with its colour profile.
///
/// # Errors
/// `Damaged` when it can't be encoded.
pub fn lossless(
    image: &DynamicImage,
    format: ImageFormat,
    profile: Option<Vec<u8>>,
) -> Result<Vec<u8>, Refusal> {
    // The encoder of WebP takes eight bits and colours only.
    let eight = match format {
        ImageFormat::WebP if image.color().has_alpha() => Some(DynamicImage::ImageRgba8(image.to_rgba8())),
        ImageFormat::WebP => Some(DynamicImage::ImageRgb8(image.to_rgb8())),
        _ => None,
    };
    let kind = if format == ImageFormat::WebP { FileType::Webp } else { FileType::Png };
    encode(eight.as_ref().unwrap_or(image), format, profile).map_err(|error| damaged(kind, &error))
}

fn on_white(image: &DynamicImage) -> image::RgbImage {
    if !image.color().has_alpha() {
        return image.to_rgb8();
    }
    let source = image.to_rgba8();
    image::RgbImage::from_fn(source.width(), source.height(), |x, y| {
        let [r, g, b, a] = source.get_pixel(x, y).0;
        let over = |c: u8| {
            let mixed = (u16::from(c) * u16::from(a) + 255 * (255 - u16::from(a))) / 255;
            u8::try_from(mixed).unwrap_or(255)
        };
        image::Rgb([over(r), over(g), over(b)])
    })
}

fn encode(
    image: &DynamicImage,
    format: ImageFormat,
    profile: Option<Vec<u8>>,
) -> image::ImageResult<Vec<u8>> {
    let profile = profile.filter(|profile| fits(profile, image));
    let mut bytes = Vec::new();
    match format {
        ImageFormat::Jpeg => {
            // JPEG knows neither transparency nor more than eight bits.
            let flat = if image.color().has_color() {
                DynamicImage::ImageRgb8(image.to_rgb8())
            } else {
                DynamicImage::ImageLuma8(image.to_luma8())
            };
            let encoder = image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, TURNED_QUALITY);
            write(encoder, &flat, profile)?;
        }
        ImageFormat::WebP => {
            write(image::codecs::webp::WebPEncoder::new_lossless(&mut bytes), image, profile)?;
        }
        _ => write(image::codecs::png::PngEncoder::new(&mut bytes), image, profile)?,
    }
    Ok(bytes)
}

fn write(
    mut encoder: impl ImageEncoder,
    image: &DynamicImage,
    profile: Option<Vec<u8>>,
) -> image::ImageResult<()> {
    if let Some(profile) = profile {
        // An encoder without profiles says so; the picture is still right, only its colours are guessed.
        drop(encoder.set_icc_profile(profile));
    }
    image.write_with_encoder(encoder)
}

/// Whether a profile speaks of the colours that the decoded picture has; decoding turns CMYK into RGB, for example.
fn fits(profile: &[u8], image: &DynamicImage) -> bool {
    let space: &[u8] = if image.color().has_color() { b"RGB " } else { b"GRAY" };
    profile.get(16..20) == Some(space)
}
