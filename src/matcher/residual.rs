//! What has the last word on a rule that is more than its tests: the rule itself, on one of the backends.

use std::sync::Arc;
#[cfg(feature = "jit")]
use std::sync::OnceLock;

use super::condition::Watch;
#[cfg(feature = "jit")]
use crate::backend::jit::{self, Native};
use crate::backend::{Job, Optimisation, Unavailable, interp};
use crate::context::Layout;
use crate::hir::Program;
use crate::rule::Scope;
use crate::value::EvalError;

/// A whole rule.
#[derive(Clone, Debug)]
pub(super) struct Residual {
    body: Arc<Body>,
}

#[derive(Debug)]
struct Body {
    program: Arc<Program>,
    watches: Box<[Watch]>,
    charged: u32,
    /// Whether its tests are not all that it is.
    is_more: bool,
    /// Its native code, once there is some, and the layout that it is for.
    #[cfg(feature = "jit")]
    native: OnceLock<Native>,
}

impl Residual {
    pub(super) fn new(program: Arc<Program>, watches: Vec<Watch>, charged: u32, is_more: bool) -> Residual {
        Residual {
            body: Arc::new(Body {
                program,
                watches: watches.into(),
                charged,
                is_more,
                #[cfg(feature = "jit")]
                native: OnceLock::new(),
            }),
        }
    }

    /// The same without native code, which is made for one layout.
    pub(super) fn renewed(&self) -> Residual {
        Residual::new(self.body.program.clone(), self.body.watches.to_vec(), self.body.charged, self.body.is_more)
    }

    pub(super) fn program(&self) -> &Program {
        &self.body.program
    }

    pub(super) fn watches(&self) -> &[Watch] {
        &self.body.watches
    }

    /// How many tests are charged, if that could ever be too much.
    pub(super) fn charged(&self) -> u32 {
        self.body.charged
    }

    /// Whether the rule matches.
    pub(super) fn matches(&self, scope: Scope<'_>) -> Result<bool, EvalError> {
        let job = Job { program: &self.body.program, context: scope.context, now: scope.now, calendars: scope.calendars };
        #[cfg(feature = "jit")]
        if let Some(native) = self.body.native.get() {
            return native.matches(&job);
        }
        interp::matches(&job)
    }

    /// Compiles those that are more than tests to native code, all in one module. Those that have some keep it.
    #[cfg_attr(not(feature = "jit"), allow(unused_variables, reason = "there is nothing to compile with"))]
    pub(super) fn compile_native(residuals: &[Residual], layout: &Layout, level: Optimisation) -> Result<(), Unavailable> {
        #[cfg(feature = "jit")]
        {
            let new: Vec<&Residual> = residuals.iter().filter(|residual| residual.body.is_more && residual.body.native.get().is_none()).collect();
            let units: Vec<jit::Unit<'_>> = new.iter().map(|residual| jit::Unit { program: residual.program(), layout, shares_budget: false }).collect();
            for (residual, native) in new.iter().zip(jit::compile(&units, level)?) {
                // Another thread may have been faster: its code is as good.
                let _ = residual.body.native.set(native);
            }
            Ok(())
        }
        #[cfg(not(feature = "jit"))]
        Err(Unavailable::NotBuilt)
    }
}
