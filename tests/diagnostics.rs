//! What rule authors read: golden pairs of a rule and what is said about it, and the table of codes.
//!
//! A file of `tests/diagnostics/` has rules, each behind a line `=== none`, `=== builtin` or `=== strict` (the schema that it is checked with), or whole
//! rule sets behind `=== ruleset`, and below
//! a line `---` what is said about it. `UPDATE_GOLDEN=1 cargo test --test diagnostics` writes what is said now: read the difference as an author would.

#![allow(clippy::unwrap_used, clippy::wildcard_enum_match_arm, clippy::panic, clippy::indexing_slicing, reason = "helpers of tests fail by panicking")]

mod support;

use support::{assert_golden, bare, builtin, findings};
use triggerfish::diagnostic::{Code, Diagnostic, ExampleSchema, Severity, Style, explain, render_all};
use triggerfish::schema::Format;
use triggerfish::{Engine, RuleSet};

/// What a text is, and what it is checked with.
enum Subject {
    Rule(Engine),
    RuleSet,
}

impl Subject {
    fn named(schema: &str) -> Subject {
        match schema {
            "none" => Subject::Rule(bare()),
            "builtin" => Subject::Rule(builtin(false)),
            "strict" => Subject::Rule(builtin(true)),
            "ruleset" => Subject::RuleSet,
            other => panic!("no such schema: {other}"),
        }
    }

    fn of(code: Code) -> Subject {
        match code.example().schema {
            ExampleSchema::None => Subject::Rule(bare()),
            ExampleSchema::Lenient => Subject::Rule(builtin(false)),
            ExampleSchema::Strict => Subject::Rule(builtin(true)),
            ExampleSchema::RuleSet => Subject::RuleSet,
        }
    }

    fn findings(&self, text: &str) -> Vec<Diagnostic> {
        match self {
            Subject::Rule(engine) => findings(engine, text),
            Subject::RuleSet => match RuleSet::parse(text, Format::Yaml) {
                Ok(set) => set.warnings().to_vec(),
                Err(error) => error.diagnostics().to_vec(),
            },
        }
    }

    fn codes(&self, text: &str) -> Vec<&'static str> {
        self.findings(text).iter().map(|found| found.code.id()).collect()
    }

    fn rendered(&self, text: &str) -> String {
        let name = match self {
            Subject::Rule(_) => "rule",
            Subject::RuleSet => "acme.yaml",
        };
        render_all(&self.findings(text), text, name, Style::Plain)
    }

    fn runs(&self, text: &str) -> bool {
        match self {
            Subject::Rule(engine) => engine.compile(text).is_ok(),
            Subject::RuleSet => RuleSet::parse(text, Format::Yaml).is_ok(),
        }
    }
}

#[test]
fn what_is_said_is_what_was_agreed() {
    let files = support::files("tests/diagnostics", "txt");
    assert!(files.len() >= 10);
    for path in files {
        let golden = support::read(&path);
        let mut now = String::new();
        for entry in golden.strip_prefix("=== ").unwrap_or_else(|| panic!("{} begins with `===`", path.display())).split("\n=== ") {
            let (schema, rest) = entry.split_once('\n').unwrap();
            let (rule, _) = rest.split_once("\n---").unwrap_or_else(|| panic!("{}: no `---` behind {rest}", path.display()));
            if !now.is_empty() {
                now.push('\n');
            }
            now.push_str(&format!("=== {schema}\n{rule}\n---\n{}\n", Subject::named(schema).rendered(rule).trim_end()));
        }
        assert_golden(&path, &now);
    }
}

#[test]
fn explanations_are_what_was_agreed() {
    let text = [Code::ChainedComparison, Code::MissingUnderNot].map(explain).join("\n");
    assert_golden(&support::path("tests/diagnostics/explain.golden"), &text);
}

// ---- the table of codes

#[test]
fn every_code_is_triggered_by_its_example() {
    for code in Code::ALL {
        let rule = code.example().rule.text();
        assert!(Subject::of(*code).codes(&rule).contains(&code.id()), "{code}: {}", code.example().rule);
    }
}

#[test]
fn every_example_is_mended_by_the_better_rule() {
    for code in Code::ALL {
        let better = code.example().better;
        let subject = Subject::of(*code);
        assert!(subject.runs(better), "{code}: {}", subject.rendered(better));
        assert!(!subject.codes(better).contains(&code.id()), "{code}: {better}");
    }
}

#[test]
fn every_golden_code_has_its_place() {
    let golden: String = support::files("tests/diagnostics", "txt").iter().map(|path| support::read(path)).collect();
    let too_large_to_show = [Code::SourceTooLong, Code::TooDeep, Code::TooManyNodes];
    for code in Code::ALL.iter().filter(|code| !too_large_to_show.contains(code)) {
        assert!(golden.contains(&format!("[{code}]")), "{code} is in no file of tests/diagnostics");
    }
}

// ---- every finding

/// All texts of the golden files and of the table.
fn texts() -> Vec<(Subject, String)> {
    let mut texts: Vec<(Subject, String)> = Code::ALL.iter().map(|code| (Subject::of(*code), code.example().rule.text())).collect();
    for path in support::files("tests/diagnostics", "txt") {
        for entry in support::read(&path).strip_prefix("=== ").unwrap().split("\n=== ") {
            let (schema, rest) = entry.split_once('\n').unwrap();
            texts.push((Subject::named(schema), rest.split_once("\n---").unwrap().0.to_owned()));
        }
    }
    texts
}

#[test]
fn messages_keep_the_style() {
    for (subject, rule) in texts() {
        for found in subject.findings(&rule) {
            for text in std::iter::once(&found.message).chain(&found.help).chain(found.label.as_ref().map(|(_, label)| label)) {
                let outside: String = text.split('`').step_by(2).collect();
                assert!(!text.ends_with('.') && !text.contains('\n') && !text.is_empty(), "{rule}: {text}");
                assert!(text.matches('`').count() % 2 == 0 || rule.contains('`'), "{rule}: {text}");
                assert!(text.starts_with(|c: char| !c.is_uppercase()) || starts_with_a_term(text), "{rule}: {text}");
                for rust in ["i64", "f64", "String", "Option", "Vec", "str ", "usize", "None", "Some("] {
                    assert!(!outside.contains(rust), "{rule}: {text}");
                }
            }
            assert!(found.help.is_some() || found.code == Code::ConstantFails, "{rule}: {} has no help", found.message);
        }
    }
}

/// Names of kinds keep their capital.
fn starts_with_a_term(text: &str) -> bool {
    ["NULL", "YAML", "JSON", "Bool", "Integer", "Float", "Number", "Text", "List", "Map", "Floats", "Integers"].iter().any(|term| text.starts_with(term))
}

#[test]
fn spans_lie_in_the_rule_and_on_its_characters() {
    for (subject, rule) in texts() {
        for found in subject.findings(&rule) {
            for span in std::iter::once(found.span).chain(found.label.as_ref().map(|(span, _)| *span)) {
                assert!(rule.get(span.range()).is_some(), "{rule}: {span} of {}", found.message);
            }
        }
    }
}

#[test]
fn findings_are_in_the_order_of_the_source() {
    for (subject, rule) in texts() {
        let found = subject.findings(&rule);
        assert!(found.windows(2).all(|pair| pair[0].span.start <= pair[1].span.start), "{rule}: {:?}", found.iter().map(|each| each.span).collect::<Vec<_>>());
    }
}

/// Applied, a fix removes its finding; what it leaves parses, unless something else was wrong with the rule.
#[test]
fn every_fix_mends_what_was_found() {
    let mut fixes = 0;
    for (subject, rule) in texts() {
        let found = subject.findings(&rule);
        for each in &found {
            let Some(fix) = &each.fix else { continue };
            fixes += 1;
            let fixed = fix.apply(&rule);
            let left = subject.findings(&fixed);
            let count = |found: &[Diagnostic]| found.iter().filter(|other| other.code == each.code).count();
            assert!(count(&left) < count(&found), "{rule}: {} -> {fixed}: {left:?}", fix.title);
            if found.len() == 1 {
                assert!(matches!(subject, Subject::RuleSet) || support::parse(&fixed).is_ok(), "{rule} -> {fixed}");
            }
            assert!(!fix.title.is_empty() && !fix.title.ends_with('.'), "{}", fix.title);
        }
    }
    assert!(fixes >= 20, "only {fixes} fixes");
}

#[test]
fn an_error_stops_the_rule_and_a_warning_does_not() {
    for (subject, rule) in texts() {
        let stopped = subject.findings(&rule).iter().any(|found| found.severity == Severity::Error);
        assert_eq!(!subject.runs(&rule), stopped, "{rule}");
    }
}
