//! The long comparison of backends: generated programs, native code against the interpreter.
//!
//! `TRIGGERFISH_PROGRAMS` says how many programs (100,000 unless it says otherwise), `TRIGGERFISH_CONTEXTS` on how many contexts each (16), and
//! `TRIGGERFISH_SEED` where the sequence starts. What differs is shown with the batch that shows it again: `TRIGGERFISH_SEED` with that number.
#![cfg(feature = "fuzzing")]
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "tests fail by panicking, and say what they have seen")]

use std::panic::catch_unwind;
use std::time::Instant;

use triggerfish::fuzzing::{Extent, STRUCTURED, Tally, compare, forms, helpers, target};

/// The longest input of one batch: half of it makes programs, half contexts.
const BYTES: u64 = 24_000;
const TOGETHER: usize = 64;

fn asked(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).map_or(otherwise, |text| text.parse().unwrap())
}

/// Noise that is the same everywhere: xorshift64*.
fn noise(batch: u64) -> Vec<u8> {
    let mut state = (batch + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let mut next = || {
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        state.wrapping_mul(0x2545_F491_4F6C_DD1D)
    };
    let words = (BYTES / 2 + next() % (BYTES / 2)) / 8;
    (0..words).flat_map(|_| next().to_le_bytes()).collect()
}

#[test]
#[ignore = "takes minutes"]
fn backends_agree_on_a_long_run() {
    let (programs, contexts) = (asked("TRIGGERFISH_PROGRAMS", 100_000), usize::try_from(asked("TRIGGERFISH_CONTEXTS", 16)).unwrap());
    let mut tally = Tally::default();
    let start = Instant::now();
    let mut told = 0;
    for batch in asked("TRIGGERFISH_SEED", 0).. {
        // Every eighth batch is compiled at both levels, for budgets of its own and for shared ones.
        let extent = Extent { programs: TOGETHER, contexts, all: batch.is_multiple_of(8) };
        let before = tally;
        let done = catch_unwind(|| {
            let mut tally = before;
            compare(&noise(batch), extent, &mut tally);
            tally
        });
        tally = done.unwrap_or_else(|_| panic!("batch {batch}"));
        if tally.valid >= programs || tally.inputs >= told {
            told = tally.inputs + 50_000;
            println!("{:.0} s: {tally}", start.elapsed().as_secs_f64());
        }
        if tally.valid >= programs {
            break;
        }
    }
    println!("helpers called: {:?}", helpers().collect::<Vec<_>>());
    println!("forms generated: {:?}", forms());
    for (helper, calls) in helpers() {
        assert!(calls > 0, "{helper} was never called");
    }
    for (part, count) in tally.compared.parts() {
        assert!(count > 0, "no program had a {part}");
    }
}

#[test]
#[ignore = "takes minutes"]
fn sets_agree_on_a_long_run() {
    let rules = asked("TRIGGERFISH_PROGRAMS", 100_000);
    let sets = target("matcher").unwrap();
    let mut tally = Tally::default();
    let start = Instant::now();
    for batch in asked("TRIGGERFISH_SEED", 0).. {
        let before = tally;
        let done = catch_unwind(|| {
            let mut tally = before;
            (sets.body)(&[&[STRUCTURED], noise(batch).as_slice()].concat(), &mut tally);
            tally
        });
        tally = done.unwrap_or_else(|_| panic!("batch {batch}"));
        if tally.valid >= rules {
            break;
        }
    }
    println!("{:.0} s: {tally}", start.elapsed().as_secs_f64());
    assert!(tally.matched > 0 && tally.unmatched > 0 && tally.failed > 0, "{tally}");
}
