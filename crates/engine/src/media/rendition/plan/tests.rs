use carillon_domain::id::{Id, MediaId};
use carillon_domain::time::{ManualClock, SeededEntropy, Timestamp};
use proptest::prelude::*;

use super::*;

fn file(mime: &str, width: u32, height: u32, bytes: u64) -> MediaInfo {
    let id: MediaId = Id::new(&ManualClock::new(Timestamp::UNIX_EPOCH), &SeededEntropy::new(1));
    let moves = mime.starts_with("video/");
    MediaInfo {
        id,
        kind: if moves { MediaKind::Video } else { MediaKind::Image },
        mime: mime.to_owned(),
        bytes,
        sha256: String::new(),
        width: Some(width),
        height: Some(height),
        duration_ms: moves.then_some(10_000),
        frame_rate: moves.then_some(120.0),
        frames: None,
        pages: None,
        video_codec: moves.then(|| "vp9".to_owned()),
        audio_codec: moves.then(|| "opus".to_owned()),
        alt: None,
    }
}

fn ratio(plan: &Plan) -> f64 {
    f64::from(plan.width) / f64::from(plan.height)
}

#[test]
fn only_the_type_changes_where_only_the_type_is_wrong() {
    let takes = |file: &MediaInfo| file.mime == "image/jpeg" && file.bytes <= 8_000_000;
    let plan = Plan::find(&file("image/png", 5000, 3000, 20_000_000), Fit::Pad, &takes).expect("a plan");
    assert_eq!(
        (plan.types.as_slice(), plan.width, plan.height),
        (&["image/jpeg".to_owned()][..], 5000, 3000)
    );
    assert_eq!((plan.fit, plan.bytes), (None, 8_000_000));
}

#[test]
fn a_type_that_is_taken_stays_with_jpeg_as_the_way_out() {
    let takes = |file: &MediaInfo| file.bytes <= 1_000_000 && file.width.max(file.height) <= Some(2048);
    let plan = Plan::find(&file("image/webp", 1000, 4096, 900_000), Fit::Pad, &takes).expect("a plan");
    assert_eq!(plan.types, ["image/webp", "image/jpeg"]);
    assert_eq!((plan.width, plan.height), (500, 2048));
}

#[test]
fn a_refused_shape_becomes_the_next_one_that_is_taken() {
    let takes = |file: &MediaInfo| file.ratio().is_some_and(|ratio| (0.8..=1.91).contains(&ratio));
    let wide = file("image/jpeg", 4000, 1000, 500_000);
    let padded = Plan::find(&wide, Fit::Pad, &takes).expect("a plan");
    assert_eq!((padded.fit, padded.width), (Some(Fit::Pad), 4000));
    let cropped = Plan::find(&wide, Fit::Crop, &takes).expect("a plan");
    assert_eq!((cropped.fit, cropped.height), (Some(Fit::Crop), 1000));
    for plan in [padded, cropped] {
        assert!((1.89..=1.91).contains(&ratio(&plan)), "{plan:?}");
    }
    let tall = Plan::find(&file("image/jpeg", 1000, 4000, 500_000), Fit::Pad, &takes).expect("a plan");
    assert_eq!(tall.height, 4000);
    assert!((0.8..=0.82).contains(&ratio(&tall)), "{tall:?}");
}

#[test]
fn a_video_becomes_mp4_with_even_sides_and_fewer_frames() {
    let takes = |file: &MediaInfo| {
        file.mime == "video/mp4"
            && file.video_codec.as_deref() == Some("h264")
            && file.audio_codec.as_deref() == Some("aac")
            && file.frame_rate <= Some(60.0)
            && file.width <= Some(1001)
    };
    let plan = Plan::find(&file("video/webm", 1920, 1080, 500_000), Fit::Pad, &takes).expect("a plan");
    assert_eq!((plan.types.as_slice(), plan.frame_rate), (&["video/mp4".to_owned()][..], Some(60.0)));
    assert!(
        plan.width <= 1001
            && plan.width >= 998
            && plan.width.is_multiple_of(2)
            && plan.height.is_multiple_of(2),
        "{plan:?}"
    );
}

#[test]
fn nothing_is_cut_or_made_still() {
    let short = |file: &MediaInfo| file.duration_ms <= Some(5_000);
    assert_eq!(Plan::find(&file("video/mp4", 640, 360, 500_000), Fit::Pad, &short), None);
    let mut gif = file("image/gif", 640, 360, 500_000);
    gif.kind = MediaKind::Gif;
    assert_eq!(Plan::find(&gif, Fit::Pad, &|file| file.mime == "image/jpeg"), None);
    gif.kind = MediaKind::Document;
    assert_eq!(Plan::find(&gif, Fit::Pad, &|_| true), None, "nothing is drawn anew of a document");
    let few = |file: &MediaInfo| file.bytes <= 250_000;
    assert_eq!(Plan::find(&file("video/mp4", 640, 360, 500_000), Fit::Pad, &few), None, "25 kB a second");
}

proptest! {
    #[test]
    fn what_is_planned_is_taken(
        width in 70_u32..9000, height in 70_u32..9000, bytes in 1_u64..90_000_000,
        side in 320_u32..5000, narrow in 0.3_f64..1.0, wide in 1.0_f64..3.0, most in 250_000_u64..20_000_000,
        crop in any::<bool>(),
    ) {
        let takes = |file: &MediaInfo| {
            file.mime == "image/jpeg"
                && file.width.max(file.height) <= Some(side)
                && file.bytes <= most
                && file.ratio().is_some_and(|ratio| (narrow - 0.01..=wide + 0.01).contains(&ratio))
        };
        let fit = if crop { Fit::Crop } else { Fit::Pad };
        let plan = Plan::find(&file("image/png", width, height, bytes), fit, &takes).expect("a plan");
        prop_assert!(takes(&sized(&file("image/jpeg", 1, 1, 1), plan.width, plan.height, plan.bytes)), "{plan:?}");
        prop_assert_eq!(plan.bytes, most);
    }
}
