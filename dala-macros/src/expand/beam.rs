//! A typed client of a server in Erlang or Elixir.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned as _;

use crate::model::beam::{Client, Method, Way};
use crate::names;

/// The client.
pub(crate) fn items(client: &Client) -> TokenStream {
    let Client { ident, vis, attrs, module, methods } = client;
    let reference = names::reference(ident);
    let name = reference.to_string();
    let summary = format!("A server of `{}`.", module.strip_prefix("Elixir.").unwrap_or(module));
    let methods = methods.iter().map(method);
    quote! {
        #(#attrs)*
        #[doc = ""]
        #[doc = #summary]
        #[doc = ""]
        #[doc = "Made by `from` what reaches it (`dala_beam::interop::Server`); cloning costs a count. Derefs to"]
        #[doc = "[`dala::server::Remote`]."]
        #[derive(::dala::__rt::Clone)]
        #vis struct #reference(::dala::__rt::Remote);

        #[automatically_derived]
        impl ::dala::__rt::fmt::Debug for #reference {
            fn fmt(&self, f: &mut ::dala::__rt::fmt::Formatter<'_>) -> ::dala::__rt::fmt::Result {
                f.debug_tuple(#name).field(&self.0).finish()
            }
        }

        #[automatically_derived]
        impl<S: ::dala::__rt::GenServer + 'static> ::dala::__rt::From<S> for #reference {
            fn from(server: S) -> Self {
                #reference(::dala::__rt::Remote::new(server))
            }
        }

        #[automatically_derived]
        impl ::dala::__rt::Deref for #reference {
            type Target = ::dala::__rt::Remote;

            fn deref(&self) -> &Self::Target {
                &self.0
            }
        }

        #[allow(private_interfaces, dead_code, clippy::too_many_arguments, reason = "generated from the trait")]
        impl #reference {
            /// The module, as Erlang knows it.
            pub const MODULE: &'static str = #module;

            /// A client whose calls wait for another time, where their methods do not say how long.
            #[must_use]
            pub fn with_timeout(&self, limit: ::dala::__rt::Duration) -> Self {
                #reference(self.0.with_timeout(limit))
            }

            #(#methods)*
        }
    }
}

fn method(method: &Method) -> TokenStream {
    let Method { ident, attrs, name, arguments, way } = method;
    let (names, types): (Vec<_>, Vec<_>) = arguments.iter().cloned().unzip();
    // Not an argument's, which may have the same name.
    let writer = proc_macro2::Ident::new("writer", proc_macro2::Span::mixed_site());
    let words = arguments.iter().map(|(name, ty)| {
        quote_spanned!(ty.span()=> <#ty as ::dala::__rt::StableLayout>::write_term(&#name, #writer))
    });
    let atom = quote!(::dala::__rt::Word::atom(::dala::__rt::atom_name!(#name).atom()));
    let build = match arguments.is_empty() {
        true => quote!(|_| #atom),
        false => quote!(|#writer| {
            let message = [#atom, #(#words),*];
            ::dala::__rt::TermWriter::tuple(#writer, &message)
        }),
    };
    match way {
        Way::Call { reply, nanoseconds } => {
            let limit = match nanoseconds {
                Some(nanoseconds) => {
                    quote!(::dala::__rt::Some(::dala::__rt::Duration::from_nanos(#nanoseconds)))
                }
                None => quote!(::dala::__rt::None),
            };
            // A reply without a term is one error, here at its type.
            let check = quote_spanned!(reply.span()=>
                const _: ::dala::__rt::FieldType = <#reply as ::dala::__rt::StableLayout>::FIELD;);
            quote! {
                #(#attrs)*
                ///
                /// # Errors
                /// See [`dala::server::ServerError`].
                pub fn #ident(&self, #(#names: #types),*) -> ::dala::__rt::ServerReply<#reply> {
                    #check
                    ::dala::__rt::ServerReply::new(self.0.call(#limit, #build))
                }
            }
        }
        Way::Cast | Way::Info => {
            let send = match way {
                Way::Cast => quote!(cast),
                _ => quote!(info),
            };
            quote! {
                #(#attrs)*
                ///
                /// # Errors
                /// [`dala::server::ServerError::NoProcess`].
                pub fn #ident(
                    &self,
                    #(#names: #types),*
                ) -> ::dala::__rt::Result<(), ::dala::__rt::ServerError> {
                    self.0.#send(#build)
                }
            }
        }
    }
}
