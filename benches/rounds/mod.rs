//! Interleaved rounds: every contender runs once over all contexts, then all of them again, so that what slows the machine for a while slows them alike.

use std::error::Error;
use std::fmt;
use std::hint::black_box;
use std::time::Instant;

pub(crate) mod table;

/// One pass over all contexts: a verdict for each.
pub(crate) type Round = Box<dyn FnMut(&mut [bool])>;

/// The loop that every contender runs in: over contexts that it owns, with a verdict for each.
pub(crate) fn over<C: 'static>(mut contexts: Vec<C>, mut verdict: impl FnMut(&mut C) -> bool + 'static) -> Round {
    Box::new(move |answers| {
        for (answer, context) in answers.iter_mut().zip(&mut contexts) {
            *answer = verdict(black_box(context));
        }
    })
}

/// Who is ready to run a rule, and what it took so far.
pub(crate) struct Contender {
    row: usize,
    label: String,
    round: Round,
    nanoseconds: Vec<f64>,
}

impl Contender {
    /// The row is where its result goes; the label names it in errors.
    pub(crate) fn new(row: usize, label: String, round: Round) -> Contender {
        Contender { row, label, round, nanoseconds: Vec::new() }
    }
}

/// The middle of what all rounds gave for one contender.
pub(crate) struct Median {
    ratio: f64,
    nanoseconds: f64,
}

impl fmt::Display for Median {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Median { ratio, nanoseconds } = self;
        let decimals = if *nanoseconds < 10.0 { 1 } else { 0 };
        write!(f, "{ratio:.2} ({nanoseconds:.decimals$})")
    }
}

/// How the rounds are run.
#[derive(Clone, Copy)]
pub(crate) struct Rounds {
    /// How many.
    pub(crate) count: usize,
    /// Whether each timed pass comes behind one that is not, so that caches are as if nobody else ran.
    pub(crate) warm: bool,
}

impl Rounds {
    /// Runs the rounds and gives each contender's row and median time for one context, beside the median of its ratio to the first contender in the same
    /// round.
    ///
    /// # Errors
    /// An answer other than the expected one: whose, and for which context.
    pub(crate) fn run(self, contenders: &mut [Contender], expected: &[bool]) -> Result<Vec<(usize, Median)>, Box<dyn Error>> {
        let mut answers = vec![false; expected.len()];
        // Untimed: nothing is timed that is not the same, and caches and branch predictors have seen every contender once.
        for contender in &mut *contenders {
            pass(contender, expected, &mut answers)?;
        }
        let count = contenders.len();
        for round in 0..self.count {
            // The order turns: each runs after each of its neighbours' leftovers in the caches.
            for at in 0..count {
                if let Some(contender) = contenders.get_mut((round + at) % count) {
                    if self.warm {
                        pass(contender, expected, &mut answers)?;
                    }
                    let nanoseconds = pass(contender, expected, &mut answers)?;
                    contender.nanoseconds.push(nanoseconds);
                }
            }
        }
        let first = contenders.first().map(|contender| contender.nanoseconds.clone()).unwrap_or_default();
        let median_of = |contender: &Contender| {
            let ratios = contender.nanoseconds.iter().zip(&first).map(|(nanoseconds, by_hand)| nanoseconds / by_hand);
            Median { ratio: median(ratios.collect()), nanoseconds: median(contender.nanoseconds.clone()) }
        };
        Ok(contenders.iter().map(|contender| (contender.row, median_of(contender))).collect())
    }
}

/// One pass over all contexts: nanoseconds for each.
fn pass(contender: &mut Contender, expected: &[bool], answers: &mut [bool]) -> Result<f64, Box<dyn Error>> {
    // What the answers were before does not pass for an answer.
    for (answer, expected) in answers.iter_mut().zip(expected) {
        *answer = !expected;
    }
    let start = Instant::now();
    (contender.round)(black_box(answers));
    let taken = start.elapsed();
    match answers.iter().zip(expected).position(|(answer, expected)| answer != expected) {
        Some(at) => Err(format!("{}: wrong answer for context {at}", contender.label).into()),
        None => Ok(taken.as_secs_f64() * 1e9 / f64::from(u32::try_from(expected.len())?)),
    }
}

fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers.get(numbers.len() / 2).copied().unwrap_or(f64::NAN)
}
