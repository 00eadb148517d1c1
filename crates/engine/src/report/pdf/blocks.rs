//! The parts of the report besides its tables.

use carillon_domain::insight::{Change, definition};
use jiff::civil::Date;
use krilla::image::Image;

use super::Report;
use super::chart::{self, Frame, Shape};
use super::paper::{BLACK, BLUE, GREEN, GREY, Ink, MARGIN, Paper, RED, RULE, Role, SIZE, Style, WIDTH};
use crate::report::Words;
use crate::usecase::analytics::Figure;

/// First and last day.
pub fn span(report: &Report, words: &dyn Words) -> String {
    let first = report.days.first().map(|date| words.date(*date)).unwrap_or_default();
    let last = report.days.last().map(|date| words.date(*date)).unwrap_or_default();
    format!("{first} – {last}")
}

/// The workspace's logo at the right of its name. Answers how much of the line is left for the name.
fn logo(paper: &mut Paper<'_>, image: Image, said: String) -> f32 {
    /// The most room that it takes.
    const ROOM: (f32, f32) = (130.0, 34.0);
    /// Points of a pixel: what is small is not drawn larger than screens show it.
    const PIXEL: f32 = 0.75;
    let (wide, high) = image.size();
    let side = |pixels: u32| f32::from(u16::try_from(pixels).unwrap_or(u16::MAX).max(1)) * PIXEL;
    let (wide, high) = (side(wide), side(high));
    let scale = (ROOM.0 / wide).min(ROOM.1 / high).min(1.0);
    let (width, height) = (wide * scale, high * scale);
    let frame = Frame { x: SIZE.0 - MARGIN - width, y: paper.y, width, height };
    paper.part(Role::Figure(said), |p| p.picture(frame, image));
    WIDTH - width - 16.0
}

/// Whose report it is, of which time and which accounts, and as of when.
pub fn head(paper: &mut Paper<'_>, report: &Report, image: Option<Image>, words: &dyn Words) {
    let about = &report.about;
    let said = words.with("report", "logo", &[("place", about.workspace.clone())]);
    let room = image.map_or(WIDTH, |image| logo(paper, image, said));
    let name = paper.fonts.fit(Style::strong(22.0).weight, 22.0, &about.workspace, room);
    paper.y += 18.0;
    let y = paper.y;
    paper.part(Role::Heading(1, about.workspace.clone()), |p| p.text(MARGIN, y, Style::strong(22.0), &name));
    paper.y += 3.0;
    paper.paragraph(Style::text(11.0, BLACK), &span(report, words));
    let mut of = vec![words.with("report", "accounts", &[("n", report.accounts.to_string())])];
    of.extend(about.account.as_ref().map(|(handle, network)| format!("{handle}, {network}")));
    of.extend(about.network.clone());
    of.extend(about.tag.as_ref().map(|tag| format!("{} {tag}", words.of("report", "tag"))));
    of.extend(
        about.campaign.as_ref().map(|campaign| format!("{} {campaign}", words.of("report", "campaign"))),
    );
    of.extend(about.compared.map(|(first, last)| {
        words.with("report", "compared", &[("from", words.date(first)), ("to", words.date(last))])
    }));
    of.extend(about.known_on.map(|day| format!("{} {}", words.of("report", "known_on"), words.date(day))));
    of.push(format!("{} {}", words.of("report", "as_of"), about.clock(about.as_of)));
    paper.paragraph(Style::text(9.0, GREY), &of.join(" · "));
    if about.known_on.is_some() {
        paper.paragraph(Style::text(9.0, GREY), &words.of("report", "kept_last"));
    }
    paper.y += 14.0;
    paper.rule(paper.y);
    paper.y += 14.0;
}

/// A value, or a dash.
pub fn value(words: &dyn Words, figure: &Figure) -> String {
    shown(words, figure.metric, figure.value)
}

/// A metric's value, or a dash.
pub fn shown(words: &dyn Words, metric: &str, value: Option<i64>) -> String {
    let unit = definition(metric).map_or("", |metric| metric.unit);
    value.map_or_else(|| "–".to_owned(), |value| words.exact(value, unit))
}

/// How a number moved: text and colour. The sign says what the colour says.
fn moved(words: &dyn Words, figure: &Figure) -> (String, Ink) {
    let Some(change) = figure.change else {
        let why = if figure.value.is_some() { "no_past" } else { "missing" };
        return (words.of("report", why), GREY);
    };
    let unit = definition(figure.metric).map_or("", |metric| metric.unit);
    let amount = match (unit, change.basis_points()) {
        // Points are not percent.
        ("basis points", _) => {
            let points = words.exact(change.absolute(), unit);
            points.trim_end_matches(|c: char| c == '%' || c.is_whitespace()).to_owned()
        }
        (_, Some(points)) => words.exact(points, "basis points"),
        (_, None) => words.exact(change.absolute(), unit),
    };
    let before = [("n", words.exact(change.from, unit))];
    let name = match (unit, figure.previous.is_some()) {
        ("basis points", _) => "moved_points",
        (_, true) => "moved",
        (_, false) => "moved_some",
    };
    let (sign, ink) = match Change::absolute(change) {
        1.. => ("+", GREEN),
        0 => ("", GREY),
        _ => ("", RED),
    };
    (format!("{sign}{amount} {}", words.with("report", name, &before)), ink)
}

/// The figures at a glance, three in a row.
pub fn tiles(paper: &mut Paper<'_>, report: &Report, words: &dyn Words) {
    const GAP: f32 = 10.0;
    const HEIGHT: f32 = 74.0;
    let figures = &report.figures;
    let all = [
        &figures.followers,
        &figures.views,
        &figures.reach,
        &figures.engagements,
        figures.rate().1,
        &figures.posts,
    ];
    let width = (WIDTH - 2.0 * GAP) / 3.0;
    for row in all.chunks(3) {
        paper.room(HEIGHT);
        let y = paper.y;
        for (column, figure) in (0_u8..).zip(row) {
            let frame = Frame { x: MARGIN + f32::from(column) * (width + GAP), y, width, height: HEIGHT };
            paper.behind(frame);
            paper.part(Role::Paragraph, |p| tile(p, frame, figure, words));
        }
        paper.y += HEIGHT + GAP;
    }
}

fn tile(paper: &mut Paper<'_>, frame: Frame, figure: &Figure, words: &dyn Words) {
    let (x, wide) = (frame.x + 10.0, frame.width - 20.0);
    let fonts = paper.fonts;
    let line = |p: &mut Paper<'_>, y: f32, style: Style, text: &str| {
        p.text(x, frame.y + y, style, &fonts.fit(style.weight, style.size, text, wide));
    };
    line(paper, 16.0, Style::text(8.5, GREY), &words.of("metric", figure.metric));
    line(paper, 36.0, Style::strong(17.0), &value(words, figure));
    let (text, ink) = moved(words, figure);
    let small = Style::text(7.5, ink);
    let mut below = 49.0;
    for text in fonts.wrap(small.weight, small.size, &text, wide).iter().take(2) {
        line(paper, below, small, text);
        below += 9.5;
    }
    if figure.value.is_some() && figure.given < figure.of {
        let counted = ["followers", "published"].contains(&figure.metric);
        let name = if counted { "gave_accounts" } else { "gave_posts" };
        let of = [("n", figure.given.to_string()), ("of", figure.of.to_string())];
        line(paper, below, Style::text(7.5, GREY), &words.with("report", name, &of));
    }
}

/// The days of the numbers that have any, two charts in a row.
pub fn charts(paper: &mut Paper<'_>, report: &Report, words: &dyn Words) {
    const GAP: f32 = 22.0;
    const HEIGHT: f32 = 132.0;
    let figures = &report.figures;
    let all = [
        (&figures.followers, Shape::Line),
        (&figures.views, Shape::Bars),
        (&figures.engagements, Shape::Bars),
        (&figures.posts, Shape::Bars),
    ];
    let drawn = all
        .into_iter()
        .filter_map(|(figure, shape)| Some((figure, shape, chart::scale(&figure.days, shape)?)));
    let drawn: Vec<_> = drawn.collect();
    if drawn.is_empty() {
        return;
    }
    paper.heading(&words.of("table", "days"), HEIGHT);
    let width = (WIDTH - GAP) / 2.0;
    for row in drawn.chunks(2) {
        paper.room(HEIGHT);
        let y = paper.y;
        for (column, (figure, shape, scale)) in (0_u8..).zip(row) {
            let frame = Frame { x: MARGIN + f32::from(column) * (width + GAP), y, width, height: HEIGHT };
            let label = words.of("metric", figure.metric);
            paper.part(Role::Paragraph, |p| {
                p.text(frame.x, y + 14.0, Style { ink: BLACK, ..Style::strong(8.5) }, &label);
            });
            let said = alt(words, figure, &label);
            paper.part(Role::Figure(said), |p| {
                one(p, frame, report, (*figure, *shape, scale.as_slice()), words)
            });
        }
        paper.y += HEIGHT;
    }
}

/// What the picture shows, in words.
fn alt(words: &dyn Words, figure: &Figure, label: &str) -> String {
    let known = || figure.days.iter().flatten().copied();
    let missing = figure.days.len() - known().count();
    words.with(
        "report",
        "chart",
        &[
            ("what", label.to_owned()),
            ("low", shown(words, figure.metric, known().min())),
            ("high", shown(words, figure.metric, known().max())),
            ("missing", missing.to_string()),
        ],
    )
}

fn one(
    paper: &mut Paper<'_>,
    outer: Frame,
    report: &Report,
    (figure, shape, scale): (&Figure, Shape, &[i64]),
    words: &dyn Words,
) {
    const LEFT: f32 = 34.0;
    let small = Style::text(7.0, GREY);
    let frame = Frame {
        x: outer.x + LEFT,
        y: outer.y + 26.0,
        width: outer.width - LEFT,
        height: outer.height - 52.0,
    };
    let unit = definition(figure.metric).map_or("", |metric| metric.unit);
    for tick in scale {
        let y = chart::height(*tick, scale, frame);
        paper.line(vec![(frame.x, y), (frame.x + frame.width, y)], RULE, 0.5);
        paper.right(frame.x - 5.0, y + 2.5, small, &words.short(*tick, unit));
    }
    match shape {
        Shape::Line => {
            for piece in chart::line(&figure.days, scale, frame) {
                let width = if piece.len() == 1 { 2.6 } else { 1.4 };
                paper.line(piece, BLUE, width);
            }
        }
        Shape::Bars => {
            chart::bars(&figure.days, scale, frame).into_iter().for_each(|bar| paper.area(bar, BLUE))
        }
    }
    let y = frame.y + frame.height + 11.0;
    let day = |date: Option<&Date>| date.map(|date| words.day(*date)).unwrap_or_default();
    paper.text(frame.x, y, small, &day(report.days.first()));
    let middle = day(report.days.get(report.days.len() / 2));
    if report.days.len() > 4 {
        let wide = paper.fonts.width(small.weight, small.size, &middle);
        let at = chart::middle(report.days.len() / 2, report.days.len(), frame) - wide / 2.0;
        paper.text(at, y, small, &middle);
    }
    paper.right(frame.x + frame.width, y, small, &day(report.days.last()));
}

/// What has to be known to read the followers.
pub fn notes(paper: &mut Paper<'_>, report: &Report, words: &dyn Words) {
    if report.notes.is_empty() {
        return;
    }
    paper.heading(&words.of("report", "notes"), 20.0);
    for (date, text) in &report.notes {
        paper.paragraph(Style::text(8.5, BLACK), &format!("{}: {}", words.date(*date), words.said(text)));
        paper.y += 3.0;
    }
}

/// What each number in the report means, and where it came from. What nobody gave needs no definition.
pub fn definitions(paper: &mut Paper<'_>, report: &Report, words: &dyn Words) {
    let figures = &report.figures;
    let counts = [&figures.followers, &figures.views, &figures.reach, &figures.engagements];
    paper.heading(&words.of("report", "definitions"), 40.0);
    paper.paragraph(Style::text(8.5, GREY), &words.of("report", "definitions_lead"));
    let all = counts.into_iter().chain(&figures.rates).chain([&figures.posts]);
    for figure in all.filter(|figure| figure.value.is_some()) {
        let Some(metric) = definition(figure.metric) else { continue };
        paper.y += 7.0;
        paper.room(30.0);
        paper.paragraph(Style::strong(8.5), &words.of("metric", metric.name));
        paper.paragraph(Style::text(8.5, BLACK), &words.said(metric.meaning));
        let mut origin = vec![format!("{}@{}", metric.name, metric.version)];
        origin.extend(figure.sources.iter().cloned());
        if let Some(at) = figure.as_of {
            origin.push(format!("{} {}", words.of("report", "read"), report.about.clock(at)));
        }
        paper.paragraph(Style::text(7.5, GREY), &origin.join(" · "));
    }
}

/// The right edge of the text.
pub const RIGHT: f32 = SIZE.0 - MARGIN;
