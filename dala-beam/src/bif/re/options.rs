//! Option lists of `re:compile/2` and `re:run/3` (OTP manual, stdlib, "re").

use dala_ir::abi::{Atom, Word};
use dala_ir::term::view;
use pcre2_sys as sys;

use super::pattern::{Flags, Limits};

/// What is captured.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) enum Select {
    /// The match and its groups, up to the last one that is set.
    #[default]
    All,
    AllButFirst,
    AllNames,
    First,
    None,
    /// These, by number or name.
    These(Vec<Word>),
}

/// How it is returned.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) enum Form {
    #[default]
    Index,
    List,
    Binary,
}

/// All options.
#[derive(Clone, Debug, Default)]
pub(super) struct Options {
    pub(super) flags: Flags,
    /// Whether there are options that only a compilation takes.
    pub(super) compiles: bool,
    pub(super) is_unicode: bool,
    pub(super) is_crlf: bool,
    pub(super) match_options: u32,
    pub(super) limits: Limits,
    pub(super) offset: usize,
    pub(super) select: Select,
    pub(super) form: Form,
    pub(super) is_global: bool,
    pub(super) reports_errors: bool,
}

/// Reads an option list; `None` when something in it is no option. `runs` says whether run options may be there.
pub(super) fn read(list: Word, runs: bool) -> Option<Options> {
    let mut all = Options::default();
    for option in view::list_to_vec(list)? {
        match option.as_atom() {
            Some(name) => flag(&mut all, name, runs)?,
            None => pair(&mut all, option, runs)?,
        }
    }
    Some(all)
}

fn flag(all: &mut Options, name: Atom, runs: bool) -> Option<()> {
    let compile = match name.text() {
        "caseless" => sys::PCRE2_CASELESS,
        "dollar_endonly" => sys::PCRE2_DOLLAR_ENDONLY,
        "dotall" => sys::PCRE2_DOTALL,
        "extended" => sys::PCRE2_EXTENDED,
        "firstline" => sys::PCRE2_FIRSTLINE,
        "multiline" => sys::PCRE2_MULTILINE,
        "no_auto_capture" => sys::PCRE2_NO_AUTO_CAPTURE,
        "dupnames" => sys::PCRE2_DUPNAMES,
        "ungreedy" => sys::PCRE2_UNGREEDY,
        "no_start_optimize" => sys::PCRE2_NO_START_OPTIMIZE,
        "ucp" => sys::PCRE2_UCP,
        "never_utf" => sys::PCRE2_NEVER_UTF,
        "unicode" => {
            all.is_unicode = true;
            sys::PCRE2_UTF
        }
        _ => 0,
    };
    if compile != 0 {
        all.flags.options |= compile;
        all.compiles = true;
        return Some(());
    }
    match name.text() {
        "anchored" => {
            // Of both: a compiled pattern takes it when it is run.
            all.match_options |= sys::PCRE2_ANCHORED;
            if !runs {
                all.flags.options |= sys::PCRE2_ANCHORED;
            }
        }
        "bsr_anycrlf" => all.flags.bsr = sys::PCRE2_BSR_ANYCRLF,
        "bsr_unicode" => all.flags.bsr = sys::PCRE2_BSR_UNICODE,
        "global" if runs => all.is_global = true,
        "notbol" if runs => all.match_options |= sys::PCRE2_NOTBOL,
        "noteol" if runs => all.match_options |= sys::PCRE2_NOTEOL,
        "notempty" if runs => all.match_options |= sys::PCRE2_NOTEMPTY,
        "notempty_atstart" if runs => all.match_options |= sys::PCRE2_NOTEMPTY_ATSTART,
        "report_errors" if runs => all.reports_errors = true,
        _ => return None,
    }
    Some(())
}

fn pair(all: &mut Options, option: Word, runs: bool) -> Option<()> {
    let elements = view::tuple_elements(option)?;
    let (name, value) = (elements.first()?.as_atom()?, *elements.get(1)?);
    let number = || value.as_small().and_then(|number| usize::try_from(number).ok());
    match (name.text(), elements.len()) {
        ("newline", 2) => {
            all.flags.newline = match value.as_atom()?.text() {
                "cr" => sys::PCRE2_NEWLINE_CR,
                "lf" => sys::PCRE2_NEWLINE_LF,
                "crlf" => sys::PCRE2_NEWLINE_CRLF,
                "anycrlf" => sys::PCRE2_NEWLINE_ANYCRLF,
                "any" => sys::PCRE2_NEWLINE_ANY,
                _ => return None,
            };
            all.is_crlf = !matches!(all.flags.newline, sys::PCRE2_NEWLINE_CR | sys::PCRE2_NEWLINE_LF);
        }
        ("offset", 2) if runs => all.offset = number()?,
        ("match_limit", 2) if runs => all.limits.matches = Some(u32::try_from(number()?).ok()?),
        ("match_limit_recursion", 2) if runs => all.limits.depth = Some(u32::try_from(number()?).ok()?),
        ("capture", 2 | 3) if runs => {
            all.select = select(value)?;
            all.form = match elements.get(2).map(|form| form.as_atom().map(Atom::text)) {
                None => Form::Index,
                Some(Some("index")) => Form::Index,
                Some(Some("list")) => Form::List,
                Some(Some("binary")) => Form::Binary,
                Some(_) => return None,
            };
        }
        _ => return None,
    }
    Some(())
}

fn select(value: Word) -> Option<Select> {
    Some(match value.as_atom().map(Atom::text) {
        Some("all") => Select::All,
        Some("all_but_first") => Select::AllButFirst,
        Some("all_names") => Select::AllNames,
        Some("first") => Select::First,
        Some("none") => Select::None,
        Some(_) => return None,
        None => match view::list_to_vec(value)? {
            none if none.is_empty() => Select::None,
            these => Select::These(these),
        },
    })
}
