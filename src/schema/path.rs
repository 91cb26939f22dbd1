//! Dotted paths: `user.custom_attributes["cost.center"]`.

use std::sync::Arc;

/// Reads a path. A name runs to the next dot or to `["`; between `["` and `"]` stands any name, with the escapes of JSON.
pub(super) fn parse(path: &str) -> Result<Vec<Arc<str>>, &'static str> {
    let mut names = Vec::new();
    let mut rest = path;
    loop {
        if let Some(quoted) = rest.strip_prefix('[').filter(|quoted| quoted.starts_with('"')) {
            let mut values = serde_json::Deserializer::from_str(quoted).into_iter::<String>();
            let name = values.next().and_then(Result::ok).ok_or("the name after `[\"` does not end")?;
            rest = quoted.get(values.byte_offset()..).unwrap_or("").strip_prefix(']').ok_or("expected `]` after the name in quotes")?;
            names.push(name.into());
        } else {
            let ends = |at: &usize| rest.get(*at..).is_some_and(|after| after.starts_with('.') || after.starts_with("[\""));
            let end = rest.match_indices(['.', '[']).map(|(at, _)| at).find(ends).unwrap_or(rest.len());
            let (name, after) = rest.split_at(end);
            if name.is_empty() {
                return Err("a name is missing");
            }
            names.push(name.into());
            rest = after;
        }
        if rest.is_empty() {
            return Ok(names);
        }
        rest = rest.strip_prefix('.').unwrap_or(rest);
        if rest.is_empty() {
            return Err("a name is missing after the dot");
        }
    }
}

/// Writes a path so that [`parse`] reads it back.
pub(super) fn print<'n>(names: impl IntoIterator<Item = &'n str>) -> String {
    names.into_iter().fold(String::new(), |path, name| join(&path, name))
}

/// The path of a member, given the path of what it is a member of.
pub(crate) fn join(path: &str, name: &str) -> String {
    if name.is_empty() || name.contains('.') || name.contains("[\"") {
        format!("{path}[{}]", serde_json::Value::from(name))
    } else if path.is_empty() {
        name.to_owned()
    } else {
        format!("{path}.{name}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(path: &str) -> Vec<String> {
        parse(path).unwrap().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn names_are_split_at_dots_unless_in_brackets() {
        assert_eq!(names("user.custom_attributes.is_fte"), ["user", "custom_attributes", "is_fte"]);
        assert_eq!(names(r#"user["a.b"].c["\"]"]"#), ["user", "a.b", "c", "\"]"]);
        assert_eq!(names(r#"[""]"#), [""]);
        assert_eq!(names("Ende gut, alles gut"), ["Ende gut, alles gut"]);
        for wrong in ["", ".", "a.", "a..b", ".a", r#"["a"#, r#"["a"b"#, r#"["a"]b."#] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn every_path_reads_back() {
        arbtest::arbtest(|u| {
            let names: Vec<String> = (0..u.int_in_range(1..=4)?)
                .map(|_| (0..u.int_in_range(0..=4)?).map(|_| u.choose(&['a', '.', '[', ']', '"', '\\', '\u{0}', 'é']).copied()).collect::<Result<_, _>>())
                .collect::<Result<_, _>>()?;
            let path = print(names.iter().map(String::as_str));
            let read: Vec<String> = parse(&path).unwrap().iter().map(ToString::to_string).collect();
            assert_eq!(read, names, "{path}");
            Ok(())
        });
    }
}
