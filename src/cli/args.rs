//! What the command line takes, and what `--help` says of it.

mod matching;
mod rulesets;
#[cfg(feature = "server")]
mod service;
mod values;

use std::path::PathBuf;

use clap::{Args, CommandFactory as _, Parser, Subcommand, ValueHint};
use clap_complete::Shell;

use super::exit::Exit;
use super::set::Setting;
pub(crate) use matching::MatchArgs;
pub(crate) use rulesets::{CompareArgs, ContextOptions, DecideArgs, ExplainArgs, InitArgs};
#[cfg(feature = "server")]
pub(crate) use service::{ReplayArgs, ServeArgs};
pub(crate) use values::{BackendChoice, Color, Format, Level, Now, ReferenceFormat, SchemaChoice, SchemaKind};

/// Decides what users are offered when a bot cannot help, by rules that support teams write.
///
/// A rule set is a YAML file: which options there are, when each is offered, and where it leads. A rule is an expression over the attributes of a context, such as
/// `user.department == "Sales" AND NOT bot.resolved`. A context is a JSON object: what is known of a user and a conversation.
#[derive(Parser, Debug)]
#[command(name = "triggerfish", version, max_term_width = 100, arg_required_else_help = true, disable_help_subcommand = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,

    /// When to use colours; `auto` asks the terminal, NO_COLOR and CLICOLOR_FORCE
    #[arg(long, global = true, value_enum, value_name = "auto|always|never", hide_possible_values = true, default_value_t = Color::Auto)]
    pub(crate) color: Color,
}

/// What follows the help of the whole program.
fn after_help() -> String {
    format!(
        r#"Examples:
  triggerfish init                                     a rule set to start from
  triggerfish check ruleset.yaml                       find mistakes before they run
  triggerfish test ruleset.yaml                        run the tests beside the rules
  triggerfish decide ruleset.yaml contexts.ndjson      a decision for each context
  triggerfish explain ruleset.yaml '{{"domain": "IT"}}'  why, and what would change it
  triggerfish compare old.yaml new.yaml contexts.ndjson
  triggerfish eval 'domain == "IT"' contexts.ndjson    a single rule
  triggerfish match rules.ndjson contexts.ndjson       which of many rules hold

A RULE is the text of a rule, or @FILE for a file that holds one (@- for standard input).
Arguments are known by their looks: `.yaml`, `.yml` and files whose top level has
`triggerfish:` are rule sets, `.ndjson` is cases or contexts, `TF` and four digits is a
code, `{{` begins a context, anything else is a rule.

Exit codes:{}"#,
        Exit::table()
    )
}

impl Cli {
    /// The definition, with what cannot stand in attributes.
    pub(crate) fn definition() -> clap::Command {
        Cli::command().after_help(after_help())
    }
}

#[derive(Subcommand, Debug)]
pub(crate) enum Command {
    Init(InitArgs),
    Check(CheckArgs),
    Test(TestArgs),
    Decide(DecideArgs),
    Explain(ExplainArgs),
    Compare(CompareArgs),
    #[cfg(feature = "server")]
    Serve(ServeArgs),
    #[cfg(feature = "server")]
    Replay(ReplayArgs),
    Fmt(FmtArgs),
    Eval(EvalArgs),
    Match(MatchArgs),
    Functions(FunctionsArgs),
    Schema(SchemaArgs),
    Completions(CompletionsArgs),
    Version(VersionArgs),
}

/// Evaluate a rule on contexts
///
/// Contexts are JSON objects: one a line in `.ndjson` and `.jsonl` files, else also one object over many lines, several of them, or an array; an argument that
/// begins with `{` is a context itself; from standard input if nothing is named. Each gives one line: its number, its `id` (`-` if it has none) and the value, or why there is none. A bad context does not stop the others.
#[derive(Args, Debug)]
#[command(after_help = r#"Examples:
  triggerfish eval 'domain == "IT" AND user.tenure > 30' contexts.ndjson
  triggerfish eval @it.rule contexts.ndjson --count
  echo '{"domain": "IT"}' | triggerfish eval 'domain' --set domain=HR
  triggerfish eval @it.rule one.json --trace --now 2026-01-05T09:00:00Z
  triggerfish eval @it.rule all.ndjson --schema builtin --strict
  tail -f live.ndjson | triggerfish eval @it.rule --matching --format json

A line for each context, with tabs between: its number, its id, its value
  1  c000001  true
  2  -        error: type_mismatch at 1:1, `x < 3`: a value of a kind that ...
or with --format json
  {"line": 1, "id": "c000001", "value": true}
  {"line": 2, "error": {"kind": "type_mismatch", "message": .., "span": {..}}}
where a context that does not bind has the kind invalid_context and a `pointer`,
and one of several in a JSON file also its `number`."#)]
pub(crate) struct EvalArgs {
    /// The rule: its text, or @FILE
    pub(crate) rule: String,

    /// Files of contexts, `-` for standard input, or a context
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) files: Vec<PathBuf>,

    #[command(flatten)]
    pub(crate) schema: SchemaOption<false>,

    /// Set a member of every context on the way in; VALUE is JSON if it reads as JSON, else a text
    #[arg(long, value_name = "PATH=VALUE")]
    pub(crate) set: Vec<Setting>,

    /// The time that `$TIME()` gives: seconds since 1970, or RFC 3339; the clock's by default
    #[arg(long, value_name = "TIME", allow_negative_numbers = true)]
    pub(crate) now: Option<Now>,

    /// Only count: how many contexts matched, did not match, failed
    #[arg(long, conflicts_with_all = ["matching", "trace"])]
    pub(crate) count: bool,

    /// Only show contexts that match; those that fail are told on standard error
    #[arg(long)]
    pub(crate) matching: bool,

    /// Show the value of every part of the rule, and what was not evaluated
    #[arg(long)]
    pub(crate) trace: bool,

    /// Say on standard error how long it took
    #[arg(long)]
    pub(crate) time: bool,

    #[command(flatten)]
    pub(crate) backend: BackendOption,

    #[command(flatten)]
    pub(crate) format: FormatOption,
}

/// Check rule sets and rules without running them
///
/// Shows what is wrong or suspicious, and which attributes are read; of a rule set how much it holds, of a rule whether it can fail when it runs. Warnings are no
/// failure.
#[derive(Args, Debug)]
#[command(after_help = r#"Examples:
  triggerfish check ruleset.yaml
  triggerfish check 'user.department == "Sales" AND user.tenure > 30'
  triggerfish check @a.rule @b.rule --schema company.yaml --strict
  triggerfish check @it.rule --format json | jq .diagnostics

A rule set says itself which attributes there are (`context:`): --schema and
--strict are for rules."#)]
pub(crate) struct CheckArgs {
    /// Rule sets, or rules: text, or @FILE
    #[arg(required = true, value_name = "RULESET|RULE")]
    pub(crate) rules: Vec<String>,

    #[command(flatten)]
    pub(crate) schema: SchemaOption<true>,

    #[command(flatten)]
    pub(crate) format: FormatOption,
}

/// Write expressions in their one canonical form
///
/// Of a rule set, expressions are formatted and all else stays as it is, comments included. Files are rewritten in place, each as a whole or not at all; without
/// files, standard input goes to standard output.
#[derive(Args, Debug)]
#[command(after_help = r#"Examples:
  triggerfish fmt ruleset.yaml
  triggerfish fmt rules/*.rule
  triggerfish fmt --check rules/*.rule          names the files that differ
  echo "domain=='IT'   and(x)" | triggerfish fmt"#)]
pub(crate) struct FmtArgs {
    /// Rule sets, and files that hold one rule each; `-` is standard input
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) files: Vec<PathBuf>,

    /// Change nothing; name the files that differ from their canonical form
    #[arg(long)]
    pub(crate) check: bool,
}

/// Run the tests of rule sets, and case files
///
/// Of a rule set, the tests beside its rules are run; then it is said what no test has shown: items that none was offered, strategies that none used, conditions that
/// never held or never failed to. A case is one line of an NDJSON file: a rule, a context, and what must come out. Failures are shown with what was expected and
/// what was found; the last line is `N passed, N failed`.
#[derive(Args, Debug)]
#[command(after_help = r#"Examples:
  triggerfish test ruleset.yaml
  triggerfish test tests/cases/*.ndjson
  triggerfish test cases.ndjson --ledger known.ndjson

A case, on one line:
  {"id": "sales/any-case", "rule": "$SAME(team, \"sales\")",
   "context": {"team": "SALES "}, "expect": true}

Instead of `expect`: `expect_error` (a kind such as type_mismatch, or one of
invalid_context, parse, check, any) or `expect_parse` (true). Optional: `now`
(seconds since 1970) and `note`.

A line of a ledger, which names a case to be skipped. One that would pass, or
that no file has, fails the run:
  {"id": "sales/any-case", "reason": "why the case is wrong"}"#)]
pub(crate) struct TestArgs {
    /// Rule sets, and case files; `-` is case lines from standard input
    #[arg(required = true, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) files: Vec<PathBuf>,

    /// A file that names the cases to be skipped, with reasons
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) ledger: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) backend: BackendOption,

    #[command(flatten)]
    pub(crate) format: FormatOption,
}

/// Show the functions of the rule language
#[derive(Args, Debug)]
#[command(after_help = r#"Examples:
  triggerfish functions                       all of them, one a line
  triggerfish functions split                 one of them, with an example
  triggerfish functions --format markdown     the reference"#)]
pub(crate) struct FunctionsArgs {
    /// A function, with or without `$`, in any letter case
    pub(crate) name: Option<String>,

    /// How to write them
    #[arg(long, value_enum, value_name = "human|json|markdown", hide_possible_values = true, default_value_t = ReferenceFormat::Human)]
    pub(crate) format: ReferenceFormat,
}

/// Show, convert or guess schemas: of contexts, rule sets and decisions
#[derive(Args, Debug)]
#[command(arg_required_else_help = true, disable_help_subcommand = true)]
pub(crate) struct SchemaArgs {
    #[command(subcommand)]
    pub(crate) command: SchemaCommand,
}

#[derive(Subcommand, Debug)]
pub(crate) enum SchemaCommand {
    Infer(InferArgs),
    Show(ShowArgs),
    Export(ExportArgs),
    /// Write the JSON Schema of rule-set files, for editors
    #[command(after_help = r#"Examples:
  triggerfish schema ruleset > ruleset.schema.json

The first line of a rule set then tells an editor where it is:
  # yaml-language-server: $schema=ruleset.schema.json"#)]
    Ruleset,
    /// Write the JSON Schema of decisions
    #[command(after_help = r#"Examples:
  triggerfish schema decision > decision.schema.json"#)]
    Decision,
    Context(ContextSchemaArgs),
}

/// Write the JSON Schema of the contexts of a rule set
#[derive(Args, Debug)]
#[command(after_help = r#"Examples:
  triggerfish schema context ruleset.yaml > context.schema.json
  triggerfish schema context                  the built-in attributes"#)]
pub(crate) struct ContextSchemaArgs {
    /// A rule set; the built-in attributes alone if absent
    #[arg(value_name = "RULESET", value_hint = ValueHint::FilePath)]
    pub(crate) rule_set: Option<PathBuf>,
}

/// Guess a schema from sample contexts
///
/// Personal data is not guessed beyond what the built-in schema marks: look the result over.
#[derive(Args, Debug)]
#[command(after_help = r#"Examples:
  triggerfish schema infer contexts.ndjson > schema.yaml
  triggerfish check @it.rule --schema schema.yaml"#)]
pub(crate) struct InferArgs {
    /// Files of contexts; `-` is standard input
    #[arg(required = true, value_name = "CONTEXTS", value_hint = ValueHint::FilePath)]
    pub(crate) files: Vec<PathBuf>,

    /// The kind of file to write
    #[arg(long = "as", value_enum, value_name = "yaml|json-schema", hide_possible_values = true, default_value_t = SchemaKind::Yaml)]
    pub(crate) kind: SchemaKind,
}

/// Show the attributes of a schema
#[derive(Args, Debug)]
#[command(after_help = r#"Examples:
  triggerfish schema show                     the built-in attributes
  triggerfish schema show company.yaml"#)]
pub(crate) struct ShowArgs {
    /// A schema file, or `builtin`
    #[arg(value_name = "SCHEMA", default_value = "builtin", value_hint = ValueHint::FilePath)]
    pub(crate) schema: SchemaChoice,

    #[command(flatten)]
    pub(crate) format: FormatOption,
}

/// Write a schema as a JSON Schema, or as a schema file
#[derive(Args, Debug)]
#[command(after_help = r#"Examples:
  triggerfish schema export > builtin.schema.json
  triggerfish schema export company.schema.json --as yaml"#)]
pub(crate) struct ExportArgs {
    /// A schema file, or `builtin`
    #[arg(value_name = "SCHEMA", default_value = "builtin", value_hint = ValueHint::FilePath)]
    pub(crate) schema: SchemaChoice,

    /// The kind of file to write
    #[arg(long = "as", value_enum, value_name = "yaml|json-schema", hide_possible_values = true, default_value_t = SchemaKind::JsonSchema)]
    pub(crate) kind: SchemaKind,
}

/// Write a completion script for a shell
#[derive(Args, Debug)]
#[command(after_help = r#"Examples:
  source <(triggerfish completions bash)
  triggerfish completions zsh > ~/.zfunc/_triggerfish
  triggerfish completions fish > ~/.config/fish/completions/triggerfish.fish"#)]
pub(crate) struct CompletionsArgs {
    /// The shell
    #[arg(value_enum)]
    pub(crate) shell: Shell,
}

/// Show the version
#[derive(Args, Debug)]
pub(crate) struct VersionArgs {
    #[command(flatten)]
    pub(crate) format: FormatOption,
}

/// `--schema` and `--strict`, with the schema that is used where none is named.
#[derive(Args, Debug)]
pub(crate) struct SchemaOption<const BUILTIN: bool> {
    /// Which attributes there are: a schema file (YAML, JSON, or a JSON Schema), `builtin` or `none`
    #[arg(long, value_name = "SCHEMA", default_value = if BUILTIN { "builtin" } else { "none" }, value_hint = ValueHint::FilePath)]
    pub(crate) schema: SchemaChoice,

    /// Attributes that the schema does not declare are errors, and so are values of another type
    #[arg(long)]
    pub(crate) strict: bool,
}

#[derive(Args, Debug)]
pub(crate) struct BackendOption {
    /// What runs the rules: the interpreter, native code (`jit`), or native code for what is run often; it changes nothing but time
    #[arg(long, value_enum, value_name = "auto|interp|jit", hide_possible_values = true, default_value_t = BackendChoice::Auto)]
    pub(crate) backend: BackendChoice,
}

#[derive(Args, Debug)]
pub(crate) struct FormatOption {
    /// For people, or for machines: one JSON object a line
    #[arg(long, value_enum, value_name = "human|json", hide_possible_values = true, default_value_t = Format::Human)]
    pub(crate) format: Format,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_definition_is_sound() {
        Cli::definition().debug_assert();
    }
}
