//! One plain address, whatever the data says.

use serde_json::json;

use super::{Position, compiled, problems, refused, rendered};

const ADDRESS: Position = Position::Address;

#[test]
fn a_written_address_is_checked_when_loaded() {
    assert_eq!(compiled("help+it_1@acme-group.example", ADDRESS).template.literal(), Some("help+it_1@acme-group.example"));
    for (text, message) in [
        ("a@x.example,b@x.example", "TF0409: `,` cannot stand in an address [,]"),
        ("a@x.example;b@x.example", "TF0409: `;` cannot stand in an address [;]"),
        ("Help <a@x.example>", "TF0409: ` ` cannot stand in an address [ ]"),
        ("<a@x.example>", "TF0409: `<` cannot stand in an address [<]"),
        ("a@x.example\n", "TF0409: `\\n` cannot stand in an address [\n]"),
        ("a%b@x.example", "TF0409: `%` cannot stand in an address [%]"),
        ("ä@x.example", "TF0409: `ä` cannot stand in an address [ä]"),
        ("", "TF0409: expected an address, found ``: the address is empty []"),
    ] {
        assert_eq!(problems(text, ADDRESS), [message]);
    }
    for text in ["a", "@x.example", "a@", "a@b@c.example", ".a@x.example", "a..b@x.example", "a@-x.example", "a@x..example", "a@10.0.0.1", "a@[::1]"] {
        assert_eq!(problems(text, ADDRESS).len(), 1, "{text}");
    }
}

#[test]
fn one_expression_may_be_the_whole_address() {
    let text = "{{ user.manager_email }}";
    assert_eq!(rendered(text, ADDRESS, &json!({"user": {"manager_email": "o'neil@acme.example"}})), "o'neil@acme.example");
    for hostile in [
        "a@x.example,b@x.example",
        "a@x.example\r\nBcc: b@x.example",
        "A <a@x.example>",
        "a b@x.example",
        "a@x.example?cc=b@x.example",
        "a%b@x.example",
        "x",
        "a@é.example",
    ] {
        let (words, message) = refused(text, ADDRESS, &json!({"user": {"manager_email": hostile}}));
        assert_eq!(words, "user.manager_email");
        assert!(message.starts_with("an address") && !message.contains("x.example"), "{message}");
    }
    assert_eq!(refused(text, ADDRESS, &json!({})).1, "the address is empty");
}

#[test]
fn values_stand_before_a_domain_that_is_written_out() {
    let text = "{{ user.first_name }}.{{ user.last_name }}@acme.example";
    let of = |first: &str, last: &str| json!({"user": {"first_name": first, "last_name": last}});
    assert_eq!(rendered(text, ADDRESS, &of("ada", "byron")), "ada.byron@acme.example");
    assert_eq!(refused(text, ADDRESS, &of("evil@x.example,ada", "byron")).0, "user.first_name }}.{{ user.last_name");
    assert_eq!(refused(text, ADDRESS, &of("", "byron")).1, "dots before the `@` stand between other characters");
    assert_eq!(refused(text, ADDRESS, &of(&"a".repeat(60), "byron")).1, "before the `@` stand 1 to 64 characters");
}

#[test]
fn the_domain_is_no_matter_of_data() {
    assert_eq!(problems("help@{{ org }}.example", ADDRESS), ["TF0409: an expression cannot stand in the domain of an address [ org ]"]);
    let whole = "help-{{ user.email_addr }}";
    assert_eq!(problems(whole, ADDRESS), [format!("TF0409: an address whose domain is not written out [{whole}]")]);
    assert_eq!(problems("{{ org }}{{ domain }}", ADDRESS).len(), 1);
    assert_eq!(problems(".{{ org }}@x.example", ADDRESS).len(), 1);
}
