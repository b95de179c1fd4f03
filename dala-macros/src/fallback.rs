//! What is emitted beside the errors, so that no second error follows from the first and editors go on working.
//!
//! An actor with errors is expanded with what was understood of it.

use proc_macro2::TokenStream;
use quote::quote;

use crate::diag::Diagnostics;

/// An item that `syn` does not understand: the compiler reports it, unless only `syn` finds it wrong.
pub(crate) fn unread(error: syn::Error, item: TokenStream) -> TokenStream {
    let error = error.to_compile_error();
    quote!(#error #item)
}

/// The errors, and the item as it is.
pub(crate) fn item(diagnostics: Diagnostics, item: &syn::Item) -> TokenStream {
    let errors = diagnostics.into_tokens();
    quote!(#errors #item)
}

/// The errors, and an impl without content, so that uses of the type are no errors too.
pub(crate) fn term(diagnostics: Diagnostics, item: &syn::DeriveInput) -> TokenStream {
    let errors = diagnostics.into_tokens();
    let ident = &item.ident;
    let (parameters, arguments, clause) = item.generics.split_for_impl();
    if item.generics.lifetimes().next().is_some() {
        return errors;
    }
    quote! {
        #errors
        impl #parameters ::dala::__rt::StableLayout for #ident #arguments #clause {
            const FIELD: ::dala::__rt::FieldType = ::dala::__rt::FieldType::Term;
            fn write_term(&self, _: &mut dyn ::dala::__rt::TermWriter) -> ::dala::__rt::Word {
                ::dala::__rt::unreachable!("the program does not compile")
            }
            fn read_term(
                _: ::dala::__rt::Source<'_>,
            ) -> ::dala::__rt::Result<Self, ::dala::__rt::ConvertError> {
                ::dala::__rt::unreachable!("the program does not compile")
            }
        }
    }
}

/// Lints that an impl block with errors would only confuse with.
pub(crate) fn lints(diagnostics: &Diagnostics) -> TokenStream {
    match diagnostics.is_empty() {
        true => TokenStream::new(),
        false => quote!(#[allow(dead_code, unused_variables, reason = "the macro reported an error")]),
    }
}

/// The errors, and a `main` that is one.
pub(crate) fn main(diagnostics: Diagnostics, item: syn::Item) -> TokenStream {
    let errors = diagnostics.into_tokens();
    match item {
        syn::Item::Fn(mut function) => {
            function.sig.asyncness = None;
            function.sig.inputs.clear();
            function.sig.generics = syn::Generics::default();
            function.sig.output = syn::ReturnType::Default;
            function.block = syn::parse_quote!({});
            quote!(#errors #function)
        }
        item => quote!(#errors #item),
    }
}
