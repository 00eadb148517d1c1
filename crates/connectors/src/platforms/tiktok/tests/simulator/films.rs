//! Films that say of themselves what the network looks at.

use bytes::Bytes;

/// What a film says of itself.
#[derive(Clone, Copy)]
pub(super) struct Shape {
    pub width: u16,
    pub height: u16,
    pub milliseconds: u32,
    /// Frames in all.
    pub frames: u32,
    pub codec: &'static [u8; 4],
}

/// Ten seconds upright with 30 frames each, in H.264.
pub(super) const USUAL: Shape =
    Shape { width: 1_080, height: 1_920, milliseconds: 10_000, frames: 300, codec: b"avc1" };

/// A box of ISO/IEC 14496-12.
fn atom(name: &[u8; 4], content: &[&[u8]]) -> Vec<u8> {
    let content = content.concat();
    let size = u32::try_from(content.len() + 8).unwrap().to_be_bytes();
    [size.as_slice(), name.as_slice(), &content].concat()
}

/// A film of this shape; no two of different names are equal.
pub(super) fn shaped(name: &str, shape: Shape) -> Bytes {
    // A thousand ticks a second.
    let clock = [[0_u8; 12].as_slice(), &1_000_u32.to_be_bytes(), &shape.milliseconds.to_be_bytes(), &[0; 4]]
        .concat();
    let side = |pixels: u16| (u32::from(pixels) << 16).to_be_bytes();
    let track = [[0_u8; 76].as_slice(), &side(shape.width), &side(shape.height)].concat();
    let entry = [[0_u8; 7].as_slice(), &[1, 0, 0, 0, 16], shape.codec, &[0; 8]].concat();
    let tick = (shape.milliseconds / shape.frames).to_be_bytes();
    let times = [[0_u8; 7].as_slice(), &[1], &shape.frames.to_be_bytes(), &tick].concat();
    let table = atom(b"stbl", &[&atom(b"stsd", &[&entry]), &atom(b"stts", &[&times])]);
    let handler = atom(b"hdlr", &[&[0; 8], b"vide", &[0; 12]]);
    let media = atom(b"mdia", &[&atom(b"mdhd", &[&clock]), &handler, &atom(b"minf", &[&table])]);
    let sound = atom(b"trak", &[&atom(b"mdia", &[&atom(b"hdlr", &[&[0; 8], b"soun", &[0; 12]])])]);
    let picture = atom(b"trak", &[&atom(b"tkhd", &[&track]), &media]);
    let movie = atom(b"moov", &[&atom(b"mvhd", &[&clock]), &sound, &picture]);
    let start = atom(b"ftyp", &[b"mp42\0\0\0\0mp42isom"]);
    Bytes::from([start, movie, atom(b"mdat", &[name.as_bytes(), &[7; 200]])].concat())
}

/// An ordinary film.
pub(super) fn film(name: &str) -> Bytes {
    shaped(name, USUAL)
}

/// A long file whose bytes differ from place to place.
pub(super) fn long_film(bytes: usize) -> Bytes {
    let mut all = film("long").to_vec();
    let filler = (0_usize..).map(|i| u8::try_from(i * 31 % 251).unwrap());
    all.extend(filler.take(bytes - all.len()));
    Bytes::from(all)
}
