use super::*;
use image::codecs::gif::{GifEncoder, Repeat};
use image::codecs::jpeg::JpegEncoder;
use image::{Delay, Frame, Rgb, RgbImage, Rgba, RgbaImage};
use proptest::prelude::*;

const LIMIT: u64 = 1_000_000;
/// EXIF, little endian, with orientation 6 (turn right) and a text that must not survive.
const EXIF: &[u8] = b"II*\0\x08\0\0\0\x02\0\
    \x12\x01\x03\0\x01\0\0\0\x06\0\0\0\
    \x0e\x01\x02\0\x0c\0\0\0\x26\0\0\0\
    \0\0\0\0SECRET-PLACE";

fn pixels(width: u32, height: u32) -> RgbImage {
    // Red left, blue right, so that turning shows.
    RgbImage::from_fn(width, height, |x, _| if x < width / 2 { Rgb([255, 0, 0]) } else { Rgb([0, 0, 255]) })
}

fn jpeg(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, 90).encode_image(&pixels(width, height)).expect("jpeg");
    bytes
}

fn segment(marker: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len() + 2).expect("short").to_be_bytes();
    [&[0xff, marker], &length[..], content].concat()
}

/// A JPEG as a phone makes it: EXIF, XMP, IPTC, a comment, and something appended.
fn phone_jpeg() -> Vec<u8> {
    let plain = jpeg(40, 20);
    let mut file = plain[..2].to_vec();
    file.extend(segment(0xe1, &[b"Exif\0\0", EXIF].concat()));
    file.extend(segment(0xe1, b"http://ns.adobe.com/xap/1.0/\0SECRET-XMP"));
    file.extend(segment(0xed, b"Photoshop 3.0\0SECRET-IPTC"));
    file.extend(segment(0xfe, b"SECRET-COMMENT"));
    file.extend_from_slice(&plain[2..]);
    file.extend_from_slice(b"SECRET-APPENDED");
    file
}

fn holds(bytes: &[u8], word: &[u8]) -> bool {
    bytes.windows(word.len()).any(|window| window == word)
}

fn png(width: u32, height: u32, extra: &[(&[u8; 4], &[u8])]) -> Vec<u8> {
    let mut plain = Vec::new();
    DynamicImage::ImageRgb8(pixels(width, height))
        .write_with_encoder(image::codecs::png::PngEncoder::new(&mut plain))
        .expect("png");
    // Behind the header chunk: 8 bytes of signature, 25 of IHDR.
    let mut file = plain[..33].to_vec();
    for (name, content) in extra {
        file.extend_from_slice(&u32::try_from(content.len()).expect("short").to_be_bytes());
        file.extend_from_slice(*name);
        file.extend_from_slice(content);
        file.extend_from_slice(&crc32(&[name.as_slice(), content].concat()).to_be_bytes());
    }
    file.extend_from_slice(&plain[33..]);
    file
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0u32, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |c, _| if c & 1 == 1 { 0xedb8_8320 ^ (c >> 1) } else { c >> 1 })
    })
}

fn animated_gif(frames: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    {
        let mut encoder = GifEncoder::new(&mut bytes);
        encoder.set_repeat(Repeat::Infinite).expect("repeat");
        for index in 0..frames {
            let shade = u8::try_from(index * 40).expect("few frames");
            let picture = RgbaImage::from_pixel(8, 6, Rgba([shade, 0, 0, 255]));
            let delay = Delay::from_numer_denom_ms(100, 1);
            encoder.encode_frame(Frame::from_parts(picture, 0, 0, delay)).expect("frame");
        }
    }
    bytes
}

#[test]
fn a_picture_on_its_side_is_turned_and_loses_its_metadata() {
    let file = phone_jpeg();
    assert!(holds(&file, b"SECRET-PLACE"));
    let picture = prepare(FileType::Jpeg, &file.into(), LIMIT).expect("taken");
    assert_eq!((picture.pixels.width(), picture.pixels.height()), (20, 40));
    assert!(!holds(&picture.bytes, b"SECRET"), "metadata survived");
    let again = image::load_from_memory(&picture.bytes).expect("readable").to_rgb8();
    assert_eq!((again.width(), again.height()), (20, 40));
    // Turned right, what was left is on top.
    let ([r, _, b], [r2, _, b2]) = (again.get_pixel(10, 2).0, again.get_pixel(10, 37).0);
    assert!(r > 200 && b < 60 && r2 < 60 && b2 > 200, "{r} {b} {r2} {b2}");
}

#[test]
fn an_upright_jpeg_keeps_its_pixels_to_the_bit() {
    let plain = jpeg(40, 20);
    let mut file = plain[..2].to_vec();
    file.extend(segment(0xe1, b"http://ns.adobe.com/xap/1.0/\0SECRET-XMP"));
    file.extend_from_slice(&plain[2..]);
    let picture = prepare(FileType::Jpeg, &file.into(), LIMIT).expect("taken");
    assert_eq!(picture.bytes, plain);
}

#[test]
fn png_texts_go_and_its_orientation_is_applied() {
    let file = png(40, 20, &[(b"tEXt", b"Comment\0SECRET-TEXT"), (b"eXIf", EXIF)]);
    let picture = prepare(FileType::Png, &file.into(), LIMIT).expect("taken");
    assert_eq!((picture.pixels.width(), picture.pixels.height()), (20, 40));
    assert!(!holds(&picture.bytes, b"SECRET"));
    let plain = png(40, 20, &[]);
    let file = png(40, 20, &[(b"tEXt", b"Comment\0SECRET-TEXT")]);
    assert_eq!(prepare(FileType::Png, &file.into(), LIMIT).expect("taken").bytes, plain);
}

#[test]
fn webp_metadata_go() {
    let mut simple = Vec::new();
    let picture = DynamicImage::ImageRgb8(pixels(40, 20));
    picture.write_with_encoder(image::codecs::webp::WebPEncoder::new_lossless(&mut simple)).expect("webp");
    let mut file = b"RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0\x04\0\0\0\x27\0\0\x13\0\0".to_vec();
    file.extend_from_slice(&simple[12..]);
    file.extend_from_slice(b"XMP \x0b\0\0\0SECRET-XMP!\0");
    let size = u32::try_from(file.len() - 8).expect("short").to_le_bytes();
    file[4..8].copy_from_slice(&size);
    let picture = prepare(FileType::Webp, &file.into(), LIMIT).expect("taken");
    assert!(!holds(&picture.bytes, b"SECRET") && !holds(&picture.bytes, b"XMP "));
    assert_eq!(picture.bytes[20] & METADATA_FLAGS, 0);
    assert_eq!(image::load_from_memory(&picture.bytes).expect("readable").width(), 40);
}
const METADATA_FLAGS: u8 = 0x0c;

#[test]
fn gif_frames_and_time_are_counted() {
    let mut file = animated_gif(3);
    let trailer = file.pop();
    file.extend_from_slice(b"\x21\xfe\x06SECRET\0");
    file.extend(trailer);
    let picture = prepare(FileType::Gif, &file.into(), LIMIT).expect("taken");
    assert_eq!((picture.frames, picture.duration_ms), (Some(3), Some(300)));
    assert!(holds(&picture.bytes, b"NETSCAPE2.0") && !holds(&picture.bytes, b"SECRET"));
    let still = prepare(FileType::Gif, &animated_gif(1).into(), LIMIT).expect("taken");
    assert_eq!((still.frames, still.duration_ms), (Some(1), None));
}

#[test]
fn every_truncation_is_noticed() {
    let webp = {
        let mut bytes = Vec::new();
        let picture = DynamicImage::ImageRgb8(pixels(40, 20));
        picture.write_with_encoder(image::codecs::webp::WebPEncoder::new_lossless(&mut bytes)).expect("webp");
        bytes
    };
    let files = [
        (FileType::Jpeg, jpeg(40, 20)),
        (FileType::Png, png(40, 20, &[])),
        (FileType::Webp, webp),
        (FileType::Gif, animated_gif(2)),
    ];
    for (kind, file) in files {
        for length in [file.len() - 1, file.len() / 2, 20] {
            let cut = Bytes::copy_from_slice(&file[..length]);
            let refusal = prepare(kind, &cut, LIMIT).expect_err("cut");
            assert_eq!(refusal, Refusal::Truncated, "{kind} of {length} bytes");
        }
    }
}

#[test]
fn a_bomb_is_refused_by_its_header() {
    // 60,000 × 60,000 pixels in a few bytes.
    let mut file = png(1, 1, &[]);
    file[16..24].copy_from_slice(&[0, 0, 0xea, 0x60, 0, 0, 0xea, 0x60]);
    let crc = crc32(&file[12..29]).to_be_bytes();
    file[29..33].copy_from_slice(&crc);
    let refusal = prepare(FileType::Png, &file.into(), LIMIT).expect_err("refused");
    assert_eq!(refusal, Refusal::TooManyPixels { pixels: 3_600_000_000, limit: LIMIT });
}

#[test]
fn renditions_are_small_and_flat() {
    let clear = DynamicImage::ImageRgba8(RgbaImage::from_pixel(800, 400, Rgba([0, 0, 0, 0])));
    let small = rendition(&clear, 320).expect("rendition");
    assert_eq!((small.width, small.height), (320, 160));
    let again = image::load_from_memory(&small.bytes).expect("readable").to_rgb8();
    assert!(again.get_pixel(5, 5).0.iter().all(|c| *c > 250), "transparent became white");
    let tiny = rendition(&DynamicImage::ImageRgb8(pixels(10, 8)), 320).expect("rendition");
    assert_eq!((tiny.width, tiny.height), (10, 8), "nothing is made larger");
}

proptest! {
    #[test]
    fn broken_files_are_refused_without_panic(
        which in 0usize..3,
        at in 0usize..400,
        value: u8,
        length in 0usize..2000,
    ) {
        let (kind, mut file) = match which {
            0 => (FileType::Jpeg, phone_jpeg()),
            1 => (FileType::Png, png(16, 8, &[(b"eXIf", EXIF)])),
            _ => (FileType::Gif, animated_gif(2)),
        };
        let at = at % file.len();
        file[at] = value;
        file.truncate(length.max(1));
        let _ = prepare(kind, &file.into(), LIMIT);
    }
}
