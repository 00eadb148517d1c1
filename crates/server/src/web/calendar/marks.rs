//! Notes and holidays on the days of the calendar.

use askama::Template;
use carillon_domain::error::AppError;
use carillon_engine::Actor;
use carillon_engine::usecase::days;
use jiff::civil::Date;

use crate::http::App;
use crate::urls;
use crate::web::ui::Ui;

/// What is on the days of a page.
pub struct Marks(days::Marks);

/// What is on one day.
#[derive(Template)]
#[template(path = "components/day_marks.html")]
pub struct DayMarks {
    holiday: String,
    note: String,
    holidays: Vec<String>,
    notes: Vec<Note>,
}

struct Note {
    text: String,
    colour: &'static str,
    /// Its page, for those who may change it.
    url: Option<String>,
}

impl Marks {
    /// Loads them for these days, the first and the last.
    ///
    /// # Errors
    /// When the role may not read.
    pub async fn load(app: &App, actor: &Actor, days: (Date, Date)) -> Result<Self, AppError> {
        days::between(&app.engine, actor, days).await.map(Self)
    }

    /// Those of one day.
    pub fn on(&self, ui: &Ui, date: Date) -> DayMarks {
        let notes = self.0.notes.iter().filter(|note| (note.first_day..=note.last_day).contains(&date));
        let holidays = self.0.holidays.iter().filter(|holiday| holiday.day == date);
        DayMarks {
            holiday: ui.tr("holiday-says"),
            note: ui.tr("note-says"),
            holidays: holidays.map(|holiday| holiday.name.clone()).collect(),
            notes: notes
                .map(|note| Note {
                    text: note.text.clone(),
                    colour: note.colour.as_str(),
                    url: ui.may_write().then(|| urls::note(note.workspace, note.id)),
                })
                .collect(),
        }
    }
}

impl DayMarks {
    /// Whether there is nothing on the day.
    pub fn is_empty(&self) -> bool {
        self.holidays.is_empty() && self.notes.is_empty()
    }
}
