//! What code is generated for: this machine, once for each level.

use std::sync::OnceLock;

use cranelift::codegen::isa::OwnedTargetIsa;
use cranelift::codegen::settings::{self, Configurable};

use super::{Optimisation, Unavailable};

/// The code generator of a level.
pub(super) fn get(level: Optimisation) -> Result<&'static OwnedTargetIsa, Unavailable> {
    static NONE: OnceLock<Result<OwnedTargetIsa, Unavailable>> = OnceLock::new();
    static SPEED: OnceLock<Result<OwnedTargetIsa, Unavailable>> = OnceLock::new();
    let made = match level {
        Optimisation::None => NONE.get_or_init(|| make("none")),
        Optimisation::Speed => SPEED.get_or_init(|| make("speed")),
    };
    made.as_ref().map_err(Clone::clone)
}

fn make(level: &str) -> Result<OwnedTargetIsa, Unavailable> {
    let refused = |error: &dyn std::fmt::Display| Unavailable::Processor(error.to_string());
    let mut flags = settings::builder();
    let verifier = if cfg!(debug_assertions) { "true" } else { "false" };
    for (name, value) in [
        ("opt_level", level),
        ("enable_verifier", verifier),
        ("unwind_info", "false"),
        // A frame larger than a page must not step over the page that guards the stack.
        ("enable_probestack", "true"),
        ("probestack_strategy", "inline"),
    ] {
        flags.set(name, value).map_err(|error| refused(&error))?;
    }
    let builder = cranelift::native::builder().map_err(|error| refused(&error))?;
    builder.finish(settings::Flags::new(flags)).map_err(|error| refused(&error))
}
