//! `impl Message` and `impl StableLayout` of a message type.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned as _;

use super::{shape, term};
use crate::model::message::Message;

/// The `repr` that makes the computed layout true.
pub(crate) fn repr(message: &Message) -> syn::Attribute {
    match (message.is_enum, message.is_fieldless()) {
        (false, _) => syn::parse_quote!(#[repr(C)]),
        (true, false) => syn::parse_quote!(#[repr(C, u32)]),
        (true, true) => syn::parse_quote!(#[repr(u32)]),
    }
}

/// The impls. A field type without stable layout is one error, at that type, from the constants in front: the impl
/// takes its fields' layouts for granted (see `dala::message::MessageField`).
pub(crate) fn impls(message: &Message) -> TokenStream {
    let ident = &message.ident;
    let type_name = ident.to_string();
    let constants = shape::constants(message);
    let methods = term::methods(message);
    let bounds: Vec<TokenStream> = message
        .variants
        .iter()
        .flat_map(|variant| &variant.fields)
        .map(|field| {
            let ty = &field.ty;
            quote_spanned!(ty.span()=> for<'any> #ty: ::dala::__rt::MessageField<'any>)
        })
        .collect();
    let checks = message.variants.iter().flat_map(|variant| &variant.fields).map(|field| {
        let ty = &field.ty;
        quote_spanned!(ty.span()=> const _: ::dala::__rt::FieldType = <#ty as ::dala::__rt::StableLayout>::FIELD;)
    });
    quote! {
        #(#checks)*

        #[automatically_derived]
        #[allow(trivial_bounds, clippy::all, reason = "generated")]
        impl ::dala::__rt::Message for #ident where #(#bounds),* {
            #constants
            #methods
        }

        #[automatically_derived]
        impl ::dala::__rt::StableLayout for #ident {
            const FIELD: ::dala::__rt::FieldType = ::dala::__rt::FieldType::Nested(::dala::__rt::Nested {
                type_name: #type_name,
                shapes: || ::dala::__rt::nested!(Self, shapes()),
            });

            #[inline]
            fn write_term(&self, writer: &mut dyn ::dala::__rt::TermWriter) -> ::dala::__rt::Word {
                ::dala::__rt::nested!(Self, write_term(self, writer))
            }

            #[inline]
            fn held_bytes(&self) -> ::dala::__rt::usize {
                ::dala::__rt::nested!(Self, held_bytes(self))
            }

            #[inline]
            fn read_term(
                source: ::dala::__rt::Source<'_>,
            ) -> ::dala::__rt::Result<Self, ::dala::__rt::ConvertError> {
                ::dala::__rt::nested!(Self, read_term(source))
            }
        }
    }
}
