//! One module per aggregate. Functions that read take any executor; functions that write take a transaction.

pub mod account;
pub mod attempt;
pub mod connect;
pub mod data_key;
pub mod grant;
pub mod job;
pub mod post;
pub mod publication;

/// Every statement of every repository, for the test that prepares them all.
#[cfg(test)]
pub(crate) fn all_statements() -> impl Iterator<Item = crate::Stmt> {
    [
        account::STATEMENTS,
        attempt::STATEMENTS,
        connect::STATEMENTS,
        grant::STATEMENTS,
        data_key::STATEMENTS,
        job::STATEMENTS,
        post::STATEMENTS,
        publication::STATEMENTS,
    ]
    .into_iter()
    .flatten()
    .copied()
}
