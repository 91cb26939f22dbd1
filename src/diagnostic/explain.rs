//! A code explained at length, for `triggerfish explain`.

use super::visible::visible;
use super::{Code, ExampleSchema};

/// Explanations are as wide as this many characters.
const WIDTH: usize = 80;

/// What a code means: its number, severity and title, the explanation, a rule that triggers it, and that rule mended.
///
/// Lines have at most 80 characters, except where one of the rules is longer. It ends with a line break.
#[must_use]
pub fn explain(code: Code) -> String {
    let example = code.example();
    let this_rule = match example.schema {
        ExampleSchema::None => "This rule",
        ExampleSchema::Lenient => "With the built-in schema, this rule",
        ExampleSchema::Strict => "With the built-in schema in strict mode, this rule",
        ExampleSchema::RuleSet => "This rule set",
    };
    format!(
        "{} ({}): {}\n\n{}\n\n{this_rule} triggers it:\n\n{}\n\nThis one does not:\n\n{}\n",
        code.id(),
        code.severity().name(),
        code.title(),
        wrap(code.explanation()),
        block(&example.rule.to_string()),
        block(example.better),
    )
}

/// The text in lines of at most [`WIDTH`] characters. What stands in backticks stays on one line.
fn wrap(text: &str) -> String {
    let mut wrapped = String::with_capacity(text.len());
    let (mut column, mut quoted) = (0, false);
    let words = text.split(|c| {
        quoted ^= c == '`';
        c == ' ' && !quoted
    });
    for word in words {
        let length = word.chars().count();
        if column > 0 && column + 1 + length > WIDTH {
            wrapped.push('\n');
            column = 0;
        } else if column > 0 {
            wrapped.push(' ');
            column += 1;
        }
        wrapped.push_str(word);
        column += length;
    }
    wrapped
}

/// The rule, line by line, indented.
fn block(rule: &str) -> String {
    rule.lines().map(|line| format!("    {}", visible(line))).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_explained() {
        assert_eq!(
            explain(Code::UnknownAttribute),
            r#"TF0105 (warning): an attribute that the schema does not declare

A misspelt attribute is always NULL, so a test of it silently never holds.
Correct the spelling, or declare the attribute in the schema if it exists. In
strict mode this is an error.

With the built-in schema, this rule triggers it:

    user.departmnt == "Sales"

This one does not:

    user.department == "Sales"
"#
        );
    }

    #[test]
    fn every_explanation_is_narrow_and_visible() {
        for code in Code::ALL {
            let text = explain(*code);
            assert!(text.starts_with(code.id()) && text.ends_with('\n') && !text.ends_with("\n\n"), "{text}");
            for line in text.lines() {
                assert_eq!(visible(line), line, "{code}");
                assert!(line.starts_with("    ") || line.chars().count() <= WIDTH, "{code}: {line}");
                assert!(line.chars().count() <= 160, "{code}: {line}");
                assert!(line.starts_with("    ") || line.matches('`').count() % 2 == 0, "{code}: {line}");
            }
        }
    }
}
