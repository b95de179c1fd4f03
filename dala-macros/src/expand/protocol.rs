//! The trait of a protocol, and the reference to any actor that has it.

use proc_macro2::TokenStream;
use quote::{ToTokens as _, quote, quote_spanned};
use syn::spanned::Spanned as _;

use super::{actor, client};
use crate::model::handler::Handler;
use crate::model::protocol::Protocol;
use crate::names;

/// The trait, which all actors have that handle its messages, made messages, and the reference.
pub(crate) fn items(protocol: &Protocol) -> TokenStream {
    let Protocol { ident, vis, attrs, methods } = protocol;
    let reference = names::reference(ident);
    let made = methods.iter().map(|method| actor::made_message(ident, method));
    let bounds: Vec<TokenStream> = methods
        .iter()
        .map(|Handler { message, reply, .. }| {
            quote_spanned!(message.span()=> ::dala::__rt::Handles<#message, Reply = #reply>)
        })
        .collect();
    let fields = methods
        .iter()
        .map(|Handler { ident, message, reply, .. }| quote!(#ident: ::dala::__rt::Callee<#message, #reply>));
    let names: Vec<_> = methods.iter().map(|method| &method.ident).collect();
    let first = names.first();
    let takes = methods.iter().map(|Handler { ident, message, reply, .. }| {
        quote! {
            #[automatically_derived]
            impl ::dala::__rt::Takes<#message> for #reference {
                type Reply = #reply;

                #[inline]
                fn callee(&self) -> ::dala::__rt::Callee<#message, #reply> {
                    self.#ident
                }
            }
        }
    });
    let calls = methods.iter().map(|method| call(&reference, method));
    let summary = format!("Names an actor of any type that has the protocol [`{ident}`].");
    let name = reference.to_string();
    quote! {
        #(#made)*

        #(#attrs)*
        #vis trait #ident: #(#bounds)+* {}

        #[automatically_derived]
        impl<ThisActor> #ident for ThisActor where ThisActor: #(#bounds)+* {}

        #[doc = #summary]
        #[doc = ""]
        #[doc = "Made by `from` the reference of such an actor. Has one method for each of the protocol; free to copy."]
        #[allow(private_interfaces, dead_code, reason = "as visible as the messages are")]
        #vis struct #reference { #(#fields),* }

        #[automatically_derived]
        impl ::dala::__rt::Clone for #reference {
            #[inline]
            fn clone(&self) -> Self {
                *self
            }
        }

        #[automatically_derived]
        impl ::dala::__rt::Copy for #reference {}

        #[automatically_derived]
        impl ::dala::__rt::fmt::Debug for #reference {
            fn fmt(&self, f: &mut ::dala::__rt::fmt::Formatter<'_>) -> ::dala::__rt::fmt::Result {
                f.debug_tuple(#name).field(&self.#first.pid()).finish()
            }
        }

        #[automatically_derived]
        impl<ThisActor: #ident> ::dala::__rt::From<::dala::__rt::ActorRef<ThisActor>> for #reference {
            fn from(actor: ::dala::__rt::ActorRef<ThisActor>) -> Self {
                #reference { #(#names: ::dala::__rt::From::from(actor)),* }
            }
        }

        #[automatically_derived]
        impl ::dala::__rt::From<#reference> for ::dala::__rt::Pid {
            fn from(reference: #reference) -> Self {
                reference.#first.pid()
            }
        }

        #(#takes)*

        #[allow(private_interfaces, dead_code, clippy::too_many_arguments, reason = "generated from the methods")]
        impl #reference {
            /// The actor's pid.
            pub fn pid(&self) -> ::dala::__rt::Pid {
                self.#first.pid()
            }

            /// Whether it lives.
            pub fn is_alive(&self) -> bool {
                self.#first.is_alive()
            }

            /// As [`dala::ActorRef::tell`], for a message of the protocol.
            ///
            /// # Errors
            /// As [`dala::ActorRef::tell`].
            pub fn tell<M: ::dala::__rt::Message>(
                &self,
                message: M,
            ) -> ::dala::__rt::Result<(), ::dala::__rt::SendError<M>>
            where
                Self: ::dala::__rt::Takes<M>,
            {
                ::dala::__rt::Takes::<M>::callee(self).tell(message)
            }

            /// As [`dala::ActorRef::call`], for a message of the protocol.
            ///
            /// # Errors
            /// As [`dala::ActorRef::call`].
            pub fn call<M: ::dala::__rt::Message>(
                &self,
                message: M,
            ) -> ::dala::__rt::Call<<Self as ::dala::__rt::Takes<M>>::Reply>
            where
                Self: ::dala::__rt::Takes<M>,
            {
                ::dala::__rt::Takes::<M>::callee(self).call(message)
            }

            /// As [`dala::ActorRef::call_timeout`], for a message of the protocol.
            ///
            /// # Errors
            /// As [`dala::ActorRef::call`].
            pub fn call_timeout<M: ::dala::__rt::Message>(
                &self,
                message: M,
                limit: ::dala::__rt::Duration,
            ) -> ::dala::__rt::Call<<Self as ::dala::__rt::Takes<M>>::Reply>
            where
                Self: ::dala::__rt::Takes<M>,
            {
                ::dala::__rt::Takes::<M>::callee(self).call_timeout(message, limit)
            }

            #(#calls)*
        }
    }
}

fn call(reference: &proc_macro2::Ident, method: &Handler) -> TokenStream {
    let ident = &method.ident;
    let summary = format!("Sends the message of `{ident}` and waits for its reply.");
    client::calling(
        method,
        &reference.to_token_stream(),
        &summary,
        |_, value| quote!(self.#ident.call(#value)),
    )
}
