//! Proc macros of the Dala actor runtime.

mod check;
mod diag;
mod expand;
mod fallback;
mod keywords;
mod model;
mod names;
mod parse;

use proc_macro::TokenStream;
use quote::quote;

use diag::Diagnostics;

/// Makes a struct or an enum a message.
#[proc_macro_attribute]
pub fn message(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let original = proc_macro2::TokenStream::from(item.clone());
    let mut item = match syn::parse::<syn::Item>(item) {
        Ok(item) => item,
        Err(error) => {
            let error = error.to_compile_error();
            return quote!(#error #original).into();
        }
    };
    let mut diagnostics = Diagnostics::default();
    let message = parse::message::message(arguments.into(), &mut item, &mut diagnostics);
    if let Some(message) = &message {
        check::messages::message(message, &mut diagnostics);
    }
    match message {
        Some(message) if diagnostics.is_empty() => {
            let repr = expand::message::repr(&message);
            let impls = expand::message::impls(&message);
            quote!(#repr #item #impls).into()
        }
        _ => {
            let errors = diagnostics.into_tokens();
            quote!(#errors #item).into()
        }
    }
}
