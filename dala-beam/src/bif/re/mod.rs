//! Module `re`: regular expressions, on the PCRE2 library. OTP manual: stdlib, "re".
//!
//! A compiled pattern is a term that may be copied, stored and sent, `{re_pattern, Groups, Unicode, CrLf, Code}`. OTP's
//! code is PCRE's own byte code. Here it is the source of the pattern and its flags, so that no term, wherever it
//! comes from, is ever executed as byte code; the compiled form is cached.
//!
//! `re:run/3` with `global` is Erlang code of `re.erl`, which calls `internal_run/4` for each match.

use std::sync::{Arc, Mutex, PoisonError};

use dala_ir::abi::{Word, atoms};
use dala_ir::interp::{BifResult, Exception};
use dala_ir::term::{TermWriter, view};
use hashbrown::HashMap;

use super::arguments::{badarg, named};
use super::unicode::{Converted, utf8};
use super::{Answer, iodata};
use crate::process::Process;

mod errors;
mod options;
mod pattern;
mod places;

use options::{Form, Options, Select};
use pattern::{CompileError, Flags, MatchError, Pattern};

/// Starts the code of a compiled pattern.
const MAGIC: &[u8; 4] = b"DRE1";
/// Most patterns in the cache; when it is full it starts anew.
const MAX_CACHED: usize = 512;

/// Flags and source of a pattern.
type PatternKey = (Flags, Box<[u8]>);

/// Compiled patterns by flags and source.
#[derive(Debug, Default)]
pub struct Patterns(Mutex<HashMap<PatternKey, Arc<Pattern>>>);

impl Patterns {
    fn get(&self, source: &[u8], flags: Flags) -> Result<Arc<Pattern>, CompileError> {
        let key = (flags, Box::from(source));
        if let Some(known) = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return Ok(Arc::clone(known));
        }
        let pattern = Arc::new(Pattern::compile(source, flags)?);
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= MAX_CACHED {
            all.clear();
        }
        all.insert(key, Arc::clone(&pattern));
        Ok(pattern)
    }
}

/// `re:version()`: the library's, so that patterns compiled by OTP's PCRE are compiled again (Elixir's `Regex` does).
pub(crate) fn version(p: &mut Process, []: [Word; 0]) -> Answer {
    let text = format!("{}.{} Dala", pcre2_sys::PCRE2_MAJOR, pcre2_sys::PCRE2_MINOR);
    Ok(p.heap.binary(text.as_bytes()))
}

/// `re:compile(Pattern)`.
pub(crate) fn compile_1(p: &mut Process, [source]: [Word; 1]) -> Answer {
    compile_2(p, [source, Word::NIL])
}

/// `re:compile(Pattern, Options)`.
pub(crate) fn compile_2(p: &mut Process, [source, options]: [Word; 2]) -> Answer {
    let options = options::read(options, false).ok_or_else(bad_option)?;
    let source = text(source, options.is_unicode)?;
    p.charge(source.len() / 16 + 10);
    match p.system.builtins.patterns.get(&source, options.flags) {
        Ok(pattern) => {
            let word = pattern_word(p, &pattern, &source, &options);
            Ok(p.heap.tuple(&[Word::atom(atoms::OK), word]))
        }
        Err(error) => {
            let why = error_word(p, error);
            Ok(p.heap.tuple(&[Word::atom(atoms::ERROR), why]))
        }
    }
}

fn bad_option() -> Exception {
    Exception { error_info: Some(Word::atom(named!("badopt"))), ..Exception::badarg() }
}

/// `{Text, Position}`.
fn error_word(p: &mut Process, error: CompileError) -> Word {
    let text = p.heap.charlist(errors::text(error.code));
    p.heap.tuple(&[text, Word::small_int(error.offset as i64)])
}

fn pattern_word(p: &mut Process, pattern: &Pattern, source: &[u8], options: &Options) -> Word {
    let mut code = MAGIC.to_vec();
    for number in [options.flags.options, options.flags.newline, options.flags.bsr] {
        code.extend_from_slice(&number.to_le_bytes());
    }
    code.extend_from_slice(source);
    let code = p.heap.binary(&code);
    let number = |flag: bool| Word::small_int(i64::from(flag));
    p.heap.tuple(&[
        Word::atom(named!("re_pattern")),
        Word::small_int(i64::from(pattern.captures)),
        number(options.is_unicode),
        number(options.is_crlf),
        code,
    ])
}

/// Flags and source of a compiled pattern.
fn read_pattern(word: Word) -> Option<(Flags, Vec<u8>, bool)> {
    let &[tag, _, unicode, _, code] = view::tuple_elements(word)? else { return None };
    if tag != Word::atom(named!("re_pattern")) {
        return None;
    }
    let code = view::bits(code)?.to_bytes()?;
    let rest = code.strip_prefix(MAGIC)?;
    let (numbers, source) = rest.split_at_checked(12)?;
    let number =
        |at: usize| u32::from_le_bytes([numbers[at], numbers[at + 1], numbers[at + 2], numbers[at + 3]]);
    let flags = Flags { options: number(0), newline: number(4), bsr: number(8) };
    Some((flags, source.to_vec(), unicode == Word::small_int(1)))
}

/// Bytes of a pattern or subject: iodata, or characters as UTF-8.
fn text(data: Word, is_unicode: bool) -> Result<Vec<u8>, Exception> {
    if !is_unicode || view::bits(data).is_some() {
        return iodata::to_bytes(data);
    }
    match utf8(data) {
        Converted::Whole(bytes) => Ok(bytes),
        Converted::Not => badarg(),
    }
}

/// `re:inspect(Pattern, namelist)`.
pub(crate) fn inspect(p: &mut Process, [pattern, item]: [Word; 2]) -> Answer {
    if item != Word::atom(named!("namelist")) {
        return badarg();
    }
    let (flags, source, _) = read_pattern(pattern).ok_or(Exception::badarg())?;
    let pattern = p.system.builtins.patterns.get(&source, flags).map_err(|_| Exception::badarg())?;
    let mut names: Vec<&[u8]> = pattern.names.iter().map(|(name, _)| name.as_slice()).collect();
    names.dedup();
    let names: Vec<Word> = names.into_iter().map(|name| p.heap.binary(name)).collect();
    let names = p.heap.list(&names, Word::NIL);
    Ok(p.heap.tuple(&[item, names]))
}

/// `re:run(Subject, Pattern)`.
pub(crate) fn run_2(p: &mut Process, [subject, pattern]: [Word; 2]) -> BifResult {
    run_3(p, [subject, pattern, Word::NIL])
}

/// `re:run(Subject, Pattern, Options)`.
pub(crate) fn run_3(p: &mut Process, [subject, pattern, options]: [Word; 3]) -> BifResult {
    run(p, subject, pattern, options, true).unwrap_or_else(BifResult::Raise)
}

/// `re:internal_run(Subject, Pattern, Options, FirstCall)`.
pub(crate) fn internal_run(p: &mut Process, [subject, pattern, options, _first]: [Word; 4]) -> BifResult {
    run(p, subject, pattern, options, false).unwrap_or_else(BifResult::Raise)
}

fn run(
    p: &mut Process,
    subject: Word,
    pattern: Word,
    list: Word,
    takes_global: bool,
) -> Result<BifResult, Exception> {
    let options = options::read(list, true).ok_or_else(bad_option)?;
    let error =
        |p: &mut Process, what: Word| BifResult::Value(p.heap.tuple(&[Word::atom(atoms::ERROR), what]));
    let mut match_options = options.match_options;
    let (compiled, is_unicode, word) = if view::tuple_elements(pattern).is_some() {
        if options.compiles {
            return badarg();
        }
        let (flags, source, is_unicode) = read_pattern(pattern).ok_or(Exception::badarg())?;
        let newline = if options.flags.newline == 0 { flags.newline } else { options.flags.newline };
        let bsr = if options.flags.bsr == 0 { flags.bsr } else { options.flags.bsr };
        let flags = Flags { newline, bsr, ..flags };
        let compiled = p.system.builtins.patterns.get(&source, flags).map_err(|_| Exception::badarg())?;
        (compiled, is_unicode, pattern)
    } else {
        let source = text(pattern, options.is_unicode)?;
        match p.system.builtins.patterns.get(&source, options.flags) {
            Ok(compiled) => {
                let word = if options.is_global && takes_global {
                    pattern_word(p, &compiled, &source, &options)
                } else {
                    pattern
                };
                (compiled, options.is_unicode, word)
            }
            Err(why) if options.reports_errors => {
                let why = error_word(p, why);
                let why = p.heap.tuple(&[Word::atom(named!("compile")), why]);
                return Ok(error(p, why));
            }
            Err(_) => return badarg(),
        }
    };
    if options.is_global && takes_global {
        // Without the options that only the compilation took, which `grun` leaves out when told to.
        let clean = super::arguments::boolean(options.compiles);
        let about = p.heap.tuple(&[list, clean, pattern]);
        return Ok(BifResult::call(named!("re"), named!("grun"), &[subject, word, about]));
    }
    let bytes = text(subject, is_unicode)?;
    if options.offset > bytes.len() {
        return badarg();
    }
    if is_unicode && std::str::from_utf8(&bytes).is_ok() {
        match_options |= pcre2_sys::PCRE2_NO_UTF_CHECK;
        if bytes.get(options.offset).is_some_and(|byte| byte & 0xc0 == 0x80) {
            return badarg();
        }
    }
    p.charge(bytes.len().saturating_sub(options.offset) / 16 + 10);
    let groups = match compiled.find(&bytes, options.offset, match_options, options.limits) {
        Ok(Some(groups)) => groups,
        Ok(None) => return Ok(BifResult::Value(Word::atom(named!("nomatch")))),
        Err(MatchError::Other) => return badarg(),
        Err(limit) if options.reports_errors => {
            let name = match limit {
                MatchError::DepthLimit => named!("match_limit_recursion"),
                MatchError::MatchLimit | MatchError::Other => named!("match_limit"),
            };
            return Ok(error(p, Word::atom(name)));
        }
        Err(_) => return Ok(BifResult::Value(Word::atom(named!("nomatch")))),
    };
    let Some(selected) = selected(&compiled, &groups, &options.select)? else {
        return Ok(BifResult::Value(Word::atom(named!("match"))));
    };
    let captured: Vec<Word> = selected
        .into_iter()
        .map(|group| capture(p, subject, &bytes, group, options.form, is_unicode))
        .collect();
    let captured = p.heap.list(&captured, Word::NIL);
    Ok(BifResult::Value(p.heap.tuple(&[Word::atom(named!("match")), captured])))
}

type Group = Option<(usize, usize)>;

/// The groups that are asked for; `None` when none is.
fn selected(pattern: &Pattern, groups: &[Group], select: &Select) -> Result<Option<Vec<Group>>, Exception> {
    let group = |number: usize| groups.get(number).copied().flatten();
    // Of groups with one name (`dupnames`) the first that took part in the match.
    let named = |name: &[u8]| {
        let mut same = pattern.names.iter().filter(|(known, _)| known == name);
        same.find_map(|&(_, number)| group(number))
    };
    Ok(Some(match select {
        Select::All => groups.to_vec(),
        Select::AllButFirst => groups[1..].to_vec(),
        Select::First => vec![group(0)],
        Select::None => return Ok(None),
        Select::AllNames if pattern.names.is_empty() => return Ok(None),
        Select::AllNames => pattern.names.chunk_by(|a, b| a.0 == b.0).map(|same| named(&same[0].0)).collect(),
        Select::These(these) => {
            let mut found = Vec::with_capacity(these.len());
            for &id in these {
                if let Some(number) = id.as_small() {
                    found.push(usize::try_from(number).ok().and_then(group));
                    continue;
                }
                let name = match id.as_atom() {
                    Some(name) => name.text().as_bytes().to_vec(),
                    None => iodata::to_bytes(id)?,
                };
                found.push(named(&name));
            }
            found
        }
    }))
}

fn capture(p: &mut Process, subject: Word, bytes: &[u8], group: Group, form: Form, is_unicode: bool) -> Word {
    let (start, len) = group.unwrap_or((0, 0));
    match form {
        Form::Index => {
            let start = if group.is_some() { start as i64 } else { -1 };
            p.heap.tuple(&[Word::small_int(start), Word::small_int(len as i64)])
        }
        Form::Binary => match view::bits(subject) {
            // Long parts share the subject's bytes.
            Some(whole) if len > 64 && whole.bit_len == bytes.len() * 8 => {
                p.heap.sub_bits(subject, start * 8, len * 8).unwrap_or(Word::NIL)
            }
            _ => p.heap.binary(&bytes[start..start + len]),
        },
        Form::List => {
            let part = &bytes[start..start + len];
            match std::str::from_utf8(part) {
                Ok(text) if is_unicode => p.heap.charlist(text),
                _ => {
                    let items: Vec<Word> = part.iter().map(|&byte| Word::small_int(byte.into())).collect();
                    p.heap.list(&items, Word::NIL)
                }
            }
        }
    }
}
