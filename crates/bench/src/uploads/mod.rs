//! Large videos on their way to simulated networks, over a wire that is cut. Measured are Carillon's memory and what was sent again;
//! which network takes a video of which size is in `bench/uploads.json`.

mod cutter;
mod stage;
#[cfg(test)]
mod tests;

use std::path::Path;

use anyhow::{Context, ensure};
use carillon_connectors::Registry;
use clap::Args;
use serde::Deserialize;
use tokio::time::Instant;

use self::stage::Stage;
use crate::connect;
use crate::proc::Watch;
use crate::report::{complain, mb};
use crate::upload::GOAL;

/// How often the wire is cut on the way of one video.
const CUTS: u32 = 3;

/// Publishes large videos over a wire that breaks.
#[derive(Debug, Args)]
pub struct Uploads {
    /// Networks, with commas between [default: all of bench/uploads.json]
    #[arg(long, value_delimiter = ',', value_name = "NAMES")]
    network: Vec<String>,
    /// Bytes of every video, instead of what bench/uploads.json says
    #[arg(long, value_name = "BYTES", value_parser = clap::value_parser!(u64).range(16_000_000..4_000_000_000))]
    size: Option<u64>,
    /// Most resident memory of Carillon, in MB
    #[arg(long, value_name = "MB", default_value_t = GOAL)]
    goal_mb: f64,
}

/// One network.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Network {
    /// Its name.
    platform: String,
    /// Size of the video that is published there.
    bytes: u64,
    /// Size of the largest one that it takes, where a larger one can be made.
    takes: Option<u64>,
}

impl Uploads {
    fn networks(&self) -> anyhow::Result<Vec<Network>> {
        let mut all: Vec<Network> = serde_json::from_str(include_str!("../../../../bench/uploads.json"))?;
        for name in &self.network {
            ensure!(all.iter().any(|network| network.platform == *name), "nothing is known of {name}");
        }
        all.retain(|network| self.network.is_empty() || self.network.contains(&network.platform));
        for network in &mut all {
            network.bytes = self.size.unwrap_or(network.bytes);
        }
        Ok(all)
    }
}

/// Publishes to one network after the other and prints a line for each; whether every goal was met.
///
/// # Errors
/// When a run could not be carried out, or something else became public than was sent.
pub async fn run(carillon: &Path, uploads: &Uploads, out: &mut impl std::io::Write) -> anyhow::Result<bool> {
    let networks = uploads.networks()?;
    let smallest = networks.iter().map(|network| network.bytes).min().context("no network is left")?;
    // Every video is larger than what the sandbox keeps, and every part of one is smaller.
    let mut stage = Stage::start(carillon, smallest / 3 * 2).await?;
    let (mut all_met, mut accounts) = (true, Vec::new());
    for network in &networks {
        let name = &network.platform;
        let publication =
            publish(&mut stage, network, uploads.goal_mb).await.with_context(|| name.clone())?;
        all_met &= publication.is_good();
        writeln!(out, "{publication}")?;
        accounts.push((network, publication.account));
    }
    for (network, account) in accounts {
        for bytes in stage.sizes().filter(|bytes| network.takes.is_some_and(|takes| *bytes > takes)) {
            let refused = stage.is_refused(&account, bytes).await?;
            all_met &= refused;
            let (name, said) = (&network.platform, if refused { "refused" } else { "TAKEN" });
            writeln!(out, "check network={name} bytes={bytes} {said}")?;
        }
    }
    stage.stop().await?;
    Ok(all_met)
}

/// What came of a video.
struct Publication {
    network: Network,
    account: String,
    /// Bytes of the file that reached the network's side, and those of them that it had to throw away since their request broke off: no
    /// network keeps a part of a part, so that these are to be sent again.
    arrived: u64,
    asked: u64,
    /// Bytes that left Carillon, headers and forms included.
    wire: u64,
    cuts: u32,
    /// Bytes of memory.
    carillon: u64,
    sandbox: u64,
    seconds: f64,
    /// MB that Carillon may have.
    goal_mb: f64,
}

impl Publication {
    /// Bytes that were sent again.
    fn again(&self) -> u64 {
        self.arrived.saturating_sub(self.network.bytes)
    }

    /// Bytes beside the file and what was asked for again: headers, forms, and what was lost on the way at a cut.
    fn beside(&self) -> u64 {
        self.wire.saturating_sub(self.network.bytes + self.asked)
    }

    fn is_good(&self) -> bool {
        let most_beside = 1_000_000 + self.network.bytes / 500;
        self.cuts == CUTS
            && self.again() <= self.asked
            && self.beside() <= most_beside
            && mb(self.carillon) <= self.goal_mb
    }
}

impl std::fmt::Display for Publication {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Network { platform, bytes, .. } = &self.network;
        write!(f, "upload network={platform} bytes={bytes} received={} cuts={}", self.arrived, self.cuts)?;
        write!(f, " sent_again={} asked_again={} beside={}", self.again(), self.asked, self.beside())?;
        write!(f, " carillon_peak_mb={:.1} goal_mb={}", mb(self.carillon), self.goal_mb)?;
        write!(f, " sandbox_peak_mb={:.1} seconds={:.1}", mb(self.sandbox), self.seconds)?;
        f.write_str(if self.is_good() { " goal=met" } else { " goal=MISSED" })
    }
}

async fn publish(stage: &mut Stage, network: &Network, goal_mb: f64) -> anyhow::Result<Publication> {
    complain(&format!("uploading: {} bytes to {}", network.bytes, network.platform));
    let media = stage.video(network.bytes).await?;
    let account = connect::somebody(&stage.api, &network.platform).await?;
    let connector = Registry.get(&network.platform).context("there is no such network")?;
    let choices = connect::widest(&stage.api, &account, connector.capabilities().to_choose()).await?;
    let choices = choices.context("the account can't post for everybody")?;
    let before = stage.received().await?;
    let cuts = (1..=u64::from(CUTS)).map(|n| network.bytes * n / u64::from(CUTS + 1) + 1_234_567 * n);
    stage.cutter.arm(cuts);
    let (ours, theirs) = (Watch::begin(stage.carillon_pid()?), Watch::begin(stage.sandbox_pid()?));
    let began = Instant::now();
    let post = stage.publish((&account, choices), &media, before.kept() + network.bytes).await?;
    let seconds = began.elapsed().as_secs_f64();
    let (wire, cuts) = stage.cutter.seen();
    let after = stage.received().await?;
    stage.compare(&network.platform, &post, network.bytes).await?;
    Ok(Publication {
        network: network.clone(),
        account,
        arrived: after.bytes - before.bytes,
        asked: after.broken_off - before.broken_off,
        wire,
        cuts,
        carillon: ours.end().await?.process,
        sandbox: theirs.end().await?.process,
        seconds,
        goal_mb,
    })
}
