//! Every name that the macros generate, once.

use proc_macro2::{Ident, Span};
use quote::format_ident;
use syn::ext::IdentExt as _;

/// Longest atom in characters, as `dala_ir::abi::atom::MAX_ATOM_CHARS`.
pub(crate) const MAX_ATOM_CHARS: usize = 255;

/// The typed reference of the actor `Counter`: `CounterRef`.
pub(crate) fn reference(actor: &Ident) -> Ident {
    format_ident!("{}Ref", actor.unraw(), span = actor.span())
}

/// The message type of `#[message] fn set_limit`: `SetLimit`.
pub(crate) fn message_of_method(method: &Ident) -> Ident {
    let mut name = String::new();
    for word in method.unraw().to_string().split('_') {
        let mut letters = word.chars();
        if let Some(first) = letters.next() {
            name.extend(first.to_uppercase());
            name.push_str(letters.as_str());
        }
    }
    // Only underscores and digits are left of names such as `_1`.
    match syn::parse_str::<Ident>(&name) {
        Ok(_) => Ident::new(&name, method.span()),
        Err(_) => Ident::new(&format!("Message{name}"), method.span()),
    }
}

/// The atom of a type or variant: `OpenAccount` is `open_account`, `HTTPRequest` is `http_request`.
pub(crate) fn atom(ident: &Ident) -> String {
    let letters: Vec<char> = ident.unraw().to_string().chars().collect();
    let mut atom = String::new();
    for (index, &letter) in letters.iter().enumerate() {
        let after_small = index > 0 && !letters[index - 1].is_uppercase() && letters[index - 1] != '_';
        let before_small = letters.get(index + 1).is_some_and(|next| next.is_lowercase());
        if letter.is_uppercase() && index > 0 && letters[index - 1] != '_' && (after_small || before_small) {
            atom.push('_');
        }
        atom.extend(letter.to_lowercase());
    }
    atom
}

/// Binding of the field at `position` in generated patterns.
pub(crate) fn field_binding(position: usize) -> Ident {
    Ident::new(&format!("field_{position}"), Span::mixed_site())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ident(text: &str) -> Ident {
        syn::parse_str(text).expect("an identifier")
    }

    #[test]
    fn type_names_become_atoms_as_erlang_writes_them() {
        for (name, expected) in [
            ("Deposit", "deposit"),
            ("OpenAccount", "open_account"),
            ("HTTPRequest", "http_request"),
            ("Add2", "add2"),
            ("Vec2D", "vec2_d"),
            ("already_small", "already_small"),
            ("A", "a"),
            ("ID", "id"),
        ] {
            assert_eq!(atom(&ident(name)), expected);
        }
    }

    #[test]
    fn method_names_become_type_names() {
        for (name, expected) in
            [("reset", "Reset"), ("set_limit", "SetLimit"), ("_1", "Message1"), ("r#type", "Type")]
        {
            assert_eq!(message_of_method(&ident(name)), expected);
        }
    }
}
