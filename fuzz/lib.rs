//! Glue between libFuzzer and `triggerfish::fuzzing`.

use std::sync::{LazyLock, Mutex, PoisonError};

use triggerfish::fuzzing::{Tally, target};

static TALLY: LazyLock<Mutex<Tally>> = LazyLock::new(Mutex::default);

/// Gives an input to the target of a name. What the inputs were is told each time that their number has doubled, and every 100,000 inputs.
/// With `TRIGGERFISH_SHOW` set, the rule of each input is shown.
pub fn run(name: &str, data: &[u8]) {
    let Some(target) = target(name) else { panic!("no target is called {name}") };
    if std::env::var_os("TRIGGERFISH_SHOW").is_some() {
        eprintln!("{}", (target.rule)(data));
    }
    let mut tally = TALLY.lock().unwrap_or_else(PoisonError::into_inner);
    (target.body)(data, &mut tally);
    if tally.inputs.is_power_of_two() || tally.inputs.is_multiple_of(100_000) {
        eprintln!("{name}: {tally}");
    }
}
