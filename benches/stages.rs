//! What each stage costs, from text to verdict: `cargo bench`, or `cargo bench -- R3` for one workload, `-- --test` to only check the results.
//!
//! An id is `stage/workload/backend`:
//!
//! - `parse/R3/pest`: text to syntax tree, the scan before it included;
//! - `check/R3/builtin` and `check/R3/free`: syntax tree to program, against the built-in schema and without a schema;
//! - `compile/R3/builtin` and `compile/R3/free`: text to a [`Rule`] that can be kept, which is parse, check and what the facade adds;
//! - `bind/R3/json`: JSON bytes to bound contexts, beside `bind/R3/serde-json`, the same bytes to `serde_json::Value`s;
//! - `evaluate/R3/interp` and `evaluate/R3/native`: bound contexts to verdicts, beside `evaluate/R3/rust`, a hand-written function over structs of
//!   `String`s, and `evaluate/R3/rust-ids`, the same over structs of interned ids;
//! - `evaluate/R3/interp-bytes`: JSON bytes to verdicts.
//!
//! `bind` and `evaluate` go over a thousand contexts in one iteration and report contexts (elements) a second.

#[path = "workloads/interned.rs"]
mod interned;
mod workloads;

use std::error::Error;
use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, Throughput};
use triggerfish::backend::Backend;
use triggerfish::builtins::NoCalendars;
use triggerfish::check::{Names, World, check};
use triggerfish::context::Layout;
use triggerfish::schema::Schema;
use triggerfish::{Context, Engine, Limits, Rule, Timestamp, syntax};

use interned::{BY_IDS, Interned, Interner};
use workloads::{EVENTS, Event, WORKLOADS, Workload, events};

const NOW: Timestamp = Timestamp::EPOCH;

fn main() -> Result<(), Box<dyn Error>> {
    let mut criterion =
        Criterion::default().sample_size(40).warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_millis(1000)).configure_from_args();
    let fixture = Fixture::new()?;
    for (workload, by_ids) in WORKLOADS.iter().zip(BY_IDS) {
        let rules = Rules { interp: fixture.builtin.compile(workload.source)?, native: fixture.native.compile(workload.source)? };
        let contexts = fixture.agreed(workload, by_ids, &rules)?;
        text_to_rule(&mut criterion, workload, &fixture)?;
        context_to_verdict(&mut criterion, workload, by_ids, &fixture, &rules, &contexts);
    }
    criterion.final_summary();
    Ok(())
}

/// A workload's rule on both backends.
struct Rules {
    interp: Rule,
    native: Rule,
}

/// What all workloads share.
struct Fixture {
    builtin: Engine,
    native: Engine,
    free: Engine,
    events: Vec<Event>,
    interned: Vec<Interned>,
    documents: Vec<Vec<u8>>,
}

impl Fixture {
    fn new() -> Result<Fixture, Box<dyn Error>> {
        let events = events(EVENTS);
        let documents = events.iter().map(serde_json::to_vec).collect::<Result<_, _>>()?;
        let mut interner = Interner::new();
        let interned = workloads::events(EVENTS).into_iter().map(|event| interner.intern(event)).collect();
        let builtin = Engine::new().with_schema(Schema::builtin()).with_backend(Backend::Interp);
        let native = builtin.clone().with_backend(Backend::Jit);
        Ok(Fixture { builtin, native, free: Engine::new(), events, interned, documents })
    }

    /// The bound contexts, once rule and hand-written function are seen to agree on each: nothing is timed that is not the same.
    fn agreed(&self, workload: &Workload, by_ids: fn(&Interned) -> bool, Rules { interp: rule, native }: &Rules) -> Result<Vec<Context>, Box<dyn Error>> {
        let name = workload.name;
        let free = self.free.compile(workload.source)?;
        assert!(rule.diagnostics().iter().chain(free.diagnostics()).all(|diagnostic| !diagnostic.is_error()), "{name} has errors");
        let mut contexts = Vec::with_capacity(self.events.len());
        let mut matching = 0;
        for ((event, interned), document) in self.events.iter().zip(&self.interned).zip(&self.documents) {
            let context = rule.bind_json(document)?;
            let expected = (workload.by_hand)(event);
            assert_eq!(rule.matches(&context, NOW)?, expected, "{name} on {}", String::from_utf8_lossy(document));
            assert_eq!((native.matches(&context, NOW)?, by_ids(interned)), (expected, expected), "{name} natively, and on ids");
            assert_eq!(free.matches_json(document, NOW)?, expected, "{name} without a schema on {}", String::from_utf8_lossy(document));
            matching += usize::from(expected);
            contexts.push(context);
        }
        let count = contexts.len();
        assert!((count / 100..count - count / 100).contains(&matching), "{name} matches {matching} of {count}: a branch predictor's dream");
        Ok(contexts)
    }
}

fn text_to_rule(criterion: &mut Criterion, workload: &Workload, fixture: &Fixture) -> Result<(), Box<dyn Error>> {
    let Workload { name, source, .. } = *workload;
    let limits = Limits::default();
    let parsed = syntax::parse(source, &limits).map_err(|_| format!("{name} does not parse"))?;

    criterion.bench_function(&format!("parse/{name}/pest"), |bencher| bencher.iter(|| syntax::parse(black_box(source), &limits)));
    for (schema, engine) in [("builtin", &fixture.builtin), ("free", &fixture.free)] {
        let world = World { schema: engine.schema().map(AsRef::as_ref), calendars: &NoCalendars, names: Names::NONE, limits: &limits };
        criterion.bench_function(&format!("check/{name}/{schema}"), |bencher| {
            bencher.iter(|| check(black_box(&parsed.rule), source, world, &mut Layout::default()))
        });
        criterion.bench_function(&format!("compile/{name}/{schema}"), |bencher| bencher.iter(|| engine.compile(black_box(source))));
    }
    Ok(())
}

fn context_to_verdict(
    criterion: &mut Criterion,
    workload: &Workload,
    by_ids: fn(&Interned) -> bool,
    fixture: &Fixture,
    Rules { interp: rule, native }: &Rules,
    contexts: &[Context],
) {
    let Workload { name, by_hand, .. } = *workload;
    let Fixture { events, interned, documents, .. } = fixture;
    let each = Throughput::Elements(u64::try_from(events.len()).unwrap_or_default());

    let mut group = criterion.benchmark_group(format!("bind/{name}"));
    group.throughput(each.clone());
    group.bench_function("json", |bencher| bencher.iter(|| documents.iter().filter(|document| rule.bind_json(black_box(document)).is_ok()).count()));
    group.bench_function("serde-json", |bencher| {
        bencher.iter(|| documents.iter().filter(|document| serde_json::from_slice::<serde_json::Value>(black_box(document)).is_ok()).count());
    });
    group.finish();

    let mut group = criterion.benchmark_group(format!("evaluate/{name}"));
    group.throughput(each);
    group.bench_function("rust", |bencher| bencher.iter(|| events.iter().filter(|event| by_hand(black_box(event))).count()));
    group.bench_function("rust-ids", |bencher| bencher.iter(|| interned.iter().filter(|event| by_ids(black_box(event))).count()));
    group.bench_function("native", |bencher| {
        bencher.iter(|| contexts.iter().filter(|context| native.matches(black_box(context), NOW) == Ok(true)).count());
    });
    group.bench_function("interp", |bencher| {
        bencher.iter(|| contexts.iter().filter(|context| rule.matches(black_box(context), NOW) == Ok(true)).count());
    });
    group.bench_function("interp-bytes", |bencher| {
        bencher.iter(|| documents.iter().filter(|document| rule.matches_json(black_box(document), NOW) == Ok(true)).count());
    });
    group.finish();
}
