//! A post's curve with its axes, its comparison and its table.

use carillon_domain::insight::curve::{MIN_POSTS, Median, Seen};
use carillon_domain::insight::definition;
use carillon_domain::time::SignedDuration;
use carillon_engine::usecase::analytics::{AtAge, PostCurve};

use crate::http::App;
use crate::web::account::Amount;
use crate::web::chart::geometry::Axis;
use crate::web::chart::{Dot, LineChart, Series};
use crate::web::downloads::Downloads;
use crate::web::posts::card::title;
use crate::web::ui::Ui;

/// What the page shows of one curve.
pub struct CurveCard {
    /// Names its parts.
    pub id: String,
    /// The network's name for machines.
    pub platform: String,
    /// The network's name.
    pub network: &'static str,
    /// The account's handle.
    pub handle: String,
    /// The number's name.
    pub metric: String,
    /// `None` when nobody looked at this number yet.
    pub chart: Option<LineChart>,
    /// Whether there is something usual in the chart.
    pub compared: bool,
    /// How it stands against what is usual, in words.
    pub standing: Option<String>,
    /// Of how many posts the usual is, or that they are too few.
    pub basis: String,
    /// By age, youngest first.
    pub rows: Vec<Row>,
    /// The same to take away.
    pub files: Downloads,
    /// Fields at the network.
    pub sources: String,
}

/// One age.
pub struct Row {
    /// The age.
    pub age: String,
    /// The post's own number, as last seen by then.
    pub own: Option<Amount>,
    /// What is usual.
    pub usual: Option<Amount>,
    /// Of how many posts.
    pub posts: usize,
}

/// A number that can be chosen.
pub struct Choice {
    /// In words.
    pub label: String,
    /// Where it leads.
    pub url: String,
    /// Whether it is the open one.
    pub current: bool,
}

/// Links to the numbers that at least one of these curves has; none where there is nothing to choose.
pub fn choices(ui: &Ui, curves: &[PostCurve], here: &str) -> Vec<Choice> {
    let all = carillon_engine::usecase::analytics::CURVES;
    let open = curves.first().map(|curve| curve.metric);
    let given: Vec<_> =
        all.into_iter().filter(|name| curves.iter().any(|c| c.metrics.contains(name))).collect();
    if given.len() < 2 {
        return Vec::new();
    }
    let choice = |name: &'static str| Choice {
        label: ui.of("metric", name),
        url: format!("{here}?metric={name}#curves"),
        current: open == Some(name),
    };
    given.into_iter().map(choice).collect()
}

/// An age in words: hours in the first two days, then days.
fn written(ui: &Ui, age: SignedDuration) -> String {
    let hours = age.as_hours();
    match (hours, hours / 24, hours % 24) {
        (0, ..) => ui.count("n", age.as_mins()).tr("curve-minutes"),
        (..=48, ..) => ui.count("n", hours).tr("curve-hours"),
        (_, days, 0) => ui.count("n", days).tr("curve-days"),
        (_, days, rest) => ui.count("n", days).count("hours", rest).tr("curve-days-hours"),
    }
}

impl CurveCard {
    /// From a curve.
    pub fn new(app: &App, ui: &Ui, curve: &PostCurve) -> Self {
        let id = format!("curve-{}", curve.found.row.id);
        let metric = ui.of("metric", curve.metric);
        let unit = definition(curve.metric).map_or("", |d| d.unit);
        let amount = |value: i64| Amount::of(ui.t, value, unit);
        let compared = curve.usual.iter().any(|median| median.value.is_some());
        let basis = if compared {
            ui.count("n", curve.posts).tr("curve-basis")
        } else {
            ui.count("n", curve.posts).count("least", MIN_POSTS).tr("curve-too-few")
        };
        let row = |at: AtAge| Row {
            age: written(ui, at.age),
            own: at.own.map(amount),
            usual: at.usual.map(amount),
            posts: at.posts,
        };
        let which = format!("post={}&metric={}", curve.found.row.id, curve.metric);
        let source = |native: &String| format!("{}:{native}", curve.account.platform);
        Self {
            chart: chart(ui, curve, (format!("{id}-title"), &metric)),
            standing: standing(ui, curve, &amount),
            rows: curve.by_age().into_iter().map(row).collect(),
            files: Downloads::table(ui, curve.account.workspace, "curve", &which),
            platform: curve.account.platform.clone(),
            network: title(app, &curve.account.platform),
            handle: curve.account.handle.clone(),
            sources: curve.natives.iter().map(source).collect::<Vec<_>>().join(", "),
            compared,
            basis,
            metric,
            id,
        }
    }
}

/// `+37.00 % against the median of 900, at 3 days`
fn standing(ui: &Ui, curve: &PostCurve, amount: &dyn Fn(i64) -> Amount) -> Option<String> {
    let (median, change) = curve.standing()?;
    let by = match change.basis_points() {
        Some(points) => Amount::of(ui.t, points, "basis points").text().to_owned(),
        None => amount(change.absolute()).text().to_owned(),
    };
    // The minus is part of the number.
    let sign = if change.absolute() > 0 { "+" } else { "" };
    let words = ui.arg("change", format!("{sign}{by}")).arg("usual", amount(change.from).text());
    Some(words.arg("age", written(ui, median.age)).tr("curve-standing"))
}

/// What was seen and what is usual over the age; `None` when nothing was seen.
fn chart(ui: &Ui, curve: &PostCurve, (id, metric): (String, &str)) -> Option<LineChart> {
    if curve.own.seen().is_empty() {
        return None;
    }
    let short = |value: i64| Amount::new(ui.t, value).text().to_owned();
    let said = |age: SignedDuration, value: i64, text: &str| {
        ui.arg("age", written(ui, age))
            .arg("n", Amount::new(ui.t, value).exact())
            .arg("what", text)
            .tr("curve-point")
    };
    let own_word = ui.tr("curve-own");
    let own = |seen: &Seen| Dot {
        x: seen.age.as_secs(),
        y: seen.value,
        text: said(seen.age, seen.value, &own_word),
    };
    let usual_word = ui.count("n", curve.posts).tr("curve-usual");
    let usual = |median: &Median| {
        let value = median.value?;
        Some(Dot { x: median.age.as_secs(), y: value, text: said(median.age, value, &usual_word) })
    };
    // A run of ages that all have a median is one piece.
    let known = curve.usual.chunk_by(|a, b| a.value.is_some() == b.value.is_some());
    let usual: Vec<Vec<_>> = known.map(|run| run.iter().filter_map(usual).collect()).collect();
    let own: Vec<Vec<_>> = curve.own.pieces().iter().map(|piece| piece.iter().map(own).collect()).collect();
    let series = [
        Series {
            class: "chart-usual",
            pieces: usual.into_iter().filter(|piece: &Vec<Dot>| !piece.is_empty()).collect(),
        },
        Series { class: "chart-own", pieces: own },
    ];
    let dots = || series.iter().flat_map(|one| one.pieces.iter().flatten());
    let most = dots().map(|dot| dot.y).max().unwrap_or_default();
    let until = dots().map(|dot| dot.x).max().unwrap_or_default();
    let words = ui.arg("metric", metric).arg("handle", &curve.account.handle).tr("curve-title");
    let along = Axis::of_ages(until);
    let in_days = along.ticks.get(1).is_some_and(|tick| tick % 86_400 == 0);
    let age = |seconds: i64| match (seconds / 3_600, in_days) {
        (0, _) => "0".to_owned(),
        (hours, true) => ui.count("n", hours / 24).tr("curve-days"),
        (hours, false) => ui.count("n", hours).tr("curve-hours"),
    };
    Some(LineChart::new((id, words), (along, Axis::of_amounts(most)), (&age, &short), &series))
}
