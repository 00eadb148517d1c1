//! One module per aggregate. Functions that read take any executor; functions that write take a transaction.

pub mod account;
pub mod account_name;
pub mod analytics;
pub mod attempt;
pub mod calendar;
pub mod calendar_feed;
pub mod calendar_note;
pub mod connect;
pub mod data_deletion;
pub mod data_key;
pub mod grant;
pub mod guide;
pub mod history;
pub mod holiday;
pub mod idempotency;
pub mod job;
pub mod kept_text;
pub mod known;
pub mod lease;
pub mod letter;
pub mod library;
pub mod logo;
pub mod look;
pub mod media;
pub mod media_upload;
pub mod notice;
pub mod notice_wish;
pub mod one_time_link;
pub mod owner;
pub mod planned;
pub mod post;
pub mod post_import;
pub mod post_look;
pub mod post_media;
pub mod publication;
pub mod remote_post;
pub mod rendition;
pub mod report_schedule;
pub(crate) mod sealed;
pub mod search;
pub mod series;
pub mod session;
pub mod setting;
pub mod settled;
pub mod shared_quota;
pub mod slot;
pub mod snapshot;
mod some;
pub mod standing;
pub mod sync_run;
pub mod tally;
pub mod thinning;
pub mod throttle;
pub mod token;
pub mod trash;
pub mod unsaved_post;
pub mod user;
pub mod waiting;
pub mod workspace;

/// Every statement of every repository, for the test that prepares them all.
#[cfg(test)]
pub(crate) fn all_statements() -> impl Iterator<Item = crate::Stmt> {
    [
        account::STATEMENTS,
        account_name::STATEMENTS,
        analytics::STATEMENTS,
        attempt::STATEMENTS,
        crate::bulk::STATEMENTS,
        crate::bulk::history::STATEMENTS,
        calendar::STATEMENTS,
        calendar_feed::STATEMENTS,
        calendar_note::STATEMENTS,
        connect::STATEMENTS,
        grant::STATEMENTS,
        guide::STATEMENTS,
        data_deletion::STATEMENTS,
        data_key::STATEMENTS,
        history::STATEMENTS,
        holiday::STATEMENTS,
        idempotency::STATEMENTS,
        job::STATEMENTS,
        kept_text::STATEMENTS,
        known::STATEMENTS,
        lease::STATEMENTS,
        letter::STATEMENTS,
        library::STATEMENTS,
        logo::STATEMENTS,
        look::STATEMENTS,
        media::STATEMENTS,
        media_upload::STATEMENTS,
        notice::STATEMENTS,
        notice_wish::STATEMENTS,
        one_time_link::STATEMENTS,
        owner::STATEMENTS,
        owner::aging::STATEMENTS,
        planned::STATEMENTS,
        post::STATEMENTS,
        post_import::STATEMENTS,
        post_look::STATEMENTS,
        post_media::STATEMENTS,
        publication::STATEMENTS,
        remote_post::STATEMENTS,
        rendition::STATEMENTS,
        report_schedule::STATEMENTS,
        series::STATEMENTS,
        search::STATEMENTS,
        session::STATEMENTS,
        setting::STATEMENTS,
        settled::STATEMENTS,
        shared_quota::STATEMENTS,
        slot::STATEMENTS,
        snapshot::STATEMENTS,
        standing::STATEMENTS,
        sync_run::STATEMENTS,
        tally::STATEMENTS,
        thinning::STATEMENTS,
        throttle::STATEMENTS,
        token::STATEMENTS,
        trash::STATEMENTS,
        unsaved_post::STATEMENTS,
        user::STATEMENTS,
        waiting::STATEMENTS,
        workspace::STATEMENTS,
    ]
    .into_iter()
    .flatten()
    .copied()
}
