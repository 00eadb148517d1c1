//! The numbers that people look at first.

use std::collections::{BTreeMap, BTreeSet};

use carillon_domain::error::AppError;
use carillon_domain::id::AccountId;
use carillon_domain::insight::{Comparison, Look, Period};
use carillon_store::repo::account::AccountRow;

use super::figures::{Figures, Part, Post};
use super::filter::{Filter, Selection, select};
use super::source;
use crate::{Actor, Engine};

/// The numbers of the selected accounts.
#[derive(Debug, Clone)]
pub struct Summary {
    /// The time.
    pub period: Period,
    /// How it is compared.
    pub compare: Comparison,
    /// The time that it is compared with.
    pub previous: Period,
    /// How many accounts.
    pub accounts: usize,
    /// All of them together.
    pub figures: Figures,
    /// By network, in the order of their names.
    pub networks: Vec<Network>,
}

/// The accounts of one network.
#[derive(Debug, Clone)]
pub struct Network {
    /// Its name.
    pub platform: String,
    /// How many accounts.
    pub accounts: usize,
    /// Their numbers.
    pub figures: Figures,
}

/// Sums up the selected accounts.
///
/// # Errors
/// [`AppError::Forbidden`] when the role may not read; [`AppError::Invalid`] for a filter that says nothing.
pub async fn summary(engine: &Engine, actor: &Actor, filter: &Filter) -> Result<Summary, AppError> {
    let selection = &select(engine, actor, filter).await?;
    let parts = parts(engine, selection, "followers").await?;
    let now = selection.now;
    let mut by_network: BTreeMap<&str, Vec<&Part<'_>>> = BTreeMap::new();
    for part in &parts {
        by_network.entry(&part.row.platform).or_default().push(part);
    }
    let networks = by_network.into_iter().map(|(platform, parts)| Network {
        platform: platform.to_owned(),
        accounts: parts.len(),
        figures: Figures::of(&parts, selection, now),
    });
    Ok(Summary {
        compare: selection.compare,
        previous: selection.before.clone(),
        accounts: parts.len(),
        networks: networks.collect(),
        figures: Figures::of(&parts.iter().collect::<Vec<_>>(), selection, now),
        period: selection.period.clone(),
    })
}

/// One account.
#[derive(Debug, Clone)]
pub struct OfAccount {
    /// The account.
    pub account: AccountRow,
    /// Its numbers.
    pub figures: Figures,
}

/// The time, the one that it is compared with, and each selected account for itself, by network and handle.
///
/// # Errors
/// As [`summary`].
pub async fn each_account(
    engine: &Engine,
    actor: &Actor,
    filter: &Filter,
) -> Result<(Period, Period, Vec<OfAccount>), AppError> {
    let selection = select(engine, actor, filter).await?;
    let parts = parts(engine, &selection, "followers").await?;
    let now = selection.now;
    let of = |part: &Part<'_>| OfAccount {
        account: part.row.clone(),
        figures: Figures::of(&[part], &selection, now),
    };
    let mut all: Vec<_> = parts.iter().map(of).collect();
    all.sort_by(|a, b| {
        let place =
            |one: &OfAccount| (one.account.platform.clone(), one.account.handle.clone(), one.account.id);
        place(a).cmp(&place(b))
    });
    Ok((selection.period.clone(), selection.before.clone(), all))
}

/// What is known of each selected account, with looks at one of its totals.
pub(super) async fn parts<'a>(
    engine: &Engine,
    selection: &'a Selection,
    metric: &str,
) -> Result<Vec<Part<'a>>, AppError> {
    if selection.accounts.is_empty() {
        return Ok(Vec::new());
    }
    let (now, before) = (&selection.period, &selection.before);
    let (looks, mut looked_before, posts_now, earlier) = futures::try_join!(
        source::looks(engine, selection, metric, now),
        source::last_looks(engine, selection, metric, before),
        source::counts(engine, selection, now),
        source::sums(engine, selection, before),
    )?;
    let begun: BTreeSet<AccountId> = match selection.compare {
        Comparison::Previous => looked_before.keys().copied().collect(),
        // A year earlier says nothing about who was there the day before.
        Comparison::Year => {
            source::last_looks(engine, selection, metric, &now.previous()).await?.into_keys().collect()
        }
    };
    let mut looks = by_account(looks);
    let mut posts: BTreeMap<AccountId, Vec<Post>> = BTreeMap::new();
    for counts in posts_now {
        posts.entry(counts.account).or_default().push(Post::new(now.date_of(counts.published_at), counts));
    }
    let part = |row: &'a AccountRow| {
        let posts = posts.remove(&row.id).unwrap_or_default();
        Part {
            row,
            begun: begun.contains(&row.id),
            looks: looks.remove(&row.id).unwrap_or_default(),
            before: looked_before.remove(&row.id),
            fields: fields(&posts),
            posts,
            earlier: earlier.get(&row.id).copied().unwrap_or_default(),
        }
    };
    Ok(selection.accounts.iter().map(part).collect())
}

/// The different ones: there are few, in thousands of posts.
fn fields(posts: &[Post]) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for post in posts {
        if !found.contains(&post.counts.fields) {
            found.insert(post.counts.fields.clone());
        }
    }
    found
}

fn by_account(looks: Vec<(AccountId, Look)>) -> BTreeMap<AccountId, Vec<Look>> {
    let mut found: BTreeMap<AccountId, Vec<Look>> = BTreeMap::new();
    for (account, look) in looks {
        found.entry(account).or_default().push(look);
    }
    found
}
