//! A bar on a terminal, for inputs that take long.

use std::io::{IsTerminal, stderr, stdout};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::super::input::Source;

/// What is done sooner needs no bar.
const PATIENCE: Duration = Duration::from_millis(500);
/// The bar moves this often.
const PACE: Duration = Duration::from_millis(100);
/// The clock is asked once for so many contexts.
const EVERY: u32 = 64;

/// How far the work has come. Shows itself on standard error if that is a terminal, and if standard output, whose lines would run into the bar, is none
/// or has none.
pub(crate) struct Progress {
    wanted: bool,
    /// When the bar is to be drawn next.
    due: Instant,
    /// Bytes of all files, where they are known.
    total: Option<u64>,
    passed: u64,
    contexts: u64,
    until_look: u32,
    bar: Option<ProgressBar>,
}

impl Progress {
    /// For these sources. `quiet` says that nothing is written to standard output until the end.
    pub(crate) fn new(sources: &[Source], quiet: bool) -> Progress {
        Progress {
            wanted: stderr().is_terminal() && (quiet || !stdout().is_terminal()),
            due: Instant::now() + PATIENCE,
            total: sources.iter().map(Source::size).sum(),
            passed: 0,
            contexts: 0,
            until_look: EVERY,
            bar: None,
        }
    }

    /// One more context, of so many bytes.
    pub(crate) fn advance(&mut self, bytes: u64) {
        if !self.wanted {
            return;
        }
        self.passed += bytes;
        self.contexts += 1;
        self.until_look = self.until_look.saturating_sub(1);
        if self.until_look > 0 {
            return;
        }
        self.until_look = EVERY;
        let now = Instant::now();
        if now < self.due {
            return;
        }
        self.due = now + PACE;
        let total = self.total;
        let bar = self.bar.get_or_insert_with(|| new_bar(total));
        bar.set_message(format!("{} contexts", self.contexts));
        bar.set_position(self.passed);
    }

    /// Something is to be written to standard error: the bar goes, and comes back after a while.
    pub(crate) fn make_room(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
            self.due = Instant::now() + PATIENCE;
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.make_room();
    }
}

fn new_bar(total: Option<u64>) -> ProgressBar {
    let template = if total.is_some() { "{bar:30} {bytes}/{total_bytes}  {msg}  {eta} left" } else { "{spinner} {bytes}  {msg}  {elapsed}" };
    let bar = ProgressBar::with_draw_target(total, ProgressDrawTarget::stderr());
    // The templates are sound: a test reads them.
    match ProgressStyle::with_template(template) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bars_can_be_drawn() {
        for total in [Some(10), None] {
            let bar = new_bar(total);
            bar.set_position(5);
            bar.finish_and_clear();
        }
        for template in ["{bar:30} {bytes}/{total_bytes}  {msg}  {eta} left", "{spinner} {bytes}  {msg}  {elapsed}"] {
            assert!(ProgressStyle::with_template(template).is_ok());
        }
    }
}
