//! The bodies of the fuzz targets, a second each: over the committed seeds, and over seeded noise, the same in every run.
//!
//! `UPDATE_GOLDEN=1 cargo test --features fuzzing --test fuzz_smoke` writes `fuzz/rules.dict` anew.
#![cfg(feature = "fuzzing")]
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "tests fail by panicking, and say what they have seen")]

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use triggerfish::fuzzing::{STRUCTURED, TARGETS, Tally, dictionary, target};
use triggerfish::handoff::decision::State;

/// How long each target is run over noise, and how many inputs it gets at least, however slow the machine.
const SECOND: Duration = Duration::from_millis(800);
const FEWEST: u64 = 200;

/// xorshift64*: noise that is the same everywhere.
struct Noise(u64);

impl Noise {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    fn input(&mut self) -> Vec<u8> {
        let length = usize::try_from(self.next() % 1_500).unwrap();
        let mut bytes: Vec<u8> = (0..length).map(|_| self.next().to_le_bytes()[7]).collect();
        // Plain noise is hardly ever a rule.
        if !self.next().is_multiple_of(8) {
            bytes.insert(0, STRUCTURED);
        }
        bytes
    }
}

fn smoke(name: &str) -> Tally {
    let target = target(name).unwrap();
    let mut tally = Tally::default();
    for seed in files(&root().join("fuzz/seeds").join(name)) {
        (target.body)(&fs::read(&seed).unwrap(), &mut tally);
    }
    assert!(tally.inputs > 2, "{name} has seeds");
    let mut noise = Noise(0x0074_7269_6767_6572);
    let start = Instant::now();
    while tally.inputs < FEWEST || start.elapsed() < SECOND {
        (target.body)(&noise.input(), &mut tally);
    }
    println!("{name}: {tally}");
    assert!(tally.valid > tally.inputs / 10, "{name} hardly meets a rule: {tally}");
    assert!(tally.refused > 0, "{name} meets no bad rule: {tally}");
    tally
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn files(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

#[test]
fn parse() {
    smoke("parse");
}

#[test]
fn scan() {
    let tally = smoke("scan");
    assert!(tally.matched > 0 && tally.unmatched > 0 && tally.failed > 0, "{tally}");
}

#[test]
fn roundtrip() {
    smoke("roundtrip");
}

#[test]
fn check() {
    let tally = smoke("check");
    assert!(tally.safe > 0 && tally.fixed > 0 && tally.unbound > 0, "{tally}");
    assert!(tally.matched > 0 && tally.unmatched > 0 && tally.failed > 0, "{tally}");
}

#[test]
fn evaluate() {
    let tally = smoke("evaluate");
    assert!(tally.safe > 0 && tally.unbound > 0, "{tally}");
    assert!(tally.matched > 0 && tally.unmatched > 0 && tally.failed > 0, "{tally}");
}

#[test]
fn bind() {
    let tally = smoke("bind");
    assert!(tally.unbound > tally.inputs / 10 && tally.scanned > tally.inputs / 2, "{tally}");
}

#[test]
fn backends() {
    let tally = smoke("backends");
    assert!(tally.matched > 0 && tally.unmatched > 0 && tally.failed > 0, "{tally}");
    let seen = tally.compared;
    assert!(seen.evaluations > 1_000 && seen.charged > 0 && seen.exhausted > 0 && seen.bytes > 0, "{tally}");
}

#[test]
fn matcher() {
    let tally = smoke("matcher");
    assert!(tally.matched > 1_000 && tally.unmatched > 1_000 && tally.failed > 100, "{tally}");
    assert!(tally.unbound > 0 && tally.safe > 100, "{tally}");
}

#[test]
fn ruleset() {
    let tally = smoke("ruleset");
    assert!(tally.handoff.options > 0, "{tally}");
}

#[test]
fn decide() {
    let tally = smoke("decide");
    for state in State::ALL {
        assert!(tally.handoff.of(state) > 0, "no decision is {}: {tally}", state.name());
    }
    let seen = tally.handoff;
    assert!(seen.agents > 0 && seen.fallbacks > 0 && seen.faults > 0 && seen.marked > 0 && seen.nearest > 0, "{tally}");
}

#[test]
fn template() {
    let tally = smoke("template");
    assert!(tally.safe > 0 && tally.matched > 0 && tally.failed > 0, "{tally}");
}

#[test]
fn every_target_has_a_binary() {
    let manifest = fs::read_to_string(root().join("fuzz/Cargo.toml")).unwrap();
    for target in &TARGETS {
        assert!(manifest.contains(&format!("path = \"fuzz_targets/{}.rs\"", target.name)), "{}", target.name);
        let glue = fs::read_to_string(root().join(format!("fuzz/fuzz_targets/{}.rs", target.name))).unwrap();
        assert!(glue.contains(&format!("run(\"{}\", data)", target.name)), "{}", target.name);
    }
}

#[test]
fn the_dictionary_is_that_of_the_tables() {
    let path = root().join("fuzz/rules.dict");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&path, dictionary()).unwrap();
    }
    assert_eq!(fs::read_to_string(&path).unwrap_or_default(), dictionary(), "write it anew with UPDATE_GOLDEN=1");
}
