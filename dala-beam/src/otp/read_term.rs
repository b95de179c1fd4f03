//! Reads a term in Erlang syntax, as given on the command line or in an `.app` file.
//!
//! Integers (also `16#ff`), floats, atoms, strings, `$c`, lists, tuples, maps and binaries of integers and strings.
//! No recursion: open brackets are kept on a stack.

use std::ops::RangeInclusive;

use dala_ir::abi::{Atom, Word};
use dala_ir::term::{BitsRef, TermWriter, map};

/// Where and why the text is no term.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an Erlang term, at character {at}: {problem}")]
pub struct TermSyntaxError {
    /// Character, from 1.
    pub at: usize,
    /// What is wrong there.
    pub problem: String,
}

enum Open {
    List { items: Vec<Word>, tail: Option<Word>, at_tail: bool },
    Tuple { items: Vec<Word> },
    Map { items: Vec<Word>, at_value: bool },
}

struct Reader<'t> {
    text: &'t [char],
    at: usize,
}

/// The term that `text` stands for, built with `writer`.
///
/// # Errors
/// When the text is no term, or one with parts that have no literal form (pids, funs).
pub fn read_term<W: TermWriter>(text: &str, writer: &mut W) -> Result<Word, TermSyntaxError> {
    let text: Vec<char> = text.chars().collect();
    let mut reader = Reader { text: &text, at: 0 };
    let term = reader.term(writer)?;
    reader.skip_space();
    if reader.peek() == Some('.') {
        reader.at += 1;
        reader.skip_space();
    }
    if reader.at < text.len() { Err(reader.fail("something follows the term")) } else { Ok(term) }
}

impl Reader<'_> {
    fn fail(&self, problem: impl Into<String>) -> TermSyntaxError {
        TermSyntaxError { at: self.at + 1, problem: problem.into() }
    }

    fn peek(&self) -> Option<char> {
        self.text.get(self.at).copied()
    }

    fn skip_space(&mut self) {
        while let Some(next) = self.peek() {
            if next == '%' {
                // A comment: to the end of its line.
                while self.peek().is_some_and(|next| next != '\n') {
                    self.at += 1;
                }
            } else if !next.is_whitespace() {
                break;
            } else {
                self.at += 1;
            }
        }
    }

    fn take(&mut self, expected: &str) -> bool {
        let matches =
            expected.chars().enumerate().all(|(index, c)| self.text.get(self.at + index) == Some(&c));
        if matches {
            self.at += expected.chars().count();
        }
        matches
    }

    fn term<W: TermWriter>(&mut self, writer: &mut W) -> Result<Word, TermSyntaxError> {
        let mut open: Vec<Open> = Vec::new();
        loop {
            self.skip_space();
            // An opening bracket, or a whole term.
            let mut done = if self.take("[") {
                self.skip_space();
                if self.take("]") {
                    Word::NIL
                } else {
                    open.push(Open::List { items: Vec::new(), tail: None, at_tail: false });
                    continue;
                }
            } else if self.take("{") {
                self.skip_space();
                if self.take("}") {
                    writer.tuple(&[])
                } else {
                    open.push(Open::Tuple { items: Vec::new() });
                    continue;
                }
            } else if self.take("#{") {
                self.skip_space();
                if self.take("}") {
                    map::from_pairs(writer, &[])
                } else {
                    open.push(Open::Map { items: Vec::new(), at_value: false });
                    continue;
                }
            } else {
                self.simple(writer)?
            };
            // Closes all brackets that end here.
            loop {
                self.skip_space();
                let Some(top) = open.last_mut() else { return Ok(done) };
                let closed = match top {
                    Open::List { items, tail, at_tail } => {
                        if *at_tail {
                            *tail = Some(done);
                        } else {
                            items.push(done);
                        }
                        if self.take("]") {
                            true
                        } else if *at_tail {
                            return Err(self.fail("expected ]"));
                        } else if self.take("|") {
                            *at_tail = true;
                            false
                        } else if self.take(",") {
                            false
                        } else {
                            return Err(self.fail("expected , or | or ]"));
                        }
                    }
                    Open::Tuple { items } => {
                        items.push(done);
                        if self.take("}") {
                            true
                        } else if self.take(",") {
                            false
                        } else {
                            return Err(self.fail("expected , or }"));
                        }
                    }
                    Open::Map { items, at_value } => {
                        items.push(done);
                        if *at_value {
                            *at_value = false;
                            if self.take("}") {
                                true
                            } else if self.take(",") {
                                false
                            } else {
                                return Err(self.fail("expected , or }"));
                            }
                        } else if self.take("=>") {
                            *at_value = true;
                            false
                        } else {
                            return Err(self.fail("expected =>"));
                        }
                    }
                };
                if !closed {
                    break;
                }
                done = match open.pop() {
                    Some(Open::List { items, tail, .. }) => writer.list(&items, tail.unwrap_or(Word::NIL)),
                    Some(Open::Tuple { items }) => writer.tuple(&items),
                    Some(Open::Map { items, .. }) => {
                        let pairs: Vec<(Word, Word)> =
                            items.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect();
                        map::from_pairs(writer, &pairs)
                    }
                    None => return Ok(done),
                };
            }
        }
    }

    /// A term with no terms in it.
    fn simple<W: TermWriter>(&mut self, writer: &mut W) -> Result<Word, TermSyntaxError> {
        match self.peek() {
            None => Err(self.fail("the term is not complete")),
            Some('"') => {
                let text = self.quoted('"')?;
                Ok(writer.charlist(&text))
            }
            Some('\'') => {
                let text = self.quoted('\'')?;
                self.atom(&text)
            }
            Some('$') => {
                self.at += 1;
                let c = self.character()?;
                Ok(Word::small_int(i64::from(u32::from(c))))
            }
            Some('<') if self.take("<<") => self.binary(writer),
            Some(c) if c.is_ascii_digit() || matches!(c, '-' | '+') => self.number(writer),
            Some(c) if c.is_lowercase() => {
                let start = self.at;
                while self.peek().is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | '@')) {
                    self.at += 1;
                }
                let text: String = self.text[start..self.at].iter().collect();
                self.atom(&text)
            }
            Some(c) => Err(self.fail(format!("a term cannot start with {c:?}"))),
        }
    }

    fn atom(&self, text: &str) -> Result<Word, TermSyntaxError> {
        Atom::try_new(text).map(Word::atom).map_err(|error| self.fail(error.to_string()))
    }

    fn character(&mut self) -> Result<char, TermSyntaxError> {
        let Some(c) = self.peek() else { return Err(self.fail("the term is not complete")) };
        self.at += 1;
        if c != '\\' {
            return Ok(c);
        }
        let Some(escaped) = self.peek() else { return Err(self.fail("the term is not complete")) };
        self.at += 1;
        Ok(match escaped {
            'n' => '\n',
            't' => '\t',
            'r' => '\r',
            's' => ' ',
            'e' => '\x1b',
            'd' => '\x7f',
            'b' => '\x08',
            'f' => '\x0c',
            'v' => '\x0b',
            '0'..='7' => {
                self.at -= 1;
                self.code(8, 1..=3)?
            }
            'x' if self.peek() == Some('{') => {
                self.at += 1;
                let code = self.code(16, 1..=8)?;
                if self.peek() != Some('}') {
                    return Err(self.fail("expected }"));
                }
                self.at += 1;
                code
            }
            'x' => self.code(16, 2..=2)?,
            '^' => {
                let Some(c) = self.peek() else { return Err(self.fail("the term is not complete")) };
                self.at += 1;
                char::from_u32(u32::from(c) & 31).expect("32 control characters")
            }
            other => other,
        })
    }

    /// The character of a code of so many digits.
    fn code(&mut self, base: u32, digits: RangeInclusive<usize>) -> Result<char, TermSyntaxError> {
        let rest = self.text[self.at..].iter().take(*digits.end());
        let found: String = rest.take_while(|c| c.is_digit(base)).collect();
        let code = u32::from_str_radix(&found, base).ok().and_then(char::from_u32);
        match code.filter(|_| digits.contains(&found.len())) {
            Some(character) => {
                self.at += found.len();
                Ok(character)
            }
            None => Err(self.fail("no such character")),
        }
    }

    fn quoted(&mut self, quote: char) -> Result<String, TermSyntaxError> {
        self.at += 1;
        let mut text = String::new();
        while self.peek() != Some(quote) {
            text.push(self.character()?);
        }
        self.at += 1;
        Ok(text)
    }

    fn digits(&mut self, base: u32) -> String {
        let mut digits = String::new();
        while let Some(c) = self.peek()
            && (c.is_digit(base) || c == '_')
        {
            if c != '_' {
                digits.push(c);
            }
            self.at += 1;
        }
        digits
    }

    fn number<W: TermWriter>(&mut self, writer: &mut W) -> Result<Word, TermSyntaxError> {
        let negative = self.take("-");
        if !negative {
            self.take("+");
        }
        let mut digits = self.digits(10);
        if self.peek() == Some('#') {
            let base: u32 = digits.parse().ok().filter(|base| (2..=36).contains(base)).unwrap_or(0);
            if base == 0 {
                return Err(self.fail("a base is from 2 to 36"));
            }
            self.at += 1;
            let digits = self.digits(base);
            return self.integer(writer, negative, &digits, base);
        }
        if self.peek() == Some('.') && self.text.get(self.at + 1).is_some_and(char::is_ascii_digit) {
            self.at += 1;
            digits.push('.');
            digits += &self.digits(10);
            if self.take("e") || self.take("E") {
                digits.push('e');
                if self.take("-") {
                    digits.push('-');
                } else {
                    self.take("+");
                }
                digits += &self.digits(10);
            }
            let value: f64 = digits.parse().map_err(|_| self.fail("not a float"))?;
            if !value.is_finite() {
                return Err(self.fail("the float is too large"));
            }
            return Ok(writer.float(if negative { -value } else { value }));
        }
        self.integer(writer, negative, &digits, 10)
    }

    fn integer<W: TermWriter>(
        &self,
        writer: &mut W,
        negative: bool,
        digits: &str,
        base: u32,
    ) -> Result<Word, TermSyntaxError> {
        if digits.is_empty() {
            return Err(self.fail("expected digits"));
        }
        let mut limbs: Vec<u64> = Vec::new();
        for digit in digits.chars().filter_map(|c| c.to_digit(base)) {
            let mut carry = u128::from(digit);
            for limb in &mut limbs {
                let wide = u128::from(*limb) * u128::from(base) + carry;
                *limb = wide as u64;
                carry = wide >> 64;
            }
            if carry != 0 {
                limbs.push(carry as u64);
            }
        }
        Ok(writer.big(negative, &limbs))
    }

    fn binary<W: TermWriter>(&mut self, writer: &mut W) -> Result<Word, TermSyntaxError> {
        let mut bytes = Vec::new();
        // Bits of a last segment such as `5:3`.
        let mut odd = 0;
        loop {
            self.skip_space();
            if self.take(">>") {
                let len = bytes.len() * 8 - if odd == 0 { 0 } else { 8 - odd };
                return Ok(writer.bitstring(BitsRef::new(&bytes, 0, len)));
            }
            if odd != 0 {
                return Err(self.fail("only the last segment may have odd bits"));
            }
            if self.peek() == Some('"') {
                let text = self.quoted('"')?;
                if self.take("/utf8") {
                    bytes.extend(text.as_bytes());
                } else {
                    bytes.extend(text.chars().map(|c| u32::from(c) as u8));
                }
            } else {
                let digits = self.digits(10);
                let value: u64 = digits.parse().map_err(|_| self.fail("expected a byte or a string"))?;
                let mut byte = value as u8;
                if self.take(":") {
                    odd = self.digits(10).parse().ok().filter(|bits| (1..8).contains(bits)).unwrap_or(0);
                    if odd == 0 {
                        return Err(self.fail("a segment's size is from 1 to 7 bits"));
                    }
                    byte <<= 8 - odd;
                }
                bytes.push(byte);
            }
            self.skip_space();
            if !self.take(",") && self.peek() != Some('>') {
                return Err(self.fail("expected , or >>"));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use dala_ir::term::Fragment;
    use dala_ir::term::print::{Style, print};

    use super::*;

    fn round(text: &str) -> String {
        let mut fragment = Fragment::new();
        let term = read_term(text, &mut fragment).unwrap_or_else(|error| panic!("{text}: {error}"));
        print(term, Style::Plain).to_string()
    }

    #[test]
    fn terms_read_as_erlang_prints_them() {
        for text in
            ["1", "-5", "[1,2|x]", "{a,'B c',#{k => [v]}}", "<<1,2>>", "12345678901234567890123", "[]", "{}"]
        {
            assert_eq!(round(text), text);
        }
        assert_eq!(round("16#ff"), "255");
        assert_eq!(round("$a"), "97");
        assert_eq!(round(" [ 1 , 2 ] . "), "[1,2]");
        assert_eq!(round(r"[$\x41,$\x{169},$\101,$\^A,$\8,$\\]"), "[65,361,65,1,56,92]");
        assert_eq!(round(r"'\x{169}\0\1618'"), r"'\x{169}\000q8'");
    }

    #[test]
    fn bad_terms_say_where() {
        let mut fragment = Fragment::new();
        for (text, at) in [
            ("[1,", 4),
            ("{a b}", 4),
            ("", 1),
            ("1 2", 3),
            ("X", 1),
            ("\"a", 3),
            (r"$\x4", 4),
            (r"'\x{d800}'", 5),
        ] {
            assert_eq!(read_term(text, &mut fragment).unwrap_err().at, at, "{text}");
        }
    }

    #[test]
    fn deep_lists_are_read_without_recursion() {
        let text = "[".repeat(100_000) + &"]".repeat(100_000);
        assert!(read_term(&text, &mut Fragment::new()).is_ok());
    }
}
