//! The command line: a shell around the library, one file per command.

mod args;
mod backend;
mod check;
mod compare;
mod completions;
mod contexts;
mod decide;
mod eval;
mod exit;
mod explain;
mod fmt;
mod functions;
mod init;
mod input;
mod matching;
mod output;
#[cfg(feature = "server")]
mod replay;
mod rule;
mod ruleset;
mod schema;
#[cfg(feature = "server")]
mod serve;
mod set;
mod test;
mod version;

use std::ffi::OsString;
use std::io;

use clap::FromArgMatches as _;
use triggerfish::diagnostic::{Style, visible};

use args::{Cli, Color, Command};
use exit::Exit;
use input::InputError;
use output::Output;

/// Why a command cannot go on.
enum Failure {
    /// It was used wrongly, or a file cannot be read or written: visible text.
    Usage(String),
    /// A rule cannot be read as one: visible text.
    Rules(String),
    /// Standard output takes no more.
    Output(io::Error),
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Failure {
        Failure::Output(error)
    }
}

impl From<InputError> for Failure {
    fn from(error: InputError) -> Failure {
        Failure::Usage(error.to_string())
    }
}

/// Runs the command that the arguments ask for.
pub(crate) fn run(arguments: impl Iterator<Item = OsString>) -> Exit {
    let arguments: Vec<OsString> = arguments.collect();
    let color = wanted_color(&arguments);
    let mut output = Output::new(color);
    let cli = match Cli::definition().try_get_matches_from(&arguments).and_then(|matches| Cli::from_arg_matches(&matches)) {
        Ok(cli) => cli,
        Err(error) => return finish(refuse(&error, &arguments, &mut output), &mut output),
    };
    let result = match cli.command {
        Command::Init(args) => init::run(&args, &mut output),
        Command::Decide(args) => decide::run(&args, &mut output),
        Command::Compare(args) => compare::run(&args, &mut output),
        Command::Eval(args) => eval::run(&args, &mut output),
        Command::Match(args) => matching::run(&args, &mut output),
        Command::Check(args) => check::run(&args, &mut output),
        #[cfg(feature = "server")]
        Command::Serve(args) => serve::run(&args, &mut output),
        #[cfg(feature = "server")]
        Command::Replay(args) => replay::run(&args, &mut output),
        Command::Fmt(args) => fmt::run(&args, &mut output),
        Command::Test(args) => test::run(&args, &mut output),
        Command::Functions(args) => functions::run(&args, &mut output),
        Command::Explain(args) => explain::run(&args, &mut output),
        Command::Schema(args) => schema::run(&args, &mut output),
        Command::Completions(args) => completions::run(&args, &mut output),
        Command::Version(args) => version::run(&args, &mut output),
    };
    finish(result, &mut output)
}

/// Writes what is waiting, says what went wrong, and gives the exit code.
fn finish(result: Result<Exit, Failure>, output: &mut Output) -> Exit {
    let result = result.and_then(|exit| output.flush().map(|()| exit).map_err(Failure::Output));
    let (exit, message) = match result {
        Ok(exit) => return exit,
        // Whoever reads has seen enough (`| head`).
        Err(Failure::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => return Exit::Done,
        Err(Failure::Output(error)) => (Exit::Usage, format!("cannot write to standard output: {error}")),
        Err(Failure::Usage(message)) => (Exit::Usage, message),
        Err(Failure::Rules(message)) => (Exit::Rules, message),
    };
    // If nothing can be said, the exit code still says it.
    _ = output.error(&message);
    exit
}

/// Help and version that were asked for go to standard output; what is wrong with the arguments goes to standard error.
fn refuse(error: &clap::Error, arguments: &[OsString], output: &mut Output) -> Result<Exit, Failure> {
    let asked_for = !error.use_stderr();
    let style = if asked_for { output.style() } else { output.error_style() };
    let text = error.render();
    let text = match style {
        // What clap quotes of the arguments is as it was typed: it is shown plainly where that is not plain text.
        Style::Human if arguments.iter().all(|argument| visible(&argument.to_string_lossy()) == argument.to_string_lossy()) => text.ansi().to_string(),
        Style::Human | Style::Plain => text.to_string().lines().flat_map(|line| [visible(line).into_owned(), "\n".to_owned()]).collect(),
    };
    if asked_for {
        output.write(&text)?;
        return Ok(Exit::Done);
    }
    output.tell(&text)?;
    Ok(Exit::Usage)
}

/// The value of `--color`, known before the arguments are read so that errors in them have the right colours.
fn wanted_color(arguments: &[OsString]) -> Color {
    let mut wanted = Color::Auto;
    let mut before = None;
    for argument in arguments.iter().filter_map(|argument| argument.to_str()).take_while(|argument| *argument != "--") {
        let value = if before == Some("--color") { Some(argument) } else { argument.strip_prefix("--color=") };
        wanted = match value {
            Some("always") => Color::Always,
            Some("never") => Color::Never,
            Some(_) | None => wanted,
        };
        before = Some(argument);
    }
    wanted
}
