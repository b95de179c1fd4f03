//! The calls that stand in a source file: enough of Erlang's and Elixir's syntax to tell a call and its arity.

use std::collections::BTreeSet;

/// Whose syntax.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Language {
    /// Calls are `module:function(..)`, `function(..)` of module `erlang`, and `fun module:function/1`.
    Erlang,
    /// Calls are `:module.function(..)`; those of Elixir's own modules don't count.
    Elixir,
}

/// A function that is called.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Call {
    pub(super) module: String,
    pub(super) function: String,
    pub(super) arity: u32,
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    /// An atom, or an identifier that starts with a small letter.
    Atom(String),
    /// A number, variable, string or character: some value.
    Value(String),
    /// One character of anything else; `<<` and `>>` are `{` and `}`.
    Sign(char),
}

/// The calls in `text`, each once.
pub(super) fn calls(text: &str, language: Language) -> BTreeSet<Call> {
    let tokens = tokens(text, language);
    let mut found = BTreeSet::new();
    for at in 0..tokens.len() {
        let Token::Atom(function) = &tokens[at] else { continue };
        let sign = |offset: usize, sign: char| {
            at.checked_sub(offset).is_some_and(|before| tokens[before] == Token::Sign(sign))
        };
        let separator = if language == Language::Erlang { ':' } else { '.' };
        let module = match at.checked_sub(2).map(|before| &tokens[before]) {
            Some(Token::Atom(module)) if sign(1, separator) => {
                if language == Language::Elixir && !sign(3, ':') {
                    continue;
                }
                module.clone()
            }
            _ if language == Language::Elixir || sign(1, ':') => continue,
            _ => "erlang".to_owned(),
        };
        let arity = match (tokens.get(at + 1), tokens.get(at + 2)) {
            (Some(Token::Sign('(')), _) => arity(&tokens[at + 1..]),
            (Some(Token::Sign('/')), Some(Token::Value(arity))) => arity.parse().ok(),
            _ => None,
        };
        if let Some(arity) = arity {
            found.insert(Call { module, function: function.clone(), arity });
        }
    }
    if language == Language::Erlang {
        operators(&tokens, &mut found);
    }
    found
}

/// Number of arguments in the parentheses that `tokens` starts with.
fn arity(tokens: &[Token]) -> Option<u32> {
    let (mut depth, mut commas) = (0, 0);
    for (index, token) in tokens.iter().enumerate() {
        match token {
            Token::Sign('(' | '[' | '{') => depth += 1,
            Token::Sign(')' | ']' | '}') => {
                depth -= 1;
                if depth == 0 {
                    return Some(if index == 1 { 0 } else { commas + 1 });
                }
            }
            Token::Sign(',') if depth == 1 => commas += 1,
            _ => {}
        }
    }
    None
}

/// `!` stands for a call.
fn operators(tokens: &[Token], found: &mut BTreeSet<Call>) {
    if tokens.contains(&Token::Sign('!')) {
        found.insert(Call { module: "erlang".into(), function: "!".into(), arity: 2 });
    }
}

fn tokens(text: &str, language: Language) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut rest = text;
    let is_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '@' | '?');
    while let Some(first) = rest.chars().next() {
        let quoted = |open: &str, close: char| {
            let mut escaped = false;
            let end = rest[open.len()..].find(|c: char| {
                let ends = c == close && !escaped;
                escaped = c == '\\' && !escaped;
                ends
            });
            end.map_or(rest.len(), |end| open.len() + end + 1)
        };
        let comment = if language == Language::Erlang { '%' } else { '#' };
        let len = if first == comment && (language == Language::Erlang || rest.starts_with("# ")) {
            rest.find('\n').unwrap_or(rest.len())
        } else if first == '$' && language == Language::Erlang {
            tokens.push(Token::Value("0".into()));
            let mut characters = rest.chars().skip(1);
            match characters.next() {
                Some('\\') => 2 + characters.next().map_or(0, char::len_utf8),
                other => 1 + other.map_or(0, char::len_utf8),
            }
        } else if first == '"' {
            tokens.push(Token::Value("text".into()));
            quoted("\"", '"')
        } else if first == '\'' {
            let len = quoted("'", '\'');
            tokens.push(Token::Atom(rest[1..len].trim_end_matches('\'').to_owned()));
            len
        } else if rest.starts_with("<<") || rest.starts_with(">>") {
            tokens.push(Token::Sign(if first == '<' { '{' } else { '}' }));
            2
        } else if is_word(first) {
            let len = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
            let word = rest[..len].to_owned();
            tokens.push(if first.is_lowercase() { Token::Atom(word) } else { Token::Value(word) });
            len
        } else {
            if !first.is_whitespace() {
                tokens.push(Token::Sign(first));
            }
            first.len_utf8()
        };
        rest = &rest[len..];
    }
    tokens
}

#[test]
fn calls_are_told_from_what_looks_like_them() {
    let call = |module: &str, function: &str, arity| Call {
        module: module.into(),
        function: function.into(),
        arity,
    };
    let text = r#"
        f(X) -> lists:map(fun erlang:abs/1, [g(1, {2, 3}), $(, "h(1)"]), % no:call(1)
            self() ! ets:'new'(t, []), <<(byte_size(X)):8, 1>>.
    "#;
    let expected = [
        call("ets", "new", 2),
        call("erlang", "!", 2),
        call("erlang", "abs", 1),
        call("erlang", "byte_size", 1),
        call("erlang", "f", 1),
        call("erlang", "g", 2),
        call("erlang", "self", 0),
        call("lists", "map", 2),
    ];
    assert_eq!(calls(text, Language::Erlang), BTreeSet::from(expected));
    let text = "def f(x), do: :ets.new(:t, [{:a, x}]) |> String.length() # :no.call()\n";
    assert_eq!(calls(text, Language::Elixir), BTreeSet::from([call("ets", "new", 2)]));
}
