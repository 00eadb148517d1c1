//! Finding things by words: accounts, posts and files of one workspace, the newest first.

use carillon_domain::error::AppError;
use carillon_domain::permission::Permission;
use carillon_store::repo::account::AccountRow;
use carillon_store::repo::media::MediaRow;
use carillon_store::repo::search::{self, WORDS};

use super::accounts;
use super::posts::{self, PostView};
use crate::{Actor, Engine};

/// So many of the newest posts, and of the newest files, are looked at: a search takes as long after ten years as after one.
pub const NEWEST: i64 = 5_000;

/// Longest text that is searched for, in characters; what is longer is cut.
pub const MAX_TEXT: usize = 200;

/// What was found.
#[derive(Debug, Clone, Default)]
pub struct Found {
    /// Accounts by their name, handle or network.
    pub accounts: Vec<AccountRow>,
    /// Posts by their base text.
    pub posts: Vec<PostView>,
    /// Files by their name or description.
    pub files: Vec<MediaRow>,
    /// There are posts or files that were not looked at.
    pub partial: bool,
}

/// The words of a text, in lower case; what comes after the third is one.
fn words(text: &str) -> Vec<String> {
    let text = text.chars().take(MAX_TEXT).collect::<String>().to_lowercase();
    let single = text.split_whitespace().collect::<Vec<_>>().join(" ");
    single.splitn(WORDS, ' ').filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

fn contains(words: &[String], parts: &[&str]) -> bool {
    let text = parts.join(" ").to_lowercase();
    words.iter().all(|word| text.contains(word.as_str()))
}

/// Everything that contains all words of `text`, at most `most` of each kind. No words find nothing.
///
/// # Errors
/// [`AppError::Forbidden`] when the role may not read.
pub async fn find(engine: &Engine, actor: &Actor, text: &str, most: usize) -> Result<Found, AppError> {
    actor.require(Permission::Read)?;
    let words = words(text);
    if words.is_empty() {
        return Ok(Found::default());
    }
    let mut accounts = accounts::list(engine, actor).await?;
    accounts.retain(|row| {
        let network = engine.networks.connector(&row.platform).map_or("", |c| c.descriptor().title);
        contains(&words, &[&row.name, &row.handle, network])
    });
    accounts.truncate(most);
    let limit = i64::try_from(most).unwrap_or(i64::MAX);
    let ids = search::posts(&engine.db, actor.workspace, &words, NEWEST, limit).await?;
    let mut found = Vec::with_capacity(ids.len());
    for id in ids {
        // One that was thrown away meanwhile is not found.
        match posts::get(engine, actor, id).await {
            Ok(view) => found.push(view),
            Err(AppError::NotFound { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    let (files, more_files) = files(engine, actor, &words, most).await?;
    let partial = more_files || search::are_more(&engine.db, actor.workspace, NEWEST).await?;
    Ok(Found { accounts, posts: found, files, partial })
}

/// Files that fit, and whether there are some that were not looked at.
async fn files(
    engine: &Engine,
    actor: &Actor,
    words: &[String],
    most: usize,
) -> Result<(Vec<MediaRow>, bool), AppError> {
    let mut names = search::files(&engine.db, actor.workspace, NEWEST + 1).await?;
    let looked_at = usize::try_from(NEWEST).unwrap_or(usize::MAX);
    let more = names.len() > looked_at;
    names.truncate(looked_at);
    names.retain(|file| contains(words, &[&file.name, file.alt.as_deref().unwrap_or_default()]));
    let mut rows = Vec::new();
    for file in names.into_iter().take(most) {
        match engine.library.get(actor, file.id).await {
            Ok(row) => rows.push(row),
            Err(AppError::NotFound { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    Ok((rows, more))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_single_until_there_are_many() {
        assert_eq!(words("  Quay\tAt \n dawn "), ["quay", "at", "dawn"]);
        assert_eq!(words("a b c d e"), ["a", "b", "c", "d e"]);
        assert!(words(" \n ").is_empty());
        assert_eq!(words(&"x".repeat(500))[0].chars().count(), MAX_TEXT);
    }

    #[test]
    fn every_word_must_be_there_in_any_order() {
        let words = words("DAWN quay");
        assert!(contains(&words, &["quay.jpg", "The quay at dawn"]));
        assert!(!contains(&words, &["quay.jpg", ""]));
    }
}
