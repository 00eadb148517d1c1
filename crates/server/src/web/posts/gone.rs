//! Files of a post that are not in the library any more: what lies in the trash, or is canceled, does not keep them.

use carillon_domain::error::AppError;
use carillon_domain::id::MediaId;
use carillon_engine::Actor;

use crate::http::App;
use crate::web::components::Alert;
use crate::web::ui::Ui;

/// What is to be said of these files of a post; nothing where all of them are there.
///
/// # Errors
/// When the role may not read.
pub async fn told(
    app: &App,
    ui: &Ui,
    actor: &Actor,
    files: impl IntoIterator<Item = MediaId>,
) -> Result<Option<Alert>, AppError> {
    let mut gone = 0_usize;
    for id in files {
        match app.engine.library.get(actor, id).await {
            Ok(_) => {}
            Err(AppError::NotFound { .. }) => gone += 1,
            Err(error) => return Err(error),
        }
    }
    Ok((gone > 0).then(|| Alert::danger(ui.count("n", gone).tr("post-files-gone"))))
}
