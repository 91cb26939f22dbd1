//! The table of codes: each with its severity, what it means, and a rule that triggers it.

use std::fmt;
use std::str::FromStr;

use super::Severity;

/// A rule that triggers a code, and one that says the same without the finding.
#[derive(Clone, Copy, Debug)]
pub struct Example {
    /// A rule that triggers the code.
    pub rule: Rule,
    /// The schema that it needs.
    pub schema: ExampleSchema,
    /// The rule, mended.
    pub better: &'static str,
}

/// The text of an example; one that shows a limit is too long to be written out.
#[derive(Clone, Copy, Debug)]
pub enum Rule {
    /// The text.
    Text(&'static str),
    /// `unit` so many times, between `before` and `after`.
    Repeated {
        /// What comes first.
        before: &'static str,
        /// What is repeated.
        unit: &'static str,
        /// How often.
        times: usize,
        /// What comes last.
        after: &'static str,
    },
}

impl Rule {
    /// The text, written out.
    #[must_use]
    pub fn text(self) -> String {
        match self {
            Rule::Text(text) => text.to_owned(),
            Rule::Repeated { before, unit, times, after } => format!("{before}{}{after}", unit.repeat(times)),
        }
    }
}

/// Shortened where the text is long: `[1, 1, ... (10001 times)]`.
impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Rule::Text(text) => f.write_str(text),
            Rule::Repeated { before, unit, times, after } => {
                let space = if after.starts_with(char::is_alphanumeric) { " " } else { "" };
                write!(f, "{before}{unit}{unit}... ({times} times){space}{after}")
            }
        }
    }
}

/// The schema that an [`Example`] is checked with.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ExampleSchema {
    /// None.
    None,
    /// The built-in schema, lenient.
    Lenient,
    /// The built-in schema, strict.
    Strict,
    /// The example is a whole rule set, not a rule.
    RuleSet,
}

/// A rule set around what matters in an example.
macro_rules! rule_set {
    ($text:literal) => {
        concat!("triggerfish: 1\n", $text, "\notherwise:\n  - { key: help, label: Help, strategies: [{ url: \"https://help.example/\" }] }\n")
    };
}

macro_rules! codes {
    ($( $variant:ident $id:literal $severity:ident $title:literal, $explanation:literal, $schema:ident $rule:expr => $better:expr; )*) => {
        /// What a diagnostic is about. The number never changes its meaning.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
        pub enum Code {
            $( #[doc = $title] $variant, )*
        }

        impl Code {
            /// All codes, in order of number.
            pub const ALL: &[Code] = &[$(Code::$variant),*];

            /// `TF` and four digits.
            #[must_use]
            pub fn id(self) -> &'static str {
                match self { $(Code::$variant => $id,)* }
            }

            /// What was found, in a few words.
            #[must_use]
            pub fn title(self) -> &'static str {
                match self { $(Code::$variant => $title,)* }
            }

            /// What it means and what to do, in a few sentences.
            #[must_use]
            pub fn explanation(self) -> &'static str {
                match self { $(Code::$variant => $explanation,)* }
            }

            /// How much it usually weighs. `TF0105` is an error in strict mode, `TF0202` an error where it always runs.
            #[must_use]
            pub fn severity(self) -> Severity {
                match self { $(Code::$variant => Severity::$severity,)* }
            }

            /// A rule that triggers it, and one that does not.
            #[must_use]
            pub fn example(self) -> Example {
                match self { $(Code::$variant => Example { rule: $rule, schema: ExampleSchema::$schema, better: $better },)* }
            }
        }
    };
}

codes! {
    SourceTooLong "TF0001" Error "the rule is too long",
        "The text of a rule may have 64 KiB, unless another limit is set. Move long lists into the context, or split the rule.",
        None Rule::Repeated { before: "x == \"", unit: "a", times: 65_536, after: "\"" } => "x == \"a\"";
    TooDeep "TF0002" Error "the rule is nested too deeply",
        "A bracket, a `NOT`, a `-` or an `IF` inside another one goes one level deeper; 64 levels are allowed, unless another limit is set. Chains such as `a AND b AND c` and `ELSE IF` stay on their level.",
        None Rule::Repeated { before: "", unit: "NOT ", times: 65, after: "x" } => "NOT x";
    TooManyNodes "TF0003" Error "the rule has too many parts",
        "Every value, name, operator and function call is a part; 10,000 are allowed, unless another limit is set. Compare with a list instead of a long chain of `OR`, or split the rule.",
        None Rule::Repeated { before: "[", unit: "1, ", times: 10_001, after: "]" } => "[1, 1]";
    UnclosedText "TF0004" Error "a text is not closed",
        "A text begins and ends with the same quote, `\"` or `'`. Either the closing quote is missing, or a backslash in front of it makes it part of the text.",
        None Rule::Text("domain == \"IT") => "domain == \"IT\"";
    UnbalancedBracket "TF0005" Error "brackets do not match",
        "Every `(`, `[` and `{` needs its closing bracket, in the right order.",
        None Rule::Text("(domain == \"IT\"") => "(domain == \"IT\")";
    ForbiddenCharacter "TF0006" Error "a character that may not stand here",
        "Outside quotes, a rule is written in ASCII: letters without accents, digits and common signs. Attributes with other names are reached as `attributes[\"größe\"]`. Invisible format controls can make a rule read differently from what it does; they are refused even in comments.",
        None Rule::Text("größe == 1") => "attributes[\"größe\"] == 1";
    UnexpectedToken "TF0007" Error "something else was expected here",
        "The rule does not follow the grammar at this place. Look at what stands just before it, too: often something is missing there.",
        None Rule::Text("domain == ") => "domain == \"IT\"";
    ForeignOperator "TF0008" Error "an operator of another language",
        "Values are compared with `== != < <= > >= IN`, conditions are joined with `AND OR NOT`, and numbers are calculated with `+ - * /`.",
        None Rule::Text("domain = \"IT\" && x") => "domain == \"IT\" AND x";
    ChainedComparison "TF0009" Error "comparisons do not chain",
        "`a < b < c` could mean two things. Write `a < b AND b < c`, or put one comparison in parentheses.",
        None Rule::Text("1 < x < 5") => "1 < x AND x < 5";
    NeedsParentheses "TF0010" Error "an operand needs parentheses",
        "After an operator such as `==` or `+`, a `NOT` or an `IF` needs parentheses, which show how far it reaches: `a == (NOT b)`. An `IF` needs them after `AND`, `OR` and `NOT` as well.",
        None Rule::Text("a == NOT b") => "a == (NOT b)";
    MalformedNumber "TF0011" Error "a letter right after a number",
        "A number is made of digits, optionally with a fraction and an exponent: `42`, `1.5`, `1e3`. It has no unit.",
        None Rule::Text("x > 30days") => "x > 30";
    NumberOutOfRange "TF0012" Error "a number that is too large",
        "Whole numbers reach from -9223372036854775808 to 9223372036854775807, numbers with a fraction or an exponent to about 1.8e308.",
        None Rule::Text("x == 99999999999999999999") => "x == 9223372036854775807";
    MalformedEscape "TF0013" Error "a malformed escape in a text",
        "`\\uXXXX` takes exactly four hexadecimal digits, `\\u{X}` one to six, and they must be the number of a character. Half of a surrogate pair is no character: write `\\u{1F600}`, or both halves.",
        None Rule::Text("x == \"\\u12\"") => "x == \"\\u0012\"";
    ReservedWord "TF0014" Error "a keyword cannot be a name",
        "`AND OR NOT IN IF THEN ELSE TRUE FALSE NULL` are keywords in any letter case. After a dot they are ordinary names: `user.in`, `attributes.then`.",
        None Rule::Text("then == 1") => "attributes.then == 1";
    ListInParentheses "TF0015" Error "a list is written in square brackets",
        "Lists are written `[a, b]`. Parentheses around several names are only for the parameters of a lambda, as in `(acc, x) => acc + x`.",
        None Rule::Text("domain IN (\"IT\", \"HR\")") => "domain IN [\"IT\", \"HR\"]";
    MissingElse "TF0016" Error "`IF` without `ELSE`",
        "A conditional always gives a value, so it must say which one if the condition does not hold. `ELSE NULL` says that there is none.",
        None Rule::Text("IF x THEN 1") => "IF x THEN 1 ELSE NULL";

    UnknownFunction "TF0101" Error "a function that does not exist",
        "`triggerfish functions` lists all functions. Their names may be written in any letter case.",
        None Rule::Text("x.$LOWERCAS() == \"it\"") => "x.$LOWERCASE() == \"it\"";
    WrongArity "TF0102" Error "a wrong number of arguments",
        "What stands before the dot counts as the first argument: `v.$FUNC(a)` means `$FUNC(v, a)`.",
        None Rule::Text("$STARTS_WITH(x)") => "$STARTS_WITH(x, \"a\")";
    MisplacedLambda "TF0103" Error "a lambda where none can stand",
        "A lambda, `x => ...`, can only be an argument of a function that takes one, such as `$ANY` or `$MAP`.",
        None Rule::Text("$LOWERCASE(x => x)") => "$MAP(l, x => x)";
    LambdaExpected "TF0104" Error "a lambda was expected",
        "This argument says what to do with each element. It is a lambda: `x => ...`, or `(acc, x) => ...` for `$REDUCE`.",
        None Rule::Text("$MAP(l, 5)") => "$MAP(l, x => 5)";
    UnknownAttribute "TF0105" Warning "an attribute that the schema does not declare",
        "A misspelt attribute is always NULL, so a test of it silently never holds. Correct the spelling, or declare the attribute in the schema if it exists. In strict mode this is an error.",
        Lenient Rule::Text("user.departmnt == \"Sales\"") => "user.department == \"Sales\"";
    DuplicateKey "TF0106" Error "a key twice in a map",
        "Only the last value of a key would count. Remove one of the two, or give it another key.",
        None Rule::Text("{\"a\": 1, \"a\": 2}") => "{\"a\": 1, \"b\": 2}";

    KindMismatch "TF0201" Error "a value of a kind that never fits",
        "Text, numbers, lists and maps are kinds of values. The operator or function does not take a value of this kind, whatever the context says.",
        Lenient Rule::Text("user.department + 1") => "user.department + \"1\"";
    ConstantFails "TF0202" Error "a constant part that must fail",
        "This part does not depend on the context, and it is an error on every evaluation. Where it runs only under a condition, this is a warning.",
        None Rule::Text("1 / 0") => "1 / 2";
    BadPattern "TF0203" Error "a regular expression that cannot be compiled",
        "Patterns are those of Rust's `regex` crate: no look-around, no back references, at most 1 KiB of text and 256 KiB compiled. A bracket, dot or other special sign that is meant literally needs a backslash.",
        None Rule::Text("x.$MATCH(\"(\")") => "x.$MATCH(\"\\\\(\")";
    BadZone "TF0204" Error "a time zone that does not exist",
        "Zones are IANA names such as `Europe/Berlin`, or fixed offsets such as `+02:00`.",
        None Rule::Text("$FORMAT_TIME($TIME(), \"%H\", \"Europe/Berln\")") => "$FORMAT_TIME($TIME(), \"%H\", \"Europe/Berlin\")";
    UnknownCalendar "TF0205" Error "a calendar that is not declared",
        "`$OPEN`, `$OPENS_AT` and `$CLOSES_AT` name a calendar that the rule set declares. A rule that is checked on its own has none.",
        None Rule::Text("$OPEN(\"it\")") => "TRUE";

    NeverTrue "TF0301" Warning "a comparison that can never be true",
        "The two sides can never be equal: their kinds differ, or the value is not among those that the schema allows for the attribute.",
        Lenient Rule::Text("user.work_status == \"FULLTIME\"") => "user.work_status == \"FULL_TIME\"";
    ConstantCondition "TF0302" Warning "a condition that is always the same",
        "The condition does not depend on the context, so one of the branches never runs, or the operand decides nothing. A rule that is just `TRUE` or `FALSE` is fine: that is how rules are switched on and off.",
        None Rule::Text("x AND 1 == 1") => "x";
    MissingUnderNot "TF0303" Warning "a negated test that holds when the attribute is missing",
        "A missing attribute is NULL: it differs from every value, and no other test holds for it. So `!=` and `NOT` hold for everybody who lacks the attribute. If they are not meant, begin with `x != NULL AND ...`.",
        Lenient Rule::Text("user.department != \"Sales\"") => "user.department != NULL AND user.department != \"Sales\"";
    LetterCase "TF0304" Warning "a text in another letter case than the schema's values",
        "Upper and lower case differ when texts are compared, and the schema spells this value differently. Write it as the schema does.",
        Lenient Rule::Text("user.work_status == \"full_time\"") => "user.work_status == \"FULL_TIME\"";
    FilterIsNeverNull "TF0305" Warning "`$FILTER` compared with NULL",
        "`$FILTER` of a list gives a list, perhaps an empty one, and an empty list is not NULL. Use the list itself as the condition, compare its `$LENGTH`, or use `$ANY`.",
        None Rule::Text("[1, 2].$FILTER(x => x > 5) != NULL") => "[1, 2].$ANY(x => x > 5)";
    OneElementList "TF0306" Warning "`IN` a list of one element",
        "`x IN [a]` means `x == a`, which is simpler.",
        None Rule::Text("domain IN [\"IT\"]") => "domain == \"IT\"";
    BothMayBeMissing "TF0307" Warning "two attributes that are equal when both are missing",
        "NULL equals NULL, so this holds for everybody who lacks both attributes. Make sure first that there is one: `a != NULL AND a == b`.",
        Lenient Rule::Text("user.manager_email == ticket.requested_for.email_addr") => "user.manager_email != NULL AND user.manager_email == ticket.requested_for.email_addr";
    TextAsCondition "TF0308" Warning "a text used as a condition",
        "Every text but the empty one counts as true, \"false\" and \"no\" included. Compare it with the value that you mean, or with NULL.",
        Lenient Rule::Text("user.location AND NOT bot.resolved") => "user.location != NULL AND NOT bot.resolved";
    SubstringOfLiteral "TF0309" Warning "`IN` a text literal is a substring test",
        "`x IN \"Sales\"` asks whether x is a part of the word Sales: it also holds for \"ale\" and for \"\". A list takes square brackets, `x IN [\"Sales\", \"IT\"]`; to compare with one text, use `==`.",
        None Rule::Text("user.department IN (\"Sales\")") => "user.department == \"Sales\"";
    AttributeAsKey "TF0310" Warning "a bare map key that is an attribute's name",
        "A bare name as a key stands for the attribute's value, not for the word. Put the key in quotes if you mean the word.",
        Lenient Rule::Text("{domain: 1}") => "{\"domain\": 1}";
    RolloutsShareBuckets "TF0311" Warning "several rollouts without a salt",
        "The salt is the last argument of `$ROLLOUT`, a text of your choice. Without it, the same people come first in every rollout. Give each rollout its own salt, or all of them the same one if that is meant.",
        None Rule::Text("$ROLLOUT(10, user.employee_id) OR $ROLLOUT(20, user.record_id)") => "$ROLLOUT(10, user.employee_id, \"chat\") OR $ROLLOUT(20, user.record_id, \"mail\")";
    InvisibleInText "TF0312" Warning "an invisible format control inside quotes",
        "The text has a character that nobody sees, so a comparison with it fails for no visible reason. Remove it, or write it as an escape such as `\\u200b` if it is meant.",
        None Rule::Text("x == \"a\u{200b}b\"") => "x == \"a\\u200bb\"";
    UnreadableFile "TF0401" Error "the file cannot be read",
        "A rule set is one YAML or JSON document. A key stands in a map once; aliases, anchors, tags and merge keys of YAML are not read, so that what a file says can be seen where it is said.",
        RuleSet Rule::Text("triggerfish: 1\nname: [acme") => rule_set!("name: acme");
    UnknownKey "TF0402" Error "a key that means nothing here",
        "Every key of a rule set has a meaning; one that has none is usually misspelled, or stands one level too high or too low. The help says what is known at this place.",
        RuleSet Rule::Text(rule_set!("defualt_locale: en")) => rule_set!("default_locale: en");
    WrongShape "TF0403" Error "a value of another form than the key wants",
        "The key wants a text, a number, a list, a map or one of a few words, and found something else. In YAML, quotes make a text of anything.",
        RuleSet Rule::Text(rule_set!("max_options: many")) => rule_set!("max_options: 5");
    MissingKey "TF0404" Error "something is missing",
        "The key has to be there, because nothing sensible could be assumed in its place.",
        RuleSet Rule::Text(rule_set!("categories:\n  - items: []")) => rule_set!("categories:\n  - key: it\n    items: []");
    UnknownReference "TF0405" Error "a reference to something that is not there",
        "Items, integrations, calendars and lists are referred to by their keys. Nothing of this key is declared in the rule set.",
        RuleSet Rule::Text(rule_set!("always:\n  - { key: person, topics: [billing], offer: [chat] }")) => rule_set!("always:\n  - { key: person, topics: [billing], offer: [help] }");
    TakenKey "TF0406" Error "the same key twice",
        "Keys name categories, items and rules in decisions, traces and tests, so each stands for one thing only. Items share one room, whatever their category.",
        RuleSet Rule::Text(rule_set!("categories:\n  - { key: it, items: [] }\n  - { key: it, items: [] }")) => rule_set!("categories:\n  - { key: it, items: [] }\n  - { key: hr, items: [] }");
    Cycle "TF0407" Error "a circle",
        "Definitions must not refer to each other in a circle, and a chain of `if_unanswered` must come to an end.",
        RuleSet Rule::Text(rule_set!("define: { a: NOT b, b: NOT a }")) => rule_set!("define: { a: NOT b, b: bot.resolved }");
    BadTemplate "TF0408" Error "a template that cannot be read",
        "A text holds expressions between `{{` and `}}`; `{{{{` stands for two braces. The first `}}` outside quotes and brackets closes.",
        RuleSet Rule::Text(rule_set!("entry_label: 'Help with {{ domain'")) => rule_set!("entry_label: 'Help with {{ domain }}'");
    UnsafeTarget "TF0409" Error "an address that user data could change",
        "Scheme, host and port of a URL are written out; expressions may stand in a path segment, a query or a fragment, where their values are encoded. Addresses and identifiers have no line breaks.",
        RuleSet Rule::Text(rule_set!("integrations:\n  chat: { mode: url, system: glia, url: 'https://{{ org }}.example/' }")) => rule_set!("integrations:\n  chat: { mode: url, system: glia, url: 'https://chat.example/{{ org }}' }");
    BadCalendar "TF0410" Error "opening hours that cannot be read",
        "Hours are ranges such as `08:00-18:00` for days such as `mon-fri`, in a zone such as `Europe/Berlin`; dates are `12-25`, `2026-04-03` or `2026-12-24/2026-12-31`.",
        RuleSet Rule::Text(rule_set!("calendars:\n  desk: { timezone: UTC, hours: { mon-fri: [\"8-18\"] } }")) => rule_set!("calendars:\n  desk: { timezone: UTC, hours: { mon-fri: [\"08:00-18:00\"] } }");
    BadDeclaration "TF0411" Error "a declaration that cannot be read",
        "Below `context`, attributes are declared by path and type, such as `bool`, `text`, `time` or `list<text>`. `triggerfish schema show` shows what is declared anyhow.",
        RuleSet Rule::Text(rule_set!("context: { attributes: { user.tier: txet } }")) => rule_set!("context: { attributes: { user.tier: text } }");
    MayFail "TF0412" Error "the last resort may fail",
        "The last entry of `otherwise` is what stands when nothing else does: it is enabled, has no condition, needs no live person, and none of its templates can fail. A template fails where a kind may not fit, or where a text may grow too long.",
        RuleSet Rule::Text("triggerfish: 1\notherwise:\n  - { key: help, label: \"{{ $INTEGER(utterance) }}\", strategies: [{ url: \"https://help.example/\" }] }\n") => rule_set!("name: acme");
    HiddenAttribute "TF0413" Error "a name that hides an attribute",
        "A definition or list is used by its bare name, so it must not be called like a top-level attribute: rules would no longer see that.",
        RuleSet Rule::Text(rule_set!("define: { domain: bot.resolved }")) => rule_set!("define: { is_resolved: bot.resolved }");
    Ineffective "TF0414" Warning "something without effect",
        "What is written here never does anything: a calendar that never opens, a strategy behind one that is always usable, a definition that nobody uses.",
        RuleSet Rule::Text(rule_set!("calendars:\n  desk: { timezone: UTC, hours: {} }")) => rule_set!("calendars:\n  desk: { timezone: UTC, hours: { mon-sun: [\"08:00-18:00\"] } }");
    UnknownPair "TF0415" Warning "a system that is not known to work like this",
        "The table of systems says which modes each is publicly known to support and what it takes. Public sources contradict each other, so this is no error.",
        RuleSet Rule::Text(rule_set!("integrations:\n  chat: { mode: broker, system: beyondtrust, queue: it }")) => rule_set!("integrations:\n  chat: { mode: api, system: beyondtrust, queue: it }");
}

/// The stage that refuses a rule.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Stage {
    /// There is no tree: the `TF00..` codes.
    Parse,
    /// There is a tree, but it does not check: the codes from `TF01..` to `TF03..`.
    Check,
    /// The expressions are not what is wrong: the `TF04..` codes of rule sets.
    RuleSet,
}

impl Code {
    /// The stage that finds it.
    #[must_use]
    pub fn stage(self) -> Stage {
        // The order of codes is that of their numbers.
        if self < Code::UnknownFunction {
            Stage::Parse
        } else if self < Code::UnreadableFile {
            Stage::Check
        } else {
            Stage::RuleSet
        }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

/// There is no such code.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("no such diagnostic code")]
pub struct NoSuchCode;

impl FromStr for Code {
    type Err = NoSuchCode;

    /// Reads `TF0101`, in any letter case.
    fn from_str(text: &str) -> Result<Code, NoSuchCode> {
        Code::ALL.iter().copied().find(|code| code.id().eq_ignore_ascii_case(text)).ok_or(NoSuchCode)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_order() {
        assert!(Code::ALL.windows(2).all(|pair| pair[0].id() < pair[1].id()));
        for code in Code::ALL {
            assert_eq!(code.id().to_lowercase().parse(), Ok(*code));
        }
        assert_eq!("TF9999".parse::<Code>(), Err(NoSuchCode));
    }

    #[test]
    fn the_number_tells_the_stage() {
        for code in Code::ALL {
            assert_eq!(code.stage() == Stage::Parse, code.id().starts_with("TF00"), "{code}");
            assert_eq!(code.stage() == Stage::RuleSet, code.id().starts_with("TF04"), "{code}");
        }
    }

    #[test]
    fn the_wording_keeps_the_rules() {
        for code in Code::ALL {
            let (title, explanation) = (code.title(), code.explanation());
            assert!(!title.ends_with('.') && title.starts_with(|c: char| c.is_lowercase() || c == '`'), "{code}: {title}");
            assert!(explanation.ends_with('.') && !explanation.contains('\n') && !explanation.contains("  "), "{code}: {explanation}");
            assert!(title.matches('`').count() % 2 == 0 && explanation.matches('`').count() % 2 == 0, "{code}");
        }
    }

    #[test]
    fn a_long_example_is_shortened() {
        let text = |code: Code| code.example().rule.to_string();
        assert_eq!(text(Code::SourceTooLong), "x == \"aa... (65536 times)\"");
        assert_eq!(text(Code::TooDeep), "NOT NOT ... (65 times) x");
        assert_eq!(text(Code::TooManyNodes), "[1, 1, ... (10001 times)]");
    }
}
