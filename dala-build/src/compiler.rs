//! Running the compilers.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::sources::ending_in;

/// What the compilers made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Compiled {
    /// Folders with modules.
    pub folders: Vec<PathBuf>,
    /// Warnings, as the compilers print them.
    pub said: String,
}

/// As [`compile`](crate::compile), with the modules somewhere below `out`, for those who are no build script.
///
/// # Errors
/// With what the compiler says, or that there is none.
pub fn compile_into(folder: &Path, out: &Path) -> Result<Compiled, String> {
    if !folder.is_dir() {
        return Err(format!("{}: no such folder", folder.display()));
    }
    if folder.join("mix.exs").is_file() { by_mix(folder, out) } else { by_hand(folder, out) }
}

fn by_mix(folder: &Path, out: &Path) -> Result<Compiled, String> {
    let build = out.join("mix");
    let mut mix = Command::new("mix");
    // Not the project's own `_build`: `mix test` may be at work there. Without `return-errors` warnings are said once only.
    mix.args(["compile", "--all-warnings"]).current_dir(folder).env("MIX_BUILD_PATH", absolute(&build)?);
    if std::env::var_os("MIX_ENV").is_none() {
        mix.env("MIX_ENV", "prod");
    }
    let said = run(&mut mix)?;
    let mut folders: Vec<PathBuf> = std::fs::read_dir(build.join("lib"))
        .map_err(|error| format!("{}: {error}", build.display()))?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .flat_map(|app| [app.join("consolidated"), app.join("ebin")])
        .filter(|ebin| ebin.is_dir())
        .collect();
    folders.sort();
    // What Mix did is no news, what it complains of is.
    let said = said.lines().filter(|line| !line.starts_with("Compiling ") && !line.starts_with("Generated "));
    Ok(Compiled { folders, said: said.collect::<Vec<_>>().join("\n") })
}

fn by_hand(folder: &Path, out: &Path) -> Result<Compiled, String> {
    let ebin = out.join("ebin");
    let io = |error: std::io::Error| format!("{}: {error}", ebin.display());
    // Modules whose source is gone must go too.
    if ebin.exists() {
        std::fs::remove_dir_all(&ebin).map_err(io)?;
    }
    std::fs::create_dir_all(&ebin).map_err(io)?;
    let mut said = String::new();
    let (elixir, erlang) = (ending_in(&folder.join("lib"), "ex"), ending_in(&folder.join("src"), "erl"));
    if elixir.is_empty() && erlang.is_empty() {
        return Err(format!("{}: neither mix.exs nor lib/**/*.ex nor src/**/*.erl", folder.display()));
    }
    if !erlang.is_empty() {
        let mut erlc = Command::new("erlc");
        erlc.args(["+debug_info", "-I"]).arg(folder.join("include")).arg("-o").arg(&ebin).args(&erlang);
        said += &run(&mut erlc)?;
    }
    if !elixir.is_empty() {
        said += &run(Command::new("elixirc").arg("-pa").arg(&ebin).arg("-o").arg(&ebin).args(&elixir))?;
    }
    Ok(Compiled { folders: vec![ebin], said })
}

fn absolute(path: &Path) -> Result<PathBuf, String> {
    std::path::absolute(path).map_err(|error| format!("{}: {error}", path.display()))
}

/// What it prints.
fn run(command: &mut Command) -> Result<String, String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command.output().map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => {
            format!("{name} is not installed: get Erlang/OTP 24 or later and Elixir 1.14 or later")
        }
        _ => format!("{name}: {error}"),
    })?;
    let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).trim().to_owned();
    match output.status.success() {
        true => Ok(said),
        false if said.is_empty() => Err(format!("{name} failed: {}", output.status)),
        false => Err(said),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn project(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("temporary folder");
        for (name, text) in files {
            let path = folder.path().join("code").join(name);
            std::fs::create_dir_all(path.parent().expect("below the folder")).expect("writable");
            std::fs::write(path, text).expect("writable");
        }
        folder
    }

    fn compiled(project: &tempfile::TempDir) -> Result<Vec<String>, String> {
        let folders = compile_into(&project.path().join("code"), &project.path().join("out"))?.folders;
        let files = folders.iter().flat_map(|folder| ending_in(folder, "beam"));
        Ok(files.filter_map(|file| Some(file.file_name()?.to_str()?.to_owned())).collect())
    }

    #[test]
    fn a_plain_folder_is_compiled_and_what_was_deleted_goes() {
        let project = project(&[
            ("lib/deep/a.ex", "defmodule A do\n  def b, do: :b.c()\nend\n"),
            ("src/b.erl", "-module(b).\n-export([c/0]).\nc() -> 1.\n"),
            ("lib/c.ex", "defmodule C do\nend\n"),
        ]);
        assert_eq!(compiled(&project).unwrap(), ["Elixir.A.beam", "Elixir.C.beam", "b.beam"]);
        std::fs::remove_file(project.path().join("code/lib/c.ex")).unwrap();
        assert_eq!(compiled(&project).unwrap(), ["Elixir.A.beam", "b.beam"]);
    }

    #[test]
    fn a_mix_project_is_compiled_without_a_network() {
        let project = project(&[
            (
                "mix.exs",
                "defmodule P.MixProject do\n  use Mix.Project\n  def project, do: [app: :p, version: \"0.1.0\"]\nend\n",
            ),
            ("lib/p.ex", "defmodule P do\nend\n"),
        ]);
        assert!(compiled(&project).unwrap().contains(&"Elixir.P.beam".to_owned()));
        assert!(!project.path().join("code/_build").exists());
    }

    #[test]
    fn errors_are_what_the_compiler_says() {
        let broken = project(&[("lib/a.ex", "defmodule A do\n  def b(, do: 1\nend\n")]);
        let said = compiled(&broken).unwrap_err();
        assert!(said.contains("lib/a.ex:3:1: unexpected reserved word: end"), "{said}");
        let broken = project(&[("src/b.erl", "-module(b).\nc( -> 1.\n")]);
        let said = compiled(&broken).unwrap_err();
        assert!(said.contains("b.erl:2"), "{said}");
        assert!(compiled(&project(&[("readme", "")])).unwrap_err().ends_with("nor src/**/*.erl"));
        let missing = compile_into(Path::new("no such folder"), Path::new("out"));
        assert_eq!(missing.unwrap_err(), "no such folder: no such folder");
    }
}
