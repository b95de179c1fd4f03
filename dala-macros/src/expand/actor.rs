//! `impl Actor`, `impl Handles<M>` for each handler, and the protocol table.

use proc_macro2::{Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens as _, quote, quote_spanned};
use syn::spanned::Spanned as _;

use super::message;
use crate::model::actor::Actor;
use crate::model::handler::{Handler, Hook, Parameter, Replies, cfgs, documentation};
use crate::names;

/// Everything beside the impl block itself and the reference.
pub(crate) fn items(actor: &Actor) -> TokenStream {
    let made = actor.handlers.iter().map(|handler| made_message(&actor.ident, handler));
    let handles = actor.handlers.iter().map(|handler| handles(actor, handler));
    let is_generic = !actor.generics.params.is_empty();
    let distinct = if is_generic { TokenStream::new() } else { distinct_shapes(actor) };
    let state = state_check(actor);
    let messages = actor.handlers.iter().map(message_check);
    let implementation = implementation(actor);
    quote!(#(#made)* #state #(#messages)* #implementation #(#handles)* #distinct)
}

/// One error at the type when the state may not move between threads.
fn state_check(actor: &Actor) -> TokenStream {
    let ty = &actor.ty;
    // With parameters it is checked where the actor is spawned.
    if actor.is_pinned || !actor.generics.params.is_empty() {
        return TokenStream::new();
    }
    quote_spanned!(ty.span()=> const _: () = ::dala::__rt::state_is_send::<#ty>();)
}

/// One error at the type when a handler's message is none. What `#[message]` made is one if its fields are sound,
/// which is checked there.
fn message_check(handler: &Handler) -> TokenStream {
    let (cfgs, message) = (handler.cfgs(), &handler.message);
    match handler.made {
        Some(_) => TokenStream::new(),
        None => quote_spanned! {message.span()=>
            #(#cfgs)*
            const _: () = ::dala::__rt::is_message::<#message>();
        },
    }
}

fn implementation(actor: &Actor) -> TokenStream {
    let Actor { ty, ident, generics, .. } = actor;
    let (parameters, _, bounds) = generics.split_for_impl();
    let distinct = (!generics.params.is_empty()).then(|| {
        let checks = shape_checks(actor, &quote!(Self));
        quote!(const { #(#checks)* })
    });
    let name = actor.name.clone().unwrap_or_else(|| ident.to_string());
    let traps_exits = flag(actor.on_exit.as_ref());
    let terminates = flag(actor.terminate.as_ref());
    let mailbox = actor.mailbox.map(|capacity| {
        let capacity = u32::try_from(capacity).unwrap_or(u32::MAX);
        quote!(const MAILBOX: ::dala::__rt::Option<::dala::__rt::u32> = ::dala::__rt::Some(#capacity);)
    });
    let memory = (actor.memory.is_some() || actor.messages.is_some()).then(|| {
        let bytes = match actor.memory {
            Some(bytes) => quote!(bytes(#bytes)),
            None => quote!(NONE),
        };
        let messages = actor.messages.map(|messages| {
            let messages = messages as u64;
            quote!(.messages(#messages))
        });
        quote!(const MEMORY: ::dala::__rt::MemoryLimit = ::dala::__rt::MemoryLimit::#bytes #messages;)
    });
    let overflow = actor.overflow.map(|overflow| {
        let overflow = Ident::new(overflow, Span::call_site());
        quote!(const OVERFLOW: ::dala::__rt::Overflow = ::dala::__rt::Overflow::#overflow;)
    });
    let qos = actor.qos.map(|class| {
        let class = Ident::new(class, Span::call_site());
        quote!(const QOS: ::dala::__rt::Qos = ::dala::__rt::Qos::#class;)
    });
    let deadline = actor.deadline.map(|nanoseconds| {
        quote! {
            const DEADLINE: ::dala::__rt::Option<::dala::__rt::Duration> =
                ::dala::__rt::Some(::dala::__rt::Duration::from_nanos(#nanoseconds));
        }
    });
    let on_exit = actor.on_exit.as_ref().map(|hook| {
        let (cfgs, call) = hook_call(hook, &["from", "reason"]);
        quote! {
            #(#cfgs)*
            fn on_exit(
                &mut self,
                from: ::dala::__rt::Pid,
                reason: &::dala::__rt::ExitReason,
                context: &mut ::dala::__rt::Context<Self>,
            ) {
                #call
            }
        }
    });
    let on_down = actor.on_down.as_ref().map(|hook| {
        let (cfgs, call) = hook_call(hook, &["down"]);
        quote! {
            #(#cfgs)*
            fn on_down(&mut self, down: &::dala::__rt::Down, context: &mut ::dala::__rt::Context<Self>) {
                #call
            }
        }
    });
    let unhandled = actor.unhandled.as_ref().map(|hook| {
        let (cfgs, call) = hook_call(hook, &["message"]);
        quote! {
            #(#cfgs)*
            fn unhandled(
                &mut self,
                message: &mut ::dala::__rt::Unhandled,
                context: &mut ::dala::__rt::Context<Self>,
            ) {
                #call
            }
        }
    });
    let terminate = actor.terminate.as_ref().map(|hook| {
        let (cfgs, call) = hook_call(hook, &["reason"]);
        quote! {
            #(#cfgs)*
            fn terminate(
                &mut self,
                reason: &::dala::__rt::ExitReason,
                context: &mut ::dala::__rt::Context<Self>,
            ) {
                #call
            }
        }
    });
    let idle = actor.idle.as_ref().map(|hook| {
        let (cfgs, call) = hook_call(hook, &[]);
        let after = actor.idle_after;
        quote! {
            #(#cfgs)*
            const IDLE_AFTER: ::dala::__rt::Option<::dala::__rt::Duration> =
                ::dala::__rt::Some(::dala::__rt::Duration::from_nanos(#after));

            #(#cfgs)*
            fn idle(&mut self, context: &mut ::dala::__rt::Context<Self>) {
                #call
            }
        }
    });
    let entries = actor.handlers.iter().map(|handler| {
        let (cfgs, message, documentation) =
            (handler.cfgs(), &handler.message, documentation(&handler.attrs));
        let documented = (!documentation.is_empty()).then(|| quote!(.documented(#documentation)));
        quote_spanned!(message.span()=> #(#cfgs)* <::dala::__rt::Pair<Self, #message>>::ENTRY #documented)
    });
    quote! {
        #[automatically_derived]
        impl #parameters ::dala::__rt::Actor for #ty #bounds {
            const NAME: &'static ::dala::__rt::str = #name;
            const TRAPS_EXITS: bool = #traps_exits;
            const TERMINATES: bool = #terminates;
            #mailbox
            #memory
            #overflow
            #qos
            #deadline
            #on_exit
            #on_down
            #unhandled
            #terminate
            #idle

            // The method that is chosen here is that of the first of the traits that the state has.
            fn state_term(&self, writer: &mut dyn ::dala::__rt::TermWriter) -> ::dala::__rt::Option<::dala::__rt::Word> {
                #[allow(unused_imports, reason = "not all states need them")]
                use ::dala::__rt::{StateByDebug as _, StateUnknown as _};
                (&::dala::__rt::State(self)).write(writer)
            }

            fn set_state_term(
                &mut self,
                source: ::dala::__rt::Source<'_>,
            ) -> ::dala::__rt::Result<(), ::dala::__rt::ConvertError> {
                #[allow(unused_imports, reason = "not all states need it")]
                use ::dala::__rt::StateFixed as _;
                ::dala::__rt::StateMut(self).read(source)
            }

            // `Pair` chooses what follows: a type that is no message was reported already.
            fn protocol() -> ::dala::__rt::Option<&'static ::dala::__rt::AnyProtocol> {
                #[allow(unused_imports, reason = "needed only beside errors")]
                use ::dala::__rt::NoPair as _;
                #distinct
                ::dala::__rt::Some(const { &::dala::__rt::Protocol::new(const { &[#(#entries),*] }) })
            }
        }
    }
}

/// `true` where the hook is compiled in.
fn flag(hook: Option<&Hook>) -> TokenStream {
    match hook {
        None => quote!(false),
        Some(hook) => {
            let conditions = cfgs(&hook.attrs).into_iter().filter_map(|attribute| match &attribute.meta {
                syn::Meta::List(list) => Some(list.tokens.clone()),
                _ => None,
            });
            quote!(cfg!(all(#(#conditions),*)))
        }
    }
}

fn hook_call<'a>(hook: &'a Hook, arguments: &[&str]) -> (Vec<&'a syn::Attribute>, TokenStream) {
    let mut arguments = arguments.iter();
    let values = hook.parameters.iter().map(|parameter| {
        let name = match parameter {
            Parameter::Context => "context",
            Parameter::Argument | Parameter::ReplyTo => arguments.next().copied().unwrap_or("context"),
        };
        Ident::new(name, proc_macro2::Span::call_site())
    });
    let ident = &hook.ident;
    (cfgs(&hook.attrs), quote!(Self::#ident(self, #(#values),*);))
}

/// The message type of `#[message]`.
pub(super) fn made_message(owner: &Ident, handler: &Handler) -> TokenStream {
    let Some(made) = &handler.made else { return TokenStream::new() };
    let cfgs = handler.cfgs();
    let attrs = &handler.attrs;
    let ident = &made.message.ident;
    let summary = format!("The message of `{owner}::{}`.", handler.ident);
    let repr = message::repr(&made.message);
    let impls = message::impls(&made.message);
    let fields = made.fields.iter().map(|(name, ty)| {
        let doc = format!("The argument `{name}`.");
        quote!(#[doc = #doc] pub #name: #ty)
    });
    let body = match made.fields.is_empty() {
        true => quote!(;),
        false => quote!({ #(#fields),* }),
    };
    let text = ident.to_string();
    quote! {
        #[doc = #summary]
        #[doc = ""]
        #(#attrs)*
        #[allow(private_interfaces, dead_code, reason = "as visible as the macro can tell")]
        #repr
        pub struct #ident #body

        #(#cfgs)*
        const _: () = {
            #impls

            #[automatically_derived]
            impl ::dala::__rt::fmt::Debug for #ident {
                fn fmt(&self, f: &mut ::dala::__rt::fmt::Formatter<'_>) -> ::dala::__rt::fmt::Result {
                    f.write_str(#text)
                }
            }
        };
    }
}

fn handles(actor: &Actor, handler: &Handler) -> TokenStream {
    let ty = &actor.ty;
    let Handler { message, reply, ident, lane, .. } = handler;
    let cfgs = handler.cfgs();
    let lane = Ident::new(lane, proc_macro2::Span::call_site());
    let (this, value, context) = (quote!(self), binding("message"), binding("context"));
    let reply_to = binding("reply_to");
    let mut fields = handler.made.iter().flat_map(|made| made.fields.iter().enumerate());
    let arguments = handler.parameters.iter().map(|parameter| match (parameter, &handler.made) {
        (Parameter::Context, _) => quote!(#context),
        (Parameter::ReplyTo, _) => quote!(#reply_to),
        (Parameter::Argument, None) => quote!(#value),
        (Parameter::Argument, Some(_)) => {
            let position = fields.next().map_or(0, |(position, _)| position);
            let binding = names::field_binding(position);
            quote!(#binding)
        }
    });
    let call = quote_spanned!(ident.span()=> Self::#ident(#this, #(#arguments),*));
    let way = match (handler.replies, handler.is_async, actor.is_pinned) {
        (Replies::Concurrent, _, _) => "concurrent",
        (Replies::Blocking, _, _) => "blocking",
        (Replies::Delegated, false, _) => "delegated",
        (Replies::Delegated, true, false) => "delegated_later",
        (Replies::Delegated, true, true) => "delegated_later_here",
        (Replies::Returned, true, false) => "later",
        (Replies::Returned, true, true) => "later_here",
        (Replies::Returned, false, _) => "now",
    };
    let way = Ident::new(way, ident.span());
    let handled = quote_spanned!(ident.span()=> ::dala::__rt::Handled::#way(#call));
    let take_reply = (handler.replies == Replies::Delegated)
        .then(|| quote!(let #reply_to = #context.reply_to::<#reply>();));
    let unpack = handler.made.as_ref().map(|made| {
        let patterns = made.fields.iter().enumerate().map(|(position, (name, _))| {
            let binding = names::field_binding(position);
            quote!(#name: #binding)
        });
        quote!(let #message { #(#patterns),* } = #value;)
    });
    // From the first token of the signature to the last, so that the compiler shows all of it, reply included, where it
    // lists what an actor handles.
    let (first, last) = handler.signature;
    let ty = respanned(ty.to_token_stream(), last);
    let (parameters, _, bounds) = actor.generics.split_for_impl();
    let header = quote_spanned!(first=> impl #parameters ::dala::__rt::Handles<#message> for #ty #bounds);
    let reply_item = quote_spanned!(reply.span()=> type Reply = #reply;);
    let items = quote! {
        #reply_item
        const LANE: ::dala::__rt::Lane = ::dala::__rt::Lane::#lane;

        #[inline]
        fn handle<'a>(
            &'a mut self,
            #value: #message,
            #context: &'a mut ::dala::__rt::Context<Self>,
        ) -> ::dala::__rt::Handled<'a, #reply> {
            #unpack
            #take_reply
            #handled
        }
    };
    let block = quote_spanned!(last=> { #items });
    quote! {
        #(#cfgs)*
        #[automatically_derived]
        #[allow(
            unused_variables,
            clippy::unit_arg,
            reason = "a handler need not take its context or a message without fields, nor reply"
        )]
        #header #block
    }
}

/// `tokens`, all at `span`.
fn respanned(tokens: TokenStream, span: Span) -> TokenStream {
    tokens
        .into_iter()
        .map(|mut token| {
            if let TokenTree::Group(group) = &token {
                token = TokenTree::Group(Group::new(group.delimiter(), respanned(group.stream(), span)));
            }
            token.set_span(span);
            token
        })
        .collect()
}

fn binding(name: &str) -> Ident {
    Ident::new(name, proc_macro2::Span::mixed_site())
}

/// For each handler, an assertion that no earlier one takes a message that looks the same in Erlang.
fn distinct_shapes(actor: &Actor) -> TokenStream {
    let checks = shape_checks(actor, &actor.ty.to_token_stream());
    let checks = checks.into_iter().zip(actor.handlers.iter().skip(1));
    checks
        .map(|(check, handler)| {
            let cfgs = handler.cfgs();
            quote_spanned! {handler.message.span()=>
                #(#cfgs)*
                const _: () = {
                    #[allow(unused_imports, reason = "needed only beside errors")]
                    use ::dala::__rt::NoPair as _;
                    #check
                };
            }
        })
        .collect()
}

/// One call for each handler but the first; `actor` is how the actor's type is written there.
fn shape_checks(actor: &Actor, ty: &TokenStream) -> Vec<TokenStream> {
    let check = |(position, handler): (usize, &Handler)| {
        let message = &handler.message;
        let formers = actor.handlers[..position].iter().map(|former| {
            let (cfgs, message) = (former.cfgs(), &former.message);
            quote!(#(#cfgs)* <::dala::__rt::Pair<#ty, #message>>::SHAPES)
        });
        quote_spanned! {message.span()=>
            ::dala::__rt::assert_distinct(<::dala::__rt::Pair<#ty, #message>>::SHAPES, &[#(#formers),*]);
        }
    };
    actor.handlers.iter().enumerate().skip(1).map(check).collect()
}
