//! What goes wrong on our own side: with processes, their disk, their clocks and their database.

use std::time::Duration;

use super::dice::Dice;
use super::havoc::Trouble;
use super::nodes::Nodes;

/// By how many seconds a wall clock is wrong at most. Between two of the same run it is never more, which is what the promise covers.
const MOST_WRONG_S: u64 = 30;

/// One thing that goes wrong, and is put right again. Only a clock stays wrong until it is set again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Blow {
    /// `kill -9` of a worker.
    Kill,
    /// A worker sleeps, perhaps for longer than its leases.
    Pause,
    /// All connections to the database are cut.
    Cut,
    /// The files of the embedded database can't grow.
    FullDisk,
    /// Somebody sets the wall clock of a worker's machine.
    Clock,
    /// The database server is restarted, and loses all that was under way.
    Restart,
    /// The database server is lost, and its standby takes over.
    FailOver,
}

impl Blow {
    /// All kinds.
    pub const ALL: [Self; 7] =
        [Self::Kill, Self::Pause, Self::Cut, Self::FullDisk, Self::Clock, Self::Restart, Self::FailOver];

    /// For the log.
    pub fn name(self) -> &'static str {
        match self {
            Self::Kill => "killed",
            Self::Pause => "paused",
            Self::Cut => "database connections cut",
            Self::FullDisk => "disk full",
            Self::Clock => "clock set",
            Self::Restart => "database restarted",
            Self::FailOver => "database failed over",
        }
    }

    /// Does it, and says what was done.
    pub async fn strike(
        self,
        nodes: &mut Nodes,
        dice: &mut Dice,
        clocks: &mut Clocks,
    ) -> anyhow::Result<String> {
        let index = dice.below(nodes.count() as u64) as usize;
        match self {
            Self::Kill => {
                let ms = dice.below(1_500);
                nodes.kill(index).await?;
                pause(ms).await;
                nodes.revive(index).await?;
                Ok(format!("worker {index} was killed, and is back after {ms} ms"))
            }
            Self::Pause => {
                let ms = 500 + dice.below(5_500);
                nodes.signal(index, "-STOP").await?;
                pause(ms).await;
                nodes.signal(index, "-CONT").await?;
                Ok(format!("worker {index} slept for {ms} ms"))
            }
            Self::Cut => {
                nodes.cut_database().await?;
                Ok("all connections to the database were cut".to_owned())
            }
            Self::FullDisk => fill(nodes, dice, index).await,
            Self::Clock => clocks.set(nodes, dice, index).await,
            Self::Restart => {
                if let Some(cluster) = nodes.cluster() {
                    cluster.restart().await?;
                }
                Ok("the database server was restarted (immediate)".to_owned())
            }
            Self::FailOver => {
                let comes_back = dice.percent(50);
                if let Some(cluster) = nodes.cluster() {
                    cluster.fail_over(comes_back).await?;
                }
                let then = if comes_back { "; it came back, and believes that it leads as well" } else { "" };
                Ok(format!("the database server was killed, and its standby leads{then}"))
            }
        }
    }
}

/// Each kind that can befall these nodes, the frequent one twice, shuffled: so that a short run has most of them.
pub fn deck(nodes: &mut Nodes, dice: &mut Dice) -> Vec<Blow> {
    let mut ordered = vec![Blow::Kill, Blow::Kill, Blow::Pause, Blow::Clock];
    ordered.push(if nodes.has_server() { Blow::Cut } else { Blow::FullDisk });
    if nodes.cluster().is_some() {
        ordered.push(Blow::Restart);
    }
    let mut shuffled = Vec::new();
    while !ordered.is_empty() {
        shuffled.push(ordered.swap_remove(dice.below(ordered.len() as u64) as usize));
    }
    shuffled
}

/// The disk is full at once, or soon: when the database's log file, which is written from its beginning again and again, gets there.
async fn fill(nodes: &mut Nodes, dice: &mut Dice, index: usize) -> anyhow::Result<String> {
    let largest = nodes.largest_file()?;
    let limit = if dice.percent(50) { 0 } else { dice.below(largest + 100_000) };
    let (ms, restarts) = (1_000 + dice.below(4_000), dice.percent(30));
    nodes.limit_disk(index, Some(limit)).await?;
    pause(ms).await;
    if restarts {
        nodes.all_live()?;
        nodes.kill(index).await?;
        nodes.revive(index).await?;
    } else {
        nodes.limit_disk(index, None).await?;
    }
    let kib = limit / 1024;
    let then = if restarts { ", then killed; it is back" } else { "" };
    Ok(format!("no file of worker {index} could grow beyond {kib} KiB for {ms} ms{then}"))
}

/// The wall clocks of the workers' machines.
pub struct Clocks {
    /// 1 or -1: of one run all wrong clocks are ahead, or all behind.
    sign: i64,
    wrong_by_s: Vec<i64>,
    /// Nodes on a database server go by its clock, whatever their own shows.
    own_clock_counts: bool,
    /// Since when a clock has been behind that counts, in milliseconds since 1970.
    behind_since: Option<u64>,
}

impl Clocks {
    /// All right.
    pub fn new(nodes: &Nodes, dice: &mut Dice) -> Self {
        Self {
            sign: if dice.percent(50) { 1 } else { -1 },
            wrong_by_s: vec![0; nodes.count()],
            own_clock_counts: !nodes.has_server(),
            behind_since: None,
        }
    }

    /// Sets one: under a worker that runs, or while it is dead.
    async fn set(&mut self, nodes: &mut Nodes, dice: &mut Dice, index: usize) -> anyhow::Result<String> {
        let wrong_by_s = self.sign * i64::try_from(dice.below(MOST_WRONG_S + 1))?;
        let restarts = dice.percent(50);
        if restarts {
            nodes.kill(index).await?;
        }
        nodes.set_clock(index, wrong_by_s)?;
        nodes.revive(index).await?;
        self.wrong_by_s[index] = wrong_by_s;
        let how = if restarts { "while it was dead" } else { "while it ran" };
        Ok(format!("the clock of worker {index} was set to {wrong_by_s:+} s, {how}"))
    }

    /// Sets all right again. Running processes notice.
    pub fn put_right(&mut self, nodes: &Nodes) -> anyhow::Result<()> {
        for (index, wrong_by_s) in self.wrong_by_s.iter_mut().enumerate() {
            *wrong_by_s = 0;
            nodes.set_clock(index, 0)?;
        }
        Ok(())
    }

    /// Adds the time that has passed by a clock that was behind: what a node then notes of its calls looks earlier than it was, so
    /// nothing can be said about their order.
    pub fn note(&mut self, gaps: &mut Vec<Trouble>, now_ms: u64) {
        if let Some(from_ms) = self.behind_since.take() {
            gaps.push(Trouble { from_ms, to_ms: now_ms });
        }
        if self.own_clock_counts && self.wrong_by_s.iter().any(|wrong_by_s| *wrong_by_s < 0) {
            self.behind_since = Some(now_ms);
        }
    }
}

async fn pause(ms: u64) {
    tokio::time::sleep(Duration::from_millis(ms)).await;
}
