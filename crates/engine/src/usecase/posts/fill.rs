//! With what each account's content is filled in: variables of texts, parameters of links.

use std::collections::BTreeMap;

use carillon_domain::composition::Composition;
use carillon_domain::error::AppError;
use carillon_domain::filling::{self, Filled, VARIABLES};
use carillon_domain::schedule::{self, DueTime};
use carillon_store::repo::account::{self, AccountRow};

use super::input::PostInput;
use crate::{Actor, Engine};

/// Works out the values as of now and keeps them in the composition. Accounts that are not there are left to the check, which names them.
///
/// # Errors
/// When the database fails.
pub(super) async fn fill_in(
    engine: &Engine,
    actor: &Actor,
    composition: &mut Composition,
    input: &PostInput,
    due: Option<&DueTime>,
) -> Result<(), AppError> {
    let is_one = |name: &&str| VARIABLES.contains(name);
    let fills =
        composition.fill_in && composition.texts().any(|text| filling::variables(text).iter().any(is_one));
    if composition.link_parameters.is_empty() && !fills {
        return Ok(());
    }
    let zone = schedule::zone(input.timezone.as_deref().unwrap_or(&actor.timezone)).ok();
    let today = || zone.map(|zone| zone.to_datetime(engine.clock.now()).date());
    let day = due.map(|due| due.wall.date()).or_else(today);
    for id in &input.accounts {
        let Some(row) = account::find(&engine.db, actor.workspace, *id).await? else { continue };
        let mut words = BTreeMap::from([
            ("account.name".to_owned(), row.name.clone()),
            ("account.handle".to_owned(), row.handle.clone()),
            ("network".to_owned(), row.platform.clone()),
            ("campaign".to_owned(), input.campaign.as_deref().unwrap_or_default().trim().to_owned()),
        ]);
        if let Some(day) = day {
            words.insert("date".to_owned(), day.to_string());
            words.insert("year".to_owned(), day.year().to_string());
        }
        let filled = filled(engine, composition, &row, words);
        if !filled.is_empty() {
            composition.filled.insert(*id, filled);
        }
    }
    Ok(())
}

fn filled(
    engine: &Engine,
    composition: &Composition,
    account: &AccountRow,
    mut words: BTreeMap<String, String>,
) -> Filled {
    let connector = engine.networks.connector(&account.platform);
    let display = connector.and_then(|connector| connector.display());
    // A link that nobody can press is only made longer by parameters.
    let pressed = display.is_some_and(|display| !(display.marks)("https://example.com").is_empty());
    let option = display.and_then(|display| display.card.option);
    let value = |(name, value): (&String, &String)| (name.clone(), filling::fill(value, &words));
    let parameters = composition.link_parameters.iter().filter(|_| pressed).map(value);
    let parameters: Vec<_> = parameters.filter(|(_, value)| !value.trim().is_empty()).collect();
    // In a text the network has its own name.
    if let Some(connector) = connector {
        words.insert("network".to_owned(), connector.descriptor().title.to_owned());
    }
    Filled {
        words: if composition.fill_in { words } else { BTreeMap::new() },
        link_option: option.filter(|_| !parameters.is_empty()).map(str::to_owned),
        parameters,
    }
}
