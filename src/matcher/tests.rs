//! Sets of rules, sentence by sentence. That they give what their rules give is what the fuzz target `matcher` asserts.

use super::{Live, Matcher, RuleId, Scratch};
use crate::schema::Schema;
use crate::{Context, Engine, EvalErrorKind, Timestamp};

fn set(rules: &[&str]) -> Matcher {
    Engine::new().compile_set(rules.iter().copied()).unwrap()
}

fn matched(matcher: &Matcher, json: &str) -> Vec<usize> {
    let context = matcher.bind_json(json.as_bytes()).unwrap();
    let mut scratch = Scratch::new();
    matcher.matches(&context, Timestamp::EPOCH, &mut scratch).unwrap().iter().map(RuleId::index).collect()
}

#[test]
fn an_empty_set_matches_nothing() {
    let matcher = set(&[]);
    assert!(matcher.is_empty());
    assert!(matched(&matcher, "{}").is_empty());
}

#[test]
fn rules_below_tests_of_every_kind_are_found() {
    let matcher = set(&[
        r#"a == "x""#,
        r#"a IN ["x", "y"]"#,
        "n > 3",
        "n <= 3",
        "n == 3.0",
        r#"a.$STARTS_WITH("x")"#,
        r#""b" IN l"#,
        r#""xy" IN a"#,
        r#"a.$LOWERCASE() == "x""#,
        r#"a.$MATCH("^x$")"#,
        r#"a < "y""#,
        "missing == NULL",
        "f",
        "TRUE",
        r#"a != "x""#,
        "n + 0 == 3",
    ]);
    assert_eq!(matched(&matcher, r#"{"a": "x", "n": 3, "l": ["b"], "f": true}"#), [0, 1, 3, 4, 5, 6, 8, 9, 10, 11, 12, 13, 15]);
    assert_eq!(matched(&matcher, r#"{"a": "xyz", "n": 4, "l": []}"#), [2, 5, 7, 10, 11, 13, 14]);
}

#[test]
fn a_rule_that_fails_says_where() {
    let matcher = set(&[r#"a == "x" AND n < 3"#, "n == 1", r#"user.id == "1" OR n < 2"#]);
    let context = matcher.bind_json(br#"{"a": "x", "n": "many", "user": 5}"#).unwrap();
    let mut scratch = Scratch::new();
    let matches = matcher.matches(&context, Timestamp::EPOCH, &mut scratch).unwrap();
    assert!(matches.is_empty());
    let errors: Vec<_> = matches.errors().iter().map(|(rule, error)| (rule.index(), error.kind, error.span.start, error.span.end)).collect();
    assert_eq!(errors, [(0, EvalErrorKind::TypeMismatch, 13, 18), (2, EvalErrorKind::TypeMismatch, 0, 7)]);
}

#[test]
fn an_error_that_evaluation_meets_first_is_not_lost() {
    // The last test is false, but the division comes before it.
    let matcher = set(&[r#"1 / n > 0 AND a == "x""#, r#"a == "x" AND 1 / n > 0"#]);
    let context = matcher.bind_json(br#"{"a": "y", "n": 0}"#).unwrap();
    let mut scratch = Scratch::new();
    let matches = matcher.matches(&context, Timestamp::EPOCH, &mut scratch).unwrap();
    assert_eq!(matches.errors().iter().map(|(rule, error)| (rule.index(), error.kind)).collect::<Vec<_>>(), [(0, EvalErrorKind::DivisionByZero)]);
}

#[test]
fn lists_are_searched_for_more_literals_than_there_are_bits() {
    let rules: Vec<String> = (0..200).map(|number| format!("\"group {number}\" IN groups")).collect();
    let matcher = Engine::new().compile_set(rules.iter().map(String::as_str)).unwrap();
    assert_eq!(matched(&matcher, r#"{"groups": ["group 3", "group 150", "group 199", "other"]}"#), [3, 150, 199]);
    assert_eq!(matched(&matcher, r#"{"groups": "is group 150 a text"}"#), [1, 15, 150]);
}

#[test]
fn numbers_of_refused_rules_are_taken() {
    let mut builder = Engine::new().matcher();
    assert!(builder.add("a ==").is_err());
    assert_eq!(builder.add("TRUE").unwrap().0, RuleId::at(1));
    let matcher = builder.build();
    assert_eq!((matcher.len(), matcher.numbers(), matched(&matcher, "{}")), (1, 2, vec![1]));
    let refused = Engine::new().compile_set(["TRUE", "a ==", "b =="]).unwrap_err();
    assert_eq!(refused.iter().map(|(place, _)| *place).collect::<Vec<_>>(), [1, 2]);
}

#[test]
fn edits_leave_the_set_from_which_they_come() {
    let first = set(&[r#"a == "x""#, r#"a == "y""#]);
    let (second, added, _) = first.with(r#"a == "x" AND b == 1"#).unwrap();
    let (third, _) = second.replaced(RuleId::at(0), r#"a == "z""#).unwrap();
    let last = third.without(RuleId::at(1));
    assert_eq!((added.index(), last.len(), last.unmerged()), (2, 2, 2));
    let json = r#"{"a": "x", "b": 1}"#;
    assert_eq!([&first, &second, &third, &last].map(|set| matched(set, json)), [vec![0], vec![0, 2], vec![2], vec![2]]);
    let merged = last.merged();
    assert_eq!((merged.len(), merged.unmerged(), matched(&merged, json), matched(&merged, r#"{"a": "z"}"#)), (2, 0, vec![2], vec![0]));
}

#[test]
fn contexts_stay_current_until_a_rule_reads_something_new() {
    let first = set(&[r#"a == "x""#]);
    let context = first.bind_json(br#"{"a": "new"}"#).unwrap();
    let (second, rule, _) = first.with(r#"a == "new""#).unwrap();
    assert!(second.is_current(&context));
    let mut scratch = Scratch::new();
    assert_eq!(second.matches(&context, Timestamp::EPOCH, &mut scratch).unwrap().first(), Some(rule));
    let (third, ..) = second.with("b > 1").unwrap();
    assert!(!third.is_current(&context));
    assert!(third.matches(&context, Timestamp::EPOCH, &mut scratch).is_err());
}

#[test]
fn edits_while_a_set_is_merged_are_kept() {
    let before = set(&["a == 1", "a == 2", "a == 3"]);
    let (now, _, _) = before.with("b == 1").unwrap();
    let (now, _) = now.replaced(RuleId::at(0), "c == 1").unwrap();
    let now = now.without(RuleId::at(1));
    let caught_up = before.merged().caught_up(&before, &now);
    assert_eq!((caught_up.len(), caught_up.numbers()), (3, 4));
    for json in [r#"{"a": 1, "b": 1}"#, r#"{"a": 2, "c": 1}"#, r#"{"a": 3}"#] {
        assert_eq!(matched(&caught_up, json), matched(&now, json));
    }
}

#[test]
fn a_live_set_is_asked_while_it_changes() {
    let live = Live::new(set(&["a > 0"]));
    std::thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let mut scratch = Scratch::new();
            let mut most = 0;
            while most < 50 {
                let matcher = live.now();
                let context = matcher.bind_json(br#"{"a": 100}"#).unwrap();
                let count = matcher.matches(&context, Timestamp::EPOCH, &mut scratch).unwrap().count();
                assert!(count >= most, "a rule is gone");
                most = count;
            }
        });
        for number in 0..60 {
            live.add(&format!("a > {number}")).unwrap();
            if number % 20 == 7 {
                live.merge();
            }
        }
        reader.join().unwrap();
    });
    assert!(live.remove(RuleId::at(0)) && !live.remove(RuleId::at(0)));
}

#[test]
fn a_set_that_is_tuned_gives_the_same() {
    let matcher = set(&[r#"a == "x" AND n > 3"#, r#"a == "y" AND n > 4"#]);
    let contexts: Vec<Context> = (0..10).map(|n| matcher.bind_json(format!(r#"{{"a": "x", "n": {n}}}"#).as_bytes()).unwrap()).collect();
    let tuned = matcher.tuned(&contexts);
    assert_eq!(matched(&tuned, r#"{"a": "x", "n": 5}"#), [0]);
    assert!(tuned.is_current(&contexts[0]));
}

#[test]
fn matching_allocates_nothing_once_it_is_warm() {
    let engine = Engine::new().with_schema(Schema::builtin());
    let rules: Vec<String> = (0..500)
        .map(|number| format!("domain == \"D{}\" AND user.attempts > {} AND user.department.$STARTS_WITH(\"S{}\")", number % 7, number % 5, number % 3))
        .collect();
    let matcher = engine.compile_set(rules.iter().map(String::as_str)).unwrap();
    let mut context = Context::empty(matcher.layout());
    let mut scratch = Scratch::new();
    let json = br#"{"domain": "D3", "user": {"attempts": 9, "department": "S1 and so on"}}"#;
    let mut ask = || {
        matcher.rebind_json(&mut context, json).unwrap();
        matcher.matches(&context, Timestamp::EPOCH, &mut scratch).unwrap().count()
    };
    let found = ask();
    let info = allocation_counter::measure(|| assert_eq!(ask(), found));
    assert!(found > 0);
    assert_eq!(info.count_total, 0);
}
