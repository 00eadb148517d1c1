//! Resident memory of all roles in one process: started, after the owner opened every page, and after a while of rest.

use std::collections::BTreeSet;

use anyhow::ensure;

use crate::Plan;
use crate::html;
use crate::pages::{self, Visit};
use crate::peers;
use crate::proc::Memory;
use crate::report::{Report, mb};
use crate::server::Site;

/// MB.
const GOAL: f64 = 60.0;

/// Measures.
pub async fn run(plan: &Plan, report: &mut Report) -> anyhow::Result<()> {
    let mut section = report.section("memory");
    let site = Site::new(&plan.carillon)?;
    site.make_owner().await?;
    let carillon = site.start_all().await?;
    let pid = carillon.process.pid()?;
    section.tell("ready", mb(Memory::of(pid)?.resident), "MB");
    carillon.browser()?.page("/sign-in").await?;
    section.tell("after the first page", mb(Memory::of(pid)?.resident), "MB");

    let owner = carillon.signed_in().await?;
    section.tell("after a sign-in (hashes a password)", mb(Memory::of(pid)?.resident), "MB");
    let mut assets = BTreeSet::new();
    let visits = pages::visit_all(&owner).await?;
    ensure!(visits.len() > 5, "only {} pages were found", visits.len());
    for visit in &visits {
        assets.extend(visit.assets.iter().map(|(path, _)| path.clone()));
    }
    let counted = format!("after {} pages with {} files", visits.len(), assets.len());
    section.tell(counted, mb(Memory::of(pid)?.resident), "MB");

    tokio::time::sleep(plan.idle).await;
    let idle = Memory::of(pid)?;
    section.hold(format!("idle for {} s", plan.idle.as_secs()), mb(idle.resident), "MB", GOAL);
    section.tell("of it the process's own data", mb(idle.own), "MB");
    section.tell("of it program and libraries, mapped", mb(idle.resident - idle.own), "MB");
    section.tell("highest since the start", mb(idle.peak), "MB");
    carillon.process.stop().await?;

    let demo = site_of_demo(plan).await?;
    section.tell("for comparison, `carillon demo` idle (simulated networks inside)", demo, "MB");

    let folder = tempfile::tempdir()?;
    match peers::pds(plan, folder.path()).await {
        Ok(peer) => {
            tokio::time::sleep(plan.idle).await;
            let theirs = Memory::of(peer.process.pid()?)?.resident;
            section.tell("peer: Bluesky PDS on Node with PLC, idle", mb(theirs), "MB");
            section.tell("carillon to Bluesky PDS", idle.resident as f64 / theirs as f64, "times");
        }
        Err(error) => section.note(format!("Peer Bluesky PDS left out: {error:#}")),
    }
    Ok(())
}

async fn site_of_demo(plan: &Plan) -> anyhow::Result<f64> {
    let site = Site::new(&plan.carillon)?;
    let demo = pages::start_demo(&site).await?;
    let owner = demo.browser()?;
    let home = Visit::of(&owner, demo.word("login")?).await?;
    ensure!(!html::references(&home.text).links.is_empty(), "the demo shows nothing");
    tokio::time::sleep(plan.idle).await;
    let resident = mb(Memory::of(demo.process.pid()?)?.resident);
    demo.process.stop().await?;
    Ok(resident)
}
