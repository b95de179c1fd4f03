//! Options inside attributes: `name = "..", mailbox = 1024`.

use proc_macro2::{Ident, TokenStream};
use quote::ToTokens as _;
use syn::ext::IdentExt as _;
use syn::parse::{Parse, ParseStream, Parser as _};
use syn::punctuated::Punctuated;

use crate::diag::{Code, Diagnostics, nearest};
use crate::names;

/// `word`, or `word = literal`.
pub(crate) struct NamedOption {
    /// The word.
    pub(crate) word: Ident,
    /// What stands behind `=`.
    pub(crate) value: Option<syn::Expr>,
}

impl Parse for NamedOption {
    fn parse(input: ParseStream<'_>) -> syn::Result<NamedOption> {
        let word = Ident::parse_any(input)?;
        let value = if input.peek(syn::Token![=]) {
            input.parse::<syn::Token![=]>()?;
            Some(input.parse()?)
        } else {
            None
        };
        Ok(NamedOption { word, value })
    }
}

impl NamedOption {
    fn literal(&self) -> Option<&syn::Lit> {
        match &self.value {
            Some(syn::Expr::Lit(literal)) => Some(&literal.lit),
            _ => None,
        }
    }

    /// The value, which should be a string.
    pub(crate) fn string(&self, diagnostics: &mut Diagnostics) -> Option<syn::LitStr> {
        match self.literal() {
            Some(syn::Lit::Str(text)) => Some(text.clone()),
            _ => {
                // A bare word is most likely the string without its quotes.
                let text = match &self.value {
                    Some(syn::Expr::Path(path)) => path.to_token_stream().to_string(),
                    _ => "...".to_owned(),
                };
                self.misused(diagnostics, "a string", &format!("{} = \"{text}\"", self.word));
                None
            }
        }
    }

    /// The value, which should be a string that an atom can have.
    pub(crate) fn atom(&self, diagnostics: &mut Diagnostics) -> Option<String> {
        let text = self.string(diagnostics)?;
        let value = text.value();
        if value.is_empty() || value.chars().count() > names::MAX_ATOM_CHARS {
            let wrong = format!("`{}` names nothing", self.word);
            diagnostics.report(Code::BadAtom, &text, wrong, "atoms have 1 to 255 characters");
            return None;
        }
        Some(value)
    }

    /// The value, which should be a time, such as `"250ms"`.
    pub(crate) fn nanoseconds(&self, diagnostics: &mut Diagnostics) -> Option<u64> {
        let text = self.string(diagnostics)?;
        let nanoseconds = amount(&text.value(), TIMES);
        if nanoseconds.is_none() {
            diagnostics.report(
                Code::UnknownOption,
                &text,
                format_args!("`{}` is no time", text.value()),
                "write a whole number and its unit: `\"200us\"`, `\"250ms\"`, `\"30s\"`, `\"5min\"` or `\"1h\"`",
            );
        }
        nanoseconds
    }

    /// The value, which should be an amount of memory, such as `"64MiB"`.
    pub(crate) fn bytes(&self, diagnostics: &mut Diagnostics) -> Option<u64> {
        let text = self.string(diagnostics)?;
        let bytes = amount(&text.value(), BYTES);
        if bytes.is_none() {
            diagnostics.report(
                Code::UnknownOption,
                &text,
                format_args!("`{}` is no amount of memory", text.value()),
                "write a whole number and its unit: `\"512B\"`, `\"64KiB\"`, `\"64MiB\"` or `\"1GiB\"`",
            );
        }
        bytes
    }

    /// The value, which should be a number over zero.
    pub(crate) fn number(&self, diagnostics: &mut Diagnostics) -> Option<usize> {
        match self.literal() {
            Some(syn::Lit::Int(number)) if number.base10_parse::<usize>().is_ok_and(|number| number > 0) => {
                number.base10_parse().ok()
            }
            _ => {
                self.misused(diagnostics, "a whole number over zero", &format!("{} = 4", self.word));
                None
            }
        }
    }

    /// Whether the word stands there, which takes no value.
    pub(crate) fn flag(&self, diagnostics: &mut Diagnostics) -> bool {
        if let Some(value) = &self.value {
            let wrong = format!("`{}` takes no value", self.word);
            diagnostics.report(
                Code::UnknownOption,
                value,
                wrong,
                format_args!("write `{}` alone", self.word),
            );
        }
        true
    }

    fn misused(&self, diagnostics: &mut Diagnostics, kind: &str, example: &str) {
        let wrong = format!("`{}` takes {kind}", self.word);
        let instead = format!("write `{example}`");
        match &self.value {
            Some(value) => diagnostics.report(Code::UnknownOption, value, wrong, instead),
            None => diagnostics.report(Code::UnknownOption, &self.word, wrong, instead),
        }
    }
}

/// The options of an attribute whose arguments are `tokens`; those that are not in `known` are reported.
/// `attribute` is how the user wrote it, for texts.
pub(crate) fn options(
    tokens: TokenStream,
    attribute: &str,
    known: &[&str],
    diagnostics: &mut Diagnostics,
) -> Vec<NamedOption> {
    let options = match Punctuated::<NamedOption, syn::Token![,]>::parse_terminated.parse2(tokens) {
        Ok(options) => options,
        Err(error) => {
            diagnostics.add(error);
            return Vec::new();
        }
    };
    let mut kept: Vec<NamedOption> = Vec::new();
    for option in options {
        if !known.iter().any(|word| option.word == word) {
            unknown(&option.word, attribute, known, diagnostics);
        } else if kept.iter().any(|former| former.word == option.word) {
            diagnostics.report(
                Code::UnknownOption,
                &option.word,
                format_args!("`{}` is given twice", option.word),
                "remove one of them",
            );
        } else {
            kept.push(option);
        }
    }
    kept
}

fn unknown(word: &Ident, attribute: &str, known: &[&str], diagnostics: &mut Diagnostics) {
    let text = word.to_string();
    let instead = match (nearest(&text, known.iter().copied()), known) {
        (Some(near), _) => format!("did you mean `{near}`?"),
        (None, []) => format!("`{attribute}` has no options: remove it"),
        (None, known) => format!("its options are {}", list(known)),
    };
    diagnostics.report(
        Code::UnknownOption,
        word,
        format_args!("`{attribute}` has no option `{text}`"),
        instead,
    );
}

/// `` `a`, `b` and `c` ``.
pub(crate) fn list(words: &[&str]) -> String {
    let mut text = String::new();
    for (index, word) in words.iter().enumerate() {
        let separator = match index {
            0 => "",
            _ if index + 1 == words.len() => " and ",
            _ => ", ",
        };
        text.push_str(separator);
        text.push_str(&format!("`{word}`"));
    }
    text
}

/// Arguments of an attribute such as `#[handler(...)]`; none in `#[handler]`.
pub(crate) fn arguments(attribute: &syn::Attribute, diagnostics: &mut Diagnostics) -> TokenStream {
    match &attribute.meta {
        syn::Meta::Path(_) => TokenStream::new(),
        syn::Meta::List(list) => list.tokens.clone(),
        syn::Meta::NameValue(pair) => {
            let name = quote::ToTokens::to_token_stream(&pair.path).to_string();
            diagnostics.report(
                Code::UnknownOption,
                attribute,
                format_args!("`#[{name}]` takes its options in parentheses"),
                format_args!("write `#[{name}(option = \"...\")]`"),
            );
            TokenStream::new()
        }
    }
}

/// Units of time, in nanoseconds.
const TIMES: &[(&str, u64)] = &[
    ("us", 1_000),
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("min", 60_000_000_000),
    ("h", 3_600_000_000_000),
];

/// Units of memory, in bytes.
const BYTES: &[(&str, u64)] = &[("B", 1), ("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30)];

/// The amount that `text` says, such as `250ms`; none if it is zero or has another unit.
fn amount(text: &str, units: &[(&str, u64)]) -> Option<u64> {
    let digits = text.find(|c: char| !c.is_ascii_digit())?;
    let (number, unit) = text.split_at(digits);
    let &(_, size) = units.iter().find(|&&(name, _)| name == unit.trim_start())?;
    number.parse::<u64>().ok()?.checked_mul(size).filter(|&amount| amount > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_have_a_number_and_a_unit() {
        assert_eq!(amount("250ms", TIMES), Some(250_000_000));
        assert_eq!(amount("1 h", TIMES), Some(3_600_000_000_000));
        assert_eq!(amount("64MiB", BYTES), Some(64 << 20));
        for wrong in ["", "5", "ms", "0s", "1.5s", "-1s", "99999999999999999999s", "9999999999h"] {
            assert_eq!(amount(wrong, TIMES), None, "{wrong}");
        }
    }
}
