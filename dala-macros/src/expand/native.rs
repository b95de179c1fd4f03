//! The type of a native function's name, which says what the function is.

use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned as _;

use crate::model::native::{Native, Runs};

/// The type, which lives beside the function: one is a type and the other a value.
pub(crate) fn items(native: &Native) -> TokenStream {
    let Native { ident, vis, attrs, module, name, runs, arguments, output, raises, .. } = native;
    let arity = arguments.len() as u8;
    let bindings: Vec<_> = (0..arguments.len()).map(|index| format_ident!("argument_{index}")).collect();
    let reads = arguments.iter().zip(&bindings).enumerate().map(|(index, (ty, binding))| {
        quote_spanned!(ty.span()=> let #binding = ::dala::__rt::argument::<#ty>(words, #index)?;)
    });
    let wait = match runs {
        Runs::Async => quote!(.await),
        Runs::Plain | Runs::Blocking => TokenStream::new(),
    };
    let call = match raises {
        true => quote!(#ident(#(#bindings),*)#wait),
        false => quote!(::dala::__rt::Ok::<#output, ::dala::__rt::Infallible>(#ident(#(#bindings),*)#wait)),
    };
    // The types as they were written: a value without a term is reported there.
    let types = match raises {
        true => result_types(output),
        false => quote!(#output, ::dala::__rt::Infallible),
    };
    let body = match runs {
        Runs::Plain => quote! {
            ::dala::__rt::Body::Plain(::dala::__rt::Arc::new(|words, writer| {
                #(#reads)*
                ::dala::__rt::answer::<#types>(move || #call, writer)
            }))
        },
        Runs::Async => {
            let future = quote_spanned!(ident.span()=> ::dala::__rt::pending::<#types>(async move { #call }));
            quote! {
                ::dala::__rt::Body::Async(::dala::__rt::Arc::new(|words| {
                    #(#reads)*
                    ::dala::__rt::Ok(#future)
                }))
            }
        }
        Runs::Blocking => quote! {
            ::dala::__rt::Body::Blocking(::dala::__rt::Arc::new(|words| {
                #(#reads)*
                ::dala::__rt::Ok(::dala::__rt::work::<#types>(move || #call))
            }))
        },
    };
    let takes =
        arguments.iter().map(|ty| quote_spanned!(ty.span()=> <#ty as ::dala::__rt::StableLayout>::FIELD));
    // Of a `Result` under another name only the compiler knows the value's type.
    let value = match raises {
        true => value_type(output).map(|value| quote!(#value)),
        false => Some(quote!(#output)),
    };
    let gives = value.map(|value| quote!(.giving(<#value as ::dala::__rt::StableLayout>::FIELD)));
    let reductions = native.reductions.map(|reductions| quote!(.reductions(#reductions)));
    quote! {
        #(#attrs)*
        #[doc(hidden)]
        #[allow(non_camel_case_types, dead_code, reason = "named as the function is")]
        #vis struct #ident {}

        #(#attrs)*
        #[automatically_derived]
        impl ::dala::__rt::Native for #ident {
            #[allow(unused_variables, clippy::all, reason = "generated")]
            fn function() -> ::dala::__rt::NativeFunction {
                ::dala::__rt::NativeFunction::new(#module, #name, #arity, #body)
                    .taking(const { &[#(#takes),*] })
                    #gives
                    #reductions
            }
        }
    }
}

/// The type of the value of a `Result` that says it.
fn value_type(output: &syn::Type) -> Option<&syn::Type> {
    let syn::Type::Path(path) = output else { return None };
    let syn::PathArguments::AngleBracketed(parameters) = &path.path.segments.last()?.arguments else {
        return None;
    };
    parameters.args.iter().find_map(|parameter| match parameter {
        syn::GenericArgument::Type(ty) => Some(ty),
        _ => None,
    })
}

/// The parameters of a `Result`, as far as its type says them.
fn result_types(output: &syn::Type) -> TokenStream {
    let syn::Type::Path(path) = output else { return quote!(_, _) };
    let Some(syn::PathArguments::AngleBracketed(parameters)) =
        path.path.segments.last().map(|last| &last.arguments)
    else {
        return quote!(_, _);
    };
    let mut types = parameters.args.iter().filter_map(|parameter| match parameter {
        syn::GenericArgument::Type(ty) => Some(ty),
        _ => None,
    });
    match (types.next(), types.next()) {
        (Some(value), Some(error)) => quote!(#value, #error),
        (Some(value), None) => quote!(#value, _),
        _ => quote!(_, _),
    }
}
