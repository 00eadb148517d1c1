//! What the kept numbers say: nothing is asked of a network here.
//!
//! - Numbers of posts are those of the posts that became public in the time, as last seen; followers are those of the last day of
//!   the time on which somebody looked. Deleted posts stay in the history, with their last numbers.
//! - What was before is given only if it is known of every account: an account that came meanwhile would look like growth. A change
//!   is of the accounts of which both ends are known.
//! - A time is compared with the one before it, or with the same dates a year earlier.
//! - As known on a past day: what was read, found or connected later is not there, see `known`.
//! - Disconnected accounts are left out unless they are asked for by name, and so are accounts of networks that are off.

mod audience;
mod best_times;
mod curve;
mod figures;
mod filter;
mod hashtags;
mod known;
mod posts;
mod series;
mod source;
mod summary;

#[cfg(test)]
pub(crate) mod tests;

pub use audience::{Audience, AudiencePage, Day, Part, Split, audience};
pub use best_times::{
    AccountBestTimes, BestSlots, BestTimesPage, Chosen, Estimates, MOST_TOGETHER, Slot, best_slots,
    best_times,
};
pub use curve::{AtAge, COMPARED, CURVES, PostCurve, curve, curve_of_remote};
pub use figures::{Figure, Figures};
pub use filter::{Filter, MOST_DAYS, USUAL_DAYS, labels};
pub(crate) use filter::{given, select};
pub use hashtags::{AccountTags, hashtags};
pub use known::refuse_known_on;
pub(crate) use known::{accounts_then, known_day};
pub use posts::{PostPage, PostQuery, RankedPost, SORTS, TopPosts, posts, top};
pub(crate) use posts::{each, too_many};
pub use series::{Note, Point, Series, series};
pub use summary::{Network, OfAccount, Summary, each_account, summary};
