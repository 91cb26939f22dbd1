//! Triggerfish and other rule engines on the same rules and contexts, each in the fastest form that it documents.
//!
//! `cargo run --release --manifest-path benches/peers/Cargo.toml` prints two Markdown tables: from contexts that are ready, in each engine's own
//! representation, to verdicts; and from JSON bytes to verdicts. A cell is `ratio (ns)`: how many times the hand-written Rust function's time an engine
//! takes for one context, and the nanoseconds; both are medians over the rounds. `--rounds N` sets how many there are (31 unless told), `--quick` runs 3,
//! to see that everything works.
//!
//! Each pass begins with caches that the other engines have filled, as contexts in a service mostly come: a thousand structs are about a megabyte, and for
//! R1 and R2 fetching them takes longer than the test. `--warm` lets an untimed pass come right before each timed one, which leaves more of the engine and
//! less of the memory in the figures.
//!
//! Rules are written in each engine's language as its users would: a rule stands in the engine's own text with nothing but what the engine ships, so no
//! function or constant of ours is lent to it. What a language cannot say so is printed as "cannot say".
//!
//! Every engine's answers are compared with the hand-written function's for each context, before anything is timed and after each round.

mod engines;
mod options;
#[path = "../../rounds/mod.rs"]
mod rounds;
#[path = "../../workloads/mod.rs"]
mod workloads;

use std::error::Error;
use std::io::Write;

use engines::{Engine, Inputs, Prepared};
use options::Options;
use rounds::Contender;
use rounds::table::Table;
use workloads::{EVENTS, WORKLOADS, Workload, events};

/// The workload whose way from JSON bytes is measured.
const FROM_BYTES: &str = "R3";

fn main() -> Result<(), Box<dyn Error>> {
    let options = Options::from_arguments(std::env::args().skip(1))?;
    let engines = engines::all();
    let inputs = Inputs::new()?;
    let names: Vec<_> = engines.iter().map(|engine| engine.name()).collect();

    let mut ready = Table::new(&names);
    for workload in &WORKLOADS {
        compare(workload, &engines, options, &mut ready, |engine| engine.prepare(workload, &inputs))?;
    }
    let mut bytes = Table::new(&names);
    for workload in WORKLOADS.iter().filter(|workload| workload.name == FROM_BYTES) {
        compare(workload, &engines, options, &mut bytes, |engine| engine.prepare_bytes(workload, &inputs))?;
    }

    let mut out = std::io::stdout().lock();
    writeln!(
        out,
        "From ready contexts, {} rounds of {} contexts{}:\n\n{ready}",
        options.rounds.count,
        inputs.values.len(),
        if options.rounds.warm { ", warm" } else { "" }
    )?;
    writeln!(out, "From JSON bytes, in the same way:\n\n{bytes}")?;
    Ok(())
}

/// Prepares the engines for a rule, sees that they agree, times them and adds the column. The first engine is the one that the others are compared with.
fn compare(
    workload: &Workload,
    engines: &[Box<dyn Engine>],
    options: Options,
    table: &mut Table,
    prepare: impl Fn(&dyn Engine) -> Result<Prepared, Box<dyn Error>>,
) -> Result<(), Box<dyn Error>> {
    let expected: Vec<bool> = events(EVENTS).iter().map(workload.by_hand).collect();
    let mut contenders = Vec::new();
    let mut silent = Vec::new();
    for (row, engine) in engines.iter().enumerate() {
        let name = engine.name();
        match prepare(engine.as_ref()).map_err(|error| format!("{name} on {}: {error}", workload.name))? {
            Prepared::Ready(round) => contenders.push(Contender::new(row, format!("{name} on {}", workload.name), round)),
            Prepared::CannotSay(why) => silent.push((row, format!("cannot say: {why}"))),
            Prepared::NotMeasured => {}
        }
    }
    let medians = options.rounds.run(&mut contenders, &expected)?;
    let cells = medians.into_iter().map(|(row, median)| (row, median.to_string()));
    table.add(workload.name, cells.chain(silent).collect());
    Ok(())
}
