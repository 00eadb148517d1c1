//! Memory of a process as Linux tells it (proc(5), `/proc/pid/status` and `/proc/pid/clear_refs`).

use std::fs;
use std::io;
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// Pause between two looks while a peak is watched.
const LOOK: Duration = Duration::from_millis(20);

/// Bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Memory {
    /// Resident now.
    pub resident: u64,
    /// The most that was resident since the start or [`Watch::begin`].
    pub peak: u64,
    /// The part of `resident` that is the process's own data, not mapped files such as the program itself.
    pub own: u64,
}

impl Memory {
    /// Memory of a running process.
    ///
    /// # Errors
    /// When it has ended.
    pub fn of(pid: u32) -> io::Result<Self> {
        Ok(Self::parse(&fs::read_to_string(format!("/proc/{pid}/status"))?))
    }

    fn parse(status: &str) -> Self {
        let field = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
            let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
            kib.unwrap_or(0) * 1024
        };
        Self { resident: field("VmRSS"), peak: field("VmHWM"), own: field("RssAnon") }
    }
}

/// The highest memory of a process, and of the programs that it started, over a while.
pub struct Watch {
    stop: oneshot::Sender<()>,
    work: JoinHandle<Peak>,
}

/// What a [`Watch`] saw, in bytes.
#[derive(Debug, Clone, Copy, Default)]
pub struct Peak {
    /// The process itself.
    pub process: u64,
    /// Its children together.
    pub children: u64,
    /// Whether the system kept the peak; else it is the highest of many looks.
    pub exact: bool,
}

impl Watch {
    /// Begins now.
    pub fn begin(pid: u32) -> Self {
        let (stop, stopped) = oneshot::channel();
        // 5 resets the peak; not every system lets us.
        let exact = fs::write(format!("/proc/{pid}/clear_refs"), "5").is_ok();
        Self { stop, work: tokio::spawn(watch(pid, exact, stopped)) }
    }

    /// Ends, and tells what was seen.
    ///
    /// # Errors
    /// When the process has ended meanwhile.
    pub async fn end(self) -> anyhow::Result<Peak> {
        self.stop.send(()).ok();
        Ok(self.work.await?)
    }
}

async fn watch(pid: u32, exact: bool, mut stopped: oneshot::Receiver<()>) -> Peak {
    let mut peak = Peak { exact, ..Peak::default() };
    loop {
        let over = tokio::select! {
            () = tokio::time::sleep(LOOK) => false,
            _ = &mut stopped => true,
        };
        // The last look comes after the end: it is the one that sees the peak which the system kept.
        if let Ok(memory) = Memory::of(pid) {
            peak.process = peak.process.max(if exact { memory.peak } else { memory.resident });
        }
        peak.children = peak.children.max(children(pid).iter().map(|child| child.resident).sum());
        if over {
            return peak;
        }
    }
}

fn children(pid: u32) -> Vec<Memory> {
    let threads = fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten();
    let lists = threads.filter_map(|thread| fs::read_to_string(thread.path().join("children")).ok());
    let ids: Vec<u32> = lists
        .flat_map(|list| list.split_whitespace().filter_map(|id| id.parse().ok()).collect::<Vec<_>>())
        .collect();
    ids.into_iter().filter_map(|id| Memory::of(id).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_status_of_a_process_is_read() {
        let status = "Name:\tcarillon\nVmHWM:\t   41200 kB\nVmRSS:\t   40000 kB\nRssAnon:\t   12000 kB\n";
        let expected = Memory { resident: 40_000 * 1024, peak: 41_200 * 1024, own: 12_000 * 1024 };
        assert_eq!(Memory::parse(status), expected);
    }

    #[tokio::test]
    async fn a_peak_that_is_over_is_seen() {
        let watch = Watch::begin(std::process::id());
        let before = Memory::of(std::process::id()).expect("memory").resident;
        let large = vec![7u8; 64 << 20];
        std::hint::black_box(&large);
        drop(large);
        let peak = watch.end().await.expect("a peak");
        assert!(!peak.exact || peak.process > before + (48 << 20), "{peak:?}, {before} before");
    }
}
