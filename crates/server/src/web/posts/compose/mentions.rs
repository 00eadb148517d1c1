//! Whom a post could mention, looked up on the networks of the chosen accounts.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use carillon_connectors::contract::people::Person;
use carillon_domain::id::AccountId;
use carillon_engine::usecase::mentions::{self, Answer, FEWEST};

use crate::http::App;
use crate::http::extract::Query;
use crate::web::components::at;
use crate::web::posts::card::title;
use crate::web::said::Said;
use crate::web::signed_in::Member;
use crate::web::ui::Ui;
use crate::web::{Failure, html};

#[derive(Template)]
#[template(path = "components/mentions.html")]
struct Mentions {
    ui: Ui,
    groups: Vec<Group>,
}

/// Those of one network.
struct Group {
    lead: String,
    /// Why there are none.
    trouble: Option<Said>,
    people: Vec<Person>,
}

/// People for the accounts and words of the query.
pub async fn mentions(
    State(app): State<App>,
    member: Member,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Response, Failure> {
    let chosen = pairs.iter().filter(|(name, _)| name == "account");
    let chosen: Vec<AccountId> = chosen.filter_map(|(_, value)| value.parse().ok()).collect();
    let words = pairs.iter().find(|(name, _)| name == "q").map_or("", |(_, value)| value.trim());
    let found = mentions::find(&app.engine, &member.actor, &chosen, words).await?;
    let is_short = words.trim_start_matches('@').chars().count() < FEWEST;
    let groups = found.into_iter().map(|answer| Group::new(&app, &member.ui, answer, is_short)).collect();
    Ok(html(&Mentions { groups, ui: member.ui })?.into_response())
}

impl Group {
    fn new(app: &App, ui: &Ui, answer: Answer, is_short: bool) -> Self {
        let account = format!("{} · {}", at(&answer.account.handle), title(app, &answer.account.platform));
        match answer.found {
            Err(error) => {
                let trouble = ui.said(&format!("{} {}", error.cause, error.action));
                Self { lead: format!("{account}: "), trouble: Some(trouble), people: Vec::new() }
            }
            Ok(_) if is_short => {
                let lead = ui.count("n", FEWEST).arg("account", account).tr("mentions-short");
                Self { lead, trouble: None, people: Vec::new() }
            }
            Ok(people) if people.is_empty() => {
                Self { lead: ui.arg("account", account).tr("mentions-nobody"), trouble: None, people }
            }
            Ok(people) => Self { lead: account, trouble: None, people },
        }
    }
}
