//! The data objects that every context may have: users, tickets, the conversation, the agents on duty.

use std::sync::{Arc, LazyLock};

use super::{Attribute, Schema, Type};

impl Schema {
    /// The built-in data objects, lenient. Every attribute may be missing.
    ///
    /// ```
    /// use triggerfish::schema::{Lookup, Schema};
    /// let schema = Schema::builtin();
    /// assert!(matches!(schema.lookup(["user", "email_addr"]), Lookup::Declared { pii: true, .. }));
    /// assert!(matches!(schema.lookup(["user", "departmnt"]), Lookup::Unknown { at: 1 }));
    /// ```
    #[must_use]
    pub fn builtin() -> Arc<Schema> {
        // Built when first asked for, once: a program whose schema extends nothing does not pay for it.
        static BUILTIN: LazyLock<Arc<Schema>> = LazyLock::new(|| Arc::new(Schema { attributes: members(top_level()), strict: false }));
        Arc::clone(&BUILTIN)
    }
}

type Row = (&'static str, Attribute);

fn top_level() -> Vec<Row> {
    vec![
        ("user", about("The person who is asking", user())),
        ("ticket", about("The ticket that the conversation is about", ticket())),
        ("domain", about("What the issue is about, such as IT", text())),
        ("domains", about("Candidate domains with their confidence", list(object([("name", text()), ("confidence", about("0 to 1", number()))])))),
        ("language", object([("detected", about("The language of the utterance", text())), ("preferred", about("The language that the user chose", text()))])),
        ("utterance", pii(about("What the user wrote", text()))),
        ("summary", pii(about("A summary of the conversation", text()))),
        ("channel", about("Where the conversation takes place", text())),
        ("bot", bot()),
        ("conversation", conversation()),
        ("signals", signals()),
        ("form_source_id", about("The form that the request came from", text())),
        ("meta_info", object([("user", user())])),
        ("agents", about("Live-agent queues by name", map(agents()))),
        ("org", about("The organisation", text())),
    ]
}

fn user() -> Attribute {
    object([
        ("first_name", pii(text())),
        ("last_name", pii(text())),
        ("full_name", pii(text())),
        ("name", pii(text())),
        ("email_addr", pii(text())),
        ("manager_email", pii(text())),
        ("employee_id", pii(text())),
        ("record_id", about("The key of the user's record", text())),
        ("role", about("The job title", text())),
        ("department", text()),
        ("cost_center_id", text()),
        ("cost_center_name", text()),
        ("work_status", closed_enum(&["UNKNOWN_WORK_STATUS", "CONTINGENT", "INTERN", "FULL_TIME"])),
        ("employment_info", object([("role", text()), ("department", text())])),
        ("country_code", text()),
        ("region", text()),
        ("state", text()),
        ("city", text()),
        ("location", text()),
        ("office", text()),
        ("timezone", about("An IANA name such as Europe/Berlin", text())),
        ("hr_language", about("The language that human resources keeps", text())),
        ("user_tags", about("What the user is known as; other tags are legal", list(open_enum(&USER_TAGS)))),
        ("external_system_identities", pii(about("The user's keys in other systems", map(any())))),
        ("custom_attributes", about("What the organisation adds", map(any()))),
    ])
}

const USER_TAGS: [&str; 14] = [
    "UNKNOWN_USER_TAG",
    "BASIC_USER",
    "VIP",
    "FIELD_AGENT",
    "KNOWLEDGE_WORKER",
    "IT_AGENT",
    "TESTER",
    "SUPPORTED_LANGUAGE_USER",
    "SERVICE_ACCOUNT",
    "CALL_CENTER",
    "HAS_ACCESS_TO_BOT",
    "DIRECTOR",
    "EXECUTIVE",
    "SOCIAL_AUTH_USER",
];

fn ticket() -> Attribute {
    object([
        ("id", text()),
        ("state", about("The state in the ticket system's own words", text())),
        ("internal_state_code", about("The last three are deprecated but legal", closed_enum(&STATE_CODES))),
        ("short_description", pii(text())),
        ("description", pii(text())),
        ("close_notes", pii(text())),
        ("close_code", text()),
        ("created_at", time()),
        ("requested_for", user()),
        ("requestor", user()),
        ("created_by", user()),
        ("opened_by", user()),
        ("resolved_by", user()),
        ("assigned_to_user", user()),
        ("custom_data", about("What the ticket system adds", map(any()))),
    ])
}

const STATE_CODES: [&str; 8] = ["NEW", "WIP", "WAITING_FOR_USER", "RESOLVED", "CLOSED", "WAITING_FOR_VENDOR", "WAITING_FOR_APPROVAL", "NOT_APPLICABLE"];

fn bot() -> Attribute {
    object([
        ("id", text()),
        ("kind", text()),
        ("resolved", about("Whether the bot has settled the issue", boolean())),
        ("attempts", about("How often the bot has tried", integer())),
        ("results", about("What the bot has found", list(object([("title", text()), ("url", text()), ("kind", text()), ("score", number())])))),
    ])
}

fn conversation() -> Attribute {
    object([
        ("id", text()),
        ("state", closed_enum(&["bot", "waiting", "human", "handed_back"])),
        ("last_activity", time()),
        ("handed_back_at", about("When a person gave the conversation back to the bot", time())),
    ])
}

fn signals() -> Attribute {
    object([
        ("wants_human", about("Whether the user asks for a person", boolean())),
        ("topics", list(text())),
        ("sentiment", about("What a model says of the user's mood", any())),
        ("priority", about("A model's proposal", open_enum(&["low", "normal", "high", "urgent"]))),
    ])
}

fn agents() -> Attribute {
    object([
        ("available", about("How many can take a conversation now", integer())),
        ("online", about("How many are signed in", integer())),
        ("oldest_wait_s", about("Seconds that the first in the queue has waited", number())),
        ("as_of", about("When this was true", time())),
    ])
}

fn time() -> Attribute {
    Attribute::new(Type::Time)
}

fn boolean() -> Attribute {
    Attribute::new(Type::Bool)
}

fn integer() -> Attribute {
    Attribute::new(Type::Integer)
}

fn number() -> Attribute {
    Attribute::new(Type::Number)
}

fn text() -> Attribute {
    Attribute::new(Type::Text)
}

fn any() -> Attribute {
    Attribute::new(Type::Any)
}

fn list(element: Attribute) -> Attribute {
    Attribute::new(Type::list(element))
}

fn map(values: Attribute) -> Attribute {
    Attribute::new(Type::map(values))
}

fn closed_enum(values: &[&'static str]) -> Attribute {
    Attribute::new(Type::Enum { values: values.iter().map(|value| Arc::from(*value)).collect(), open: false })
}

fn open_enum(values: &[&'static str]) -> Attribute {
    Attribute::new(Type::Enum { values: values.iter().map(|value| Arc::from(*value)).collect(), open: true })
}

fn object(rows: impl IntoIterator<Item = Row>) -> Attribute {
    Attribute::new(Type::Object { members: members(rows), closed: true })
}

fn members(rows: impl IntoIterator<Item = Row>) -> indexmap::IndexMap<Arc<str>, Attribute> {
    rows.into_iter().map(|(name, attribute)| (Arc::from(name), attribute)).collect()
}

fn about(description: &str, attribute: Attribute) -> Attribute {
    Attribute { description: Some(description.to_owned()), ..attribute }
}

fn pii(attribute: Attribute) -> Attribute {
    Attribute { pii: true, ..attribute }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::Lookup;

    fn declared(path: &str) -> (Type, bool) {
        match Schema::builtin().lookup(path.split('.')) {
            Lookup::Declared { attribute, pii, nullable: true } => (attribute.ty.clone(), pii),
            other @ (Lookup::Declared { .. } | Lookup::Free { .. } | Lookup::Unknown { .. } | Lookup::NoMembers { .. }) => panic!("{path}: {other:?}"),
        }
    }

    #[test]
    fn exactly_the_listed_attributes_are_personal_data() {
        let schema = Schema::builtin();
        let mut marked = Vec::new();
        for (name, attribute) in &schema.attributes {
            collect(name.to_string(), attribute, &mut marked);
        }
        let of_a_user =
            ["first_name", "last_name", "full_name", "name", "email_addr", "manager_email", "employee_id", "external_system_identities"].map(str::to_owned);
        let users = ["user", "ticket.requested_for", "ticket.requestor", "ticket.created_by", "ticket.opened_by", "ticket.resolved_by"];
        let users = users.into_iter().chain(["ticket.assigned_to_user", "meta_info.user"]);
        let mut expected: Vec<String> = users.flat_map(|user| of_a_user.iter().map(move |name| format!("{user}.{name}"))).collect();
        expected.extend(["utterance", "summary", "ticket.short_description", "ticket.description", "ticket.close_notes"].map(str::to_owned));
        marked.sort();
        expected.sort();
        assert_eq!(marked, expected);
    }

    fn collect(path: String, attribute: &Attribute, marked: &mut Vec<String>) {
        if attribute.pii {
            marked.push(path.clone());
        }
        if let Type::Object { members, .. } = &attribute.ty {
            members.iter().for_each(|(name, member)| collect(format!("{path}.{name}"), member, marked));
        }
    }

    #[test]
    fn objects_are_closed_and_maps_are_free() {
        let schema = Schema::builtin();
        assert!(matches!(schema.lookup(["user", "departmnt"]), Lookup::Unknown { at: 1 }));
        assert!(matches!(schema.lookup(["ticket", "requestor", "employment_info", "x"]), Lookup::Unknown { at: 3 }));
        assert_eq!(declared("user.custom_attributes.anything"), (Type::Any, false));
        assert_eq!(declared("user.external_system_identities.slack"), (Type::Any, true));
        assert_eq!(declared("agents.anything.available"), (Type::Integer, false));
        assert_eq!(schema.siblings(&["agents", "it", "avail"], 2), ["available", "online", "oldest_wait_s", "as_of"]);
    }

    #[test]
    fn enumerations_are_those_of_the_public_pages() {
        let Type::Enum { values, open: false } = declared("ticket.internal_state_code").0 else { panic!() };
        assert!(values.iter().any(|value| &**value == "WAITING_FOR_VENDOR"));
        let Type::List(tags) = declared("user.user_tags").0 else { panic!() };
        assert!(matches!(tags.ty, Type::Enum { open: true, values } if values.len() == 14));
    }
}
