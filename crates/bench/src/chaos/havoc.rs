//! What goes wrong, and when.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::{Instant, sleep_until};

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
    /// Every time in which a worker was dead or asleep.
    pub gaps: Vec<Trouble>,
    /// How often one was killed.
    pub kills: u32,
    /// How often one was put to sleep.
    pub pauses: u32,
    /// How often all connections to the database were cut.
    pub cuts: u32,
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
    sleep_until(begin.instant).await;
    let end = begin.instant + length;
    let mut troubles = Troubles::default();
    // One account loses its login for good, somewhere on the way.
    let revoked = json!({
        "platform": "*", "operation": "commit", "fault": "token_revoked", "count": 1, "skip": dice.below(200),
    });
    control.post_json("/sandbox/faults", &revoked).await?;
    while Instant::now() < end {
        sleep_until(end.min(Instant::now() + Duration::from_millis(500 + dice.below(2_500)))).await;
        strike(nodes, dice, &mut troubles).await?;
    }
    control.delete("/sandbox/faults").await?;
    let Troubles { kills, pauses, cuts, .. } = &troubles;
    report::complain(&format!(
        "{kills} kills, {pauses} pauses, {cuts} cuts of the database; everything is healed"
    ));
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

/// Kills a worker, puts it to sleep for longer than its lease, or cuts the connections to the database; and brings it back.
async fn strike(nodes: &mut Nodes, dice: &mut Dice, troubles: &mut Troubles) -> anyhow::Result<()> {
    let control = nodes.control()?;
    let index = dice.below(nodes.count() as u64) as usize;
    let from_ms = Moment::now(&control).await?.unix_ms;
    if nodes.has_server() && dice.percent(20) {
        troubles.cuts += 1;
        nodes.cut_database().await?;
    } else if dice.percent(60) {
        troubles.kills += 1;
        nodes.kill(index).await?;
        tokio::time::sleep(Duration::from_millis(dice.below(1_500))).await;
        nodes.revive(index).await?;
    } else {
        troubles.pauses += 1;
        nodes.signal(index, "-STOP").await?;
        tokio::time::sleep(Duration::from_millis(500 + dice.below(5_500))).await;
        nodes.signal(index, "-CONT").await?;
    }
    troubles.gaps.push(Trouble { from_ms, to_ms: Moment::now(&control).await?.unix_ms });
    Ok(())
}
