//! How a network shows a post in its feed on a phone, as far as a preview needs to know. Networks publish little of this and change it as
//! they like: what is not known is said to be unknown, and every number has its source beside it in the platform's folder.

use carillon_domain::text::facets::Facet;
use carillon_domain::text::fold::Bounds;

/// How a network shows a post.
#[derive(Debug)]
pub struct Display {
    /// How it names the author.
    pub who: Who,
    /// Where the text stands.
    pub text: TextPlace,
    /// What of a text can be pressed.
    pub marks: fn(&str) -> Vec<Facet>,
    /// Where a long text is cut.
    pub fold: Fold,
    /// How files are shown.
    pub tiles: Tiles,
    /// Which link gets a card below the text.
    pub card: Card,
    /// The option that is shown as the headline.
    pub title: Option<&'static str>,
    /// The option behind whose text the post hides until somebody presses it.
    pub warning: Option<&'static str>,
}

/// How an author is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// Name, and handle beside or below it.
    Both,
    /// The name alone.
    Name,
    /// The handle alone.
    Handle,
}

/// Where the text stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextPlace {
    /// Above the files.
    Above,
    /// Below the files.
    Below,
}

/// Where a long text is cut.
#[derive(Debug, Clone, Copy)]
pub enum Fold {
    /// Nowhere: what the network takes it shows.
    Never,
    /// Somewhere: the network does not say where, and others don't agree.
    Unsaid,
    /// Here, and the word with which the rest is opened.
    At(Bounds, &'static str),
}

/// How files are shown. Ratios are width to height.
#[derive(Debug, Clone, Copy)]
pub struct Tiles {
    /// Several files.
    pub several: Several,
    /// What is narrower is shown in this ratio.
    pub narrowest: Option<Ratio>,
    /// What is wider is shown in this ratio.
    pub widest: Option<Ratio>,
    /// All of a picture is seen, with bars around it; otherwise what sticks out is cut off.
    pub whole: bool,
}

/// Width to height.
pub type Ratio = (u32, u32);

/// How several files are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Several {
    /// Side by side, as squares.
    Grid,
    /// One after the other, in the ratio of the first.
    Swipe,
}

/// Which link gets a card. Files leave no room for one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Card {
    /// The first one of the text.
    pub from_text: bool,
    /// The one that this option names.
    pub option: Option<&'static str>,
    /// None where this option is false.
    pub switch: Option<&'static str>,
}

impl Card {
    /// The first link of the text.
    pub const OF_TEXT: Self = Self { from_text: true, option: None, switch: None };
    /// No card.
    pub const NONE: Self = Self { from_text: false, option: None, switch: None };
}

impl Tiles {
    /// Squares side by side; one alone in its own ratio.
    pub const GRID: Self = Self { several: Several::Grid, narrowest: None, widest: None, whole: false };

    /// The box in which these files are shown, by the dimensions of the first one.
    pub fn shape(&self, files: usize, first: Option<(u32, u32)>) -> Ratio {
        const SQUARE: Ratio = (1, 1);
        let narrower = |a: Ratio, b: Ratio| u64::from(a.0) * u64::from(b.1) < u64::from(b.0) * u64::from(a.1);
        if files > 1 && self.several == Several::Grid {
            return SQUARE;
        }
        let own = first.filter(|(width, height)| *width > 0 && *height > 0);
        let own = own.or(self.widest).unwrap_or(SQUARE);
        match (self.narrowest, self.widest) {
            (Some(bound), _) if narrower(own, bound) => bound,
            (_, Some(bound)) if narrower(bound, own) => bound,
            _ => own,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Registry;

    #[test]
    fn files_are_shown_within_the_networks_ratios() {
        let feed = Tiles {
            several: Several::Swipe,
            narrowest: Some((4, 5)),
            widest: Some((191, 100)),
            whole: false,
        };
        for (first, shown) in [
            (Some((1080, 1080)), (1080, 1080)),
            (Some((1080, 1920)), (4, 5)),
            (Some((3000, 1000)), (191, 100)),
            (Some((0, 0)), (191, 100)),
            (None, (191, 100)),
        ] {
            assert_eq!(feed.shape(3, first), shown, "{first:?}");
        }
        assert_eq!(Tiles::GRID.shape(1, Some((1080, 1920))), (1080, 1920), "alone, as it is");
        assert_eq!(Tiles::GRID.shape(2, Some((1080, 1920))), (1, 1));
    }

    #[test]
    fn every_network_that_takes_posts_says_how_it_shows_them() {
        for connector in Registry.all() {
            let name = connector.descriptor().name;
            let Some(display) = connector.display() else {
                assert!(connector.publisher().is_none(), "{name} takes posts");
                continue;
            };
            let known = |option: &str| connector.capabilities().options.iter().any(|o| o.name == option);
            let named = [display.title, display.warning, display.card.option, display.card.switch];
            for option in named.into_iter().flatten() {
                assert!(known(option), "{name} has no option {option}");
            }
            if let Fold::At(bounds, more) = display.fold {
                assert!(bounds.units.is_some() || bounds.lines.is_some(), "{name} is cut nowhere");
                assert!(!more.is_empty(), "{name} has no word for the rest");
            }
        }
    }
}
