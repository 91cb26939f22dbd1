//! The attributes that the rules read, for engines whose variables are looked up by full path.

use serde_json::Value;

/// All attributes that a rule reads, by path. [`position`] says where one stands.
pub(crate) const ATTRIBUTES: [&str; COUNT] = [
    "domain",
    "utterance",
    "channel",
    "language.detected",
    "user.department",
    "user.country_code",
    "user.region",
    "user.city",
    "user.role",
    "user.user_tags",
    "user.custom_attributes.tenure_days",
    "bot.attempts",
    "agents.desk_emea.available",
    "agents.desk_emea.online",
    "agents.desk_emea.oldest_wait_s",
    "agents.desk_amer.available",
    "agents.desk_amer.online",
    "agents.desk_amer.oldest_wait_s",
    "agents.desk_apac.available",
    "agents.desk_apac.online",
    "agents.desk_apac.oldest_wait_s",
    "ticket.created_at",
    "conversation.last_activity",
];

const COUNT: usize = 23;

/// Where a path stands in [`ATTRIBUTES`]. A `match` over texts is faster than a hash map of them.
pub(crate) fn position(path: &str) -> Option<usize> {
    Some(match path {
        "domain" => 0,
        "utterance" => 1,
        "channel" => 2,
        "language.detected" => 3,
        "user.department" => 4,
        "user.country_code" => 5,
        "user.region" => 6,
        "user.city" => 7,
        "user.role" => 8,
        "user.user_tags" => 9,
        "user.custom_attributes.tenure_days" => 10,
        "bot.attempts" => 11,
        "agents.desk_emea.available" => 12,
        "agents.desk_emea.online" => 13,
        "agents.desk_emea.oldest_wait_s" => 14,
        "agents.desk_amer.available" => 15,
        "agents.desk_amer.online" => 16,
        "agents.desk_amer.oldest_wait_s" => 17,
        "agents.desk_apac.available" => 18,
        "agents.desk_apac.online" => 19,
        "agents.desk_apac.oldest_wait_s" => 20,
        "ticket.created_at" => 21,
        "conversation.last_activity" => 22,
        _ => return None,
    })
}

/// Whether an attribute is a number wherever it is there.
pub(crate) fn is_number(path: &str) -> bool {
    matches!(path, "user.custom_attributes.tenure_days" | "bot.attempts" | "ticket.created_at" | "conversation.last_activity") || path.starts_with("agents.")
}

/// What a context holds at a path; null if it holds nothing there.
pub(crate) fn value_at<'a>(context: &'a Value, path: &str) -> &'a Value {
    path.split('.').try_fold(context, |value, key| value.get(key)).unwrap_or(&Value::Null)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_attribute_stands_at_its_position() {
        for (at, path) in ATTRIBUTES.iter().enumerate() {
            assert_eq!(position(path), Some(at), "{path}");
        }
    }
}
