//! The commands of the service. The flags of `serve` are the service's own table of settings.

use std::path::PathBuf;

use clap::builder::ValueHint;
use clap::{Arg, ArgAction, ArgMatches, Args, FromArgMatches};
use triggerfish::server::{SETTINGS, Setting};

use super::FormatOption;

/// What `serve` is told.
#[derive(Debug, Clone)]
pub(crate) struct ServeArgs {
    /// The folder of the rule sets.
    pub(crate) rules: PathBuf,
    /// The configuration file.
    pub(crate) config: Option<PathBuf>,
    /// Settings by name, as they were given.
    pub(crate) given: Vec<(&'static str, String)>,
}

const ABOUT: &str = "Serve decisions over HTTP";

const LONG_ABOUT: &str = "Serve decisions over HTTP

Every `.yaml`, `.yml` and `.json` file of the folder is a rule set, called like the file. Changed files are loaded, checked and tested, and then take the place of \
what serves; a bad one leaves that serving. SIGHUP looks for changes at once; SIGTERM and SIGINT stop the service when what runs has ended.

A setting is a flag, a variable of the environment (--max-body is TRIGGERFISH_MAX_BODY) or a key of the configuration file (max-body: 1MiB); the first that is \
there counts.";

const EXAMPLES: &str = r#"Examples:
  triggerfish serve rules/
  triggerfish serve rules/ --writable --state-dir /var/lib/triggerfish --tokens tokens.json
  triggerfish serve rules/ --listen 0.0.0.0:8080 --tokens tokens.json --decision-log log/
  curl localhost:8080/v1/decide -H 'content-type: application/json' -d '{"context": {"domain": "IT"}}'

`/openapi.json` describes the routes."#;

impl Args for ServeArgs {
    fn augment_args(command: clap::Command) -> clap::Command {
        let rules = Arg::new("rules").value_name("RULES_DIR").required(true).value_parser(clap::value_parser!(PathBuf)).value_hint(ValueHint::DirPath);
        let config = Arg::new("config").long("config").value_name("FILE").value_parser(clap::value_parser!(PathBuf)).value_hint(ValueHint::FilePath);
        let command = command.about(ABOUT).long_about(LONG_ABOUT).after_help(EXAMPLES);
        let command = command.arg(rules.help("The folder of the rule sets")).arg(config.help("A file of settings, in YAML or JSON"));
        SETTINGS.iter().fold(command, |command, setting| command.arg(flag(setting)))
    }

    fn augment_args_for_update(command: clap::Command) -> clap::Command {
        ServeArgs::augment_args(command)
    }
}

fn flag(setting: &Setting) -> Arg {
    let default = if setting.default.is_empty() || setting.is_switch() { String::new() } else { format!(" [default: {}]", setting.default) };
    let arg = Arg::new(setting.name)
        .long(setting.name)
        .help(format!("{}{default}", setting.help))
        .help_heading(setting.group.title())
        .action(ArgAction::Set)
        .overrides_with(setting.name);
    match setting.is_switch() {
        true => arg.value_name("true|false").num_args(0..=1).require_equals(true).default_missing_value("true"),
        false => arg.value_name(setting.value),
    }
}

impl FromArgMatches for ServeArgs {
    fn from_arg_matches(matches: &ArgMatches) -> Result<ServeArgs, clap::Error> {
        let given = SETTINGS.iter().filter_map(|setting| Some((setting.name, matches.get_one::<String>(setting.name)?.clone())));
        let rules = matches.get_one::<PathBuf>("rules").cloned().unwrap_or_default();
        Ok(ServeArgs { rules, config: matches.get_one::<PathBuf>("config").cloned(), given: given.collect() })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = ServeArgs::from_arg_matches(matches)?;
        Ok(())
    }
}

/// Decide again what a decision log tells
///
/// Compares to the byte where the context is known: a log that was written with `--log-context full` has it, else it is looked for among the contexts that are supplied,
/// by its hash. Of all other lines it is said why nothing was compared.
#[derive(Args, Debug)]
#[command(after_help = r#"Examples:
  triggerfish replay log/decisions.ndjson --rules rules/
  triggerfish replay log/*.ndjson --rules rules/ --contexts contexts.ndjson
  triggerfish replay log/decisions.ndjson --rules rules/ --format json

Revisions are looked for in the folder of the rule sets and among those that the
service has kept. The exit code is 1 if a decision differs."#)]
pub(crate) struct ReplayArgs {
    /// Files of a decision log
    #[arg(value_name = "LOG", required = true, value_hint = ValueHint::FilePath)]
    pub(crate) logs: Vec<PathBuf>,

    /// The folder of the rule sets
    #[arg(long, value_name = "DIR", default_value = ".", value_hint = ValueHint::DirPath)]
    pub(crate) rules: PathBuf,

    /// Where the service has kept its revisions; `.triggerfish` in the folder of the rule sets by default
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(crate) state_dir: Option<PathBuf>,

    /// Files of contexts, for lines that have none
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) contexts: Vec<PathBuf>,

    #[command(flatten)]
    pub(crate) format: FormatOption,
}
