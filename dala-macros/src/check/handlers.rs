//! Rules of an actor's handlers together.

use quote::ToTokens as _;

use super::messages;
use crate::diag::{Code, Diagnostics, text};
use crate::model::actor::Actor;
use crate::model::handler::Handler;
use crate::model::message::Variant;

/// Reports an actor that takes nothing, and two handlers for one type, of which the first is kept.
///
/// That two *types* look alike in Erlang is found by a `const` assertion in the generated code, since only the
/// compiler knows their shapes.
pub(crate) fn actor(actor: &mut Actor, diagnostics: &mut Diagnostics) {
    // With errors, handlers may be missing because they were wrong.
    if actor.handlers.is_empty() && actor.unhandled.is_none() && diagnostics.is_empty() {
        diagnostics.report(
            Code::EmptyActor,
            &actor.ty,
            format_args!("actor `{}` has no handlers: nothing could be sent to it", actor.ident),
            "mark methods with `#[handler]` (one message parameter) or `#[message]` (message made from the arguments)",
        );
    }
    let mut is_first = vec![true; actor.handlers.len()];
    for (position, handler) in actor.handlers.iter().enumerate() {
        if let Some(made) = &handler.made {
            made.message.variants.iter().for_each(|variant| messages::atom(variant, diagnostics));
        }
        let text = handler.message.to_token_stream().to_string();
        let same = |former: &&Handler| {
            former.message.to_token_stream().to_string() == text && former.cfgs().is_empty()
        };
        if handler.cfgs().is_empty()
            && let Some(former) = actor.handlers[..position].iter().find(same)
        {
            is_first[position] = false;
            let instead = match handler.made {
                Some(_) => "rename the method, from whose name the message type is made",
                None => "do both things in one handler, or make a second message type",
            };
            let wrong =
                format!("`{text}` is handled twice: by `{}` and by `{}`", former.ident, handler.ident);
            match handler.made {
                Some(_) => diagnostics.report(Code::SameMessage, &handler.ident, wrong, instead),
                None => diagnostics.report(Code::SameMessage, &handler.message, wrong, instead),
            }
        }
    }
    parameters(actor, &mut is_first, diagnostics);
    same_shapes(actor, &mut is_first, diagnostics);
    let mut is_first = is_first.into_iter();
    actor.handlers.retain(|_| is_first.next() == Some(true));
}

/// Reports arguments of made messages whose types have a parameter of the actor.
fn parameters(actor: &Actor, is_first: &mut [bool], diagnostics: &mut Diagnostics) {
    let names: Vec<_> = actor.generics.type_params().map(|parameter| parameter.ident.clone()).collect();
    for (position, handler) in actor.handlers.iter().enumerate() {
        for (_, ty) in handler.made.iter().flat_map(|made| &made.fields) {
            let Some(name) = names.iter().find(|name| mentions(ty.to_token_stream(), name)) else { continue };
            is_first[position] = false;
            diagnostics.report(
                Code::GenericHandler,
                ty,
                format_args!("the message of `{}` would have the parameter `{name}`", handler.ident),
                "write a concrete type: the shape of a message is one fixed layout",
            );
        }
    }
}

fn mentions(tokens: proc_macro2::TokenStream, name: &proc_macro2::Ident) -> bool {
    tokens.into_iter().any(|token| match token {
        proc_macro2::TokenTree::Ident(ident) => ident == *name,
        proc_macro2::TokenTree::Group(group) => mentions(group.stream(), name),
        _ => false,
    })
}

/// Reports two messages made from methods that Erlang could not tell apart.
fn same_shapes(actor: &Actor, is_first: &mut [bool], diagnostics: &mut Diagnostics) {
    let mut seen: Vec<(&Variant, &Handler)> = Vec::new();
    for (position, handler) in actor.handlers.iter().enumerate() {
        let Some(variant) = handler.made.as_ref().and_then(|made| made.message.variants.first()) else {
            continue;
        };
        let same = |(former, _): &&(&Variant, &Handler)| {
            former.atom == variant.atom && former.fields.len() == variant.fields.len()
        };
        let all_there = is_first[position] && handler.cfgs().is_empty();
        match seen.iter().find(same) {
            Some((_, former)) if all_there && former.cfgs().is_empty() => {
                is_first[position] = false;
                let wrong = format!(
                    "the messages of `{}` and `{}` are both {} in Erlang",
                    former.ident,
                    handler.ident,
                    messages::term(variant)
                );
                let instead = "give one of them another name: `#[message(name = \"...\")]`";
                diagnostics.add(syn::Error::new(variant.atom_span, text(Code::SameShape, wrong, instead)));
            }
            _ => seen.push((variant, handler)),
        }
    }
}
