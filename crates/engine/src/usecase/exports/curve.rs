//! One post: a number of it by the post's age, beside what is usual on its account. The rows are those of its page.

use std::collections::BTreeMap;

use carillon_domain::error::AppError;
use carillon_domain::id::{AccountId, RemotePostId};

use super::{Which, given, title};
use crate::report::{Cell, Column, Kind, Table};
use crate::usecase::analytics::{self, AtAge};
use crate::{Actor, Engine};

/// The table of a post that was found on an account, and the account.
pub async fn of_post(
    engine: &Engine,
    actor: &Actor,
    which: Which<'_>,
) -> Result<(Table, AccountId), AppError> {
    let Some(post) = given(which.post) else {
        let message = "Say which `post`, by the id that `GET /api/v1/analytics/posts` gives it.";
        return Err(AppError::invalid("post", "required", message));
    };
    let id: RemotePostId = post.parse().map_err(|_| {
        let message = format!("`{post}` is not the id of a post that was found on an account.");
        AppError::invalid("post", "invalid", message)
    })?;
    let curve = analytics::curve(engine, actor, id, which.metric).await?;
    let (account, row) = (&curve.account, &curve.found.row);
    let line = |at: AtAge| {
        vec![
            Cell::Text(title(engine, &account.platform).to_owned()),
            Cell::Text(account.handle.clone()),
            Cell::Time(row.published_at),
            Cell::Text(row.text.clone()),
            Cell::Count(at.age.as_mins()),
            Cell::of(curve.metric, at.own),
            Cell::of(curve.metric, at.usual),
            Cell::count(at.posts),
        ]
    };
    let columns = vec![
        Column::new("network", Kind::Text),
        Column::new("handle", Kind::Text),
        Column::new("published_at", Kind::Time),
        Column::new("text", Kind::Text),
        Column::new("age_minutes", Kind::Count),
        Column::metric(curve.metric),
        Column::new("median", Kind::Count),
        Column::new("compared_posts", Kind::Count),
    ];
    let natives = curve.natives.iter().map(|native| format!("{}:{native}", account.platform)).collect();
    let table = Table {
        name: "",
        columns,
        rows: curve.by_age().into_iter().map(line).collect(),
        sources: BTreeMap::from([(curve.metric, natives)]),
    };
    Ok((table, account.id))
}
