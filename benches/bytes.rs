//! From JSON bytes to a verdict, as ratios: `cargo bench --bench bytes`.
//!
//! R3 of the workloads over a thousand documents of 900 bytes on average: its events, with attributes that no rule reads. What the others are measured by
//! is `sonic_rs::get_many` of the same five attributes, which gives slices of JSON and answers nothing. A context is used again and again; "vouched for" is
//! where the caller says that the document is valid JSON.
//!
//! Rounds are interleaved, and a cell is `ratio (ns)`: the median over the rounds of the ratio to `get_many` in the same round, and the median time for one
//! document. `-- --test` runs one round, to see that the answers agree. `sonic_rs` uses AVX2 only where it is compiled for it:
//! `RUSTFLAGS="-C target-cpu=native"`.

#[path = "rounds/mod.rs"]
mod rounds;
mod workloads;

use std::error::Error;
use std::io::Write;

use rounds::table::Table;
use rounds::{Contender, Rounds, over};
use serde_json::json;
use sonic_rs::PointerTree;
use triggerfish::backend::Backend;
use triggerfish::context::Layout;
use triggerfish::schema::Schema;
use triggerfish::{Context, Engine, Limits, Timestamp};
use workloads::{EVENTS, Event, WORKLOADS, Workload, events};

const NOW: Timestamp = Timestamp::EPOCH;
/// Bytes of a document, on average.
const BYTES: usize = 900;
const ROWS: [&str; 10] = [
    "`sonic_rs::get_many`",
    "`sonic_rs::Value`",
    "`serde_json::Value`",
    "bound by the reader, native",
    "bound",
    "bound, interpreter",
    "bound, native",
    "vouched for, bound",
    "vouched for, bound, interpreter",
    "vouched for, bound, native",
];

fn main() -> Result<(), Box<dyn Error>> {
    let is_test = std::env::args().any(|argument| argument == "--test");
    let [_, _, workload, ..] = &WORKLOADS;
    let events = events(EVENTS);
    let documents = events.iter().enumerate().map(|(number, event)| padded(number, event)).collect::<Result<Vec<_>, _>>()?;
    let mean = documents.iter().map(Vec::len).sum::<usize>() / documents.len();
    assert!((BYTES - 20..BYTES + 20).contains(&mean), "{mean} bytes");
    let expected: Vec<bool> = events.iter().map(workload.by_hand).collect();

    let tree = pointers();
    let mut contenders = vec![
        parsed(0, &documents, &expected, move |document| sonic_rs::get_many(document, &tree).is_ok()),
        parsed(1, &documents, &expected, |document| sonic_rs::from_slice::<sonic_rs::Value>(document).is_ok()),
        parsed(2, &documents, &expected, |document| serde_json::from_slice::<serde_json::Value>(document).is_ok()),
    ];
    // The scan leaves a document with an escaped key to the reader.
    let escaped: Vec<Vec<u8>> =
        documents.iter().map(|document| String::from_utf8_lossy(document).replace("\"domain\"", "\"dom\\u0061in\"").into_bytes()).collect();
    contenders.push(judged(3, workload, Backend::Jit, false, &escaped)?);
    for (row, is_trusted) in [(4, false), (7, true)] {
        let rule = engine(Backend::Interp).compile(workload.source)?;
        let mut context = Context::empty(rule.layout());
        contenders.push(parsed(row, &documents, &expected, move |document| bind(rule.layout(), document, &mut context, is_trusted)));
        contenders.push(judged(row + 1, workload, Backend::Interp, is_trusted, &documents)?);
        contenders.push(judged(row + 2, workload, Backend::Jit, is_trusted, &documents)?);
    }
    let count = if is_test { 1 } else { 61 };
    let medians = Rounds { count, warm: true }.run(&mut contenders, &expected)?;
    let mut table = Table::new(&ROWS);
    table.add(workload.name, medians.into_iter().map(|(row, median)| (row, median.to_string())).collect());
    writeln!(std::io::stdout().lock(), "{EVENTS} documents of {mean} bytes, {count} rounds:\n\n{table}")?;
    Ok(())
}

fn engine(backend: Backend) -> Engine {
    Engine::new().with_schema(Schema::builtin()).with_backend(backend)
}

/// Whoever only parses: the answer stands for that it did.
fn parsed(row: usize, documents: &[Vec<u8>], expected: &[bool], mut parse: impl FnMut(&[u8]) -> bool + 'static) -> Contender {
    let work: Vec<(Vec<u8>, bool)> = documents.iter().cloned().zip(expected.iter().copied()).collect();
    Contender::new(row, ROWS.get(row).copied().unwrap_or_default().to_owned(), over(work, move |(document, expected)| parse(document) == *expected))
}

/// Whoever binds and answers.
fn judged(row: usize, workload: &Workload, backend: Backend, is_trusted: bool, documents: &[Vec<u8>]) -> Result<Contender, Box<dyn Error>> {
    let rule = engine(backend).compile(workload.source)?;
    let mut context = rule.empty_context();
    let round = over(documents.to_vec(), move |document| bind(rule.layout(), document, &mut context, is_trusted) && rule.matches(&context, NOW) == Ok(true));
    Ok(Contender::new(row, ROWS.get(row).copied().unwrap_or_default().to_owned(), round))
}

fn bind(layout: &Layout, document: &[u8], context: &mut Context, is_trusted: bool) -> bool {
    let limits = Limits::default();
    if is_trusted { context.rebind_trusted(layout, document, &limits).is_ok() } else { context.rebind(layout, document, &limits).is_ok() }
}

/// An event as JSON, with attributes that no rule reads.
fn padded(number: usize, event: &Event) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut document = serde_json::to_value(event)?;
    let members = document.as_object_mut().ok_or("an event is an object")?;
    if let Some(user) = members.get_mut("user").and_then(serde_json::Value::as_object_mut) {
        user.insert("full_name".to_owned(), "Ada Lovelace".into());
        user.insert("time_zone".to_owned(), "Europe/Berlin".into());
    }
    members.insert(
        "session".to_owned(),
        json!({"id": format!("s-{number:08}"), "referrer": "https://intranet.example.com/help", "pages": [12, 55, number], "score": 0.25, "mobile": false}),
    );
    const TEXT: &str = "I tried to sign in twice this morning, and then the page only said: \"Something went wrong.\" ";
    let missing = BYTES.saturating_sub(serde_json::to_vec(&document)?.len() + "\"transcript\":\"\",".len());
    if let Some(members) = document.as_object_mut() {
        members.insert("transcript".to_owned(), TEXT.chars().cycle().take(missing).collect::<String>().into());
    }
    Ok(serde_json::to_vec(&document)?)
}

fn pointers() -> PointerTree {
    let mut tree = PointerTree::new();
    tree.add_path(["domain"].iter());
    tree.add_path(["user", "department"].iter());
    tree.add_path(["user", "country_code"].iter());
    tree.add_path(["user", "custom_attributes", "tenure_days"].iter());
    tree.add_path(["user", "user_tags"].iter());
    tree
}
