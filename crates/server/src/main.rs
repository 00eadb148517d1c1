//! The binary `carillon`.

use std::process::ExitCode;

use carillon_server::cli::{self, CliError};

/// A burst of posts asks for memory some thousand times a post; this allocator takes less of the processor for that than the C library's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let env = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect();
    match cli::main(std::env::args_os(), env, &mut std::io::stdin(), &mut std::io::stdout()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            report(&error);
            ExitCode::from(error.exit_code())
        }
    }
}

#[expect(clippy::print_stderr, reason = "the last words of a command, also when no log was set up")]
fn report(error: &CliError) {
    match error {
        // Help goes to stdout and wrong usage to stderr, both in clap's own words.
        CliError::Usage(usage) => {
            if let Err(error) = usage.print() {
                eprintln!("carillon: {error}");
            }
        }
        other => eprintln!("carillon: {other}"),
    }
}
