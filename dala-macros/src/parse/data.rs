//! `#[derive(dala::Term)]` on a struct or enum, and `#[term(..)]` on it, its variants and fields.

use quote::ToTokens as _;
use syn::ext::IdentExt as _;
use syn::spanned::Spanned as _;

use super::attrs::{self, NamedOption};
use crate::diag::{Code, Diagnostics};
use crate::keywords as words;
use crate::model::data::{Body, Data, DataField, DataVariant};
use crate::names;

/// The attribute, as the user writes it.
const ATTRIBUTE: &str = "#[term]";
/// Options of a struct that say how its fields stand: at most one of them.
const FORMS: &[&str] =
    &[words::MAP, words::MODULE, words::KEYWORD, words::TUPLE, words::RECORD, words::TRANSPARENT];

/// Reads the item.
pub(crate) fn data(item: &syn::DeriveInput, diagnostics: &mut Diagnostics) -> Option<Data> {
    generics(&item.generics, diagnostics);
    let (is_enum, variants) = match &item.data {
        syn::Data::Struct(data) => (false, vec![structure(item, &data.fields, diagnostics)]),
        syn::Data::Enum(data) => {
            let options = options(&item.attrs, &[words::NONE], diagnostics);
            let none = none(&options, diagnostics);
            if data.variants.is_empty() {
                diagnostics.report(
                    Code::EmptyEnum,
                    &item.ident,
                    format_args!("enum `{}` has no variants: no term could be one", item.ident),
                    "add a variant for each form",
                );
            }
            let variant = |item| variant(item, none.as_deref(), diagnostics);
            (true, data.variants.iter().map(variant).collect())
        }
        syn::Data::Union(data) => {
            diagnostics.report(
                Code::BadData,
                data.union_token,
                "a union has no form in Erlang: nobody knows which field it holds",
                "make it an enum with a variant for each case",
            );
            return None;
        }
    };
    same_forms(&variants, diagnostics);
    let data = Data { ident: item.ident.clone(), generics: item.generics.clone(), is_enum, variants };
    diagnostics.is_empty().then_some(data)
}

fn generics(generics: &syn::Generics, diagnostics: &mut Diagnostics) {
    if let Some(lifetime) = generics.lifetimes().next() {
        diagnostics.report(
            Code::BadData,
            lifetime,
            "what is read from a term borrows nothing",
            "own the data: `String` instead of `&str`, `Vec<T>` instead of `&[T]`",
        );
    }
}

fn structure(item: &syn::DeriveInput, fields: &syn::Fields, diagnostics: &mut Diagnostics) -> DataVariant {
    let known = [FORMS, &[words::NAME, words::NONE]].concat();
    let options = options(&item.attrs, &known, diagnostics);
    let forms: Vec<&NamedOption> =
        options.iter().filter(|option| FORMS.iter().any(|word| option.word == word)).collect();
    if let [first, second, ..] = &forms[..] {
        diagnostics.report(
            Code::BadData,
            &second.word,
            format_args!("`{}` is both `{}` and `{}`", item.ident, first.word, second.word),
            "remove one of them",
        );
    }
    let is_named = matches!(fields, syn::Fields::Named(_));
    let form = forms.first().map(|option| option.word.to_string());
    if let Some(option) = forms.first().filter(|option| option.word != words::MODULE) {
        option.flag(diagnostics);
    }
    let (body, has_tag) = match form.as_deref() {
        Some(words::MODULE) => {
            let module = forms.first().and_then(|option| option.atom(diagnostics));
            (Body::Struct(module.unwrap_or_default()), false)
        }
        Some(words::MAP) => (Body::Map, false),
        Some(words::KEYWORD) => (Body::Keyword, false),
        Some(words::TUPLE) => (Body::Elements, false),
        Some(words::RECORD) => (Body::Elements, true),
        Some(words::TRANSPARENT) => (Body::Value, false),
        _ if fields.is_empty() => (Body::Elements, true),
        _ if is_named => (Body::Map, false),
        _ if fields.len() == 1 => (Body::Value, false),
        _ => (Body::Elements, false),
    };
    if let Some(option) = forms.first() {
        let (wrong, instead) = match &body {
            body if body.has_keys() && !is_named && !fields.is_empty() => {
                ("its fields have no names, so there are no keys", "name the fields, or write `tuple`")
            }
            Body::Value if fields.len() != 1 => ("only one field can be the whole term", "write `tuple`"),
            Body::Elements if fields.is_empty() => ("it has no fields", "remove it: the struct is an atom"),
            _ => ("", ""),
        };
        if !wrong.is_empty() {
            diagnostics.report(
                Code::BadData,
                &option.word,
                format_args!("`{}` cannot be a `{}`: {wrong}", item.ident, option.word),
                instead,
            );
        }
    }
    let name = options.iter().find(|option| option.word == words::NAME);
    if let Some(option) = name.filter(|_| !has_tag) {
        diagnostics.report(
            Code::BadData,
            &option.word,
            format_args!("`{}` has no atom in front that `name` could name", item.ident),
            "remove `name`, or write `record` for a tuple that starts with an atom",
        );
    }
    let tag = name.and_then(|option| option.atom(diagnostics)).unwrap_or_else(|| names::atom(&item.ident));
    let none = none(&options, diagnostics);
    DataVariant {
        ident: item.ident.clone(),
        tag: has_tag.then_some(tag),
        span: item.ident.span(),
        fields: self::fields(fields, &body, none.as_deref(), diagnostics),
        body,
    }
}

fn variant(item: &syn::Variant, none: Option<&str>, diagnostics: &mut Diagnostics) -> DataVariant {
    let options = options(&item.attrs, &[words::NAME, words::MAP, words::KEYWORD], diagnostics);
    let find = |word: &str| options.iter().find(|option| option.word == word);
    let name = find(words::NAME).and_then(|option| option.atom(diagnostics));
    let form = find(words::MAP).map(|option| (Body::Map, option));
    let form = form.or_else(|| find(words::KEYWORD).map(|option| (Body::Keyword, option)));
    let body = match form {
        Some((body, option)) => {
            option.flag(diagnostics);
            if !matches!(item.fields, syn::Fields::Named(_)) {
                diagnostics.report(
                    Code::BadData,
                    &option.word,
                    format_args!("the fields of `{}` have no names, so there are no keys", item.ident),
                    "name the fields, or remove it",
                );
            }
            body
        }
        None => Body::Elements,
    };
    DataVariant {
        ident: item.ident.clone(),
        tag: Some(name.unwrap_or_else(|| names::atom(&item.ident))),
        span: item.ident.span(),
        fields: fields(&item.fields, &body, none, diagnostics),
        body,
    }
}

fn fields(
    fields: &syn::Fields,
    body: &Body,
    none: Option<&str>,
    diagnostics: &mut Diagnostics,
) -> Vec<DataField> {
    let mut read: Vec<DataField> = Vec::new();
    for (position, item) in fields.iter().enumerate() {
        let options = options(&item.attrs, &[words::NAME, words::NONE, words::DEFAULT], diagnostics);
        let find = |word: &str| options.iter().find(|option| option.word == word);
        for word in [words::NAME, words::DEFAULT] {
            if let Some(option) = find(word).filter(|_| !body.has_keys()) {
                diagnostics.report(
                    Code::BadData,
                    &option.word,
                    format_args!("this field has no key, so `{word}` means nothing"),
                    "remove it, or write `#[term(map)]`",
                );
            }
        }
        let member = match &item.ident {
            Some(ident) => syn::Member::Named(ident.clone()),
            None => syn::Member::Unnamed(syn::Index { index: position as u32, span: item.ty.span() }),
        };
        let own = match &item.ident {
            Some(ident) => ident.unraw().to_string(),
            None => position.to_string(),
        };
        let name = find(words::NAME).and_then(|option| option.atom(diagnostics)).unwrap_or(own);
        if body.has_keys() && read.iter().any(|former| former.name == name) {
            diagnostics.report(
                Code::BadData,
                &member,
                format_args!("two fields have the key `{name}`"),
                "give one of them another: `#[term(name = \"..\")]`",
            );
        }
        let own_none = self::none(&options, diagnostics);
        let inherited = none.filter(|_| is_option(&item.ty)).map(str::to_owned);
        let has_default = find(words::DEFAULT).is_some_and(|option| option.flag(diagnostics));
        read.push(DataField { member, ty: item.ty.clone(), name, none: own_none.or(inherited), has_default });
    }
    read
}

/// Whether the type is an `Option` by its name.
fn is_option(ty: &syn::Type) -> bool {
    let syn::Type::Path(path) = ty else { return false };
    path.path.segments.last().is_some_and(|last| last.ident == "Option")
}

/// Reports variants that Erlang could not tell apart.
fn same_forms(variants: &[DataVariant], diagnostics: &mut Diagnostics) {
    let arity = |variant: &DataVariant| match variant.body {
        Body::Elements => variant.fields.len(),
        _ => 1,
    };
    for (position, variant) in variants.iter().enumerate() {
        let is_same = |former: &&DataVariant| former.tag == variant.tag && arity(former) == arity(variant);
        let Some(former) = variants[..position].iter().find(is_same) else { continue };
        let tag = variant.tag.as_deref().unwrap_or_default();
        let term = match arity(variant) {
            0 => format!("the atom `{tag}`"),
            fields => format!("`{{{tag}{}}}`", ", _".repeat(fields)),
        };
        diagnostics.add(syn::Error::new(
            variant.span,
            crate::diag::text(
                Code::SameShape,
                format_args!("variants `{}` and `{}` are both {term} in Erlang", former.ident, variant.ident),
                "rename one, or give it another atom: `#[term(name = \"...\")]`",
            ),
        ));
    }
}

/// All options of the item's `#[term(..)]` attributes.
fn options(attributes: &[syn::Attribute], known: &[&str], diagnostics: &mut Diagnostics) -> Vec<NamedOption> {
    let mut all = proc_macro2::TokenStream::new();
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident(words::TERM)) {
        let tokens = attrs::arguments(attribute, diagnostics);
        if !all.is_empty() {
            syn::Token![,](attribute.span()).to_tokens(&mut all);
        }
        all.extend(tokens);
    }
    attrs::options(all, ATTRIBUTE, known, diagnostics)
}

fn none(options: &[NamedOption], diagnostics: &mut Diagnostics) -> Option<String> {
    options.iter().find(|option| option.word == words::NONE).and_then(|option| option.atom(diagnostics))
}
