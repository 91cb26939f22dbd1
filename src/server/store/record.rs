//! A revision on disk: a line about it, then its text and its lists, with a digest that says whether they are whole.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::document::Format;
use crate::handoff::sha256;
use crate::server::catalogue::{About, Origin};
use crate::value::Timestamp;

/// The edition of the form.
const EDITION: u32 = 1;

/// All that is needed to serve a revision again.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(in crate::server) struct Record {
    pub(in crate::server) format: Format,
    pub(in crate::server) source: String,
    pub(in crate::server) files: BTreeMap<String, String>,
}

#[derive(Serialize, Deserialize)]
struct Head {
    triggerfish_revision: u32,
    name: String,
    sequence: u64,
    digest: String,
    etag: String,
    at_us: i64,
    author: Option<String>,
    change_note: Option<String>,
    origin: String,
    format: String,
    body: String,
}

#[derive(Serialize, Deserialize)]
struct Body<'b> {
    #[serde(borrow)]
    source: std::borrow::Cow<'b, str>,
    files: BTreeMap<String, String>,
}

/// The text of a revision's file.
pub(super) fn write(name: &str, about: &About, record: &Record) -> serde_json::Result<Vec<u8>> {
    let body = serde_json::to_vec(&Body { source: record.source.as_str().into(), files: record.files.clone() })?;
    let head = Head {
        triggerfish_revision: EDITION,
        name: name.to_owned(),
        sequence: about.sequence,
        digest: about.digest.clone(),
        etag: about.etag.clone(),
        at_us: about.at.as_micros(),
        author: about.author.clone(),
        change_note: about.change_note.clone(),
        origin: about.origin.name().to_owned(),
        format: if record.format == Format::Json { "json" } else { "yaml" }.to_owned(),
        body: sha256(&body),
    };
    let mut text = serde_json::to_vec(&head)?;
    text.push(b'\n');
    text.extend_from_slice(&body);
    text.push(b'\n');
    Ok(text)
}

/// What a revision's file holds, if it is whole and of the name.
pub(super) fn read(name: &str, text: &[u8]) -> Option<(About, Record)> {
    let end = text.iter().position(|byte| *byte == b'\n')?;
    let (head, body) = text.split_at_checked(end)?;
    let head: Head = serde_json::from_slice(head).ok()?;
    let body = body.strip_prefix(b"\n")?.strip_suffix(b"\n")?;
    if head.triggerfish_revision != EDITION || head.name != name || head.body != sha256(body) {
        return None;
    }
    let body: Body<'_> = serde_json::from_slice(body).ok()?;
    let about = About {
        sequence: head.sequence,
        digest: head.digest,
        etag: head.etag,
        at: Timestamp::from_micros(head.at_us)?,
        author: head.author,
        change_note: head.change_note,
        origin: Origin::of(&head.origin),
    };
    let format = if head.format == "json" { Format::Json } else { Format::Yaml };
    Some((about, Record { format, source: body.source.into_owned(), files: body.files }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> (About, Record) {
        let about = About {
            sequence: 7,
            digest: "sha256:0".to_owned(),
            etag: "e".to_owned(),
            at: Timestamp::EPOCH,
            author: Some("ada".to_owned()),
            change_note: None,
            origin: Origin::Put,
        };
        let files = BTreeMap::from([("vip.txt".to_owned(), "a\nb\n".to_owned())]);
        (about, Record { format: Format::Yaml, source: "triggerfish: 1\n# ä\n".to_owned(), files })
    }

    #[test]
    fn a_record_reads_back() {
        let (about, record) = sample();
        let text = write("acme", &about, &record).unwrap();
        let (about_again, record_again) = read("acme", &text).unwrap();
        assert_eq!(record, record_again);
        assert_eq!(format!("{about:?}"), format!("{about_again:?}"));
        assert!(read("other", &text).is_none());
    }

    #[test]
    fn a_record_that_was_cut_or_changed_is_none() {
        let (about, record) = sample();
        let text = write("acme", &about, &record).unwrap();
        for end in 0..text.len() {
            assert!(read("acme", &text[..end]).is_none(), "cut at byte {end}");
        }
        let body = text.iter().position(|byte| *byte == b'\n').unwrap();
        for at in body..text.len() {
            let mut changed = text.clone();
            changed[at] ^= 1;
            assert!(read("acme", &changed).is_none(), "changed at byte {at}");
        }
    }
}
