//! What the backends take, as ratios: `cargo bench --bench native`.
//!
//! Over R1 to R5, with 1,000 contexts that are run again and again and with 100,000 contexts that come once a pass, bound before the clock starts: a
//! hand-written Rust function on `String` fields, which the others are measured by; the same on interned ids; the interpreter; native code. Then what
//! compiling R3 takes, alone and with 10,000 rules in one module.
//!
//! Rounds are interleaved, and a cell is `ratio (ns)`: the median over the rounds of the ratio to the hand-written function in the same round, and the
//! median time for one context. `-- --test` runs few rounds over few contexts, to see that the answers agree.

#[path = "workloads/interned.rs"]
mod interned;
#[path = "rounds/mod.rs"]
mod rounds;
mod workloads;

use std::error::Error;
use std::hint::black_box;
use std::io::Write;
use std::time::Instant;

use interned::{BY_IDS, Interned, Interner};
use rounds::table::Table;
use rounds::{Contender, Rounds, over};
use triggerfish::backend::Backend;
use triggerfish::backend::jit::Optimisation;
use triggerfish::builtins::NoCalendars;
use triggerfish::check::{Names, World};
use triggerfish::context::Layout;
use triggerfish::rule::Expression;
use triggerfish::schema::Schema;
use triggerfish::{Context, Engine, Limits, Rule, Timestamp};
use workloads::{EVENTS, Event, WORKLOADS, Workload, events};

const NOW: Timestamp = Timestamp::EPOCH;
/// So many contexts do not fit the caches, nor the branch predictors.
const MANY: u64 = 100_000;
const ROWS: [&str; 4] = ["Rust on `String` fields", "Rust on interned ids", "interpreter", "native"];

fn main() -> Result<(), Box<dyn Error>> {
    let is_test = std::env::args().any(|argument| argument == "--test");
    let rounds = if is_test { 1 } else { 31 };
    let mut out = std::io::stdout().lock();
    for (count, warm) in [(EVENTS, true), (if is_test { EVENTS } else { MANY }, false)] {
        let mut table = Table::new(&ROWS);
        for (workload, by_ids) in WORKLOADS.iter().zip(BY_IDS) {
            verdicts(workload, by_ids, count, Rounds { count: rounds, warm }, &mut table)?;
        }
        writeln!(out, "{count} contexts, {rounds} rounds:\n\n{table}")?;
    }
    compilation(if is_test { 10 } else { 10_000 }, &mut out)?;
    Ok(())
}

fn engine(backend: Backend) -> Engine {
    Engine::new().with_schema(Schema::builtin()).with_backend(backend)
}

fn verdicts(workload: &Workload, by_ids: fn(&Interned) -> bool, count: u64, rounds: Rounds, table: &mut Table) -> Result<(), Box<dyn Error>> {
    let events = events(count);
    let expected: Vec<bool> = events.iter().map(workload.by_hand).collect();
    let mut contenders = Vec::new();
    for (row, backend) in [(2, Backend::Interp), (3, Backend::Jit)] {
        let rule = engine(backend).compile(workload.source)?;
        let contexts = bound(&rule, &events)?;
        contenders.push(Contender::new(
            row,
            format!("{} on {backend:?}", workload.name),
            over(contexts, move |context| rule.matches(context, NOW) == Ok(true)),
        ));
    }
    let (by_hand, by_ids) = (black_box(workload.by_hand), black_box(by_ids));
    let mut interner = Interner::new();
    let interned: Vec<Interned> = workloads::events(count).into_iter().map(|event| interner.intern(event)).collect();
    contenders.insert(0, Contender::new(0, format!("{} by hand", workload.name), over(events, move |event| by_hand(event))));
    contenders.insert(1, Contender::new(1, format!("{} by ids", workload.name), over(interned, move |event| by_ids(event))));
    let medians = rounds.run(&mut contenders, &expected)?;
    table.add(workload.name, medians.into_iter().map(|(row, median)| (row, median.to_string())).collect());
    Ok(())
}

fn bound(rule: &Rule, events: &[Event]) -> Result<Vec<Context>, Box<dyn Error>> {
    events.iter().map(|event| Ok(rule.bind_json(&serde_json::to_vec(event)?)?)).collect()
}

/// Text to what runs: on the interpreter, and natively at both levels, alone and many in one module.
fn compilation(many: u32, out: &mut impl Write) -> Result<(), Box<dyn Error>> {
    let [_, _, Workload { source, .. }, ..] = WORKLOADS;
    let schema = Schema::builtin();
    let limits = Limits::default();
    let world = World { schema: Some(&schema), calendars: &NoCalendars, names: Names::NONE, limits: &limits };
    let expression = |source: &str, layout: &mut Layout| Expression::compile(source, world, layout).map_err(|_| "R3 compiles");

    let mut text = Vec::new();
    for _ in 0..100 {
        let start = Instant::now();
        black_box(expression(black_box(source), &mut Layout::default())?);
        text.push(microseconds(start));
    }
    writeln!(out, "R3, text to runnable on the interpreter: {:.0} us, the median of 100", median(text))?;
    for level in Optimisation::ALL {
        let mut alone = Vec::new();
        let mut alone_bytes = 0;
        for _ in 0..100 {
            let mut layout = Layout::default();
            let expression = expression(source, &mut layout)?;
            let start = Instant::now();
            Expression::compile_native(std::iter::once(&expression), &layout, false, level)?;
            alone.push(microseconds(start));
            alone_bytes = expression.native_bytes().map_or(0, |(code, _)| code);
        }
        // Rules that differ in a literal, over one layout, like the items of a rule set.
        let mut layout = Layout::default();
        let rules: Vec<Expression> =
            (0..many).map(|number| expression(&source.replace("Sales", &format!("Sales {number}")), &mut layout)).collect::<Result<_, _>>()?;
        let start = Instant::now();
        Expression::compile_native(rules.iter(), &layout, false, level)?;
        let each = microseconds(start) / f64::from(many);
        let bytes = rules.first().and_then(Expression::native_bytes).map_or(0, |(_, module)| module) / usize::try_from(many)?;
        writeln!(
            out,
            "R3, native at {level:?}: {:.0} us and {alone_bytes} bytes of code in a mapping of its own, the median of 100; {each:.0} us and {bytes} bytes each of {many} in one module",
            median(alone)
        )?;
    }
    Ok(())
}

fn microseconds(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1e6
}

fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers.get(numbers.len() / 2).copied().unwrap_or(f64::NAN)
}
