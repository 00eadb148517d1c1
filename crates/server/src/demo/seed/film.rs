//! The smallest file that is a video: twelve seconds of nothing, square.

/// Its length.
pub const MILLISECONDS: u32 = 12_000;
/// Width and height, pixels.
pub const SIZE: (u32, u32) = (1080, 1080);

/// A header and a movie without tracks (ISO/IEC 14496-12:2022, 4.3 and 8.2).
pub fn bytes() -> Vec<u8> {
    let kind = part(b"ftyp", &[&b"isom"[..], &[0, 0, 2, 0], b"isomiso2mp41"].concat());
    let mut header = vec![0; 12];
    header.extend(1_000_u32.to_be_bytes());
    header.extend(MILLISECONDS.to_be_bytes());
    header.extend(0x0001_0000_u32.to_be_bytes());
    header.extend([1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    for row in [[0x0001_0000_u32, 0, 0], [0, 0x0001_0000, 0], [0, 0, 0x4000_0000]] {
        header.extend(row.into_iter().flat_map(u32::to_be_bytes));
    }
    header.extend([0; 24]);
    header.extend(1_u32.to_be_bytes());
    [kind, part(b"moov", &part(b"mvhd", &header))].concat()
}

fn part(name: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len() + 8).unwrap_or(u32::MAX);
    [&length.to_be_bytes()[..], name, body].concat()
}
