//! `impl StableLayout` of a plain data type.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned as _;

use crate::model::data::{Body, Data, DataField, DataVariant};
use crate::names;

/// The key that says of which module an Elixir struct is.
const STRUCT: &str = "__struct__";

/// The impl.
pub(crate) fn impls(data: &Data) -> TokenStream {
    let ident = &data.ident;
    let type_name = ident.to_string();
    let mut generics = data.generics.clone();
    for parameter in generics.type_params_mut() {
        parameter.bounds.push(syn::parse_quote!(::dala::__rt::StableLayout));
    }
    let (parameters, arguments, clause) = generics.split_for_impl();
    let forms = data.variants.iter().map(form);
    let write_arms = data.variants.iter().map(|variant| write(data, variant));
    let held_arms = data.variants.iter().map(|variant| held(data, variant));
    let read = match data.is_enum {
        true => read_enum(data),
        false => data.variants.iter().map(|variant| read_struct(data, variant)).collect(),
    };
    quote! {
        #[automatically_derived]
        #[allow(clippy::all, unused_variables, reason = "generated")]
        impl #parameters ::dala::__rt::StableLayout for #ident #arguments #clause {
            const FIELD: ::dala::__rt::FieldType = ::dala::__rt::FieldType::Data(::dala::__rt::Data {
                type_name: #type_name,
                forms: || const { &[#(#forms),*] },
            });

            fn write_term(&self, writer: &mut dyn ::dala::__rt::TermWriter) -> ::dala::__rt::Word {
                match self { #(#write_arms)* }
            }

            fn held_bytes(&self) -> ::dala::__rt::usize {
                match self { #(#held_arms)* }
            }

            fn read_term(
                source: ::dala::__rt::Source<'_>,
            ) -> ::dala::__rt::Result<Self, ::dala::__rt::ConvertError> {
                #read
            }
        }
    }
}

/// The description that others see.
fn form(variant: &DataVariant) -> TokenStream {
    let tag = match &variant.tag {
        Some(tag) => quote!(::dala::__rt::Some(#tag)),
        None => quote!(::dala::__rt::None),
    };
    let body = match &variant.body {
        Body::Elements => quote!(Elements),
        Body::Map => quote!(Map),
        Body::Struct(module) => quote!(Struct(#module)),
        Body::Keyword => quote!(Keyword),
        Body::Value => quote!(Value),
    };
    let fields = variant.fields.iter().map(|DataField { name, ty, .. }| {
        quote_spanned!(ty.span()=> ::dala::__rt::DataField {
            name: #name,
            ty: <#ty as ::dala::__rt::StableLayout>::FIELD,
        })
    });
    quote!(::dala::__rt::Form { tag: #tag, body: ::dala::__rt::FormBody::#body, fields: &[#(#fields),*] })
}

fn write(data: &Data, variant: &DataVariant) -> TokenStream {
    let path = path(data, variant);
    let members = variant.fields.iter().map(|field| &field.member);
    let bindings: Vec<_> = (0..variant.fields.len()).map(names::field_binding).collect();
    let words: Vec<_> = variant
        .fields
        .iter()
        .zip(&bindings)
        .map(|(DataField { ty, none, .. }, binding)| match none {
            None => {
                quote_spanned!(ty.span()=> <#ty as ::dala::__rt::StableLayout>::write_term(#binding, writer))
            }
            Some(none) => {
                let none = atom_name(none);
                quote_spanned!(ty.span()=> <#ty as ::dala::__rt::data::Optional>::write_or(#binding, #none, writer))
            }
        })
        .collect();
    let keys = variant.fields.iter().map(|field| atom_name(&field.name));
    let tag = variant.tag.as_deref().map(|tag| {
        let tag = atom_name(tag);
        quote!(::dala::__rt::Word::atom(#tag.atom()))
    });
    let body = match &variant.body {
        Body::Elements if words.is_empty() && tag.is_some() => TokenStream::new(),
        Body::Elements => quote!(#(#words),*),
        Body::Map => write_map(&variant.fields, &words, None),
        Body::Struct(module) => write_map(&variant.fields, &words, Some(module)),
        Body::Keyword => quote!(::dala::__rt::data::write_keyword([#((#keys, #words)),*], writer)),
        Body::Value => quote!(#(#words)*),
    };
    let term = match (&tag, &variant.body) {
        (Some(tag), _) if body.is_empty() => tag.clone(),
        (Some(tag), _) => quote!({ let words = [#tag, #body]; writer.tuple(&words) }),
        (None, Body::Elements) => quote!({ let words = [#body]; writer.tuple(&words) }),
        (None, _) => body,
    };
    quote!(#path { #(#members: #bindings),* } => #term,)
}

fn held(data: &Data, variant: &DataVariant) -> TokenStream {
    let path = path(data, variant);
    let members = variant.fields.iter().map(|field| &field.member);
    let bindings: Vec<_> = (0..variant.fields.len()).map(names::field_binding).collect();
    let held = variant.fields.iter().zip(&bindings).map(|(DataField { ty, .. }, binding)| {
        quote_spanned!(ty.span()=> <#ty as ::dala::__rt::StableLayout>::held_bytes(#binding))
    });
    quote!(#path { #(#members: #bindings),* } => 0 #(+ #held)*,)
}

fn read_struct(data: &Data, variant: &DataVariant) -> TokenStream {
    if variant.tag.is_some() {
        return read_enum(data);
    }
    let value = match &variant.body {
        Body::Elements => {
            let size = variant.fields.len();
            let value = elements(data, variant);
            return quote! {
                let elements = ::dala::__rt::data::elements::<Self>(source, #size)?;
                ::dala::__rt::Ok(#value)
            };
        }
        Body::Value => {
            let fields = variant.fields.iter().map(|field| {
                let (member, ty, read) = (&field.member, &field.ty, reader(field));
                quote_spanned!(ty.span()=> #member: (#read)(source)?)
            });
            let path = path(data, variant);
            quote!(#path { #(#fields),* })
        }
        _ => keyed(data, variant),
    };
    quote!(::dala::__rt::Ok(#value))
}

/// Also of a struct with a tag.
fn read_enum(data: &Data) -> TokenStream {
    let arms = data.variants.iter().map(|variant| {
        let text = variant.tag.as_deref().unwrap_or_default();
        let tag = atom_name(text);
        let (size, value) = match variant.body {
            Body::Elements => (variant.fields.len(), elements(data, variant)),
            _ => {
                let value = keyed(data, variant);
                let read = quote!(|source| ::dala::__rt::Ok(#value));
                (1, quote!(::dala::__rt::data::element(source, elements[0], #text, #read)?))
            }
        };
        quote! {
            if elements.len() == #size && tag == #tag.atom() {
                return ::dala::__rt::Ok(#value);
            }
        }
    });
    quote! {
        let (tag, elements) = ::dala::__rt::data::tagged::<Self>(source)?;
        #(#arms)*
        ::dala::__rt::Err(::dala::__rt::data::misfit::<Self>(source))
    }
}

/// The value, read from `elements` of `source`.
fn elements(data: &Data, variant: &DataVariant) -> TokenStream {
    let path = path(data, variant);
    let fields = variant.fields.iter().enumerate().map(|(position, field)| {
        let (member, ty, name, read) = (&field.member, &field.ty, &field.name, reader(field));
        quote_spanned!(ty.span()=>
            #member: ::dala::__rt::data::element(source, elements[#position], #name, #read)?)
    });
    quote!(#path { #(#fields),* })
}

/// The value, read from the keys of `source`.
fn keyed(data: &Data, variant: &DataVariant) -> TokenStream {
    let path = path(data, variant);
    let keys = match &variant.body {
        Body::Struct(module) => {
            let module = atom_name(module);
            quote!(of_struct::<Self>(source, #module))
        }
        Body::Keyword => quote!(of_keyword::<Self>(source)),
        _ => quote!(of_map::<Self>(source)),
    };
    let fields = variant.fields.iter().map(|field| {
        let (member, ty, name, read) = (&field.member, &field.ty, atom_name(&field.name), reader(field));
        let absent = match field.has_default {
            true => {
                quote_spanned!(ty.span()=> || ::dala::__rt::Some(<#ty as ::dala::__rt::Default>::default()))
            }
            false => quote_spanned!(ty.span()=> || <#ty as ::dala::__rt::StableLayout>::absent()),
        };
        quote_spanned!(ty.span()=> #member: keys.field(#name, #read, #absent)?)
    });
    quote!({
        let keys = ::dala::__rt::data::Keys::#keys?;
        #path { #(#fields),* }
    })
}

/// The function that reads a field. A call, and not the function's name: so a type without a term is one error.
fn reader(field: &DataField) -> TokenStream {
    let ty = &field.ty;
    match &field.none {
        None => {
            quote_spanned!(ty.span()=> |source| <#ty as ::dala::__rt::StableLayout>::read_term(source))
        }
        Some(none) => {
            let none = atom_name(none);
            quote_spanned!(ty.span()=> |source| <#ty as ::dala::__rt::data::Optional>::read_or(#none, source))
        }
    }
}

/// The map with these values under the fields' keys, which are put in order here: atoms go by their texts.
fn write_map(fields: &[DataField], words: &[TokenStream], module: Option<&str>) -> TokenStream {
    let mut pairs: Vec<(&str, TokenStream)> =
        fields.iter().zip(words).map(|(field, word)| (field.name.as_str(), word.clone())).collect();
    if let Some(module) = module
        && !pairs.iter().any(|(key, _)| *key == STRUCT)
    {
        let module = atom_name(module);
        pairs.push((STRUCT, quote!(::dala::__rt::Word::atom(#module.atom()))));
    }
    pairs.sort_by_key(|(key, _)| *key);
    let pairs = pairs.into_iter().map(|(key, word)| {
        let key = atom_name(key);
        quote!((::dala::__rt::Word::atom(#key.atom()), #word))
    });
    quote!(::dala::__rt::data::write_map([#(#pairs),*], writer))
}

fn atom_name(text: &str) -> TokenStream {
    quote!(::dala::__rt::atom_name!(#text))
}

fn path(data: &Data, variant: &DataVariant) -> TokenStream {
    if data.is_enum {
        let ident = &variant.ident;
        quote!(Self::#ident)
    } else {
        quote!(Self)
    }
}
