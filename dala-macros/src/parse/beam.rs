//! `#[dala::beam]` on a trait.

use proc_macro2::TokenStream;
use quote::ToTokens as _;
use syn::ext::IdentExt as _;

use super::{attrs, handler};
use crate::diag::{Code, Diagnostics};
use crate::keywords as words;
use crate::model::beam::{Client, Method, Way};

const ATTRIBUTE: &str = "#[dala::beam]";

/// Reads the trait.
pub(crate) fn client(
    arguments: TokenStream,
    item: &syn::Item,
    diagnostics: &mut Diagnostics,
) -> Option<Client> {
    let options = attrs::options(arguments, ATTRIBUTE, &[words::MODULE], diagnostics);
    let syn::Item::Trait(item) = item else {
        diagnostics.report(
            Code::BadClient,
            item.to_token_stream().into_iter().next(),
            "`#[dala::beam]` belongs on a trait",
            "write `trait Name { fn method(&self, argument: Type) -> Reply; }`",
        );
        return None;
    };
    let module = options.first().and_then(|option| option.atom(diagnostics));
    if options.is_empty() && diagnostics.is_empty() {
        diagnostics.report(
            Code::BadClient,
            &item.ident,
            format_args!("`{}` has no module whose servers it is a client of", item.ident),
            "write `#[dala::beam(module = \"Elixir.Name\")]`",
        );
    }
    if !item.generics.params.is_empty() || !item.supertraits.is_empty() {
        diagnostics.report(
            Code::BadClient,
            &item.ident,
            format_args!("`{}` has parameters or bounds, but is a list of messages", item.ident),
            "remove them",
        );
    }
    let mut methods = Vec::new();
    for member in &item.items {
        match member {
            syn::TraitItem::Fn(method) => methods.extend(self::method(method, diagnostics)),
            other => {
                diagnostics.report(Code::BadClient, other, "a client has methods only", "move it elsewhere")
            }
        }
    }
    Some(Client {
        ident: item.ident.clone(),
        vis: item.vis.clone(),
        attrs: handler::carried(&item.attrs),
        module: module?,
        methods,
    })
}

fn method(method: &syn::TraitItemFn, diagnostics: &mut Diagnostics) -> Option<Method> {
    let sig = &method.sig;
    let mut wrong = |tokens: TokenStream, wrong: String, instead: &str| {
        diagnostics.report(Code::BadClient, tokens, wrong, instead);
    };
    let is_shared = sig.receiver().is_some_and(
        |receiver| matches!(&receiver.kind, syn::ReceiverKind::Reference(_, _, mutability) if mutability.is_none()),
    );
    if let Some(body) = &method.default {
        wrong(
            body.to_token_stream(),
            format!("`{}` has a body, but the server says what it does", sig.ident),
            "write `;` in its place",
        );
    }
    if !is_shared {
        wrong(
            sig.ident.to_token_stream(),
            format!("`{}` does not take `&self`", sig.ident),
            "write `fn name(&self, argument: Type) -> Reply;`",
        );
    }
    if let Some(keyword) = &sig.asyncness {
        wrong(
            keyword.to_token_stream(),
            format!("`{}` is `async` of itself: its call is awaited", sig.ident),
            "remove `async`",
        );
    }
    if !sig.generics.params.is_empty() {
        wrong(
            sig.generics.to_token_stream(),
            format!("`{}` has parameters, but what is sent has one fixed type", sig.ident),
            "write the concrete types",
        );
    }
    let mut arguments = Vec::new();
    for input in &sig.inputs {
        let syn::FnArg::Typed(input) = input else { continue };
        if !handler::owned(&input.ty, "the arguments travel to the server, which owns them", diagnostics) {
            continue;
        }
        if let Some(name) = handler::argument_name(input, diagnostics) {
            arguments.push((name, (*input.ty).clone()));
        }
    }
    let (way, name) = way(method, diagnostics)?;
    Some(Method {
        ident: sig.ident.clone(),
        attrs: handler::carried(&method.attrs),
        name: name.unwrap_or_else(|| sig.ident.unraw().to_string()),
        arguments,
        way,
    })
}

/// How the message travels, and its name if an attribute gives one.
fn way(method: &syn::TraitItemFn, diagnostics: &mut Diagnostics) -> Option<(Way, Option<String>)> {
    let role = method.attrs.iter().find_map(|attribute| {
        let is_role = |word: &&str| attribute.path().is_ident(word);
        [words::CALL, words::CAST, words::INFO].into_iter().find(is_role).map(|word| (word, attribute))
    });
    let (word, options) = match role {
        None => (words::CALL, Vec::new()),
        Some((word, attribute)) => {
            let arguments = attrs::arguments(attribute, diagnostics);
            let known: &[&str] = match word {
                words::CALL => &[words::NAME, words::TIMEOUT],
                _ => &[words::NAME],
            };
            (word, attrs::options(arguments, &format!("#[{word}]"), known, diagnostics))
        }
    };
    let find = |word: &str| options.iter().find(|option| option.word == word);
    let name = find(words::NAME).and_then(|option| option.atom(diagnostics));
    let nanoseconds = find(words::TIMEOUT).and_then(|option| option.nanoseconds(diagnostics));
    let reply = match &method.sig.output {
        syn::ReturnType::Default => None,
        syn::ReturnType::Type(_, ty) => Some(&**ty),
    };
    if let (words::CAST | words::INFO, Some(ty)) = (word, reply) {
        diagnostics.report(
            Code::BadClient,
            ty,
            format_args!("nothing comes back for `#[{word}]`"),
            "remove the return type, or the attribute",
        );
        return None;
    }
    let way = match word {
        words::CAST => Way::Cast,
        words::INFO => Way::Info,
        _ => {
            let unit = || syn::parse_quote!(());
            Way::Call { reply: Box::new(reply.cloned().unwrap_or_else(unit)), nanoseconds }
        }
    };
    Some((way, name))
}
