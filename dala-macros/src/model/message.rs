//! A message type.

use proc_macro2::Ident;

/// A struct or enum under `#[dala::message]`.
pub(crate) struct Message {
    /// Name of the type.
    pub(crate) ident: Ident,
    /// Whether it is an enum.
    pub(crate) is_enum: bool,
    /// One for a struct; the variants of an enum.
    pub(crate) variants: Vec<Variant>,
}

impl Message {
    /// Whether no variant has a field.
    pub(crate) fn is_fieldless(&self) -> bool {
        self.variants.iter().all(|variant| variant.fields.is_empty())
    }
}

/// A struct, or a variant of an enum.
pub(crate) struct Variant {
    /// Name of the struct or variant.
    pub(crate) ident: Ident,
    /// Text of the atom.
    pub(crate) atom: String,
    /// Where the text comes from, for errors.
    pub(crate) atom_span: proc_macro2::Span,
    /// Fields in order.
    pub(crate) fields: Vec<Field>,
}

/// A field.
pub(crate) struct Field {
    /// Its name or position, as in a struct expression.
    pub(crate) member: syn::Member,
    /// Its type, as written.
    pub(crate) ty: syn::Type,
}

impl Field {
    /// The name that the shape carries.
    pub(crate) fn name(&self) -> String {
        use syn::ext::IdentExt as _;
        match &self.member {
            syn::Member::Named(ident) => ident.unraw().to_string(),
            syn::Member::Unnamed(index) => index.index.to_string(),
        }
    }
}
