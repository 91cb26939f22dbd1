//! The service under load, over loopback: `cargo bench --bench service [-- PART...]`.
//!
//! The service runs on one processor and the load on another (`taskset`, where it is there). Its peer is an axum route that parses the same body with serde_json and
//! answers a constant of the same size; both are asked in turns, in one run. Parts: `single`, `batch`, `reloads`, `overload`, `memory`, `start`; all by default.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "a benchmark says what it measures, and fails by panicking"
)]

mod load;
mod peer;
mod process;

use std::time::{Duration, Instant};

use load::{Stats, closed, open, post};
use process::{Folder, Service, large, rounds};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    if let Some(size) = std::env::var("TRIGGERFISH_PEER").ok().and_then(|size| size.parse().ok()) {
        return peer::serve(size);
    }
    // Once and briefly, to see that it still runs.
    let brief = arguments.iter().any(|argument| argument == "--test");
    let parts: Vec<&str> = arguments.iter().map(String::as_str).filter(|argument| !argument.starts_with('-')).collect();
    let wanted = |part: &str| parts.is_empty() || parts.contains(&part);
    let second = if brief { Duration::from_millis(100) } else { Duration::from_secs(2) };
    process::pin_self();
    if wanted("single") {
        single(second);
    }
    if wanted("batch") {
        batch(second);
    }
    if wanted("reloads") {
        reloads(second);
    }
    if wanted("overload") {
        overload(second);
    }
    if wanted("memory") {
        memory(if brief { 3 } else { 1_000 }, if brief { 10 } else { 1_000 });
    }
    if wanted("start") {
        start(if brief { 10 } else { 1_000 });
    }
}

/// The contexts of the example, each as the body of a request.
fn bodies() -> Vec<String> {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/acme.contexts.ndjson")).unwrap();
    text.lines().map(|context| format!("{{\"context\":{context},\"now\":1795420800}}")).collect()
}

fn requests(path: &str) -> Vec<Vec<u8>> {
    bodies().iter().map(|body| post(path, body)).collect()
}

fn say(what: &str, stats: &Stats) {
    let Stats { rate, p50, p99, ok, other, .. } = stats;
    println!("{what:44} {rate:>9.0} /s   p50 {p50:>7.0} us   p99 {p99:>8.0} us   {ok} ok, {other} other");
}

fn single(time: Duration) {
    let folder = Folder::example("single");
    let service = Service::start(folder.path(), &[]);
    let requests = requests("/v1/rulesets/acme/decide");
    // As long as the answers of the service are on average.
    let answer = requests.iter().map(|request| load::ask(service.address, request)).sum::<usize>() / requests.len();
    let peer = Service::peer(answer);
    let (mut shares, mut costs) = (Vec::new(), [Vec::new(), Vec::new()]);
    for round in 0..rounds(5, time) {
        let mut rates = Vec::new();
        for ((name, process), costs) in [("decide", &service), ("peer  ", &peer)].into_iter().zip(&mut costs) {
            let before = process.processor();
            let stats = closed(process.address, &requests, 32, time);
            costs.push((process.processor() - before).as_secs_f64() * 1e6 / stats.ok as f64);
            say(&format!("single/acme/{name} round {round}"), &stats);
            assert_eq!(stats.other, 0);
            rates.push(stats.rate);
        }
        shares.push(rates[0] / rates[1]);
    }
    let [ours, theirs] = costs.map(median);
    let share = median(shares);
    println!("single/acme: {share:.2} of the peer's rate (medians); answers of {answer} bytes");
    println!("single/acme: {ours:.1} us of processor time a request, the peer {theirs:.1} us: {:.2}", theirs / ours);
    let logged = folder.path().with_extension("log");
    drop(service);
    let service = Service::start(folder.path(), &["--decision-log", logged.to_str().unwrap()]);
    say("single/acme/decide with a masked log", &closed(service.address, &requests, 32, time));
    drop(service);
    std::fs::remove_dir_all(logged).unwrap();
}

fn batches(size: usize) -> Vec<Vec<u8>> {
    let contexts = bodies();
    let items: Vec<String> = (0..size).map(|at| contexts[at % contexts.len()].replacen('{', &format!("{{\"id\":{at},"), 1)).collect();
    vec![post("/v1/rulesets/acme/decide:batch", &format!("{{\"items\":[{}]}}", items.join(",")))]
}

fn batch(time: Duration) {
    let folder = Folder::example("batch");
    let service = Service::start(folder.path(), &[]);
    let mut shares = Vec::new();
    for _ in 0..rounds(3, time) {
        let singles = closed(service.address, &requests("/v1/rulesets/acme/decide"), 32, time);
        let before = service.processor();
        let hundreds = closed(service.address, &batches(100), 8, time);
        println!("batch/acme: {:.1} us of processor time a decision", (service.processor() - before).as_secs_f64() * 1e4 / hundreds.ok as f64);
        say("batch/acme/single", &singles);
        say("batch/acme/100 (batches)", &hundreds);
        shares.push(hundreds.rate * 100.0 / singles.rate);
    }
    println!("batch/acme: {:.1} times the decisions per second of single calls (median)", median(shares));
}

fn reloads(time: Duration) {
    let folder = Folder::example("reloads");
    let service = Service::start(folder.path(), &["--poll", "100ms"]);
    let requests = requests("/v1/rulesets/acme/decide");
    let rate = closed(service.address, &requests, 32, time).rate * 0.5;
    let path = folder.path().join("acme.yaml");
    let text = std::fs::read_to_string(&path).unwrap();
    let mut ratios = Vec::new();
    // Machines stand still for moments: rounds with and without reloads take turns, and the middle one counts.
    for round in 0..rounds(9, time) {
        let still = open(service.address, &requests, 64, rate, time);
        let (changed, folder) = (format!("{text}\n# {round}\n"), path.clone());
        let writer = std::thread::spawn(move || {
            for half in 0..2 {
                let next = folder.with_extension("next");
                std::fs::write(&next, format!("{changed}# {half}\n")).unwrap();
                std::fs::rename(&next, &folder).unwrap();
                std::thread::sleep(time / 2);
            }
        });
        let busy = open(service.address, &requests, 64, rate, time);
        writer.join().unwrap();
        say(&format!("reloads/acme/none round {round}"), &still);
        say(&format!("reloads/acme/each second round {round}"), &busy);
        assert_eq!((still.other, busy.other), (0, 0));
        ratios.push(busy.p99 / still.p99);
    }
    println!("reloads/acme: p99 {:.2} times that without, at half of the peak rate (median)", median(ratios));
}

fn overload(time: Duration) {
    let folder = Folder::example("overload");
    for (name, requests) in [("single", requests("/v1/rulesets/acme/decide")), ("batch of 100", batches(100))] {
        let service = Service::start(folder.path(), &[]);
        let (mut goodputs, mut ratios) = (Vec::new(), Vec::new());
        for round in 0..rounds(5, time) {
            let peak = closed(service.address, &requests, 16, time).rate;
            let usual = open(service.address, &requests, 256, peak * 0.7, time);
            let over = open(service.address, &requests, 256, peak * 3.0, time);
            say(&format!("overload/{name}/70 % round {round}"), &usual);
            say(&format!("overload/{name}/300 % round {round}"), &over);
            goodputs.push(over.ok as f64 / over.seconds / peak * 100.0);
            ratios.push(over.p99 / usual.p99);
        }
        println!("overload/{name}: goodput {:.0} % of the peak, accepted p99 {:.1} times that at 70 % (medians)", median(goodputs), median(ratios));
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn memory(times: usize, items: usize) {
    let folder = Folder::empty("memory");
    std::fs::write(folder.path().join("large.yaml"), large(items, 0)).unwrap();
    let service = Service::start(folder.path(), &["--writable", "--poll", "0s"]);
    let mut first = None;
    for number in 1..=times {
        let request = load::put("/v1/rulesets/large", &large(items, number));
        load::ask(service.address, &request);
        if number == times.min(100) {
            first = Some(service.memory());
        }
    }
    let (before, after) = (first.unwrap(), service.memory());
    println!(
        "memory/{items} items: {} KiB after {} reloads, {} KiB after {times}: {:+} KiB; files {} and {}, threads {} and {}",
        before.kib,
        times.min(100),
        after.kib,
        after.kib as i64 - before.kib as i64,
        before.files,
        after.files,
        before.threads,
        after.threads
    );
}

fn start(items: usize) {
    let folder = Folder::empty("start");
    std::fs::write(folder.path().join("large.yaml"), large(items, 0)).unwrap();
    let mut times: Vec<Duration> = (0..5)
        .map(|_| {
            let started = Instant::now();
            let service = Service::start(folder.path(), &[]);
            load::ask(service.address, &post("/v1/rulesets/large/decide", "{\"context\":{\"domain\":\"D1\"}}"));
            started.elapsed()
        })
        .collect();
    times.sort();
    println!("start/{items} items: first decision after {:?} (median of 5)", times[2]);
}
