//! How long pages take.

use std::fmt;
use std::io::Write;
use std::time::Duration;

use anyhow::{Context, ensure};
use carillon_server::urls;
use tokio::time::Instant;

use super::Plan;
use super::fill::Filled;
use crate::server::Site;
use crate::wire::Client;

/// The times that people choose, days.
const RANGES: [u16; 3] = [7, 30, 90];

/// All times of one kind of page, shortest first.
pub struct Page {
    name: &'static str,
    sorted: Vec<Duration>,
}

/// The pages of one measurement.
pub struct Times([Page; 3]);

impl Times {
    /// Starts the program and opens each kind of page so often. The accounts' pages are opened twice, one after the other: at the first visit
    /// since the start nothing is worked out yet.
    pub async fn measure(site: &Site, filled: &Filled, requests: usize) -> anyhow::Result<Self> {
        let carillon = site.start_all().await?;
        let browser = carillon.signed_in().await?;
        let workspace = filled.block.workspace;
        let overview = |days: u16| format!("{}?days={days}", urls::overview(workspace));
        let account = |n: usize| urls::account(workspace, filled.accounts[n % filled.accounts.len()]);
        for days in RANGES {
            open(&browser, &overview(days)).await?;
        }
        let mut overviews = Vec::with_capacity(requests);
        for n in 0..requests {
            overviews.push(open(&browser, &overview(RANGES[n % RANGES.len()])).await?);
        }
        let (mut first, mut again) = (Vec::new(), Vec::new());
        for n in 0..filled.accounts.len() {
            first.push(open(&browser, &account(n)).await?);
        }
        for n in 0..requests {
            again.push(open(&browser, &account(n)).await?);
        }
        carillon.process.stop().await?;
        Ok(Self([
            Page::new("overview", overviews),
            Page::new("account", again),
            Page::new("account-first", first),
        ]))
    }

    /// Each kind of page.
    pub fn all(&self) -> &[Page] {
        &self.0
    }

    /// Says which goals were met.
    pub fn judge(&self, plan: &Plan, before: Option<&Self>, out: &mut impl Write) -> anyhow::Result<bool> {
        let said = |met: bool| if met { "met" } else { "MISSED" };
        let mut all = true;
        for (page, earlier) in
            self.0.iter().zip(before.map_or([None; 3], |before| before.0.each_ref().map(Some)))
        {
            let p95 = page.at(95);
            let (what, value, goal) = match earlier {
                None => ("p95_ms", p95, plan.goal_ms),
                Some(earlier) => ("grown_times", p95 / earlier.at(95), plan.goal_growth),
            };
            let met = value < goal;
            all &= met;
            writeln!(out, "  goal {} {what}={value:.2} below {goal}: {}", page.name, said(met))?;
        }
        Ok(all)
    }
}

impl Page {
    fn new(name: &'static str, mut times: Vec<Duration>) -> Self {
        times.sort_unstable();
        Self { name, sorted: times }
    }

    /// Milliseconds within which so many of a hundred were there.
    fn at(&self, percent: usize) -> f64 {
        let place = (self.sorted.len() * percent).div_ceil(100).saturating_sub(1);
        self.sorted.get(place).map_or(f64::NAN, |time| time.as_secs_f64() * 1_000.0)
    }
}

impl fmt::Display for Page {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (p50, p95, max) = (self.at(50), self.at(95), self.at(100));
        write!(
            f,
            "page={} opened={} p50_ms={p50:.1} p95_ms={p95:.1} max_ms={max:.1}",
            self.name,
            self.sorted.len()
        )
    }
}

/// From the first byte of the request to the last one of the answer.
async fn open(browser: &Client, path: &str) -> anyhow::Result<Duration> {
    let began = Instant::now();
    let answer = browser.get(path).await.with_context(|| format!("the page {path}"))?;
    let took = began.elapsed();
    ensure!(answer.status.is_success(), "GET {path}: {}", answer.status);
    Ok(took)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_slowest_five_of_a_hundred_are_left_out() {
        let page = |n: u64| Page::new("overview", (1..=n).rev().map(Duration::from_millis).collect());
        assert!((page(100).at(95) - 95.0).abs() < 1e-9);
        assert!((page(3).at(95) - 3.0).abs() < 1e-9);
        assert!((page(3).at(50) - 2.0).abs() < 1e-9);
    }

    #[test]
    fn a_page_that_is_too_slow_misses_its_goal() {
        let plan: Plan =
            serde_json::from_str(include_str!("../../../../bench/analytics.json")).expect("a plan");
        let times = |ms: u64| {
            let page = || Page::new("account", vec![Duration::from_millis(ms)]);
            Times([page(), page(), page()])
        };
        let judged = |now: u64, before: Option<u64>| {
            times(now).judge(&plan, before.map(times).as_ref(), &mut Vec::new()).expect("said")
        };
        assert!(judged(99, None) && !judged(100, None));
        assert!(judged(140, Some(100)) && !judged(150, Some(100)));
    }
}
