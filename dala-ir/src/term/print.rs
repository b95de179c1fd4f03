//! Erlang syntax of terms, on one line: as `io:format("~w")`, or as `"~0p"` does with strings made readable.

use std::fmt::Write;

use super::big;
use super::float;
use super::view::{self, BitsRef, ExternalRef, ListIter, TermView};
use crate::abi::Word;

/// How lists and binaries are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Style {
    /// `~w`: always as integers.
    #[default]
    Plain,
    /// `~0p`: as text where every character is printable in Latin-1.
    Readable,
}

/// A term for `format!`, `println!` and the like: `print(word, Style::Plain).to_string()`.
pub fn print(term: Word, style: Style) -> Printed {
    Printed { term, style, max_bytes: usize::MAX }
}

/// What [`print()`] returns.
#[derive(Clone, Copy, Debug)]
pub struct Printed {
    term: Word,
    style: Style,
    max_bytes: usize,
}

impl Printed {
    /// Stops after about `max_bytes` bytes with `...`, so that an endless term in a log line stays short.
    pub fn limited(self, max_bytes: usize) -> Printed {
        Printed { max_bytes, ..self }
    }
}

impl std::fmt::Display for Printed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut printer =
            Printer { out: String::new(), style: self.style, pending: vec![Step::Term(self.term)] };
        let mut flushed = 0;
        while let Some(step) = printer.pending.pop() {
            printer.step(step)?;
            if flushed + printer.out.len() > self.max_bytes {
                let mut end = self.max_bytes - flushed;
                while !printer.out.is_char_boundary(end) {
                    end -= 1;
                }
                f.write_str(&printer.out[..end])?;
                return f.write_str("...");
            }
            if printer.out.len() > 1 << 12 {
                f.write_str(&printer.out)?;
                flushed += printer.out.len();
                printer.out.clear();
            }
        }
        f.write_str(&printer.out)
    }
}

enum Step<'a> {
    Term(Word),
    Text(&'static str),
    /// The next elements of a tuple, each behind a comma.
    Elements(&'a [Word]),
    /// The rest of a list behind its first element.
    Tail(Word),
    /// The rest of a map's pairs, last first; whether a comma comes before the next.
    Pairs(Vec<(Word, Word)>, bool),
}

struct Printer<'a> {
    out: String,
    style: Style,
    pending: Vec<Step<'a>>,
}

impl<'a> Printer<'a> {
    fn step(&mut self, step: Step<'a>) -> std::fmt::Result {
        match step {
            Step::Term(word) => self.term(word),
            Step::Text(text) => {
                self.out.push_str(text);
                Ok(())
            }
            Step::Elements(words) => {
                let Some((&first, rest)) = words.split_first() else { return Ok(()) };
                self.out.push(',');
                self.pending.push(Step::Elements(rest));
                self.term(first)
            }
            Step::Tail(rest) => match view::cons(rest) {
                Some((head, tail)) => {
                    self.out.push(',');
                    self.pending.push(Step::Tail(tail));
                    self.term(head)
                }
                None if rest.is_nil() => {
                    self.out.push(']');
                    Ok(())
                }
                None => {
                    self.out.push('|');
                    self.pending.push(Step::Text("]"));
                    self.term(rest)
                }
            },
            Step::Pairs(mut pairs, comma) => {
                let Some((key, value)) = pairs.pop() else {
                    self.out.push('}');
                    return Ok(());
                };
                if comma {
                    self.out.push(',');
                }
                self.pending.push(Step::Pairs(pairs, true));
                self.pending.push(Step::Term(value));
                self.pending.push(Step::Text(" => "));
                self.term(key)
            }
        }
    }

    fn term(&mut self, word: Word) -> std::fmt::Result {
        match word.view() {
            TermView::Small(value) => write!(self.out, "{value}"),
            TermView::Big(_) => {
                self.out.push_str(&big::to_text(word, 10).unwrap_or_default());
                Ok(())
            }
            TermView::Float(value) => {
                self.out.push_str(&float::short(value));
                Ok(())
            }
            TermView::Atom(atom) => write_atom(&mut self.out, atom.text()),
            TermView::Nil => self.out.write_str("[]"),
            TermView::Cons(head, tail) => {
                if self.style == Style::Readable
                    && let Some(text) = printable_list(word)
                {
                    return write_string(&mut self.out, &text);
                }
                self.out.push('[');
                self.pending.push(Step::Tail(tail));
                self.pending.push(Step::Term(head));
                Ok(())
            }
            TermView::Tuple(elements) => {
                self.out.push('{');
                self.pending.push(Step::Text("}"));
                if let Some((&first, rest)) = elements.split_first() {
                    self.pending.push(Step::Elements(rest));
                    self.pending.push(Step::Term(first));
                }
                Ok(())
            }
            TermView::Map(map) => {
                let mut pairs: Vec<(Word, Word)> = map.iter_next().collect();
                pairs.reverse();
                self.out.push_str("#{");
                self.pending.push(Step::Pairs(pairs, false));
                Ok(())
            }
            TermView::Bits(bits) => self.bits(bits),
            TermView::Pid(pid) => write!(self.out, "{pid}"),
            TermView::Port(id) => write!(self.out, "#Port<0.{id}>"),
            TermView::Reference(reference) => {
                let number = reference.number();
                self.out.push_str("#Ref<0");
                let skip = u32::from(number >> 96 == 0);
                for part in (0..4 - skip).rev() {
                    write!(self.out, ".{}", (number >> (32 * part)) as u32)?;
                }
                self.out.write_char('>')
            }
            TermView::ExternalPid(pid) => {
                write!(self.out, "<{}", pid.node.index())?;
                self.numbers(pid.numbers())?;
                self.out.write_char('>')
            }
            TermView::ExternalPort(port) => self.external("#Port<", port),
            TermView::ExternalReference(reference) => self.external("#Ref<", reference),
            TermView::ExportFun(fun) => {
                self.out.push_str("fun ");
                write_atom(&mut self.out, fun.head.module.text())?;
                self.out.push(':');
                write_atom(&mut self.out, fun.head.function.text())?;
                write!(self.out, "/{}", fun.head.arity)
            }
            TermView::Fun(fun) => {
                self.out.push_str("#Fun<");
                self.out.push_str(fun.head.module.text());
                write!(self.out, ".{}.{}>", fun.head.index, fun.head.old_uniq)
            }
            TermView::Hidden => self.out.write_str("#Hidden"),
        }
    }

    fn external(&mut self, start: &str, external: ExternalRef<'_>) -> std::fmt::Result {
        write!(self.out, "{start}{}", external.node.index())?;
        self.numbers(external.numbers().rev())?;
        self.out.write_char('>')
    }

    fn numbers(&mut self, numbers: impl Iterator<Item = u64>) -> std::fmt::Result {
        for number in numbers {
            write!(self.out, ".{number}")?;
        }
        Ok(())
    }

    fn bits(&mut self, bits: BitsRef<'_>) -> std::fmt::Result {
        let (whole, rest) = (bits.bit_len / 8, bits.bit_len % 8);
        self.out.push_str("<<");
        if self.style == Style::Readable && rest == 0 && whole > 0 {
            let text: Option<String> = (0..whole)
                .map(|index| Some(char::from(bits.byte(index))).filter(|&c| is_printable(c)))
                .collect();
            if let Some(text) = text {
                write_string(&mut self.out, &text)?;
                return self.out.write_str(">>");
            }
        }
        for index in 0..whole {
            let comma = if index == 0 { "" } else { "," };
            write!(self.out, "{comma}{}", bits.byte(index))?;
        }
        if rest > 0 {
            let comma = if whole == 0 { "" } else { "," };
            write!(self.out, "{comma}{}:{rest}", bits.byte(whole) >> (8 - rest))?;
        }
        self.out.write_str(">>")
    }
}

/// Whether `io_lib:printable_latin1_list/1` takes the character.
fn is_printable(c: char) -> bool {
    matches!(c, ' '..='~' | '\u{a0}'..='\u{ff}' | '\n' | '\r' | '\t' | '\x0b' | '\x08' | '\x0c' | '\x1b')
}

fn printable_list(list: Word) -> Option<String> {
    let mut iter = ListIter::new(list);
    let text = iter
        .by_ref()
        .map(|item| char::from_u32(u32::try_from(item.as_small()?).ok()?).filter(|&c| is_printable(c)))
        .collect::<Option<String>>()?;
    iter.ended_proper().then_some(text)
}

fn write_string(out: &mut String, text: &str) -> std::fmt::Result {
    write_quoted(out, text, '"')
}

fn write_quoted(out: &mut String, text: &str, quote: char) -> std::fmt::Result {
    out.push(quote);
    for c in text.chars() {
        match c {
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            '\x08' => out.push_str("\\b"),
            '\x0c' => out.push_str("\\f"),
            '\x0b' => out.push_str("\\v"),
            '\x1b' => out.push_str("\\e"),
            '\x7f' => out.push_str("\\d"),
            '\\' => out.push_str("\\\\"),
            c if c == quote => {
                out.push('\\');
                out.push(c);
            }
            '\0'..='\x1f' | '\u{80}'..='\u{9f}' => write!(out, "\\{:03o}", u32::from(c))?,
            '\u{100}'.. => write!(out, "\\x{{{:X}}}", u32::from(c))?,
            c => out.push(c),
        }
    }
    out.push(quote);
    Ok(())
}

const RESERVED: &[&str] = &[
    "after", "and", "andalso", "band", "begin", "bnot", "bor", "bsl", "bsr", "bxor", "case", "catch", "cond",
    "div", "end", "fun", "if", "let", "not", "of", "or", "orelse", "receive", "rem", "try", "when", "xor",
];

/// Writes an atom as `~w` does: quoted unless it reads as an atom without.
pub fn write_atom(out: &mut String, text: &str) -> std::fmt::Result {
    let is_lower = |c: char| matches!(c, 'a'..='z' | 'ß'..='ö' | 'ø'..='ÿ');
    let is_letter =
        |c: char| is_lower(c) || matches!(c, 'A'..='Z' | '0'..='9' | '_' | '@' | 'À'..='Ö' | 'Ø'..='Þ');
    let is_bare = text.starts_with(is_lower) && text.chars().all(is_letter) && !RESERVED.contains(&text);
    if is_bare { out.write_str(text) } else { write_quoted(out, text, '\'') }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::abi::{Atom, Pid};
    use crate::term::owned::Fragment;
    use crate::term::writer::TermWriter;

    #[test]
    fn atoms_are_quoted_as_otp_does() {
        let cases = [
            ("", "''"),
            ("a", "a"),
            ("A", "'A'"),
            ("a b", "'a b'"),
            ("aB@_1", "aB@_1"),
            ("é", "é"),
            ("end", "'end'"),
            ("maybe", "maybe"),
            ("_a", "'_a'"),
            ("it's", "'it\\'s'"),
            ("a\\b", "'a\\\\b'"),
            ("÷", "'÷'"),
            ("ß", "ß"),
            ("À", "'À'"),
            ("a\n\t\u{8}\0\u{80}\u{7f}", "'a\\n\\t\\b\\000\\200\\d'"),
            ("π", "'\\x{3C0}'"),
            ("Elixir.Foo", "'Elixir.Foo'"),
        ];
        for (text, expected) in cases {
            assert_eq!(print(Word::atom(Atom::new(text)), Style::Plain).to_string(), expected);
        }
    }

    #[test]
    fn terms_read_as_in_otp() {
        let w = &mut Fragment::new();
        let int = Word::small_int;
        let abc = w.charlist("abc");
        let bits = w.bitstring(BitsRef::new(b"abc\xa0", 0, 27));
        let text = w.binary(b"a\"b");
        let float = w.float(1.0);
        let improper = w.cons(int(1), int(2));
        let key = Word::atom(Atom::new("k"));
        let empty = w.tuple(&[]);
        let map = w.map_from_pairs(&[(key, abc), (int(1), empty)]);
        let pid = Word::pid(Pid::from_parts(9, 2));
        let reference = w.reference(5 << 32 | 6, 7);
        let big = w.integer_i128(-(1 << 70));
        let all =
            w.tuple(&[abc, bits, text, float, improper, map, pid, reference, big, Word::NIL, Word::port(3)]);
        assert_eq!(
            print(all, Style::Plain).to_string(),
            "{[97,98,99],<<97,98,99,5:3>>,<<97,34,98>>,1.0,[1|2],#{1 => {},k => [97,98,99]},<0.9.2>,#Ref<0.7.5.6>,\
             -1180591620717411303424,[],#Port<0.3>}"
        );
        let readable = w.tuple(&[abc, text, bits, map]);
        assert_eq!(
            print(readable, Style::Readable).to_string(),
            r#"{"abc",<<"a\"b">>,<<97,98,99,5:3>>,#{1 => {},k => "abc"}}"#
        );
    }

    #[test]
    fn long_and_deep_terms_are_cut_off() {
        let w = &mut Fragment::new();
        let mut term = Word::NIL;
        for _ in 0..1_000_000 {
            term = w.tuple(&[term]);
        }
        assert_eq!(print(term, Style::Plain).limited(5).to_string(), "{{{{{...");
        assert_eq!(print(term, Style::Plain).to_string().len(), 2_000_002);
    }
}
