//! Rules of message types that are not about one token.

use crate::diag::{Code, Diagnostics, text};
use crate::model::message::{Message, Variant};
use crate::names::MAX_ATOM_CHARS;

/// Reports names that are no atoms, and variants that Erlang could not tell apart.
pub(crate) fn message(message: &Message, diagnostics: &mut Diagnostics) {
    for (position, variant) in message.variants.iter().enumerate() {
        atom(variant, diagnostics);
        let former = message.variants[..position]
            .iter()
            .find(|former| former.atom == variant.atom && former.fields.len() == variant.fields.len());
        if let Some(former) = former {
            diagnostics.add(syn::Error::new(
                variant.atom_span,
                text(
                    Code::SameShape,
                    format_args!(
                        "variants `{}` and `{}` are both {} in Erlang",
                        former.ident,
                        variant.ident,
                        term(variant)
                    ),
                    "rename one, or give it another atom: `#[message(name = \"...\")]`",
                ),
            ));
        }
    }
}

/// Reports a name that is no atom.
pub(crate) fn atom(variant: &Variant, diagnostics: &mut Diagnostics) {
    let length = variant.atom.chars().count();
    let wrong = match length {
        0 => "a message's name is not empty".to_owned(),
        _ if length > MAX_ATOM_CHARS => {
            format!("an atom has at most {MAX_ATOM_CHARS} characters, this name has {length}")
        }
        _ => return,
    };
    let text = text(Code::BadAtom, wrong, "write the atom that Erlang programs use, such as `deposit`");
    diagnostics.add(syn::Error::new(variant.atom_span, text));
}

/// The variant as an Erlang pattern.
pub(super) fn term(variant: &Variant) -> String {
    match variant.fields.len() {
        0 => format!("the atom `{}`", variant.atom),
        fields => format!("`{{{}{}}}`", variant.atom, ", _".repeat(fields)),
    }
}
