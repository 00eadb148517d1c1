//! What the operator's plan at X allows of one account. X tells it nobody before it refuses, so the operator says it.

use super::limits;
use crate::contract::connector::{Accepts, Setting};
use crate::contract::cx::PlatformSettings;
use crate::contract::publisher::Window;

/// Key of the plan's name.
const PLAN: &str = "plan";
/// Key of a figure of the operator's own, for plans whose terms are others.
const POSTS_PER_DAY: &str = "posts_per_day";

/// A plan.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Plan {
    name: &'static str,
    /// Most posts of one account in a day.
    daily: u32,
    /// Most posts of one account in other spans.
    pub windows: &'static [Window],
}

/// The plans; the first one is what new apps get. docs.x.com, "Rate limits" (2026) for pay-per-use; what the plans that are no
/// longer sold allow is from the same page as it stood before Feb 2026.
static PLANS: [Plan; 4] = [
    Plan { name: NAMES[0], daily: limits::DAILY_POSTS, windows: limits::WINDOWS },
    Plan { name: NAMES[1], daily: 17, windows: &[] },
    Plan { name: NAMES[2], daily: 100, windows: &[] },
    Plan { name: NAMES[3], daily: limits::DAILY_POSTS, windows: limits::WINDOWS },
];

const NAMES: [&str; 4] = ["pay_per_use", "free", "basic", "pro"];

/// Settings of the plan.
pub(super) const SETTINGS: [Setting; 2] = [
    Setting {
        key: PLAN,
        secret: false,
        accepts: Accepts::OneOf(&NAMES),
        help: "The plan of your X app: how many posts a day X takes of one account.",
    },
    Setting {
        key: POSTS_PER_DAY,
        secret: false,
        accepts: Accepts::Number,
        help: "Most posts a day of one account, where your terms with X are others than the plan's.",
    },
];

/// The operator's plan.
pub(super) fn of(settings: &PlatformSettings) -> &'static Plan {
    let named = settings.get(PLAN).and_then(|name| PLANS.iter().find(|plan| plan.name == name));
    named.unwrap_or(&PLANS[0])
}

/// Most posts of one account in a day.
pub(super) fn daily_posts(settings: &PlatformSettings) -> u32 {
    let own = settings.get(POSTS_PER_DAY).and_then(|figure| figure.parse().ok());
    own.unwrap_or(of(settings).daily)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(values: &[(&str, &str)]) -> PlatformSettings {
        let values = values.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        PlatformSettings { values, ..PlatformSettings::default() }
    }

    #[test]
    fn the_plan_says_how_many_posts_a_day() {
        let all = [
            ("pay_per_use", 10_000, 1),
            ("free", 17, 0),
            ("basic", 100, 0),
            ("pro", 10_000, 1),
            ("", 10_000, 1),
        ];
        for (name, daily, windows) in all {
            let settings = with(&[(PLAN, name)]);
            assert_eq!((daily_posts(&settings), of(&settings).windows.len()), (daily, windows), "{name}");
        }
        assert_eq!(daily_posts(&with(&[(PLAN, "basic"), (POSTS_PER_DAY, "250")])), 250, "terms of one's own");
    }

    #[test]
    fn what_is_no_plan_is_refused_with_what_there_is() {
        let [plan, figure] = SETTINGS.map(|setting| setting.accepts);
        assert_eq!(NAMES.map(|name| plan.refuses(name)), [const { None }; 4]);
        assert_eq!(plan.refuses("gold"), Some("`gold` is none of pay_per_use, free, basic, pro.".into()));
        assert_eq!((figure.refuses(""), figure.refuses("17")), (None, None), "empty is the plan's own");
        for wrong in ["0", "-1", "many", "17.5"] {
            assert!(figure.refuses(wrong).is_some_and(|why| why.contains(wrong)), "{wrong}");
        }
    }
}
