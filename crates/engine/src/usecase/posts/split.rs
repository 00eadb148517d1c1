//! A text that is too long for one post becomes a thread.

use std::collections::BTreeSet;

use carillon_domain::account::AccountIdentity;
use carillon_domain::error::{AppError, FieldError};
use carillon_domain::limits::TextCount;
use carillon_domain::permission::Permission;
use carillon_domain::post::{Draft, Part};
use carillon_domain::text::split;

use carillon_connectors::contract::publisher::Publisher;
use carillon_store::repo::account::AccountRow;

use super::check::load_accounts;
use super::input::PostInput;
use crate::{Actor, Engine};

/// Longest text that is split, in characters. Nobody reads a longer thread.
const LONGEST: usize = 50_000;

/// A text in which everything occurs that networks count in ways of their own.
const PROBE: &str = "Aé中👩‍👩‍👧 #tag @name @name@example.social https://example.com/a-long-path-of-a-link?with=1&more=2 example.com\n";

/// Whose counting a part must satisfy.
type Rule = (&'static dyn Publisher, AccountIdentity);

/// The text in parts that every chosen account takes whose network has threads; the first is the post itself. One part: it fits.
///
/// # Errors
/// [`AppError::Invalid`] for what is wrong with the request itself, for unknown accounts, when none of them is on a network with
/// threads, and for texts beyond all measure.
pub async fn split(engine: &Engine, actor: &Actor, input: &PostInput) -> Result<Vec<String>, AppError> {
    actor.require(Permission::Read)?;
    let mut problems = input.problems();
    let length = input.text.chars().count();
    if length > LONGEST && problems.iter().all(|problem| problem.field != "text") {
        let message = format!("A thread is made of at most {LONGEST} characters; these are {length}.");
        problems.push(FieldError::new("text", "too_long", message).with_limit(LONGEST, length));
    }
    if !problems.is_empty() {
        return Err(AppError::Invalid(problems));
    }
    let rows = load_accounts(engine, actor, &input.accounts).await?;
    let rules = rules(engine, &rows);
    if rules.is_empty() {
        let message = "None of the chosen accounts is on a network that has threads.";
        return Err(AppError::invalid("accounts", "no_threads", message));
    }
    let text = input.text.clone();
    // Counting a long text takes a while, in which nothing else is to wait.
    let cut = tokio::task::spawn_blocking(move || {
        let fits = |text: &str| rules.iter().all(|rule| takes(rule, text));
        split::split(&text, fits).map(|parts| parts.into_iter().map(str::to_owned).collect())
    });
    cut.await.map_err(AppError::internal)?.ok_or_else(|| {
        AppError::invalid(
            "text",
            "too_long",
            "A single character of this text is too long for these networks.",
        )
    })
}

/// One account for each way of counting: two hundred accounts of a network count as one does.
fn rules(engine: &Engine, rows: &[AccountRow]) -> Vec<Rule> {
    let mut seen = BTreeSet::new();
    let mut rules: Vec<Rule> = Vec::new();
    for row in rows {
        let connector = engine.networks.connector(&row.platform).filter(|c| c.capabilities().threads);
        let Some(publisher) = connector.and_then(|c| c.publisher()) else { continue };
        let rule: Rule = (publisher, row.identity());
        let counted: Vec<(u64, u64)> = counts(&rule, PROBE).iter().map(|c| (c.used, c.limit)).collect();
        if seen.insert((row.platform.clone(), counted)) {
            rules.push(rule);
        }
    }
    rules
}

fn counts((publisher, account): &Rule, text: &str) -> Vec<TextCount> {
    let root = Part { text: text.to_owned(), ..Part::default() };
    let mut counts = publisher.check(&Draft { root, ..Draft::default() }, account).counts;
    counts.retain(|count| count.field == "text");
    counts
}

fn takes(rule: &Rule, text: &str) -> bool {
    counts(rule, text).iter().all(|count| count.used <= count.limit)
}
