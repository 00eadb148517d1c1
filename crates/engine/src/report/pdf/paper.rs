//! Pages as lists of what stands where: laid out here, drawn by [`super::draw`]. The origin is the upper left corner, the unit a point.

use krilla::image::Image;

use super::chart::Frame;
use super::fonts::{Fonts, Weight};

/// A4, ISO 216.
pub const SIZE: (f32, f32) = (595.28, 841.89);
/// Left and right of the text.
pub const MARGIN: f32 = 48.0;
/// Width of the text.
pub const WIDTH: f32 = SIZE.0 - 2.0 * MARGIN;
/// Where a page begins …
const TOP: f32 = 52.0;
/// … and ends; the footer stands below.
const BOTTOM: f32 = SIZE.1 - 62.0;

/// A colour: red, green, blue.
pub type Ink = [u8; 3];

/// Text.
pub const BLACK: Ink = [24, 36, 51];
/// What matters less. On white 5.9:1.
pub const GREY: Ink = [92, 104, 120];
/// Rules and grids.
pub const RULE: Ink = [221, 226, 232];
/// Behind tiles.
pub const PALE: Ink = [246, 248, 250];
/// Lines and bars.
pub const BLUE: Ink = [6, 111, 209];
/// Growth. On white 5.0:1.
pub const GREEN: Ink = [25, 126, 60];
/// Fall. On white 5.6:1.
pub const RED: Ink = [190, 45, 45];

/// How a text looks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Style {
    /// Strength.
    pub weight: Weight,
    /// Size in points.
    pub size: f32,
    /// Colour.
    pub ink: Ink,
}

impl Style {
    /// Regular.
    pub const fn text(size: f32, ink: Ink) -> Self {
        Self { weight: Weight::Regular, size, ink }
    }

    /// Semi-bold and black.
    pub const fn strong(size: f32) -> Self {
        Self { weight: Weight::Strong, size, ink: BLACK }
    }
}

/// Something on a page.
#[derive(Debug, Clone, PartialEq)]
pub enum Mark {
    /// Text on one line; `at` is the left end of its base line.
    Text {
        /// Where.
        at: (f32, f32),
        /// How.
        style: Style,
        /// What.
        text: String,
    },
    /// A line through points; one point is a dot.
    Line {
        /// The points.
        points: Vec<(f32, f32)>,
        /// Colour.
        ink: Ink,
        /// Width.
        width: f32,
    },
    /// An area that leads to an address on the web.
    Link {
        /// Where.
        frame: Frame,
        /// The address.
        url: String,
    },
    /// A raster image.
    Picture {
        /// Where.
        frame: Frame,
        /// What.
        image: Image,
    },
    /// A filled rectangle.
    Area {
        /// Where.
        frame: Frame,
        /// Colour.
        ink: Ink,
    },
}

/// What a part is, for those who can't see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Role {
    /// A heading: level and text.
    Heading(u16, String),
    /// A paragraph.
    Paragraph,
    /// A picture, with what it shows in words.
    Figure(String),
    /// A table.
    Table,
    /// Its rows.
    Row,
    /// A heading of a column.
    Head,
    /// A cell.
    Cell,
    /// Something that leads to an address on the web.
    Link,
}

/// A part in the order of reading, and the part that it belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// What it is.
    pub role: Role,
    /// The one around it.
    pub within: Option<usize>,
}

/// Pages that are being written.
pub struct Paper<'a> {
    /// The faces.
    pub fonts: &'a Fonts,
    /// What stands on each page, with the part that it belongs to; without one it is decoration.
    pub pages: Vec<Vec<(Option<usize>, Mark)>>,
    /// All parts.
    pub parts: Vec<Part>,
    /// How far the open page is written.
    pub y: f32,
    open: Vec<usize>,
}

impl<'a> Paper<'a> {
    /// An empty page.
    pub fn new(fonts: &'a Fonts) -> Self {
        Self { fonts, pages: vec![Vec::new()], parts: Vec::new(), y: TOP, open: Vec::new() }
    }

    /// Makes sure that so much fits on the open page, else begins the next one. Tells whether it did.
    pub fn room(&mut self, height: f32) -> bool {
        if self.y + height <= BOTTOM {
            return false;
        }
        self.pages.push(Vec::new());
        self.y = TOP;
        true
    }

    /// Everything until it returns belongs to a part.
    pub fn part<T>(&mut self, role: Role, write: impl FnOnce(&mut Self) -> T) -> T {
        self.parts.push(Part { role, within: self.open.last().copied() });
        self.open.push(self.parts.len() - 1);
        let done = write(self);
        self.open.pop();
        done
    }

    /// Without a part it is decoration: those who can't see it miss nothing.
    fn put(&mut self, part: Option<usize>, mark: Mark) {
        if let Some(page) = self.pages.last_mut() {
            page.push((part, mark));
        }
    }

    /// Text that begins at `x`.
    pub fn text(&mut self, x: f32, y: f32, style: Style, text: &str) {
        let text = self.fonts.shown(text);
        if !text.is_empty() {
            self.put(self.open.last().copied(), Mark::Text { at: (x, y), style, text });
        }
    }

    /// Text that ends at `x`.
    pub fn right(&mut self, x: f32, y: f32, style: Style, text: &str) {
        let text = self.fonts.shown(text);
        let width = self.fonts.width(style.weight, style.size, &text);
        self.text(x - width, y, style, &text);
    }

    /// What leads to an address on the web, in its own part.
    pub fn link(&mut self, frame: Frame, url: &str, write: impl FnOnce(&mut Self)) {
        self.part(Role::Link, |p| {
            write(p);
            p.put(p.open.last().copied(), Mark::Link { frame, url: url.to_owned() });
        });
    }

    /// A line of a picture.
    pub fn line(&mut self, points: Vec<(f32, f32)>, ink: Ink, width: f32) {
        self.put(self.open.last().copied(), Mark::Line { points, ink, width });
    }

    /// An area of a picture.
    pub fn area(&mut self, frame: Frame, ink: Ink) {
        self.put(self.open.last().copied(), Mark::Area { frame, ink });
    }

    /// A raster image.
    pub fn picture(&mut self, frame: Frame, image: Image) {
        self.put(self.open.last().copied(), Mark::Picture { frame, image });
    }

    /// A rule across the text.
    pub fn rule(&mut self, y: f32) {
        let points = vec![(MARGIN, y), (SIZE.0 - MARGIN, y)];
        self.put(None, Mark::Line { points, ink: RULE, width: 0.6 });
    }

    /// An area behind what follows.
    pub fn behind(&mut self, frame: Frame) {
        self.put(None, Mark::Area { frame, ink: PALE });
    }

    /// A heading with room for what it is about.
    pub fn heading(&mut self, text: &str, with: f32) {
        self.room(40.0 + with);
        // At the head of a page the margin is room enough.
        self.y += if self.y > TOP { 28.0 } else { 12.0 };
        let y = self.y;
        self.part(Role::Heading(2, text.to_owned()), |p| p.text(MARGIN, y, Style::strong(12.0), text));
        self.y += 10.0;
    }

    /// A paragraph over the width of the text.
    pub fn paragraph(&mut self, style: Style, text: &str) {
        let lines = self.fonts.wrap(style.weight, style.size, text, WIDTH);
        let step = style.size * 1.45;
        self.part(Role::Paragraph, |p| {
            for line in lines {
                p.room(step);
                p.y += step;
                let y = p.y;
                p.text(MARGIN, y, style, &line);
            }
        });
    }

    /// Writes the foot of every page: what it is at the left, which page of how many at the right.
    pub fn feet(&mut self, left: &str, page: impl Fn(usize, usize) -> String) {
        let of = self.pages.len();
        let style = Style::text(7.5, GREY);
        let y = SIZE.1 - 34.0;
        let cut = self.fonts.fit(style.weight, style.size, left, WIDTH - 90.0);
        for (index, marks) in self.pages.iter_mut().enumerate() {
            let number = page(index + 1, of);
            let x = SIZE.0 - MARGIN - self.fonts.width(style.weight, style.size, &number);
            marks.push((None, Mark::Text { at: (MARGIN, y), style, text: cut.clone() }));
            marks.push((None, Mark::Text { at: (x, y), style, text: number }));
        }
    }
}
