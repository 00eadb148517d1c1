//! Best times, judged: accounts whose audience is known in every detail are asked for their best hours, and the answers are
//! compared with the truth. What is judged sees only what an account of a real network would.

mod account;
mod dice;
mod growth;
mod score;

use std::io::Write;

use carillon_domain::insight::best_times::{COVERAGE, Evidence, Growing, best_times, general};
use clap::Args;
use serde::Deserialize;

use account::Account;
use score::Score;

/// Posts whose growth counts, as in the product.
const MOST_GROWING: usize = 100;

/// What is judged, and what is expected. `bench/insight.json` has it.
#[derive(Debug, Deserialize)]
struct Plan {
    /// Accounts.
    personas: u64,
    /// Seed of the first; the others follow. The method was tuned on seeds from 100,001 on.
    first_seed: u64,
    /// Posts of history.
    posts: Vec<usize>,
    /// Posts of history at which the goals hold.
    goal_at: usize,
    /// The least that the recommended slots bring, as a share of the best.
    least_share: f64,
    /// By how much the intervals may hold the truth more or less often than they say.
    off: f64,
}

/// Recommends times to accounts with known audiences, and compares with the truth
#[derive(Debug, Args)]
pub struct Insight {
    /// Accounts, instead of what bench/insight.json says
    #[arg(long)]
    personas: Option<u64>,
    /// Seed of the first account; the method was tuned on 100001 to 100200
    #[arg(long)]
    first_seed: Option<u64>,
    /// Posts of history, instead of what bench/insight.json says
    #[arg(long, value_delimiter = ',')]
    posts: Vec<usize>,
}

/// Prints one line for each amount of history and each kind of knowledge beside it; whether all goals were met.
///
/// # Errors
/// When the output can't be written.
pub fn run(asked: &Insight, out: &mut dyn Write) -> anyhow::Result<bool> {
    let mut plan: Plan = serde_json::from_str(include_str!("../../../../bench/insight.json"))?;
    plan.personas = asked.personas.unwrap_or(plan.personas);
    plan.first_seed = asked.first_seed.unwrap_or(plan.first_seed);
    if !asked.posts.is_empty() {
        plan.posts.clone_from(&asked.posts);
    }
    let mut met = true;
    for posts in &plan.posts {
        for told in Told::ALL {
            let row = Row::measure(&plan, *posts, told)?;
            writeln!(out, "{}", row.line())?;
            if *posts == plan.goal_at && told.is_judged() {
                met &= row.judge(&plan, out)?;
            }
        }
    }
    Ok(met)
}

/// What is known beside the posts and their numbers in the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Told {
    /// Nothing: the posts were made before Carillon looked.
    Nothing,
    /// How their likes grew: a network that tells no views.
    Likes,
    /// How their views grew.
    Views,
    /// How many of the audience look in each hour, and no growth.
    Activity,
    /// That, and how views grew.
    Both,
}

impl Told {
    const ALL: [Self; 5] = [Self::Nothing, Self::Likes, Self::Views, Self::Activity, Self::Both];

    const fn name(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Likes => "likes_growing",
            Self::Views => "views_growing",
            Self::Activity => "activity",
            Self::Both => "activity_and_views_growing",
        }
    }

    /// The goals hold where posts were read by the schedule, or the network tells.
    fn is_judged(self) -> bool {
        self != Self::Nothing
    }
}

/// Means over all accounts.
struct Row {
    posts: usize,
    told: Told,
    share: f64,
    covered: f64,
    covered_best: f64,
    width: f64,
    own: f64,
    /// The share that the general pattern alone would get.
    general: f64,
    /// The share that the account's own hours get.
    habit: f64,
}

impl Row {
    fn measure(plan: &Plan, posts: usize, told: Told) -> anyhow::Result<Self> {
        let general = general();
        let (mut scores, mut others, mut habits) = (Vec::new(), 0.0, 0.0);
        for seed in plan.first_seed..plan.first_seed + plan.personas {
            let account = Account::draw(seed)?;
            let history = account.history(posts)?;
            let activity = matches!(told, Told::Activity | Told::Both).then(|| account.activity());
            let newest = history.grown.into_iter().rev().take(MOST_GROWING);
            let grown = newest.filter_map(|grown| match told {
                Told::Nothing | Told::Activity => None,
                Told::Likes => grown.likes,
                Told::Views | Told::Both => grown.views,
            });
            let growth: Vec<Growing> = grown.collect();
            let evidence = Evidence {
                posts: &history.posts,
                activity: activity.as_ref(),
                growth: &growth,
                general: &general,
            };
            let answer = best_times(&evidence);
            scores.push(Score::of(&answer, account.truth()));
            others += score::share(score::highest(&general), account.truth());
            habits += score::share(history.posts.iter().map(|post| post.hour.index()), account.truth());
        }
        let all = scores.len() as f64;
        let mean = |of: fn(&Score) -> f64| scores.iter().map(of).sum::<f64>() / all;
        Ok(Self {
            posts,
            told,
            share: mean(|score| score.share),
            covered: mean(|score| score.covered),
            covered_best: mean(|score| score.covered_best),
            width: mean(|score| score.width),
            own: mean(|score| f64::from(u8::from(score.own))),
            general: others / all,
            habit: habits / all,
        })
    }

    fn line(&self) -> String {
        format!(
            "insight posts={} told={} share={:.3} covered={:.3} covered_best={:.3} width={:.2} own={:.2} \
             general={:.3} habit={:.3}",
            self.posts,
            self.told.name(),
            self.share,
            self.covered,
            self.covered_best,
            self.width,
            self.own,
            self.general,
            self.habit
        )
    }

    /// Says which goals were met.
    fn judge(&self, plan: &Plan, out: &mut dyn Write) -> std::io::Result<bool> {
        let enough = self.share >= plan.least_share;
        let honest = (self.covered - COVERAGE).abs() <= plan.off;
        let said = |met: bool| if met { "met" } else { "MISSED" };
        writeln!(out, "  goal share at least {}: {}", plan.least_share, said(enough))?;
        writeln!(out, "  goal covered {COVERAGE} within {}: {}", plan.off, said(honest))?;
        Ok(enough && honest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_accounts_are_served_better_than_by_the_general_pattern() {
        let plan: Plan =
            serde_json::from_str(include_str!("../../../../bench/insight.json")).expect("a plan");
        let plan = Plan { personas: 6, first_seed: 200_001, ..plan };
        let row = Row::measure(&plan, 60, Told::Both).expect("measured");
        assert!(row.share > row.general && row.share <= 1.0, "{}", row.line());
        assert!((0.6..=1.0).contains(&row.covered), "{}", row.line());
        let mut out = Vec::new();
        assert!(!Row { share: 0.5, ..row }.judge(&plan, &mut out).expect("written"));
        assert!(String::from_utf8(out).expect("text").contains("MISSED"));
    }

    #[test]
    fn growth_is_worth_more_than_the_sums_in_the_end() {
        let plan: Plan =
            serde_json::from_str(include_str!("../../../../bench/insight.json")).expect("a plan");
        let plan = Plan { personas: 6, first_seed: 200_001, ..plan };
        let share = |told| Row::measure(&plan, 60, told).expect("measured").share;
        assert!(share(Told::Views) > share(Told::Nothing));
    }

    #[test]
    fn the_same_seed_makes_the_same_history() {
        let posts = || Account::draw(7).and_then(|account| account.history(40)).expect("posts");
        assert_eq!(posts(), posts());
        assert_eq!((posts().posts.len(), posts().grown.len()), (40, 40));
    }
}
