//! Notes on days of the calendar.

/// What a note looks like. Colours are told by name as well, so none of them carries a meaning of its own.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Colour {
    /// Like the page.
    #[default]
    Plain,
    /// Green.
    Green,
    /// Blue.
    Blue,
    /// Amber.
    Amber,
    /// Red.
    Red,
    /// Violet.
    Violet,
}

impl Colour {
    /// All of them.
    pub const ALL: [Self; 6] = [Self::Plain, Self::Green, Self::Blue, Self::Amber, Self::Red, Self::Violet];

    /// The stable name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Green => "green",
            Self::Blue => "blue",
            Self::Amber => "amber",
            Self::Red => "red",
            Self::Violet => "violet",
        }
    }

    /// Reads the stable name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|colour| colour.as_str() == text)
    }
}
