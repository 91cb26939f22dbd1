//! Categories, items and strategies of a rule-set file.

use serde_json::{Value, json};

use super::super::decision::Priority;
use super::super::file::keys;
use super::forms::{exactly_one, flag, list_of, object, reference, with, word};

pub(super) fn parts() -> Vec<(&'static str, Value)> {
    let last_resort = json!({
        "description": "An item that needs no live person.",
        "allOf": [
            { "$ref": "#/$defs/item" },
            { "properties": { "strategies": { "items": { "properties": { "agent": false } } } } },
        ],
    });
    vec![
        ("category", category()),
        ("item", item()),
        ("last_resort", last_resort),
        ("strategy", strategy()),
        ("file_ticket", file_ticket()),
        ("gather", gather()),
        ("if_unanswered", if_unanswered()),
    ]
}

fn category() -> Value {
    object(
        "A group of items.",
        &["key"],
        [
            ("key", reference("key", "How decisions and traces call the category.")),
            ("label", reference("localized", "What users read above its items.")),
            ("enabled", flag("`false` switches the category off.")),
            ("domain", reference("texts", "The domain, or one of the domains, for which it is considered, in any letter case. Joined with `when` by AND.")),
            ("when", reference("expression", "The condition under which it is considered. Always, if absent.")),
            ("items", with(list_of("item", "Its items, in the order in which they are offered."), "maxItems", 20_000)),
        ],
    )
}

fn item() -> Value {
    let levels = Priority::ALL.map(|priority| format!("`'\"{}\"'`", priority.name())).join(", ");
    object(
        "Something that users can be offered.",
        &["key", "label", "strategies"],
        [
            ("key", reference("key", "How decisions, traces and tests call the item. No other item has it, in whatever category.")),
            ("enabled", flag("`false` switches the item off.")),
            ("label", reference("localized", "What users read on the button.")),
            ("description", reference("localized", "What it is about, below the label.")),
            ("action", reference("localized", "What choosing it does.")),
            ("when", reference("expression", "The trigger rule: the item is offered if it holds. Always, if absent.")),
            ("priority", reference("expression", &format!("An expression that gives one of {levels}; the two pairs of quotes are needed."))),
            (
                "presentation",
                word(
                    "How it is shown: `inline` in the conversation, `popup` in a window of its own, `pinned` for an organisation.",
                    &["inline", "popup", "pinned"],
                ),
            ),
            ("strategies", with(with(list_of("strategy", "Where it leads: the first usable one counts."), "minItems", 1), "maxItems", 16)),
        ],
    )
}

fn strategy() -> Value {
    let strategy = object(
        "Where an item leads, and when. It has exactly one destination.",
        &[],
        [
            ("ticket", reference("ticket", "A ticket.")),
            ("agent", reference("key", "A live agent: the name of an integration.")),
            ("url", reference("link", "A web page, such as a self-service portal.")),
            ("email", reference("email", "An e-mail that the user sends.")),
            ("channel", reference("channel", "A chat channel.")),
            ("person", reference("person", "A person in a chat platform.")),
            ("bot", reference("bot", "Another bot.")),
            ("email_form", reference("email_form", "A form that sends an e-mail: leave a message.")),
            ("enabled", flag("`false` switches the strategy off.")),
            ("when", reference("expression", "The condition under which it is usable. Always, if absent.")),
            ("file_ticket", reference("file_ticket", "Files a ticket beside the handoff. Off unless present.")),
            ("gather", list_of("gather", "Information that the handoff needs.")),
            ("pre_handoff", reference("localized", "For the bot, before it hands off.")),
            ("message", reference("localized", "The exact words at the handoff.")),
            ("guidance", reference("localized", "A hint for a generator that finds the words, in place of `message`.")),
            ("summarize", flag("Asks the caller for a summary of the conversation.")),
            ("expected_reply", reference("duration", "How long an answer usually takes.")),
            ("if_unanswered", reference("if_unanswered", "What stands in if nobody answers.")),
        ],
    );
    let strategy = with(strategy, "oneOf", exactly_one(keys::DESTINATIONS));
    with(strategy, "not", json!({ "required": ["message", "guidance"] }))
}

fn file_ticket() -> Value {
    let long = object(
        "The texts of the ticket.",
        &[],
        [
            ("short_description_prefix", reference("template", "What stands before the short description.")),
            ("short_description", reference("template", "One line. The start of the utterance if absent, else the item's label.")),
            ("description", reference("template", "The whole issue. The utterance if absent.")),
            ("work_notes", reference("template", "For those who work on it. What the bot has shown if absent.")),
        ],
    );
    json!({ "description": "`true`, or a map of texts.", "anyOf": [{ "type": ["boolean", "null"] }, long] })
}

fn gather() -> Value {
    object(
        "Something that the handoff needs to know.",
        &["name", "ask", "value"],
        [
            ("name", reference("text", "What it is called.")),
            ("ask", reference("localized", "The question that gets it.")),
            ("value", reference("expression", "What it is, once it is known: it is asked for while this is missing.")),
            ("required", flag("Whether the handoff cannot do without.")),
        ],
    )
}

fn if_unanswered() -> Value {
    object(
        "What stands in if nobody answers.",
        &["then"],
        [
            ("after", reference("duration", "After how long. The caller's own patience if absent.")),
            ("then", reference("key", "The key of the item that stands in.")),
        ],
    )
}
