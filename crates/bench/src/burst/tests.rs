//! Small bursts with the program as it was built beside these tests.

use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;

use super::home::Home;
use super::{Burst, Load, carillon, grown, kill, light, scenario, workers};
use crate::server::built;

/// Seconds to start and to prepare.
const AHEAD: i64 = 6;

fn postgres(test: &str) -> Option<Home> {
    let url = std::env::var("CARILLON_TEST_POSTGRES_URL").ok();
    if url.is_none() {
        carillon_store::testing::skipped("CARILLON_TEST_POSTGRES_URL unset", test);
    }
    url.map(Home::Postgres)
}

fn load(publications: usize, latency_ms: u64) -> Load {
    Load { scenario: scenario::usual(), publications, latency: Duration::from_millis(latency_ms) }
}

/// All posts have reached the network, and none was answered. Their publishing process dies.
async fn dies(home: Home, program: PathBuf) {
    let death = kill::Death { after: 20, lease: Some(2) };
    let work = async |url: Option<&str>| kill::measure(&program, (load(20, 5_000), death), AHEAD, url).await;
    let killed = home.lend(work).await.expect("measured");
    assert!(killed.is_once(), "{killed}");
    let said = killed.to_string();
    assert!(
        said.contains("arrived_at_kill=20 ") && said.contains("goal=met late=0 second_attempts=0 "),
        "{said}"
    );
}

#[tokio::test]
async fn what_a_dead_process_had_sent_is_found_on_sqlite() {
    let Some(program) = built("what_a_dead_process_had_sent_is_found_on_sqlite") else { return };
    dies(Home::Sqlite, program).await;
}

#[tokio::test]
async fn what_a_dead_worker_had_sent_is_found_on_postgres() {
    let name = "what_a_dead_worker_had_sent_is_found_on_postgres";
    let (Some(program), Some(home)) = (built(name), postgres(name)) else { return };
    dies(home, program).await;
}

/// Twenty posts before, twenty after, with some hundred that lie before and behind them.
async fn grows(home: Home, program: PathBuf) {
    let growth: grown::Growth = "200,60".parse().expect("numbers");
    let work =
        async |url: Option<&str>| grown::measure(&program, (load(20, 0), growth), (AHEAD, 1), url).await;
    let grown = home.lend(work).await.expect("measured");
    for figures in grown.empty.iter().chain(&grown.large) {
        assert!(figures.is_once() && figures.late(0.99) > 0.0, "{figures}");
    }
    // 20 of the burst and its 200 copies, 20 that are planned and their 40 copies.
    let said = grown.to_string();
    assert!(said.starts_with("publications_in_database=280 "), "{said}");
}

#[tokio::test]
async fn a_database_grows_by_what_the_product_writes_on_sqlite() {
    let Some(program) = built("a_database_grows_by_what_the_product_writes_on_sqlite") else { return };
    grows(Home::Sqlite, program).await;
}

#[tokio::test]
async fn a_database_grows_by_what_the_product_writes_on_postgres() {
    let name = "a_database_grows_by_what_the_product_writes_on_postgres";
    let (Some(program), Some(home)) = (built(name), postgres(name)) else { return };
    grows(home, program).await;
}

#[tokio::test]
async fn one_post_a_second_arrives_after_its_time_and_once() {
    let Some(program) = built("one_post_a_second_arrives_after_its_time_and_once") else { return };
    let light = light::measure(&program, load(3, 50), AHEAD, None).await.expect("measured");
    assert!(light.0.is_once(), "{light}");
    assert!(light.0.late(0.0) > 0.0, "nothing leaves before its time: {light}");
    assert!(light.0.late(1.0) < 1_000.0, "each is compared with its own second: {light}");
}

#[tokio::test]
async fn several_workers_share_one_burst() {
    let name = "several_workers_share_one_burst";
    let (Some(program), Some(home)) = (built(name), postgres(name)) else { return };
    let work = async |url: Option<&str>| workers::measure(&program, load(20, 0), (AHEAD, 2), url).await;
    let figures = home.lend(work).await.expect("measured");
    assert!(figures.is_once() && figures.load().publications == 20, "{figures}");
    let ratios = workers::ratios(&[(1, vec![figures.clone()]), (4, vec![figures])]);
    assert_eq!(ratios, ["workers=4 to=1 throughput=1.00 processor=1.00"]);
}

#[tokio::test]
async fn a_burst_arrives_once() {
    let Some(program) = built("a_burst_arrives_once") else { return };
    let figures = carillon::measure(&program, load(20, 0), AHEAD, None).await.expect("measured");
    assert!(figures.is_once(), "{figures}");
}

#[derive(Debug, Parser)]
struct Line {
    #[command(flatten)]
    burst: Burst,
}

fn loads(arguments: &[&str]) -> Vec<(usize, u64)> {
    let line = Line::try_parse_from(["publish"].iter().chain(arguments)).expect("arguments");
    line.burst.loads().iter().map(|load| (load.publications, load.latency.as_millis() as u64)).collect()
}

#[test]
fn each_measurement_has_a_load_of_its_own() {
    assert_eq!(loads(&[]), [(2_000, 0)]);
    assert_eq!(loads(&["--compare"]), [(2_000, 0), (2_000, 50), (20_000, 0), (20_000, 50)]);
    assert_eq!(loads(&["--kill"]), [(20_000, 0)]);
    assert_eq!(loads(&["--light"]), [(60, 50)]);
    assert_eq!(loads(&["--workers", "1,4"]), [(20_000, 0)]);
    assert_eq!(loads(&["--grown", "300,20", "--publications", "5"]), [(5, 0)]);
    assert!(Line::try_parse_from(["publish", "--kill", "--light"]).is_err(), "one thing at a time");
}
