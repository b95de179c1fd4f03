//! Masks what differs from run to run by right: process identifiers, references, ports, the unique
//! number of a fun, addresses. Nothing else.
//!
//! Each masked thing gets the number of its first appearance in the transcript, so that "the same pid
//! twice" and "two pids" stay apart.
use std::collections::HashMap;

/// The transcript with every run-dependent identifier replaced.
pub fn mask(transcript: &str) -> String {
    let mut seen = Seen::default();
    let mut masked = String::with_capacity(transcript.len());
    let mut rest = transcript;
    while let Some(character) = rest.chars().next() {
        let (text, length) = match character {
            '#' => seen.hash(rest),
            '<' => seen.erlang_pid(rest),
            '0' if !masked.ends_with(|c: char| c.is_ascii_alphanumeric()) => seen.address(rest),
            _ => None,
        }
        .unwrap_or_else(|| (character.to_string(), character.len_utf8()));
        masked.push_str(&text);
        rest = &rest[length..];
    }
    masked
}

/// The identifiers met so far, by kind.
#[derive(Default)]
struct Seen {
    numbers: HashMap<(&'static str, String), usize>,
    counts: HashMap<&'static str, usize>,
}

impl Seen {
    fn number(&mut self, kind: &'static str, identifier: &str) -> usize {
        let count = self.counts.entry(kind).or_insert(0);
        *self.numbers.entry((kind, identifier.to_owned())).or_insert_with(|| {
            *count += 1;
            *count
        })
    }

    /// `#PID<0.1.2>`, `#Ref<..>`, `#Reference<..>`, `#Port<..>`, `#Fun<m.1.HASH>`, `#Function<1.HASH/1 in M.f>`.
    fn hash(&mut self, text: &str) -> Option<(String, usize)> {
        for (open, kind) in [("#PID<", "pid"), ("#Ref<", "ref"), ("#Reference<", "ref"), ("#Port<", "port")] {
            if let Some(inner) = text.strip_prefix(open) {
                let length = dotted_number(inner)?;
                inner[length..].starts_with('>').then_some(())?;
                let number = self.number(kind, &inner[..length]);
                return Some((format!("{open}{number}>"), open.len() + length + 1));
            }
        }
        for open in ["#Fun<", "#Function<"] {
            if let Some(inner) = text.strip_prefix(open) {
                let end = inner.find('>')?;
                return Some((format!("{open}{}>", mask_fun(&inner[..end])), open.len() + end + 1));
            }
        }
        None
    }

    /// `<0.1.2>`.
    fn erlang_pid(&mut self, text: &str) -> Option<(String, usize)> {
        let inner = &text[1..];
        let length = dotted_number(inner)?;
        let identifier = &inner[..length];
        (identifier.split('.').count() == 3 && inner[length..].starts_with('>')).then_some(())?;
        Some((format!("<{}>", self.number("pid", identifier)), length + 2))
    }

    /// `0x7f0123456789`.
    fn address(&mut self, text: &str) -> Option<(String, usize)> {
        let digits = text.strip_prefix("0x")?;
        let length = digits.find(|c: char| !c.is_ascii_hexdigit()).unwrap_or(digits.len());
        // Short ones are numbers that a program printed in base 16.
        (length >= 9).then(|| (format!("0x<{}>", self.number("address", &digits[..length])), length + 2))
    }
}

/// Length of the `1.2.3` at the start, which must have a dot.
fn dotted_number(text: &str) -> Option<usize> {
    let length = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    text[..length].contains('.').then_some(length)
}

/// The unique number of a fun is its last run of five or more digits; module, index and arity stay.
fn mask_fun(inner: &str) -> String {
    let mut masked = String::new();
    let mut digits = String::new();
    for character in inner.chars().chain(['\0']) {
        if character.is_ascii_digit() {
            digits.push(character);
            continue;
        }
        masked.push_str(if digits.len() >= 5 { "U" } else { &digits });
        digits.clear();
        if character != '\0' {
            masked.push(character);
        }
    }
    masked
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pids_are_numbered_by_first_appearance_and_stay_distinct() {
        assert_eq!(mask("<0.83.0> <0.84.0> <0.83.0>"), "<1> <2> <1>");
        assert_eq!(mask("#PID<0.9.0> <0.9.0>"), "#PID<1> <1>");
    }

    #[test]
    fn references_ports_funs_and_addresses_are_masked() {
        assert_eq!(mask("#Ref<0.1.2.3>,#Ref<0.1.2.4>"), "#Ref<1>,#Ref<2>");
        assert_eq!(mask("#Fun<lists.6.123456789>"), "#Fun<lists.6.U>");
        assert_eq!(mask("#Function<3.99999999/1 in M.f/0>"), "#Function<3.U/1 in M.f/0>");
        assert_eq!(mask("at 0x7f0000001000."), "at 0x<1>.");
    }

    #[test]
    fn all_else_is_left_alone() {
        for text in
            ["<<1,2,3>>", "1 < 2.5 > 1", "#{a => 1.5}", "0x1F", "#Fun<erlang.length.1>", "<0.5>", "é<ü>"]
        {
            assert_eq!(mask(text), text);
        }
    }
}
