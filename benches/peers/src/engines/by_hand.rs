//! What the rules are measured by: Rust functions over structs of `String`s.

use std::error::Error;

use serde::Deserialize;

use super::{Engine, Inputs, Prepared, over};
use crate::workloads::{EVENTS, Workload, events};

/// The function that a programmer would have written instead of the rule.
pub(crate) struct ByHand;

impl Engine for ByHand {
    fn name(&self) -> &'static str {
        "Rust by hand"
    }

    fn prepare(&self, workload: &Workload, _inputs: &Inputs) -> Result<Prepared, Box<dyn Error>> {
        let by_hand = workload.by_hand;
        Ok(over(events(EVENTS), move |event| by_hand(event)))
    }

    fn prepare_bytes(&self, workload: &Workload, inputs: &Inputs) -> Result<Prepared, Box<dyn Error>> {
        if workload.name != "R3" {
            return Ok(Prepared::NotMeasured);
        }
        Ok(over(inputs.documents.clone(), |document| serde_json::from_slice(document).is_ok_and(|known| r3(&known))))
    }
}

/// What R3 reads, and no more: `serde_json` skips the rest of a document faster than it would keep it.
#[derive(Deserialize)]
struct Known {
    domain: Option<String>,
    user: User,
}

#[derive(Deserialize)]
struct User {
    department: Option<String>,
    country_code: Option<String>,
    user_tags: Vec<String>,
    custom_attributes: CustomAttributes,
}

#[derive(Deserialize)]
struct CustomAttributes {
    tenure_days: Option<i64>,
}

const EUROPE: [&str; 20] = ["AT", "BE", "BG", "CH", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GB", "GR", "HU", "IE", "IT", "NL", "PL", "PT", "SE"];

fn r3(Known { domain, user }: &Known) -> bool {
    domain.as_deref() == Some("IT")
        && user.department.as_deref() == Some("Sales")
        && user.country_code.as_deref().is_some_and(|country| EUROPE.contains(&country))
        && user.custom_attributes.tenure_days.is_some_and(|days| days > 30)
        && !user.user_tags.iter().any(|tag| tag == "CONTRACTOR")
}
