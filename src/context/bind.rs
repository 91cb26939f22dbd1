//! Binding: one pass over a document that keeps what the layout names and skips the rest.

use serde::Serialize;

use super::layout::{Branch, Branches, Expected};
use super::pointer::pointer_at;
use super::{Cell, Context, ContextError, Layout};
use crate::limits::Limits;
use crate::schema::{Conformer, Pointer};
use crate::value::Value;
use crate::value::json::{JsonError, JsonKind, Reader, from_serde};

impl Context {
    /// Binds a document that `serde_json` has read.
    ///
    /// # Errors
    /// As [`Context::from_json`]. What is not read does not count toward the size.
    pub fn from_value(layout: &Layout, document: &serde_json::Value, limits: &Limits) -> Result<Context, ContextError> {
        let serde_json::Value::Object(members) = document else {
            return Err(no_object());
        };
        let mut context = Context::empty(layout);
        let mut binder = Binder::new(layout, limits, &mut context);
        let mut taken = Taken { room: limits.context_bytes, depth: limits.effective_json_depth() };
        for branch in layout.roots.iter() {
            binder.take(branch, members.get(branch.name.as_ref()), 1, &mut taken)?;
        }
        binder.finish();
        Ok(context)
    }

    /// Binds any value that serializes as a JSON object.
    ///
    /// # Errors
    /// As [`Context::from_json`], and what the value's own serialization fails with.
    pub fn from_serialize<T: Serialize + ?Sized>(layout: &Layout, value: &T, limits: &Limits) -> Result<Context, ContextError> {
        let json = serde_json::to_vec(value).map_err(|error| ContextError {
            pointer: String::new(),
            message: format!("the context cannot be written as JSON: {error}"),
            offset: None,
        })?;
        Context::from_json(layout, &json, limits)
    }
}

/// Binds a JSON document to an empty context: what [`Context::from_json`] means.
pub(super) fn read_document(context: &mut Context, layout: &Layout, json: &[u8], limits: &Limits) -> Result<(), ContextError> {
    let located = |error: JsonError| ContextError { pointer: pointer_at(json, error.offset), message: error.problem.to_string(), offset: Some(error.offset) };
    let mut reader = Reader::new(json, limits.effective_json_depth()).map_err(located)?;
    if reader.kind().map_err(located)? != JsonKind::Object {
        return Err(no_object());
    }
    let mut binder = Binder::new(layout, limits, context);
    binder.read_members(&mut reader, &layout.roots, 1, &located)?;
    reader.finish().map_err(located)?;
    binder.finish();
    Ok(())
}

pub(super) fn too_large(limits: &Limits) -> ContextError {
    ContextError { pointer: String::new(), message: format!("the context is larger than {} bytes", limits.context_bytes), offset: None }
}

fn no_object() -> ContextError {
    ContextError { pointer: String::new(), message: "a context is a JSON object".to_owned(), offset: None }
}

/// Puts a place in the document on a mistake of its JSON.
type Located<'j> = dyn Fn(JsonError) -> ContextError + 'j;

/// What is left of the limits while a document in memory is read.
struct Taken {
    room: usize,
    depth: usize,
}

pub(super) struct Binder<'l, 'c> {
    layout: &'l Layout,
    context: &'c mut Context,
    conformer: Conformer,
    pointer: Pointer,
}

impl<'l, 'c> Binder<'l, 'c> {
    /// A binder that fills an empty context.
    pub(super) fn new(layout: &'l Layout, limits: &Limits, context: &'c mut Context) -> Binder<'l, 'c> {
        Binder {
            layout,
            context,
            conformer: Conformer { strict: layout.strict, warnings: Vec::new(), room: limits.context_bytes },
            pointer: Pointer::default(),
        }
    }

    fn finish(self) {
        self.context.warnings = self.conformer.warnings;
    }

    /// Places the value of the branch to which these places lead; `None` where it does not fit.
    pub(super) fn place_at(&mut self, places: &[usize], value: Value) -> Option<()> {
        let (first, rest) = places.split_first()?;
        let branch = rest.iter().try_fold(self.layout.roots.get(*first)?, |branch, place| branch.branches.get(*place))?;
        self.place(branch, value, places.len()).ok()
    }

    pub(super) fn has_warnings(&self) -> bool {
        !self.conformer.warnings.is_empty()
    }

    /// Reads the members of the object that the reader is at; their names are `depth` names down.
    fn read_members(&mut self, reader: &mut Reader<'_>, branches: &'l Branches, depth: usize, located: &Located<'_>) -> Result<(), ContextError> {
        let mut seen = Seen::default();
        reader.object().map_err(located)?;
        while let Some(key) = reader.next_key().map_err(located)? {
            let Some((at, branch)) = branches.find(&key) else {
                reader.skip().map_err(located)?;
                continue;
            };
            self.pointer.push(&key);
            if !seen.insert(at) {
                return Err(self.error(format!("the key `{}` occurs twice", crate::diagnostic::visible(&key))));
            }
            let kind = reader.kind().map_err(located)?;
            if !branch.is_kept() && kind == JsonKind::Object {
                self.read_members(reader, &branch.branches, depth + 1, located)?;
            } else if !branch.is_kept() && kind != JsonKind::Null {
                reader.skip().map_err(located)?;
                self.no_map(branch, name_of(kind), depth)?;
            } else {
                let value = reader.read().map_err(located)?;
                self.place(branch, value, depth)?;
            }
            self.pointer.pop();
        }
        for (_, branch) in branches.iter().enumerate().filter(|(at, _)| !seen.has(*at)) {
            self.absent(branch, depth)?;
        }
        Ok(())
    }

    /// Takes what a branch names out of a document in memory.
    fn take(&mut self, branch: &'l Branch, found: Option<&serde_json::Value>, depth: usize, taken: &mut Taken) -> Result<(), ContextError> {
        let Some(found) = found else { return self.absent(branch, depth) };
        self.pointer.push(&branch.name);
        if let (serde_json::Value::Object(members), false) = (found, branch.is_kept()) {
            for inner in branch.branches.iter() {
                self.take(inner, members.get(inner.name.as_ref()), depth + 1, taken)?;
            }
        } else if let (false, Some(kind)) = (branch.is_kept(), kind_without_members(found)) {
            // Only parts of it are wanted, and it has none: it is not looked at, as in a text.
            self.no_map(branch, name_of(kind), depth)?;
        } else {
            let value = from_serde(found, taken.depth.saturating_sub(depth)).map_err(|problem| self.error(problem.to_string()))?;
            let size = crate::value::json::written_len(&value);
            taken.room = taken.room.checked_sub(size).ok_or_else(|| self.error("the context is too large".to_owned()))?;
            self.place(branch, value, depth)?;
        }
        self.pointer.pop();
        Ok(())
    }

    /// Puts what the document has into the slot of its branch and its parts into the slots below. The branch stands `depth` names down.
    fn place(&mut self, branch: &'l Branch, value: Value, depth: usize) -> Result<(), ContextError> {
        if let Some(place) = branch.raw.and_then(|raw| self.context.raw.get_mut(raw.index())) {
            *place = Some(value.clone());
        }
        match (&branch.expected, &value) {
            (Expected::Whole(declared), _) => {
                self.keep_raw(&branch.branches, &value);
                let fitted = self.conformer.fit(declared, value, &mut self.pointer)?;
                self.put(branch, fitted, depth)
            }
            (Expected::Members { .. } | Expected::Anything { .. }, Value::Null) => self.nothing(branch, depth),
            (Expected::Members { .. } | Expected::Anything { .. }, Value::Map(map)) => {
                for inner in branch.branches.iter() {
                    match map.get(&inner.name) {
                        Some(part) => {
                            self.pointer.push(&inner.name);
                            self.place(inner, part.clone(), depth + 1)?;
                            self.pointer.pop();
                        }
                        None => self.absent(inner, depth + 1)?,
                    }
                }
                self.fill_slot(branch, value);
                Ok(())
            }
            (Expected::Members { .. } | Expected::Anything { .. }, _) => {
                self.no_map(branch, value.kind().name(), depth)?;
                self.fill_slot(branch, value);
                Ok(())
            }
        }
    }

    /// Puts a value that is as its declaration wants it, and so are its parts, into the slot of its branch and its parts into the slots below.
    fn put(&mut self, branch: &'l Branch, value: Value, depth: usize) -> Result<(), ContextError> {
        match &value {
            Value::Null => self.nothing_below(branch, depth)?,
            Value::Map(map) => {
                for inner in branch.branches.iter() {
                    match map.get(&inner.name) {
                        Some(part) => self.put(inner, part.clone(), depth + 1)?,
                        None => self.fill(inner, depth + 1)?,
                    }
                }
            }
            Value::Bool(_) | Value::Integer(_) | Value::Float(_) | Value::Text(_) | Value::List(_) => self.mark(&branch.branches, depth),
        }
        self.fill_slot(branch, value);
        Ok(())
    }

    fn fill_slot(&mut self, branch: &Branch, value: Value) {
        if let Some(slot) = branch.slot {
            self.context.put(slot, value);
        }
    }

    /// Keeps the raw values below something that is fitted as a whole.
    fn keep_raw(&mut self, branches: &'l Branches, value: &Value) {
        let Value::Map(map) = value else { return };
        if self.context.raw.is_empty() {
            return;
        }
        for (branch, part) in branches.iter().filter_map(|branch| Some((branch, map.get(&branch.name)?))) {
            if let Some(place) = branch.raw.and_then(|raw| self.context.raw.get_mut(raw.index())) {
                *place = Some(part.clone());
            }
            self.keep_raw(&branch.branches, part);
        }
    }

    /// The value of a branch, of which parts are read, is something that has no members. It stands `depth` names down.
    fn no_map(&mut self, branch: &'l Branch, found: &str, depth: usize) -> Result<(), ContextError> {
        match &branch.expected {
            Expected::Members { .. } => {
                self.conformer.misfit(format!("expected Map, found {found}"), &self.pointer)?;
                self.nothing_below(branch, depth)
            }
            Expected::Anything { .. } | Expected::Whole(_) => {
                self.mark(&branch.branches, depth);
                Ok(())
            }
        }
    }

    fn mark(&mut self, branches: &'l Branches, at: usize) {
        for branch in branches.iter() {
            if let Some(slot) = branch.slot {
                self.context.put_cell(slot, Cell::no_members(at));
            }
            self.mark(&branch.branches, at);
        }
    }

    /// A branch is not there.
    fn absent(&mut self, branch: &'l Branch, depth: usize) -> Result<(), ContextError> {
        if self.layout.has_defaults() || branch.expected.is_required() {
            self.pointer.push(&branch.name);
            self.nothing(branch, depth)?;
            self.pointer.pop();
        }
        Ok(())
    }

    /// A branch is not there, or `null`: its default, an error where the schema requires it, else all its slots stay `NULL` that have no defaults of their own.
    fn nothing(&mut self, branch: &'l Branch, depth: usize) -> Result<(), ContextError> {
        if branch.expected.is_required() {
            self.conformer.misfit("a required attribute is missing".to_owned(), &self.pointer)?;
        }
        self.fill(branch, depth)
    }

    /// What a branch is a name of is `NULL`: its parts are missing, and read as their defaults.
    fn nothing_below(&mut self, branch: &'l Branch, depth: usize) -> Result<(), ContextError> {
        if self.layout.has_defaults() {
            branch.branches.iter().try_for_each(|inner| self.fill(inner, depth + 1))?;
        }
        Ok(())
    }

    fn fill(&mut self, branch: &'l Branch, depth: usize) -> Result<(), ContextError> {
        match branch.expected.default() {
            Some(default) => {
                self.conformer.charge(default, &self.pointer)?;
                self.put(branch, default.clone(), depth)
            }
            None => self.nothing_below(branch, depth),
        }
    }

    fn error(&self, message: String) -> ContextError {
        ContextError { pointer: self.pointer.to_string(), message, offset: None }
    }
}

/// Which branches of an object have been met: a word, and more where there are many.
#[derive(Default)]
struct Seen {
    first: u64,
    more: Vec<bool>,
}

impl Seen {
    fn has(&self, at: usize) -> bool {
        match at.checked_sub(64) {
            None => self.first & (1 << at) != 0,
            Some(at) => self.more.get(at).copied().unwrap_or(false),
        }
    }

    /// Says whether it is new.
    fn insert(&mut self, at: usize) -> bool {
        let new = !self.has(at);
        match at.checked_sub(64) {
            None => self.first |= 1 << at,
            Some(at) => {
                if self.more.len() <= at {
                    self.more.resize(at + 1, false);
                }
                if let Some(place) = self.more.get_mut(at) {
                    *place = true;
                }
            }
        }
        new
    }
}

/// The kind of something that is neither an object nor `null`.
fn kind_without_members(found: &serde_json::Value) -> Option<JsonKind> {
    match found {
        serde_json::Value::Null | serde_json::Value::Object(_) => None,
        serde_json::Value::Bool(_) => Some(JsonKind::Bool),
        serde_json::Value::Number(_) => Some(JsonKind::Number),
        serde_json::Value::String(_) => Some(JsonKind::Text),
        serde_json::Value::Array(_) => Some(JsonKind::Array),
    }
}

fn name_of(kind: JsonKind) -> &'static str {
    match kind {
        JsonKind::Null => "NULL",
        JsonKind::Bool => "Bool",
        JsonKind::Number => "Number",
        JsonKind::Text => "Text",
        JsonKind::Array => "List",
        JsonKind::Object => "Map",
    }
}
