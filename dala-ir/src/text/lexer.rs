//! Tokens of the text form.

use super::parser::ParseError;

/// A token. Numbers keep their text, since what they may be depends on where they stand.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Token {
    /// Bare word: keyword, op name, or `v12`, `block3`.
    Word(String),
    /// `'quoted'`
    Atom(String),
    /// `"string"`
    String(String),
    /// Digits, perhaps with a sign, a base (`16#ff`), a fraction and an exponent.
    Number(String),
    /// `<<`, `>>`, `=>`, `->`, `#{` or one character.
    Punctuation(&'static str),
    /// End of the text.
    End,
}

impl std::fmt::Display for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Token::Word(text) | Token::Number(text) => write!(f, "`{text}`"),
            Token::Atom(text) => write!(f, "'{text}'"),
            Token::String(text) => write!(f, "{text:?}"),
            Token::Punctuation(text) => write!(f, "`{text}`"),
            Token::End => f.write_str("end of text"),
        }
    }
}

const PUNCTUATION: &[&str] =
    &["<<", ">>", "=>", "->", "#{", "(", ")", "{", "}", "[", "]", ",", ":", "=", "@", "/", "|", "#"];

/// Splits a text; tokens come with their line.
///
/// # Errors
/// An open quote, a bad escape or an unknown character.
pub(crate) fn tokenize(text: &str) -> Result<Vec<(Token, u32)>, ParseError> {
    let mut tokens = Vec::new();
    let mut line = 1;
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        if first == '\n' {
            line += 1;
        }
        if first.is_whitespace() {
            rest = &rest[first.len_utf8()..];
        } else if first == ';' {
            rest = rest.find('\n').map_or("", |end| &rest[end..]);
        } else if first == '\'' || first == '"' {
            let (content, len) = quoted(rest, first, line)?;
            line += rest[..len].matches('\n').count() as u32;
            tokens.push((if first == '"' { Token::String(content) } else { Token::Atom(content) }, line));
            rest = &rest[len..];
        } else if let Some(len) = number(rest) {
            tokens.push((Token::Number(rest[..len].into()), line));
            rest = &rest[len..];
        } else if let Some(sign) = PUNCTUATION.iter().find(|sign| rest.starts_with(**sign)) {
            tokens.push((Token::Punctuation(sign), line));
            rest = &rest[sign.len()..];
        } else if is_word(first) {
            let len = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
            tokens.push((Token::Word(rest[..len].into()), line));
            rest = &rest[len..];
        } else {
            return Err(ParseError::new(line, format!("no token begins with {first:?}")));
        }
    }
    tokens.push((Token::End, line));
    Ok(tokens)
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

/// Length of the number that `text` begins with.
fn number(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = usize::from(bytes.first() == Some(&b'-'));
    if !bytes.get(at)?.is_ascii_digit() {
        return None;
    }
    let digits = |mut at: usize| {
        while bytes.get(at).is_some_and(u8::is_ascii_digit) {
            at += 1;
        }
        at
    };
    at = digits(at);
    match bytes.get(at) {
        Some(b'#') if bytes.get(at + 1).is_some_and(u8::is_ascii_hexdigit) => {
            at += 1;
            while bytes.get(at).is_some_and(u8::is_ascii_hexdigit) {
                at += 1;
            }
            return Some(at);
        }
        Some(b'.') if bytes.get(at + 1).is_some_and(u8::is_ascii_digit) => at = digits(at + 1),
        _ => {}
    }
    if let Some(b'e' | b'E') = bytes.get(at) {
        let sign = usize::from(matches!(bytes.get(at + 1), Some(b'-' | b'+')));
        if bytes.get(at + 1 + sign).is_some_and(u8::is_ascii_digit) {
            at = digits(at + 1 + sign);
        }
    }
    Some(at)
}

/// Content of the quoted text that `text` begins with, and its length with the quotes.
fn quoted(text: &str, quote: char, line: u32) -> Result<(String, usize), ParseError> {
    let mut content = String::new();
    let mut chars = text.char_indices().skip(1);
    while let Some((at, c)) = chars.next() {
        match c {
            _ if c == quote => return Ok((content, at + 1)),
            '\\' => match chars.next() {
                Some((_, 'n')) => content.push('\n'),
                Some((_, 'r')) => content.push('\r'),
                Some((_, 't')) => content.push('\t'),
                Some((at, 'u')) => {
                    let escaped = text[at + 1..].strip_prefix('{').and_then(|rest| {
                        let end = rest.find('}')?;
                        let point = u32::from_str_radix(&rest[..end], 16).ok()?;
                        Some((char::from_u32(point)?, end))
                    });
                    let Some((point, end)) = escaped else {
                        return Err(ParseError::new(line, "`\\u` wants `{HEX}`".into()));
                    };
                    content.push(point);
                    for _ in 0..end + 2 {
                        chars.next();
                    }
                }
                Some((_, c @ ('\\' | '\'' | '"' | '0'))) => content.push(if c == '0' { '\0' } else { c }),
                _ => return Err(ParseError::new(line, "unknown escape".into())),
            },
            _ => content.push(c),
        }
    }
    Err(ParseError::new(line, "quote is never closed".into()))
}

/// `text` in quotes, as the lexer reads it back.
pub(crate) fn quote(text: &str, quote: char, out: &mut String) {
    out.push(quote);
    for c in text.chars() {
        match c {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\\' => out.push_str("\\\\"),
            _ if c == quote => {
                out.push('\\');
                out.push(c);
            }
            _ if c.is_control() => out.push_str(&format!("\\u{{{:x}}}", u32::from(c))),
            _ => out.push(c),
        }
    }
    out.push(quote);
}
