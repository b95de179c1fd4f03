//! Text of instructions, for people.

use std::fmt::Write;

use dala_ir::abi::Atom;

use super::decode::Located;
use super::kinds::*;
use super::operand::*;
use super::table::Instruction;

/// What to call the things that operands refer to.
#[derive(Clone, Copy)]
pub struct Names<'a> {
    /// Module, function and arity of each import.
    pub imports: &'a [(Atom, Atom, u32)],
    /// Text of a literal.
    pub literal: &'a dyn Fn(u32) -> String,
    /// Name and arity of a fun.
    pub lambda: &'a dyn Fn(u32) -> String,
    /// File and line of a line index.
    pub line: &'a dyn Fn(u32) -> String,
}

impl std::fmt::Debug for Names<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Names").field("imports", &self.imports.len()).finish_non_exhaustive()
    }
}

/// Writes all instructions, a line each, functions set apart.
pub fn disassemble(code: &[Located], names: &Names<'_>) -> String {
    let mut out = String::new();
    for (index, located) in code.iter().enumerate() {
        match &located.instruction {
            Instruction::Label { label } => {
                if starts_function(&code[index..]) && index > 0 {
                    out.push('\n');
                }
                let _ = writeln!(out, "label {label}:");
                continue;
            }
            Instruction::Line { index } => {
                let _ = writeln!(out, "{:8}  line {}", located.offset, (names.line)(*index));
                continue;
            }
            instruction => {
                let _ = write!(out, "{:8}  ", located.offset);
                instruction.print(names, &mut out);
                out.push('\n');
            }
        }
    }
    out
}

/// Whether a `func_info` follows after labels and lines.
fn starts_function(code: &[Located]) -> bool {
    code.iter()
        .find(|located| !matches!(located.instruction, Instruction::Label { .. } | Instruction::Line { .. }))
        .is_some_and(|located| matches!(located.instruction, Instruction::FuncInfo { .. }))
}

/// Text of an atom in Erlang syntax.
pub(crate) fn atom_text(atom: Atom) -> String {
    const RESERVED: &[&str] = &[
        "after", "and", "andalso", "band", "begin", "bnot", "bor", "bsl", "bsr", "bxor", "case", "catch",
        "cond", "div", "else", "end", "fun", "if", "let", "maybe", "not", "of", "or", "orelse", "receive",
        "rem", "try", "when", "xor",
    ];
    let text = atom.text();
    let plain = text.chars().next().is_some_and(|first| first.is_ascii_lowercase())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '@')
        && !RESERVED.contains(&text);
    if plain {
        return text.into();
    }
    let mut quoted = String::from("'");
    for c in text.chars() {
        match c {
            '\'' | '\\' => {
                quoted.push('\\');
                quoted.push(c);
            }
            '\n' => quoted.push_str("\\n"),
            c if c.is_control() => {
                let _ = write!(quoted, "\\x{{{:x}}}", c as u32);
            }
            c => quoted.push(c),
        }
    }
    quoted.push('\'');
    quoted
}

/// Whether a word is how a register is written.
fn is_register(word: &str) -> bool {
    let number = ["x", "y", "fr"].iter().find_map(|kind| word.strip_prefix(kind));
    number.is_some_and(|number| !number.is_empty() && number.bytes().all(|c| c.is_ascii_digit()))
}

/// The text of a term with quotes around those atoms that look like registers.
fn operand_text(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let is_of_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '@');
        let len = match first {
            '\'' | '"' => quoted_length(rest, first),
            c if is_of_word(c) => rest.find(|c| !is_of_word(c)).unwrap_or(rest.len()),
            c => c.len_utf8(),
        };
        let (token, behind) = rest.split_at(len);
        if is_register(token) {
            let _ = write!(shown, "'{token}'");
        } else {
            shown.push_str(token);
        }
        rest = behind;
    }
    shown
}

/// Bytes of what begins with a quote, up to the next one that no backslash stands before.
fn quoted_length(text: &str, quote: char) -> usize {
    let mut is_escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        if c == quote && !is_escaped {
            return at + c.len_utf8();
        }
        is_escaped = c == '\\' && !is_escaped;
    }
    text.len()
}

/// How an operand is shown.
pub(crate) trait Print {
    fn print(&self, names: &Names<'_>, out: &mut String);
}

macro_rules! print {
    ($ty:ty, |$value:ident, $names:ident, $out:ident| $body:expr) => {
        impl Print for $ty {
            fn print(&self, $names: &Names<'_>, $out: &mut String) {
                let $value = self;
                $body
            }
        }
    };
}

macro_rules! print_number {
    ($($ty:ty)*) => { $(print!($ty, |value, _names, out| { let _ = write!(out, "{value}"); });)* };
}

print_number!(u8 u32 u64);
print!(Atom, |atom, _names, out| out.push_str(&operand_text(&atom_text(*atom))));
print!(Label, |label, _names, out| {
    let _ = write!(out, "@{}", label.0);
});
print!(Fail, |label, names, out| match label {
    Some(label) => label.print(names, out),
    None => out.push_str("raise"),
});
print!(Register, |register, _names, out| {
    let _ = match register {
        Register::X(number) => write!(out, "x{number}"),
        Register::Y(number) => write!(out, "y{number}"),
    };
});
print!(FloatRegister, |register, _names, out| {
    let _ = write!(out, "fr{}", register.0);
});
print!(Import, |import, names, out| {
    let (module, function, arity) = names.imports[import.0 as usize];
    let _ = write!(out, "{}:{}/{arity}", atom_text(module), atom_text(function));
});
print!(Literal, |literal, names, out| out.push_str(&operand_text(&(names.literal)(literal.0))));
print!(Lambda, |lambda, names, out| out.push_str(&(names.lambda)(lambda.0)));
print!(Source, |source, names, out| match source {
    Source::Register(register, index) => {
        register.print(names, out);
        if let Some(index) = index {
            let _ = write!(out, ":t{index}");
        }
    }
    Source::Integer(value) => {
        let _ = write!(out, "{value}");
    }
    Source::BigInteger(bytes) => {
        out.push_str("16#");
        for byte in bytes {
            let _ = write!(out, "{byte:02x}");
        }
    }
    Source::Atom(atom) => atom.print(names, out),
    Source::Nil => out.push_str("[]"),
    Source::Literal(literal) => literal.print(names, out),
});
print!(Size, |size, names, out| match size {
    Size::Unsigned(value) => value.print(names, out),
    Size::Source(source) => source.print(names, out),
});
print!(FloatSource, |source, names, out| match source {
    FloatSource::Float(register) => register.print(names, out),
    FloatSource::Source(source) => source.print(names, out),
});
print!(FloatTarget, |target, names, out| match target {
    FloatTarget::Float(register) => register.print(names, out),
    FloatTarget::Register(register) => register.print(names, out),
});
print!(Allocation, |allocation, _names, out| {
    let _ = write!(out, "{}", allocation.words);
    if allocation.floats != 0 {
        let _ = write!(out, "+{} floats", allocation.floats);
    }
    if allocation.funs != 0 {
        let _ = write!(out, "+{} funs", allocation.funs);
    }
});
print!(StartFail, |fail, names, out| match fail {
    StartFail::Label(label) => label.print(names, out),
    StartFail::NoFail => out.push_str("no_fail"),
    StartFail::Resume => out.push_str("resume"),
});
print!(FunTag, |tag, names, out| match tag {
    FunTag::Safe => out.push_str("safe"),
    FunTag::Unsafe => out.push_str("unsafe"),
    FunTag::Lambda(lambda) => lambda.print(names, out),
});
print!(UpdateHint, |hint, _names, out| out.push_str(match hint {
    UpdateHint::Copy => "copy",
    UpdateHint::Reuse => "reuse",
}));
print!(SegmentKind, |kind, _names, out| out.push_str(match kind {
    SegmentKind::Integer => "integer",
    SegmentKind::Float => "float",
    SegmentKind::Binary => "binary",
    SegmentKind::Append => "append",
    SegmentKind::PrivateAppend => "private_append",
    SegmentKind::String => "string",
    SegmentKind::Utf8 => "utf8",
    SegmentKind::Utf16 => "utf16",
    SegmentKind::Utf32 => "utf32",
}));

fn print_list<T>(items: &[T], out: &mut String, mut print_item: impl FnMut(&T, &mut String)) {
    out.push('[');
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            out.push_str(", ");
        }
        print_item(item, out);
    }
    out.push(']');
}

impl<T: Print> Print for Vec<T> {
    fn print(&self, names: &Names<'_>, out: &mut String) {
        print_list(self, out, |item, out| item.print(names, out));
    }
}

impl<A: Print, B: Print> Print for Pairs<A, B> {
    fn print(&self, names: &Names<'_>, out: &mut String) {
        print_list(&self.0, out, |(first, second), out| {
            first.print(names, out);
            out.push_str(" => ");
            second.print(names, out);
        });
    }
}

print!(Segments, |segments, names, out| print_list(&segments.0, out, |segment, out| {
    segment.kind.print(names, out);
    out.push(' ');
    segment.value.print(names, out);
    out.push(':');
    segment.size.print(names, out);
    let _ = write!(out, " unit {}", segment.unit);
    if segment.flags != Source::Nil {
        out.push_str(" flags ");
        segment.flags.print(names, out);
    }
}));
print!(MatchCommands, |commands, names, out| print_list(&commands.0, out, |command, out| {
    let _ = match command {
        MatchCommand::EnsureAtLeast { size, unit } => write!(out, "ensure_at_least {size} unit {unit}"),
        MatchCommand::EnsureExactly(size) => write!(out, "ensure_exactly {size}"),
        MatchCommand::Integer { flags, size, unit, to } => {
            print_read("integer", flags, *size, *unit, to, names, out)
        }
        MatchCommand::Binary { flags, size, unit, to } => {
            print_read("binary", flags, *size, *unit, to, names, out)
        }
        MatchCommand::Skip(size) => write!(out, "skip {size}"),
        MatchCommand::GetTail { unit, to } => {
            let _ = write!(out, "get_tail unit {unit} ");
            to.print(names, out);
            Ok(())
        }
        MatchCommand::Equal { size, value } => {
            let _ = write!(out, "{size} =:= ");
            value.print(names, out);
            Ok(())
        }
    };
}));

fn print_read(
    kind: &str,
    flags: &Size,
    size: u64,
    unit: u64,
    to: &Register,
    names: &Names<'_>,
    out: &mut String,
) -> std::fmt::Result {
    write!(out, "{kind} {size} unit {unit} ")?;
    if !matches!(flags, Size::Unsigned(0) | Size::Source(Source::Nil)) {
        out.push_str("flags ");
        flags.print(names, out);
        out.push(' ');
    }
    to.print(names, out);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn atoms_do_not_look_like_registers() {
        let shown = |text| operand_text(&atom_text(Atom::new(text)));
        let texts = ["x25519", "y0", "fr1", "x", "x2y", "xs1", "Upper", "end", "it's x1"];
        let wanted = ["'x25519'", "'y0'", "'fr1'", "x", "x2y", "xs1", "'Upper'", "'end'", "'it\\'s x1'"];
        assert_eq!(texts.map(shown), wanted);
        let term = r#"[x1,{"x2 \" y3",'x\'4'},#{x5 => -6,é => 'y7'}, fr8|<<"x9">>"#;
        assert_eq!(
            operand_text(term),
            r#"['x1',{"x2 \" y3",'x\'4'},#{'x5' => -6,é => 'y7'}, 'fr8'|<<"x9">>"#
        );
        assert_eq!(operand_text("'open"), "'open");
    }
}
