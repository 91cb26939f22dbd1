//! The canonical form of the expressions in a rule-set file; everything else stays as it was written, byte by byte.
//!
//! ```text
//! file --file--> scalars with expressions --rewrite (each in its own style)--> --proof (it reads back)--> edits --settle (all reads back)--> file
//! ```

mod proof;
mod rewrite;
#[cfg(test)]
mod tests;

use std::collections::HashSet;

use super::file::{self, Files, Written};
use super::{LoadError, Model};
use crate::document::{Content, Format, Node};
use crate::limits::Limits;

/// So often a file is read again to find out which of several rewritten scalars does harm.
const MOST_READINGS: usize = 100;

/// Prints every expression of a rule-set file in canonical form: conditions, priorities, values, definitions, and what stands between `{{` and `}}`.
/// Comments, order, blank lines and quoting styles stay: a block behind `|` or `>` is laid out anew at its indentation, a quoted text stays on one line
/// in its quotes, and what can no longer do without quotes gets single ones. Formatting the result again changes nothing.
///
/// The result is read again before it is returned: it has the same digest and says the same in every place. A scalar that would not read back stays as it
/// was. Files of lists are not needed.
///
/// # Errors
/// Everything that is wrong with the file, warnings included: a file with errors is not formatted.
///
/// ```
/// use triggerfish::{Limits, handoff, schema::Format};
/// let text = |label: &str, when: &str| {
///     format!("triggerfish: 1\nentry_label: {label}\nwhen: {when}   # the guard\notherwise: [{{key: help, label: Help, strategies: [{{ticket: default}}]}}]\n")
/// };
/// let formatted = handoff::format(&text("Help with {{domain}}", "not(bot.resolved)"), Format::Yaml, &Limits::default())?;
/// assert_eq!(formatted, text("Help with {{ domain }}", "NOT bot.resolved"));
/// # Ok::<(), triggerfish::LoadError>(())
/// ```
pub fn format(text: &str, file_format: Format, limits: &Limits) -> Result<String, LoadError> {
    let (mark, text) = text.strip_prefix('\u{feff}').map_or(("", text), |rest| ("\u{feff}", rest));
    let before = read(text, file_format, limits)?;
    let inside = flow_scalars(text, file_format);
    let mut rewrites: Vec<Rewrite> = before
        .written
        .iter()
        .filter_map(|written| {
            let surroundings = rewrite::Surroundings { file: text, format: file_format, flow: inside.contains(&written.span.start), limits };
            Some(Rewrite { start: written.span.start as usize, end: written.span.end as usize, raw: rewrite::rewritten(written, surroundings)? })
        })
        .collect();
    rewrites.sort_by_key(|rewrite| rewrite.start);
    rewrites.dedup_by_key(|rewrite| rewrite.start);
    let mut settling = Settling { text, file_format, limits, before: &before, kept: Vec::new(), readings_left: MOST_READINGS };
    settling.settle(&rewrites);
    Ok(format!("{mark}{}", applied(text, &settling.kept)))
}

/// What a file says.
struct Reading {
    digest: String,
    written: Vec<Written>,
}

impl Reading {
    /// The expressions, place by place.
    fn expressions(&self) -> impl Iterator<Item = (bool, Vec<&str>)> {
        self.written.iter().map(|written| (written.whole, written.parts.iter().map(|part| part.canonical.as_str()).collect()))
    }
}

/// Lists stand in files that formatting has no use for; an empty one might make an error of `list[0]`.
struct PretendedFiles;

impl Files for PretendedFiles {
    fn read(&self, _path: &str) -> Result<String, String> {
        Ok("-\n--\n".to_owned())
    }
}

fn read(text: &str, format: Format, limits: &Limits) -> Result<Reading, LoadError> {
    let (read, written) = file::read_noting(text, format, "ruleset", &PretendedFiles, limits);
    match read.model {
        Some(Model { digest, .. }) => Ok(Reading { digest, written }),
        None => Err(LoadError { file: "ruleset".to_owned(), source: text.into(), diagnostics: read.diagnostics }),
    }
}

/// The first bytes of the scalars that stand somewhere in `{ }` or `[ ]`, where commas and brackets end what has no quotes.
fn flow_scalars(text: &str, format: Format) -> HashSet<u32> {
    let mut inside = HashSet::new();
    let Ok(root) = Node::read(text, format, file::BOUNDS) else { return inside };
    let mut waiting = vec![(&root, false)];
    while let Some((node, flow)) = waiting.pop() {
        let opens = || flow || node.span.is_some_and(|span| text.get(span.start as usize..).is_some_and(|rest| rest.starts_with(['{', '['])));
        match &node.content {
            Content::Null | Content::Bool(_) | Content::Number(_) | Content::Text(_) => inside.extend(node.span.filter(|_| flow).map(|span| span.start)),
            Content::List(items) => {
                let flow = opens();
                waiting.extend(items.iter().map(|item| (item, flow)));
            }
            Content::Map(members) => {
                let flow = opens();
                waiting.extend(members.values().map(|member| (&member.node, flow)));
            }
        }
    }
    inside
}

/// A scalar in another spelling.
struct Rewrite {
    start: usize,
    end: usize,
    raw: String,
}

/// The text with some scalars in their other spelling; they are in order and do not overlap.
fn applied(text: &str, rewrites: &[&Rewrite]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for rewrite in rewrites {
        out.push_str(text.get(at..rewrite.start).unwrap_or(""));
        out.push_str(&rewrite.raw);
        at = rewrite.end;
    }
    out.push_str(text.get(at..).unwrap_or(""));
    out
}

/// The search for the largest set of rewrites with which the file says what it said.
struct Settling<'s> {
    text: &'s str,
    file_format: Format,
    limits: &'s Limits,
    before: &'s Reading,
    kept: Vec<&'s Rewrite>,
    readings_left: usize,
}

impl<'s> Settling<'s> {
    /// Keeps those of the rewrites that do no harm. Each was proved on its own, so that nearly always one reading is enough.
    fn settle(&mut self, rewrites: &'s [Rewrite]) {
        let Some(left) = self.readings_left.checked_sub(1).filter(|_| !rewrites.is_empty()) else { return };
        self.readings_left = left;
        let kept = self.kept.len();
        self.kept.extend(rewrites);
        if self.says_the_same() {
            return;
        }
        self.kept.truncate(kept);
        if rewrites.len() > 1 {
            let (first, second) = rewrites.split_at(rewrites.len() / 2);
            self.settle(first);
            self.settle(second);
        }
    }

    fn says_the_same(&self) -> bool {
        read(&applied(self.text, &self.kept), self.file_format, self.limits)
            .is_ok_and(|after| after.digest == self.before.digest && after.expressions().eq(self.before.expressions()))
    }
}
