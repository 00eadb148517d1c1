//! A media library in memory, with files that look real enough to be sniffed and measured.

use std::collections::BTreeMap;
use std::io;
use std::ops::Range;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use bytes::Bytes;
use carillon_domain::id::MediaId;
use carillon_domain::media::{MediaInfo, MediaKind};
use futures::StreamExt;
use futures::stream::BoxStream;
use sha2::{Digest, Sha256};
use url::Url;
use uuid::Uuid;

use crate::contract::cx::MediaSource;
use crate::sandbox::{Fetch, FetchError, Fetched};

/// Files by id. Their public URLs (`https://media.carillon.example/<id>`) work in the sandbox of the same bench.
#[derive(Default)]
pub struct Library {
    files: Mutex<BTreeMap<MediaId, (MediaInfo, Bytes)>>,
    hidden: AtomicBool,
}

const PUBLIC: &str = "https://media.carillon.example";

/// A grey JPEG from its quantisation tables on; the size stands in its start-of-frame segment.
const JPEG_HEAD: &str = "ffdb004300083e3e493e49555555555555645d6468686864646464686868707070838383707070686870707c7c83838f938f\
8787838793939b9b9bbabab2b2d9d9e0ffffffffc4004a0001000000000000000000000000000000000101000000000000000000000000000000\
00100100000000000000000000000000000000110100000000000000000000000000000000";
const JPEG_TAIL: &str = "03011200021200031200ffda000c03010002110311003f00000000ffd9";

impl Library {
    /// A JPEG of this size in pixels. No two are equal.
    pub fn jpeg(&self, width: u16, height: u16, alt: Option<&str>) -> MediaInfo {
        let mut bytes = vec![0xff, 0xd8];
        let note = format!("file {}", self.count());
        bytes.extend([0xff, 0xfe, 0, u8::try_from(note.len() + 2).unwrap_or(u8::MAX)]);
        bytes.extend(note.as_bytes());
        bytes.extend(hex::decode(JPEG_HEAD).unwrap_or_default());
        bytes.extend([0xff, 0xc0, 0, 0x11, 8]);
        bytes.extend(height.to_be_bytes());
        bytes.extend(width.to_be_bytes());
        bytes.extend(hex::decode(JPEG_TAIL).unwrap_or_default());
        self.picture(MediaKind::Image, "image/jpeg", bytes, (width, height), alt)
    }

    /// A PNG of this size in pixels, whose pixels are left out. No two are equal.
    pub fn png(&self, width: u16, height: u16, alt: Option<&str>) -> MediaInfo {
        let mut head = u32::from(width).to_be_bytes().to_vec();
        head.extend(u32::from(height).to_be_bytes());
        head.extend([8, 0, 0, 0, 0]);
        let note = format!("Comment\0file {}", self.count());
        let mut bytes = b"\x89PNG\r\n\x1a\n".to_vec();
        for (kind, data) in
            [(b"IHDR", head.as_slice()), (b"tEXt", note.as_bytes()), (b"IDAT", &[]), (b"IEND", &[])]
        {
            bytes.extend(u32::try_from(data.len()).unwrap_or(0).to_be_bytes());
            let chunk = [kind.as_slice(), data].concat();
            bytes.extend(&chunk);
            bytes.extend(crc32(&chunk).to_be_bytes());
        }
        self.picture(MediaKind::Image, "image/png", bytes, (width, height), alt)
    }

    /// An animated GIF of this size in pixels and number of frames.
    pub fn gif(&self, width: u16, height: u16, frames: u32, alt: Option<&str>) -> MediaInfo {
        let mut bytes = b"GIF89a".to_vec();
        bytes.extend(width.to_le_bytes());
        bytes.extend(height.to_le_bytes());
        bytes.extend([0, 0, 0]);
        bytes.extend(format!("file {}", self.count()).as_bytes());
        bytes.push(b';');
        let mut info = self.picture(MediaKind::Gif, "image/gif", bytes, (width, height), alt);
        (info.frames, info.duration_ms) = (Some(frames), Some(u64::from(frames) * 100));
        self.replace(info)
    }

    /// An MP4 of this length and size in bytes: 1080 × 1920, H.264, AAC, 30 frames a second.
    pub fn mp4(&self, bytes: usize, duration_ms: u64, alt: Option<&str>) -> MediaInfo {
        let mut content = b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom".to_vec();
        content.extend(format!("file {} ", self.count()).as_bytes());
        let filler = (0_usize..).map(|i| u8::try_from(i * 31 % 251).unwrap_or(0));
        content.extend(filler.take(bytes.saturating_sub(content.len())));
        let mut info = self.picture(MediaKind::Video, "video/mp4", content, (1080, 1920), alt);
        info.duration_ms = Some(duration_ms);
        info.frame_rate = Some(30.0);
        (info.video_codec, info.audio_codec) = (Some("h264".to_owned()), Some("aac".to_owned()));
        self.replace(info)
    }

    /// A PDF of this many empty pages, with a title that makes no two equal.
    pub fn pdf(&self, pages: u32) -> MediaInfo {
        let title = format!("<< /Title (file {}) >>", self.count());
        let kids: String = (0..pages).map(|n| format!("{} 0 R ", n + 4)).collect();
        let mut objects = vec![
            "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
            format!("<< /Type /Pages /Kids [ {kids}] /Count {pages} >>"),
            title,
        ];
        let page = "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>";
        objects.extend((0..pages).map(|_| page.to_owned()));
        let (mut text, mut table) = ("%PDF-1.4\n".to_owned(), "0000000000 65535 f \n".to_owned());
        for (n, object) in objects.iter().enumerate() {
            table.push_str(&format!("{:010} 00000 n \n", text.len()));
            text.push_str(&format!("{} 0 obj\n{object}\nendobj\n", n + 1));
        }
        let (start, size) = (text.len(), objects.len() + 1);
        text.push_str(&format!(
            "xref\n0 {size}\n{table}trailer\n<< /Size {size} /Root 1 0 R /Info 3 0 R >>\nstartxref\n{start}\n%%EOF\n"
        ));
        let info = self.picture(MediaKind::Document, "application/pdf", text.into_bytes(), (0, 0), None);
        self.replace(MediaInfo { width: None, height: None, pages: Some(pages), ..info })
    }

    /// The same file with filler at its end, so that it is so many bytes long.
    pub fn padded(&self, mut info: MediaInfo, bytes: usize) -> MediaInfo {
        let mut content = self.bytes(info.id).unwrap_or_default().to_vec();
        content.resize(bytes, 0);
        (info.bytes, info.sha256) = (content.len() as u64, hex::encode(Sha256::digest(&content)));
        self.files().insert(info.id, (info.clone(), content.into()));
        info
    }

    /// From now on as on a server that nobody can reach from outside: files have no public URL.
    pub fn hide(&self) {
        self.hidden.store(true, Ordering::Relaxed);
    }

    /// The bytes of a file.
    pub fn bytes(&self, id: MediaId) -> Option<Bytes> {
        self.files().get(&id).map(|(_, bytes)| bytes.clone())
    }

    fn files(&self) -> std::sync::MutexGuard<'_, BTreeMap<MediaId, (MediaInfo, Bytes)>> {
        self.files.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn count(&self) -> usize {
        self.files().len()
    }

    fn picture(
        &self,
        kind: MediaKind,
        mime: &str,
        bytes: Vec<u8>,
        (width, height): (u16, u16),
        alt: Option<&str>,
    ) -> MediaInfo {
        let info = MediaInfo {
            id: MediaId::from_uuid(Uuid::from_u128(0x1000 + self.count() as u128)),
            kind,
            mime: mime.to_owned(),
            bytes: bytes.len() as u64,
            sha256: hex::encode(Sha256::digest(&bytes)),
            width: Some(u32::from(width)),
            height: Some(u32::from(height)),
            duration_ms: None,
            frame_rate: None,
            frames: None,
            pages: None,
            video_codec: None,
            audio_codec: None,
            alt: alt.map(str::to_owned),
        };
        self.files().insert(info.id, (info.clone(), bytes.into()));
        info
    }

    fn replace(&self, info: MediaInfo) -> MediaInfo {
        if let Some(slot) = self.files().get_mut(&info.id) {
            slot.0 = info.clone();
        }
        info
    }
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |c, _| if c & 1 == 1 { (c >> 1) ^ 0xedb8_8320 } else { c >> 1 })
    })
}

#[async_trait]
impl MediaSource for Library {
    async fn open(
        &self,
        media: MediaId,
        range: Range<u64>,
    ) -> io::Result<BoxStream<'static, io::Result<Bytes>>> {
        let bytes = self.bytes(media).ok_or(io::ErrorKind::NotFound)?;
        let at = |n: u64| usize::try_from(n).unwrap_or(usize::MAX).min(bytes.len());
        let part = bytes.slice(at(range.start)..at(range.end));
        // In pieces, so that nobody relies on getting a chunk whole.
        let pieces = part.chunks(1000).map(|p| Ok(part.slice_ref(p))).collect::<Vec<_>>();
        Ok(futures::stream::iter(pieces).boxed())
    }

    fn public_url(&self, media: MediaId) -> Option<Url> {
        let hidden = self.hidden.load(Ordering::Relaxed);
        if hidden { None } else { Url::parse(&format!("{PUBLIC}/{media}")).ok() }
    }
}

#[async_trait]
impl Fetch for Library {
    async fn fetch(&self, url: &str) -> Result<Fetched, FetchError> {
        let id = url.strip_prefix(PUBLIC).and_then(|p| p.strip_prefix('/')).and_then(|id| id.parse().ok());
        let file = id.and_then(|id| self.files().get(&id).cloned());
        let Some((info, bytes)) = file else {
            return Ok(Fetched {
                status: 404,
                content_type: "text/plain".to_owned(),
                stream: futures::stream::iter([]).boxed(),
            });
        };
        Ok(Fetched {
            status: 200,
            content_type: info.mime,
            stream: futures::stream::iter([Ok(bytes)]).boxed(),
        })
    }
}
