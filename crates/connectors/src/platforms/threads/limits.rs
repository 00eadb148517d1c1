//! The network's rules as data. Each names the page of the network's documentation that says so, and that page's date.

use std::time::Duration;

/// Characters of a post. Threads, "Posts", 2026-11-20.
pub(super) const TEXT: u32 = 300;

/// How long a new post may take to appear in the account's list. Threads, "Consistency", 2026-11-20.
pub(super) const SETTLES_AFTER: Duration = Duration::from_secs(60);
