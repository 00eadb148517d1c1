//! Hashtags of the chosen accounts' own posts, with what came of them.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use carillon_domain::id::AccountId;
use carillon_domain::permission::Permission;
use carillon_engine::usecase::analytics::{self, AccountTags};

use crate::http::App;
use crate::http::extract::Query;
use crate::web::components::at;
use crate::web::posts::card::title;
use crate::web::signed_in::Member;
use crate::web::ui::Ui;
use crate::web::{Failure, html};

#[derive(Template)]
#[template(path = "components/hashtags.html")]
struct Hashtags {
    ui: Ui,
    groups: Vec<Group>,
}

/// Those of one account.
struct Group {
    lead: String,
    tags: Vec<Tag>,
}

struct Tag {
    tag: String,
    /// How often, and with what.
    basis: String,
}

/// The hashtags for the accounts of the query.
pub async fn hashtags(
    State(app): State<App>,
    member: Member,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Response, Failure> {
    member.actor.require(Permission::Write)?;
    let chosen = pairs.iter().filter(|(name, _)| name == "account");
    let chosen: Vec<AccountId> = chosen.filter_map(|(_, value)| value.parse().ok()).collect();
    let found = analytics::hashtags(&app.engine, &member.actor, &chosen).await?;
    let groups = found.iter().map(|one| Group::new(&app, &member.ui, one)).collect();
    Ok(html(&Hashtags { groups, ui: member.ui })?.into_response())
}

impl Group {
    fn new(app: &App, ui: &Ui, found: &AccountTags) -> Self {
        let account = format!("{} · {}", at(&found.account.handle), title(app, &found.account.platform));
        let tags: Vec<Tag> = found
            .tags
            .iter()
            .map(|known| {
                let posts = ui.count("n", known.posts).tr("hashtags-posts");
                let median = known.median.map(|median| ui.arg("value", median).tr("hashtags-median"));
                let basis = [Some(posts), median].into_iter().flatten().collect::<Vec<_>>().join(", ");
                Tag { tag: known.tag.clone(), basis }
            })
            .collect();
        let lead = if tags.is_empty() {
            ui.arg("account", account).tr("hashtags-none")
        } else {
            ui.count("n", found.posts).arg("account", account).tr("hashtags-of")
        };
        Self { lead, tags }
    }
}
