//! Forms: what plain data looks like in Erlang.
//!
//! `#[derive(dala::Term)]` emits one form for a struct and one for each variant of an enum. Unlike a
//! [shape](super::shape), a form says nothing of memory: the data is read and built by its type's own code, and other
//! code only wants to know, and to say, what it is.

use super::shape::FieldType;

/// A data type used as a field.
#[derive(Clone, Copy, Debug)]
pub struct Data {
    /// Name of the Rust type.
    pub type_name: &'static str,
    /// Its forms, behind a function so that types may contain themselves.
    pub forms: fn() -> &'static [Form],
}

/// The form of a struct, or of a variant of an enum.
#[derive(Clone, Copy)]
pub struct Form {
    /// The atom that stands first in the tuple, or alone when there are no fields.
    pub tag: Option<&'static str>,
    /// How the fields stand there.
    pub body: Body,
    /// The fields, in order of declaration.
    pub fields: &'static [DataField],
}

/// How the fields of a form stand in the term.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Body {
    /// As elements of the tuple.
    Elements,
    /// As a map from atoms.
    Map,
    /// As an Elixir struct of this module (`Elixir.Cart.Item`).
    Struct(&'static str),
    /// As a list of pairs, the first of each an atom.
    Keyword,
    /// The one field is the whole term.
    Value,
}

/// A field of a form.
#[derive(Clone, Copy, Debug)]
pub struct DataField {
    /// Its key; its position (`"0"`) if it has none.
    pub name: &'static str,
    /// Its type.
    pub ty: FieldType,
}

impl std::fmt::Display for Form {
    /// As an Erlang or Elixir pattern with types: `{move, i16, i16}`, `%Cart.Item{amount: u64}`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.tag {
            Some(tag) if self.fields.is_empty() => return f.write_str(tag),
            Some(tag) => write!(f, "{{{tag}, ")?,
            None => {}
        }
        let open = match self.body {
            Body::Elements if self.tag.is_none() => "{",
            Body::Elements | Body::Value => "",
            Body::Map => "%{",
            Body::Struct(module) => &format!("%{}{{", module.strip_prefix("Elixir.").unwrap_or(module)),
            Body::Keyword => "[",
        };
        f.write_str(open)?;
        for (index, field) in self.fields.iter().enumerate() {
            let separator = if index == 0 { "" } else { ", " };
            match field.name.as_bytes().first() {
                Some(b'0'..=b'9') => write!(f, "{separator}{}", field.ty)?,
                _ => write!(f, "{separator}{}: {}", field.name, field.ty)?,
            }
        }
        f.write_str(match self.body {
            Body::Elements if self.tag.is_none() => "}",
            Body::Elements | Body::Value => "",
            Body::Map | Body::Struct(_) => "}",
            Body::Keyword => "]",
        })?;
        if self.tag.is_some() { f.write_str("}") } else { Ok(()) }
    }
}

impl std::fmt::Debug for Form {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const X: DataField = DataField { name: "x", ty: FieldType::I16 };
    const FIRST: DataField = DataField { name: "0", ty: FieldType::U64 };

    #[test]
    fn forms_are_shown_as_patterns() {
        let shown = |tag, body, fields| Form { tag, body, fields }.to_string();
        assert_eq!(shown(Some("low"), Body::Elements, &[]), "low");
        assert_eq!(shown(Some("at"), Body::Elements, &[X, FIRST]), "{at, x: i16, u64}");
        assert_eq!(shown(Some("at"), Body::Map, &[X]), "{at, %{x: i16}}");
        assert_eq!(shown(None, Body::Elements, &[FIRST, FIRST]), "{u64, u64}");
        assert_eq!(shown(None, Body::Struct("Elixir.A.B"), &[X]), "%A.B{x: i16}");
        assert_eq!(shown(None, Body::Keyword, &[X]), "[x: i16]");
        assert_eq!(shown(None, Body::Value, &[FIRST]), "u64");
    }
}
