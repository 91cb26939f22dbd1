//! YAML text to nodes, by the parser that `serde-saphyr` stands on.
//!
//! Events rather than deserialization: nothing recurses, every key and value has its place, and what a schema has no use for
//! (aliases, anchors, tags, merge keys, a second document) is refused where it stands.

use serde_saphyr::granit_parser::{self, Event, Marker, Parser, ScalarStyle, Tag};

use super::error::{DocumentErrors, fail, quoted};
use super::{Builder, Content, number};
use crate::source::Span;

/// How long a key may be as it is written.
const LONGEST_KEY: usize = 8 * 1024;

pub(super) fn feed(text: &str, builder: &mut Builder) -> Result<(), DocumentErrors> {
    let options = granit_parser::options! {
        emit_comments: false,
        emit_unresolved_aliases: true,
        simple_key_max_lookahead: LONGEST_KEY,
        flow_nesting_limit: builder.deepest + 1,
        block_nesting_limit: builder.deepest + 1,
    };
    let mut documents = 0;
    for event in Parser::new_from_str_with_options(text, options) {
        let (event, place) = match event {
            Ok(event) => event,
            Err(error) => {
                let reason = error.kind().to_string().to_lowercase();
                let message = if reason.is_empty() { "not YAML".to_owned() } else { format!("not YAML: {reason}") };
                return fail(Some(Span::new(offset(*error.marker()), offset(*error.marker()))), message);
            }
        };
        let span = Span::new(offset(place.start), offset(place.end));
        match event {
            Event::DocumentStart(..) => {
                documents += 1;
                if documents > 1 {
                    builder.problems.stop(Some(span), "a second YAML document; one is read");
                }
            }
            Event::Scalar(value, style, anchor, tag) => {
                refuse(anchor, tag.as_deref(), span, builder);
                let span = if matches!(style, ScalarStyle::Literal | ScalarStyle::Folded) { with_header(text, span) } else { span };
                scalar(&value, style, span, builder);
            }
            Event::SequenceStart(_, anchor, tag) => {
                refuse(anchor, tag.as_deref(), span, builder);
                builder.open_list(Some(span));
            }
            Event::MappingStart(_, anchor, tag) => {
                refuse(anchor, tag.as_deref(), span, builder);
                builder.open_map(Some(span));
            }
            Event::SequenceEnd | Event::MappingEnd => builder.close(),
            Event::Alias(_) | Event::UnresolvedAlias(_) => {
                builder.problems.stop(Some(span), format!("YAML aliases are not read, found {}", quoted(span.of(text))))
            }
            // The last two are not asked for, nor is what a later parser may have.
            Event::StreamStart | Event::StreamEnd | Event::DocumentEnd | Event::Anchor(..) | _ => {}
        }
        if builder.stopped() {
            break;
        }
    }
    Ok(())
}

fn offset(mark: Marker) -> usize {
    mark.byte_offset().unwrap_or(0)
}

/// A block scalar from its `|` or `>` on: the parser's place begins with the text.
fn with_header(text: &str, span: Span) -> Span {
    let before = text.get(..span.start as usize).unwrap_or("").trim_end();
    let line = before.rfind('\n').map_or(0, |at| at + 1);
    let is_header = |rest: &str| {
        let rest = rest.trim_start_matches(['|', '>']).trim_start_matches(|sign: char| sign.is_ascii_digit() || "+-".contains(sign));
        rest.is_empty() || rest.starts_with([' ', '\t']) && rest.trim_start().starts_with('#')
    };
    let header = before.get(line..).unwrap_or("").match_indices(['|', '>']).map(|(at, _)| line + at);
    let mut header = header.filter(|at| before.get(..*at).is_some_and(|before| before.ends_with([' ', '\t'])) && before.get(*at..).is_some_and(is_header));
    header.next().map_or(span, |start| Span::new(start, span.end as usize))
}

fn refuse(anchor: usize, tag: Option<&Tag>, span: Span, builder: &mut Builder) {
    if anchor != 0 {
        builder.problems.stop(Some(span), "YAML anchors are not read");
    }
    if tag.is_some() {
        builder.problems.stop(Some(span), "YAML tags are not read");
    }
}

fn scalar(value: &str, style: ScalarStyle, span: Span, builder: &mut Builder) {
    let plain = style == ScalarStyle::Plain;
    if plain && value == "<<" && builder.expects_key() {
        builder.problems.stop(Some(span), "YAML merge keys are not read, found `<<`");
    } else if plain && !builder.expects_key() {
        match resolve(value) {
            Some(content) => builder.scalar(content, Some(span)),
            None => builder.problems.stop(Some(span), format!("number out of range: {}", quoted(value))),
        }
    } else {
        builder.scalar(Content::Text(value.into()), Some(span));
    }
}

/// What an unquoted scalar means by the core schema of YAML 1.2 (`yes` is a text); hexadecimal and octal numbers are texts. `None`: a number out of range.
fn resolve(value: &str) -> Option<Content> {
    let content = match value {
        "" | "~" | "null" | "Null" | "NULL" => Content::Null,
        "true" | "True" | "TRUE" => Content::Bool(true),
        "false" | "False" | "FALSE" => Content::Bool(false),
        value if is_number(value) => Content::Number(number(value)?),
        value if is_not_finite(value) => return None,
        value => Content::Text(value.into()),
    };
    Some(content)
}

fn is_number(value: &str) -> bool {
    // What Rust reads as a 64-bit number is what YAML does, apart from the words.
    value.bytes().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte)) && value.parse::<f64>().is_ok()
}

fn is_not_finite(value: &str) -> bool {
    matches!(value.trim_start_matches(['+', '-']), ".inf" | ".Inf" | ".INF" | ".nan" | ".NaN" | ".NAN")
}
