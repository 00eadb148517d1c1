//! Best times, judged: accounts whose audience is known in every detail are asked for their best hours, and the answers are
//! compared with the truth. What is judged sees only what an account of a real network would.

mod account;
mod score;

use std::io::Write;

use carillon_domain::insight::best_times::{
    BestTimes, COVERAGE, Evidence, Published, Week, best_times, general,
};
use clap::Args;
use serde::Deserialize;

use account::Account;
use score::Score;

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
}

/// Prints one line for each amount of history, without and with the audience's activity; whether all goals were met.
///
/// # Errors
/// When the output can't be written.
pub fn run(asked: &Insight, out: &mut dyn Write) -> anyhow::Result<bool> {
    let mut plan: Plan = serde_json::from_str(include_str!("../../../../bench/insight.json"))?;
    plan.personas = asked.personas.unwrap_or(plan.personas);
    plan.first_seed = asked.first_seed.unwrap_or(plan.first_seed);
    let mut met = true;
    for posts in &plan.posts {
        for with_activity in [false, true] {
            let row = Row::measure(&plan, *posts, with_activity)?;
            writeln!(out, "{}", row.line())?;
            if *posts == plan.goal_at {
                met &= row.judge(&plan, out)?;
            }
        }
    }
    Ok(met)
}

/// Means over all accounts.
struct Row {
    posts: usize,
    with_activity: bool,
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
    fn measure(plan: &Plan, posts: usize, with_activity: bool) -> anyhow::Result<Self> {
        let general = general();
        let (mut scores, mut others, mut habits) = (Vec::new(), 0.0, 0.0);
        for seed in plan.first_seed..plan.first_seed + plan.personas {
            let account = Account::draw(seed)?;
            let history = account.posts(posts)?;
            let activity = with_activity.then(|| account.activity());
            let answer = answer(&history, activity.as_ref(), &general);
            scores.push(Score::of(&answer, account.truth()));
            others += score::share(score::highest(&general), account.truth());
            habits += score::share(history.iter().map(|post| post.hour.index()), account.truth());
        }
        let all = scores.len() as f64;
        let mean = |of: fn(&Score) -> f64| scores.iter().map(of).sum::<f64>() / all;
        Ok(Self {
            posts,
            with_activity,
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
            "insight posts={} activity={} share={:.3} covered={:.3} covered_best={:.3} width={:.2} own={:.2} \
             general={:.3} habit={:.3}",
            self.posts,
            if self.with_activity { "known" } else { "unknown" },
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

fn answer(posts: &[Published], activity: Option<&Week>, general: &Week) -> BestTimes {
    best_times(&Evidence { posts, activity, general })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_accounts_are_served_better_than_by_the_general_pattern() {
        let plan: Plan =
            serde_json::from_str(include_str!("../../../../bench/insight.json")).expect("a plan");
        let plan = Plan { personas: 6, first_seed: 200_001, ..plan };
        let row = Row::measure(&plan, 60, true).expect("measured");
        assert!(row.share > row.general && row.share <= 1.0, "{}", row.line());
        assert!((0.6..=1.0).contains(&row.covered), "{}", row.line());
        let mut out = Vec::new();
        assert!(!Row { share: 0.5, ..row }.judge(&plan, &mut out).expect("written"));
        assert!(String::from_utf8(out).expect("text").contains("MISSED"));
    }

    #[test]
    fn the_same_seed_makes_the_same_history() {
        let posts = || Account::draw(7).and_then(|account| account.posts(40)).expect("posts");
        assert_eq!(posts(), posts());
        assert_eq!(posts().len(), 40);
    }
}
