//! Names of hosts, as addresses and URLs have them.

use core::net::{Ipv4Addr, Ipv6Addr};

/// What is wrong with a host of a URL: a name, an IPv4 address, or an IPv6 address in brackets.
pub(super) fn host_problem(host: &str) -> Option<&'static str> {
    if let Some(address) = host.strip_prefix('[') {
        let address = address.strip_suffix(']').and_then(|address| address.parse::<Ipv6Addr>().ok());
        return address.is_none().then_some("between brackets stands an IPv6 address");
    }
    // Parsers of URLs read a host whose last label is a number as an IPv4 address.
    if host.rsplit('.').next().is_some_and(is_numeric) {
        return host.parse::<Ipv4Addr>().is_err().then_some("a host that ends in a number is an IPv4 address of four numbers");
    }
    name_problem(host)
}

/// What is wrong with the domain of an e-mail address: a name that is no IPv4 address.
pub(super) fn domain_problem(domain: &str) -> Option<&'static str> {
    if domain.rsplit('.').next().is_some_and(is_numeric) {
        return Some("the last part of a domain is no number");
    }
    name_problem(domain)
}

fn is_numeric(label: &str) -> bool {
    let hexadecimal = label.strip_prefix("0x").or_else(|| label.strip_prefix("0X"));
    match hexadecimal {
        Some(digits) => digits.bytes().all(|byte| byte.is_ascii_hexdigit()),
        None => !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_digit()),
    }
}

fn name_problem(name: &str) -> Option<&'static str> {
    if name.is_empty() {
        return Some("it is empty");
    }
    if name.len() > 253 {
        return Some("it has more than 253 characters");
    }
    if !name.is_ascii() {
        return Some("letters other than a-z are written in the `xn--` form");
    }
    let good = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    (!name.split('.').all(good)).then_some("it is made of letters, digits and hyphens, in parts between dots")
}
