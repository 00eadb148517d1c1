//! The report's two faces: how wide a text is, and which glyphs draw it.
//!
//! Glyphs stand one after the other, without kerning and without shaping: enough for the scripts that the font has (Latin, Greek,
//! Cyrillic). What it does not have is shown as one empty box, so that nobody takes a cut text for the whole.

use carillon_domain::error::AppError;
use krilla::text::{Font, GlyphId, KrillaGlyph};
use skrifa::instance::{LocationRef, Size};
use skrifa::{FontRef, MetadataProvider};

const REGULAR: &[u8] = include_bytes!("../../../fonts/inter-regular.ttf");
const SEMIBOLD: &[u8] = include_bytes!("../../../fonts/inter-semibold.ttf");

/// Stands for what the font does not have.
const BOX: char = '□';

/// How strong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    /// Text.
    Regular,
    /// Headings and values.
    Strong,
}

/// One face.
struct Face {
    font: Font,
    read: FontRef<'static>,
}

impl Face {
    fn new(bytes: &'static [u8]) -> Result<Self, AppError> {
        let font = Font::new(bytes.into(), 0).ok_or_else(|| AppError::internal("the font can't be read"))?;
        Ok(Self { font, read: FontRef::new(bytes).map_err(AppError::internal)? })
    }

    fn has(&self, c: char) -> bool {
        self.read.charmap().map(c).is_some()
    }

    /// Glyphs with their advance in ems.
    fn glyphs(&self, text: &str) -> Vec<KrillaGlyph> {
        let metrics = self.read.glyph_metrics(Size::unscaled(), LocationRef::default());
        let em = self.font.units_per_em();
        let charmap = self.read.charmap();
        let glyph = |(at, c): (usize, char)| {
            let id = charmap.map(c).unwrap_or_default();
            KrillaGlyph {
                glyph_id: GlyphId::new(id.to_u32()),
                text_range: at..at + c.len_utf8(),
                x_advance: metrics.advance_width(id).unwrap_or_default() / em,
                x_offset: 0.0,
                y_offset: 0.0,
                y_advance: 0.0,
                location: None,
            }
        };
        text.char_indices().map(glyph).collect()
    }
}

/// Both faces.
pub struct Fonts {
    regular: Face,
    strong: Face,
}

impl Fonts {
    /// Reads them.
    ///
    /// # Errors
    /// None are known: they are part of the program.
    pub fn new() -> Result<Self, AppError> {
        Ok(Self { regular: Face::new(REGULAR)?, strong: Face::new(SEMIBOLD)? })
    }

    fn face(&self, weight: Weight) -> &Face {
        match weight {
            Weight::Regular => &self.regular,
            Weight::Strong => &self.strong,
        }
    }

    /// The font of a weight, for drawing.
    pub fn font(&self, weight: Weight) -> Font {
        self.face(weight).font.clone()
    }

    /// The glyphs of a text that [`Self::shown`] gave.
    pub fn glyphs(&self, weight: Weight, text: &str) -> Vec<KrillaGlyph> {
        self.face(weight).glyphs(text)
    }

    /// How wide a text is, in points.
    pub fn width(&self, weight: Weight, size: f32, text: &str) -> f32 {
        self.face(weight).glyphs(text).iter().map(|glyph| glyph.x_advance * size).sum()
    }

    /// The text on one line, as far as the font has it.
    pub fn shown(&self, text: &str) -> String {
        let mut shown = String::new();
        for c in text.split_whitespace().collect::<Vec<_>>().join(" ").chars() {
            // Joiners and variation selectors draw nothing.
            if matches!(c, '\u{200b}'..='\u{200f}' | '\u{fe00}'..='\u{fe0f}' | '\u{2060}' | '\u{feff}') {
                continue;
            }
            if self.regular.has(c) && self.strong.has(c) {
                shown.push(c);
            } else if !shown.ends_with(BOX) {
                shown.push(BOX);
            }
        }
        shown
    }

    /// The text, cut with `…` where it would be wider.
    pub fn fit(&self, weight: Weight, size: f32, text: &str, width: f32) -> String {
        let text = self.shown(text);
        if self.width(weight, size, &text) <= width {
            return text;
        }
        let mut left = width - self.width(weight, size, "…");
        let mut kept = String::new();
        for (c, glyph) in text.chars().zip(self.glyphs(weight, &text)) {
            left -= glyph.x_advance * size;
            if left < 0.0 {
                break;
            }
            kept.push(c);
        }
        format!("{}…", kept.trim_end())
    }

    /// The text in lines of at most that width. A word that is wider is cut.
    pub fn wrap(&self, weight: Weight, size: f32, text: &str, width: f32) -> Vec<String> {
        let mut lines = vec![String::new()];
        for word in self.shown(text).split(' ') {
            let Some(line) = lines.last_mut() else { continue };
            let word = self.fit(weight, size, word, width);
            let longer = if line.is_empty() { word.clone() } else { format!("{line} {word}") };
            if line.is_empty() || self.width(weight, size, &longer) <= width {
                *line = longer;
            } else {
                lines.push(word);
            }
        }
        lines
    }
}
