//! The commands that work on rule sets.

use std::path::PathBuf;

use clap::{Args, ValueHint};

use super::super::set::{Member, Setting};
use super::{BackendOption, Format, FormatOption, Level, Now};

/// Decide what users are offered
///
/// Contexts are JSON objects: one a line in `.ndjson` and `.jsonl` files, else also one object over many lines, several of them, or an array; an argument that
/// begins with `{` is a context itself; from standard input if nothing is named. Each gives one line: its decision, or why there is none. A bad line does not stop
/// the others.
#[derive(Args, Debug)]
#[command(after_help = r#"Examples:
  triggerfish decide ruleset.yaml contexts.ndjson > decisions.ndjson
  triggerfish decide ruleset.yaml '{"domain": "IT"}' --format human
  triggerfish decide ruleset.yaml contexts.ndjson --summary
  triggerfish decide ruleset.yaml all.ndjson --summary --set domain=HR
  triggerfish decide ruleset.yaml one.json --trace full --now 1767609045
  tail -f live.ndjson | triggerfish decide ruleset.yaml

A line for each context:
  {"line": 1, "id": "c000001", "decision": {"state": "offered", ..}}
  {"line": 2, "id": null, "error": {"kind": "invalid_json", "message": .., ..}}
where the kind of an error is invalid_json, too_large or invalid_time. With
several files each line has its `file`, and one of several in a JSON file its
`number`. What is JSON but no context (a list, say) gets a decision: its state
is `invalid_context`. `triggerfish schema decision` describes decisions."#)]
pub(crate) struct DecideArgs {
    /// The rule set; `-` is standard input
    #[arg(value_name = "RULESET", value_hint = ValueHint::FilePath)]
    pub(crate) rule_set: PathBuf,

    /// Files of contexts, `-` for standard input, or a context
    #[arg(value_name = "CONTEXT", value_hint = ValueHint::FilePath)]
    pub(crate) files: Vec<PathBuf>,

    #[command(flatten)]
    pub(crate) context: ContextOptions,

    /// How much of the reasons a decision tells
    #[arg(long, value_enum, value_name = "none|summary|full", hide_possible_values = true, default_value_t = Level::None)]
    pub(crate) trace: Level,

    /// Only count: states, categories, items, kinds, fallbacks and errors; lines that fail are told on standard error
    #[arg(long, conflicts_with = "trace")]
    pub(crate) summary: bool,

    #[command(flatten)]
    pub(crate) backend: BackendOption,

    /// For people, or for machines; decisions are JSON and the summary is for people unless you say otherwise
    #[arg(long, value_enum, value_name = "human|json", hide_possible_values = true)]
    pub(crate) format: Option<Format>,
}

/// Explain a decision, or a diagnostic code
///
/// For a rule set and a context: a sentence for every item, offered or not, and for what is not offered the nearest single change that would offer it.
#[derive(Args, Debug)]
#[command(after_help = r#"Examples:
  triggerfish explain ruleset.yaml '{"domain": "IT"}'
  triggerfish explain ruleset.yaml contexts.ndjson --id c000017
  triggerfish explain ruleset.yaml one.json --item it_live_agent --set domain=HR
  triggerfish explain TF0105                  what a diagnostic means
  triggerfish explain                         all codes, one a line"#)]
pub(crate) struct ExplainArgs {
    /// The rule set (`-` is standard input), or `TF` and four digits
    #[arg(value_name = "RULESET|CODE", value_hint = ValueHint::FilePath)]
    pub(crate) what: Option<String>,

    /// Files of contexts, `-` for standard input, or a context
    #[arg(value_name = "CONTEXT", value_hint = ValueHint::FilePath)]
    pub(crate) files: Vec<PathBuf>,

    #[command(flatten)]
    pub(crate) context: ContextOptions,

    /// Only this item
    #[arg(long, value_name = "KEY")]
    pub(crate) item: Option<String>,

    /// Only contexts with this `id`
    #[arg(long, value_name = "ID")]
    pub(crate) id: Option<String>,

    #[command(flatten)]
    pub(crate) format: FormatOption,
}

/// Show whose decision changes from one rule set to another
///
/// Every context is decided by both. Items and categories are counted by what happens to them: gained (only the new one offers them), lost (only the old one does),
/// altered (both do, with other data or in another place).
#[derive(Args, Debug)]
#[command(after_help = r#"Examples:
  triggerfish compare live.yaml draft.yaml contexts.ndjson
  triggerfish compare live.yaml draft.yaml '{"domain": "IT"}' --now 1767609045
  triggerfish compare live.yaml draft.yaml contexts.ndjson --exit-code"#)]
pub(crate) struct CompareArgs {
    /// The rule set as it is; `-` is standard input
    #[arg(value_name = "OLD", value_hint = ValueHint::FilePath)]
    pub(crate) old: PathBuf,

    /// The rule set as it will be; `-` is standard input
    #[arg(value_name = "NEW", value_hint = ValueHint::FilePath)]
    pub(crate) new: PathBuf,

    /// Files of contexts, `-` for standard input, or a context
    #[arg(value_name = "CONTEXT", value_hint = ValueHint::FilePath)]
    pub(crate) files: Vec<PathBuf>,

    #[command(flatten)]
    pub(crate) context: ContextOptions,

    /// End with 1 if a decision changes
    #[arg(long)]
    pub(crate) exit_code: bool,

    #[command(flatten)]
    pub(crate) format: FormatOption,
}

/// Write a rule set to start from
///
/// It is commented, and passes `check` and `test`. A file that is there already is left alone.
#[derive(Args, Debug)]
#[command(after_help = r#"Examples:
  triggerfish init
  triggerfish init acme.yaml && triggerfish test acme.yaml
  triggerfish init - | less"#)]
pub(crate) struct InitArgs {
    /// The new file; `-` is standard output
    #[arg(value_name = "FILE", default_value = "ruleset.yaml", value_hint = ValueHint::FilePath)]
    pub(crate) file: PathBuf,
}

/// What happens to contexts on the way in, and what time it is for them.
#[derive(Args, Debug)]
pub(crate) struct ContextOptions {
    /// Set a member of every context on the way in; VALUE is JSON if it reads as JSON, else a text
    #[arg(long, value_name = "PATH=VALUE")]
    pub(crate) set: Vec<Setting>,

    /// The time of the decisions, whatever the contexts say: seconds since 1970, or RFC 3339
    #[arg(long, value_name = "TIME", allow_negative_numbers = true, conflicts_with = "now_from")]
    pub(crate) now: Option<Now>,

    /// The member of a context that tells the time of its decision; the clock's where it is absent
    #[arg(long, value_name = "MEMBER", default_value = "now")]
    pub(crate) now_from: Member,
}
