//! Machine code of the modules, linked into the app.

use std::path::{Path, PathBuf};

/// Has the modules in these folders, and what they and the applications reach of Erlang's and Elixir's libraries,
/// linked into the crate.
pub(crate) fn link(folders: Vec<PathBuf>, applications: &[&str], out: &Path) -> Result<(), String> {
    let applications = applications.iter().map(ToString::to_string).collect();
    let file = out.join("dala_linked_modules.o");
    let bytes = dala_beam::cli::build::object_file(folders, applications)?;
    std::fs::write(&file, bytes).map_err(|error| format!("{}: {error}", file.display()))?;
    cc::Build::new().object(&file).try_compile("dala_linked_modules").map_err(|error| error.to_string())
}
