//! The decision: what callers read.

use serde_json::{Map, Value, json};

use super::super::decision::{Priority, State};
use super::super::file::keys;
use super::super::systems::Mode;
use super::forms::{Property, count, exactly_one, flag, list_of, object, reference, text, text_list, text_map, when, with, word};
use super::{DRAFT, trace};

pub(super) fn schema() -> Value {
    let nullable = |description: &str| json!({ "type": ["string", "null"], "description": description });
    let ruleset = object(
        "Which rule set decided.",
        &["name", "digest"],
        [("name", text("Its name.")), ("digest", with(text("`sha256:` and the digest of what bears meaning in it."), "pattern", "^sha256:[0-9a-f]{64}$"))],
    );
    let fallbacks = json!({
        "type": "object",
        "additionalProperties": { "$ref": "#/$defs/fallback" },
        "description": "What stands in when an option is not answered, by the item that `if_unanswered.then` names.",
    });
    let texts: Map<String, Value> = keys::TEXTS.iter().map(|key| ((*key).to_owned(), json!({ "type": "string" }))).collect();
    let required = ["ruleset", "engine", "tzdb", "now", "entry_label", "state", "options", "fallbacks", "fallback_used", "notify", "flags", "texts", "errors"];
    let whole = object(
        "What the engine answers for one context.",
        &required,
        [
            ("ruleset", ruleset),
            ("engine", text("The version of the engine.")),
            ("tzdb", text("The version of the time-zone database, such as `2026a`.")),
            ("now", time("The time of the decision.")),
            ("entry_label", nullable("The label of the entry point, in the user's language.")),
            (
                "state",
                word(
                    "What came of it. Options are those of the rules (`offered`, `cooling_down`), of `otherwise` (`fallback`, `invalid_context`), or none.",
                    &State::ALL.map(State::name),
                ),
            ),
            ("options", list_of("option", "What the user is offered, best first.")),
            ("fallbacks", fallbacks),
            ("fallback_used", flag("Whether the options are those of `otherwise`.")),
            ("notify", list_of("notification", "Whom to tell.")),
            ("flags", text_list("Flags for the caller.")),
            (
                "texts",
                json!({ "type": "object", "properties": texts, "additionalProperties": false, "description": "Texts for brokering and hand-back, by what they are for." }),
            ),
            ("errors", list_of("fault", "What went wrong on the way; the decision stands nevertheless.")),
            ("trace", reference("trace", "Why, if asked for.")),
        ],
    );
    let parts: Map<String, Value> = parts().into_iter().chain(trace::parts()).map(|(name, part)| (name.to_owned(), part)).collect();
    with(with(with(whole, "$schema", DRAFT), "title", "A decision of Triggerfish"), "$defs", parts)
}

fn time(description: &str) -> Value {
    with(text(&format!("{description} RFC 3339, in UTC.")), "format", "date-time")
}

fn parts() -> Vec<Property> {
    vec![
        ("option", option(Some(("rank", count("1 is the best.", 1))))),
        ("fallback", option(None)),
        ("ticket_fields", object("The ticket that is filed beside it.", &["short_description", "description", "work_notes"], ticket_fields())),
        (
            "attachments",
            object(
                "The files that may be attached.",
                &["max", "max_size_bytes"],
                [("max", count("Most files.", 1)), ("max_size_bytes", count("Most bytes of one file.", 1))],
            ),
        ),
        ("priority", word("From least to most urgent.", &Priority::ALL.map(Priority::name))),
        (
            "missing_information",
            object(
                "Information that the handoff needs and that is not there.",
                &["name", "ask"],
                [
                    ("name", text("Its name.")),
                    ("ask", text("The question that gets it.")),
                    ("required", json!({ "const": false, "description": "There, and `false`, where the handoff can do without." })),
                ],
            ),
        ),
        (
            "if_unanswered",
            object(
                "What stands in if nobody answers.",
                &["then"],
                [
                    ("after_s", count("After so many seconds; the caller's own patience if absent.", 0)),
                    ("then", text("The item, which is a key of `fallbacks`.")),
                ],
            ),
        ),
        ("notification", object("Whom to tell of what.", &["via", "events"], [("via", text_list("By what ways.")), ("events", text_list("Of what."))])),
        (
            "fault",
            object(
                "Something that went wrong. It holds no value of the context.",
                &["at", "kind", "message"],
                [
                    ("at", text("The part of the rule set, such as `it_live_agent.strategies[0].when`; or `context`.")),
                    ("kind", text("The kind of error, such as `type_mismatch` or `invalid_context`.")),
                    ("message", text("One line for people.")),
                    ("span", reference("span", "The bytes of the expression's text that failed.")),
                ],
            ),
        ),
        (
            "span",
            json!({
                "type": "array",
                "prefixItems": [{ "type": "integer", "minimum": 0 }, { "type": "integer", "minimum": 0 }],
                "items": false,
                "minItems": 2,
                "description": "From which byte to which byte.",
            }),
        ),
    ]
}

fn ticket_fields() -> [Property; 3] {
    [
        ("short_description", text("One line.")),
        ("description", text("The whole issue.")),
        ("work_notes", text("For those who work on it: what the bot has shown already.")),
    ]
}

/// An option with its destination, whose members stand among its own.
fn option(rank: Option<Property>) -> Value {
    let mut required: Vec<&str> = rank.iter().map(|(key, _)| *key).collect();
    required.extend(["item", "category", "label", "kind", "because", "gather_missing", "want_summary", "presentation", "expires_at"]);
    let properties: Vec<Property> = rank.into_iter().chain(own()).chain(of_destination()).collect();
    let option = object("Something that the user is offered: what it says, and where it leads.", &required, properties);
    with(option, "allOf", kinds())
}

/// What every option has or may have.
fn own() -> Vec<Property> {
    vec![
        ("item", text("The key of the item.")),
        ("category", json!({ "type": ["string", "null"], "description": "The key of its category; an entry of `otherwise` has none." })),
        ("label", text("What the user reads on the button.")),
        ("category_label", text("The label of its category, if that has one.")),
        ("item_description", text("What it is about, below the label.")),
        ("action", text("What choosing it does.")),
        ("kind", word("Where it leads. Only an `agent` needs a person now.", keys::DESTINATIONS)),
        ("file_ticket", reference("ticket_fields", "The ticket that is filed beside it.")),
        ("because", text("Why it is offered, in one line.")),
        ("priority", reference("priority", "How urgent it is.")),
        ("pre_handoff", text("For the bot, before it hands off.")),
        ("message", text("The exact words at the handoff. Of a channel: what is posted.")),
        ("handoff_message", text("Of a channel: the exact words at the handoff.")),
        ("guidance", text("A hint for a generator that finds the words.")),
        ("gather_missing", list_of("missing_information", "What is to be asked before the handoff.")),
        ("expected_reply_s", count("How long an answer usually takes, in seconds.", 0)),
        ("if_unanswered", reference("if_unanswered", "What stands in if nobody answers.")),
        ("want_summary", flag("Whether the caller should attach a summary of the conversation.")),
        ("presentation", word("How it is shown.", &["inline", "popup", "pinned"])),
        ("expires_at", json!({ "type": ["string", "null"], "format": "date-time", "description": "When its link stops working: RFC 3339, in UTC." })),
    ]
}

/// What options of some kinds have.
fn of_destination() -> Vec<Property> {
    let modes: Vec<&str> = TICKET_MODES.into_iter().chain(Mode::ALL.map(Mode::name)).collect();
    vec![
        ("mode", word("How the ticket is filed, or how the live agent is reached.", &modes)),
        ("form", text("The form of a rich ticket.")),
        ("short_description", text("Of a ticket: one line.")),
        ("description", text("Of a ticket: the whole issue.")),
        ("work_notes", text("Of a ticket, for those who work on it: what the bot has shown already.")),
        ("integration", text("The integration of the rule set.")),
        ("system", text("The system that it belongs to.")),
        ("url", text("The address, its parameters included.")),
        ("utterance", text("The user's last utterance, where the system takes it.")),
        ("queue", text("The queue of the live-agent system.")),
        ("context", text_map("What is passed along.")),
        ("platform", text("The chat platform.")),
        ("id", text("The channel there, or the name of a bot.")),
        ("handle", text("The person's handle there.")),
        ("to", text("To whom.")),
        ("subject", text("The subject of the e-mail.")),
        ("body", text("The text of the e-mail.")),
        ("requires", text_list("What the user has to fill in.")),
        ("attachments", reference("attachments", "The files that may be attached; none if absent.")),
    ]
}

const TICKET_MODES: [&str; 2] = ["default", "rich"];

/// For each kind, then for each mode, what is there and what is not.
fn kinds() -> Value {
    let others = |allowed: &[&str]| -> Vec<&'static str> { of_destination().into_iter().map(|(key, _)| key).filter(|key| !allowed.contains(key)).collect() };
    let kind = |name: &str, required: &[&str], also: &[&str]| when("kind", &[name], required, &others(&[required, also].concat()));
    let agent = kind("agent", &["mode", "integration", "system"], &["url", "utterance", "queue", "context", "platform", "id"]);
    let bot = kind("bot", &["context"], &["url", "id"]);
    let rules = vec![
        narrowed(kind("ticket", &["mode", "short_description", "description", "work_notes"], &["form"]), &TICKET_MODES),
        narrowed(agent, &Mode::ALL.map(Mode::name)),
        kind("url", &["url"], &[]),
        kind("email", &["to", "subject", "body"], &[]),
        kind("channel", &["platform", "id", "message"], &[]),
        kind("person", &["platform", "handle"], &[]),
        json!({ "allOf": [bot, { "if": { "properties": { "kind": { "const": "bot" } } }, "then": { "oneOf": exactly_one(&["url", "id"]) } }] }),
        kind("email_form", &["to", "requires"], &["attachments"]),
        when("mode", &["default"], &[], &["form"]),
        when("mode", &["rich"], &["form"], &[]),
        when("mode", &["url"], &["url"], &["queue", "context", "platform", "id"]),
        when("mode", &["broker", "api"], &["queue", "context"], &["url", "platform", "id"]),
        when("mode", &["channel"], &["platform", "id", "message"], &["url", "utterance", "queue", "context"]),
    ];
    rules.into()
}

/// A rule for a kind that has some modes only.
fn narrowed(mut rule: Value, modes: &[&str]) -> Value {
    if let Some(Value::Object(properties)) = rule.get_mut("then").and_then(|then| then.get_mut("properties")) {
        properties.insert("mode".to_owned(), json!({ "enum": modes }));
    }
    rule
}
