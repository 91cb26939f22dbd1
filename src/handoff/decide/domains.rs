//! The domains of a context, and which categories they select.

use super::scene::Scene;
use crate::builtins::fold_case;
use crate::handoff::model::Category;
use crate::value::Value;

/// The domains that count, as written and folded, with what is known of how likely each is.
#[derive(Debug, Default)]
pub(super) struct Domains {
    counting: Vec<Counting>,
    /// Named in `domains`, but not likely enough.
    unlikely: Vec<(String, f64)>,
    ranked: bool,
    least: f64,
}

#[derive(Debug)]
struct Counting {
    shown: String,
    folded: String,
    /// Infinite for the one in `domain`.
    confidence: f64,
}

impl Domains {
    /// `domain`, and those of `domains` of at least the confidence that the rule set asks for. One without a confidence is certain.
    pub(super) fn of(scene: &Scene<'_>) -> Domains {
        let slots = &scene.model.slots;
        let mut domains = Domains { least: scene.model.min_confidence, ..Domains::default() };
        if let Some(domain) = scene.text_of(slots.domain) {
            domains.count(domain, f64::INFINITY);
        }
        if let Value::List(entries) = scene.value_of(slots.domains) {
            domains.ranked = true;
            for entry in entries.iter() {
                let Value::Map(entry) = entry else { continue };
                let Some(Value::Text(name)) = entry.get("name") else { continue };
                let confidence = match entry.get("confidence") {
                    Some(Value::Float(confidence)) => confidence.get(),
                    Some(Value::Integer(confidence)) => crate::value::Number::Integer(*confidence).to_f64(),
                    Some(Value::Null | Value::Bool(_) | Value::Text(_) | Value::List(_) | Value::Map(_)) | None => 1.0,
                };
                if confidence >= domains.least {
                    domains.count(name, confidence);
                } else {
                    domains.unlikely.push((name.to_string(), confidence));
                }
            }
        }
        domains
    }

    fn count(&mut self, name: &str, confidence: f64) {
        let name = name.trim();
        self.counting.push(Counting { shown: name.to_owned(), folded: fold_case(name).into_owned(), confidence });
    }

    /// Whether there is a list of them.
    pub(super) fn are_ranked(&self) -> bool {
        self.ranked
    }

    /// How likely the likeliest domain of a category is; `None` where none counts. A category for all domains is certain.
    pub(super) fn confidence(&self, category: &Category) -> Option<f64> {
        if category.domains.is_empty() {
            return Some(f64::INFINITY);
        }
        self.matching(category).map(|domain| domain.confidence).max_by(f64::total_cmp)
    }

    fn matching<'d>(&'d self, category: &'d Category) -> impl Iterator<Item = &'d Counting> {
        self.counting.iter().filter(|domain| category.domains.iter().any(|(_, folded)| **folded == *domain.folded))
    }

    /// Why the category is for this context: `domain is IT`.
    pub(super) fn why(&self, category: &Category) -> String {
        let best = self.matching(category).max_by(|one, other| one.confidence.total_cmp(&other.confidence));
        let named = |domain: &Counting| {
            category.domains.iter().find(|(_, folded)| **folded == *domain.folded).map_or(domain.shown.as_str(), |(name, _)| name).to_owned()
        };
        match best {
            Some(domain) if domain.confidence.is_finite() => format!("domain is {} with confidence {}", named(domain), domain.confidence),
            Some(domain) => format!("domain is {}", named(domain)),
            None => "it is for all domains".to_owned(),
        }
    }

    /// Why the category is not for this context.
    pub(super) fn why_not(&self, category: &Category) -> String {
        let wanted: Vec<&str> = category.domains.iter().map(|(name, _)| &**name).collect();
        let wanted = if wanted.len() == 1 { wanted.join("") } else { format!("one of {}", wanted.join(", ")) };
        let unlikely = self.unlikely.iter().find(|(name, _)| category.domains.iter().any(|(_, folded)| **folded == *fold_case(name.trim())));
        if let Some((name, confidence)) = unlikely {
            return format!("domain {name} has confidence {confidence}, less than {}", self.least);
        }
        if self.counting.is_empty() {
            return format!("domain is missing, not {wanted}");
        }
        let shown: Vec<String> = self.counting.iter().take(5).map(|domain| crate::diagnostic::shorten(&domain.shown, 60).into_owned()).collect();
        format!("domain is {}, not {wanted}", shown.join(", "))
    }
}
