use super::*;

/// A stream that gives so many bytes at a time.
struct Dribble<'b>(&'b [u8], usize);

impl Read for Dribble<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let size = self.1.min(buffer.len()).min(self.0.len());
        let (now, later) = self.0.split_at(size);
        buffer[..size].copy_from_slice(now);
        self.0 = later;
        Ok(size)
    }
}

fn all(text: &[u8], shape: Option<Shape>, limit: usize) -> Vec<String> {
    let split = |size: usize| {
        let mut records = Records::new(Dribble(text, size), shape, limit);
        let mut found = Vec::new();
        loop {
            match records.next() {
                Ok(None) => {
                    assert!(records.next().unwrap().is_none());
                    return found;
                }
                Ok(Some(Record { line, number, body })) => {
                    let text = match body {
                        Body::Whole(text) => String::from_utf8_lossy(text).into_owned(),
                        Body::TooLong => "too long".to_owned(),
                    };
                    found.push(format!("{}@{line} {text}", number.unwrap_or(line)));
                }
                Err(RecordsError::Structure { line, expected }) => found.push(format!("line {line}: expected {expected}")),
                Err(RecordsError::Io(error)) => panic!("{error}"),
            }
        }
    };
    let found = split(1);
    for size in [2, 3, 7, CHUNK, usize::MAX] {
        assert_eq!(split(size), found, "{size} bytes at a time");
    }
    found
}

fn found(text: &str) -> Vec<String> {
    all(text.as_bytes(), None, 20)
}

#[test]
fn lines_stay_in_step_whatever_they_hold() {
    assert_eq!(found("{\"a\":1}\n\n  \r\n{\n[]}{\r\n\u{0}\n{}"), ["1@1 {\"a\":1}", "4@4 {", "5@5 []}{", "6@6 \u{0}", "7@7 {}"]);
    assert_eq!(found("nonsense\n{}\n"), ["1@1 nonsense", "2@2 {}"]);
    assert_eq!(found(""), [""; 0]);
    assert_eq!(found("\n \n"), [""; 0]);
}

#[test]
fn a_long_line_is_passed_over() {
    let text = format!("{{}}\n{}\n{}\n{{}}\n{}", "x".repeat(20), "x".repeat(21), "y".repeat(100_000));
    let full = format!("2@2 {}", "x".repeat(20));
    assert_eq!(found(&text), ["1@1 {}", full.as_str(), "3@3 too long", "4@4 {}", "5@5 too long"]);
}

#[test]
fn values_may_take_many_lines() {
    assert_eq!(found("{\n\"a\": \"}\\\"\"\n}\n{} {\"b\"\n:2}"), ["1@1 {\n\"a\": \"}\\\"\"\n}", "2@4 {}", "3@4 {\"b\"\n:2}"]);
    assert_eq!(found("{\"a\":1} {\"b\":2}\n{}"), ["1@1 {\"a\":1}", "2@1 {\"b\":2}", "3@2 {}"]);
    assert_eq!(found("\u{feff}{\n}"), ["1@1 {\n}"]);
    assert_eq!(found("{\n\"a\": 1234567890123456789\n} {\n}"), ["1@1 too long", "2@3 {\n}"]);
}

#[test]
fn an_array_holds_one_record_an_element() {
    assert_eq!(found("[{\"a\":[1,2]},\n{} , 5, \"x,]\", [], null]"), ["1@1 {\"a\":[1,2]}", "2@2 {}", "3@2 5", "4@2 \"x,]\"", "5@2 []", "6@2 null"]);
    assert_eq!(found("[]\n[{}]"), ["1@2 {}"]);
}

#[test]
fn what_is_no_json_between_values_ends_them() {
    assert_eq!(found("[{}\n{}]"), ["1@1 {}", "line 2: expected `,` or `]` between contexts"]);
    assert_eq!(found("[{},]"), ["1@1 {}", "line 1: expected a JSON object"]);
    assert_eq!(found("[{}\n"), ["1@1 {}", "line 2: expected `]` at the end of the array"]);
    assert_eq!(found("{\n}}\n"), ["1@1 {\n}", "line 2: expected a JSON object"]);
    assert_eq!(found("{\n\"a\": {}"), ["1@1 {\n\"a\": {}"]);
}

#[test]
fn a_file_whose_name_says_lines_has_lines() {
    assert_eq!(all(b"[{},\n{}]", Some(Shape::Lines), 20), ["1@1 [{},", "2@2 {}]"]);
}

#[test]
fn it_is_known_when_a_record_may_have_to_wait() {
    for (text, shape) in [(b"{}\n{}\n{".as_slice(), Shape::Lines), (b"[\n{}, {} ,", Shape::Values)] {
        let mut records = Records::new(text, Some(shape), 20);
        let waits = [records.may_wait(), records.next().is_ok() && records.may_wait(), records.next().is_ok() && records.may_wait()];
        assert_eq!(waits, [true, false, true], "{shape:?}");
    }
}

#[test]
fn the_first_line_tells_the_shape_even_if_it_is_cut() {
    let long = format!("{{\"a\":\"{}\"}}\n{{}}\n", "x".repeat(CHUNK));
    assert_eq!(all(long.as_bytes(), None, 20), ["1@1 too long", "2@2 {}"]);
}
