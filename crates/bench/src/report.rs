//! What was measured, as a table for people and as JSON for programs.

use std::io::{self, Write};

use serde::Serialize;

/// One figure.
#[derive(Debug, Serialize)]
pub struct Row {
    /// Which benchmark.
    benchmark: &'static str,
    /// What was measured.
    what: String,
    /// How much.
    value: f64,
    /// Of what: `s`, `ms`, `MB` (a million bytes), `KB` (a thousand), `points` of a hundred, or `times` for a ratio.
    unit: &'static str,
    /// The most that it may be, or the least; most figures have no goal of their own.
    goal: Option<f64>,
    /// Whether the goal is the least that it may be.
    least: bool,
    /// Whether the goal was met.
    met: Option<bool>,
}

/// All figures of a run.
#[derive(Debug, Default)]
pub struct Report {
    rows: Vec<Row>,
    notes: Vec<String>,
}

/// The figures of one benchmark.
pub struct Section<'r> {
    report: &'r mut Report,
    name: &'static str,
}

impl Report {
    /// The benchmark of this name.
    pub fn section(&mut self, name: &'static str) -> Section<'_> {
        complain(&format!("measuring: {name}"));
        Section { report: self, name }
    }

    /// Whether no goal was missed.
    pub fn all_met(&self) -> bool {
        self.rows.iter().all(|row| row.met != Some(false))
    }

    /// Writes table, notes, and one line of JSON.
    ///
    /// # Errors
    /// When the output can't be written.
    pub fn print(&self, out: &mut dyn Write) -> io::Result<()> {
        let width = self.rows.iter().map(|row| row.what.chars().count()).max().unwrap_or(0);
        let mut last = "";
        for row in &self.rows {
            if row.benchmark != last {
                writeln!(out, "\n{}", row.benchmark)?;
                last = row.benchmark;
            }
            let least = if row.least { "at least " } else { "" };
            let goal = match (row.goal, row.met) {
                (Some(goal), Some(true)) => format!("  goal {least}{goal} {}: met", row.unit),
                (Some(goal), _) => format!("  goal {least}{goal} {}: MISSED", row.unit),
                (None, _) => String::new(),
            };
            writeln!(out, "  {:width$}  {:>9.3} {}{goal}", row.what, row.value, row.unit)?;
        }
        for note in &self.notes {
            writeln!(out, "\n{note}")?;
        }
        let json = serde_json::json!({ "figures": self.rows, "notes": self.notes });
        writeln!(out, "\n{json}")
    }
}

impl Section<'_> {
    /// A figure without a goal.
    pub fn tell(&mut self, what: impl Into<String>, value: f64, unit: &'static str) {
        self.add(what.into(), value, unit, None, false);
    }

    /// A figure that may be `goal` at most.
    pub fn hold(&mut self, what: impl Into<String>, value: f64, unit: &'static str, goal: f64) {
        self.add(what.into(), value, unit, Some(goal), false);
    }

    /// A figure that must be `goal` at least.
    pub fn reach(&mut self, what: impl Into<String>, value: f64, unit: &'static str, goal: f64) {
        self.add(what.into(), value, unit, Some(goal), true);
    }

    /// Something that a reader of the figures must know.
    pub fn note(&mut self, text: impl Into<String>) {
        self.report.notes.push(text.into());
    }

    fn add(&mut self, what: String, value: f64, unit: &'static str, goal: Option<f64>, least: bool) {
        let value = (value * 1000.0).round() / 1000.0;
        let met = goal.map(|goal| if least { value >= goal } else { value <= goal });
        self.report.rows.push(Row { benchmark: self.name, what, value, unit, goal, least, met });
    }
}

/// A line on stderr.
pub fn complain(text: &str) {
    // Without a terminal there is nobody to tell.
    drop(writeln!(io::stderr(), "{text}"));
}

/// Bytes as MB.
pub fn mb(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}

/// Bytes as KB.
pub fn kb(bytes: u64) -> f64 {
    bytes as f64 / 1e3
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missed_goal_is_said_and_counts() {
        let mut report = Report::default();
        let mut section = report.section("size");
        section.hold("small enough", 1.0, "MB", 2.0);
        section.tell("no goal", 9.0, "MB");
        section.reach("good enough", 95.0, "points", 95.0);
        assert!(report.all_met());
        report.section("size").reach("not good enough", 94.0, "points", 95.0);
        assert!(!report.all_met());
        report.section("size").hold("too large", 2.001, "MB", 2.0);
        assert!(!report.all_met());
        let mut text = Vec::new();
        report.print(&mut text).expect("printed");
        let text = String::from_utf8(text).expect("text");
        assert!(text.contains("too large") && text.contains("goal 2 MB: MISSED"), "{text}");
        assert!(text.contains("goal at least 95 points: met"), "{text}");
        let json = text.lines().last().expect("a last line");
        let json: serde_json::Value = serde_json::from_str(json).expect("JSON");
        assert_eq!(json["figures"][4]["met"], false);
    }
}
