//! Lines of HTTP/1 as terms.

use dala_ir::abi::{Word, atoms};
use dala_ir::term::TermWriter;

use super::known_or;
use crate::bif::arguments::named;
use crate::process::Process;

/// Headers whose names are atoms; the number of one is its place, from 1.
const HEADERS: &[&str] = &[
    "Cache-Control",
    "Connection",
    "Date",
    "Pragma",
    "Transfer-Encoding",
    "Upgrade",
    "Via",
    "Accept",
    "Accept-Charset",
    "Accept-Encoding",
    "Accept-Language",
    "Authorization",
    "From",
    "Host",
    "If-Modified-Since",
    "If-Match",
    "If-None-Match",
    "If-Range",
    "If-Unmodified-Since",
    "Max-Forwards",
    "Proxy-Authorization",
    "Range",
    "Referer",
    "User-Agent",
    "Age",
    "Location",
    "Proxy-Authenticate",
    "Public",
    "Retry-After",
    "Server",
    "Vary",
    "Warning",
    "Www-Authenticate",
    "Allow",
    "Content-Base",
    "Content-Encoding",
    "Content-Language",
    "Content-Length",
    "Content-Location",
    "Content-Md5",
    "Content-Range",
    "Content-Type",
    "Etag",
    "Expires",
    "Last-Modified",
    "Accept-Ranges",
    "Set-Cookie",
    "Set-Cookie2",
    "X-Forwarded-For",
    "Cookie",
    "Keep-Alive",
    "Proxy-Connection",
];

/// Methods that are atoms.
const METHODS: &[&str] = &["OPTIONS", "GET", "HEAD", "POST", "PUT", "DELETE", "TRACE"];

/// The longest name of a header that is looked up, and whose letters get the usual case.
const LONGEST_NAME: usize = 50;

/// What a request asks for.
enum Uri<'a> {
    Star,
    Path(&'a [u8]),
    Absolute { scheme: &'static str, host: &'a [u8], port: Option<i64>, path: &'a [u8] },
    Scheme(&'a [u8], &'a [u8]),
    Other(&'a [u8]),
}

/// The term for a line, or for a header with the lines that go on with it; `{http_error, Line}` when it is none.
pub(super) fn parse(p: &mut Process, line: &[u8], is_header: bool, as_binaries: bool) -> Word {
    let mut texts = Texts { p, as_binaries };
    let content = match line {
        [content @ .., b'\r', _] | [content @ .., b'\n'] => content,
        _ => line,
    };
    let parsed = match is_header {
        true => header(&mut texts, content),
        false if content.starts_with(b"HTTP/") => response(&mut texts, &content[5..]),
        false => request(&mut texts, content),
    };
    parsed.unwrap_or_else(|| {
        let line = texts.text(line);
        texts.p.heap.tuple(&[Word::atom(named!("http_error")), line])
    })
}

/// Writes texts.
struct Texts<'p> {
    p: &'p mut Process,
    as_binaries: bool,
}

impl Texts<'_> {
    fn text(&mut self, bytes: &[u8]) -> Word {
        if self.as_binaries {
            return self.p.heap.binary(bytes);
        }
        let codes: Vec<Word> = bytes.iter().map(|&byte| Word::small_int(byte.into())).collect();
        self.p.heap.list(&codes, Word::NIL)
    }

    fn version(&mut self, (major, minor): (i64, i64)) -> Word {
        self.p.heap.tuple(&[Word::small_int(major), Word::small_int(minor)])
    }

    fn uri(&mut self, uri: &Uri<'_>) -> Word {
        match *uri {
            Uri::Star => Word::atom(named!("*")),
            Uri::Path(path) => {
                let path = self.text(path);
                self.p.heap.tuple(&[Word::atom(named!("abs_path")), path])
            }
            Uri::Absolute { scheme, host, port, path } => {
                let (host, path) = (self.text(host), self.text(path));
                let port = port.map_or(Word::atom(atoms::UNDEFINED), Word::small_int);
                let scheme = known_or(Some(scheme), || Word::NIL);
                self.p.heap.tuple(&[Word::atom(named!("absoluteURI")), scheme, host, port, path])
            }
            Uri::Scheme(scheme, rest) => {
                let (scheme, rest) = (self.text(scheme), self.text(rest));
                self.p.heap.tuple(&[Word::atom(named!("scheme")), scheme, rest])
            }
            Uri::Other(text) => self.text(text),
        }
    }
}

/// `{http_response, {Major, Minor}, Status, Phrase}`, of what follows `HTTP/`.
fn response(texts: &mut Texts<'_>, line: &[u8]) -> Option<Word> {
    let (version, rest) = version(line)?;
    let rest = some_space(rest)?;
    let (status, rest) = digits(rest);
    let phrase = match rest {
        [] => rest,
        _ => some_space(rest)?,
    };
    let (version, phrase) = (texts.version(version), texts.text(phrase));
    let status = Word::small_int(status);
    Some(texts.p.heap.tuple(&[Word::atom(named!("http_response")), version, status, phrase]))
}

/// `{http_request, Method, Uri, {Major, Minor}}`; version 0.9 where none is said.
fn request(texts: &mut Texts<'_>, line: &[u8]) -> Option<Word> {
    let (method, rest) = split(line, is_name);
    if method.is_empty() {
        return None;
    }
    let rest = some_space(rest)?;
    let (target, rest) = split(rest, |byte| !is_space(byte));
    if target.is_empty() {
        return None;
    }
    let rest = skip_space(rest);
    let version = match rest {
        [] => (0, 9),
        _ if rest.len() < 8 => return None,
        _ => version(rest.strip_prefix(b"HTTP/")?)?.0,
    };
    let known = METHODS.iter().copied().find(|name| name.as_bytes() == method);
    let method = known_or(known, || texts.text(method));
    let (target, version) = (texts.uri(&uri(target)), texts.version(version));
    Some(texts.p.heap.tuple(&[Word::atom(named!("http_request")), method, target, version]))
}

/// `{http_header, Number, Name, OriginalName, Value}`, or `http_eoh` behind the last one.
fn header(texts: &mut Texts<'_>, line: &[u8]) -> Option<Word> {
    if line.is_empty() {
        return Some(Word::atom(named!("http_eoh")));
    }
    let (original, rest) = split(line, is_name);
    let value = skip_space(rest.strip_prefix(b":")?);
    let mut name = original.to_vec();
    if name.len() <= LONGEST_NAME {
        let mut is_first = true;
        for byte in &mut name {
            *byte = if is_first { byte.to_ascii_uppercase() } else { byte.to_ascii_lowercase() };
            // The first byte of a name begins a word whatever it is.
            is_first = !is_first && *byte == b'-';
        }
    }
    let number = HEADERS.iter().position(|known| known.as_bytes() == name);
    let known = number.map(|number| HEADERS[number]);
    let name = known_or(known, || texts.text(&name));
    let number = Word::small_int(number.map_or(0, |number| number as i64 + 1));
    let (original, value) = (texts.text(original), texts.text(value));
    Some(texts.p.heap.tuple(&[Word::atom(named!("http_header")), number, name, original, value]))
}

fn uri(text: &[u8]) -> Uri<'_> {
    let behind = |prefix: &[u8]| {
        let (start, rest) = text.split_at_checked(prefix.len())?;
        start.eq_ignore_ascii_case(prefix).then_some(rest)
    };
    if text == b"*" {
        Uri::Star
    } else if text.len() <= 1 || text[0] == b'/' {
        Uri::Path(text)
    } else if let Some(rest) = behind(b"http://") {
        absolute("http", rest)
    } else if let Some(rest) = behind(b"https://") {
        absolute("https", rest)
    } else {
        match text.iter().position(|&byte| byte == b':') {
            Some(at) => Uri::Scheme(&text[..at], &text[at + 1..]),
            None => Uri::Other(text),
        }
    }
}

/// `Host[:Port][/Path]`; a port that is none is left out.
fn absolute<'a>(scheme: &'static str, text: &'a [u8]) -> Uri<'a> {
    let slash = text.iter().position(|&byte| byte == b'/');
    let (authority, path) = slash.map_or((text, &b"/"[..]), |at| text.split_at(at));
    let colon = authority.iter().position(|&byte| byte == b':');
    let (host, port) = colon.map_or((authority, None), |at| {
        let (port, rest) = digits(&authority[at + 1..]);
        (&authority[..at], Some(port).filter(|&port| rest.is_empty() && port != 0))
    });
    Uri::Absolute { scheme, host, port, path }
}

/// `Major.Minor`, and what follows.
fn version(text: &[u8]) -> Option<((i64, i64), &[u8])> {
    let (major, rest) = some_digits(text)?;
    let (minor, rest) = some_digits(rest.strip_prefix(b".")?)?;
    Some(((major, minor), rest))
}

fn some_digits(text: &[u8]) -> Option<(i64, &[u8])> {
    text.first().filter(|byte| byte.is_ascii_digit())?;
    Some(digits(text))
}

/// The number that a text begins with; 0 for none. Of 32 bits, as in OTP.
fn digits(text: &[u8]) -> (i64, &[u8]) {
    let (digits, rest) = split(text, |byte| byte.is_ascii_digit());
    let add = |number: i32, &digit: &u8| number.wrapping_mul(10).wrapping_add((digit - b'0').into());
    (digits.iter().fold(0, add).into(), rest)
}

fn split(text: &[u8], belongs: impl Fn(u8) -> bool) -> (&[u8], &[u8]) {
    text.split_at(text.iter().position(|&byte| !belongs(byte)).unwrap_or(text.len()))
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

fn skip_space(text: &[u8]) -> &[u8] {
    split(text, is_space).1
}

fn some_space(text: &[u8]) -> Option<&[u8]> {
    text.first().filter(|&&byte| is_space(byte))?;
    Some(skip_space(text))
}

/// Whether a byte may stand in the name of a method or of a header.
fn is_name(byte: u8) -> bool {
    (33..128).contains(&byte) && !b"()<>@,;:\\\"/[]?={}".contains(&byte)
}
