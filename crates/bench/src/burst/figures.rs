//! What one burst came to.

use std::fmt;
use std::time::Duration;

use anyhow::Context;
use carillon_domain::time::Timestamp;

use super::Load;
use super::sink::Sink;

/// Processor time of those who worked.
#[derive(Debug, Clone, Copy, Default)]
pub struct Used {
    /// The processes that publish.
    pub workers: Duration,
    /// The database server, if it is a process of its own.
    pub server: Duration,
}

impl Used {
    /// So far.
    pub fn so_far(workers: &[u32], server: Option<u32>) -> anyhow::Result<Self> {
        let mut used = Self { server: server.map_or(Ok(Duration::ZERO), processor)?, ..Self::default() };
        for pid in workers {
            used.workers += processor(*pid)?;
        }
        Ok(used)
    }

    /// What came on top of `before`.
    pub fn since(self, before: Self) -> Self {
        Self {
            workers: self.workers.saturating_sub(before.workers),
            server: self.server.saturating_sub(before.server),
        }
    }

    /// All of it.
    pub fn sum(self) -> Duration {
        self.workers + self.server
    }
}

/// What came of it.
#[derive(Debug, Clone)]
pub struct Figures {
    load: Load,
    /// From the due time to the last durable result.
    whole: Duration,
    /// When each post arrived after its due time, milliseconds, sorted.
    late: Vec<f64>,
    /// All work: Carillon's from the start of its process, a peer's from when its workers were ready.
    used: Used,
    /// … from the due time on.
    used_after: Used,
    /// Posts that arrived more than once.
    pub doubled: usize,
    /// Posts that did not arrive.
    pub lost: usize,
}

/// When what was used: before any work, at the due time, at the end.
pub struct Looks {
    /// Before any work.
    pub first: Used,
    /// At the due time.
    pub due: Used,
    /// After the last durable result.
    pub last: Used,
}

impl Figures {
    /// From what the sink saw. `due`: when the post of this name was due.
    pub fn of(
        load: Load,
        due: impl Fn(&str) -> Timestamp,
        whole: Duration,
        sink: &Sink,
        looks: &Looks,
    ) -> Self {
        let seen = sink.seen();
        let late = seen.iter().filter_map(|(name, at)| Some(at.first()? - due(name).as_microsecond()));
        let mut late: Vec<f64> = late.map(|us| us as f64 / 1e3).collect();
        late.sort_by(f64::total_cmp);
        Self {
            load,
            whole,
            used: looks.last.since(looks.first),
            used_after: looks.last.since(looks.due),
            doubled: seen.values().filter(|at| at.len() > 1).count(),
            lost: load.publications.saturating_sub(late.len()),
            late,
        }
    }

    /// What had to be done.
    pub fn load(&self) -> Load {
        self.load
    }

    /// Durable results a second.
    pub fn per_second(&self) -> f64 {
        self.load.publications as f64 / self.whole.as_secs_f64()
    }

    /// Lateness that this share of the posts did not exceed, milliseconds.
    pub fn late(&self, share: f64) -> f64 {
        let at = (self.late.len() as f64 * share) as usize;
        self.late.get(at.min(self.late.len().saturating_sub(1))).copied().unwrap_or_default()
    }

    /// Whether everything arrived, and nothing twice.
    pub fn is_once(&self) -> bool {
        self.doubled == 0 && self.lost == 0
    }

    /// Seconds of processor time for a thousand posts, workers and server together.
    pub fn processor_per_1000(&self) -> f64 {
        self.used.sum().as_secs_f64() * 1e3 / self.load.publications as f64
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            out,
            "publications={} latency_ms={} per_second={:.0} whole_ms={:.0} late_p50_ms={:.0} late_p99_ms={:.0} \
             processor_ms={} processor_after_due_ms={} server_processor_ms={} server_processor_after_due_ms={} \
             doubled={} lost={}",
            self.load.publications,
            self.load.latency.as_millis(),
            self.per_second(),
            self.whole.as_secs_f64() * 1e3,
            self.late(0.50),
            self.late(0.99),
            self.used.workers.as_millis(),
            self.used_after.workers.as_millis(),
            self.used.server.as_millis(),
            self.used_after.server.as_millis(),
            self.doubled,
            self.lost
        )
    }
}

/// How two figures compare; `None` without either, or where the other is nothing.
pub fn quotient(one: Option<f64>, other: Option<f64>) -> Option<f64> {
    Some(one? / other.filter(|value| *value > 0.0)?)
}

/// The middle value, or the mean of the two in the middle.
pub fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    let upper = *values.get(middle)?;
    if values.len() % 2 == 1 { Some(upper) } else { Some((values.get(middle - 1)? + upper) / 2.0) }
}

/// The median of several measurements.
pub fn median_of(figures: &[Figures], of: impl Fn(&Figures) -> f64) -> Option<f64> {
    median(figures.iter().map(of).collect())
}

/// Processor time of a process so far, with that of its children, ended ones included.
fn processor(pid: u32) -> anyhow::Result<Duration> {
    let own = Stat::read(pid).with_context(|| format!("process {pid} has ended"))?;
    let everybody = std::fs::read_dir("/proc")?.flatten();
    let pids = everybody.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    let children: u64 = pids.filter_map(Stat::read).filter(|stat| stat.parent == pid).map(|s| s.used).sum();
    // The kernel counts in hundredths of a second ("proc_pid_stat(5)").
    Ok(Duration::from_millis((own.used + own.used_by_ended + children) * 10))
}

struct Stat {
    parent: u32,
    used: u64,
    used_by_ended: u64,
}

impl Stat {
    fn read(pid: u32) -> Option<Self> {
        Self::parse(&std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)
    }

    /// What stands after the name, which may have spaces: state, parent, …; processor time is the 12th to the 15th.
    fn parse(stat: &str) -> Option<Self> {
        let (_, fields) = stat.rsplit_once(')')?;
        let fields: Vec<&str> = fields.split_whitespace().collect();
        let number = |at: usize| fields.get(at)?.parse::<u64>().ok();
        Some(Self {
            parent: u32::try_from(number(1)?).ok()?,
            used: number(11)? + number(12)?,
            used_by_ended: number(13)? + number(14)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_spaces_and_brackets_does_not_shift_the_fields() {
        let stat = Stat::parse("7 (a (b) c) S 3 7 7 0 -1 4 1 2 3 4 11 12 13 14 20 0 1").map(|stat| {
            assert_eq!((stat.parent, stat.used, stat.used_by_ended), (3, 23, 27));
        });
        assert!(stat.is_some());
    }

    #[test]
    fn the_median_is_the_middle_or_between_the_two() {
        assert_eq!(median(vec![3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(vec![4.0, 1.0, 2.0, 3.0]), Some(2.5));
        assert_eq!(median(vec![]), None);
    }

    #[test]
    fn work_since_a_look_is_what_came_on_top() {
        let at = |workers, server| Used {
            workers: Duration::from_millis(workers),
            server: Duration::from_millis(server),
        };
        assert_eq!(at(50, 30).since(at(20, 10)).sum(), Duration::from_millis(50));
    }
}
