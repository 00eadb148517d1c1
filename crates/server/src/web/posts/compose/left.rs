//! What daily caps leave of the day that is chosen, beside its field.

use askama::Template;
use carillon_domain::error::AppError;
use carillon_domain::schedule::resolve;
use carillon_engine::Actor;
use carillon_engine::usecase::budgets::{self, Kind};

use super::draft::Draft;
use super::when;
use crate::http::App;
use crate::web::components::at;
use crate::web::posts::card::{Faces, title};
use crate::web::ui::Ui;

/// Most accounts that are told about: each costs a look.
const MOST: usize = 20;

/// What stands beside the time field, once there are a time and accounts with caps.
#[derive(Template)]
#[template(path = "components/day_left.html")]
pub struct DayLeft {
    title: String,
    lines: Vec<Line>,
}

struct Line {
    text: String,
    is_full: bool,
}

impl DayLeft {
    /// For what is chosen in the form.
    ///
    /// # Errors
    /// When the role may not read.
    pub async fn of(
        app: &App,
        ui: &Ui,
        actor: &Actor,
        faces: &Faces,
        draft: &Draft,
    ) -> Result<Self, AppError> {
        let mut lines = Vec::new();
        let meant = when::meant(&draft.scheduled_at, &draft.timezone, &draft.scheduled_offset);
        if let Ok(due) = resolve(&meant, &draft.timezone) {
            let changed = draft.post.map(|(id, _)| id);
            for row in draft.accounts.iter().filter_map(|id| faces.get(*id)).take(MOST) {
                let found = budgets::left_on(&app.engine, actor, row, due.at, changed).await?;
                let Some(left) = found else { continue };
                let account = format!("{} · {}", at(&row.handle), title(app, &row.platform));
                let said = ui.arg("account", account).count("left", left.left).count("limit", left.limit);
                let text = match left.kind {
                    Kind::Own => said.tr("day-left-own"),
                    _ => said.tr("day-left-network"),
                };
                lines.push(Line { text, is_full: left.left == 0 });
            }
        }
        Ok(Self { title: ui.tr("day-left-title"), lines })
    }
}
