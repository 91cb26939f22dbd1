//! The keys that each part of a rule-set file may have. What reads the file, and the JSON Schema for editors, know no others.

pub(in super::super) const RULE_SET: &[&str] = &[
    "triggerfish",
    "name",
    "change_note",
    "entry_label",
    "context",
    "lists",
    "define",
    "calendars",
    "integrations",
    "enabled",
    "when",
    "org",
    "default_locale",
    "max_options",
    "cooldown",
    "min_confidence",
    "categories",
    "always",
    "otherwise",
    "notify",
    "flags",
    "texts",
    "tests",
];
pub(in super::super) const CALENDAR: &[&str] = &["timezone", "hours", "holidays", "overrides"];
pub(in super::super) const INTEGRATION: &[&str] =
    &["mode", "system", "enabled", "accepts_utterance", "url", "params", "expires_after", "queue", "context", "channel", "message"];
pub(in super::super) const CATEGORY: &[&str] = &["key", "label", "enabled", "domain", "when", "items"];
pub(in super::super) const ITEM: &[&str] = &["key", "enabled", "label", "description", "action", "when", "priority", "presentation", "strategies"];
pub(in super::super) const DESTINATIONS: &[&str] = &["ticket", "agent", "url", "email", "channel", "person", "bot", "email_form"];
pub(in super::super) const STRATEGY: &[&str] = &[
    "ticket",
    "agent",
    "url",
    "email",
    "channel",
    "person",
    "bot",
    "email_form",
    "enabled",
    "when",
    "file_ticket",
    "gather",
    "pre_handoff",
    "message",
    "guidance",
    "summarize",
    "expected_reply",
    "if_unanswered",
];
pub(in super::super) const TICKET: &[&str] = &["mode", "form", "short_description", "description", "work_notes"];
pub(in super::super) const FILE_TICKET: &[&str] = &["short_description_prefix", "short_description", "description", "work_notes"];
pub(in super::super) const URL: &[&str] = &["url", "params", "expires_after"];
pub(in super::super) const EMAIL: &[&str] = &["to", "subject", "body"];
pub(in super::super) const CHANNEL: &[&str] = &["platform", "id", "message"];
pub(in super::super) const PERSON: &[&str] = &["platform", "handle"];
pub(in super::super) const BOT: &[&str] = &["url", "id", "context"];
pub(in super::super) const EMAIL_FORM: &[&str] = &["to", "attachments"];
pub(in super::super) const ATTACHMENTS: &[&str] = &["max", "max_size"];
pub(in super::super) const GATHER: &[&str] = &["name", "ask", "value", "required"];
pub(in super::super) const IF_UNANSWERED: &[&str] = &["after", "then"];
pub(in super::super) const ALWAYS: &[&str] = &["key", "enabled", "topics", "keywords", "when", "offer"];
pub(in super::super) const NOTIFY: &[&str] = &["enabled", "when", "via", "events"];
pub(in super::super) const FLAG: &[&str] = &["flag", "enabled", "when"];
pub(in super::super) const TEXTS: [&str; 8] = ["connecting", "queued", "connected", "taken_over", "handed_back", "ended", "unanswered", "failed"];
pub(in super::super) const TEST: &[&str] = &["name", "now", "context", "expect"];
pub(in super::super) const EXPECT: &[&str] = &["options", "first", "absent", "fallback", "state", "fields"];
