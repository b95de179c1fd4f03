//! A plain data type.

use proc_macro2::Ident;

/// A struct or enum under `#[derive(dala::Term)]`.
pub(crate) struct Data {
    /// Name of the type.
    pub(crate) ident: Ident,
    /// Its parameters.
    pub(crate) generics: syn::Generics,
    /// Whether it is an enum.
    pub(crate) is_enum: bool,
    /// One for a struct; the variants of an enum.
    pub(crate) variants: Vec<DataVariant>,
}

/// A struct, or a variant of an enum.
pub(crate) struct DataVariant {
    /// Name of the struct or variant.
    pub(crate) ident: Ident,
    /// The atom that stands first, or alone.
    pub(crate) tag: Option<String>,
    /// Where the tag comes from, for errors.
    pub(crate) span: proc_macro2::Span,
    /// How the fields stand.
    pub(crate) body: Body,
    /// Fields in order.
    pub(crate) fields: Vec<DataField>,
}

/// How fields stand in a term; as `dala_ir::abi::form::Body`.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Body {
    /// As elements of the tuple.
    Elements,
    /// As a map.
    Map,
    /// As an Elixir struct of this module.
    Struct(String),
    /// As a keyword list.
    Keyword,
    /// The one field is the term.
    Value,
}

impl Body {
    /// Whether fields are found by their names.
    pub(crate) fn has_keys(&self) -> bool {
        matches!(self, Body::Map | Body::Struct(_) | Body::Keyword)
    }
}

/// A field.
pub(crate) struct DataField {
    /// Its name or position, as in a struct expression.
    pub(crate) member: syn::Member,
    /// Its type, as written.
    pub(crate) ty: syn::Type,
    /// Its key, or its name or position.
    pub(crate) name: String,
    /// The atom that stands for `None`, if it is not `nil`.
    pub(crate) none: Option<String>,
    /// Whether it may be missing.
    pub(crate) has_default: bool,
}
