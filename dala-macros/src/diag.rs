//! Errors of the macros: their codes, their texts' form, and how many become one output.
//!
//! One mistake, one error, on the user's own token, saying what to write instead. A macro goes on after a mistake
//! and reports all of them at once.

use proc_macro2::TokenStream;
use quote::ToTokens;

macro_rules! codes {
    ($($name:ident = $number:literal $summary:literal;)*) => {
        /// What is wrong. Each code has a page `docs/errors/DALA00NN.md`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Code { $(#[doc = $summary] $name,)* }

        impl Code {
            /// Number in the texts and the name of the page.
            pub(crate) const fn number(self) -> u32 {
                match self { $(Code::$name => $number,)* }
            }

            #[cfg(test)]
            const ALL: &'static [(Code, &'static str)] = &[$((Code::$name, $summary),)*];
        }
    };
}

codes! {
    NotAMessageItem = 1 "`#[dala::message]` on something that is neither struct nor enum";
    GenericMessage = 2 "a message type with parameters";
    MessageRepr = 3 "a message type with a `repr` of its own";
    EmptyEnum = 4 "a message enum without variants";
    SameShape = 5 "two shapes with one name and as many fields";
    BadAtom = 6 "a name that is no atom";
    UnknownOption = 7 "an option that the attribute does not have";
    Discriminant = 8 "a variant with a discriminant";
    NotAnActorImpl = 9 "`#[dala::actor]` on something that is not the impl block of a type";
    EmptyActor = 10 "an actor without handlers";
    NeedsMutSelf = 11 "a handler or hook whose receiver is not `&mut self`";
    OneMessage = 12 "a handler without a message, or with two";
    GenericHandler = 13 "a handler or actor with parameters";
    SameMessage = 14 "two handlers for one message type";
    TwoOfAKind = 15 "two constructors or two hooks of one kind";
    UnknownPriority = 16 "a priority that does not exist";
    BadInit = 17 "a constructor of the wrong form";
    BadHook = 18 "a hook of the wrong form";
    UnknownAttribute = 19 "a method attribute that does not exist";
    TwoRoles = 20 "a method with two roles";
    BadArgument = 21 "an argument that cannot become a field";
    BadMain = 22 "`#[dala::main]` or `#[dala::test]` on something that is no `async fn` without arguments";
    ReplyInTrait = 23 "a reply of a type that has no name";
    BadProtocol = 24 "`#[dala::protocol]` on something that is not a list of messages";
    BadNative = 25 "`#[dala::native]` on something that Erlang cannot call";
    BadData = 26 "`#[derive(dala::Term)]` on something that has no such form in Erlang";
    BadClient = 27 "`#[dala::beam]` on something that is not a list of messages";
}

/// Mistakes found so far.
#[derive(Default)]
pub(crate) struct Diagnostics {
    errors: Option<syn::Error>,
}

impl Diagnostics {
    /// Reports `code` at `tokens`: what is wrong, and what to write instead.
    pub(crate) fn report(
        &mut self,
        code: Code,
        tokens: impl ToTokens,
        wrong: impl std::fmt::Display,
        instead: impl std::fmt::Display,
    ) {
        self.add(syn::Error::new_spanned(tokens, text(code, wrong, instead)));
    }

    /// Takes over an error that `syn` found.
    pub(crate) fn add(&mut self, error: syn::Error) {
        match &mut self.errors {
            Some(errors) => errors.combine(error),
            None => self.errors = Some(error),
        }
    }

    /// Whether nothing was reported.
    pub(crate) fn is_empty(&self) -> bool {
        self.errors.is_none()
    }

    /// `compile_error!` calls, one a mistake.
    pub(crate) fn into_tokens(self) -> TokenStream {
        self.errors.map(|errors| errors.to_compile_error()).unwrap_or_default()
    }
}

/// The text of an error.
pub(crate) fn text(code: Code, wrong: impl std::fmt::Display, instead: impl std::fmt::Display) -> String {
    format!("{wrong} [DALA{:04}]\n  help: {instead}", code.number())
}

/// The option or attribute of `known` that `word` was probably meant to be: at most two letters off, or the
/// beginning of it.
pub(crate) fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    known
        .into_iter()
        .map(|candidate| (distance(word, candidate), candidate))
        .filter(|&(distance, candidate)| {
            distance <= 2.min(candidate.len() / 2) || candidate.starts_with(word)
        })
        .min_by_key(|&(distance, _)| distance)
        .map(|(_, candidate)| candidate)
}

/// Edit distance (Levenshtein), by bytes.
fn distance(left: &str, right: &str) -> usize {
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (i, a) in left.bytes().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, b) in right.bytes().enumerate() {
            let changed = diagonal + usize::from(a != b);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_its_own_number_and_page() {
        let pages = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/errors");
        for (index, &(code, summary)) in Code::ALL.iter().enumerate() {
            assert_eq!(code.number() as usize, index + 1, "{summary}");
            let path = format!("{pages}/DALA{:04}.md", code.number());
            let page = std::fs::read_to_string(&path).expect("each code has a page");
            assert!(page.starts_with(&format!("# DALA{:04}: {summary}\n", code.number())), "{path}");
        }
    }

    #[test]
    fn misspellings_are_recognised() {
        let known = ["handler", "message", "init"];
        assert_eq!(nearest("handlr", known), Some("handler"));
        assert_eq!(nearest("handle", known), Some("handler"));
        assert_eq!(nearest("massage", known), Some("message"));
        assert_eq!(nearest("inline", known), None);
    }
}
