//! The test that runs an `async fn`.

use proc_macro2::TokenStream;
use quote::quote;

use crate::model::test::{Test, World};

/// The test function, with what was written inside.
pub(crate) fn function(test: &Test) -> TokenStream {
    let syn::ItemFn { attrs, vis, sig, block, .. } = &test.function;
    let name = &sig.ident;
    let number = |number: &Option<usize>| match number {
        Some(number) => quote!(::dala::__rt::Some(#number)),
        None => quote!(::dala::__rt::None),
    };
    let run = match &test.world {
        World::Simulated(seeds) => {
            let seeds = number(seeds);
            quote!(::dala::__rt::run_simulated(#seeds, #name))
        }
        World::Real(workers) => {
            let workers = number(workers);
            quote!(::dala::__rt::run_real(#workers, #name))
        }
    };
    quote! {
        #[::core::prelude::v1::test]
        #(#attrs)*
        #vis fn #name() {
            #sig #block
            #run
        }
    }
}
