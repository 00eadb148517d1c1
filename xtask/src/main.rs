//! Chores of the repository, run as `cargo xtask <command>`. Kept small so that it builds in seconds.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command line tool talks to its terminal")]

use std::process::ExitCode;

mod bench;
mod command;
mod needs;
mod new_platform;
mod peers;
mod postgres;
mod screenshots;
mod skips;
mod test;
mod tidy;
mod vendor;

const USAGE: &str = "\
cargo xtask <command>

  test [--install] [--no-skips] [-- <arguments of nextest>]
        check what the tests need, then run all of them, both databases included
        --install   get what is missing (Debian, as root)
        --no-skips  fail if any test could not run
  bench [<what>] [<options>]
        build a release and measure it: start, memory, bytes, calendar, upload, publish-video, size, or all
  bench pages [--install] [--looks N] [--posts N]
        build a release and measure its pages: bytes, the server's time, Lighthouse's scores, how soon they answer to people
        --install   get Lighthouse and its Node (Debian, as root)
  bench uploads [--network NAMES] [--size BYTES]
        build a release and publish videos of up to 2 GB over a wire that is cut: memory, and what was sent again
  bench insight [--personas N] [--first-seed N]
        recommend times to accounts whose audience is known, and compare with the truth
  bench analytics [--days N] [--posts N] [--grown N]
        build a release and open the pages with numbers over three years of them, and over ten times as many
  bench sync [--accounts N] [--days N] [--network NAMES] [--only calm|failing]
        build a release and read many accounts of all simulated networks by schedule: calls, refusals, how accounts end
  bench publish [--install] [--runs N] [--publications N,…] [--latency MS,…] [--only NAMES]
        build a release and compare bursts of posts with job queues: how many a second, how late, at what cost
        --install   get the job queues and their servers (Debian, as root)
  bench publish --kill | --light | --grown FINISHED,FUTURE | --workers N,… | --floor [--runs N] [--publications N,…]
        measure Carillon alone: a process is killed, one post a second, a large database, more workers, the machine
  chaos [--debug] [--seed A..B] [--minutes N] [--database sqlite|postgres] [--publications N]
        build a release (or not) and break everything: processes, disks, clocks, networks, databases; then compare
        what became public
  model check every state of the publishing protocol's model, and that each rule left out breaks it
  new-platform <name>
        begin a platform: a folder that compiles and passes the conformance suite
  screenshots
        make docs/screenshots of what the browser tests drew (needs ffmpeg)
  tidy  check the rules of the text that the compiler and clippy can't see
  vendor
        fetch the browser files and fonts of each vendor.toml again and compare (needs npm)
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (name, rest) = match arguments.split_first() {
        Some((name, rest)) => (name.as_str(), rest),
        None => ("", [].as_slice()),
    };
    let done = match name {
        "test" => test::run(rest),
        "bench" => bench::run(rest),
        "chaos" => bench::chaos(rest),
        "model" => bench::model(rest),
        "new-platform" => new_platform::run(rest),
        "screenshots" => screenshots::run(rest),
        "tidy" => tidy::run(rest),
        "vendor" => vendor::run(rest),
        "" | "help" | "--help" | "-h" => {
            print!("{USAGE}");
            Ok(true)
        }
        other => {
            eprint!("There is no command `{other}`.\n\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}
