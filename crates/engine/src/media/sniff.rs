//! The type of a file, from its first bytes.

use carillon_domain::media::MediaKind;

use super::refusal::Refusal;

/// How many first bytes are enough to tell the type.
pub const HEAD: usize = 512;

/// A type that the library takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileType {
    /// JPEG.
    Jpeg,
    /// PNG, animated ones included.
    Png,
    /// WebP.
    Webp,
    /// GIF, still or animated.
    Gif,
    /// MPEG-4 part 14.
    Mp4,
    /// QuickTime.
    Mov,
    /// WebM (or Matroska with the same codecs).
    Webm,
    /// PDF.
    Pdf,
    /// Word until 2003.
    Doc,
    /// Word since 2007 (ISO/IEC 29500).
    Docx,
    /// PowerPoint until 2003.
    Ppt,
    /// PowerPoint since 2007 (ISO/IEC 29500).
    Pptx,
    /// ZIP: a document of which kind, if any, its list of contents tells.
    Zip,
    /// A compound file, of which the same is true.
    Compound,
}

impl FileType {
    /// The type of the file that begins with `head`.
    ///
    /// # Errors
    /// `Empty` without bytes; `UnknownType` for anything that is not taken, with the name of what it is where known.
    pub fn sniff(head: &[u8]) -> Result<Self, Refusal> {
        match head {
            [] => Err(Refusal::Empty),
            [0xff, 0xd8, 0xff, ..] => Ok(Self::Jpeg),
            [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Ok(Self::Png),
            [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Ok(Self::Gif),
            [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Ok(Self::Webp),
            [b'%', b'P', b'D', b'F', b'-', ..] => Ok(Self::Pdf),
            [b'P', b'K', 3, 4, ..] => Ok(Self::Zip),
            [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1, ..] => Ok(Self::Compound),
            [0x1a, 0x45, 0xdf, 0xa3, ..] if contains(head, b"webm") || contains(head, b"matroska") => {
                Ok(Self::Webm)
            }
            [_, _, _, _, b'f', b't', b'y', b'p', brand @ ..] => Self::of_brand(brand, head),
            // QuickTime files from before there was a file type box.
            [_, _, _, _, b'm', b'o', b'o', b'v', ..] | [_, _, _, _, b'm', b'd', b'a', b't', ..] => {
                Ok(Self::Mov)
            }
            _ => Err(unknown(head)),
        }
    }

    fn of_brand(brand: &[u8], head: &[u8]) -> Result<Self, Refusal> {
        match brand.get(..4) {
            Some(b"qt  ") => Ok(Self::Mov),
            // Still pictures in the same container, and sound alone.
            Some(b"heic" | b"heix" | b"hevc" | b"heim" | b"heis" | b"mif1" | b"msf1" | b"avif" | b"avis") => {
                Err(unknown(head))
            }
            Some(b"M4A " | b"M4B " | b"M4P ") => Err(Refusal::NoVideo),
            Some(_) => Ok(Self::Mp4),
            None => Err(Refusal::Truncated),
        }
    }

    /// The MIME type.
    pub const fn mime(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Webp => "image/webp",
            Self::Gif => "image/gif",
            Self::Mp4 => "video/mp4",
            Self::Mov => "video/quicktime",
            Self::Webm => "video/webm",
            Self::Pdf => "application/pdf",
            Self::Doc => "application/msword",
            Self::Docx => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            Self::Ppt => "application/vnd.ms-powerpoint",
            Self::Pptx => "application/vnd.openxmlformats-officedocument.presentationml.presentation",
            Self::Zip => "application/zip",
            Self::Compound => "application/x-cfb",
        }
    }

    /// The broad type; whether a GIF moves is known only after counting its frames.
    pub const fn kind(self) -> MediaKind {
        match self {
            Self::Jpeg | Self::Png | Self::Webp => MediaKind::Image,
            Self::Gif => MediaKind::Gif,
            Self::Mp4 | Self::Mov | Self::Webm => MediaKind::Video,
            Self::Pdf | Self::Doc | Self::Docx | Self::Ppt | Self::Pptx | Self::Zip | Self::Compound => {
                MediaKind::Document
            }
        }
    }

    /// Endings of names that fit, the usual one first. Cameras and editors use those of MP4 and QuickTime as if they
    /// were one.
    pub const fn extensions(self) -> &'static [&'static str] {
        match self {
            Self::Jpeg => &["jpg", "jpeg", "jpe", "jfif"],
            Self::Png => &["png", "apng"],
            Self::Webp => &["webp"],
            Self::Gif => &["gif"],
            Self::Mp4 => &["mp4", "m4v", "mov", "qt"],
            Self::Mov => &["mov", "qt", "mp4", "m4v"],
            Self::Webm => &["webm", "mkv"],
            Self::Pdf => &["pdf"],
            Self::Doc => &["doc"],
            Self::Docx => &["docx"],
            Self::Ppt => &["ppt"],
            Self::Pptx => &["pptx"],
            // Not known yet.
            Self::Zip | Self::Compound => &[],
        }
    }

    /// Checks that the ending of `name`, if it has one, fits the content.
    ///
    /// # Errors
    /// `WrongName`.
    pub fn check_name(self, name: &str) -> Result<(), Refusal> {
        let Some((_, extension)) = name.rsplit_once('.').filter(|(stem, _)| !stem.is_empty()) else {
            return Ok(());
        };
        let extension = extension.to_ascii_lowercase();
        let undecided = self.extensions().is_empty();
        if undecided || extension.is_empty() || self.extensions().contains(&extension.as_str()) {
            return Ok(());
        }
        Err(Refusal::WrongName { extension, actual: self })
    }
}

impl std::fmt::Display for FileType {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Jpeg => "a JPEG picture",
            Self::Png => "a PNG picture",
            Self::Webp => "a WebP picture",
            Self::Gif => "a GIF picture",
            Self::Mp4 => "an MP4 video",
            Self::Mov => "a QuickTime video",
            Self::Webm => "a WebM video",
            Self::Pdf => "a PDF document",
            Self::Doc => "an old Word document (DOC)",
            Self::Docx => "a Word document (DOCX)",
            Self::Ppt => "old PowerPoint slides (PPT)",
            Self::Pptx => "PowerPoint slides (PPTX)",
            Self::Zip => "a ZIP file",
            Self::Compound => "an old Office document",
        })
    }
}

fn contains(head: &[u8], word: &[u8]) -> bool {
    head.windows(word.len()).any(|window| window == word)
}

fn unknown(head: &[u8]) -> Refusal {
    Refusal::UnknownType { found: infer::get(head).map(|found| found.mime_type().to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn content_decides() {
        let cases: [(&[u8], FileType); 11] = [
            (b"%PDF-1.7\n", FileType::Pdf),
            (b"PK\x03\x04\x14\0", FileType::Zip),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", FileType::Compound),
            (b"\xff\xd8\xff\xe0\0\x10JFIF", FileType::Jpeg),
            (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", FileType::Png),
            (b"GIF89a", FileType::Gif),
            (b"RIFF\x10\0\0\0WEBPVP8 ", FileType::Webp),
            (b"\0\0\0\x20ftypisom\0\0\x02\0", FileType::Mp4),
            (b"\0\0\0\x14ftypqt  ", FileType::Mov),
            (b"\0\0\0\x08mdat", FileType::Mov),
            (
                b"\x1a\x45\xdf\xa3\x9fB\x86\x81\x01B\xf7\x81\x01B\xf2\x81\x04B\xf3\x81\x08B\x82\x84webm",
                FileType::Webm,
            ),
        ];
        for (head, expected) in cases {
            assert_eq!(FileType::sniff(head), Ok(expected));
        }
    }

    #[test]
    fn what_is_not_taken_is_named() {
        let gzip = FileType::sniff(b"\x1f\x8b\x08\0").expect_err("refused");
        assert!(gzip.to_string().contains("application/gzip"), "{gzip}");
        let heic = FileType::sniff(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic").expect_err("refused");
        assert_eq!(heic.code(), "unsupported_type");
        assert_eq!(FileType::sniff(b""), Err(Refusal::Empty));
        assert_eq!(FileType::sniff(b"hello, world"), Err(Refusal::UnknownType { found: None }));
        assert_eq!(FileType::sniff(b"\0\0\0\x20ftypM4A \0\0"), Err(Refusal::NoVideo));
    }

    #[test]
    fn names_must_fit() {
        let wrong = FileType::Jpeg.check_name("cat.PNG").expect_err("refused");
        assert_eq!(
            wrong.to_string(),
            "The name ends in .png, but the content is a JPEG picture. Rename or export it again."
        );
        for name in ["cat.jpg", "cat.JPEG", "cat", ".jpg", "a.b.jpg", "cat."] {
            assert_eq!(FileType::Jpeg.check_name(name), Ok(()), "{name}");
        }
        assert_eq!(FileType::Mp4.check_name("clip.MOV"), Ok(()));
        assert!(FileType::Mp4.check_name("clip.exe").is_err());
    }

    proptest! {
        #[test]
        fn any_bytes_have_a_type_or_a_reason(head in proptest::collection::vec(any::<u8>(), 0..64)) {
            let _ = FileType::sniff(&head);
        }
    }
}
