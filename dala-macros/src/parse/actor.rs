//! `#[dala::actor]` on an impl block.

use proc_macro2::TokenStream;
use quote::ToTokens as _;

use super::{attrs, handler};
use crate::diag::{Code, Diagnostics, nearest};
use crate::keywords as words;
use crate::model::actor::Actor;
use crate::model::handler::Hook;

/// Reads the impl block, and takes the attributes that only the macro understands off its methods.
pub(crate) fn actor(
    arguments: TokenStream,
    item: &mut syn::Item,
    diagnostics: &mut Diagnostics,
) -> Option<Actor> {
    let block = match item {
        syn::Item::Impl(block) => block,
        other => {
            wrong_item(other, diagnostics);
            return None;
        }
    };
    let mut actor = head(arguments, block, diagnostics)?;
    let mut seen = Vec::new();
    for item in &mut block.items {
        if let syn::ImplItem::Fn(method) = item {
            self::method(method, &mut actor, &mut seen, diagnostics);
        }
    }
    Some(actor)
}

fn wrong_item(item: &syn::Item, diagnostics: &mut Diagnostics) {
    let (tokens, what, instead) = match item {
        syn::Item::Struct(item) => (
            item.struct_token.to_token_stream(),
            "a struct",
            format!("put it on `impl {} {{ ... }}`, the block with the handlers", item.ident),
        ),
        syn::Item::Enum(item) => (
            item.enum_token.to_token_stream(),
            "an enum",
            format!("put it on `impl {} {{ ... }}`, the block with the handlers", item.ident),
        ),
        syn::Item::Trait(item) => (item.trait_token.to_token_stream(), "a trait", elsewhere()),
        syn::Item::Fn(item) => (item.sig.fn_token.to_token_stream(), "a function", elsewhere()),
        other => (other.to_token_stream(), "this item", elsewhere()),
    };
    diagnostics.report(
        Code::NotAnActorImpl,
        tokens,
        format_args!("`#[dala::actor]` belongs on an impl block, not on {what}"),
        instead,
    );
}

fn elsewhere() -> String {
    "put it on `impl Type { ... }`, the block with the handlers".to_owned()
}

fn head(arguments: TokenStream, block: &mut syn::ItemImpl, diagnostics: &mut Diagnostics) -> Option<Actor> {
    let options = attrs::options(
        arguments,
        "#[dala::actor]",
        &[
            words::NAME,
            words::MAILBOX,
            words::OVERFLOW,
            words::MEMORY,
            words::MESSAGES,
            words::QOS,
            words::DEADLINE,
            words::PINNED,
        ],
        diagnostics,
    );
    let mut name = None;
    let mut mailbox = None;
    let mut memory = None;
    let mut messages = None;
    let mut overflow = None;
    let mut qos = None;
    let mut deadline = None;
    let mut is_pinned = false;
    for option in &options {
        if option.word == words::NAME {
            name = option.string(diagnostics).map(|text| text.value());
        } else if option.word == words::MAILBOX {
            mailbox = option.number(diagnostics);
        } else if option.word == words::MEMORY {
            memory = option.bytes(diagnostics);
        } else if option.word == words::MESSAGES {
            messages = option.number(diagnostics);
        } else if option.word == words::OVERFLOW {
            overflow = variant(option, "overflow policy", "policies", words::OVERFLOWS, diagnostics);
        } else if option.word == words::QOS {
            qos = variant(option, "class", "classes", words::CLASSES, diagnostics);
        } else if option.word == words::DEADLINE {
            deadline = option.nanoseconds(diagnostics);
        } else {
            is_pinned = option.flag(diagnostics);
        }
    }
    if let Some((path, _)) = &block.trait_ {
        diagnostics.report(
            Code::NotAnActorImpl,
            path,
            "`#[dala::actor]` belongs on an impl block of the type itself, not of a trait",
            "move the handlers into `impl Type { ... }`",
        );
        take_roles(block);
        return None;
    }
    if let Some(lifetime) = block.generics.lifetimes().next() {
        diagnostics.report(
            Code::GenericHandler,
            lifetime,
            "an actor borrows nothing: it outlives whoever spawns it",
            "own the data: `String` instead of `&str`, `Vec<T>` instead of `&[T]`",
        );
        take_roles(block);
        return None;
    }
    let ident = match &*block.self_ty {
        syn::Type::Path(path) if path.qself.is_none() => {
            path.path.segments.last().map(|last| last.ident.clone())
        }
        _ => None,
    };
    let Some(ident) = ident else {
        diagnostics.report(
            Code::NotAnActorImpl,
            &block.self_ty,
            "an actor is a struct or enum of yours",
            "name its type here",
        );
        take_roles(block);
        return None;
    };
    Some(Actor {
        ident,
        ty: (*block.self_ty).clone(),
        generics: block.generics.clone(),
        name,
        mailbox,
        memory,
        messages,
        overflow,
        qos,
        deadline,
        is_pinned,
        init: None,
        handlers: Vec::new(),
        on_exit: None,
        on_down: None,
        unhandled: None,
        idle: None,
        idle_after: 0,
        terminate: None,
    })
}

/// The variant that a word of a closed set stands for.
fn variant(
    option: &attrs::NamedOption,
    one: &str,
    many: &str,
    words: &[(&str, &'static str)],
    diagnostics: &mut Diagnostics,
) -> Option<&'static str> {
    let text = option.string(diagnostics)?;
    let found = words.iter().find(|(word, _)| *word == text.value());
    if found.is_none() {
        let all: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        diagnostics.report(
            Code::UnknownOption,
            &text,
            format_args!("there is no {one} `{}`", text.value()),
            format_args!("{many} are {}", attrs::list(&all)),
        );
    }
    found.map(|&(_, variant)| variant)
}

/// Takes the attributes off a block that is not understood, so that the compiler does not report them too.
fn take_roles(block: &mut syn::ItemImpl) {
    for item in &mut block.items {
        if let syn::ImplItem::Fn(method) = item {
            take_role(method, &mut Diagnostics::default());
        }
    }
}

fn method(
    method: &mut syn::ImplItemFn,
    actor: &mut Actor,
    seen: &mut Vec<String>,
    diagnostics: &mut Diagnostics,
) {
    let Some(role) = take_role(method, diagnostics) else { return };
    let word = role.path().to_token_stream().to_string();
    match word.as_str() {
        words::INIT => {
            let init = handler::init(&role, method, &actor.ident, diagnostics);
            set_once(&mut actor.init, init, &role, seen, diagnostics);
        }
        words::HANDLER => actor.handlers.extend(handler::handler(&role, method, diagnostics)),
        words::MESSAGE => actor.handlers.extend(handler::message(&role, method, diagnostics)),
        _ => {
            let hook = handler::hook(&role, &word, method, diagnostics);
            let slot: &mut Option<Hook> = match word.as_str() {
                words::ON_EXIT => &mut actor.on_exit,
                words::ON_DOWN => &mut actor.on_down,
                words::UNHANDLED => &mut actor.unhandled,
                words::IDLE => {
                    actor.idle_after = handler::idle_after(&role, diagnostics).unwrap_or(1);
                    &mut actor.idle
                }
                _ => &mut actor.terminate,
            };
            set_once(slot, hook, &role, seen, diagnostics);
        }
    }
}

/// Takes the attribute that gives the method its role. Reports a second one, and words that are nearly one.
fn take_role(method: &mut syn::ImplItemFn, diagnostics: &mut Diagnostics) -> Option<syn::Attribute> {
    let mut role: Option<syn::Attribute> = None;
    method.attrs.retain(|attribute| {
        let Some(word) = attribute.path().get_ident().map(ToString::to_string) else { return true };
        if words::METHOD_ATTRIBUTES.contains(&word.as_str()) {
            if let Some(first) = &role {
                let first = first.path().to_token_stream().to_string();
                let wrong = match first == word {
                    true => format!("`#[{word}]` stands twice on `{}`", method.sig.ident),
                    false => format!("`{}` cannot be both `#[{first}]` and `#[{word}]`", method.sig.ident),
                };
                diagnostics.report(Code::TwoRoles, attribute.path(), wrong, "remove one of them");
            } else {
                role = Some(attribute.clone());
            }
            return false;
        }
        if is_built_in(&word) {
            return true;
        }
        match nearest(&word, words::METHOD_ATTRIBUTES.iter().copied()) {
            Some(near) => {
                diagnostics.report(
                    Code::UnknownAttribute,
                    attribute.path(),
                    format_args!("there is no method attribute `{word}`"),
                    format_args!("did you mean `#[{near}]`?"),
                );
                false
            }
            None => true,
        }
    });
    role
}

fn is_built_in(word: &str) -> bool {
    [
        "inline", "cold", "doc", "allow", "expect", "warn", "deny", "forbid", "cfg", "cfg_attr", "must_use",
        "test",
    ]
    .contains(&word)
}

/// Notes the one method with this role. `seen` has the roles before it, also of methods that were wrong.
fn set_once<T>(
    slot: &mut Option<T>,
    value: Option<T>,
    role: &syn::Attribute,
    seen: &mut Vec<String>,
    diagnostics: &mut Diagnostics,
) {
    let word = role.path().to_token_stream().to_string();
    if seen.contains(&word) {
        diagnostics.report(
            Code::TwoOfAKind,
            role.path(),
            format_args!("an actor has at most one `#[{word}]`"),
            match word.as_str() {
                words::INIT => {
                    "keep one; another way to start can be an argument of it, an enum for instance"
                }
                _ => "do both things in one method",
            },
        );
    } else {
        *slot = value;
        seen.push(word);
    }
}
