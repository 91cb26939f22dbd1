//! Sets of rules beside the crate `a-tree`: `cargo run --release --manifest-path benches/peers/Cargo.toml --bin sets`.
//!
//! Each family of conjunctions of `benches/matcher.rs`, at 1,000 and 10,000 rules, or as many as the arguments say (loading 100,000 takes a-tree a minute and
//! more). Its language has no prefixes: it gets the first one and two levels of each path as attributes of their own, and compares these. Contexts are bound
//! before the clock starts, in both; rounds are interleaved, and figures are medians. All answers are compared first.
#![allow(
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "the loop is what a programmer would have written, and the numbers are small"
)]
#![allow(dead_code, reason = "the loop and the trees are for the other bench")]

#[path = "../../sets/mod.rs"]
mod sets;

use std::error::Error;
use std::hint::black_box;
use std::io::Write;
use std::time::Instant;

use a_tree::{ATree, AttributeDefinition, Event as TheirEvent};
use sets::{CATEGORIES, Event, FAMILIES, NUMBERS, PATHS, Source, Test, Tree};
use triggerfish::matcher::Scratch;
use triggerfish::schema::{Format, Schema};
use triggerfish::{Context, Engine, Limits, Timestamp};

const ROUNDS: usize = 11;
const CONTEXTS: usize = 1_000;

fn main() -> Result<(), Box<dyn Error>> {
    let sizes: Vec<usize> = std::env::args().skip(1).map(|size| size.parse()).collect::<Result<_, _>>()?;
    let sizes = if sizes.is_empty() { vec![1_000, 10_000] } else { sizes };
    let mut out = std::io::stdout().lock();
    writeln!(out, "| family | rules | matching | set | a-tree | a-tree / set | set built in | a-tree built in |\n|---|--:|--:|--:|--:|--:|--:|--:|")?;
    for family in FAMILIES.iter().filter(|family| family.name != "trees") {
        for size in &sizes {
            let mut source = Source::new(family.shape, *size);
            let rules: Vec<Tree> = (0..*size).map(|_| source.rule()).collect();
            let events: Vec<Event> = (0..CONTEXTS).map(|_| source.event()).collect();

            let start = Instant::now();
            let engine = Engine::new().with_schema(Schema::read(sets::schema(), Format::Json, &Limits::default())?);
            let texts: Vec<String> = rules.iter().map(Tree::source).collect();
            let matcher = engine.compile_set(texts.iter().map(String::as_str)).map_err(|_| "a rule does not compile")?;
            let built = start.elapsed().as_secs_f64();
            let contexts: Vec<Context> = events.iter().map(|event| matcher.bind_json(event.json().as_bytes())).collect::<Result<_, _>>()?;
            let mut scratch = Scratch::new();

            let start = Instant::now();
            let tree = their_set(&rules)?;
            let theirs_built = start.elapsed().as_secs_f64();
            let their_events: Vec<TheirEvent> = events.iter().map(|event| their_event(&tree, event)).collect::<Result<_, _>>()?;

            let mut matching = 0;
            for (context, event) in contexts.iter().zip(&their_events) {
                let ours: Vec<u64> = matcher.matches(context, Timestamp::EPOCH, &mut scratch)?.iter().map(|rule| rule.index() as u64).collect();
                let mut theirs: Vec<u64> = tree.search(event).map_err(|error| error.to_string())?.matches().iter().map(|id| **id).collect();
                theirs.sort_unstable();
                if ours != theirs {
                    return Err(format!("{}: {} rules match here, {} there", family.name, ours.len(), theirs.len()).into());
                }
                matching += ours.len();
            }
            let (mut our_times, mut their_times, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
            for _ in 0..ROUNDS {
                let ours = timed(CONTEXTS, |at| matcher.matches(&contexts[at], Timestamp::EPOCH, &mut scratch).map_or(0, |matches| matches.count()));
                let few = if *size > 10_000 { 5 } else { 50 };
                let theirs = timed(few, |at| tree.search(&their_events[at]).map_or(0, |report| report.matches().len()));
                our_times.push(ours);
                their_times.push(theirs);
                ratios.push(theirs / ours);
            }
            writeln!(
                out,
                "| {} | {size} | {:.2} % | {:.0} ns | {:.0} ns | {:.0} | {built:.2} s | {theirs_built:.2} s |",
                family.name,
                matching as f64 / (CONTEXTS * size) as f64 * 100.0,
                median(our_times),
                median(their_times),
                median(ratios),
            )?;
            out.flush()?;
        }
    }
    Ok(())
}

fn their_set(rules: &[Tree]) -> Result<ATree<u64>, Box<dyn Error>> {
    let mut definitions = vec![AttributeDefinition::string("tenant")];
    definitions.extend((0..CATEGORIES).map(|at| AttributeDefinition::string(&format!("c{at}"))));
    definitions.extend((0..NUMBERS).map(|at| AttributeDefinition::integer(&format!("n{at}"))));
    definitions.extend((0..PATHS).flat_map(|at| ["one", "two"].map(|levels| AttributeDefinition::string(&format!("p{at}_{levels}")))));
    let mut tree = ATree::new(&definitions).map_err(|error| error.to_string())?;
    for (id, rule) in (0u64..).zip(rules) {
        tree.insert(&id, &their_rule(rule)).map_err(|error| error.to_string())?;
    }
    Ok(tree)
}

fn their_rule(rule: &Tree) -> String {
    match rule {
        Tree::All(parts) => parts.iter().map(their_rule).collect::<Vec<_>>().join(" and "),
        Tree::Any(parts) => format!("({})", parts.iter().map(their_rule).collect::<Vec<_>>().join(" or ")),
        Tree::Not(inner) => format!("not ({})", their_rule(inner)),
        Tree::Test(Test::Is(category, value)) => format!("c{category} = 'v{value}'"),
        Tree::Test(Test::In(category, values)) => {
            let values: Vec<String> = values.iter().map(|value| format!("'v{value}'")).collect();
            format!("c{category} in [{}]", values.join(", "))
        }
        Tree::Test(Test::Above(number, bound)) => format!("n{number} > {bound}"),
        Tree::Test(Test::Below(number, bound)) => format!("n{number} < {bound}"),
        Tree::Test(Test::Starts(path, start)) => format!("p{path}_{} = '{start}'", if start.matches('/').count() == 2 { "one" } else { "two" }),
        Tree::Test(Test::Tenant(tenant)) => format!("tenant = 't{tenant}'"),
    }
}

fn their_event(tree: &ATree<u64>, event: &Event) -> Result<TheirEvent, Box<dyn Error>> {
    let mut builder = tree.make_event();
    builder.with_string("tenant", &format!("t{}", event.tenant))?;
    for (at, value) in event.categories.iter().enumerate() {
        builder.with_string(&format!("c{at}"), &format!("v{value}"))?;
    }
    for (at, value) in event.numbers.iter().enumerate() {
        builder.with_integer(&format!("n{at}"), i64::from(*value))?;
    }
    for (at, path) in event.paths.iter().enumerate() {
        let slashes: Vec<usize> = path.match_indices('/').map(|(place, _)| place).collect();
        builder.with_string(&format!("p{at}_one"), &path[..=slashes[1]])?;
        builder.with_string(&format!("p{at}_two"), &path[..=slashes[2]])?;
    }
    Ok(builder.build()?)
}

/// Nanoseconds for one of so many.
fn timed(count: usize, mut run: impl FnMut(usize) -> usize) -> f64 {
    let start = Instant::now();
    for at in 0..count {
        black_box(run(black_box(at)));
    }
    start.elapsed().as_secs_f64() * 1e9 / count as f64
}

fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers.get(numbers.len() / 2).copied().unwrap_or(f64::NAN)
}
