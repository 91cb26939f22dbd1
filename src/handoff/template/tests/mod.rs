//! What templates promise, sentence by sentence.

mod addresses;
mod bounds;
mod hostile;
mod texts;
mod urls;

use super::{Position, RenderError, Template};
use crate::builtins::NoCalendars;
use crate::check::{Names, World};
use crate::context::{Context, Layout};
use crate::diagnostic::Diagnostic;
use crate::limits::Limits;
use crate::rule::Scope;
use crate::schema::Schema;
use crate::value::{Budget, EvalErrorKind, Timestamp};

/// A template and what its attributes are bound to.
struct Compiled {
    template: Template,
    layout: Layout,
    limits: Limits,
}

fn under(limits: Limits, text: &str, position: Position) -> Result<Compiled, Vec<Diagnostic>> {
    let schema = Schema { strict: true, ..(*Schema::builtin()).clone() };
    let mut layout = Layout::default();
    let world = World { schema: Some(&schema), calendars: &NoCalendars, names: Names::NONE, limits: &limits };
    let template = Template::compile(text, position, world, &mut layout)?;
    Ok(Compiled { template, layout, limits })
}

#[track_caller]
fn compiled(text: &str, position: Position) -> Compiled {
    under(Limits::default(), text, position).unwrap_or_else(|found| panic!("{text}: {found:?}"))
}

impl Compiled {
    fn render(&self, context: &serde_json::Value) -> Result<String, RenderError> {
        let context = Context::from_value(&self.layout, context, &self.limits).unwrap();
        let scope = Scope { context: &context, now: Timestamp::from_seconds(1_767_609_045).unwrap(), calendars: &NoCalendars };
        self.template.render(scope, &mut Budget::of_many(&self.limits, 10), &self.limits)
    }
}

#[track_caller]
fn rendered(text: &str, position: Position, context: &serde_json::Value) -> String {
    compiled(text, position).render(context).unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// The words that the refusal points at, and its message.
#[track_caller]
fn refused(text: &str, position: Position, context: &serde_json::Value) -> (String, String) {
    let error = compiled(text, position).render(context).unwrap_err();
    assert_eq!(error.kind, EvalErrorKind::InvalidArgument);
    (error.span.of(text).to_owned(), error.message.unwrap())
}

/// The messages of what keeps a template from compiling, each with the words that it points at.
#[track_caller]
fn problems(text: &str, position: Position) -> Vec<String> {
    let found = under(Limits::default(), text, position).err().unwrap_or_else(|| panic!("{text} compiles"));
    found.iter().map(|diagnostic| format!("{}: {} [{}]", diagnostic.code, diagnostic.message, diagnostic.span.of(text))).collect()
}
