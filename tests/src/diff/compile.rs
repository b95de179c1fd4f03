//! Compiles the programs with the installed `erlc` and `elixirc`: all that changed, one call a language.
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::program::{Language, Program};

/// Compiles what has changed since the last call into `cache/ebin`, which it returns. The test is the
/// content of the source and `versions` (of the compilers), not its time.
///
/// # Errors
/// When a compiler is missing or refuses a program; the text is the compiler's own.
pub fn compile(programs: &[Program], cache: &Path, versions: &str) -> io::Result<PathBuf> {
    let ebin = cache.join("ebin");
    let stamps = cache.join("stamps");
    fs::create_dir_all(&ebin)?;
    fs::create_dir_all(&stamps)?;
    for (language, compiler) in [(Language::Erlang, "erlc"), (Language::Elixir, "elixirc")] {
        let stale: Vec<_> = programs
            .iter()
            .filter(|program| program.language == language)
            .map(|program| {
                (program, stamps.join(&program.name), format!("{:016x} {versions}", program.content))
            })
            .filter(|(_, stamp, content)| fs::read_to_string(stamp).ok().as_ref() != Some(content))
            .collect();
        if stale.is_empty() {
            continue;
        }
        let mut command = Command::new(compiler);
        // No warnings: half of the programs do on purpose what `erlc` warns of.
        if language == Language::Erlang {
            command.args(["-W0", "+brief"]);
        }
        command.arg("-o").arg(&ebin).args(stale.iter().map(|(program, ..)| &program.path));
        let output = command.output().map_err(|error| {
            io::Error::other(format!("cannot run {compiler} ({error}); run scripts/setup.sh"))
        })?;
        if !output.status.success() {
            return Err(io::Error::other(format!(
                "{compiler} failed:\n{}{}",
                String::from_utf8_lossy(&output.stdout),
                String::from_utf8_lossy(&output.stderr)
            )));
        }
        for (_, stamp, content) in &stale {
            fs::write(stamp, content)?;
        }
    }
    Ok(ebin)
}
