use super::probe::{ProbeError, Tools};
use super::*;
use crate::media::document::tests::Memory;
use proptest::prelude::*;

/// The file after examination, applied in chunks of `step` bytes.
async fn cleaned(kind: FileType, file: &[u8], step: usize) -> Result<Vec<u8>, ExamineError> {
    let mut patches = examine(kind, &Memory(Bytes::copy_from_slice(file))).await?;
    Ok(file.chunks(step).flat_map(|chunk| patches.apply(Bytes::copy_from_slice(chunk))).collect())
}

async fn refusal(kind: FileType, file: &[u8]) -> Refusal {
    match cleaned(kind, file, 7).await {
        Err(ExamineError::Refused(refusal)) => refusal,
        other => panic!("expected a refusal, got {other:?}"),
    }
}

fn holds(bytes: &[u8], word: &[u8]) -> bool {
    bytes.windows(word.len()).any(|window| window == word)
}

fn make(name: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let size = u32::try_from(content.len() + 8).expect("short").to_be_bytes();
    [&size, &name[..], content].concat()
}

fn table(name: &[u8; 4], numbers: &[u32]) -> Vec<u8> {
    let content: Vec<u8> = numbers.iter().flat_map(|n| n.to_be_bytes()).collect();
    make(name, &[&[0; 4], &content[..]].concat())
}

fn track(handler: &[u8; 4], chunk: u32, sizes: &[u32]) -> Vec<u8> {
    let count = u32::try_from(sizes.len()).expect("few");
    let stbl = [
        table(b"stco", &[1, chunk]),
        table(b"stsc", &[1, 1, count, 1]),
        table(b"stsz", &[&[0, count], sizes].concat()),
    ]
    .concat();
    let hdlr = make(b"hdlr", &[&[0; 8], &handler[..], &[0; 12]].concat());
    let mdhd = make(b"mdhd", &[&[0; 4], &b"TIMETIME"[..], &[0; 8]].concat());
    let minf = make(b"minf", &make(b"stbl", &stbl));
    let mdia = make(b"mdia", &[mdhd, hdlr, minf].concat());
    make(b"trak", &[mdia, make(b"udta", b"SECRET-TRACK")].concat())
}

/// A movie with one picture track and one track of places, as an action camera writes it.
fn camera_mp4() -> Vec<u8> {
    let ftyp = make(b"ftyp", b"isom\0\0\0\0");
    let mdat = make(b"mdat", b"PICTURESECRET-GPSMOREPICTURE");
    let data = u32::try_from(ftyp.len() + 8).expect("short");
    let moov = [
        make(b"mvhd", &[&[0; 4], &b"TIMETIME"[..], &[0; 80]].concat()),
        track(b"vide", data, &[7]),
        track(b"meta", data + 7, &[6, 4]),
        make(b"udta", b"\0\0\0\x18\xa9xyzSECRET-PLACE"),
        make(b"meta", b"SECRET-KEYS"),
    ]
    .concat();
    [ftyp, mdat, make(b"moov", &moov), make(b"uuid", b"SECRET-XMP"), make(b"free", b"SECRET-LEFT")].concat()
}

#[tokio::test]
async fn mp4_metadata_and_data_tracks_are_blanked_in_place() {
    let file = camera_mp4();
    for step in [1, 7, 64, 100_000] {
        let clean = cleaned(FileType::Mp4, &file, step).await.expect("taken");
        assert_eq!(clean.len(), file.len(), "no byte moves");
        assert!(!holds(&clean, b"SECRET") && !holds(&clean, b"TIMETIME"), "chunks of {step}");
        assert!(holds(&clean, b"PICTURE\0\0\0\0\0\0\0\0\0\0MOREPICTURE"), "the rest stays");
        assert!(holds(&clean, b"vide") && !holds(&clean, b"udta") && !holds(&clean, b"uuid"));
    }
}

#[tokio::test]
async fn a_video_whose_end_is_missing_is_refused() {
    let file = camera_mp4();
    assert_eq!(refusal(FileType::Mp4, &file[..file.len() - 1]).await, Refusal::Truncated);
    assert_eq!(refusal(FileType::Mp4, &file[..60]).await, Refusal::Truncated);
    let only_data = [make(b"ftyp", b"isom\0\0\0\0"), make(b"mdat", b"PICTURE")].concat();
    assert_eq!(refusal(FileType::Mp4, &only_data).await, Refusal::Truncated);
}

/// An element with a size field of `width` bytes.
fn element(id: &[u8], width: usize, content: &[u8]) -> Vec<u8> {
    let size = content.len() as u64 | 1 << (7 * width);
    [id, &size.to_be_bytes()[8 - width..], content].concat()
}

fn small_webm() -> Vec<u8> {
    let info = element(&[0x15, 0x49, 0xa9, 0x66], 1, &element(&[0x7b, 0xa9], 1, b"SECRET-TITLE"));
    let cluster = element(&[0x1f, 0x43, 0xb6, 0x75], 8, b"PICTURE");
    let tags = element(&[0x12, 0x54, 0xc3, 0x67], 2, b"SECRET-TAGS");
    let segment = element(&[0x18, 0x53, 0x80, 0x67], 8, &[info, cluster, tags].concat());
    [element(&[0x1a, 0x45, 0xdf, 0xa3], 1, b"\x42\x82\x84webm"), segment].concat()
}

#[tokio::test]
async fn webm_metadata_are_voided_in_place() {
    let file = small_webm();
    let clean = cleaned(FileType::Webm, &file, 5).await.expect("taken");
    assert_eq!(clean.len(), file.len());
    assert!(!holds(&clean, b"SECRET") && holds(&clean, b"PICTURE"));
    assert_eq!(cleaned(FileType::Webm, &clean, 5).await.expect("still well-formed"), clean);
    assert_eq!(refusal(FileType::Webm, &file[..file.len() - 1]).await, Refusal::Truncated);
}

proptest! {
    #[test]
    fn broken_videos_are_refused_without_panic(webm: bool, at in 0usize..600, value: u8, length in 1usize..900) {
        let (kind, mut file) =
            if webm { (FileType::Webm, small_webm()) } else { (FileType::Mp4, camera_mp4()) };
        let at = at % file.len();
        file[at] = value;
        file.truncate(length);
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("runtime");
        if let Ok(clean) = runtime.block_on(cleaned(kind, &file, 16)) {
            prop_assert_eq!(clean.len(), file.len());
        }
    }
}

/// Real files from a real encoder; `None`, with a note, where there is no ffmpeg.
pub(in crate::media) fn encode(
    test: &str,
    arguments: &[&str],
    name: &str,
) -> Option<(tempfile::TempDir, std::path::PathBuf)> {
    if Tools::on_path(std::env::var_os("PATH").as_deref()).ffmpeg.is_none() {
        carillon_store::testing::skipped("ffmpeg is not installed", test);
        return None;
    }
    let folder = tempfile::tempdir().expect("folder");
    let file = folder.path().join(name);
    let mut command = std::process::Command::new("ffmpeg");
    command.args(["-v", "error", "-f", "lavfi", "-i", "testsrc=size=128x72:rate=10:duration=1"]);
    command.args(["-f", "lavfi", "-i", "sine=duration=1", "-pix_fmt", "yuv420p"]);
    let status = command.args(arguments).arg(&file).status().expect("ffmpeg runs");
    assert!(status.success());
    Some((folder, file))
}

#[tokio::test]
async fn real_videos_lose_their_metadata_and_still_play() {
    let cases = [
        (FileType::Mp4, "a.mp4", ["-metadata", "location=+12.3456+078.9012/"]),
        (FileType::Mov, "a.mov", ["-metadata", "location=+12.3456+078.9012/"]),
        (FileType::Webm, "a.webm", ["-c:v", "libvpx"]),
    ];
    for (kind, name, more) in cases {
        let arguments =
            [&["-metadata", "title=SECRET-TITLE", "-metadata", "comment=SECRET"], &more[..]].concat();
        let test = "media::video::tests::real_videos_lose_their_metadata_and_still_play";
        let Some((_folder, path)) = encode(test, &arguments, name) else { return };
        let file = std::fs::read(&path).expect("file");
        assert!(holds(&file, b"SECRET"), "{name}");
        let clean = cleaned(kind, &file, 1000).await.expect("taken");
        assert!(!holds(&clean, b"SECRET") && !holds(&clean, b"+12.3456"), "{name}");
        std::fs::write(&path, clean).expect("write");
        let tools = Tools::on_path(std::env::var_os("PATH").as_deref());
        let facts = tools.measure(&path, kind).await.expect("readable");
        assert_eq!(
            (facts.width, facts.height, facts.frame_rate),
            (Some(128), Some(72), Some(10.0)),
            "{name}"
        );
        assert!(facts.duration_ms.is_some_and(|ms| (900..1200).contains(&ms)), "{facts:?}");
        assert!(facts.video_codec.is_some() && facts.audio_codec.is_some(), "{facts:?}");
        let picture = tools.picture(&path, facts.duration_ms.unwrap_or(0) / 10, 64).await.expect("picture");
        let picture = image::load_from_memory(&picture).expect("jpeg");
        assert_eq!((picture.width(), picture.height()), (64, 36), "{name}");
    }
}

#[tokio::test]
async fn a_video_on_its_side_is_measured_as_shown() {
    let test = "media::video::tests::a_video_on_its_side_is_measured_as_shown";
    let Some((folder, path)) = encode(test, &[], "a.mp4") else { return };
    let turned = folder.path().join("turned.mp4");
    let mut command = std::process::Command::new("ffmpeg");
    command.args(["-v", "error", "-i"]).arg(&path).args(["-c", "copy", "-metadata:s:v:0", "rotate=90"]);
    assert!(command.arg(&turned).status().expect("ffmpeg runs").success());
    let facts = Tools::on_path(std::env::var_os("PATH").as_deref()).measure(&turned, FileType::Mp4).await;
    let facts = facts.expect("readable");
    assert_eq!((facts.width, facts.height), (Some(72), Some(128)));
}

#[tokio::test]
async fn what_ffprobe_can_not_read_is_refused_without_our_paths() {
    let tools = Tools::on_path(std::env::var_os("PATH").as_deref());
    if tools.ffprobe.is_none() {
        let test = "media::video::tests::what_ffprobe_can_not_read_is_refused_without_our_paths";
        carillon_store::testing::skipped("ffprobe is not installed", test);
        return;
    }
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("private-name.mp4");
    std::fs::write(&path, camera_mp4()).expect("write");
    let error = tools.measure(&path, FileType::Mp4).await.expect_err("refused");
    assert!(matches!(error, ProbeError::Refused(_)), "{error}");
    assert!(!error.to_string().contains("private-name"), "{error}");
}

#[tokio::test]
async fn missing_programs_are_named() {
    let error =
        Tools::default().measure(std::path::Path::new("a.mp4"), FileType::Mp4).await.expect_err("missing");
    assert_eq!(error.to_string(), "ffprobe is not installed");
}
