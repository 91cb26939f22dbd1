//! Lines for rules and contexts, candidates, and what holds for generated rules.

use std::sync::Arc;

use arbtest::arbitrary::Unstructured;
use serde_json::json;

use super::{Candidate, Knows, LONGEST_LINE, MOST_CANDIDATES, because, candidates, values};
use crate::builtins::{Calendars, UnknownCalendar};
use crate::check::{Named, Names, World};
use crate::context::{Context, Layout, SlotId};
use crate::hir::Facts;
use crate::limits::Limits;
use crate::rule::{Expression, Scope, Trace};
use crate::schema::{Lookup, Schema};
use crate::value::{Timestamp, Value};

/// `it_emea` is declared and closed.
#[derive(Debug)]
struct Closed;

impl Calendars for Closed {
    fn is_declared(&self, calendar: &str) -> bool {
        calendar == "it_emea"
    }

    fn is_open(&self, _calendar: &str, _at: Timestamp) -> Result<bool, UnknownCalendar> {
        Ok(false)
    }

    fn opens_at(&self, _calendar: &str, _at: Timestamp) -> Result<Option<Timestamp>, UnknownCalendar> {
        Ok(None)
    }

    fn closes_at(&self, _calendar: &str, _at: Timestamp) -> Result<Option<Timestamp>, UnknownCalendar> {
        Ok(None)
    }
}

/// A small rule set: definitions in the order in which they use each other, and a list.
struct Set {
    schema: Arc<Schema>,
    names: Names,
    layout: Layout,
    limits: Limits,
    definitions: Vec<(&'static str, Expression, SlotId)>,
    context: Option<Context>,
}

const DEFINITIONS: [(&str, &str); 7] = [
    ("is_vip", r#""VIP" IN user.user_tags"#),
    ("site", "user.office"),
    ("is_local", r#"site == "Berlin" AND NOT $IS_NULL(user.city)"#),
    ("is_anna", r#"user.email_addr == "anna@corp.example""#),
    ("first", "user.first_name"),
    ("long", r#"domain == "A" OR domain == "B" OR user.department == "C" OR user.office == "D""#),
    ("fails", "user.custom_attributes.level < 3"),
];

impl Set {
    fn new() -> Set {
        let mut set = Set {
            schema: Schema::builtin(),
            names: Names::default(),
            layout: Layout::default(),
            limits: Limits::default(),
            definitions: Vec::new(),
            context: None,
        };
        let mails = ["x@corp.example", "anna@corp.example"].map(Value::text).to_vec();
        set.names.insert("vip_mails".into(), Named::Constant(Value::from(mails)));
        for (name, source) in DEFINITIONS {
            let expression = set.compile(source);
            let facts = expression.program().root_facts();
            let slot = set.layout.computed(name, false);
            set.names.insert(
                name.into(),
                Named::Computed { slot, facts: Facts { kinds: facts.kinds, errors: facts.errors }, declared: expression.declared().cloned() },
            );
            set.definitions.push((name, expression, slot));
        }
        set
    }

    fn world(&self) -> World<'_> {
        World { schema: Some(&self.schema), calendars: &Closed, names: &self.names, limits: &self.limits }
    }

    fn compile(&mut self, source: &str) -> Expression {
        let mut layout = self.layout.clone();
        let expression = Expression::compile(source, self.world(), &mut layout).unwrap_or_else(|errors| panic!("{source}: {errors:?}"));
        self.layout = layout;
        expression
    }

    fn bind(&mut self, document: &str) {
        let mut context = Context::from_json(&self.layout, document.as_bytes(), &self.limits).unwrap();
        for (_, expression, slot) in &self.definitions {
            let content = expression.evaluate(scope(&context)).map_err(|error| error.kind);
            context.set(*slot, content);
        }
        self.context = Some(context);
    }

    fn trace(&self, expression: &Expression) -> Trace {
        expression.trace_folded(scope(self.context.as_ref().unwrap()))
    }

    /// The line and the values, which are the same for the folded and the unfolded trace.
    fn tell(&mut self, source: &str, document: &str) -> (String, Vec<(String, String)>) {
        let expression = self.compile(source);
        self.bind(document);
        let folded = self.trace(&expression);
        let unfolded = expression.trace(scope(self.context.as_ref().unwrap()), self.world(), &self.layout);
        let line = because(&expression, &folded, self);
        assert_eq!(line, because(&expression, &unfolded, self), "{source}");
        assert!(line.chars().count() <= LONGEST_LINE, "{line}");
        (line, values(&expression, &folded, self))
    }
}

fn scope(context: &Context) -> Scope<'_> {
    Scope { context, now: Timestamp::EPOCH, calendars: &Closed }
}

impl Knows for Set {
    fn is_hidden(&self, path: &[&str]) -> bool {
        match self.schema.lookup(path.iter().copied()) {
            Lookup::Declared { attribute, pii, .. } => pii || attribute.holds_pii(),
            Lookup::Free { pii } => pii,
            Lookup::Unknown { .. } | Lookup::NoMembers { .. } => true,
        }
    }

    fn definition(&self, name: &str) -> Option<(&Expression, Trace)> {
        let (_, expression, _) = self.definitions.iter().find(|(known, ..)| *known == name)?;
        Some((expression, self.trace(expression)))
    }

    fn list(&self, name: &str) -> Option<Value> {
        match self.names.get(name)? {
            Named::Constant(value) => Some(value.clone()),
            Named::Computed { .. } => None,
        }
    }

    fn calendar(&self, name: &str) -> Option<String> {
        (name == "it_emea").then(|| "it_emea is closed, opens Monday 09:00 Europe/Berlin".to_owned())
    }

    fn stale(&self, path: &[&str]) -> Option<String> {
        (path == ["agents", "old", "available"]).then(|| "stale: 95 s, limit 60 s".to_owned())
    }
}

const SALES: &str = r#"{"domain": "IT", "user": {"department": "Sales", "office": "Berlin", "city": "Berlin", "user_tags": ["VIP", "TESTER"], "email_addr": "anna@corp.example", "first_name": "Zoe-17", "employee_id": "E-4711"},
    "bot": {"resolved": false, "attempts": 3, "results": [{"title": "Reset", "score": 0.9}]}, "signals": {"topics": ["billing", "refund"], "wants_human": true},
    "agents": {"it_emea": {"available": 0}}, "channel": "", "org": "acme", "language": {"detected": "de-AT"}, "utterance": "I want a human to chat with, code 1234"}"#;

#[track_caller]
fn check(rows: &[(&str, &str, &str)]) {
    let wrong: Vec<String> = rows
        .iter()
        .filter_map(|(source, document, expected)| {
            let (line, _) = Set::new().tell(source, document);
            (line != *expected).then(|| format!("{source}\n  expected {expected}\n  found    {line}"))
        })
        .collect();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn comparisons_say_what_is_and_what_was_asked() {
    check(&[
        (r#"domain == "IT""#, SALES, "domain is IT"),
        (r#"domain == "HR""#, SALES, "domain is IT, not HR"),
        (r#""HR" == domain"#, SALES, "domain is IT, not HR"),
        (r#"domain == "IT""#, "{}", "domain is missing"),
        (r#"domain != "IT""#, SALES, "domain is IT"),
        (r#"domain != "HR""#, SALES, "domain is IT, not HR"),
        (r#"NOT (domain == "HR")"#, SALES, "domain is IT, not HR"),
        ("domain == NULL", "{}", "domain is missing"),
        ("domain != NULL", SALES, "domain is there"),
        (r#"domain == """#, SALES, "domain is IT, not \"\""),
        (r#"channel == "web""#, SALES, "channel is empty, not web"),
        (r#"domain == "IT""#, r#"{"domain": "IT "}"#, "domain is \"IT \", not IT"),
        (r#"user.custom_attributes.level == "3""#, r#"{"user": {"custom_attributes": {"level": 3}}}"#, "user.custom_attributes.level is 3, not \"3\""),
        (r#"domain IN ["IT", "HR"]"#, SALES, "domain is IT"),
        (r#"domain IN ["HR", "Sales"]"#, SALES, "domain is IT, not one of HR, Sales"),
        (r#"domain NOT IN ["HR", "Sales"]"#, SALES, "domain is IT, not one of HR, Sales"),
        (r#"domain IN ["HR"]"#, SALES, "domain is IT, not HR"),
        (r#"domain IN ["a", "b", "c", "d", "e", "f", "g"]"#, SALES, "domain is IT, not one of a, b, c, d, e and 2 more"),
        (r#"domain IN ["a", "b"]"#, "{}", "domain is missing"),
        ("domain IN vip_mails", SALES, "domain is IT, not in vip_mails"),
        ("domain IN vip_mails", r#"{"domain": "x@corp.example"}"#, "domain is x@corp.example, one of vip_mails"),
        (r#"domain IN "IT,HR""#, SALES, "domain is IT, part of IT,HR"),
        (r#"domain IN "Sales,HR""#, SALES, "domain is IT, not part of Sales,HR"),
        (r#""VIP" IN user.user_tags"#, SALES, "user.user_tags has VIP"),
        (r#""IT_AGENT" IN user.user_tags"#, SALES, "user.user_tags has no IT_AGENT"),
        (r#""VIP" IN user.user_tags"#, "{}", "user.user_tags is missing"),
        (r#""VIP" IN user.user_tags"#, r#"{"user": {"user_tags": []}}"#, "user.user_tags is empty"),
        ("domain IN signals.topics", SALES, "signals.topics has no domain (IT)"),
        (r#""it_emea" IN agents"#, SALES, "agents has the key it_emea"),
        (r#""AT" IN language.detected"#, SALES, "language.detected contains AT"),
        ("bot.attempts >= 2", SALES, "bot.attempts is 3, at least 2"),
        ("bot.attempts >= 4", SALES, "bot.attempts is 3, not at least 4"),
        ("2 < bot.attempts", SALES, "bot.attempts is 3, more than 2"),
        ("bot.attempts <= 2", SALES, "bot.attempts is 3, not at most 2"),
        ("bot.attempts < 5", SALES, "bot.attempts is 3, less than 5"),
        ("bot.attempts < 5", "{}", "bot.attempts is missing"),
        ("bot.attempts > agents.it_emea.available", SALES, "bot.attempts is 3, more than agents.it_emea.available (0)"),
        ("agents.old.available > 0", "{}", "agents.old.available is missing (stale: 95 s, limit 60 s)"),
        ("user.office == user.city", SALES, "user.office is Berlin, the same as user.city"),
        ("user.office == domain", SALES, "user.office is Berlin, domain is IT"),
        ("user.office == domain", "{}", "user.office and domain are missing"),
        ("bot.attempts * 2 > 5", SALES, "bot.attempts * 2 is 6, more than 5"),
        ("bot.results[0].score > 0.95", SALES, "bot.results[0].score is 0.9, not more than 0.95"),
        ("user.user_tags.$LENGTH() == 2", SALES, "user.user_tags.$LENGTH() is 2"),
        ("$COALESCE(channel, domain) == \"x\"", SALES, "$COALESCE(channel, domain) is empty, not x"),
        ("domain == \"a\u{202e}b\"", SALES, "domain is IT, not a\\u{202e}b"),
    ]);
}

#[test]
fn only_what_decided_is_told() {
    check(&[
        (r#"domain == "IT" AND user.department == "Sales""#, SALES, "domain is IT and user.department is Sales"),
        (r#"domain == "IT" AND user.department == "HR" AND bot.resolved"#, SALES, "user.department is Sales, not HR"),
        (r#"domain == "HR" OR user.department == "Sales""#, SALES, "user.department is Sales"),
        (r#"domain == "HR" OR bot.resolved"#, SALES, "domain is IT, not HR, and bot.resolved is false"),
        (r#"NOT (domain == "IT" AND bot.resolved)"#, SALES, "bot.resolved is false"),
        (r#"domain == "IT" AND domain == "IT""#, SALES, "domain is IT"),
        (r#"domain == "IT" AND 1 < 2"#, SALES, "domain is IT"),
        (r#"domain == "IT" AND FALSE"#, SALES, "never"),
        ("TRUE", "{}", "always"),
        ("1 > 2", "{}", "never"),
        (r#"IF bot.resolved THEN domain == "IT" ELSE user.office == "Berlin""#, SALES, "bot.resolved is false and user.office is Berlin"),
        (r#"IF signals.wants_human THEN TRUE ELSE domain == "HR""#, SALES, "signals.wants_human is true"),
        ("bot.resolved", SALES, "bot.resolved is false"),
        ("NOT bot.resolved", SALES, "bot.resolved is false"),
        ("bot.resolved", "{}", "bot.resolved is missing"),
        ("signals.wants_human", SALES, "signals.wants_human is true"),
        ("agents.it_emea.available", SALES, "agents.it_emea.available is 0"),
        ("NOT channel", SALES, "channel is empty"),
        ("bot.attempts", SALES, "bot.attempts is 3"),
        ("bot.attempts - 3", SALES, "`bot.attempts - 3` is 0"),
    ]);
}

#[test]
fn functions_have_words_of_their_own() {
    check(&[
        (r#"$OPEN("it_emea")"#, "{}", "it_emea is closed, opens Monday 09:00 Europe/Berlin"),
        (r#"domain == "IT" AND $OPEN("it_emea")"#, SALES, "it_emea is closed, opens Monday 09:00 Europe/Berlin"),
        (r#"$SAME(domain, " it ")"#, SALES, "domain is IT"),
        (r#"domain.$SAME("HR")"#, SALES, "domain is IT, not HR"),
        (r#"$SAME(domain, "HR")"#, "{}", "domain is missing"),
        (r#"language.detected.$STARTS_WITH("de")"#, SALES, "language.detected starts with de"),
        (r#"$ENDS_WITH(language.detected, "DE")"#, SALES, "language.detected does not end with DE"),
        (r#"user.office.$MATCH("^B.*n$")"#, SALES, "user.office matches ^B.*n$"),
        (r#"user.office.$LOWERCASE().$MATCH("\\bbonn\\b")"#, SALES, r"user.office does not match \bbonn\b"),
        ("bot.results.$ANY(r => r.score > 0.5)", SALES, "an element of bot.results satisfies `r.score > 0.5`"),
        ("bot.results.$ANY(r => r.score > 0.95)", SALES, "no element of bot.results satisfies `r.score > 0.95`"),
        ("bot.results.$FILTER(r => r.score > 0.5)", SALES, "an element of bot.results satisfies `r.score > 0.5`"),
        ("bot.results.$ALL(r => r.score > 0.95)", SALES, "not every element of bot.results satisfies `r.score > 0.95`"),
        ("bot.results.$ANY(r => r.score > 0.5)", "{}", "bot.results is missing"),
        ("$IS_NULL(domain)", "{}", "domain is missing"),
        ("NOT $IS_NULL(domain)", SALES, "domain is there"),
        (r#"$HAS_ANY(signals.topics, ["billing", "invoice"])"#, SALES, "signals.topics has billing"),
        (r#"signals.topics.$HAS_ANY(["a", "b"])"#, SALES, "signals.topics has none of a, b"),
        (r#"$HAS_ANY(signals.topics, ["a"])"#, "{}", "signals.topics is missing"),
        (r#"$ROLLOUT(100, user.employee_id, "chat")"#, SALES, "user is among the 100 %"),
        (r#"$ROLLOUT(0, user.employee_id, "chat")"#, SALES, "user is not among the 0 %"),
        (r#"$ROLLOUT(50, user.employee_id, "chat")"#, "{}", "user.employee_id is missing"),
        (r#"user.department.$TRIM().$LOWERCASE() == "sales""#, SALES, "user.department is Sales"),
        (r#"user.department.$TRIM().$LOWERCASE() == "hr""#, SALES, "user.department is Sales, not hr"),
        (r#"user.department.$LOWERCASE() == "Sales""#, SALES, "user.department.$LOWERCASE() is sales, not Sales"),
        (r#"$LOWERCASE(user.department) IN ["Sales"]"#, SALES, "$LOWERCASE(user.department) is sales, not Sales"),
        (r#"$LENGTH(domain)"#, SALES, "`$LENGTH(domain)` is 2"),
    ]);
}

#[test]
fn definitions_are_told_by_their_own_reasons() {
    check(&[
        (r#"is_vip AND domain == "IT""#, SALES, "user.user_tags has VIP and domain is IT"),
        ("NOT is_vip", SALES, "user.user_tags has VIP"),
        ("is_local", SALES, "site is Berlin and user.city is there"),
        ("is_local AND is_local", SALES, "site is Berlin and user.city is there"),
        (r#"site == "Bonn""#, SALES, "site is Berlin, not Bonn"),
        ("site", "{}", "site is missing"),
        ("long", SALES, "long is false"),
        ("is_vip == TRUE", SALES, "is_vip is true"),
        (r#"first == "Bob""#, SALES, "first does not match (hidden)"),
        ("is_anna", SALES, "user.email_addr matches (hidden)"),
        (r#"first == "Zoe-17""#, SALES, "first matches (hidden)"),
        ("$ANY([1], long => long > 0) AND is_vip", SALES, "user.user_tags has VIP"),
    ]);
}

#[test]
fn failures_say_what_failed() {
    let document = r#"{"domain": "IT", "user": {"custom_attributes": {"level": "high"}, "email_addr": "anna@corp.example"}}"#;
    check(&[
        ("user.custom_attributes.level < 3", document, "`user.custom_attributes.level < 3` failed: type_mismatch"),
        ("domain == \"IT\" AND user.custom_attributes.level\n  < 3", document, "`user.custom_attributes.level < 3` failed: type_mismatch"),
        ("fails OR TRUE", document, "`user.custom_attributes.level < 3` failed: type_mismatch"),
        (
            r#"(IF user.email_addr == "anna@corp.example" THEN user.custom_attributes.level ELSE 1) < 3"#,
            document,
            "a condition on user.email_addr (hidden) failed: type_mismatch",
        ),
    ]);
}

#[test]
fn hidden_values_are_not_told_and_do_not_follow() {
    check(&[
        (r#"user.email_addr == "anna@corp.example""#, SALES, "user.email_addr matches (hidden)"),
        (r#"user.email_addr != "anna@corp.example""#, SALES, "user.email_addr matches (hidden)"),
        (r#"user.email_addr == "bob@corp.example""#, SALES, "user.email_addr (hidden) is not bob@corp.example"),
        (r#"user.email_addr == "bob@corp.example""#, "{}", "user.email_addr is missing"),
        ("user.email_addr IN vip_mails", SALES, "user.email_addr (hidden) is one of vip_mails"),
        (r#"user.email_addr IN ["anna@corp.example", "b"]"#, SALES, "user.email_addr matches (hidden)"),
        (r#"user.email_addr IN ["a", "b"]"#, SALES, "user.email_addr (hidden) is not one of a, b"),
        ("user.first_name IN vip_mails", SALES, "user.first_name (hidden) is not in vip_mails"),
        (r#""chat" IN utterance"#, SALES, "utterance (hidden) contains chat"),
        (r#""chat" IN utterance[0:200]"#, SALES, "a value from utterance matches (hidden)"),
        (r#"user.email_addr.$LOWERCASE() == "bob@corp.example""#, SALES, "user.email_addr (hidden) is not bob@corp.example"),
        (r#"user.email_addr.$LOWERCASE() == "Bob""#, SALES, "user.email_addr does not match (hidden)"),
        (r#"utterance.$STARTS_WITH("I want")"#, SALES, "utterance (hidden) starts with I want"),
        (r#"user.first_name.$UPPERCASE().$ENDS_WITH("X")"#, SALES, "user.first_name does not match (hidden)"),
        (r#""bill" IN utterance"#, SALES, "utterance (hidden) does not contain bill"),
        (r#"utterance.$LOWERCASE().$MATCH("\\b(human|agent)\\b")"#, SALES, r"utterance (hidden) matches \b(human|agent)\b"),
        (r#"user.first_name.$MATCH("^Zoe-17$")"#, SALES, "user.first_name matches (hidden)"),
        (r#"user.email_addr.$LOWERCASE() == "anna@corp.example""#, SALES, "user.email_addr matches (hidden)"),
        (r#"user.email_addr[0:4] == "anna""#, SALES, "a value from user.email_addr matches (hidden)"),
        (r#"user.first_name + "x" == "Zoe-17x""#, SALES, "a value from user.first_name matches (hidden)"),
        ("user.employee_id > \"E\"", SALES, "user.employee_id (hidden) is more than E"),
        ("user.first_name == user.last_name", SALES, "user.first_name (hidden) does not match user.last_name (hidden)"),
        ("domain == user.last_name", SALES, "domain does not match user.last_name (hidden)"),
        (r#"user == "Zoe-17""#, SALES, "user does not match (hidden)"),
        (r#""Zoe-17" IN user"#, SALES, "user does not match (hidden)"),
        ("user.first_name", SALES, "user.first_name (hidden) holds"),
        ("$IS_NULL(user.first_name)", SALES, "user.first_name is there"),
        (r#"$SAME(user.first_name, "ZOE-17")"#, SALES, "user.first_name matches (hidden)"),
        (r#"[user.first_name].$ANY(n => n == "Zoe-17")"#, SALES, "an element of a value from user.first_name (hidden) is as asked"),
        (r#"bot.results.$ANY(r => user.first_name == "Zoe-17")"#, SALES, "an element of bot.results (hidden) is as asked"),
        (r#"$HAS_ANY([user.first_name], ["Zoe-17"])"#, SALES, "a value from user.first_name matches (hidden)"),
        (r#""Zoe-17" IN [user.first_name]"#, SALES, "a value from user.first_name matches (hidden)"),
        ("user.first_name.$LENGTH()", SALES, "a condition on user.first_name (hidden) holds"),
        (r#"(IF user.first_name == "Zoe-17" THEN 1 ELSE 0) > 0"#, SALES, "a value from user.first_name (hidden) is more than 0"),
        (r#"undeclared == "x""#, r#"{"undeclared": "x"}"#, "undeclared matches (hidden)"),
    ]);
}

#[test]
fn a_line_is_cut_by_whole_reasons() {
    let reasons: Vec<String> = (0..20).map(|at| format!("user.custom_attributes.a{at:02} == \"{}\"", "x".repeat(20))).collect();
    let (line, _) = Set::new().tell(&reasons.join(" OR "), "{}");
    assert!(line.ends_with(" is missing, and 14 more"), "{line}");
    let (line, _) = Set::new().tell(&format!("domain == \"{}\"", "y".repeat(500)), &format!("{{\"domain\": \"{}\"}}", "z".repeat(500)));
    assert_eq!(line, format!("domain is {}..., not {}...", "z".repeat(57), "y".repeat(57)));
}

#[test]
fn the_values_are_those_that_decided() {
    let told = |source: &str, document: &str| Set::new().tell(source, document).1;
    let pair = |path: &str, value: &str| (path.to_owned(), value.to_owned());
    assert_eq!(told(r#"domain == "HR" AND user.department == "Sales""#, SALES), [pair("domain", "IT")]);
    assert_eq!(
        told(r#"is_anna AND user.department IN ["Sales"] AND user.email_addr IN vip_mails"#, SALES),
        [pair("user.email_addr", "hidden"), pair("user.department", "Sales")]
    );
    assert_eq!(told(r#"site == "Bonn""#, SALES), [pair("user.office", "Berlin")]);
    assert_eq!(
        told("agents.old.available > 0 OR bot.resolved", "{}"),
        [pair("agents.old.available", "missing (stale: 95 s, limit 60 s)"), pair("bot.resolved", "missing")]
    );
    assert_eq!(told("bot.results.$ANY(r => r.title == domain)", SALES).last(), Some(&pair("domain", "IT")));
}

// ---- candidates

fn changes(source: &str) -> Vec<String> {
    let mut set = Set::new();
    let expression = set.compile(source);
    let definition = |name: &str| set.definitions.iter().find(|(known, ..)| *known == name).map(|(_, expression, _)| expression);
    let found = candidates(&expression, &definition, &|name| set.list(name));
    found.iter().map(|candidate| candidate.words("Monday 23 November 2026 08:00 Europe/Berlin")).collect()
}

#[test]
fn candidates_are_what_attributes_are_compared_with() {
    for (source, expected) in [
        (r#"user.department == "Sales""#, vec!["user.department were Sales"]),
        (r#""Sales" != user.department.$TRIM()"#, vec!["user.department were Sales"]),
        ("agents.it_emea.available > 0", vec!["agents.it_emea.available were 0", "agents.it_emea.available were 1", "agents.it_emea.available were -1"]),
        ("bot.results[0].score > 0.5", vec![]),
        (
            "user.custom_attributes.x < 0.5",
            vec!["user.custom_attributes.x were 0.5", "user.custom_attributes.x were 1.5", "user.custom_attributes.x were -0.5"],
        ),
        (r#"domain IN ["IT", "HR"]"#, vec!["domain were IT", "domain were HR"]),
        ("user.email_addr IN vip_mails", vec!["user.email_addr were x@corp.example", "user.email_addr were anna@corp.example"]),
        (r#""VIP" IN user.user_tags"#, vec!["user.user_tags had VIP"]),
        (r#"$HAS_ANY(signals.topics, ["billing", "refund"])"#, vec!["signals.topics had billing", "signals.topics had refund"]),
        ("bot.resolved", vec!["bot.resolved were true", "bot.resolved were false"]),
        ("NOT bot.resolved", vec!["bot.resolved were false", "bot.resolved were true"]),
        ("$IS_NULL(domain)", vec!["domain were missing"]),
        (r#"$SAME(domain, "IT") AND language.detected.$STARTS_WITH("de")"#, vec!["domain were IT", "language.detected were de"]),
        (r#"is_vip AND domain == "IT""#, vec!["domain were IT", "user.user_tags had VIP"]),
        (r#"site == "Bonn""#, vec!["user.office were Bonn"]),
        (
            r#"IF $OPEN("it_emea") THEN TRUE ELSE domain == "IT""#,
            vec!["it were Monday 23 November 2026 08:00 Europe/Berlin, when it_emea opens", "domain were IT"],
        ),
        (r#"bot.results.$ANY(domain => domain == "IT") OR bot.results.$ANY(r => user.office == "Bonn")"#, vec!["user.office were Bonn"]),
        (r#"domain == "IT" OR domain == "IT""#, vec!["domain were IT"]),
        (r#"user["cost center"] == "x""#, vec![r#"user["cost center"] were x"#]),
        ("TRUE", vec![]),
    ] {
        assert_eq!(changes(source), expected, "{source}");
    }
}

#[test]
fn candidates_have_paths_and_values() {
    let mut set = Set::new();
    let expression = set.compile(r#"user.department == "Sales" OR "VIP" IN user.user_tags"#);
    let found = candidates(&expression, &|_| None, &|_| None);
    assert_eq!(
        found,
        [
            Candidate::Attribute { path: vec!["user".into(), "department".into()], value: json!("Sales") },
            Candidate::Element { path: vec!["user".into(), "user_tags".into()], value: json!("VIP") },
        ]
    );
}

#[test]
fn candidates_are_limited() {
    let items = |count: usize| changes(&format!("domain IN [{}]", (0..count).map(|at| format!("\"{at}\"")).collect::<Vec<_>>().join(", "))).len();
    assert_eq!(items(MOST_CANDIDATES), MOST_CANDIDATES);
    assert_eq!(items(MOST_CANDIDATES + 1), MOST_CANDIDATES);
}

// ---- generated rules

/// A value that only hidden attributes have.
const SECRET: &str = "Q7-secret-value";

fn condition(random: &mut Unstructured<'_>, depth: usize) -> arbtest::arbitrary::Result<String> {
    if depth == 0 || random.ratio(1, 3)? {
        return leaf(random);
    }
    let (a, b) = (condition(random, depth - 1)?, condition(random, depth - 1)?);
    Ok(match random.int_in_range(0..=5)? {
        0 => format!("({a}) AND ({b})"),
        1 => format!("({a}) OR ({b})"),
        2 => format!("NOT ({a})"),
        3 => format!("IF {a} THEN {b} ELSE FALSE"),
        4 => format!("(IF {a} THEN 1 ELSE \"x\") == 1"),
        _ => format!("$ANY([{a}, {b}], e => e)"),
    })
}

fn leaf(random: &mut Unstructured<'_>) -> arbtest::arbitrary::Result<String> {
    let operand = *random.choose(&[
        "user.first_name",
        "user.email_addr",
        "utterance",
        "first",
        "undeclared",
        "user.first_name.$TRIM()",
        "user.first_name.$LOWERCASE()",
        "$COALESCE(user.first_name, domain)",
        "user.first_name[0:20]",
        "(IF user.first_name == \"Q7-secret-value\" THEN \"Q7-secret-value\" ELSE domain)",
        "domain",
        "site",
        "user",
        "user.full_name",
        "bot.attempts",
    ])?;
    let literal = *random.choose(&["\"Q7-secret-value\"", "\"q7-secret-value\"", "\"other\"", "3", "NULL", "TRUE"])?;
    let source = match random.int_in_range(0..=13)? {
        0 => format!("{operand} == {literal}"),
        1 => format!("{literal} != {operand}"),
        2 => format!("{operand} IN [{literal}, \"other\"]"),
        3 => format!("{literal} IN [{operand}, \"other\"]"),
        4 => format!("$SAME({operand}, \"Q7-secret-value\")"),
        5 => format!("$HAS_ANY([{operand}], [{literal}])"),
        6 => format!("[{operand}].$ANY(e => e == {literal})"),
        7 => format!("[{operand}].$FILTER(e => e == {literal}) != []"),
        8 => format!("{operand}.$STARTS_WITH(\"Q7\")"),
        9 => format!("{operand}.$MATCH(\"^Q7-secret-value$\")"),
        10 => format!("$IS_NULL({operand})"),
        11 => format!("$ROLLOUT(50, {operand}, \"s\")"),
        12 => format!("{operand} == user.email_addr"),
        _ => operand.to_owned(),
    };
    // What a visible attribute is compared with is told.
    Ok(if ["domain", "site", "bot.attempts"].contains(&operand) { source.replace(SECRET, "another") } else { source })
}

#[test]
fn no_line_has_a_hidden_value() {
    let document = json!({"user": {"first_name": SECRET, "email_addr": SECRET, "office": "Bonn"}, "utterance": SECRET, "undeclared": SECRET, "domain": "IT", "bot": {"attempts": 3}});
    let (document, mut told) = (document.to_string(), 0);
    arbtest::arbtest(|random| {
        let source = condition(random, 3)?;
        let mut set = Set::new();
        let mut layout = set.layout.clone();
        let Ok(expression) = Expression::compile(&source, set.world(), &mut layout) else { return Ok(()) };
        set.layout = layout;
        set.bind(&document);
        for trace in [set.trace(&expression), expression.trace(scope(set.context.as_ref().unwrap()), set.world(), &set.layout)] {
            let line = because(&expression, &trace, &set);
            let shows = line.contains(SECRET) || values(&expression, &trace, &set).iter().any(|(_, value)| value.contains(SECRET));
            assert!(!shows, "{line}\n{source}");
            assert!(!line.is_empty() && line.chars().count() <= LONGEST_LINE, "{line}\n{source}");
            told += 1;
        }
        Ok(())
    })
    .budget_ms(1_000);
    assert!(told > 100, "only {told} lines were told");
}

#[test]
fn deep_rules_are_told_on_a_small_stack() {
    let stack = if cfg!(debug_assertions) { 1 << 20 } else { 256 << 10 };
    let nested = |times: usize, open: &str, inner: &str, close: &str| format!("{}{inner}{}", open.repeat(times), close.repeat(times));
    let sources = [
        nested(31, "NOT (", "domain == \"IT\"", ")"),
        nested(62, "(domain == \"IT\" AND ", "bot.attempts > 2", ")"),
        nested(31, "IF bot.resolved THEN FALSE ELSE (", "bot.resolved", ")"),
        format!("{} IN [1]", nested(62, "[", "user.first_name", "]")),
        format!("user.first_name == {}", nested(62, "$COALESCE(", "domain", ")")),
    ];
    let told = std::thread::Builder::new().stack_size(stack).spawn(move || {
        for source in sources {
            assert!(!Set::new().tell(&source, SALES).0.is_empty());
            let mut set = Set::new();
            let expression = set.compile(&source);
            assert!(candidates(&expression, &|_| None, &|_| None).len() <= MOST_CANDIDATES);
        }
    });
    told.unwrap().join().unwrap();
}

#[test]
fn definitions_that_use_each_other_many_times_are_told_in_no_time() {
    let mut set = Set::new();
    let mut last = "long".to_owned();
    for name in ["d0", "d1", "d2", "d3", "d4", "d5", "d6", "d7"] {
        let source = vec![format!("{last} AND long"); 200].join(" OR ");
        let expression = set.compile(&source);
        let facts = expression.program().root_facts();
        let slot = set.layout.computed(name, false);
        set.names.insert(name.into(), Named::Computed { slot, facts, declared: None });
        set.definitions.push((name, expression, slot));
        last = name.to_owned();
    }
    let (line, _) = set.tell(&vec!["d7"; 200].join(" OR "), SALES);
    assert_eq!(line, "long is false");
}

#[cfg(feature = "fuzzing")]
#[test]
fn generated_rules_are_told() {
    use crate::fuzzing::generate;
    let mut told = 0;
    arbtest::arbtest(|random| {
        let bytes: Vec<u8> = random.arbitrary_iter()?.collect::<Result<_, _>>()?;
        let mut dice = generate::Dice::new(&bytes);
        let source = generate::text(&mut dice, generate::builtin());
        let mut set = Set::new();
        let mut layout = set.layout.clone();
        let Ok(expression) = Expression::compile(&source, set.world(), &mut layout) else { return Ok(()) };
        set.layout = layout;
        let document = generate::document(&mut dice, &set.layout, Some(&set.schema), generate::Care::Dirty).to_string();
        if Context::from_json(&set.layout, document.as_bytes(), &set.limits).is_err() {
            return Ok(());
        }
        set.bind(&document);
        let (folded, unfolded) = (set.trace(&expression), expression.trace(scope(set.context.as_ref().unwrap()), set.world(), &set.layout));
        for trace in [folded, unfolded] {
            let line = because(&expression, &trace, &set);
            assert!(!line.is_empty() && line.chars().count() <= LONGEST_LINE && !line.contains('\n'), "{line}\n{source}");
            drop(values(&expression, &trace, &set));
        }
        assert!(candidates(&expression, &|_| None, &|_| None).len() <= MOST_CANDIDATES);
        told += 1;
        Ok(())
    })
    .size_min(64)
    .budget_ms(1_500);
    assert!(told > 100, "only {told} rules were told");
}
