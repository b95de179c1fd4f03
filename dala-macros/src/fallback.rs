//! What is emitted beside the errors, so that no second error follows from the first and editors go on working.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

use crate::keywords;

/// The item as the user wrote it.
pub(crate) fn item(tokens: TokenStream) -> TokenStream {
    tokens
}

/// The impl block without the attributes that only `#[dala::actor]` understands.
pub(crate) fn impl_block(mut block: syn::ItemImpl) -> TokenStream {
    for item in &mut block.items {
        if let syn::ImplItem::Fn(method) = item {
            method.attrs.retain(|attribute| {
                !keywords::METHOD_ATTRIBUTES.iter().any(|word| attribute.path().is_ident(word))
            });
        }
    }
    let dead_code = quote!(#[allow(dead_code, unused_variables, reason = "the macro reported an error")]);
    let block = block.into_token_stream();
    quote!(#dead_code #block)
}
