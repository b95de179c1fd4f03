//! Descriptions and shapes of a message type, as constants of `impl Message`.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned as _;

use crate::model::message::{Message, Variant};

/// `DESCRIPTIONS`, `LAID` and `SHAPES`.
pub(crate) fn constants(message: &Message) -> TokenStream {
    let descriptions = message.variants.iter().map(description);
    let laid = if message.is_enum {
        quote!(::dala::__rt::lay_out_enum(Self::DESCRIPTIONS))
    } else {
        quote!(::dala::__rt::lay_out_struct(&Self::DESCRIPTIONS[0]))
    };
    let type_name = message.ident.to_string();
    let shapes = message.variants.iter().enumerate().map(|(position, variant)| {
        let fields = variant.fields.len();
        let position_u32 = position as u32;
        let tag = match message.is_enum {
            true => quote!(::dala::__rt::Some(#position_u32)),
            false => quote!(::dala::__rt::None),
        };
        quote! {
            ::dala::__rt::Shape::new(
                #type_name,
                &Self::DESCRIPTIONS[#position],
                const { &::dala::__rt::place_fields::<#fields>(&Self::DESCRIPTIONS[#position], Self::LAID.fields_at) },
                #tag,
            )
        }
    });
    quote! {
        const DESCRIPTIONS: &'static [::dala::__rt::Description] = const { &[#(#descriptions),*] };
        const LAID: ::dala::__rt::Laid = #laid;
        const SHAPES: &'static ::dala::__rt::Shapes = const {
            &::dala::__rt::Shapes::new::<Self>(#type_name, Self::LAID, const { &[#(#shapes),*] })
        };
    }
}

fn description(variant: &Variant) -> TokenStream {
    let atom = &variant.atom;
    let fields = variant.fields.iter().map(|field| {
        let (name, ty) = (field.name(), &field.ty);
        quote_spanned!(ty.span()=> ::dala::__rt::field::<#ty>(#name))
    });
    quote! {
        ::dala::__rt::Description { name: ::dala::__rt::atom_name!(#atom), fields: const { &[#(#fields),*] } }
    }
}
