//! The command that asks many rules at once.

use std::path::PathBuf;

use clap::{Args, ValueHint};

use super::{BackendOption, ContextOptions, FormatOption, SchemaOption};

/// Say which of many rules hold for each context
///
/// Rules are JSON objects with an `id` and a `rule`, one a line. They are compiled together, so that thousands of them take little longer than a few.
/// Contexts are JSON objects, as for `eval`: a bad one does not stop the others.
#[derive(Args, Debug)]
#[command(after_help = r#"Examples:
  triggerfish match rules.ndjson contexts.ndjson
  triggerfish match rules.ndjson '{"domain": "IT"}' --first
  triggerfish match rules.ndjson contexts.ndjson --schema builtin --strict
  tail -f live.ndjson | triggerfish match rules.ndjson --format json

A line of RULES
  {"id": "it-1", "rule": "domain == \"IT\" AND attempts > 2"}
A line for each context, with tabs between: its number, its id, its rules
  1  c000001  it-1, it-7
  2  -        -
and below it a line for each rule that failed; or with --format json
  {"line": 1, "id": "c000001", "matches": ["it-1", "it-7"], "errors": []}
  {"line": 2, "error": {"kind": "invalid_context", "message": .., ..}}
where each of the `errors` has the `rule` that failed and its `error`:
a `kind`, a `message` and a `span`."#)]
pub(crate) struct MatchArgs {
    /// The rules: a file with a rule a line; `-` is standard input
    #[arg(value_name = "RULES", value_hint = ValueHint::FilePath)]
    pub(crate) rules: PathBuf,

    /// Files of contexts, `-` for standard input, or a context
    #[arg(value_name = "CONTEXT", value_hint = ValueHint::FilePath)]
    pub(crate) files: Vec<PathBuf>,

    #[command(flatten)]
    pub(crate) schema: SchemaOption<false>,

    #[command(flatten)]
    pub(crate) context: ContextOptions,

    /// Only the first rule that holds, in the order of RULES
    #[arg(long)]
    pub(crate) first: bool,

    /// Only how many rules hold
    #[arg(long, conflicts_with = "first")]
    pub(crate) count: bool,

    #[command(flatten)]
    pub(crate) backend: BackendOption,

    #[command(flatten)]
    pub(crate) format: FormatOption,
}
