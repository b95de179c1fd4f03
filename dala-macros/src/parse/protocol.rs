//! `#[dala::protocol]` on a trait.

use proc_macro2::TokenStream;
use quote::ToTokens as _;

use super::{attrs, handler};
use crate::diag::{Code, Diagnostics};
use crate::keywords as words;
use crate::model::protocol::Protocol;

/// Reads the trait.
pub(crate) fn protocol(
    arguments: TokenStream,
    item: &syn::Item,
    diagnostics: &mut Diagnostics,
) -> Option<Protocol> {
    attrs::options(arguments, "#[dala::protocol]", &[], diagnostics);
    let syn::Item::Trait(item) = item else {
        diagnostics.report(
            Code::BadProtocol,
            item.to_token_stream().into_iter().next(),
            "`#[dala::protocol]` belongs on a trait",
            "write `trait Name { fn method(&mut self, message: Type) -> Reply; }`",
        );
        return None;
    };
    if !item.generics.params.is_empty() || !item.supertraits.is_empty() {
        diagnostics.report(
            Code::BadProtocol,
            &item.ident,
            format_args!("protocol `{}` has parameters or bounds, but is a list of messages", item.ident),
            "remove them",
        );
    }
    let mut methods = Vec::new();
    for member in &item.items {
        match member {
            syn::TraitItem::Fn(method) if method.default.is_none() => {
                methods.extend(self::method(method, diagnostics));
            }
            syn::TraitItem::Fn(method) => diagnostics.report(
                Code::BadProtocol,
                &method.default,
                format_args!(
                    "`{}` has a body, but actors say what they do with its message",
                    method.sig.ident
                ),
                "write `;` in its place",
            ),
            other => diagnostics.report(
                Code::BadProtocol,
                other,
                "a protocol has methods only",
                "move it elsewhere",
            ),
        }
    }
    if methods.is_empty() && diagnostics.is_empty() {
        diagnostics.report(
            Code::BadProtocol,
            &item.ident,
            format_args!("protocol `{}` has no methods: every actor would have it", item.ident),
            "add a method for each message",
        );
    }
    let (ident, vis) = (item.ident.clone(), item.vis.clone());
    Some(Protocol { ident, vis, attrs: item.attrs.clone(), methods })
}

/// As a method of an actor: with `#[message]`, or as if `#[handler]` stood on it.
fn method(
    method: &syn::TraitItemFn,
    diagnostics: &mut Diagnostics,
) -> Option<crate::model::handler::Handler> {
    let (sig, mut attrs) = (&method.sig, method.attrs.clone());
    let mut role: syn::Attribute = syn::parse_quote!(#[handler]);
    attrs.retain(|attribute| {
        let is_role = [words::HANDLER, words::MESSAGE].iter().any(|word| attribute.path().is_ident(word));
        if is_role {
            role = attribute.clone();
        }
        !is_role
    });
    let method: syn::ImplItemFn = syn::parse_quote!(#(#attrs)* #sig {});
    match role.path().is_ident(words::MESSAGE) {
        true => handler::message(&role, &method, diagnostics),
        false => handler::handler(&role, &method, diagnostics),
    }
}
