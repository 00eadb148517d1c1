//! With what each account's content is filled in: variables of texts, parameters of links.

use std::collections::BTreeMap;

use carillon_domain::composition::Composition;
use carillon_domain::error::AppError;
use carillon_domain::filling::{self, Filled, VARIABLES};
use carillon_domain::schedule::{self, DueTime};
use carillon_store::repo::account::{self, AccountRow};
use carillon_store::repo::post::PostRow;
use jiff::civil::{Date, DateTime};

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
    if composition.link_parameters.is_empty() && !has_variables(composition) {
        return Ok(());
    }
    let zone = input.timezone.as_deref().unwrap_or(&actor.timezone);
    let day = due.map(|due| due.wall.date()).or_else(|| today(engine, zone));
    for id in &input.accounts {
        let Some(row) = account::find(&engine.db, actor.workspace, *id).await? else { continue };
        let filled = filled(engine, composition, &row, words(&row, input.campaign.as_deref(), day));
        if !filled.is_empty() {
            composition.filled.insert(*id, filled);
        }
    }
    Ok(())
}

/// The values for a text that is given to what an account has published already, where none were kept: no text had a variable when the
/// post was saved. What was kept stays, as parameters of links do.
pub(in crate::usecase) fn fill_in_late(engine: &Engine, post: &mut PostRow, account: &AccountRow) {
    let has_words = |kept: &Filled| !kept.words.is_empty();
    if !has_variables(&post.composition) || post.composition.filled.get(&account.id).is_some_and(has_words) {
        return;
    }
    let planned = post.wall.as_deref().and_then(|wall| wall.parse::<DateTime>().ok());
    let day = planned.map(DateTime::date).or_else(|| today(engine, &post.timezone));
    let words = words(account, post.campaign.as_deref(), day);
    let words = filled(engine, &post.composition, account, words).words;
    post.composition.filled.entry(account.id).or_default().words = words;
}

/// Whether there is anything in its texts to be filled in.
fn has_variables(composition: &Composition) -> bool {
    let is_one = |name: &&str| VARIABLES.contains(name);
    composition.fill_in && composition.texts().any(|text| filling::variables(text).iter().any(is_one))
}

fn today(engine: &Engine, zone: &str) -> Option<Date> {
    let zone = schedule::zone(zone).ok()?;
    Some(zone.to_datetime(engine.clock.now()).date())
}

fn words(account: &AccountRow, campaign: Option<&str>, day: Option<Date>) -> BTreeMap<String, String> {
    let mut words = BTreeMap::from([
        ("account.name".to_owned(), account.name.clone()),
        ("account.handle".to_owned(), account.handle.clone()),
        ("network".to_owned(), account.platform.clone()),
        ("campaign".to_owned(), campaign.unwrap_or_default().trim().to_owned()),
    ]);
    if let Some(day) = day {
        words.insert("date".to_owned(), day.to_string());
        words.insert("year".to_owned(), day.year().to_string());
    }
    words
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
