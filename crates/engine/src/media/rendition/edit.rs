//! What a person wants made of a file: turned, cut to a shape, a part of a video, one of its frames. Like a copy for a network it is a file of
//! its own beside the original, which never changes; unlike that it is for no network in particular.

use carillon_domain::error::AppError;
use carillon_domain::media::{MediaInfo, MediaKind};
use serde::{Deserialize, Serialize};

use super::super::library::MediaLimits;
use super::plan::{LEAST_SIDE, PICTURES, Plan, whole};

/// Shortest part of a video, milliseconds.
const SHORTEST: u64 = 500;
/// Strongest zoom, percent.
const CLOSEST: u16 = 1_000;

/// The part of a picture that stays, pixels of the turned picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cut {
    /// From the left.
    pub x: u32,
    /// From above.
    pub y: u32,
    /// Of the part.
    pub width: u32,
    /// Of the part.
    pub height: u32,
    /// Width and height of what it is cut from.
    pub of: (u32, u32),
}

/// What is done to a file before anything else.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Edit {
    /// Clockwise: 0, 90, 180 or 270.
    pub turn: u16,
    /// What stays of it, if not all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cut: Option<Cut>,
    /// From when to when a video stays, milliseconds, if not all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub span: Option<(u64, u64)>,
    /// The moment of which a picture is taken, milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub frame: Option<u64>,
}

/// What somebody asks for.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct EditInput {
    /// Clockwise: 0, 90, 180 or 270 degrees.
    pub turn: u16,
    /// The shape it is cut to, `4:5`; empty: as it is.
    pub ratio: String,
    /// How much closer, percent; 100 or nothing: all of it.
    pub zoom: u16,
    /// Where the part lies between left (0) and right (100).
    pub x: u8,
    /// Where the part lies between top (0) and bottom (100).
    pub y: u8,
    /// Where a video begins, milliseconds.
    pub from_ms: Option<u64>,
    /// Where it ends, milliseconds.
    pub to_ms: Option<u64>,
}

impl Default for EditInput {
    /// Nothing changes; what is cut is cut from the middle.
    fn default() -> Self {
        Self { turn: 0, ratio: String::new(), zoom: 100, x: 50, y: 50, from_ms: None, to_ms: None }
    }
}

impl EditInput {
    /// What is to be made of this file.
    ///
    /// # Errors
    /// `Invalid` for what can't be, and when nothing would change.
    pub(crate) fn plan(&self, file: &MediaInfo, limits: MediaLimits) -> Result<Plan, AppError> {
        let video = file.kind == MediaKind::Video;
        if !video && file.kind != MediaKind::Image {
            let message = "Only still pictures and videos can be edited here.";
            return Err(AppError::invalid("media", "not_editable", message));
        }
        let (Some(width), Some(height)) = (file.width, file.height) else {
            let message = "How large this file is could not be measured, so it can't be edited.";
            return Err(AppError::invalid("media", "not_measured", message));
        };
        if !matches!(self.turn, 0 | 90 | 180 | 270) {
            return Err(AppError::invalid("turn", "invalid", "A file is turned by 90, 180 or 270 degrees."));
        }
        let (width, height) = if self.turn % 180 == 90 { (height, width) } else { (width, height) };
        let step = if video { 2 } else { 1 };
        let cut = self.cut((width, height), step)?;
        let edit = Edit { turn: self.turn, cut, span: self.span(file)?, frame: None };
        if edit == Edit::default() {
            return Err(AppError::invalid("edit", "nothing", "Choose what is to change."));
        }
        let whole = ((width / step).max(1) * step, (height / step).max(1) * step);
        let (width, height) = cut.map_or(whole, |cut| (cut.width, cut.height));
        let types = if video {
            vec!["video/mp4".to_owned()]
        } else {
            let own = PICTURES.into_iter().filter(|mime| *mime == file.mime);
            let mut types: Vec<String> = own.chain(["image/jpeg"]).map(str::to_owned).collect();
            types.dedup();
            types
        };
        let bytes = if video { limits.video_bytes } else { limits.image_bytes };
        Ok(Plan { types, width, height, fit: None, bytes, frame_rate: None, edit: Some(edit) })
    }

    fn cut(&self, (width, height): (u32, u32), step: u32) -> Result<Option<Cut>, AppError> {
        if self.zoom > CLOSEST {
            let message = format!("It can be brought closer up to {CLOSEST} percent.");
            return Err(AppError::invalid("zoom", "too_close", message));
        }
        if self.x > 100 || self.y > 100 {
            return Err(AppError::invalid(
                "position",
                "invalid",
                "A position lies between 0 and 100 percent.",
            ));
        }
        if self.ratio.is_empty() && self.zoom <= 100 {
            return Ok(None);
        }
        let (w, h) = (f64::from(width), f64::from(height));
        let ratio = if self.ratio.is_empty() { w / h } else { ratio_of(&self.ratio)? };
        let zoom = f64::from(self.zoom.max(100)) / 100.0;
        let (wide, high) = if ratio > w / h { (w, w / ratio) } else { (h * ratio, h) };
        let side = |side: f64, most: u32| (whole(side / zoom).min(most) / step).max(1) * step;
        let (cut_width, cut_height) = (side(wide, width), side(high, height));
        if cut_width.min(cut_height) < LEAST_SIDE {
            let message =
                format!("What is left would be {cut_width} × {cut_height} pixels, too small for a picture.");
            return Err(AppError::invalid("zoom", "too_small", message));
        }
        let (right, down) = (width.saturating_sub(cut_width), height.saturating_sub(cut_height));
        if (right, down) == (0, 0) {
            return Ok(None);
        }
        let at =
            |percent: u8, room: u32| room / 100 * u32::from(percent) + room % 100 * u32::from(percent) / 100;
        let (x, y) = (at(self.x, right), at(self.y, down));
        Ok(Some(Cut { x, y, width: cut_width, height: cut_height, of: (width, height) }))
    }

    fn span(&self, file: &MediaInfo) -> Result<Option<(u64, u64)>, AppError> {
        if self.from_ms.is_none() && self.to_ms.is_none() {
            return Ok(None);
        }
        let Some(length) = file.duration_ms.filter(|_| file.kind == MediaKind::Video) else {
            let message = "Only a video whose length is known can be trimmed.";
            return Err(AppError::invalid("from", "not_measured", message));
        };
        let (from, to) = (self.from_ms.unwrap_or(0), self.to_ms.unwrap_or(length).min(length));
        if from >= to || to - from < SHORTEST {
            let message = "A part of a video begins before it ends, and is half a second long at least.";
            return Err(AppError::invalid("from", "too_short", message));
        }
        Ok(Some((from, to)).filter(|span| *span != (0, length)))
    }
}

/// Width by height of `4:5`.
fn ratio_of(text: &str) -> Result<f64, AppError> {
    let side = |side: &str| side.trim().parse::<f64>().ok().filter(|side| (0.1..=100.0).contains(side));
    let sides = text.split_once(':').and_then(|(width, height)| Some((side(width)?, side(height)?)));
    let (width, height) =
        sides.ok_or_else(|| AppError::invalid("ratio", "invalid", "A shape is written as 4:5."))?;
    Ok(width / height)
}

#[cfg(test)]
mod tests {
    use carillon_domain::id::MediaId;
    use uuid::Uuid;

    use super::*;

    fn file(kind: MediaKind, width: u32, height: u32) -> MediaInfo {
        let video = kind == MediaKind::Video;
        MediaInfo {
            id: MediaId::from_uuid(Uuid::from_u128(1)),
            kind,
            mime: if video { "video/webm" } else { "image/png" }.to_owned(),
            bytes: 9,
            sha256: String::new(),
            width: Some(width),
            height: Some(height),
            duration_ms: video.then_some(10_000),
            frame_rate: None,
            frames: None,
            pages: None,
            video_codec: None,
            audio_codec: None,
            alt: None,
        }
    }

    fn plan(input: &EditInput, file: &MediaInfo) -> Result<Plan, String> {
        input.plan(file, MediaLimits::default()).map_err(|error| match error {
            AppError::Invalid(errors) => errors[0].code.to_string(),
            other => panic!("{other}"),
        })
    }

    #[test]
    fn a_shape_is_cut_where_it_is_wanted() {
        let picture = file(MediaKind::Image, 1600, 900);
        let input = EditInput { ratio: "1:1".into(), x: 100, y: 50, ..EditInput::default() };
        let square = plan(&input, &picture).expect("a plan");
        let cut = square.edit.and_then(|edit| edit.cut).expect("a cut");
        assert_eq!((cut.x, cut.y, cut.width, cut.height), (700, 0, 900, 900));
        assert_eq!((square.width, square.height), (900, 900));
        assert_eq!(square.types, ["image/png", "image/jpeg"]);
        let closer = EditInput { zoom: 200, x: 50, y: 50, ..EditInput::default() };
        let cut = plan(&closer, &picture).expect("a plan").edit.and_then(|edit| edit.cut).expect("a cut");
        assert_eq!((cut.x, cut.y, cut.width, cut.height), (400, 225, 800, 450));
        // Turned first: what is cut is measured upright.
        let turned = EditInput { turn: 90, ratio: "9:16".into(), ..EditInput::default() };
        let upright = plan(&turned, &picture).expect("a plan");
        assert_eq!((upright.width, upright.height, upright.edit.and_then(|e| e.cut)), (900, 1600, None));
    }

    #[test]
    fn videos_have_even_sides_and_parts_within_them() {
        let video = file(MediaKind::Video, 641, 361);
        let input = EditInput {
            ratio: "4:5".into(),
            from_ms: Some(1_000),
            to_ms: Some(99_000),
            ..EditInput::default()
        };
        let plan_of = plan(&input, &video).expect("a plan");
        assert_eq!((plan_of.width % 2, plan_of.height % 2), (0, 0));
        assert_eq!(plan_of.edit.and_then(|edit| edit.span), Some((1_000, 10_000)));
        let turned = plan(&EditInput { turn: 180, ..EditInput::default() }, &video).expect("a plan");
        assert_eq!((turned.width, turned.height), (640, 360));
    }

    #[test]
    fn what_can_not_be_is_said() {
        let (picture, video) = (file(MediaKind::Image, 640, 360), file(MediaKind::Video, 640, 360));
        let all = EditInput::default();
        let ratio = |ratio: &str| EditInput { ratio: ratio.into(), ..EditInput::default() };
        let span = |from, to| EditInput { from_ms: Some(from), to_ms: Some(to), ..EditInput::default() };
        for (input, file, code) in [
            (all.clone(), &picture, "nothing"),
            (ratio("16:9"), &picture, "nothing"),
            (ratio("wide"), &picture, "invalid"),
            (ratio("0:1"), &picture, "invalid"),
            (ratio("100:1"), &picture, "too_small"),
            (EditInput { turn: 45, ..all.clone() }, &picture, "invalid"),
            (EditInput { zoom: 2_000, ..all.clone() }, &picture, "too_close"),
            (EditInput { zoom: 900, ..all.clone() }, &picture, "too_small"),
            (EditInput { zoom: 200, x: 101, ..all.clone() }, &picture, "invalid"),
            (span(0, 1_000), &picture, "not_measured"),
            (span(5_000, 5_100), &video, "too_short"),
            (span(9_000, 1_000), &video, "too_short"),
            (span(0, 10_000), &video, "nothing"),
            (EditInput { turn: 90, ..all }, &file(MediaKind::Gif, 9, 9), "not_editable"),
        ] {
            assert_eq!(plan(&input, file), Err(code.to_owned()), "{input:?}");
        }
    }
}
