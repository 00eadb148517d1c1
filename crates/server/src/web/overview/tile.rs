//! One number as people see it first: how much, how it changed, and its days.

use carillon_domain::insight::{Basis, Change, definition};
use carillon_engine::usecase::analytics::{Figure, Figures, Summary};

use super::spark::{Shape, Spark};
use super::tables::days_of;
use crate::i18n;
use crate::web::account::Amount;
use crate::web::ui::Ui;

/// A number with its surroundings.
pub struct Tile {
    /// What it is.
    pub label: String,
    /// How much; `None` when no network said so.
    pub amount: Option<Amount>,
    /// Against the time before.
    pub change: Option<Moved>,
    /// How many gave it, where not all did.
    pub part: Option<String>,
    /// Where it comes from, for those who look closer.
    pub sources: String,
    /// Its days.
    pub spark: Option<Spark>,
}

/// From then to now.
pub struct Moved {
    /// `up`, `down` or `same`; for its colour, which says nothing that the text does not.
    pub way: &'static str,
    /// `+12.30 %`
    pub text: String,
    /// What it was.
    pub title: String,
}

impl Moved {
    /// `whole`: of all accounts, not only of those that were known before.
    fn new(ui: &Ui, change: Change, unit: &str, (whole, before): (bool, &str)) -> Self {
        let way = match change.absolute() {
            1.. => "up",
            0 => "same",
            _ => "down",
        };
        // The minus is part of the number.
        let sign = if way == "up" { "+" } else { "" };
        let share = |points| Amount::of(ui.t, points, "basis points").text().to_owned();
        let text = match (unit, change.basis_points()) {
            ("basis points", _) => {
                let points = share(change.absolute());
                ui.arg("n", points.trim_end_matches([' ', '%'])).tr("overview-points")
            }
            (_, Some(points)) => share(points),
            // From nothing there is no percentage.
            (_, None) => Amount::new(ui.t, change.absolute()).text().to_owned(),
        };
        let then = Amount::of(ui.t, change.from, unit);
        let title = ui.arg("n", then.exact()).arg("before", before);
        let title = if whole { title.tr("overview-before") } else { title.tr("overview-before-some") };
        Self { way, text: format!("{sign}{text}"), title }
    }
}

impl Tile {
    /// Everything about a number; `before` says which days it is compared with.
    pub fn new(ui: &Ui, figure: &Figure, (shape, of): (Shape, &'static str), before: &str) -> Self {
        let unit = definition(figure.metric).map_or("", |d| d.unit);
        let partly = figure.value.is_some() && figure.given < figure.of;
        Self {
            label: ui.of("metric", figure.metric),
            amount: figure.value.map(|value| Amount::of(ui.t, value, unit)),
            change: figure
                .change
                .map(|change| Moved::new(ui, change, unit, (figure.previous.is_some(), before))),
            part: partly.then(|| ui.count("n", figure.given).count("of", figure.of).tr(of)),
            sources: figure.sources.iter().cloned().collect::<Vec<_>>().join(", "),
            spark: Spark::new(&figure.days, shape),
        }
    }

    /// The six of the page.
    pub fn all(ui: &Ui, summary: &Summary) -> Vec<Self> {
        let before = days_of(ui, &summary.previous);
        let tile = |(figure, shape, of)| Self::new(ui, figure, (shape, of), &before);
        shown(&summary.figures).into_iter().map(tile).collect()
    }
}

/// What the page shows, in order: the number, how it is drawn, and how to say that not all gave it.
pub fn shown(figures: &Figures) -> [(&Figure, Shape, &'static str); 6] {
    let (accounts, posts) = (i18n::key("overview-accounts-gave"), i18n::key("overview-posts-gave"));
    [
        (&figures.followers, Shape::Line, accounts),
        (&figures.views, Shape::Bars, posts),
        (&figures.reach, Shape::Bars, posts),
        (&figures.engagements, Shape::Bars, posts),
        (figures.rate().1, Shape::Bars, posts),
        (&figures.posts, Shape::Bars, accounts),
    ]
}

/// The basis of a rate in words.
pub fn basis(ui: &Ui, basis: Basis) -> String {
    ui.of("basis", basis.as_str())
}
