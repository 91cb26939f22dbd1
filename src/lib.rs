//! Triggerfish
pub mod builtins;
pub mod diagnostic;
pub mod limits;
pub mod schema;
pub mod source;
pub mod syntax;
pub mod value;
pub use limits::Limits;
