//! Triggerfish decides what a user is offered when a chatbot cannot help: it evaluates trigger rules over user metadata and the detected domain.
//!
//! ```text
//! text --scan--> pest pairs --parser--> AST --print--> canonical text          syntax
//!                                        |
//!                  schema, builtins --> check --> diagnostics                  check, diagnostic
//!                                        |
//!                                       HIR                                    hir
//!                                        |
//! JSON --bind--> Context (slots) -----> interp --> Value or EvalError          context, backend
//! ```
//!
//! [`Engine`] and [`Rule`] are the way in:
//!
//! ```
//! use triggerfish::{Engine, Timestamp, schema::Schema};
//!
//! let engine = Engine::new().with_schema(Schema::builtin());
//! let rule = engine.compile(r#"domain == "IT" AND user.department == "Sales""#)?;
//! let now = Timestamp::from_seconds(1_767_609_045).unwrap();
//! assert!(rule.matches_json(br#"{"domain": "IT", "user": {"department": "Sales"}}"#, now)?);
//! assert!(rule.cannot_fail());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The modules, in reading order: vocabulary first, then the way of a rule from text to value.

pub mod backend;
pub mod builtins;
pub mod cases;
pub mod check;
pub mod context;
pub mod diagnostic;
mod document;
pub mod engine;
#[cfg(feature = "fuzzing")]
pub mod fuzzing;
pub mod hir;
pub mod limits;
pub mod rule;
pub mod schema;
pub mod source;
mod stack;
pub mod syntax;
pub mod value;

pub use context::{Context, ContextError};
pub use engine::{CompileError, Engine, EvaluateError, Rule};
pub use limits::Limits;
pub use rule::{StepOutcome, Trace, TraceStep};
pub use value::{EvalError, EvalErrorKind, Timestamp, Value};

/// The README's examples are run with the documentation's.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
