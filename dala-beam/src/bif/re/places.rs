//! What PCRE 8.44 finds wrong with a pattern that PCRE2 refuses, and where: the two notice some faults at other places of what
//! they read, and name a few of them otherwise. Programs print both.

use super::errors::{AFTER_ANGLE, NO_GROUP_ZERO};
use super::pattern::CompileError;

/// PCRE2's `error` of `pattern`, as PCRE 8 tells it.
pub(super) fn as_pcre_8(pattern: &[u8], error: CompileError) -> CompileError {
    let CompileError { code, offset } = error;
    let before = &pattern[..offset.min(pattern.len())];
    let earlier = |count: usize| offset.saturating_sub(count);
    let (code, offset) = match code {
        // Noticed before the character that is wrong is passed.
        137 | 143 | 147 | 151 | 169 | 171 => (code, earlier(1)),
        193 => (137, earlier(1)),
        150 if before.ends_with(b":]") => (code, last(before, b"[:").unwrap_or(offset)),
        150 => (code, earlier(1)),
        157 if !matches!(pattern.get(offset), Some(b'<' | b'\'')) => (126, earlier(1)),
        128 => (code, offset + 1),
        182 => (139, offset),
        178 if before.ends_with(b"\\x{") && before.len() == pattern.len() => (167, offset),
        178 if before.ends_with(b"\\o{") && before.len() == pattern.len() => (164, offset),
        // At the name or the brackets, not behind them.
        130 => (
            code,
            last(before, b"[:").map_or(offset, |at| at + 2 + usize::from(pattern.get(at + 2) == Some(&b'^'))),
        ),
        113 => (code, last(before, b"[.").max(last(before, b"[=")).unwrap_or(offset)),
        // Where the group ends whose inside is wrong, not where it begins.
        125 if recurses(&pattern[before.len()..]) => (code, pattern.len()),
        125 | 127 | 136 => (code, closing(pattern, offset).unwrap_or(offset)),
        154 => (code, closing(pattern, earlier(3)).unwrap_or(offset)),
        160 => (code, verb_end(pattern, before).unwrap_or(offset)),
        115 => missing_group(pattern, offset),
        162 if before.ends_with(b"\\g{") => (126, offset),
        162 if before.ends_with(b"(?<") => (AFTER_ANGLE, offset),
        162 if before.ends_with(b"(?(") => (128, offset),
        162 if before.ends_with(b"(?P<") && before.len() == pattern.len() => (142, offset),
        142 if open_condition(before).is_some() => (124, offset),
        114 => (unfinished(pattern).unwrap_or(code), offset),
        _ => (code, offset),
    };
    CompileError { code, offset }
}

/// A reference to a group that is not there: by name at the end of the name, by number at the end of what is read by then.
fn missing_group(pattern: &[u8], offset: usize) -> (i32, usize) {
    const MISSING: i32 = 115;
    let find =
        |from: usize, byte: u8| pattern[from..].iter().position(|&other| other == byte).map(|at| from + at);
    let before = &pattern[..offset.min(pattern.len())];
    let at_bracket = before.ends_with(b"(?") && pattern.get(offset) == Some(&b'(');
    if let Some(condition) = open_condition(before).or(at_bracket.then(|| offset - 2))
        && let Some(end) = find(condition, b')')
    {
        let code = if pattern[condition + 3..end] == *b"0" { NO_GROUP_ZERO } else { MISSING };
        return (code, end + 1);
    }
    let rest = &pattern[before.len()..];
    let Some(head) = before.last() else { return (MISSING, offset) };
    match head {
        b'<' | b'\'' | b'{' | b'&' | b'>' | b'='
            if rest.first().is_some_and(|byte| !byte.is_ascii_digit()) =>
        {
            let name = rest.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
            (MISSING, offset + name)
        }
        b'g' if rest.starts_with(b"{-") => (MISSING, find(offset, b'}').unwrap_or(offset)),
        b'g' | b'\\' => (MISSING, pattern.len()),
        _ => (MISSING, offset),
    }
}

/// What is said of a pattern that ends within the head of a group.
fn unfinished(pattern: &[u8]) -> Option<i32> {
    let head = &pattern[last(pattern, b"(?")? + 2..];
    match head {
        b"P" => Some(141),
        b"(" => Some(128),
        _ if head.iter().all(|byte| b"imsxJUX-".contains(byte)) => Some(111),
        _ => None,
    }
}

/// Where a `(?(` begins whose condition has no end yet.
fn open_condition(before: &[u8]) -> Option<usize> {
    let condition = last(before, b"(?(")?;
    (!before[condition..].contains(&b')')).then_some(condition)
}

/// Behind the name of the last verb, and its argument.
fn verb_end(pattern: &[u8], before: &[u8]) -> Option<usize> {
    let name = last(before, b"(*")? + 2;
    let end = name + pattern[name..].iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
    if pattern.get(end) != Some(&b':') {
        return Some(end);
    }
    pattern[end..].iter().position(|&byte| byte == b')').map(|at| end + at)
}

/// Whether something calls a group, so that its length is known at the end of the pattern only.
fn recurses(group: &[u8]) -> bool {
    group.windows(3).any(|part| part[..2] == *b"(?" && (part[2].is_ascii_digit() || b"R&".contains(&part[2])))
}

/// The last place of `part`.
fn last(of: &[u8], part: &[u8]) -> Option<usize> {
    of.windows(part.len()).rposition(|window| window == part)
}

/// Where the group ends that begins at `open`.
fn closing(pattern: &[u8], open: usize) -> Option<usize> {
    let (mut depth, mut at, mut in_class) = (0_usize, open, false);
    while let Some(&byte) = pattern.get(at) {
        match byte {
            b'\\' => at += 1,
            b']' => in_class = false,
            _ if in_class => {}
            b'[' => {
                in_class = true;
                // A bracket that comes first is itself.
                at += usize::from(pattern.get(at + 1) == Some(&b'^'));
                at += usize::from(pattern.get(at + 1) == Some(&b']'));
            }
            b'(' => depth += 1,
            b')' => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return Some(at);
                }
            }
            _ => {}
        }
        at += 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::super::errors::text;
    use super::super::pattern::{Flags, Pattern};

    /// Text and place of OTP 25's `re:compile/1`.
    #[track_caller]
    fn refused(pattern: &str, why: &str, place: usize) {
        let error = Pattern::compile(pattern.as_bytes(), Flags::default()).unwrap_err();
        assert_eq!((text(error.code), error.offset), (why, place), "{pattern}");
    }

    #[test]
    fn faults_stand_where_pcre_8_notices_them() {
        refused("(?<n>a)(?<n>b)", "two named subpatterns have the same name", 11);
        refused("[[:foo:]]", "unknown POSIX class name", 3);
        refused("[[:^foo:]]", "unknown POSIX class name", 4);
        refused("a\\p{Foo}", "unknown property name after \\P or \\p", 7);
        refused("x(?<=a[)]*)y", "lookbehind assertion is not fixed length", 10);
        refused("(?<=(?1))(a+)", "lookbehind assertion is not fixed length", 13);
        refused("[a-\\d]", "invalid range in character class", 4);
        refused("[a-[:alpha:]]", "invalid range in character class", 3);
        refused("(?(DEFINE)a|b)", "DEFINE group contains more than one branch", 13);
        refused("(*VERB:a)", "(*VERB) not recognized or malformed", 8);
    }

    #[test]
    fn references_are_missed_at_their_ends() {
        const MISSING: &str = "reference to non-existent subpattern";
        refused("\\g5", MISSING, 3);
        refused("(a)\\2b", MISSING, 6);
        refused("\\k<name>", MISSING, 7);
        refused("(?&name)b", MISSING, 7);
        refused("(a)\\g{-2}b", MISSING, 8);
        refused("(?(2)a)", MISSING, 5);
        refused("(?(<n>)a)", MISSING, 7);
        refused("(?(0)a)", "invalid condition (?(0)", 5);
    }

    #[test]
    fn heads_of_groups_that_do_not_end() {
        refused("(?i", "unrecognized character after (? or (?-", 3);
        refused("(?P", "unrecognized character after (?P", 3);
        refused("(?(", "assertion expected after (?( or (?(?C)", 3);
        refused("(?<", "unrecognized character after (?<", 3);
        refused("(?(<n", "malformed number or name after (?(", 5);
        refused("(?i)(", "missing )", 5);
    }
}
