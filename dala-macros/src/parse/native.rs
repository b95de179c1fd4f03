//! `#[dala::native]` on a function.

use proc_macro2::TokenStream;
use quote::ToTokens as _;
use syn::ext::IdentExt as _;

use super::{attrs, handler};
use crate::diag::{Code, Diagnostics};
use crate::keywords as words;
use crate::model::handler::cfgs;
use crate::model::native::{Native, Runs};

const ATTRIBUTE: &str = "#[dala::native]";
/// As many as `dala::native::Arguments` takes; a longer list is better a type of its own.
const MAX_ARGUMENTS: usize = 8;

/// Reads the function.
pub(crate) fn native(
    arguments: TokenStream,
    item: &syn::Item,
    diagnostics: &mut Diagnostics,
) -> Option<Native> {
    let place = arguments.clone();
    let known = [words::MODULE, words::NAME, words::REDUCTIONS, words::BLOCKING, words::TAGGED];
    let options = attrs::options(arguments, ATTRIBUTE, &known, diagnostics);
    let find = |word: &str| options.iter().find(|option| option.word == word);
    let syn::Item::Fn(function) = item else {
        diagnostics.report(
            Code::BadNative,
            item.to_token_stream().into_iter().next(),
            "`#[dala::native]` belongs on a function",
            "put it on `fn name(argument: Type) -> Value`, outside of an impl block",
        );
        return None;
    };
    let sig = &function.sig;
    let module = find(words::MODULE).and_then(|option| option.atom(diagnostics));
    // A misspelt one was reported already.
    if find(words::MODULE).is_none() && diagnostics.is_empty() {
        let tokens = if place.is_empty() { sig.ident.to_token_stream() } else { place };
        diagnostics.report(
            Code::BadNative,
            tokens,
            format_args!("`{}` has no module that Erlang and Elixir could call it in", sig.ident),
            "write `#[dala::native(module = \"Elixir.Name\")]`",
        );
    }
    let name = find(words::NAME).and_then(|option| option.atom(diagnostics));
    let reductions = find(words::REDUCTIONS).and_then(|option| option.number(diagnostics));
    let is_blocking = find(words::BLOCKING).is_some_and(|option| option.flag(diagnostics));
    let is_tagged = find(words::TAGGED).is_some_and(|option| option.flag(diagnostics));
    let runs = match (&sig.asyncness, is_blocking) {
        (Some(asyncness), true) => {
            diagnostics.report(
                Code::BadNative,
                asyncness,
                format_args!("`{}` is both `async` and `blocking`", sig.ident),
                "remove `async` if it blocks its thread, or `blocking` if it only waits",
            );
            Runs::Async
        }
        (Some(_), false) => Runs::Async,
        (None, true) => Runs::Blocking,
        (None, false) => Runs::Plain,
    };
    if !sig.generics.params.is_empty() {
        diagnostics.report(
            Code::BadNative,
            &sig.generics,
            format_args!("`{}` has parameters, but Erlang calls one function", sig.ident),
            "write the concrete types; own the data: `String` instead of `&str`",
        );
    }
    let types = sig.inputs.iter().filter_map(|input| argument(input, diagnostics)).collect::<Vec<_>>();
    if let Some(extra) = sig.inputs.iter().nth(MAX_ARGUMENTS) {
        diagnostics.report(
            Code::BadNative,
            extra,
            format_args!("`{}` takes more than {MAX_ARGUMENTS} arguments", sig.ident),
            "make one type of them, with `#[derive(dala::Term)]`",
        );
    }
    let output = match &sig.output {
        syn::ReturnType::Default => syn::parse_quote_spanned!(sig.ident.span()=> ()),
        syn::ReturnType::Type(_, ty) => (**ty).clone(),
    };
    if is_tagged && !handler::is_result(&output) {
        diagnostics.report(
            Code::BadNative,
            find(words::TAGGED).map(|option| &option.word),
            format_args!("`{}` returns no `Result`", sig.ident),
            "remove `tagged`, or return `Result<Value, Error>`",
        );
    }
    Some(Native {
        ident: sig.ident.clone(),
        vis: function.vis.clone(),
        attrs: cfgs(&function.attrs).into_iter().cloned().collect(),
        module: module?,
        name: name.unwrap_or_else(|| sig.ident.unraw().to_string()),
        reductions: reductions.map(|reductions| u32::try_from(reductions).unwrap_or(u32::MAX)),
        runs,
        arguments: types,
        raises: handler::is_result(&output) && !is_tagged,
        output,
    })
}

fn argument(input: &syn::FnArg, diagnostics: &mut Diagnostics) -> Option<syn::Type> {
    match input {
        syn::FnArg::Receiver(receiver) => {
            diagnostics.report(
                Code::BadNative,
                receiver,
                "a native function belongs to no value",
                "move it out of the impl block; what has state is an actor",
            );
            None
        }
        syn::FnArg::Typed(typed) => match &*typed.ty {
            syn::Type::Reference(reference) => {
                diagnostics.report(
                    Code::BadNative,
                    reference,
                    "a native function owns its arguments",
                    "take `String` instead of `&str`, `dala::Bytes` (which shares a large binary) instead of `&[u8]`",
                );
                None
            }
            ty => Some(ty.clone()),
        },
    }
}
