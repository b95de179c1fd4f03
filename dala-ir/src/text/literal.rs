//! Literals in the text form: terms without pids, ports, references and funs.

use super::lexer::{Token, quote};
use super::parser::{ParseError, Tokens};
use crate::abi::{Atom, Word};
use crate::term::view::ListIter;
use crate::term::{BitsRef, OwnedTerm, TermView, TermWriter};

/// What is left to print.
enum Todo {
    Term(Word),
    /// Rest of a list, behind an element.
    Tail(Word),
    Text(&'static str),
}

/// Prints a term.
pub(crate) fn print(term: Word, out: &mut String) {
    let mut work = vec![Todo::Term(term)];
    while let Some(todo) = work.pop() {
        match todo {
            Todo::Text(text) => out.push_str(text),
            Todo::Tail(Word::NIL) => out.push(']'),
            Todo::Tail(rest) => match ListIter::new(rest).next() {
                Some(head) => {
                    let mut iter = ListIter::new(rest);
                    iter.next();
                    out.push_str(", ");
                    work.extend([Todo::Tail(iter.rest()), Todo::Term(head)]);
                }
                None => {
                    out.push_str(" | ");
                    work.extend([Todo::Text("]"), Todo::Term(rest)]);
                }
            },
            Todo::Term(term) => print_one(term, out, &mut work),
        }
    }
}

fn print_one(term: Word, out: &mut String, work: &mut Vec<Todo>) {
    match term.view() {
        TermView::Small(value) => out.push_str(&value.to_string()),
        TermView::Float(value) => out.push_str(&format!("{value:?}")),
        TermView::Atom(atom) => quote(atom.text(), '\'', out),
        TermView::Nil => out.push_str("[]"),
        TermView::Cons(head, tail) => {
            out.push('[');
            work.extend([Todo::Tail(tail), Todo::Term(head)]);
        }
        TermView::Tuple(elements) => {
            out.push('{');
            work.push(Todo::Text("}"));
            for (index, &element) in elements.iter().enumerate().rev() {
                work.push(Todo::Term(element));
                if index > 0 {
                    work.push(Todo::Text(", "));
                }
            }
        }
        TermView::Map(map) => {
            out.push_str("#{");
            work.push(Todo::Text("}"));
            let pairs: Vec<(Word, Word)> = map.iter().collect();
            for (index, &(key, value)) in pairs.iter().enumerate().rev() {
                work.extend([Todo::Term(value), Todo::Text(" => "), Todo::Term(key)]);
                if index > 0 {
                    work.push(Todo::Text(", "));
                }
            }
        }
        TermView::Big(big) => {
            out.push_str(if big.negative { "-16#" } else { "16#" });
            for (index, limb) in big.limbs.iter().rev().enumerate() {
                out.push_str(&if index == 0 { format!("{limb:x}") } else { format!("{limb:016x}") });
            }
        }
        TermView::Bits(bits) => {
            out.push_str("<<\"");
            print_hex(bits, out);
            out.push_str(&format!("\" {}>>", bits.bit_len));
        }
        TermView::ExportFun(fun) => {
            out.push_str("fun ");
            quote(fun.head.module.text(), '\'', out);
            out.push(':');
            quote(fun.head.function.text(), '\'', out);
            out.push_str(&format!("/{}", fun.head.arity));
        }
        _ => out.push_str("opaque"),
    }
}

fn print_hex(bits: BitsRef<'_>, out: &mut String) {
    let whole = bits.bit_len / 8;
    for index in 0..whole {
        out.push_str(&format!("{:02x}", bits.byte(index)));
    }
    if !bits.is_binary() {
        out.push_str(&format!("{:02x}", bits.byte(whole) & (0xff << (8 - bits.bit_len % 8))));
    }
}

/// Bytes of a text of hexadecimal digits.
pub(crate) fn bytes_from_hex(text: &str) -> Option<Vec<u8>> {
    if !text.is_ascii() || !text.len().is_multiple_of(2) {
        return None;
    }
    (0..text.len() / 2).map(|index| u8::from_str_radix(&text[2 * index..2 * index + 2], 16).ok()).collect()
}

/// A compound whose parts are being read.
struct Open {
    kind: OpenKind,
    parts: Vec<Word>,
}

#[derive(Clone, Copy, PartialEq)]
enum OpenKind {
    List,
    /// Behind `|`.
    ListTail,
    Tuple,
    Map,
}

/// Reads a term.
pub(crate) fn parse(tokens: &mut Tokens) -> Result<OwnedTerm, ParseError> {
    let mut error = None;
    let term = OwnedTerm::build(|writer| match parse_on(tokens, writer) {
        Ok(word) => word,
        Err(found) => {
            error = Some(found);
            Word::NIL
        }
    });
    match error {
        Some(error) => Err(error),
        None => Ok(term),
    }
}

fn parse_on(tokens: &mut Tokens, writer: &mut dyn TermWriter) -> Result<Word, ParseError> {
    let mut open: Vec<Open> = Vec::new();
    loop {
        let mut value = match tokens.next() {
            Token::Number(text) => match integer(&text, writer) {
                Some(word) => word,
                None => match text.parse::<f64>() {
                    Ok(value) if value.is_finite() && text.contains(['.', 'e', 'E']) => writer.float(value),
                    _ => return Err(tokens.error(format!("`{text}` is no number"))),
                },
            },
            Token::Atom(text) => {
                Word::atom(Atom::try_new(&text).map_err(|error| tokens.error(error.to_string()))?)
            }
            Token::String(text) => writer.charlist(&text),
            Token::Punctuation("<<") => bitstring(tokens, writer)?,
            Token::Punctuation("[") if tokens.eat("]") => Word::NIL,
            Token::Punctuation("{") if tokens.eat("}") => writer.tuple(&[]),
            Token::Punctuation("#{") if tokens.eat("}") => crate::term::map::from_pairs(writer, &[]),
            Token::Punctuation(sign @ ("[" | "{" | "#{")) => {
                let kind = match sign {
                    "[" => OpenKind::List,
                    "{" => OpenKind::Tuple,
                    _ => OpenKind::Map,
                };
                open.push(Open { kind, parts: Vec::new() });
                continue;
            }
            other => return Err(tokens.error(format!("{other} begins no term"))),
        };
        // The value ends as many compounds as close behind it.
        loop {
            let Some(compound) = open.last_mut() else { return Ok(value) };
            compound.parts.push(value);
            match (compound.kind, tokens.next()) {
                (OpenKind::List | OpenKind::Tuple, Token::Punctuation(",")) => break,
                (OpenKind::Map, Token::Punctuation("=>")) if compound.parts.len() % 2 == 1 => break,
                (OpenKind::Map, Token::Punctuation(",")) if compound.parts.len() % 2 == 0 => break,
                (OpenKind::List, Token::Punctuation("|")) => {
                    compound.kind = OpenKind::ListTail;
                    break;
                }
                (OpenKind::List, Token::Punctuation("]")) => value = writer.list(&compound.parts, Word::NIL),
                (OpenKind::ListTail, Token::Punctuation("]")) => {
                    let tail = compound.parts.pop().unwrap_or(Word::NIL);
                    value = writer.list(&compound.parts, tail);
                }
                (OpenKind::Tuple, Token::Punctuation("}")) => value = writer.tuple(&compound.parts),
                (OpenKind::Map, Token::Punctuation("}")) if compound.parts.len() % 2 == 0 => {
                    let pairs: Vec<(Word, Word)> =
                        compound.parts.chunks(2).map(|pair| (pair[0], pair[1])).collect();
                    value = crate::term::map::from_pairs(writer, &pairs);
                }
                (_, other) => return Err(tokens.error(format!("{other} does not go on a term"))),
            }
            open.pop();
        }
    }
}

fn integer(text: &str, writer: &mut dyn TermWriter) -> Option<Word> {
    if let Ok(value) = text.parse::<i64>() {
        return Some(writer.integer(value));
    }
    let (negative, digits) = match text.strip_prefix("-16#") {
        Some(digits) => (true, digits),
        None => (false, text.strip_prefix("16#")?),
    };
    let limbs: Option<Vec<u64>> = digits
        .as_bytes()
        .rchunks(16)
        .map(|chunk| u64::from_str_radix(std::str::from_utf8(chunk).ok()?, 16).ok())
        .collect();
    Some(writer.big(negative, &limbs?))
}

fn bitstring(tokens: &mut Tokens, writer: &mut dyn TermWriter) -> Result<Word, ParseError> {
    let Token::String(text) = tokens.next() else { return Err(tokens.error("bits are \"HEX\" BITS".into())) };
    let bit_len = tokens.number()? as usize;
    let bytes = bytes_from_hex(&text).filter(|bytes| bytes.len() == bit_len.div_ceil(8));
    let Some(bytes) = bytes else { return Err(tokens.error("digits and number of bits do not fit".into())) };
    tokens.expect(">>")?;
    Ok(writer.bitstring(BitsRef::new(&bytes, 0, bit_len)))
}
