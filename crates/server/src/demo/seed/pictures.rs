//! Pictures without a camera: a sky, a sun and three rows of hills.

use std::io::Cursor;

use image::{ImageFormat, Rgb, RgbImage};

use super::content::Picture;

/// The picture's file.
pub fn draw(picture: &Picture) -> image::ImageResult<Vec<u8>> {
    let (width, height) = picture.size;
    let [sky, land, light] = picture.colors;
    let (w, h) = (width as f32, height as f32);
    let sun = (w * 0.64, h * 0.38, h * 0.11);
    // One height per column and row of hills; the pixels then only compare.
    let hills: Vec<[f32; 3]> =
        (0..width).map(|x| [0.0, 1.0, 2.0].map(|row| ridge(x as f32 / w, row) * h)).collect();
    let drawn = RgbImage::from_fn(width, height, |x, y| {
        let (fx, fy) = (x as f32, y as f32);
        let row = hills[x as usize].iter().rposition(|top| fy > *top);
        if let Some(row) = row {
            return mix(sky, land, 0.35 + 0.3 * row as f32);
        }
        let (dx, dy) = (fx - sun.0, fy - sun.1);
        if dx * dx + dy * dy < sun.2 * sun.2 {
            return Rgb(light);
        }
        mix(sky, light, fy / h * 0.8)
    });
    let mut file = Cursor::new(Vec::new());
    match picture.format {
        ImageFormat::Jpeg => {
            let encoder = image::codecs::jpeg::JpegEncoder::new_with_quality(&mut file, 85);
            drawn.write_with_encoder(encoder)?;
        }
        other => drawn.write_to(&mut file, other)?,
    }
    Ok(file.into_inner())
}

/// Where a row of hills begins, as a share of the height.
fn ridge(x: f32, row: f32) -> f32 {
    0.52 + 0.14 * row + 0.05 * (x * (5.0 + row) + row * 1.7).sin() + 0.02 * (x * 17.0 + row * 3.1).sin()
}

fn mix(a: [u8; 3], b: [u8; 3], share: f32) -> Rgb<u8> {
    let part = |i: usize| {
        let value = f32::from(a[i]) + (f32::from(b[i]) - f32::from(a[i])) * share.clamp(0.0, 1.0);
        // Rounded and clamped above, so nothing is cut off.
        value.round().clamp(0.0, 255.0) as u8
    };
    Rgb([part(0), part(1), part(2)])
}
