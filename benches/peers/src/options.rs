//! What the command line may ask for.

use crate::rounds::Rounds;

/// How much is run.
#[derive(Clone, Copy)]
pub(crate) struct Options {
    /// For each rule, at least 1.
    pub(crate) rounds: Rounds,
}

impl Options {
    /// Reads the arguments after the program's name.
    ///
    /// # Errors
    /// An argument that is not `--quick`, `--warm`, or `--rounds` and its number: what was found, as text.
    pub(crate) fn from_arguments(mut arguments: impl Iterator<Item = String>) -> Result<Options, String> {
        let mut options = Options { rounds: Rounds { count: 31, warm: false } };
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--quick" => options.rounds.count = 3,
                "--rounds" => options.rounds.count = rounds(arguments.next().as_deref())?,
                "--warm" => options.rounds.warm = true,
                _ => return Err(format!("expected `--rounds N`, `--quick` or `--warm`, found `{argument}`")),
            }
        }
        Ok(options)
    }
}

fn rounds(number: Option<&str>) -> Result<usize, String> {
    let found = number.unwrap_or("nothing");
    found.parse().ok().filter(|rounds| *rounds > 0).ok_or_else(|| format!("expected a number of rounds after `--rounds`, found `{found}`"))
}
