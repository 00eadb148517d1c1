//! The tables of the report.

use carillon_domain::insight::MIN_VIEWS;

use super::blocks::{RIGHT, shown, value};
use super::chart::Frame;
use super::paper::{BLACK, BLUE, GREY, MARGIN, Paper, Role, Style};
use super::{Best, Report};
use crate::report::Words;

const HEAD: Style = Style::text(7.5, GREY);
const CELL: Style = Style::text(9.0, BLACK);
const LINK: Style = Style::text(9.0, BLUE);
const SMALL: Style = Style::text(7.5, GREY);

/// A column: where its text begins, or ends if it holds numbers, and how wide it is.
struct Column {
    label: String,
    at: f32,
    wide: f32,
    number: bool,
}

/// Columns of numbers that end at the right edge, after one of text that gets the rest.
fn columns(first: String, numbers: Vec<String>, wide: f32) -> Vec<Column> {
    let mut left = RIGHT;
    let mut columns = Vec::new();
    for label in numbers.into_iter().rev() {
        columns.push(Column { label, at: left, wide: wide - 8.0, number: true });
        left -= wide;
    }
    columns.push(Column { label: first, at: MARGIN, wide: left - MARGIN - 8.0, number: false });
    columns.reverse();
    columns
}

fn write(paper: &mut Paper<'_>, column: &Column, y: f32, style: Style, text: &str) {
    let text = paper.fonts.fit(style.weight, style.size, text, column.wide);
    if column.number {
        paper.right(column.at, y, style, &text);
    } else {
        paper.text(column.at, y, style, &text);
    }
}

fn head(paper: &mut Paper<'_>, columns: &[Column]) {
    paper.y += 12.0;
    let y = paper.y;
    paper.part(Role::Row, |p| {
        for column in columns {
            p.part(Role::Head, |p| write(p, column, y, HEAD, &column.label));
        }
    });
    paper.y += 6.0;
    paper.rule(paper.y);
}

/// A row of cells, each with a small second line. On a new page the headings are said again.
/// With an address, the first one leads there.
fn row(paper: &mut Paper<'_>, columns: &[Column], cells: &[(String, String)], url: Option<&str>) {
    let two = cells.iter().any(|(_, second)| !second.is_empty());
    let height = if two { 31.0 } else { 20.0 };
    if paper.room(height) {
        head(paper, columns);
    }
    let y = paper.y;
    paper.part(Role::Row, |p| {
        for (index, (column, (first, second))) in columns.iter().zip(cells).enumerate() {
            p.part(Role::Cell, |p| {
                match url.filter(|_| index == 0) {
                    Some(url) => {
                        let frame = Frame { x: column.at, y, width: column.wide, height };
                        p.link(frame, url, |p| write(p, column, y + 14.0, LINK, first));
                    }
                    None => write(p, column, y + 14.0, CELL, first),
                }
                write(p, column, y + 25.0, SMALL, second);
            });
        }
    });
    paper.y += height;
    paper.rule(paper.y);
}

fn single(text: String) -> (String, String) {
    (text, String::new())
}

/// Network by network.
pub fn networks(paper: &mut Paper<'_>, report: &Report, words: &dyn Words) {
    if report.networks.is_empty() {
        return;
    }
    paper.heading(&words.of("table", "networks"), 60.0);
    let metric = |name| words.of("metric", name);
    let numbers = vec![
        words.of("column", "accounts"),
        metric("followers"),
        metric("published"),
        metric("views"),
        metric("engagements"),
        words.of("report", "rate"),
    ];
    let columns = columns(words.of("column", "network"), numbers, 66.0);
    paper.part(Role::Table, |p| {
        head(p, &columns);
        for (name, accounts, figures) in &report.networks {
            let (basis, rate) = figures.rate();
            let by = rate.value.map(|_| words.of("basis", basis.as_str())).unwrap_or_default();
            let cells = [
                single(name.clone()),
                single(accounts.to_string()),
                single(value(words, &figures.followers)),
                single(value(words, &figures.posts)),
                single(value(words, &figures.views)),
                single(value(words, &figures.engagements)),
                (value(words, rate), by),
            ];
            row(p, &columns, &cells, None);
        }
    });
}

/// The best posts, and the rule that they are ranked by.
pub fn top(paper: &mut Paper<'_>, report: &Report, words: &dyn Words) {
    if report.top.is_empty() {
        return;
    }
    paper.heading(&words.of("table", "top-posts"), 80.0);
    paper.paragraph(
        Style::text(8.5, GREY),
        &words.with("report", "top_rule", &[("n", MIN_VIEWS.to_string())]),
    );
    paper.y += 4.0;
    let numbers =
        vec![words.of("metric", "views"), words.of("metric", "engagements"), words.of("report", "rate")];
    let columns = columns(words.of("report", "post"), numbers, 66.0);
    paper.part(Role::Table, |p| {
        head(p, &columns);
        for best in &report.top {
            row(p, &columns, &cells(report, best, words), best.url.as_deref());
        }
    });
}

fn cells(report: &Report, best: &Best, words: &dyn Words) -> [(String, String); 4] {
    let day = words.date(report.about.zone.to_datetime(best.published_at).date());
    let text = if best.text.trim().is_empty() { words.of("report", "no_text") } else { best.text.clone() };
    let mut by = best.rate.map(|(basis, _)| words.of("basis", basis.as_str())).unwrap_or_default();
    if best.few {
        by = words.of("report", "few");
    }
    let rate = best.rate.map(|(_, points)| points);
    [
        (text, format!("{} · {} · {day}", best.account, best.network)),
        single(shown(words, "views", best.views)),
        single(shown(words, "engagements", best.engagements)),
        (shown(words, "engagement_rate_by_views", rate), by),
    ]
}
