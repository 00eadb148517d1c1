//! The hours of a week as a map: the stronger the colour, the more. What is not known has no colour.

use askama::Template;
use carillon_domain::insight::best_times::WeekHour;

use crate::web::ui::Ui;

/// From which multiples of the mean on an hour is shown in the next shade. The same for every account, so that two maps compare.
const SHADES: [f64; 6] = [0.6, 0.8, 0.95, 1.05, 1.3, 1.7];

/// The map.
#[derive(Template)]
#[template(path = "components/heat.html")]
pub struct Heat {
    caption: String,
    hours: Vec<u8>,
    days: Vec<DayLine>,
}

struct DayLine {
    name: String,
    cells: Vec<Cell>,
}

/// An hour of the week.
pub struct Cell {
    /// The name of its shade.
    shade: &'static str,
    value: String,
    note: String,
}

impl Cell {
    /// An hour with this multiple of the mean.
    pub fn new(multiple: f64, value: String, note: String) -> Self {
        let names = ["heat-0", "heat-1", "heat-2", "heat-3", "heat-4", "heat-5", "heat-6"];
        let passed = SHADES.iter().filter(|shade| multiple >= **shade).count();
        Self { shade: names[passed], value, note }
    }

    /// An hour of which nothing is known.
    pub fn unknown(value: String, note: String) -> Self {
        Self { shade: "heat-none", value, note }
    }
}

impl Heat {
    /// Of all 168 hours, Monday 0 h first.
    pub fn new(ui: &Ui, caption: String, cells: impl IntoIterator<Item = Cell>) -> Self {
        let mut days: Vec<DayLine> = Vec::with_capacity(7);
        for (hour, cell) in WeekHour::all().zip(cells) {
            if hour.hour() == 0 {
                let name = ui.of("weekday", &(hour.weekday() + 1).to_string());
                days.push(DayLine { name, cells: Vec::with_capacity(24) });
            }
            if let Some(day) = days.last_mut() {
                day.cells.push(cell);
            }
        }
        Self { caption, hours: (0..24).collect(), days }
    }
}
