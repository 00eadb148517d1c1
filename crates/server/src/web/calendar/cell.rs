//! A day of the calendar, or an hour of a day: the posts in it, and where one more is composed.

use carillon_engine::usecase::posts::{Entry, Planned};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::asked::Links;
use super::grid::Span;
use super::marks::{DayMarks, Marks};
use super::tile::{Tile, Tiles};
use crate::urls;
use crate::web::ui::Ui;

/// A day, or an hour of a day.
pub struct Cell {
    /// `2026-11-24`.
    pub day: String,
    /// The hour, where it is one.
    pub hour: Option<String>,
    /// Day, and hour where it is one, for machines.
    pub stamp: String,
    /// The day of the week, of a day.
    pub weekday: String,
    /// The day of the month, or the hour as a clock shows it.
    pub name: String,
    /// The month, where days of several stand below each other.
    pub month: String,
    /// Now is in it.
    pub current: bool,
    /// It is over.
    pub past: bool,
    /// It is not of the month that is shown.
    pub outside: bool,
    /// Where a post at that time is composed.
    pub compose_url: Option<String>,
    /// The day alone.
    pub day_url: String,
    /// Notes and holidays, of a day.
    pub marks: Option<DayMarks>,
    /// The first posts.
    pub tiles: Vec<Tile>,
    /// How many more there are.
    pub more: usize,
}

impl Cell {
    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.tiles.is_empty() && self.marks.as_ref().is_none_or(DayMarks::is_empty)
    }
}

/// What all places of a page have in common.
pub struct Sheet<'a> {
    /// The page.
    pub ui: &'a Ui,
    /// What is shown at once.
    pub span: Span,
    /// Most posts of one place.
    pub most: usize,
    /// The day that the page is about.
    pub at: Date,
    /// The days that are shown.
    pub days: &'a [Date],
    /// The zone of the calendar.
    pub zone: &'a TimeZone,
    /// Its addresses.
    pub links: &'a Links,
    /// Notes and holidays.
    pub marks: &'a Marks,
    /// Where posts are composed, for whoever may.
    pub compose: Option<String>,
}

impl Sheet<'_> {
    /// How many posts each place has, and those that are drawn, place after place. What lies in none is left out.
    pub fn sort(&self, posts: Vec<Planned>) -> (Vec<usize>, Vec<Planned>) {
        let mut sorted = vec![Vec::new(); self.span.places(self.days)];
        let place = |at: Timestamp| self.span.place(self.days, self.zone.to_datetime(at));
        for post in posts {
            if let Some(found) = post.due_at.and_then(place).and_then(|place| sorted.get_mut(place)) {
                found.push(post);
            }
        }
        let counts = sorted.iter().map(Vec::len).collect();
        let drawn = sorted.into_iter().flat_map(|posts| posts.into_iter().take(self.most));
        (counts, drawn.collect())
    }

    /// All places. A list has only those with posts, notes or holidays.
    pub fn cells(&self, counts: &[usize], drawn: &[Entry], tiles: &mut Tiles<'_>) -> Vec<Cell> {
        let mut drawn = drawn.iter();
        let filled = |(place, count): (usize, &usize)| {
            let most = self.most;
            let shown = drawn.by_ref().take(most.min(*count)).map(|entry| tiles.tile(entry)).collect();
            self.cell(place, shown, count.saturating_sub(most))
        };
        let mut cells: Vec<Cell> = counts.iter().enumerate().filter_map(filled).collect();
        if self.span == Span::List {
            cells.retain(|cell| !cell.is_empty());
        }
        cells
    }

    fn cell(&self, place: usize, tiles: Vec<Tile>, more: usize) -> Option<Cell> {
        let now = self.zone.to_datetime(self.ui.now);
        let hour = if self.span == Span::Day { Some(i8::try_from(place).ok()?) } else { None };
        let date = *self.days.get(if hour.is_some() { 0 } else { place })?;
        let here = (date, hour);
        let this = (now.date(), hour.map(|_| now.hour()));
        let slot = hour.map(|hour| format!("&hour={hour}")).unwrap_or_default();
        // Whoever lives by another clock still composes for the hour that was pressed.
        let zone = if self.ui.zone_name() == self.zone_name() {
            String::new()
        } else {
            format!("&zone={}", urls::encode(self.zone_name()))
        };
        let clock = hour.map(|hour| format!("{hour:02}:00"));
        Some(Cell {
            day: date.to_string(),
            stamp: clock.as_ref().map_or_else(|| date.to_string(), |clock| format!("{date}T{clock}")),
            weekday: if hour.is_some() {
                String::new()
            } else {
                self.ui.of("weekday", &date.weekday().to_monday_one_offset().to_string())
            },
            marks: hour.is_none().then(|| self.marks.on(self.ui, date)),
            name: clock.unwrap_or_else(|| date.day().to_string()),
            month: if self.span == Span::List {
                self.ui.of("month-long", &date.month().to_string())
            } else {
                String::new()
            },
            hour: hour.map(|hour| hour.to_string()),
            current: here == this,
            past: here < this,
            outside: self.span == Span::Month && date.month() != self.at.month(),
            compose_url: self
                .compose
                .as_ref()
                .filter(|_| here >= this)
                .map(|compose| format!("{compose}?date={date}{slot}{zone}")),
            day_url: self.links.to(Span::Day, date),
            tiles,
            more,
        })
    }

    /// The name of the calendar's zone.
    pub fn zone_name(&self) -> &str {
        self.zone.iana_name().unwrap_or("UTC")
    }
}
