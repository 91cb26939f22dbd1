//! Many rules, one context: `cargo bench --bench matcher`.
//!
//! For each family of sets and each size: the time for one context with the rules compiled together, with a hand-written loop over the rules as rows of
//! tests, with a loop over the interpreter (up to 10,000 rules), and with a loop over native rules (likewise). Rounds are interleaved; figures are medians
//! over the rounds. Candidates are the rules that a context makes the set look at. Then what building takes, how much memory a rule does, and what an edit takes.
//!
//! `-- --rules 1000,100000 --family one,trees` runs a part; `--plot FILE.svg` draws time against the number of rules; `--test` runs a few small sets, to
//! see that all answers agree.
#![allow(
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "the loop is what a programmer would have written, and the numbers are small"
)]

#[path = "matcher/plot.rs"]
mod plot;
mod sets;

use std::error::Error;
use std::hint::black_box;
use std::io::Write;
use std::time::Instant;

use plot::{Line, Plot};
use sets::by_hand::ByHand;
use sets::{Event, FAMILIES, Family, Source, Tree};
use triggerfish::builtins::{Calendars, NoCalendars};
use triggerfish::check::{Names, World};
use triggerfish::context::Layout;
use triggerfish::matcher::{Matcher, Scratch};
use triggerfish::rule::{Expression, Scope};
use triggerfish::schema::{Format, Schema};
use triggerfish::{Context, Engine, Limits, Timestamp};

const NOW: Timestamp = Timestamp::EPOCH;
/// Loops that take longer than this for each rule are run on sets up to this size.
const MOST_FOR_LOOPS: usize = 10_000;

struct Options {
    sizes: Vec<usize>,
    families: Vec<Family>,
    plot: Option<String>,
    rounds: usize,
    contexts: usize,
}

impl Options {
    fn read() -> Result<Options, Box<dyn Error>> {
        let mut options = Options { sizes: vec![100, 1_000, 10_000, 100_000, 1_000_000], families: FAMILIES.to_vec(), plot: None, rounds: 11, contexts: 1_000 };
        let mut arguments = std::env::args().skip(1);
        while let Some(argument) = arguments.next() {
            let mut value = || arguments.next().ok_or(format!("`{argument}` takes a value"));
            match argument.as_str() {
                "--test" => {
                    options.sizes = vec![300];
                    (options.rounds, options.contexts) = (1, 20);
                }
                "--rules" => options.sizes = value()?.split(',').map(str::parse).collect::<Result<_, _>>()?,
                "--family" => {
                    let names = value()?;
                    options.families.retain(|family| names.split(',').any(|name| name == family.name));
                }
                "--rounds" => options.rounds = value()?.parse()?,
                "--contexts" => options.contexts = value()?.parse()?,
                "--plot" => options.plot = Some(value()?),
                "--bench" => {}
                _ => return Err(format!("unknown argument `{argument}`").into()),
            }
        }
        Ok(options)
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let options = Options::read()?;
    let mut out = std::io::stdout().lock();
    let mut plot = Plot::new("rules", "ns for one context");
    for family in &options.families {
        writeln!(out, "\n{}: {}\n", family.name, family.about)?;
        writeln!(
            out,
            "| rules | matching | candidates | set | loop | loop / set | interpreter / set | native / set | ns a rule | ns a candidate | build | index | bytes a rule | edit |"
        )?;
        writeln!(out, "|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|")?;
        let mut lines = [Line::new(&format!("{}: set", family.name)), Line::new(&format!("{}: loop", family.name))];
        for size in &options.sizes {
            let row = row(*family, *size, &options)?;
            writeln!(out, "{}", row.shown)?;
            out.flush()?;
            for (line, time) in lines.iter_mut().zip([row.set, row.by_hand]) {
                line.points.push((*size as f64, time));
            }
        }
        plot.lines.extend(lines);
    }
    if let Some(file) = &options.plot {
        std::fs::write(file, plot.svg())?;
    }
    Ok(())
}

struct Row {
    shown: String,
    set: f64,
    by_hand: f64,
}

fn row(family: Family, size: usize, options: &Options) -> Result<Row, Box<dyn Error>> {
    let mut source = Source::new(family.shape, size);
    let rules: Vec<Tree> = (0..size).map(|_| source.rule()).collect();
    let events: Vec<Event> = (0..options.contexts).map(|_| source.event()).collect();
    let texts: Vec<String> = rules.iter().map(Tree::source).collect();
    let schema = Schema::read(sets::schema(), Format::Json, &Limits::default())?;
    let engine = Engine::new().with_schema(schema.clone());

    let mut build = Building { all: 0.0, index: 0.0, matcher: None };
    let memory = allocation_counter::measure(|| build = building(&engine, &texts));
    let Some(matcher) = build.matcher else { return Err("a rule does not compile".into()) };
    let bytes = memory.bytes_current as f64 / size as f64;

    let contexts: Vec<Context> = events.iter().map(|event| matcher.bind_json(event.json().as_bytes())).collect::<Result<_, _>>()?;
    let by_hand = ByHand::new(&rules);
    let (mut scratch, mut found) = (Scratch::new(), Vec::new());
    // Slow loops are run on some of the contexts.
    let few = |each: usize| contexts.len().min((20_000_000 / (each * size).max(1)).max(2));
    let (mut matching, mut candidates) = (0, 0);
    for (event, context) in events.iter().zip(&contexts).take(few(20)) {
        by_hand.matches(event, &mut found);
        let matches = matcher.matches(context, NOW, &mut scratch)?;
        if !matches.iter().map(|rule| rule.index() as u32).eq(found.iter().copied()) || !matches.errors().is_empty() {
            return Err(format!("{}: the set and the loop differ on {}", family.name, event.json()).into());
        }
        matching += found.len();
        candidates += matches.candidates();
    }
    let each = |count: usize| count as f64 / few(20) as f64;
    let (matching, candidates) = (each(matching), each(candidates));

    let loops = if size <= MOST_FOR_LOOPS { Some(Loops::new(&schema, &texts)?) } else { None };
    let bound: Vec<Context> = match &loops {
        Some(loops) => events.iter().take(few(200)).map(|event| loops.bind(event)).collect::<Result<_, _>>()?,
        None => Vec::new(),
    };
    let mut times: [Vec<f64>; 4] = Default::default();
    for _ in 0..options.rounds {
        times[0].push(timed(contexts.len(), |at| matcher.matches(&contexts[at], NOW, &mut scratch).map_or(0, |matches| matches.count())));
        times[1].push(timed(few(5), |at| {
            by_hand.matches(&events[at], &mut found);
            found.len()
        }));
        if let Some(loops) = &loops {
            times[2].push(timed(bound.len(), |at| loops.count(&loops.interpreted, &bound[at])));
            if !loops.native.is_empty() {
                times[3].push(timed(bound.len(), |at| loops.count(&loops.native, &bound[at])));
            }
        }
    }
    let ratio = |other: usize| {
        let ratios: Vec<f64> = times[other].iter().zip(&times[0]).map(|(other, set)| other / set).collect();
        if ratios.is_empty() { "-".to_owned() } else { format!("{:.1}", median(ratios)) }
    };
    let (set, by_hand) = (median(times[0].clone()), median(times[1].clone()));
    let edit = edit(&matcher, &mut source, options.rounds)?;
    let shown = format!(
        "| {size} | {:.2} % | {candidates:.0} | {set:.0} ns | {by_hand:.0} ns | {} | {} | {} | {:.3} | {:.1} | {:.2} s | {:.2} s | {bytes:.0} | {edit:.2} ms |",
        matching / size as f64 * 100.0,
        ratio(1),
        ratio(2),
        ratio(3),
        set / size as f64,
        set / candidates.max(1.0),
        build.all,
        build.index,
    );
    Ok(Row { shown, set, by_hand })
}

struct Building {
    all: f64,
    index: f64,
    matcher: Option<Matcher>,
}

fn building(engine: &Engine, texts: &[String]) -> Building {
    let start = Instant::now();
    let mut builder = engine.matcher();
    let compiled = texts.iter().all(|text| builder.add(text).is_ok());
    let compiling = start.elapsed();
    let matcher = builder.build();
    let all = start.elapsed();
    Building { all: all.as_secs_f64(), index: (all - compiling).as_secs_f64(), matcher: compiled.then_some(matcher) }
}

/// The rules one by one, over one layout.
struct Loops {
    interpreted: Vec<Expression>,
    native: Vec<Expression>,
    layout: Layout,
}

impl Loops {
    fn new(schema: &Schema, texts: &[String]) -> Result<Loops, Box<dyn Error>> {
        let limits = Limits::default();
        let world = World { schema: Some(schema), calendars: &NoCalendars, names: Names::NONE, limits: &limits };
        let mut layout = Layout::default();
        let mut compile = || -> Result<Vec<Expression>, &str> {
            texts.iter().map(|text| Expression::compile(text, world, &mut layout).map_err(|_| "a rule does not compile")).collect()
        };
        let interpreted: Vec<Expression> = compile()?;
        let mut native: Vec<Expression> = compile()?;
        let is_native = Expression::compile_native(native.iter(), &layout, false, Default::default()).is_ok();
        if !is_native {
            native.clear();
        }
        Ok(Loops { interpreted, native, layout })
    }

    fn bind(&self, event: &Event) -> Result<Context, Box<dyn Error>> {
        Ok(Context::from_json(&self.layout, event.json().as_bytes(), &Limits::default())?)
    }

    fn count(&self, rules: &[Expression], context: &Context) -> usize {
        let calendars: &dyn Calendars = &NoCalendars;
        let scope = Scope { context, now: NOW, calendars };
        rules.iter().filter(|rule| rule.matches(scope) == Ok(true)).count()
    }
}

/// Nanoseconds for one of so many.
fn timed(count: usize, mut run: impl FnMut(usize) -> usize) -> f64 {
    let start = Instant::now();
    for at in 0..count {
        black_box(run(black_box(at)));
    }
    start.elapsed().as_secs_f64() * 1e9 / count as f64
}

/// Milliseconds for adding, replacing and removing a rule, each with the others before it.
fn edit(matcher: &Matcher, source: &mut Source, rounds: usize) -> Result<f64, Box<dyn Error>> {
    let mut times = Vec::new();
    let mut matcher = matcher.clone();
    for round in 0..rounds {
        let (one, other) = (source.rule().source(), source.rule().source());
        let start = Instant::now();
        let (added, rule, _) = matcher.with(&one)?;
        let (replaced, _) = added.replaced(triggerfish::matcher::RuleId::at(round), &other)?;
        matcher = replaced.without(rule);
        times.push(start.elapsed().as_secs_f64() * 1e3 / 3.0);
    }
    Ok(median(times))
}

fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers.get(numbers.len() / 2).copied().unwrap_or(f64::NAN)
}
