//! The rule-set file: its top, and what stands beside categories and items.

use serde_json::{Map, Value, json};

use super::super::decision::State;
use super::super::file::keys;
use super::DRAFT;
use super::forms::{flag, list_of, object, reference, with, word};
use super::{declare, destination, item};

pub(super) fn schema() -> Value {
    let mut whole = top();
    let parts: Map<String, Value> = values()
        .into_iter()
        .chain(declare::parts())
        .chain(destination::parts())
        .chain(item::parts())
        .chain(beside())
        .map(|(name, part)| (name.to_owned(), part))
        .collect();
    whole = with(whole, "$schema", DRAFT);
    whole = with(whole, "title", "A rule set of Triggerfish");
    with(whole, "$defs", parts)
}

fn top() -> Value {
    let properties = [
        ("triggerfish", json!({ "const": 1, "description": "The edition of the format. It is 1." })),
        ("name", reference("text", "What the rule set is called in decisions. The file's name, without its ending, if absent.")),
        ("change_note", reference("text", "What was changed last, for people. It bears no meaning.")),
        ("entry_label", reference("localized", "The label of the entry point, such as \"Get Help\".")),
        ("context", reference("context", "The attributes of your contexts, on top of the built-in ones.")),
        ("lists", reference("lists", "Named constant lists, used behind `IN`.")),
        (
            "define",
            reference("definitions", "Named expressions, usable as bare names in every other expression. They may use each other, but not in a circle."),
        ),
        ("calendars", reference("calendars", "Opening hours, asked by `$OPEN`, `$OPENS_AT` and `$CLOSES_AT`.")),
        ("integrations", reference("integrations", "Named live-agent targets, to which strategies refer by `agent`.")),
        ("enabled", flag("`false` switches the whole rule set off: every decision is `disabled`.")),
        ("when", reference("expression", "The entry guard: where it does not hold, the decision is `not_needed`.")),
        (
            "org",
            reference("texts", "The organisations that are served; a context of another one is `disabled`. All if absent. Needed for `presentation: pinned`."),
        ),
        (
            "default_locale",
            with(
                reference("text", "The locale that stands in where there is no text for the user's. Needed where texts are given by locale."),
                "examples",
                json!(["en", "de", "pt-BR"]),
            ),
        ),
        ("max_options", json!({ "type": "integer", "minimum": 1, "maximum": 1000, "description": "Most options of a decision. No limit if absent." })),
        ("cooldown", reference("duration", "For so long after `conversation.handed_back_at`, no live agent is offered.")),
        (
            "min_confidence",
            json!({ "type": "number", "minimum": 0, "maximum": 1, "description": "The least confidence at which an entry of `domains` counts. 0 if absent." }),
        ),
        ("categories", list_of("category", "Groups of items, in the order in which they are offered.")),
        ("always", list_of("always", "Topics, words and conditions that hand off whatever the categories say; ranked first.")),
        (
            "otherwise",
            with(
                list_of("last_resort", "What is offered when nothing else is. No live agent; the last entry has no condition and cannot fail."),
                "minItems",
                1,
            ),
        ),
        ("notify", list_of("notify", "Whom to tell of what, and when.")),
        ("flags", list_of("flag", "Flags for the caller, and when they are set.")),
        ("texts", reference("announcements", "Texts for brokering and hand-back.")),
        ("tests", list_of("test", "Examples beside the rules, which `triggerfish test` runs. They bear no meaning for decisions.")),
    ];
    object("Which handoff options users get, and when.", &["triggerfish", "otherwise"], properties)
}

/// The forms that many keys share.
fn values() -> Vec<(&'static str, Value)> {
    let expression = "An expression of the rule language, such as `domain == \"IT\" AND NOT bot.resolved`. One that begins with a quote or a bracket stands in single quotes, or behind `|`.";
    let text = "A text. `{{ expression }}` in it is replaced by the value; `{{{{` stands for two braces.";
    let plain = "A text that stands for itself.";
    let seconds = "A duration: a whole number and a unit, `90s`, `5m`, `2h` or `1d`. A number alone is seconds.";
    let locale = r"^\s*[A-Za-z]{2,8}([-_][A-Za-z0-9]{1,8})*\s*$";
    vec![
        ("expression", json!({ "type": ["string", "boolean", "number"], "description": expression })),
        ("template", json!({ "type": ["string", "number"], "description": text })),
        ("text", json!({ "type": ["string", "number"], "description": plain })),
        (
            "texts",
            json!({ "anyOf": [{ "$ref": "#/$defs/text" }, { "type": "array", "items": { "$ref": "#/$defs/text" } }], "description": "One text, or a list of texts." }),
        ),
        (
            "key",
            json!({ "type": ["string", "number"], "pattern": "^[A-Za-z0-9_.-]{1,128}$", "description": "A key of letters without accents, digits, `_`, `-` and `.`." }),
        ),
        (
            "localized",
            json!({
                "description": "A text for all, or a map of locales to texts.",
                "anyOf": [
                    { "$ref": "#/$defs/template" },
                    { "type": "object", "minProperties": 1, "propertyNames": { "pattern": locale }, "additionalProperties": { "$ref": "#/$defs/template" } },
                ],
            }),
        ),
        (
            "templates",
            json!({ "type": "object", "additionalProperties": { "$ref": "#/$defs/template" }, "description": "Names of your choice, and a text for each." }),
        ),
        (
            "duration",
            json!({
                "description": seconds,
                "anyOf": [{ "type": "string", "pattern": r"^\s*[0-9]+[smhd]?\s*$" }, { "type": "integer", "minimum": 0 }],
                "examples": ["90s", "5m", "2h", "1d"],
            }),
        ),
    ]
}

/// What stands beside the categories.
fn beside() -> Vec<(&'static str, Value)> {
    let always = object(
        "A rule that comes before the categories. It holds if one of `topics`, `keywords` and `when` does.",
        &["key", "offer"],
        [
            ("key", reference("key", "How decisions and traces call the rule.")),
            ("enabled", flag("`false` switches the rule off.")),
            ("topics", reference("texts", "Topics, of which one is in `signals.topics`.")),
            ("keywords", reference("texts", "Words or phrases, of which one is in the utterance: whole words, in any letter case.")),
            ("when", reference("expression", "A condition.")),
            ("offer", reference("texts", "The keys of the items that are offered, best first.")),
        ],
    );
    let by: Value = ["topics", "keywords", "when"].iter().map(|key| json!({ "required": [key] })).collect();
    let notify = object(
        "Whom to tell of what.",
        &["via", "events"],
        [
            ("enabled", flag("`false` switches the notification off.")),
            ("when", reference("expression", "The condition. Always, if absent.")),
            ("via", reference("texts", "By what ways, such as `email` and `push`.")),
            ("events", reference("texts", "Of what, such as `requests`.")),
        ],
    );
    let flags = object(
        "A flag for the caller.",
        &["flag"],
        [
            ("flag", reference("text", "A name that the caller knows.")),
            ("enabled", flag("`false` switches the flag off.")),
            ("when", reference("expression", "The condition. Always, if absent.")),
        ],
    );
    let announcements = object("Texts for brokering and hand-back.", &[], keys::TEXTS.map(|key| (key, reference("localized", announced(key)))));
    let test = object(
        "An example: a context, and what is expected of the decision on it.",
        &["name", "context", "expect"],
        [
            ("name", reference("text", "In a few words, what the test shows.")),
            (
                "now",
                json!({ "type": ["string", "number"], "description": "The time of the decision: RFC 3339, or seconds since 1970. The context's `now` if absent, else 1970-01-01." }),
            ),
            ("context", json!({ "type": "object", "description": "What a caller would send." })),
            ("expect", reference("expect", "What the decision says.")),
        ],
    );
    vec![("always", with(always, "anyOf", by)), ("notify", notify), ("flag", flags), ("announcements", announcements), ("test", test), ("expect", expect())]
}

fn expect() -> Value {
    object(
        "What a decision says; what is not named may be anything.",
        &[],
        [
            ("options", reference("texts", "The keys of the items that are offered: all of them, in order.")),
            ("first", json!({ "type": "object", "description": "Members of the first option. It may have others." })),
            ("absent", reference("texts", "Keys of items that are not offered.")),
            ("fallback", flag("Whether the options are those of `otherwise`.")),
            ("state", word("What comes of the decision.", &State::ALL.map(State::name))),
            (
                "fields",
                json!({ "type": "object", "description": "Members of the decision, by name or by JSON pointer, and their values; maps may have other members." }),
            ),
        ],
    )
}

fn announced(key: &str) -> &'static str {
    match key {
        "connecting" => "While the user is being connected.",
        "queued" => "While the user waits for an agent.",
        "connected" => "When an agent is there.",
        "taken_over" => "When a person takes over the conversation.",
        "handed_back" => "When the bot has the conversation again.",
        "ended" => "When the conversation with the agent is over.",
        "unanswered" => "When nobody has answered.",
        _ => "When the handoff has failed.",
    }
}
