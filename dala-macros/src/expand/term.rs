//! Conversion of a message type to and from its term, as methods of `impl Message`.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned as _;

use crate::model::message::{Message, Variant};
use crate::names;

/// `shape`, `to_term`, `held_bytes` and `from_term`.
pub(crate) fn methods(message: &Message) -> TokenStream {
    let shape_arms = message.variants.iter().enumerate().map(|(position, variant)| {
        let path = path(message, variant);
        quote!(#path { .. } => &Self::SHAPES.all()[#position],)
    });
    let write_arms =
        message.variants.iter().enumerate().map(|(position, variant)| write(message, position, variant));
    let held_arms = message.variants.iter().map(|variant| held(message, variant));
    let read_arms =
        message.variants.iter().enumerate().map(|(position, variant)| read(message, position, variant));
    quote! {
        #[inline]
        fn shape(&self) -> &'static ::dala::__rt::Shape {
            match self { #(#shape_arms)* }
        }

        fn to_term(&self, writer: &mut dyn ::dala::__rt::TermWriter) -> ::dala::__rt::Word {
            match self { #(#write_arms)* }
        }

        fn held_bytes(&self) -> ::dala::__rt::usize {
            match self { #(#held_arms)* }
        }

        fn from_term(
            source: ::dala::__rt::Source<'_>,
        ) -> ::dala::__rt::Result<Self, ::dala::__rt::ConvertError> {
            match source.shape_of::<Self>()? {
                #(#read_arms)*
                _ => ::dala::__rt::unreachable!("one position for each shape"),
            }
        }
    }
}

fn write(message: &Message, position: usize, variant: &Variant) -> TokenStream {
    let path = path(message, variant);
    let name = quote!(::dala::__rt::Word::atom(Self::SHAPES.all()[#position].name().atom()));
    if variant.fields.is_empty() {
        return quote!(#path {} => #name,);
    }
    let members = variant.fields.iter().map(|field| &field.member);
    let bindings: Vec<_> = (0..variant.fields.len()).map(names::field_binding).collect();
    let words = variant.fields.iter().zip(&bindings).map(|(field, binding)| {
        let ty = &field.ty;
        quote_spanned!(ty.span()=> <#ty as ::dala::__rt::StableLayout>::write_term(#binding, writer))
    });
    quote! {
        #path { #(#members: #bindings),* } => {
            let words = [#name, #(#words),*];
            writer.tuple(&words)
        }
    }
}

fn held(message: &Message, variant: &Variant) -> TokenStream {
    let path = path(message, variant);
    let members = variant.fields.iter().map(|field| &field.member);
    let bindings: Vec<_> = (0..variant.fields.len()).map(names::field_binding).collect();
    let held = variant.fields.iter().zip(&bindings).map(|(field, binding)| {
        let ty = &field.ty;
        quote_spanned!(ty.span()=> <#ty as ::dala::__rt::StableLayout>::held_bytes(#binding))
    });
    quote!(#path { #(#members: #bindings),* } => 0 #(+ #held)*,)
}

fn read(message: &Message, position: usize, variant: &Variant) -> TokenStream {
    let path = path(message, variant);
    let fields = variant.fields.iter().enumerate().map(|(position, field)| {
        let (member, ty, name) = (&field.member, &field.ty, field.name());
        quote_spanned!(ty.span()=> #member: source.field::<#ty>(#position, #name)?)
    });
    quote!(#position => ::dala::__rt::Ok(#path { #(#fields),* }),)
}

fn path(message: &Message, variant: &Variant) -> TokenStream {
    if message.is_enum {
        let ident = &variant.ident;
        quote!(Self::#ident)
    } else {
        quote!(Self)
    }
}
