//! The typed reference, `CounterRef` for `Counter`, and how the actor is spawned.

use proc_macro2::{Group, TokenStream, TokenTree};
use quote::{ToTokens as _, quote, quote_spanned};

use crate::model::actor::Actor;
use crate::model::handler::{Handler, Init, Parameter};
use crate::names;

/// The reference and its methods, and `spawn`.
pub(crate) fn items(actor: &Actor) -> TokenStream {
    let Actor { ident, ty, generics, .. } = actor;
    let reference = names::reference(ident);
    let (parameters, _, bounds) = generics.split_for_impl();
    // What has parameters has no default to stand for it.
    let (default, whole) = match generics.params.is_empty() {
        true => (quote!(= #ty), quote!(#reference)),
        false => (TokenStream::new(), quote!(#reference<#ty>)),
    };
    let methods = actor.handlers.iter().map(|handler| method(actor, handler));
    let spawn = match &actor.init {
        None if actor.is_pinned => spawn_pinned(actor, &whole),
        Some(init) => spawn_with(actor, &whole, init),
        None => spawn_state(actor, &reference, &whole),
    };
    let summary = format!(
        "Names an actor of type [`{ident}`]: what is sent through it is checked against its handlers."
    );
    let name = reference.to_string();
    // The parameter is always the actor's type. It is there because a private type may not be an associated type of
    // a public one, and only the compiler knows which of them is private.
    quote! {
        #[doc = #summary]
        #[doc = ""]
        #[doc = "Has one method for each handler, and all of [`dala::ActorRef`]. Cloning is cheap and keeps nothing alive."]
        #[allow(private_interfaces, private_bounds, dead_code, reason = "as visible as the macro can tell")]
        #[repr(transparent)]
        pub struct #reference<ThisActor: ::dala::__rt::Actor #default>(::dala::__rt::ActorRef<ThisActor>);

        #[automatically_derived]
        impl<ThisActor: ::dala::__rt::Actor> ::dala::__rt::Clone for #reference<ThisActor> {
            #[inline]
            fn clone(&self) -> Self {
                #reference(::dala::__rt::Clone::clone(&self.0))
            }
        }

        #[automatically_derived]
        impl<ThisActor: ::dala::__rt::Actor> ::dala::__rt::Copy for #reference<ThisActor> {}

        #[automatically_derived]
        impl<ThisActor: ::dala::__rt::Actor> ::dala::__rt::PartialEq for #reference<ThisActor> {
            fn eq(&self, other: &Self) -> bool {
                self.0.pid() == other.0.pid()
            }
        }

        #[automatically_derived]
        impl<ThisActor: ::dala::__rt::Actor> ::dala::__rt::Eq for #reference<ThisActor> {}

        #[automatically_derived]
        impl<ThisActor: ::dala::__rt::Actor> ::dala::__rt::Hash for #reference<ThisActor> {
            fn hash<H: ::dala::__rt::Hasher>(&self, state: &mut H) {
                ::dala::__rt::Hash::hash(&self.0.pid(), state);
            }
        }

        #[automatically_derived]
        impl<ThisActor: ::dala::__rt::Actor> ::dala::__rt::fmt::Debug for #reference<ThisActor> {
            fn fmt(&self, f: &mut ::dala::__rt::fmt::Formatter<'_>) -> ::dala::__rt::fmt::Result {
                f.debug_tuple(#name).field(&self.0.pid()).finish()
            }
        }

        #[automatically_derived]
        impl<ThisActor: ::dala::__rt::Actor> ::dala::__rt::Deref for #reference<ThisActor> {
            type Target = ::dala::__rt::ActorRef<ThisActor>;

            #[inline]
            fn deref(&self) -> &Self::Target {
                &self.0
            }
        }

        #[automatically_derived]
        impl<ThisActor: ::dala::__rt::Actor> ::dala::__rt::From<::dala::__rt::ActorRef<ThisActor>> for #reference<ThisActor> {
            #[inline]
            fn from(actor: ::dala::__rt::ActorRef<ThisActor>) -> Self {
                #reference(actor)
            }
        }

        #[automatically_derived]
        impl #parameters ::dala::__rt::From<#reference<#ty>> for ::dala::__rt::ActorRef<#ty> #bounds {
            #[inline]
            fn from(reference: #reference<#ty>) -> Self {
                reference.0
            }
        }

        #[automatically_derived]
        impl<ThisActor: ::dala::__rt::Actor> ::dala::__rt::From<#reference<ThisActor>> for ::dala::__rt::Pid {
            #[inline]
            fn from(reference: #reference<ThisActor>) -> Self {
                reference.0.pid()
            }
        }

        #[automatically_derived]
        impl<ThisActor: ::dala::__rt::Actor> ::dala::__rt::From<&#reference<ThisActor>> for ::dala::__rt::Pid {
            #[inline]
            fn from(reference: &#reference<ThisActor>) -> Self {
                reference.0.pid()
            }
        }

        #[automatically_derived]
        impl<ThisActor: ::dala::__rt::Actor> ::dala::__rt::StableLayout for #reference<ThisActor> {
            const FIELD: ::dala::__rt::FieldType = <::dala::__rt::ActorRef<ThisActor> as ::dala::__rt::StableLayout>::FIELD;

            #[inline]
            fn write_term(&self, writer: &mut dyn ::dala::__rt::TermWriter) -> ::dala::__rt::Word {
                ::dala::__rt::StableLayout::write_term(&self.0, writer)
            }

            #[inline]
            fn read_term(
                source: ::dala::__rt::Source<'_>,
            ) -> ::dala::__rt::Result<Self, ::dala::__rt::ConvertError> {
                ::dala::__rt::Ok(#reference(::dala::__rt::StableLayout::read_term(source)?))
            }
        }

        #[allow(private_interfaces, dead_code, clippy::too_many_arguments, reason = "generated from the handlers")]
        impl #parameters #reference<#ty> #bounds {
            /// The reference to `pid`, if that is a live actor of this type.
            pub fn of_pid(pid: ::dala::__rt::Pid) -> ::dala::__rt::Option<Self> {
                ::dala::__rt::ActorRef::of_pid(pid).map(#reference)
            }

            #(#methods)*
        }

        #[allow(private_interfaces, dead_code, clippy::too_many_arguments, reason = "generated from the constructor")]
        impl #parameters #ty #bounds {
            #spawn
        }
    }
}

/// `tokens` with the actor's type in place of `Self`, which means the reference there.
pub(super) fn without_self(tokens: TokenStream, ty: &TokenStream) -> TokenStream {
    tokens
        .into_iter()
        .flat_map(|token| match token {
            TokenTree::Ident(ident) if ident == "Self" => ty.clone(),
            TokenTree::Group(group) => {
                let mut inner = Group::new(group.delimiter(), without_self(group.stream(), ty));
                inner.set_span(group.span());
                TokenTree::Group(inner).into()
            }
            token => token.into(),
        })
        .collect()
}

fn method(actor: &Actor, handler: &Handler) -> TokenStream {
    let ty = actor.ty.to_token_stream();
    let summary = format!("Sends the message of the handler `{}` and waits for its reply.", handler.ident);
    calling(handler, &ty, &summary, |message, value| {
        quote! {
            #[allow(unused_imports, reason = "needed only beside errors")]
            use ::dala::__rt::NoPair as _;
            <::dala::__rt::Pair<#ty, #message>>::call(&self.0, #value)
        }
    })
}

/// A reference's method of the handler's name, with its documentation: `send` gives the call of a message of a type, made
/// from the method's parameters. `Self` in the handler means `ty`.
pub(super) fn calling(
    handler: &Handler,
    ty: &TokenStream,
    summary: &str,
    send: impl FnOnce(&TokenStream, &TokenStream) -> TokenStream,
) -> TokenStream {
    let Handler { ident, attrs, message, reply, .. } = handler;
    let message = without_self(message.to_token_stream(), ty);
    let reply = without_self(reply.to_token_stream(), ty);
    let (parameters, value) = match &handler.made {
        None => (quote!(message: #message), quote!(message)),
        Some(made) => {
            let parameters = made.fields.iter().map(|(name, field)| {
                let field = without_self(field.to_token_stream(), ty);
                quote!(#name: #field)
            });
            let names = made.fields.iter().map(|(name, _)| name);
            (quote!(#(#parameters),*), quote!(#message { #(#names),* }))
        }
    };
    let send = send(&message, &value);
    quote! {
        #[doc = #summary]
        #[doc = ""]
        #(#attrs)*
        #[doc = ""]
        #[doc = "# Errors"]
        #[doc = "As [`dala::ActorRef::call`]."]
        pub fn #ident(&self, #parameters) -> ::dala::__rt::Call<#reply> {
            #send
        }
    }
}

fn spawn_with(actor: &Actor, reference: &TokenStream, init: &Init) -> TokenStream {
    let Init { ident, attrs, arguments, parameters, is_async, is_fallible } = init;
    let ty = &actor.ty;
    let declared = arguments.iter().map(|(name, ty)| quote!(#name: #ty));
    let context = syn::Ident::new("context", proc_macro2::Span::mixed_site());
    let mut names = arguments.iter().map(|(name, _)| name);
    let values = parameters.iter().map(|parameter| match parameter {
        Parameter::Context => quote!(#context),
        Parameter::Argument | Parameter::ReplyTo => names.next().to_token_stream(),
    });
    let summary = format!("An actor whose state `{ident}` makes: `.await` spawns it and waits for that.");
    let call = quote_spanned!(ident.span()=> Self::#ident(#(#values),*));
    let call = if *is_async { quote!(#call.await) } else { call };
    let state = match is_fallible {
        true => quote!(::dala::__rt::initialised(#call)),
        false => quote!(::dala::__rt::Ok(#call)),
    };
    let starting = match (is_async, actor.is_pinned) {
        (true, false) => quote!(::dala::__rt::Starting::later(async move { #state })),
        (true, true) => quote!(::dala::__rt::Starting::later_here(async move { #state })),
        (false, _) => quote!(::dala::__rt::Starting::now(#state)),
    };
    let init = quote! {
        ::dala::__rt::init(move |#context: &mut ::dala::__rt::Context<Self>| #starting)
    };
    if actor.is_pinned {
        let summary = format!(
            "An actor on `thread`, where it stays, whose state `{ident}` makes there: `.await` spawns it."
        );
        return quote! {
            #[doc = #summary]
            #[doc = ""]
            #(#attrs)*
            #[doc = ""]
            #[doc = "# Errors"]
            #[doc = "When the constructor fails, the thread's runtime is down, or no pid is left."]
            pub fn spawn_on(
                thread: &::dala::__rt::PinnedThread,
                #(#declared),*
            ) -> ::dala::__rt::Spawning<#ty, #reference> {
                thread.spawning(#init)
            }
        };
    }
    // The fallback of `Pair` would hide that a state with parameters is not `Send`.
    let (import, spawning) = match actor.generics.params.is_empty() {
        true => (
            quote! {
                #[allow(unused_imports, reason = "needed only beside errors")]
                use ::dala::__rt::NoPair as _;
            },
            quote!(<::dala::__rt::Pair<Self, ()>>::spawning),
        ),
        false => (TokenStream::new(), quote!(::dala::__rt::Spawning::new)),
    };
    quote! {
        #[doc = #summary]
        #[doc = ""]
        #(#attrs)*
        #[doc = ""]
        #[doc = "# Errors"]
        #[doc = "When the constructor fails, no runtime runs, or no pid is left."]
        pub fn spawn(#(#declared),*) -> ::dala::__rt::Spawning<#ty, #reference> {
            #import
            #spawning(#init)
        }
    }
}

fn spawn_state(actor: &Actor, reference: &syn::Ident, whole: &TokenStream) -> TokenStream {
    let (import, spawn) = match actor.generics.params.is_empty() {
        true => (
            quote! {
                #[allow(unused_imports, reason = "needed only beside errors")]
                use ::dala::__rt::NoPair as _;
            },
            quote!(<::dala::__rt::Pair<Self, ()>>::spawn),
        ),
        false => (TokenStream::new(), quote!(::dala::__rt::spawn)),
    };
    quote! {
        /// Spawns an actor with this state.
        ///
        /// # Errors
        /// When no runtime runs, or no pid is left.
        pub fn spawn(self) -> ::dala::__rt::Result<#whole, ::dala::__rt::SpawnError> {
            #import
            ::dala::__rt::Ok(#reference(#spawn(self)?))
        }
    }
}

fn spawn_pinned(actor: &Actor, whole: &TokenStream) -> TokenStream {
    let ty = &actor.ty;
    quote! {
        /// An actor on `thread`, where it stays, and where `make` makes it: `.await` spawns it.
        ///
        /// # Errors
        /// When `make` panics, the thread's runtime is down, or no pid is left.
        pub fn spawn_on(
            thread: &::dala::__rt::PinnedThread,
            make: impl ::dala::__rt::FnOnce() -> Self + ::dala::__rt::Send + 'static,
        ) -> ::dala::__rt::Spawning<#ty, #whole> {
            ::dala::__rt::spawn_pinned(thread, make)
        }
    }
}
