//! Triggerfish: one row for each backend.

use std::error::Error;

use triggerfish::backend::Backend as Choice;
use triggerfish::schema::Schema;
use triggerfish::{Context, Rule, Timestamp};

use super::{Engine, Inputs, Prepared, over};
use crate::workloads::Workload;

const NOW: Timestamp = Timestamp::EPOCH;

/// All backends that the library has. A rule that is checked against a schema is the faster one: the kinds of its attributes are known.
pub(crate) const BACKENDS: [Backend; 2] =
    [Backend { name: "Triggerfish interp", backend: Choice::Interp }, Backend { name: "Triggerfish native", backend: Choice::Jit }];

/// A backend, as the engine that compiles for it.
#[derive(Clone, Copy)]
pub(crate) struct Backend {
    name: &'static str,
    backend: Choice,
}

impl Backend {
    /// Compiles a rule; it runs on this backend, or not at all.
    fn compile(self, source: &str) -> Result<Rule, Box<dyn Error>> {
        let rule = triggerfish::Engine::new().with_schema(Schema::builtin()).with_backend(self.backend).compile(source)?;
        if self.backend == Choice::Jit {
            rule.compile_native()?;
        }
        Ok(rule)
    }
}

impl Engine for Backend {
    fn name(&self) -> &'static str {
        self.name
    }

    fn prepare(&self, workload: &Workload, inputs: &Inputs) -> Result<Prepared, Box<dyn Error>> {
        let rule = self.compile(workload.source)?;
        let contexts: Vec<Context> = inputs.documents.iter().map(|document| rule.bind_json(document)).collect::<Result<_, _>>()?;
        Ok(over(contexts, move |context| rule.matches(context, NOW) == Ok(true)))
    }

    fn prepare_bytes(&self, workload: &Workload, inputs: &Inputs) -> Result<Prepared, Box<dyn Error>> {
        let rule = self.compile(workload.source)?;
        let mut context = rule.empty_context();
        Ok(over(inputs.documents.clone(), move |document| rule.rebind_json(&mut context, document).is_ok() && rule.matches(&context, NOW) == Ok(true)))
    }
}
