//! Where strategies lead, as a rule-set file says it: integrations and the other kinds of destinations.

use serde_json::{Value, json};

use super::super::systems::{Mode, SYSTEMS};
use super::forms::{count, exactly_one, flag, object, reference, when, with, word};

pub(super) fn parts() -> Vec<(&'static str, Value)> {
    vec![
        (
            "integrations",
            json!({
                "type": "object",
                "description": "Integrations by name.",
                "propertyNames": { "$ref": "#/$defs/key" },
                "additionalProperties": { "$ref": "#/$defs/integration" },
            }),
        ),
        ("integration", integration()),
        ("ticket", ticket()),
        ("link", link()),
        ("email", email()),
        ("channel", channel()),
        ("person", person()),
        ("bot", bot()),
        ("email_form", email_form()),
        ("attachments", attachments()),
        ("platform", platform()),
    ]
}

fn integration() -> Value {
    let names: Vec<&str> = SYSTEMS.iter().flat_map(|system| [system.name].into_iter().chain(system.aliases.iter().copied())).collect();
    let known: Vec<String> = SYSTEMS
        .iter()
        .map(|system| {
            let aliases: String = system.aliases.iter().map(|alias| format!(", alias `{alias}`")).collect();
            let modes: Vec<&str> = system.modes.iter().map(|mode| mode.name()).collect();
            format!("`{}` ({}{aliases}): {}", system.name, system.title, modes.join(", "))
        })
        .collect();
    let integration = object(
        "A live-agent target.",
        &["mode", "system"],
        [
            (
                "mode",
                word(
                    "How it is reached: `url` opens a page, `broker` passes messages to and fro, `api` calls the system, `channel` posts where people watch.",
                    &Mode::ALL.map(Mode::name),
                ),
            ),
            ("system", word(&format!("The system, and the modes that it is known to support. {}.", known.join("; ")), &names)),
            ("enabled", flag("`false` switches it off, and every strategy that leads there.")),
            ("accepts_utterance", flag("Whether the user's last utterance is passed.")),
            ("url", reference("template", "Mode `url`: the address. Scheme and host are written out.")),
            ("params", reference("templates", "Mode `url`: parameters of the query.")),
            ("expires_after", reference("duration", "Mode `url`: how long the link works.")),
            ("queue", reference("template", "Modes `broker` and `api`: the queue.")),
            ("context", reference("templates", "Modes `broker` and `api`: what is passed along.")),
            ("channel", reference("template", "Mode `channel`: the channel.")),
            ("message", reference("template", "Mode `channel`: what is posted.")),
        ],
    );
    let rules = [
        when("mode", &["url"], &["url"], &["queue", "context", "channel", "message"]),
        when("mode", &["broker", "api"], &["queue"], &["url", "params", "expires_after", "channel", "message"]),
        when("mode", &["channel"], &["channel", "message"], &["url", "params", "expires_after", "queue", "context"]),
    ];
    with(integration, "allOf", Value::from_iter(rules))
}

fn ticket() -> Value {
    let long = object(
        "A ticket at length.",
        &[],
        [
            ("mode", word("`default` files it at once, `rich` through a form.", &["default", "rich"])),
            ("form", reference("template", "The form of a rich ticket.")),
            ("short_description", reference("template", "One line. The start of the utterance if absent, else the item's label.")),
            ("description", reference("template", "The whole issue. The utterance if absent.")),
            ("work_notes", reference("template", "For those who work on it. What the bot has shown if absent.")),
        ],
    );
    let rich = json!({ "properties": { "mode": { "const": "rich" } }, "required": ["mode"] });
    let long = with(with(with(long, "if", rich), "then", json!({ "required": ["form"] })), "else", json!({ "properties": { "form": false } }));
    json!({ "description": "A ticket: `default`, or a map that says more.", "anyOf": [{ "const": "default" }, long] })
}

fn link() -> Value {
    let long = object(
        "A page with parameters.",
        &["url"],
        [
            ("url", reference("template", "The address. Scheme and host are written out.")),
            ("params", reference("templates", "Parameters of the query.")),
            ("expires_after", reference("duration", "How long the link works.")),
        ],
    );
    json!({ "description": "A web page: its address, or a map that says more.", "anyOf": [{ "type": "string" }, long] })
}

fn email() -> Value {
    object(
        "An e-mail that the user sends.",
        &["to"],
        [
            ("to", reference("template", "To whom.")),
            ("subject", reference("template", "Its subject. The start of the utterance if absent, else the item's label.")),
            ("body", reference("template", "Its text. The utterance if absent.")),
        ],
    )
}

fn channel() -> Value {
    object(
        "A chat channel.",
        &["platform", "id", "message"],
        [
            ("platform", reference("platform", "The chat platform.")),
            ("id", reference("template", "The channel there.")),
            ("message", reference("template", "What is posted.")),
        ],
    )
}

fn person() -> Value {
    object(
        "A person in a chat platform.",
        &["platform", "handle"],
        [("platform", reference("platform", "The chat platform.")), ("handle", reference("template", "The person's handle there."))],
    )
}

fn bot() -> Value {
    let bot = object(
        "Another bot: its address, or its name where the caller knows it.",
        &[],
        [
            ("url", reference("template", "Its address. Scheme and host are written out.")),
            ("id", reference("template", "Its name.")),
            ("context", reference("templates", "What is passed along.")),
        ],
    );
    with(bot, "oneOf", exactly_one(&["url", "id"]))
}

fn email_form() -> Value {
    object(
        "A form that sends an e-mail: leave a message.",
        &["to"],
        [("to", reference("template", "To whom.")), ("attachments", reference("attachments", "The files that may be attached. None if absent."))],
    )
}

fn attachments() -> Value {
    let size = json!({
        "description": "Most bytes of one file: a whole number and a unit.",
        "anyOf": [{ "type": "string", "pattern": r"^\s*[0-9]+\s*([bB]|[kKmMgG][iI]?[bB])?\s*$" }, { "type": "integer", "minimum": 1 }],
        "examples": ["500KB", "10MB", "10MiB"],
    });
    object("The files that may be attached.", &["max", "max_size"], [("max", with(count("Most files.", 1), "maximum", 1000)), ("max_size", size)])
}

/// Others are legal, with a warning.
fn platform() -> Value {
    let known: Vec<&str> = SYSTEMS.iter().filter(|system| system.modes.contains(&Mode::Channel)).map(|system| system.name).collect();
    json!({ "description": "A chat platform.", "anyOf": [{ "enum": known }, { "$ref": "#/$defs/key" }] })
}
