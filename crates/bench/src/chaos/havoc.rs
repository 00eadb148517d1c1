//! What goes wrong with the networks, and when a blow falls on our own side.

use std::fmt;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::{Instant, sleep_until};

use super::blow::{Blow, Clocks, deck};
use super::dice::Dice;
use super::nodes::Nodes;
use super::{Moment, report};

/// One kind of trouble with the networks: its operation, when it strikes, what it is, in how many of a thousand calls.
const FAULTS: [(&str, &str, &str, u32); 14] = [
    ("commit", "before", "cut", 40),
    ("commit", "after", "cut", 40),
    ("commit", "before", "status", 30),
    ("commit", "after", "status", 30),
    ("commit", "before", "delay", 60),
    ("commit", "after", "delay", 30),
    ("commit", "before", "rate_limit", 20),
    ("*", "before", "status", 20),
    ("*", "before", "cut", 20),
    ("*", "after", "cut", 20),
    ("*", "before", "rate_limit", 5),
    ("*", "before", "delay", 30),
    ("*", "before", "token_expired", 5),
    ("*", "before", "slow_processing", 100),
];

/// How long a delayed call takes longer. Less than the time in which a send is over.
const DELAY_MS: u64 = 1_500;

/// A time in which a worker did not do its work, and nobody could expect order.
#[derive(Debug, Clone, Copy)]
pub struct Trouble {
    /// Milliseconds since 1970.
    pub from_ms: u64,
    /// When it worked again.
    pub to_ms: u64,
}

/// What happened to the processes.
#[derive(Debug, Default)]
pub struct Troubles {
    /// Every time in which a worker was dead, asleep or without its database, or went by a clock that was behind.
    pub gaps: Vec<Trouble>,
    /// Every blow that fell.
    pub blows: Vec<Blow>,
}

impl fmt::Display for Troubles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut comma = "";
        for kind in Blow::ALL {
            let count = self.blows.iter().filter(|blow| **blow == kind).count();
            if count > 0 {
                write!(f, "{comma}{count} × {}", kind.name())?;
                comma = ", ";
            }
        }
        Ok(())
    }
}

/// Lets things go wrong from `begin` for so long, then heals everything.
pub async fn wreak(
    nodes: &mut Nodes,
    dice: &mut Dice,
    begin: Moment,
    length: Duration,
) -> anyhow::Result<Troubles> {
    let control = nodes.control()?;
    for (operation, when, fault, thousandth) in FAULTS {
        let mut body = json!({
            "platform": "*", "operation": operation, "when": when, "fault": fault,
            "probability": f64::from(thousandth) / 1_000.0, "seed": dice.below(u64::from(u32::MAX)),
        });
        details(&mut body, fault, dice);
        control.post_json("/sandbox/faults", &body).await?;
    }
    let mut clocks = Clocks::new(nodes, dice);
    // The primary is lost once, somewhere in the middle.
    let fail_over_at =
        begin.instant + length.mul_f64(0.3) + length.mul_f64(0.4) * dice.below(100) as u32 / 100;
    sleep_until(begin.instant).await;
    let end = begin.instant + length;
    let mut troubles = Troubles::default();
    // One account loses its login for good, somewhere on the way.
    let revoked = json!({
        "platform": "*", "operation": "commit", "fault": "token_revoked", "count": 1, "skip": dice.below(200),
    });
    control.post_json("/sandbox/faults", &revoked).await?;
    let mut waiting = Vec::new();
    loop {
        sleep_until(end.min(Instant::now() + Duration::from_millis(500 + dice.below(2_500)))).await;
        if Instant::now() >= end {
            break;
        }
        let lost =
            Instant::now() >= fail_over_at && nodes.cluster().is_some_and(|cluster| cluster.has_standby());
        if waiting.is_empty() {
            waiting = deck(nodes, dice);
        }
        let Some(blow) = (if lost { Some(Blow::FailOver) } else { waiting.pop() }) else { break };
        let from_ms = Moment::now(&control).await?.unix_ms;
        let after = begin.instant.elapsed().as_secs_f64();
        let said = blow.strike(nodes, dice, &mut clocks).await?;
        report::complain(&format!("  {after:5.1} s: {said}"));
        nodes.all_live()?;
        let to_ms = Moment::now(&control).await?.unix_ms;
        clocks.note(&mut troubles.gaps, to_ms);
        troubles.gaps.push(Trouble { from_ms, to_ms });
        troubles.blows.push(blow);
    }
    control.delete("/sandbox/faults").await?;
    clocks.put_right(nodes)?;
    clocks.note(&mut troubles.gaps, Moment::now(&control).await?.unix_ms);
    report::complain(&format!("{troubles}; everything is healed"));
    Ok(troubles)
}

fn details(body: &mut Value, fault: &str, dice: &mut Dice) {
    match fault {
        "status" => body["status"] = json!(dice.pick(&[500, 502, 503, 504])),
        "delay" | "slow_processing" => body["delay_ms"] = json!(DELAY_MS),
        "rate_limit" => body["reset_s"] = json!(3),
        _ => {}
    }
}
