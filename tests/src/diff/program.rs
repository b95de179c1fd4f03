//! A program of the differential suite: where it lies, its stage, the module to run.
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::{fs, io};

/// What a program needs of the runtime. Later stages include all earlier ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Needs nothing: used to run a suite on the oracle alone.
    A,
    /// Plain data: integers, lists, maps, binaries, printing.
    B,
    /// Exceptions and processes.
    C,
    /// OTP's behaviours.
    D,
    /// Elixir and its libraries.
    E,
}

impl Stage {
    /// The stage named by a letter, as it stands in a program's first comment.
    pub fn parse(letter: &str) -> Option<Self> {
        Some(match letter {
            "a" => Self::A,
            "b" => Self::B,
            "c" => Self::C,
            "d" => Self::D,
            "e" => Self::E,
            _ => return None,
        })
    }
}

/// The language of a program, hence its compiler.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// `NAME.erl`, compiled by `erlc`.
    Erlang,
    /// `NAME.ex`, compiled by `elixirc`.
    Elixir,
}

/// One program of the suite.
#[derive(Clone, Debug)]
pub struct Program {
    /// The file's name without its ending.
    pub name: String,
    /// The source file.
    pub path: PathBuf,
    /// Its language.
    pub language: Language,
    /// What it needs.
    pub stage: Stage,
    /// The module with `main/0`, as the runtime names it (`Elixir.` included).
    pub module: String,
    /// Hash of the source, for caches.
    pub content: u64,
    /// Whether it shares a runtime with others.
    pub together: bool,
}

impl Program {
    /// Reads the header of one source file.
    ///
    /// # Errors
    /// When the file cannot be read, has no stage line or defines no module.
    pub fn read(path: &Path) -> io::Result<Self> {
        let wrong = |what: &str| io::Error::other(format!("{}: {what}", path.display()));
        let source = fs::read_to_string(path)?;
        let name =
            path.file_stem().and_then(|s| s.to_str()).ok_or_else(|| wrong("odd file name"))?.to_owned();
        let language = match path.extension().and_then(|e| e.to_str()) {
            Some("erl") => Language::Erlang,
            Some("ex") => Language::Elixir,
            _ => return Err(wrong("not an .erl or .ex file")),
        };
        let stage = source
            .lines()
            .next()
            .and_then(|line| line.trim_start_matches(['%', '#', ' ']).strip_prefix("stage: "))
            .and_then(|rest| Stage::parse(rest.split(['.', ' ']).next()?))
            .ok_or_else(|| wrong("the first line must be a comment `stage: b|c|d|e. why the file exists`"))?;
        let module = match language {
            Language::Erlang => name.clone(),
            Language::Elixir => elixir_main_module(&source)
                .ok_or_else(|| wrong("no module defines `def main`, or it is not the file's last module"))?,
        };
        let mut hasher = DefaultHasher::new();
        source.hash(&mut hasher);
        Ok(Self {
            name,
            path: path.to_owned(),
            language,
            stage,
            module,
            content: hasher.finish(),
            together: false,
        })
    }

    /// Its transcript is another one when one of these changes.
    pub fn depend_on(&mut self, others: &[Program]) {
        let mut hasher = DefaultHasher::new();
        self.content.hash(&mut hasher);
        others.iter().for_each(|other| other.content.hash(&mut hasher));
        self.content = hasher.finish();
    }

    /// All programs of a folder and of its folder `together`, by stage and then by name.
    ///
    /// # Errors
    /// As [`Program::read`].
    pub fn all_in(folder: &Path) -> io::Result<Vec<Self>> {
        let mut programs = Vec::new();
        for (folder, together) in [(folder.to_owned(), false), (folder.join("together"), true)] {
            for entry in fs::read_dir(folder)? {
                let path = entry?.path();
                if matches!(path.extension().and_then(|e| e.to_str()), Some("erl" | "ex")) {
                    programs.push(Self { together, ..Self::read(&path)? });
                }
            }
        }
        programs.sort_by(|a, b| (a.stage, &a.name).cmp(&(b.stage, &b.name)));
        Ok(programs)
    }
}

/// The last top-level `defmodule` of a file: by convention the one with `main/0`.
fn elixir_main_module(source: &str) -> Option<String> {
    let name = source
        .lines()
        .filter_map(|line| line.strip_prefix("defmodule "))
        .filter_map(|rest| rest.split_whitespace().next())
        .next_back()?;
    source.contains("def main").then(|| format!("Elixir.{name}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(folder: &Path, name: &str, text: &str) -> PathBuf {
        let path = folder.join(name);
        fs::write(&path, text).expect("temporary folder is writable");
        path
    }

    #[test]
    fn the_stage_and_the_module_come_from_the_source() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let erlang = write(folder.path(), "a.erl", "%% stage: c. Why.\n-module(a).\n");
        let elixir = write(
            folder.path(),
            "b.ex",
            "# stage: e. Why.\ndefmodule P do\nend\ndefmodule Q.R do\n def main\nend\n",
        );
        let erlang = Program::read(&erlang).expect("well formed");
        let elixir = Program::read(&elixir).expect("well formed");
        assert_eq!((erlang.stage, erlang.module.as_str()), (Stage::C, "a"));
        assert_eq!((elixir.stage, elixir.module.as_str()), (Stage::E, "Elixir.Q.R"));
    }

    #[test]
    fn a_program_without_a_stage_line_is_refused() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let path = write(folder.path(), "a.erl", "-module(a).\n");
        let error = Program::read(&path).expect_err("no stage line");
        assert!(error.to_string().contains("stage:"), "{error}");
    }
}
