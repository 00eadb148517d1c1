//! What the boxes of an MP4 or QuickTime file say (ISO/IEC 14496-12).

/// What is known of a movie.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Movie {
    /// Its length.
    pub milliseconds: Option<u64>,
    /// Width and height of its picture.
    pub size: Option<(u32, u32)>,
    /// Frames in a thousand seconds.
    pub rate: Option<u64>,
    /// The four letters of its picture's codec.
    pub codec: Option<Vec<u8>>,
}

/// Reads as much as is there.
pub(super) fn read(bytes: &[u8]) -> Movie {
    let Some(movie) = find(bytes, b"moov") else { return Movie::default() };
    let milliseconds = find(movie, b"mvhd")
        .and_then(clock)
        .and_then(|(scale, length)| length.checked_mul(1_000)?.checked_div(scale));
    let mut tracks = Boxes(movie).filter(|(name, _)| *name == b"trak").map(|(_, track)| track);
    let picture = tracks.find(|track| {
        let handler = find(track, b"mdia").and_then(|media| find(media, b"hdlr"));
        handler.and_then(|handler| handler.get(8..12)) == Some(b"vide".as_slice())
    });
    let Some(track) = picture else { return Movie { milliseconds, ..Movie::default() } };
    let media = find(track, b"mdia").unwrap_or_default();
    let table = find(media, b"minf").and_then(|info| find(info, b"stbl")).unwrap_or_default();
    let codec = find(table, b"stsd").and_then(|entries| entries.get(12..16)).map(<[u8]>::to_vec);
    Movie { milliseconds, size: size(track), rate: rate(media, table), codec }
}

/// The boxes in some bytes: name and content.
struct Boxes<'a>(&'a [u8]);

impl<'a> Iterator for Boxes<'a> {
    type Item = (&'a [u8], &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let bytes = self.0;
        let name = bytes.get(4..8)?;
        let (head, size) = match number(bytes, 0, 4)? {
            0 => (8, bytes.len() as u64),
            1 => (16, number(bytes, 8, 8)?),
            size => (8, size),
        };
        let end = usize::try_from(size).ok()?.min(bytes.len());
        // A size that is smaller than the head has no content and ends the walk.
        let content = bytes.get(head..end)?;
        self.0 = bytes.get(end..)?;
        Some((name, content))
    }
}

/// The content of the first box with this name.
fn find<'a>(bytes: &'a [u8], name: &[u8; 4]) -> Option<&'a [u8]> {
    Boxes(bytes).find(|(found, _)| *found == name).map(|(_, content)| content)
}

/// A big-endian number of at most eight bytes.
pub(super) fn number(bytes: &[u8], from: usize, len: usize) -> Option<u64> {
    bytes
        .get(from..from.checked_add(len)?)
        .map(|part| part.iter().fold(0, |n, byte| (n << 8) | u64::from(*byte)))
}

/// Ticks a second, and ticks in all, of a movie's or a track's header (8.2.2, 8.4.2).
fn clock(header: &[u8]) -> Option<(u64, u64)> {
    match header.first()? {
        0 => Some((number(header, 12, 4)?, number(header, 16, 4)?)),
        _ => Some((number(header, 20, 4)?, number(header, 24, 8)?)),
    }
}

/// Width and height in a track's header; whole numbers stand in the upper half of fixed-point ones (8.3.2).
fn size(track: &[u8]) -> Option<(u32, u32)> {
    let header = find(track, b"tkhd")?;
    let width = if header.first() == Some(&0) { 76 } else { 88 };
    let side = |from: usize| number(header, from, 2).and_then(|n| u32::try_from(n).ok());
    Some((side(width)?, side(width + 4)?))
}

/// Frames in a thousand seconds: all samples of the table, over the track's length (8.6.1).
fn rate(media: &[u8], table: &[u8]) -> Option<u64> {
    let (scale, length) = clock(find(media, b"mdhd")?)?;
    let times = find(table, b"stts")?;
    let entries = times.get(8..)?.chunks_exact(8);
    let samples = entries.filter_map(|entry| number(entry, 0, 4)).sum::<u64>();
    samples.checked_mul(scale)?.checked_mul(1_000)?.checked_div(length)
}
