//! The `main` that starts the runtime.

use proc_macro2::TokenStream;
use quote::quote;

use crate::model::main::Main;

/// The function, which runs what was written as its body on a new runtime.
pub(crate) fn function(main: &Main) -> TokenStream {
    let syn::ItemFn { attrs, vis, sig, block, .. } = &main.function;
    let workers = match main.workers {
        Some(workers) => quote!(::dala::__rt::Some(#workers)),
        None => quote!(::dala::__rt::None),
    };
    quote! {
        #(#attrs)*
        #vis #sig {
            ::dala::__rt::run_main(#workers, async #block)
        }
    }
}
