//! Native code is given back: compiling and dropping does not make the process grow. Alone in its process, so that nothing else is measured.
#![cfg(all(feature = "handoff", target_os = "linux"))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail by panicking")]

mod support;

use triggerfish::backend::{Backend, Optimisation, Running, available};
use triggerfish::handoff::Loader;
use triggerfish::{Engine, Rule, RuleSet, Timestamp};

/// Resident size of this process, in KiB.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

fn rule(engine: &Engine, number: usize) -> Rule {
    // Each is another one: nothing can be reused.
    let source = format!(r#"domain == "IT" AND attempts + {number} > 2 AND user.tags.$ANY(tag => tag == "VIP" OR "{number}" IN tag)"#);
    let rule = support::compile(engine, &source);
    let context = br#"{"domain": "IT", "attempts": 2, "user": {"tags": ["STAFF", "VIP"]}}"#;
    assert_eq!(rule.matches_json(context, Timestamp::EPOCH), Ok(number > 0));
    rule
}

fn set(loader: &Loader<'_>) -> RuleSet {
    let set = loader.read_file(support::path("examples/acme.yaml")).unwrap_or_else(|error| panic!("{error}"));
    assert!(!set.decide_json(br#"{"domain": "IT"}"#, Timestamp::EPOCH).options.is_empty());
    set
}

#[test]
fn thousands_of_compilations_leave_the_resident_size_flat() {
    let engine = Engine::new().with_backend(Backend::Jit).with_optimisation(Optimisation::None);
    let loader = Loader::new().with_backend(Backend::Jit).with_optimisation(Optimisation::None);
    if available().is_ok() {
        assert_eq!((rule(&engine, 1).backend(), set(&loader).backend()), (Running::Native, Running::Native));
    }
    let cycles = |number: usize| {
        for at in 0..number {
            drop(rule(&engine, at));
            if at % 100 == 0 {
                drop(set(&loader));
            }
        }
    };
    // The allocator and the tables of the code generator grow to their size first.
    cycles(500);
    let before = resident();
    cycles(4_000);
    let after = resident();
    // One page that stayed for each rule would be 16 MiB.
    assert!(after < before + 4 * 1024, "{before} KiB before, {after} KiB after");
}
