//! A text that is too long for one post becomes a thread.

use carillon_domain::account::AccountIdentity;
use carillon_domain::error::AppError;
use carillon_domain::permission::Permission;
use carillon_domain::post::{Draft, Part};
use carillon_domain::text::split;

use carillon_connectors::contract::publisher::Publisher;

use super::check::load_accounts;
use super::input::PostInput;
use crate::{Actor, Engine};

/// Longest text that is split, in bytes. Nobody reads a longer thread.
const LONGEST: usize = 50_000;

/// The text in parts that every chosen account takes whose network has threads; the first is the post itself. One part: it fits.
///
/// # Errors
/// [`AppError::Invalid`] for unknown accounts, when none of them is on a network with threads, and for texts beyond all measure.
pub async fn split(engine: &Engine, actor: &Actor, input: &PostInput) -> Result<Vec<String>, AppError> {
    actor.require(Permission::Read)?;
    if input.text.len() > LONGEST {
        let message = format!("This text is too long for a thread. Shorten it to {LONGEST} letters.");
        return Err(AppError::invalid("text", "too_long", message));
    }
    let rows = load_accounts(engine, actor, &input.accounts).await?;
    let with_threads: Vec<(&dyn Publisher, AccountIdentity)> = rows
        .iter()
        .filter_map(|row| {
            let connector = engine.networks.connector(&row.platform).filter(|c| c.capabilities().threads)?;
            Some((connector.publisher()?, row.identity()))
        })
        .collect();
    if with_threads.is_empty() {
        let message = "None of the chosen accounts is on a network that has threads.";
        return Err(AppError::invalid("accounts", "no_threads", message));
    }
    let fits = |text: &str| {
        let root = Part { text: text.to_owned(), ..Part::default() };
        let draft = Draft { root, ..Draft::default() };
        with_threads.iter().all(|(publisher, account)| {
            let report = publisher.check(&draft, account);
            report.counts.iter().filter(|count| count.field == "text").all(|count| count.used <= count.limit)
        })
    };
    let parts = split::split(&input.text, fits).ok_or_else(|| {
        AppError::invalid(
            "text",
            "too_long",
            "A single character of this text is too long for these networks.",
        )
    })?;
    Ok(parts.into_iter().map(str::to_owned).collect())
}
