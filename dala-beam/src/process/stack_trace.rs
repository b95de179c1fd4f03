//! Exceptions for people.

use std::fmt::Write;

use dala_ir::abi::{Word, atoms};
use dala_ir::interp::Class;
use dala_ir::term::print::{Style, print};
use dala_ir::term::{ListIter, tuple_elements, view};

/// An uncaught exception as text: class and reason, then a line for each frame of the trace.
pub fn show(class: Class, reason: Word, trace: Word) -> String {
    let mut text = match class {
        Class::Error => "** exception error: ".to_owned(),
        Class::Exit => "** exception exit: ".to_owned(),
        Class::Throw => "** exception throw: ".to_owned(),
    };
    text += &print(reason, Style::Readable).to_string();
    text.push('\n');
    for (index, frame) in ListIter::new(trace).enumerate() {
        let Some(&[module, function, arity, info]) = tuple_elements(frame) else { continue };
        let lead = if index == 0 { "     in function  " } else { "     in call from " };
        let arity = match view::list_len(arity) {
            Some(arity) => arity as i64,
            None => arity.as_small().unwrap_or(0),
        };
        let _ = write!(
            text,
            "{lead}{}:{}/{arity}",
            print(module, Style::Readable),
            print(function, Style::Readable)
        );
        if let Some((file, line)) = place(info) {
            let _ = write!(text, " ({file}, line {line})");
        }
        text.push('\n');
        if index == 0
            && let Some(items) = tuple_elements(frame).and_then(|frame| view::list_to_vec(frame[2]))
            && !items.is_empty()
        {
            let shown: Vec<String> =
                items.iter().map(|&item| print(item, Style::Readable).to_string()).collect();
            let _ = writeln!(text, "        called with ({})", shown.join(", "));
        }
    }
    text
}

/// A line for each frame of the trace, innermost first: `lib/shop.ex:8: Shop.price/1`.
pub(crate) fn frames(trace: Word) -> Vec<String> {
    let frame = |frame: Word| {
        let &[module, function, arity, info] = tuple_elements(frame)? else { return None };
        let arity = view::list_len(arity).map_or(arity.as_small(), |arity| i64::try_from(arity).ok())?;
        let function = print(function, Style::Readable);
        let call = match module.as_atom()?.text().strip_prefix("Elixir.") {
            Some(module) => format!("{module}.{function}/{arity}"),
            None => format!("{}:{function}/{arity}", print(module, Style::Readable)),
        };
        Some(match place(info) {
            Some((file, line)) => format!("{file}:{line}: {call}"),
            None => call,
        })
    };
    ListIter::new(trace).filter_map(frame).collect()
}

/// `[{file, File}, {line, Line}]`.
fn place(info: Word) -> Option<(String, i64)> {
    let (mut file, mut line) = (None, None);
    for item in ListIter::new(info) {
        match tuple_elements(item) {
            Some(&[key, value]) if key == Word::atom(atoms::FILE) => {
                let points = view::list_to_vec(value)?;
                let text =
                    points.iter().filter_map(|point| char::from_u32(point.as_small()? as u32)).collect();
                file = Some(text);
            }
            Some(&[key, value]) if key == Word::atom(atoms::LINE) => line = value.as_small(),
            _ => {}
        }
    }
    Some((file?, line?))
}
