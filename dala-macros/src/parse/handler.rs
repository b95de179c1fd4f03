//! Methods with a role: handlers, the constructor, hooks.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::ToTokens as _;

use super::attrs;
use crate::diag::{Code, Diagnostics};
use crate::keywords as words;
use crate::model::handler::{Handler, Hook, Init, Made, Parameter, Replies};
use crate::model::message::{Field, Message, Variant};
use crate::names;

/// The last part of the context's type, by which its parameter is known.
const CONTEXT: &str = "Context";
/// The last part of the type of what a reply is given through.
const REPLY_TO: &str = "ReplyTo";
/// The last parts of the types of replies that come from elsewhere.
const CONCURRENT: &str = "Concurrent";
const BLOCKING: &str = "Blocking";

/// `#[handler] fn add(&mut self, add: Add)`.
pub(crate) fn handler(
    role: &syn::Attribute,
    method: &syn::ImplItemFn,
    diagnostics: &mut Diagnostics,
) -> Option<Handler> {
    let lane = lane_and_name(role, "#[handler]", &[words::PRIORITY], diagnostics).0;
    let is_sound = signature(&method.sig, "handler", diagnostics);
    let (parameters, messages) = parameters(&method.sig);
    let example = format!("#[handler] fn {}(&mut self, message: Type)", method.sig.ident);
    let message = match &messages[..] {
        [] => {
            diagnostics.report(
                Code::OneMessage,
                &method.sig.ident,
                format_args!("handler `{}` takes no message", method.sig.ident),
                format_args!(
                    "write `{example}`, or `#[message]` to have the message type made from the arguments"
                ),
            );
            return None;
        }
        [message] => message,
        [_, second, ..] => {
            diagnostics.report(
                Code::OneMessage,
                second,
                format_args!("handler `{}` takes more than one message", method.sig.ident),
                "put both into one `#[dala::message]` struct, or write `#[message]` instead of `#[handler]` to have \
                 one made from the arguments",
            );
            return None;
        }
    };
    let is_owned = owned(&message.ty, "a handler owns its message", diagnostics);
    let (reply, replies) = reply(&method.sig, diagnostics)?;
    (is_sound && is_owned).then(|| Handler {
        ident: method.sig.ident.clone(),
        attrs: carried(&method.attrs),
        signature: ends(&method.sig),
        is_async: method.sig.asyncness.is_some(),
        lane,
        parameters,
        message: (*message.ty).clone(),
        made: None,
        replies,
        reply,
    })
}

/// `#[message] fn reset(&mut self, to: i64) -> bool`.
pub(crate) fn message(
    role: &syn::Attribute,
    method: &syn::ImplItemFn,
    diagnostics: &mut Diagnostics,
) -> Option<Handler> {
    let (lane, name) = lane_and_name(role, "#[message]", &[words::PRIORITY, words::NAME], diagnostics);
    let mut is_sound = signature(&method.sig, "handler", diagnostics);
    let (parameters, arguments) = parameters(&method.sig);
    let mut fields = Vec::new();
    for argument in arguments {
        is_sound &=
            owned(&argument.ty, "the arguments become fields of a message, which owns them", diagnostics)
                && not_self(&argument.ty, diagnostics);
        match argument_name(argument, diagnostics) {
            Some(name) => fields.push((name, (*argument.ty).clone())),
            None => is_sound = false,
        }
    }
    let (reply, replies) = reply(&method.sig, diagnostics)?;
    let ident = names::message_of_method(&method.sig.ident);
    let (atom, atom_span) = match name {
        Some(name) => (name.value(), name.span()),
        None => (names::atom(&method.sig.ident), method.sig.ident.span()),
    };
    let variant = Variant {
        ident: ident.clone(),
        atom,
        atom_span,
        fields: fields
            .iter()
            .map(|(name, ty)| Field { member: syn::Member::Named(name.clone()), ty: ty.clone() })
            .collect(),
    };
    is_sound.then(|| Handler {
        ident: method.sig.ident.clone(),
        attrs: carried(&method.attrs),
        signature: ends(&method.sig),
        is_async: method.sig.asyncness.is_some(),
        lane,
        parameters,
        message: syn::parse_quote!(#ident),
        made: Some(Made { message: Message { ident, is_enum: false, variants: vec![variant] }, fields }),
        replies,
        reply,
    })
}

/// `#[init] fn new(start: i64) -> Self`.
pub(crate) fn init(
    role: &syn::Attribute,
    method: &syn::ImplItemFn,
    actor: &Ident,
    diagnostics: &mut Diagnostics,
) -> Option<Init> {
    no_options(role, "#[init]", diagnostics);
    let sig = &method.sig;
    let mut is_sound = not_generic(sig, "constructor", diagnostics);
    if let Some(receiver) = sig.receiver() {
        diagnostics.report(
            Code::BadInit,
            receiver,
            "a constructor has no `self`: it makes the state",
            "remove it, and return `Self`",
        );
        is_sound = false;
    }
    let (parameters, inputs) = parameters(sig);
    let mut arguments = Vec::new();
    for (position, input) in inputs.into_iter().enumerate() {
        is_sound &= owned(&input.ty, "the arguments travel to the new actor, which owns them", diagnostics);
        let name = match &*input.pat {
            syn::Pat::Ident(pattern) => pattern.ident.clone(),
            _ => Ident::new(&format!("argument_{position}"), Span::mixed_site()),
        };
        arguments.push((name, (*input.ty).clone()));
    }
    let is_fallible = match returned(sig, actor) {
        Some(is_fallible) => is_fallible,
        None => {
            let wrong = format!("constructor `{}` does not return the actor", sig.ident);
            let instead = "write `-> Self`, or `-> Result<Self, Error>` if it can fail";
            match &sig.output {
                syn::ReturnType::Type(_, ty) => diagnostics.report(Code::BadInit, ty, wrong, instead),
                syn::ReturnType::Default => diagnostics.report(Code::BadInit, &sig.ident, wrong, instead),
            }
            is_sound = false;
            false
        }
    };
    let is_async = sig.asyncness.is_some();
    is_sound.then(|| Init {
        ident: sig.ident.clone(),
        attrs: carried(&method.attrs),
        arguments,
        parameters,
        is_async,
        is_fallible,
    })
}

/// `#[on_down] fn down(&mut self, down: &Down)` and its like.
pub(crate) fn hook(
    role: &syn::Attribute,
    word: &str,
    method: &syn::ImplItemFn,
    diagnostics: &mut Diagnostics,
) -> Option<Hook> {
    if word != words::IDLE {
        no_options(role, &format!("#[{word}]"), diagnostics);
    }
    let sig = &method.sig;
    let mut is_sound = signature(sig, "hook", diagnostics);
    let expected = match word {
        words::IDLE => "",
        words::ON_EXIT => "from: Pid, reason: &ExitReason",
        words::ON_DOWN => "down: &Down",
        words::UNHANDLED => "message: &Unhandled",
        _ => "reason: &ExitReason",
    };
    let (parameters, arguments) = parameters(sig);
    let (options, separator) = match word {
        words::IDLE => ("(after = \"30s\")", ""),
        _ => ("", ", "),
    };
    let example = format!(
        "write `#[{word}{options}] fn {}(&mut self{separator}{expected})`; `ctx: &mut Context<Self>` may follow",
        sig.ident
    );
    if arguments.len() != expected.split(", ").filter(|argument| !argument.is_empty()).count() {
        diagnostics.report(
            Code::BadHook,
            &sig.ident,
            format_args!("hook `{}` does not take the arguments of `#[{word}]`", sig.ident),
            &example,
        );
        is_sound = false;
    }
    if let Some(keyword) = &sig.asyncness {
        diagnostics.report(
            Code::BadHook,
            keyword,
            "a hook is not `async`",
            "send yourself a message whose handler is `async`: `ctx.me().tell(..)`",
        );
        is_sound = false;
    }
    if let syn::ReturnType::Type(_, ty) = &sig.output
        && !matches!(&**ty, syn::Type::Tuple(unit) if unit.elems.is_empty())
    {
        diagnostics.report(Code::BadHook, ty, "nobody takes what a hook returns", "remove the return type");
        is_sound = false;
    }
    is_sound.then(|| Hook { ident: sig.ident.clone(), attrs: carried(&method.attrs), parameters })
}

/// The time of `#[idle(after = "30s")]` in nanoseconds.
pub(crate) fn idle_after(role: &syn::Attribute, diagnostics: &mut Diagnostics) -> Option<u64> {
    let arguments = attrs::arguments(role, diagnostics);
    let options = attrs::options(arguments, "#[idle]", &[words::AFTER], diagnostics);
    let Some(option) = options.first() else {
        if diagnostics.is_empty() {
            diagnostics.report(
                Code::UnknownOption,
                role.path(),
                "`#[idle]` does not say when",
                "write `#[idle(after = \"30s\")]`",
            );
        }
        return None;
    };
    option.nanoseconds(diagnostics)
}

fn lane_and_name(
    role: &syn::Attribute,
    attribute: &str,
    known: &[&str],
    diagnostics: &mut Diagnostics,
) -> (&'static str, Option<syn::LitStr>) {
    let arguments = attrs::arguments(role, diagnostics);
    let mut lane = "Normal";
    let mut name = None;
    for option in attrs::options(arguments, attribute, known, diagnostics) {
        let Some(text) = option.string(diagnostics) else { continue };
        if option.word == words::NAME {
            name = Some(text);
            continue;
        }
        match words::PRIORITIES.iter().find(|(word, _)| *word == text.value()) {
            Some((_, variant)) => lane = variant,
            None => {
                let all: Vec<&str> = words::PRIORITIES.iter().map(|(word, _)| *word).collect();
                diagnostics.report(
                    Code::UnknownPriority,
                    &text,
                    format_args!("there is no priority `{}`", text.value()),
                    format_args!("priorities are {}", attrs::list(&all)),
                );
            }
        }
    }
    (lane, name)
}

fn no_options(role: &syn::Attribute, attribute: &str, diagnostics: &mut Diagnostics) {
    let arguments = attrs::arguments(role, diagnostics);
    attrs::options(arguments, attribute, &[], diagnostics);
}

/// Checks receiver and parameters of a handler or hook.
fn signature(sig: &syn::Signature, what: &str, diagnostics: &mut Diagnostics) -> bool {
    let is_plain = not_generic(sig, what, diagnostics);
    let instead = format!("write `fn {}(&mut self, ...)`", sig.ident);
    let receiver = match sig.receiver() {
        Some(receiver) => receiver,
        None => {
            diagnostics.report(
                Code::NeedsMutSelf,
                &sig.ident,
                format_args!("{what} `{}` has no `self`", sig.ident),
                instead,
            );
            return false;
        }
    };
    let syn::ReceiverKind::Reference(_, _, mutability) = &receiver.kind else {
        diagnostics.report(
            Code::NeedsMutSelf,
            receiver,
            format_args!("{what} `{}` takes the actor by value, but it goes on living", sig.ident),
            instead,
        );
        return false;
    };
    if mutability.is_none() && sig.asyncness.is_some() {
        diagnostics.report(
            Code::NeedsMutSelf,
            receiver,
            format_args!(
                "async {what} `{}` holds `&self` while it waits, which only state that is `Sync` allows",
                sig.ident
            ),
            instead,
        );
        return false;
    }
    is_plain
}

fn not_generic(sig: &syn::Signature, what: &str, diagnostics: &mut Diagnostics) -> bool {
    if sig.generics.params.is_empty() {
        return true;
    }
    diagnostics.report(
        Code::GenericHandler,
        &sig.generics,
        format_args!("{what} `{}` has parameters, but what arrives has one fixed type", sig.ident),
        "write the concrete types; for several message types, a handler each",
    );
    false
}

/// What the method is called with, and its arguments other than `self` and the context.
fn parameters(sig: &syn::Signature) -> (Vec<Parameter>, Vec<&syn::PatType>) {
    let mut parameters = Vec::new();
    let mut arguments = Vec::new();
    for input in &sig.inputs {
        let syn::FnArg::Typed(input) = input else { continue };
        if is_context(&input.ty) {
            parameters.push(Parameter::Context);
        } else if of_reply(&input.ty, REPLY_TO).is_some() {
            parameters.push(Parameter::ReplyTo);
        } else {
            parameters.push(Parameter::Argument);
            arguments.push(input);
        }
    }
    (parameters, arguments)
}

fn is_context(ty: &syn::Type) -> bool {
    let syn::Type::Reference(reference) = ty else { return false };
    let syn::Type::Path(path) = &*reference.elem else { return false };
    path.path.segments.last().is_some_and(|last| last.ident == CONTEXT)
}

/// The `R` of `word<R>`.
fn of_reply<'a>(ty: &'a syn::Type, word: &str) -> Option<&'a syn::Type> {
    let syn::Type::Path(path) = ty else { return None };
    let last = path.path.segments.last().filter(|last| last.ident == word)?;
    let syn::PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
    match arguments.args.first() {
        Some(syn::GenericArgument::Type(reply)) if arguments.args.len() == 1 => Some(reply),
        _ => None,
    }
}

/// Reports a type that borrows or has no name.
pub(super) fn owned(ty: &syn::Type, rule: &str, diagnostics: &mut Diagnostics) -> bool {
    match ty {
        syn::Type::Reference(reference) => {
            let instead = match &*reference.elem {
                syn::Type::Path(path) if path.path.is_ident("str") => "write `String`".to_owned(),
                syn::Type::Slice(slice) => format!("write `Vec<{}>`", slice.elem.to_token_stream()),
                other => format!("write `{}`", other.to_token_stream()),
            };
            diagnostics.report(Code::BadArgument, ty, format_args!("this is borrowed, but {rule}"), instead);
            false
        }
        syn::Type::ImplTrait(_) => {
            diagnostics.report(
                Code::GenericHandler,
                ty,
                "`impl Trait` stands for many types, but what arrives has one fixed type",
                "write the concrete type",
            );
            false
        }
        syn::Type::Path(path) if path.path.segments.last().is_some_and(is_context_of_self) => {
            diagnostics.report(
                Code::BadArgument,
                ty,
                "the context is lent to a method, not given",
                "write `&mut Context<Self>`",
            );
            false
        }
        _ => true,
    }
}

fn is_context_of_self(last: &syn::PathSegment) -> bool {
    last.ident == CONTEXT && names_self(last.arguments.to_token_stream())
}

/// Reports a field's type that says `Self`, which would be the message.
fn not_self(ty: &syn::Type, diagnostics: &mut Diagnostics) -> bool {
    let names = names_self(ty.to_token_stream());
    if names {
        diagnostics.report(
            Code::BadArgument,
            ty,
            "`Self` in an argument that becomes a field of a message would be the message",
            "write the actor's type",
        );
    }
    !names
}

fn names_self(tokens: TokenStream) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => ident == "Self",
        TokenTree::Group(group) => names_self(group.stream()),
        _ => false,
    })
}

/// Spans of the first and the last token.
fn ends(sig: &syn::Signature) -> (Span, Span) {
    let mut tokens = sig.to_token_stream().into_iter();
    let first = tokens.next().map_or_else(Span::call_site, |token| token.span());
    let last = tokens.last().map_or(first, |token| match token {
        TokenTree::Group(group) => group.span_close(),
        token => token.span(),
    });
    (first, last)
}

pub(super) fn argument_name(argument: &syn::PatType, diagnostics: &mut Diagnostics) -> Option<Ident> {
    match &*argument.pat {
        syn::Pat::Ident(pattern) if pattern.subpat.is_none() && pattern.by_ref.is_none() => {
            Some(pattern.ident.clone())
        }
        pattern => {
            diagnostics.report(
                Code::BadArgument,
                pattern,
                "this argument becomes a field of the message, and a field has a name",
                "write `name: Type`",
            );
            None
        }
    }
}

/// The type of the reply, and how it comes.
fn reply(sig: &syn::Signature, diagnostics: &mut Diagnostics) -> Option<(syn::Type, Replies)> {
    let delegated = sig.inputs.iter().find_map(|input| match input {
        syn::FnArg::Typed(input) => of_reply(&input.ty, REPLY_TO),
        syn::FnArg::Receiver(_) => None,
    });
    let ty = match &sig.output {
        syn::ReturnType::Default => {
            return Some(match delegated {
                Some(reply) => (reply.clone(), Replies::Delegated),
                None => (syn::parse_quote!(()), Replies::Returned),
            });
        }
        syn::ReturnType::Type(_, ty) => &**ty,
    };
    if let Some(reply) = delegated {
        if matches!(ty, syn::Type::Tuple(unit) if unit.elems.is_empty()) {
            return Some((reply.clone(), Replies::Delegated));
        }
        let wrong = format!("`{}` replies through its `ReplyTo`, and returns something too", sig.ident);
        diagnostics.report(Code::ReplyInTrait, ty, wrong, "remove the return type, or the `ReplyTo`");
        return None;
    }
    for (word, replies) in [(CONCURRENT, Replies::Concurrent), (BLOCKING, Replies::Blocking)] {
        let Some(reply) = of_reply(ty, word) else { continue };
        if let Some(keyword) = &sig.asyncness {
            diagnostics.report(
                Code::ReplyInTrait,
                keyword,
                format_args!("`{}` returns at once what goes on without the actor", sig.ident),
                format_args!("remove `async`, and wait inside the `{word}`"),
            );
            return None;
        }
        return Some((reply.clone(), replies));
    }
    match ty {
        syn::Type::ImplTrait(_) => {
            diagnostics.report(
                Code::ReplyInTrait,
                ty,
                "a reply has a type that its caller can name",
                "write the concrete type",
            );
            None
        }
        syn::Type::Reference(_) => {
            let instead = "return an owned value: the reply leaves the actor";
            diagnostics.report(Code::ReplyInTrait, ty, "a reply cannot borrow from the actor", instead);
            None
        }
        ty => Some((ty.clone(), Replies::Returned)),
    }
}

/// Whether the constructor returns the actor in a `Result`; `None` if it returns something else.
fn returned(sig: &syn::Signature, actor: &Ident) -> Option<bool> {
    let syn::ReturnType::Type(_, ty) = &sig.output else { return None };
    let syn::Type::Path(path) = &**ty else { return None };
    let last = path.path.segments.last()?;
    if last.ident == "Self" || last.ident == *actor {
        return Some(false);
    }
    is_result(ty).then_some(true)
}

/// Whether the type is a `Result` by its name: also `io::Result<T>`, `SqlResult<T>`.
pub(super) fn is_result(ty: &syn::Type) -> bool {
    let syn::Type::Path(path) = ty else { return false };
    path.path.segments.last().is_some_and(|last| last.ident.to_string().ends_with("Result"))
}

/// Doc comments and `cfg`s, for what is made from the item.
pub(super) fn carried(attrs: &[syn::Attribute]) -> Vec<syn::Attribute> {
    let is_carried =
        |attribute: &&syn::Attribute| ["doc", "cfg"].iter().any(|word| attribute.path().is_ident(word));
    attrs.iter().filter(is_carried).cloned().collect()
}
