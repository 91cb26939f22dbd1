//! Exit codes: the one table.

use std::process::ExitCode;

/// How a command ended. Later ones weigh more: where several apply, the process ends with the last.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Exit {
    /// The work is done.
    Done,
    /// A test failed, `fmt --check` found a file that differs, or `compare --exit-code` a decision that changes.
    Differs,
    /// Some contexts failed.
    Contexts,
    /// There are errors in the rules.
    Rules,
    /// The command was used wrongly, or a file cannot be read or written.
    Usage,
}

/// Every way to end, its code, and what it means: in order of code.
const TABLE: [(Exit, u8, &str); 5] = [
    (Exit::Done, 0, "done"),
    (Exit::Differs, 1, "a test failed, a file differs (`fmt --check`) or a decision (`compare --exit-code`, `replay`)"),
    (Exit::Usage, 2, "bad usage, or a file that cannot be read or written"),
    (Exit::Rules, 3, "errors in the rules"),
    (Exit::Contexts, 4, "some contexts failed"),
];

impl Exit {
    /// Both happened: the one that weighs more.
    pub(crate) fn and(self, other: Exit) -> Exit {
        self.max(other)
    }

    fn code(self) -> u8 {
        TABLE.iter().find(|(exit, _, _)| *exit == self).map_or(u8::MAX, |(_, code, _)| *code)
    }

    /// The table as `--help` shows it.
    pub(crate) fn table() -> String {
        TABLE.iter().map(|(_, code, meaning)| format!("\n  {code}  {meaning}")).collect()
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(exit.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_whole_and_in_order() {
        for (at, (exit, code, _)) in TABLE.iter().enumerate() {
            assert_eq!((usize::from(*code), exit.code()), (at, *code));
        }
        assert_eq!(TABLE.iter().map(|(exit, _, _)| *exit).max(), Some(Exit::Usage));
    }
}
