//! Emoji to choose from: a group of them, or those with some words in their names.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use carillon_domain::permission::Permission;
use emojis::{Emoji, Group};
use serde::Deserialize;

use crate::http::App;
use crate::http::extract::Query;
use crate::web::signed_in::Member;
use crate::web::ui::Ui;
use crate::web::{Failure, html};

/// Most that a search finds.
const MOST: usize = 80;

#[derive(Template)]
#[template(path = "components/emoji.html")]
struct Found {
    ui: Ui,
    found: Vec<&'static Emoji>,
}

/// What is looked for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct EmojiQuery {
    q: String,
    /// From 1, in Unicode's order; counts where no words are given.
    group: String,
}

/// The names of the groups, in their order.
pub fn groups(ui: &Ui) -> Vec<String> {
    Group::iter().enumerate().map(|(index, _)| ui.of("emoji-group", &(index + 1).to_string())).collect()
}

/// Emoji as buttons.
pub async fn emoji(
    State(_): State<App>,
    member: Member,
    Query(query): Query<EmojiQuery>,
) -> Result<Response, Failure> {
    member.actor.require(Permission::Write)?;
    Ok(html(&Found { ui: member.ui, found: found(&query) })?.into_response())
}

fn found(query: &EmojiQuery) -> Vec<&'static Emoji> {
    let typed = query.q.to_lowercase();
    let words: Vec<&str> = typed.split_whitespace().collect();
    if words.is_empty() {
        let index = query.group.parse::<usize>().unwrap_or(1).saturating_sub(1);
        return Group::iter().nth(index).map(|group| group.emojis().collect()).unwrap_or_default();
    }
    let has_all = |emoji: &&'static Emoji| {
        let named = |word: &&str| {
            emoji.name().to_lowercase().contains(*word) || emoji.shortcodes().any(|code| code.contains(*word))
        };
        words.iter().all(named)
    };
    let wanted = words.join(" ");
    let mut found: Vec<&'static Emoji> = emojis::iter().filter(has_all).collect();
    // What is called just so comes before what only has it somewhere in its name.
    found.sort_by_key(|emoji| {
        let first = emoji.name().split([' ', ':']).next().unwrap_or_default().to_lowercase();
        (emoji.name().to_lowercase() != wanted, first != words[0])
    });
    found.truncate(MOST);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(q: &str, group: &str) -> Vec<&'static str> {
        let query = EmojiQuery { q: q.to_owned(), group: group.to_owned() };
        found(&query).into_iter().map(|emoji| emoji.as_str()).collect()
    }

    #[test]
    fn a_search_finds_names_and_a_group_has_its_own() {
        assert_eq!(all("Bell ", "4")[0], "🔔", "what is called so comes first, whatever the group");
        assert!(all("grinning cat", "").contains(&"😺"));
        assert_eq!(all("no such thing", "1"), [] as [&str; 0]);
        assert!(all("", "4").contains(&"🍇") && !all("", "4").contains(&"😀"));
        assert!(all("", "").contains(&"😀") && all("", "99").is_empty());
        assert_eq!(Group::iter().count(), 9, "each has a name of ours");
        assert!(all("a", "").len() <= MOST);
    }
}
