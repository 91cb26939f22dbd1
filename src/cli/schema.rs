//! `triggerfish schema infer|show|export|ruleset|decision|context`, and `--schema` of other commands.

use std::sync::Arc;

use triggerfish::diagnostic::visible;
use triggerfish::schema::{Attribute, Format as SchemaFormat, Inference, Schema, Type};
use triggerfish::value::{duration_text, json};
use triggerfish::{Engine, Limits, handoff};

use super::args::{ContextSchemaArgs, ExportArgs, Format, InferArgs, SchemaArgs, SchemaChoice, SchemaCommand, SchemaKind, ShowArgs};
use super::backend::Runner;
use super::input::{Body, RecordsError, Source};
use super::output::{FAINT, JsonLine, json_text, paint};
use super::{Exit, Failure, Output, ruleset};

pub(crate) fn run(args: &SchemaArgs, output: &mut Output) -> Result<Exit, Failure> {
    match &args.command {
        SchemaCommand::Infer(args) => infer(args, output),
        SchemaCommand::Show(args) => show(args, output),
        SchemaCommand::Export(args) => export(args, output),
        SchemaCommand::Ruleset => pretty(&handoff::rule_set_schema(), output),
        SchemaCommand::Decision => pretty(&handoff::decision_schema(), output),
        SchemaCommand::Context(args) => context(args, output),
    }
}

fn context(args: &ContextSchemaArgs, output: &mut Output) -> Result<Exit, Failure> {
    let Some(file) = &args.rule_set else { return pretty(&handoff::context_schema(&Schema::builtin()), output) };
    match ruleset::load(file, &Runner::interpreter(), Format::Human, output)? {
        Ok(set) => pretty(&set.context_schema(), output),
        Err(exit) => Ok(exit),
    }
}

/// Writing a `Value` does not fail: its keys are texts.
fn pretty(value: &serde_json::Value, output: &mut Output) -> Result<Exit, Failure> {
    output.line(&serde_json::to_string_pretty(value).unwrap_or_default())?;
    Ok(Exit::Done)
}

/// The engine for `--schema` and `--strict`.
pub(crate) fn engine(choice: &SchemaChoice, strict: bool) -> Result<Engine, Failure> {
    match load(choice)? {
        None if strict => Err(Failure::Usage("--strict needs a schema: `--schema builtin`, or a file".to_owned())),
        None => Ok(Engine::new()),
        Some(schema) if strict && !schema.strict => Ok(Engine::new().with_schema(Schema { strict, ..Schema::clone(&schema) })),
        Some(schema) => Ok(Engine::new().with_schema(schema)),
    }
}

fn load(choice: &SchemaChoice) -> Result<Option<Arc<Schema>>, Failure> {
    match choice {
        SchemaChoice::None => Ok(None),
        SchemaChoice::Builtin => Ok(Some(Schema::builtin())),
        SchemaChoice::File(source) => {
            let limits = Limits::default();
            let bytes = source.read(limits.schema_bytes)?;
            let format = match source {
                // JSON is YAML, too.
                Source::Stdin | Source::Argument(_) => SchemaFormat::Yaml,
                Source::File(path) => SchemaFormat::of(path),
            };
            let name = source.name();
            match Schema::read(bytes, format, &limits) {
                Ok(schema) => Ok(Some(Arc::new(schema))),
                Err(errors) => {
                    let lines = errors.as_slice().iter().map(|error| {
                        let line = visible(&error.to_string()).into_owned();
                        if error.position.is_some() { format!("{name}:{line}") } else { format!("{name}: {line}") }
                    });
                    Err(Failure::Usage(lines.collect::<Vec<_>>().join("\n       ")))
                }
            }
        }
    }
}

/// The schema that `show` and `export` are about.
fn wanted(choice: &SchemaChoice) -> Result<Arc<Schema>, Failure> {
    load(choice)?.ok_or_else(|| Failure::Usage("name a schema file, or `builtin`".to_owned()))
}

fn export(args: &ExportArgs, output: &mut Output) -> Result<Exit, Failure> {
    write(&*wanted(&args.schema)?, args.kind, output)
}

fn write(schema: &Schema, kind: SchemaKind, output: &mut Output) -> Result<Exit, Failure> {
    match kind {
        SchemaKind::Yaml => {
            output.write(&schema.to_yaml())?;
            Ok(Exit::Done)
        }
        SchemaKind::JsonSchema => pretty(&schema.to_json_schema(), output),
    }
}

fn infer(args: &InferArgs, output: &mut Output) -> Result<Exit, Failure> {
    let limits = Limits::default();
    let mut inference = Inference::new(&limits);
    let mut exit = Exit::Done;
    for file in &args.files {
        let source = Source::of(file);
        let name = source.name();
        let mut records = source.records(limits.context_bytes)?;
        loop {
            let (line, problem) = match records.next() {
                Ok(None) => break,
                Ok(Some(record)) => match record.body {
                    Body::TooLong => (record.line, Some(format!("larger than {} bytes", limits.context_bytes))),
                    Body::Whole(text) => (record.line, observe(text, &limits, &mut inference).err()),
                },
                Err(RecordsError::Structure { line, expected }) => (line, Some(format!("expected {expected}"))),
                Err(RecordsError::Io(error)) => return Err(source.broken(error).into()),
            };
            if let Some(problem) = problem {
                output.error(&format!("{name}:{line}: {}", visible(&problem)))?;
                exit = Exit::Contexts;
            }
        }
    }
    if inference.samples() == 0 {
        return if exit == Exit::Done { Err(Failure::Usage("there are no contexts to learn from".to_owned())) } else { Ok(exit) };
    }
    write(&inference.finish(), args.kind, output)?;
    Ok(exit)
}

/// Takes a context into account. What would not bind (a key twice, an integer too large) teaches nothing.
fn observe(text: &[u8], limits: &Limits, inference: &mut Inference) -> Result<(), String> {
    json::read(text, limits.effective_json_depth()).map_err(|error| error.to_string())?;
    let context = serde_json::from_slice(text).map_err(|error| error.to_string())?;
    inference.observe(&context).map_err(|error| error.to_string())
}

/// A declared attribute, flat.
struct Row<'s> {
    path: String,
    ty: String,
    attribute: &'s Attribute,
    pii: bool,
}

impl Row<'_> {
    fn json(&self) -> String {
        let mut line = JsonLine::new().text("path", &self.path).text("type", &self.ty).bool("nullable", self.attribute.nullable).bool("pii", self.pii);
        if let Type::Enum { values, open } = &self.attribute.ty {
            line = line.array("values", values.iter().map(|value| json_text(value))).bool("open", *open);
        }
        if let Some(default) = &self.attribute.default {
            line = line.raw("default", &json::write(default));
        }
        if let Some(seconds) = self.attribute.max_age {
            line = line.text("max_age", &duration_text(seconds));
        }
        if let Some(description) = &self.attribute.description {
            line = line.text("description", description);
        }
        line.finish()
    }

    /// What there is to say besides the type.
    fn remarks(&self) -> String {
        let mut remarks: Vec<String> = Vec::new();
        remarks.extend((!self.attribute.nullable).then(|| "always there".to_owned()));
        remarks.extend(self.attribute.default.as_ref().map(|default| visible(&format!("{} if missing", json::write(default))).into_owned()));
        remarks.extend(self.attribute.max_age.map(|seconds| format!("live, at most {} old", duration_text(seconds))));
        remarks.extend(self.pii.then(|| "personal".to_owned()));
        remarks.extend(self.attribute.description.as_ref().map(|text| visible(text).into_owned()));
        if let Type::Enum { values, open } = &self.attribute.ty {
            let values: Vec<&str> = values.iter().map(AsRef::as_ref).collect();
            remarks.push(visible(&format!("{}{}", values.join(", "), if *open { " or others" } else { "" })).into_owned());
        }
        remarks.join("; ")
    }
}

fn show(args: &ShowArgs, output: &mut Output) -> Result<Exit, Failure> {
    let schema = wanted(&args.schema)?;
    let mut rows = Vec::new();
    for (name, attribute) in &schema.attributes {
        list(visible(name).into_owned(), attribute, false, &mut rows);
    }
    match args.format.format {
        Format::Json => rows.iter().try_for_each(|row| output.line(&row.json()))?,
        Format::Human => {
            let width = |texts: &mut dyn Iterator<Item = &String>| texts.map(|text| text.chars().count()).max().unwrap_or(0).min(60);
            let (paths, types) = (width(&mut rows.iter().map(|row| &row.path)), width(&mut rows.iter().map(|row| &row.ty)));
            let style = output.style();
            for row in &rows {
                let line = format!("{:paths$}  {:types$}  {}", row.path, row.ty, paint(style, FAINT, &row.remarks()));
                output.line(line.trim_end())?;
            }
        }
    }
    Ok(Exit::Done)
}

/// Lists an attribute and what is declared inside of it: `user.department`, `domains[].name`, `agents.*.available`.
fn list<'s>(path: String, attribute: &'s Attribute, marked: bool, rows: &mut Vec<Row<'s>>) {
    let pii = marked || attribute.pii;
    rows.push(Row { ty: type_text(&attribute.ty), path: path.clone(), attribute, pii });
    match &attribute.ty {
        Type::List(element) => inner(format!("{path}[]"), element, pii, rows),
        Type::Map { values, known } => {
            inner(format!("{path}.*"), values, pii, rows);
            known.iter().for_each(|(name, member)| list(below(&path, name), member, pii, rows));
        }
        Type::Object { members, .. } => members.iter().for_each(|(name, member)| list(below(&path, name), member, pii, rows)),
        Type::Bool | Type::Integer | Type::Number | Type::Time | Type::Text | Type::Enum { .. } | Type::Any => {}
    }
}

/// The elements of a list or map, where there is more to say of them than their type.
fn inner<'s>(path: String, element: &'s Attribute, marked: bool, rows: &mut Vec<Row<'s>>) {
    let start = rows.len();
    list(path, element, marked, rows);
    let has_remarks = element.description.is_some() || element.default.is_some() || element.max_age.is_some();
    if rows.len() == start + 1 && !has_remarks && !matches!(element.ty, Type::Enum { .. }) {
        rows.truncate(start);
    }
}

fn below(path: &str, name: &str) -> String {
    let plain = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if plain { format!("{path}.{name}") } else { format!("{path}[{}]", visible(&triggerfish::syntax::print_text(name))) }
}

fn type_text(ty: &Type) -> String {
    match ty {
        Type::List(element) => format!("list<{}>", type_text(&element.ty)),
        Type::Map { values, .. } => format!("map<{}>", type_text(&values.ty)),
        Type::Bool | Type::Integer | Type::Number | Type::Time | Type::Text | Type::Enum { .. } | Type::Object { .. } | Type::Any => ty.name().to_owned(),
    }
}
