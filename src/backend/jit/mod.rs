//! Native code: programs to functions through Cranelift.
//!
//! Same values, same error kinds, same spans as the interpreter, always. What is cheap is done natively: numbers, Booleans, ids of texts, `IN`, `NULL`,
//! `AND`, `OR`, `IF`, arithmetic with its checks. Cheap tests are done without branches: on contexts that do not repeat, a misprediction costs more than a
//! few tests. Everything else is a call of one of the `helpers`, which do what the interpreter does through the same functions.
//!
//! Unsafe code lives here, under three rules:
//!
//! - Generated code reads the cells of a context (as many as were checked before the call), the `Run` of its evaluation and the frames of lambdas, and
//!   nothing else; all it calls is in the one table of helpers, by number. No name and no text of a rule becomes an address or a symbol.
//! - Helpers never unwind into generated code: they give a status, and a panic is carried on behind the call.
//! - Memory is written, then made executable, never both (`code`); whoever may run it holds its one owner.
#![allow(unsafe_code, reason = "running generated code is outside of what Rust can check; the rules are above")]

mod code;
mod compile;
mod helpers;
mod isa;
mod lower;
mod native;
mod run;
#[cfg(feature = "fuzzing")]
pub(crate) mod seen;
mod switch;
#[cfg(test)]
mod tests;

pub(crate) use compile::{Unit, compile};
pub(crate) use native::Native;

pub use super::{Optimisation, Unavailable};

use std::sync::OnceLock;

/// Whether native code can be made and run here. Asked once: the answer is that of the first time.
///
/// # Errors
/// Why not.
pub fn available() -> Result<(), Unavailable> {
    static ANSWER: OnceLock<Result<(), Unavailable>> = OnceLock::new();
    ANSWER
        .get_or_init(|| {
            if switch::is_off() {
                return Err(Unavailable::SwitchedOff);
            }
            isa::get(Optimisation::None)?;
            code::probe()
        })
        .clone()
}
