//! Triggerfish decides what a user is offered when a chatbot cannot help: it evaluates trigger rules over user metadata and the detected domain.
//!
//! ```text
//! text --scan--> pest pairs --parser--> AST --print--> canonical text          syntax
//!                                        |
//!                  schema, builtins --> check --> diagnostics                  check, diagnostic
//!                                        |
//!                                       HIR                                    hir
//!                                        |
//! JSON --bind--> Context (slots) --> interp or jit --> Value or EvalError      context, backend, rule
//!                    +--- many rules at once --> Matcher --> Matches         matcher
//!                    |
//! rule-set file --> RuleSet --decide--> Decision: ordered options, and why     handoff
//! ```
//!
//! [`RuleSet`] decides what a user is offered:
//!
//! ```
//! # #[cfg(feature = "handoff")] {
//! use triggerfish::{RuleSet, Timestamp, schema::Format};
//!
//! let set = RuleSet::parse(r#"
//! triggerfish: 1
//! categories:
//!   - key: it
//!     domain: IT
//!     items:
//!       - { key: ticket, label: File a ticket, when: user.department == "Sales", strategies: [{ ticket: default }] }
//! otherwise:
//!   - { key: help, label: Help pages, strategies: [{ url: "https://help.example/" }] }
//! "#, Format::Yaml).unwrap();
//! let decision = set.decide_json(br#"{"domain": "IT", "user": {"department": "Sales"}}"#, Timestamp::EPOCH);
//! assert_eq!(decision.options[0].option.label, "File a ticket");
//! # }
//! ```
//!
//! [`Engine`] and [`Rule`] evaluate one rule:
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
//! [`Matcher`] asks thousands of rules at once, and says which of them hold.
//!
//! Rules and rule sets run on the interpreter, or as native code: [`Backend`] says how to choose, and the choice changes nothing but time.
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
#[cfg(feature = "handoff")]
pub mod handoff;
pub mod hir;
pub mod limits;
pub mod matcher;
pub mod rule;
pub mod schema;
#[cfg(feature = "server")]
pub mod server;
mod simd;
pub mod source;
mod stack;
pub mod syntax;
pub mod value;

pub use backend::Backend;
pub use context::{Context, ContextError};
pub use engine::{CompileError, Engine, EvaluateError, Rule};
#[cfg(feature = "handoff")]
pub use handoff::{Decision, LoadError, RuleSet, TraceLevel};
pub use limits::Limits;
pub use matcher::Matcher;
pub use rule::{StepOutcome, Trace, TraceStep};
pub use value::{EvalError, EvalErrorKind, Timestamp, Value};

/// The README's examples are run with the documentation's.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
