//! The accounts to choose from, with what differs on each.

use carillon_domain::account::AccountStatus;
use carillon_engine::Actor;
use carillon_engine::usecase::accounts;
use carillon_store::repo::account::AccountRow;

use super::draft::{Draft, Own};
use super::files::tiles;
use super::options::{option_fields, option_row};
use super::rows::AccountChoice;
use crate::http::App;
use crate::web::components::Errors;
use crate::web::posts::card::{Faces, title};
use crate::web::ui::Ui;

/// The accounts, each person's or brand's together, and the names of the fields whose mistakes are said there.
pub async fn choices(
    app: &App,
    actor: &Actor,
    ui: &Ui,
    faces: &Faces,
    draft: &Draft,
    errors: &Errors,
) -> (Vec<AccountChoice>, Vec<String>) {
    let (mut choices, mut about) = (Vec::new(), Vec::new());
    let is_there =
        |row: &&AccountRow| row.status != AccountStatus::Disconnected || draft.accounts.contains(&row.id);
    let mut rows: Vec<&AccountRow> = faces.all().filter(is_there).collect();
    // Each person's or brand's accounts stand together.
    rows.sort_by_key(|row| (row.name.to_lowercase(), title(app, &row.platform)));
    for row in rows {
        let trouble = errors.starting_with(&format!("overrides.{}.", row.id));
        about.extend(trouble.iter().map(|(field, _)| field.clone()));
        let own = draft.own.get(&row.id).cloned().unwrap_or_default();
        let own_media = own.media.clone().unwrap_or_default();
        let media_name = format!("media.{}", row.id);
        choices.push(AccountChoice {
            id: row.id.to_string(),
            face: faces.face(row.id, &row.platform),
            name: row.name.clone(),
            handle: row.handle.clone(),
            network: title(app, &row.platform),
            chosen: draft.accounts.contains(&row.id),
            usable: row.status == AccountStatus::Connected,
            own_media: own.media.is_some(),
            media: tiles(app, actor, ui, &own_media, &media_name).await,
            media_name,
            longest_video: accounts::longest_video_ms(&app.engine, row).map(|ms| clock(ms / 1000)),
            options: option_fields(app, &row.platform)
                .iter()
                .filter_map(|field| {
                    let offers = |value: &str| accounts::offers(&app.engine, row, field.name, value);
                    option_row(ui, field, Some(&own.options), offers)
                })
                .collect(),
            is_own: own != Own::default() || !trouble.is_empty(),
            text: own.text,
            trouble: trouble.into_iter().map(|(_, message)| message).collect(),
        });
    }
    (choices, about)
}

/// `10:00`.
fn clock(seconds: u64) -> String {
    format!("{}:{:02}", seconds / 60, seconds % 60)
}
