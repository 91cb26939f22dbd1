//! The command line: `triggerfish --help`.

mod cli;

/// A decision is many short texts: an allocator that is made for that takes a fifth of its time away.
#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    cli::run(std::env::args_os()).into()
}
