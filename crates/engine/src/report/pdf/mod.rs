//! The report: what the overview shows, on paper. A4, readable without colours, with charts as vectors.
//!
//! - Text is text, in an embedded font, tagged for readers who can't see it.
//! - What is missing is a dash and a gap, never zero.

mod blocks;
mod chart;
mod draw;
mod fonts;
mod paper;
mod tables;

use carillon_domain::error::AppError;
use carillon_domain::insight::Basis;
use carillon_domain::time::Timestamp;
use jiff::civil::Date;

use self::draw::Title;
use self::fonts::Fonts;
use self::paper::Paper;
use super::{About, Words};
use crate::usecase::analytics::Figures;

/// What a report says.
#[derive(Debug, Clone)]
pub struct Report {
    /// What it is of.
    pub about: About,
    /// The workspace's logo, a PNG file.
    pub logo: Option<Vec<u8>>,
    /// Its days, in order.
    pub days: Vec<Date>,
    /// How many accounts.
    pub accounts: usize,
    /// All of them together.
    pub figures: Figures,
    /// Each network: its name as people know it, how many accounts, their numbers.
    pub networks: Vec<(String, usize, Figures)>,
    /// The best posts, best first.
    pub top: Vec<Best>,
    /// What has to be known to read the followers: when, and what.
    pub notes: Vec<(Date, String)>,
}

/// One of the best posts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Best {
    /// Its text.
    pub text: String,
    /// Where people see it.
    pub url: Option<String>,
    /// Its account, as people write it.
    pub account: String,
    /// Its network's name.
    pub network: String,
    /// When it became public.
    pub published_at: Timestamp,
    /// Views.
    pub views: Option<i64>,
    /// Engagements.
    pub engagements: Option<i64>,
    /// What it is ranked by, in hundredths of a percent.
    pub rate: Option<(Basis, i64)>,
    /// Too few saw it.
    pub few: bool,
}

/// Writes a report. The same report gives the same bytes.
///
/// # Errors
/// [`AppError::Internal`] when the file can't be made, which no input is known to cause.
pub fn pdf(report: &Report, words: &dyn Words) -> Result<Vec<u8>, AppError> {
    let fonts = Fonts::new()?;
    let mut paper = Paper::new(&fonts);
    let logo = report.logo.clone().map(draw::picture).transpose()?;
    blocks::head(&mut paper, report, logo, words);
    blocks::tiles(&mut paper, report, words);
    blocks::charts(&mut paper, report, words);
    tables::networks(&mut paper, report, words);
    tables::top(&mut paper, report, words);
    blocks::notes(&mut paper, report, words);
    blocks::definitions(&mut paper, report, words);
    let left = format!("{} · {}", report.about.workspace, blocks::span(report, words));
    paper.feet(&left, |n, of| words.with("report", "page", &[("n", n.to_string()), ("of", of.to_string())]));
    let title = format!("{}: {}", report.about.workspace, blocks::span(report, words));
    draw::draw(&paper, &Title { title, about: &report.about, language: words.language() })
}

#[cfg(test)]
mod tests;
