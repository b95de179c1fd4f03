//! `#[dala::main]` on `async fn main()`.

use proc_macro2::TokenStream;
use quote::ToTokens as _;

use super::attrs;
use crate::diag::{Code, Diagnostics};
use crate::keywords as words;
use crate::model::main::Main;

/// Reads the function.
pub(crate) fn main(arguments: TokenStream, item: &syn::Item, diagnostics: &mut Diagnostics) -> Option<Main> {
    let options = attrs::options(arguments, "#[dala::main]", &[words::WORKERS], diagnostics);
    let workers = options.iter().find_map(|option| option.number(diagnostics));
    let mut function = async_function(item, "#[dala::main]", "`async fn main()`", diagnostics)?;
    function.sig.asyncness = None;
    Some(Main { workers, function })
}

/// The function under an attribute that runs it: `async`, and called with nothing. `form` is how it should look.
pub(super) fn async_function(
    item: &syn::Item,
    attribute: &str,
    form: &str,
    diagnostics: &mut Diagnostics,
) -> Option<syn::ItemFn> {
    let syn::Item::Fn(function) = item else {
        diagnostics.report(
            Code::BadMain,
            item.to_token_stream().into_iter().next(),
            format_args!("`{attribute}` belongs on a function"),
            format_args!("put it on {form}"),
        );
        return None;
    };
    let sig = &function.sig;
    let mut is_sound = true;
    if sig.asyncness.is_none() {
        diagnostics.report(
            Code::BadMain,
            sig.fn_token,
            format_args!("`{}` is not `async`, so there is nothing for the runtime to run", sig.ident),
            format_args!("write `async fn {}()`", sig.ident),
        );
        is_sound = false;
    }
    if !sig.inputs.is_empty() {
        diagnostics.report(
            Code::BadMain,
            &sig.inputs,
            format_args!("`{}` is called without arguments", sig.ident),
            match attribute {
                "#[dala::main]" => "remove them; the command line is `std::env::args()`",
                _ => "remove them",
            },
        );
        is_sound = false;
    }
    if !sig.generics.params.is_empty() {
        let wrong = format!("`{}` is called without parameters", sig.ident);
        diagnostics.report(Code::BadMain, &sig.generics, wrong, "remove them");
        is_sound = false;
    }
    is_sound.then(|| function.clone())
}
