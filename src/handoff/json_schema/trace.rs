//! The trace of a decision: why it is what it is.

use serde_json::{Value, json};

use super::forms::{Property, count, flag, list_of, object, reference, text, text_list, word};

const CATEGORY: [&str; 5] = ["considered", "disabled", "domain", "condition", "error"];
const ITEM: [&str; 8] = ["offered", "disabled", "category", "condition", "no_strategy", "duplicate", "cut", "error"];
const STRATEGY: [&str; 5] = ["used", "disabled", "condition", "withheld", "error"];

pub(super) fn parts() -> Vec<Property> {
    let because = || text("Why, in one line.");
    let asked = || reference("condition_trace", "Its condition, if it was asked.");
    let trace = object(
        "Why a decision is what it is. Personal and undeclared values are hidden.",
        &["locale", "because", "categories", "items"],
        [
            ("locale", text("The locale of the texts.")),
            ("because", text("Why the state is what it is.")),
            ("stale", text_list("Live data that was too old to be used.")),
            ("warnings", text_list("Attributes that do not fit the schema and were read as `NULL`.")),
            ("when", reference("condition_trace", "The condition of the whole set.")),
            ("definitions", list_of("condition_trace", "The definitions that were evaluated.")),
            ("always", list_of("always_trace", "The rules that come before the categories.")),
            ("categories", list_of("category_trace", "The categories, in the order of the rule set.")),
            ("items", list_of("item_trace", "The items, in the order in which they were considered.")),
        ],
    );
    let category = object(
        "What became of a category.",
        &["category", "outcome", "because"],
        [("category", text("Its key.")), ("outcome", word("What became of it.", &CATEGORY)), ("because", because()), ("when", asked())],
    );
    let always = object(
        "What became of a rule of `always`.",
        &["rule", "held", "because"],
        [("rule", text("Its key.")), ("held", flag("Whether it held.")), ("because", because()), ("when", asked())],
    );
    let item = object(
        "What became of an item.",
        &["item", "category", "outcome", "because", "strategies"],
        [
            ("item", text("Its key.")),
            ("category", json!({ "type": ["string", "null"], "description": "The key of its category; an entry of `otherwise` has none." })),
            ("outcome", word("What became of it.", &ITEM)),
            ("because", because()),
            ("when", asked()),
            ("strategies", list_of("strategy_trace", "Its strategies up to the first that is usable.")),
        ],
    );
    let strategy = object(
        "What became of a strategy.",
        &["strategy", "kind", "outcome", "because"],
        [
            ("strategy", count("Its place in the item, from 0.", 0)),
            ("kind", text("Its kind, and for an agent its integration: `agent it_chat`.")),
            ("outcome", word("What became of it.", &STRATEGY)),
            ("because", because()),
            ("when", asked()),
        ],
    );
    vec![
        ("trace", trace),
        ("category_trace", category),
        ("always_trace", always),
        ("item_trace", item),
        ("strategy_trace", strategy),
        ("condition_trace", condition()),
        ("value_trace", value()),
        ("part_trace", part()),
    ]
}

fn condition() -> Value {
    object(
        "A condition that was asked.",
        &["at", "outcome"],
        [
            ("at", text("The part of the rule set: `it_live_agent.when`.")),
            ("outcome", text("`true`, `false`, or the kind of error.")),
            ("source", text("The text of the condition, for a full trace.")),
            ("span", reference("span", "Where it is written in the rule set's file, for a full trace.")),
            ("values", list_of("value_trace", "The attributes that mattered, for a full trace.")),
            ("parts", list_of("part_trace", "The parts of the condition, for a full trace.")),
        ],
    )
}

fn value() -> Value {
    object(
        "An attribute and the value that it had.",
        &["attribute", "value"],
        [("attribute", text("Its path.")), ("value", text("Its value as text, or `hidden`."))],
    )
}

fn part() -> Value {
    object(
        "A part of a condition and what it gave.",
        &["span", "gave"],
        [
            ("span", reference("span", "The bytes of the condition's text.")),
            ("gave", text("A value as JSON, `hidden`, `not evaluated`, or the kind of error.")),
        ],
    )
}

#[cfg(test)]
mod tests {
    use super::super::super::trace::{CategoryOutcome, ItemOutcome, StrategyOutcome};
    use super::*;

    #[test]
    fn outcomes_are_those_that_are_serialized() {
        use CategoryOutcome as C;
        use ItemOutcome as I;
        use StrategyOutcome as S;
        fn name(outcome: impl serde::Serialize) -> Value {
            serde_json::to_value(outcome).unwrap()
        }
        assert_eq!(CATEGORY.map(Value::from), [C::Considered, C::Disabled, C::Domain, C::Condition, C::Error].map(name));
        assert_eq!(ITEM.map(Value::from), [I::Offered, I::Disabled, I::Category, I::Condition, I::NoStrategy, I::Duplicate, I::Cut, I::Error].map(name));
        assert_eq!(STRATEGY.map(Value::from), [S::Used, S::Disabled, S::Condition, S::Withheld, S::Error].map(name));
    }
}
