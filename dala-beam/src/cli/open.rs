//! Reading the module that a command is about.

use std::path::{Path, PathBuf};

use crate::code::CodePaths;
use crate::load::BeamFile;

/// The module in a file, or the installed module of that name.
pub(super) fn open(name: &str) -> Result<(PathBuf, BeamFile), String> {
    let path = find(name, &[])?;
    let bytes = std::fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let file = BeamFile::parse(&bytes).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok((path, file))
}

/// The file of that name, or that of the module, which is searched for in `folders` first.
pub(super) fn find(name: &str, folders: &[PathBuf]) -> Result<PathBuf, String> {
    let path = Path::new(name);
    if path.exists() || name.ends_with(".beam") || name.contains('/') {
        return Ok(path.to_owned());
    }
    let paths = CodePaths::find(folders, None, None).map_err(|error| error.to_string())?;
    paths
        .module(name)
        .or_else(|| paths.module(&format!("Elixir.{name}")))
        .ok_or_else(|| format!("{name} is neither a file nor a module in the folders that are searched"))
}

/// `NAME` or `NAME/ARITY`.
pub(super) fn parse_function(text: &str) -> Result<(&str, Option<u8>), String> {
    match text.rsplit_once('/') {
        Some((name, arity)) if !name.is_empty() => match arity.parse() {
            Ok(arity) => Ok((name, Some(arity))),
            Err(_) => Err(format!("{text}: {arity} is no arity")),
        },
        _ => Ok((text, None)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_may_name_their_arity() {
        assert_eq!(parse_function("map/2"), Ok(("map", Some(2))));
        assert_eq!(parse_function("map"), Ok(("map", None)));
        assert_eq!(parse_function("/"), Ok(("/", None)));
        assert!(parse_function("map/x").is_err());
    }
}
