//! The files under `examples/` stay valid: rules compile strictly and without a warning, contexts bind, and every rule tells some of them apart.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking, in its helpers too")]

use std::fs;
use std::path::{Path, PathBuf};

use triggerfish::schema::Schema;
use triggerfish::{Engine, Rule, Timestamp};

fn example(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(name)
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn rules() -> Vec<PathBuf> {
    let files = fs::read_dir(example("")).unwrap().map(|entry| entry.unwrap().path());
    let rules: Vec<PathBuf> = files.filter(|path| path.extension().is_some_and(|extension| extension == "rule")).collect();
    assert!(!rules.is_empty());
    rules
}

fn matching(rule: &Rule) -> (usize, usize) {
    let contexts = read(&example("contexts.ndjson"));
    let verdicts = contexts.lines().map(|line| {
        let context = rule.bind_json(line.as_bytes()).unwrap_or_else(|error| panic!("{line}: {error}"));
        assert_eq!(context.warnings(), [], "{line}");
        rule.matches(&context, Timestamp::EPOCH).unwrap()
    });
    let (matching, others): (Vec<bool>, Vec<bool>) = verdicts.partition(|matches| *matches);
    (matching.len(), others.len())
}

#[test]
fn every_rule_matches_some_of_the_contexts_without_a_schema() {
    for path in rules() {
        let rule = Rule::compile(&read(&path)).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let (matching, others) = matching(&rule);
        assert!(matching > 0 && others > 0, "{} matches {matching}, others {others}", path.display());
        assert_eq!(matching + others, 20);
    }
}

#[test]
fn sales_it_needs_no_more_than_the_built_in_attributes() {
    let schema = Schema { strict: true, ..Schema::builtin().as_ref().clone() };
    let rule = Engine::new().with_schema(schema).compile(&read(&example("sales_it.rule"))).unwrap();
    assert_eq!(rule.diagnostics(), []);
    assert!(rule.cannot_fail());
    assert_eq!(matching(&rule), (4, 16));
}

#[test]
#[cfg(feature = "yaml")]
fn every_rule_fits_the_schema_beside_it_strictly() {
    use triggerfish::Limits;
    use triggerfish::schema::Format;

    let schema = Schema::read(read(&example("schema.yaml")), Format::Yaml, &Limits::default()).unwrap();
    assert!(schema.strict);
    let engine = Engine::new().with_schema(schema);
    for path in rules() {
        let rule = engine.compile(&read(&path)).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        assert_eq!(rule.diagnostics(), [], "{}", path.display());
        assert!(rule.cannot_fail(), "{}", path.display());
        let (matching, others) = matching(&rule);
        assert!(matching > 0 && others > 0, "{} matches {matching}, others {others}", path.display());
    }
}
