//! `#[dala::message]` on a struct or enum.

use proc_macro2::TokenStream;
use quote::ToTokens as _;
use syn::spanned::Spanned as _;

use super::attrs;
use crate::diag::{Code, Diagnostics};
use crate::keywords;
use crate::model::message::{Field, Message, Variant};
use crate::names;

/// The attribute that renames a variant: `#[message(name = "..")]`.
const VARIANT_ATTRIBUTE: &str = keywords::MESSAGE;

/// Reads the item, and takes the attributes that only the macro understands off it.
pub(crate) fn message(
    arguments: TokenStream,
    item: &mut syn::Item,
    diagnostics: &mut Diagnostics,
) -> Option<Message> {
    match item {
        syn::Item::Struct(item) => {
            let name = renamed(arguments, "#[dala::message]", &[keywords::NAME], diagnostics);
            generics(&item.generics, diagnostics);
            repr(&item.attrs, diagnostics);
            let variants = vec![variant(&item.ident, name, &item.fields)];
            Some(Message { ident: item.ident.clone(), is_enum: false, variants })
        }
        syn::Item::Enum(item) => {
            if !arguments.is_empty() {
                diagnostics.report(
                    Code::UnknownOption,
                    arguments,
                    "`#[dala::message]` on an enum has no options: each variant has a name of its own in Erlang",
                    "to name a variant, write `#[message(name = \"...\")]` on it",
                );
            }
            generics(&item.generics, diagnostics);
            repr(&item.attrs, diagnostics);
            if item.variants.is_empty() {
                diagnostics.report(
                    Code::EmptyEnum,
                    &item.ident,
                    format_args!("message enum `{}` has no variants: nothing could be sent", item.ident),
                    "add a variant for each message",
                );
            }
            let variants = item.variants.iter_mut().map(|item| enum_variant(item, diagnostics)).collect();
            Some(Message { ident: item.ident.clone(), is_enum: true, variants })
        }
        other => {
            wrong_item(other, diagnostics);
            None
        }
    }
}

fn enum_variant(item: &mut syn::Variant, diagnostics: &mut Diagnostics) -> Variant {
    if let Some((_, value)) = &item.discriminant {
        diagnostics.report(
            Code::Discriminant,
            value,
            format_args!("variant `{}` has a discriminant of its own", item.ident),
            "remove it: a message's variants are numbered in order, and told apart by their names",
        );
    }
    let mut name = None;
    item.attrs.retain(|attribute| {
        let is_ours = attribute.path().is_ident(VARIANT_ATTRIBUTE);
        if is_ours {
            let arguments = attrs::arguments(attribute, diagnostics);
            name = renamed(arguments, "#[message]", &[keywords::NAME], diagnostics);
        }
        !is_ours
    });
    variant(&item.ident, name, &item.fields)
}

fn variant(ident: &syn::Ident, name: Option<syn::LitStr>, fields: &syn::Fields) -> Variant {
    let (atom, atom_span) = match name {
        Some(name) => (name.value(), name.span()),
        None => (names::atom(ident), ident.span()),
    };
    let fields = fields
        .iter()
        .enumerate()
        .map(|(position, field)| {
            let member = match &field.ident {
                Some(ident) => syn::Member::Named(ident.clone()),
                None => syn::Member::Unnamed(syn::Index { index: position as u32, span: field.ty.span() }),
            };
            Field { member, ty: field.ty.clone() }
        })
        .collect();
    Variant { ident: ident.clone(), atom, atom_span, fields }
}

fn renamed(
    arguments: TokenStream,
    attribute: &str,
    known: &[&str],
    diagnostics: &mut Diagnostics,
) -> Option<syn::LitStr> {
    let options = attrs::options(arguments, attribute, known, diagnostics);
    options.iter().find_map(|option| option.string(diagnostics))
}

fn generics(generics: &syn::Generics, diagnostics: &mut Diagnostics) {
    if !generics.params.is_empty() {
        let has_lifetimes_only =
            generics.params.iter().all(|param| matches!(param, syn::GenericParam::Lifetime(_)));
        let instead = if has_lifetimes_only {
            "own the data: `String` instead of `&str`, `Vec<T>` instead of `&[T]`"
        } else {
            "write the concrete type, or one message type for each"
        };
        diagnostics.report(
            Code::GenericMessage,
            generics,
            "a message type has no parameters: its shape is one fixed layout",
            instead,
        );
    } else if let Some(clause) = &generics.where_clause {
        diagnostics.report(
            Code::GenericMessage,
            clause,
            "a message type has no `where` clause: its shape is one fixed layout",
            "remove it",
        );
    }
}

fn repr(attributes: &[syn::Attribute], diagnostics: &mut Diagnostics) {
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("repr")) {
        diagnostics.report(
            Code::MessageRepr,
            attribute,
            "a message's memory layout is chosen by `#[dala::message]`",
            "remove this `repr`",
        );
    }
}

fn wrong_item(item: &syn::Item, diagnostics: &mut Diagnostics) {
    let (tokens, what) = match item {
        syn::Item::Union(item) => (item.union_token.to_token_stream(), "a union"),
        syn::Item::Trait(item) => (item.trait_token.to_token_stream(), "a trait"),
        syn::Item::Fn(item) => (item.sig.fn_token.to_token_stream(), "a function"),
        syn::Item::Impl(item) => (item.impl_token.to_token_stream(), "an impl block"),
        syn::Item::Type(item) => (item.type_token.to_token_stream(), "a type alias"),
        syn::Item::Mod(item) => (item.mod_token.to_token_stream(), "a module"),
        other => (other.to_token_stream(), "this item"),
    };
    let instead = match item {
        syn::Item::Union(_) => "make it an enum with a variant for each case",
        syn::Item::Fn(_) => "inside the impl block of a `#[dala::actor]` write `#[message]`",
        _ => "put it on a struct, or on an enum with a variant for each message",
    };
    diagnostics.report(
        Code::NotAMessageItem,
        tokens,
        format_args!("{what} cannot be a message: only structs and enums can"),
        instead,
    );
}
