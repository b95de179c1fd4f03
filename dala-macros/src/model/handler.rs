//! A method that takes messages, and the other roles of methods.

use proc_macro2::{Ident, Span};

use super::message::Message;

/// A method with `#[handler]` or `#[message]`.
pub(crate) struct Handler {
    /// Name of the method.
    pub(crate) ident: Ident,
    /// Doc comments and `cfg`s, which generated items carry too.
    pub(crate) attrs: Vec<syn::Attribute>,
    /// First and last token of `fn name(...) -> Reply`.
    pub(crate) signature: (Span, Span),
    /// Whether it is an `async fn`.
    pub(crate) is_async: bool,
    /// Variant of `dala::Lane`.
    pub(crate) lane: &'static str,
    /// What it is called with.
    pub(crate) parameters: Vec<Parameter>,
    /// The message type.
    pub(crate) message: syn::Type,
    /// How the reply comes.
    pub(crate) replies: Replies,
    /// Fields of the message made from the method's arguments; `None` for `#[handler]`.
    pub(crate) made: Option<Made>,
    /// What it returns; `()` when nothing is written.
    pub(crate) reply: syn::Type,
}

impl Handler {
    /// The `cfg`s alone.
    pub(crate) fn cfgs(&self) -> Vec<&syn::Attribute> {
        cfgs(&self.attrs)
    }
}

/// The `cfg` attributes among `attrs`.
pub(crate) fn cfgs(attrs: &[syn::Attribute]) -> Vec<&syn::Attribute> {
    attrs.iter().filter(|attribute| attribute.path().is_ident("cfg")).collect()
}

/// The text of the doc comments among `attrs`, without what stands in another file.
pub(crate) fn documentation(attrs: &[syn::Attribute]) -> String {
    let lines = attrs.iter().filter(|attribute| attribute.path().is_ident("doc")).filter_map(|attribute| {
        let syn::Meta::NameValue(syn::MetaNameValue { value: syn::Expr::Lit(value), .. }) = &attribute.meta
        else {
            return None;
        };
        let syn::Lit::Str(text) = &value.lit else { return None };
        let text = text.value();
        // A comment's text begins behind a space.
        Some(
            text.lines()
                .map(|line| line.strip_prefix(' ').unwrap_or(line).trim_end())
                .collect::<Vec<_>>()
                .join("\n"),
        )
    });
    lines.collect::<Vec<_>>().join("\n").trim().to_owned()
}

/// A message type that `#[message]` makes.
pub(crate) struct Made {
    /// What the macro on a struct would have understood.
    pub(crate) message: Message,
    /// Names and types of the arguments, in order.
    pub(crate) fields: Vec<(Ident, syn::Type)>,
}

/// How a handler gives its reply.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Replies {
    /// By returning it.
    Returned,
    /// Through its parameter `ReplyTo<R>`.
    Delegated,
    /// By returning a `Concurrent<R>`.
    Concurrent,
    /// By returning a `Blocking<R>`.
    Blocking,
}

/// What a method is called with at one position.
pub(crate) enum Parameter {
    /// Whom to reply to.
    ReplyTo,
    /// The context.
    Context,
    /// The message, or for `#[message]`, constructors and hooks the next argument.
    Argument,
}

/// The constructor.
pub(crate) struct Init {
    /// Name of the method.
    pub(crate) ident: Ident,
    /// Doc comments and `cfg`s.
    pub(crate) attrs: Vec<syn::Attribute>,
    /// Names and types of the arguments, without the context.
    pub(crate) arguments: Vec<(Ident, syn::Type)>,
    /// What it is called with.
    pub(crate) parameters: Vec<Parameter>,
    /// Whether it is an `async fn`.
    pub(crate) is_async: bool,
    /// Whether it returns a `Result`.
    pub(crate) is_fallible: bool,
}

/// A hook.
pub(crate) struct Hook {
    /// Name of the method.
    pub(crate) ident: Ident,
    /// `cfg`s.
    pub(crate) attrs: Vec<syn::Attribute>,
    /// What it is called with.
    pub(crate) parameters: Vec<Parameter>,
}
