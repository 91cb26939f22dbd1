//! What the expressions of a generated rule set are written over: `context:` sections, and the schemas that they give.

use std::sync::{Arc, LazyLock};

use serde_json::{Value as Json, json};

use super::super::{Dice, World};
use crate::engine::Engine;
use crate::fuzzing::calendars::FuzzCalendars;
use crate::handoff::RuleSet;

/// A `context:` section and what may be read under it.
pub(super) struct Scenery {
    pub(super) context: Option<Json>,
    pub(super) world: World,
    /// Compiles expressions against the schema: only those that it accepts are written.
    pub(super) engine: Engine,
}

impl Scenery {
    fn new(context: Option<Json>) -> Scenery {
        let mut file = json!({"triggerfish": 1, "otherwise": [{"key": "o", "label": "O", "strategies": [{"ticket": "default"}]}]});
        if let (Some(context), Some(file)) = (&context, file.as_object_mut()) {
            file.insert("context".to_owned(), context.clone());
        }
        let schema = match RuleSet::from_value(&file) {
            Ok(set) => set.schema().clone(),
            Err(error) => unreachable!("the section is refused\n{error}"),
        };
        let engine = Engine::new().with_schema(schema.clone()).with_calendars(Arc::new(FuzzCalendars));
        Scenery { context, world: World::new(schema), engine }
    }
}

/// The built-in schema alone; with attributes of its own; the same, strict.
static ALL: LazyLock<[Scenery; 3]> = LazyLock::new(|| [None, Some(section(false)), Some(section(true))].map(Scenery::new));

fn section(strict: bool) -> Json {
    json!({
        "strict": strict,
        "attributes": {
            "user.custom_attributes.is_fte": "bool",
            "user.custom_attributes.salary": {"type": "integer", "pii": true},
            "agents.it_emea.available": {"type": "integer", "max_age": "60s"},
            "conversation.order_number": "text",
            "account": {"type": "map", "of": "any", "pii": true},
            "tier": {"type": "enum", "values": ["gold", "silver"], "pii": true},
            "load": {"type": "number", "default": 0, "max_age": 300},
            "codes_of_office": "list<text>",
            "flagged": {"type": "bool", "nullable": false, "default": false},
        },
    })
}

pub(super) fn pick(dice: &mut Dice<'_>) -> &'static Scenery {
    let [plain, lenient, strict] = &*ALL;
    match dice.roll(3) {
        0 => plain,
        1 => lenient,
        _ => strict,
    }
}
