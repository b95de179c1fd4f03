//! Names that a crate, a Mix project and an Elixir module can have.

/// Longest name: `NAME.beam` files and atoms must stay possible.
const MAX: usize = 64;

/// Crates that the project has already, and names that Cargo refuses.
const TAKEN: &[&str] = &[
    "alloc",
    "build",
    "core",
    "dala",
    "dala_beam",
    "dala_build",
    "dala_ir",
    "dala_macros",
    "deps",
    "examples",
    "incremental",
    "proc_macro",
    "std",
    "test",
];

/// Applications of OTP and Elixir, one of which would take the project's place or be replaced by it.
const APPLICATIONS: &[&str] = &[
    "asn1",
    "common_test",
    "compiler",
    "crypto",
    "debugger",
    "dialyzer",
    "diameter",
    "edoc",
    "eex",
    "eldap",
    "elixir",
    "erts",
    "et",
    "eunit",
    "ex_unit",
    "ftp",
    "iex",
    "inets",
    "kernel",
    "logger",
    "megaco",
    "mix",
    "mnesia",
    "observer",
    "os_mon",
    "parsetools",
    "public_key",
    "reltool",
    "runtime_tools",
    "sasl",
    "snmp",
    "ssh",
    "ssl",
    "stdlib",
    "syntax_tools",
    "tftp",
    "tools",
    "wx",
    "xmerl",
];

/// Words of Rust that name no crate.
const KEYWORDS: &[&str] = &[
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate", "do", "dyn",
    "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop",
    "macro", "match", "mod", "move", "mut", "override", "priv", "pub", "ref", "return", "self", "static",
    "struct", "super", "trait", "true", "try", "type", "typeof", "unsafe", "unsized", "use", "virtual",
    "where", "while", "yield",
];

/// The name of a project: a lower-case letter, then lower-case letters, digits, `-` and `_`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ProjectName(String);

impl ProjectName {
    pub(super) fn parse(name: &str) -> Result<ProjectName, String> {
        let wrong = |why: &str| Err(format!("{name}: cannot be a crate's name: {why}"));
        let is_fit = |letter: char| {
            letter.is_ascii_lowercase() || letter.is_ascii_digit() || matches!(letter, '-' | '_')
        };
        if !name.starts_with(|first: char| first.is_ascii_lowercase()) || !name.chars().all(is_fit) {
            return wrong(
                "it begins with a lower-case letter, and has only such letters, digits, `-` and `_`",
            );
        }
        let name = ProjectName(name.to_owned());
        let ident = name.ident();
        if ident.len() > MAX {
            return wrong("it is longer than 64 letters");
        }
        if !name.module().starts_with(|first: char| first.is_ascii_uppercase()) || ident.ends_with('_') {
            return wrong("it ends with a letter or digit");
        }
        match ident.as_str() {
            ident if KEYWORDS.contains(&ident) => wrong("it is a word of Rust"),
            ident if TAKEN.contains(&ident) => wrong("another crate or folder has it"),
            ident if APPLICATIONS.contains(&ident) => wrong("an application of OTP or Elixir has it"),
            _ => Ok(name),
        }
    }

    /// The crate's name.
    pub(super) fn krate(&self) -> &str {
        &self.0
    }

    /// The crate in Rust, and the application in Elixir.
    pub(super) fn ident(&self) -> String {
        self.0.replace('-', "_")
    }

    /// The module in Elixir: `my_app` is `MyApp`.
    pub(super) fn module(&self) -> String {
        let capital = |word: &str| {
            let (first, rest) = word.split_at(usize::from(!word.is_empty()));
            first.to_ascii_uppercase() + rest
        };
        self.ident().split('_').map(capital).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_a_crates_and_a_modules() {
        let name = ProjectName::parse("my-2nd_app").unwrap();
        assert_eq!(
            (name.krate(), name.ident().as_str(), name.module().as_str()),
            ("my-2nd_app", "my_2nd_app", "My2ndApp")
        );
    }

    #[test]
    fn what_no_crate_can_be_called_is_refused() {
        let long = "a".repeat(65);
        for name in [
            "",
            "App",
            "2app",
            "_app",
            "-app",
            "a.b",
            "a b",
            "ä",
            "app-",
            "self",
            "try",
            "test",
            "dala-beam",
            "kernel",
            "../x",
            &long,
        ] {
            let error = ProjectName::parse(name).unwrap_err();
            assert!(error.starts_with(&format!("{name}: cannot be a crate's name: ")), "{error}");
        }
    }
}
