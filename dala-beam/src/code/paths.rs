//! Where modules lie on disk.

use std::path::{Path, PathBuf};

/// The installed libraries can't be found.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InstallError {
    /// No OTP.
    #[error("no Erlang/OTP found: `erl` is not on PATH and DALA_OTP is not set")]
    NoOtp,
    /// The folder given is no OTP.
    #[error("{} has no lib/stdlib-*/ebin: not the root of an Erlang/OTP", .0.display())]
    NotOtp(PathBuf),
}

/// Folders that are searched for `Module.beam`, in order.
#[derive(Clone, Debug, Default)]
pub struct CodePaths {
    folders: Vec<PathBuf>,
    otp_root: Option<PathBuf>,
    elixir_root: Option<PathBuf>,
}

impl CodePaths {
    /// The folders `first`, then those of the installed OTP and Elixir. Their roots are `otp` and `elixir`, else
    /// what `DALA_OTP` and `DALA_ELIXIR` say, else where `erl` and `elixir` on `PATH` lie.
    ///
    /// # Errors
    /// When there is no OTP. Elixir may be missing.
    pub fn find(
        first: &[PathBuf],
        otp: Option<&Path>,
        elixir: Option<&Path>,
    ) -> Result<CodePaths, InstallError> {
        let told = |path: Option<&Path>, variable: &str| {
            path.map(PathBuf::from).or_else(|| std::env::var_os(variable).map(PathBuf::from))
        };
        let otp = told(otp, "DALA_OTP").or_else(|| root_of("erl")).ok_or(InstallError::NoOtp)?;
        let mut otp_folders = library_folders(&otp);
        if !otp_folders.iter().any(|folder| is_application(folder, "stdlib")) {
            return Err(InstallError::NotOtp(otp));
        }
        // The folders that nearly everything comes from are looked at first.
        let rank = |folder: &PathBuf| {
            ["stdlib", "kernel", "erts"].iter().position(|name| is_application(folder, name)).unwrap_or(9)
        };
        otp_folders.sort_by_key(rank);
        let elixir = told(elixir, "DALA_ELIXIR").or_else(|| root_of("elixir"));
        let mut folders = first.to_vec();
        // As with `erl`: what lies in the working folder comes before the libraries.
        folders.push(PathBuf::from("."));
        folders.extend(otp_folders);
        folders.extend(elixir.iter().flat_map(|root| library_folders(root)));
        Ok(CodePaths { folders, otp_root: Some(otp), elixir_root: elixir })
    }

    /// Only these folders.
    pub fn only(folders: Vec<PathBuf>) -> CodePaths {
        CodePaths { folders, otp_root: None, elixir_root: None }
    }

    /// The file of a module.
    pub fn module(&self, name: &str) -> Option<PathBuf> {
        // A name with a separator in it would leave the folder.
        if name.is_empty() || name.contains(['/', '\\', '\0']) {
            return None;
        }
        let file = format!("{name}.beam");
        self.folders.iter().map(|folder| folder.join(&file)).find(|path| path.is_file())
    }

    /// The file of this name in the first folder that has it (`code:where_is_file/1`).
    pub fn file(&self, name: &str) -> Option<PathBuf> {
        if name.is_empty() || name.contains('\0') {
            return None;
        }
        self.folders.iter().map(|folder| folder.join(name)).find(|path| path.exists())
    }

    /// The folders, in order.
    pub fn folders(&self) -> &[PathBuf] {
        &self.folders
    }

    /// Searches just `folders` from now on (`code:set_path/1`).
    pub fn replace(&mut self, folders: Vec<PathBuf>) {
        self.folders = folders;
    }

    /// Searches `folder` first from now on (`code:add_patha/1`).
    pub fn add_first(&mut self, folder: PathBuf) {
        self.folders.retain(|known| *known != folder);
        self.folders.insert(0, folder);
    }

    /// Searches `folder` last from now on (`code:add_pathz/1`).
    pub fn add_last(&mut self, folder: PathBuf) {
        if !self.folders.contains(&folder) {
            self.folders.push(folder);
        }
    }

    /// Searches `folder` no more; says whether it was searched (`code:del_path/1`).
    pub fn remove(&mut self, folder: &Path) -> bool {
        let before = self.folders.len();
        self.folders.retain(|known| known != folder);
        self.folders.len() != before
    }

    /// Searches the folder of this name no more (`code:del_path/1` of a name); says whether there was one.
    pub fn remove_named(&mut self, name: &str) -> bool {
        let at = self.named(name);
        at.map(|at| self.folders.remove(at)).is_some()
    }

    /// Searches `folder` in the place of the folder of the same name, or last if there is none (`code:replace_path/2`).
    pub fn replace_named(&mut self, name: &str, folder: PathBuf) {
        match self.named(name) {
            Some(at) => self.folders[at] = folder,
            None => self.folders.push(folder),
        }
    }

    fn named(&self, name: &str) -> Option<usize> {
        self.folders.iter().position(|folder| folder_name(folder) == Some(name))
    }

    /// The folder of an application, over its `ebin` (`code:lib_dir/1`).
    pub fn application(&self, name: &str) -> Option<PathBuf> {
        self.folders
            .iter()
            .find(|folder| is_application(folder, name))
            .and_then(|folder| folder.parent())
            .map(PathBuf::from)
    }

    /// OTP's root (`code:root_dir/0`).
    pub fn otp_root(&self) -> Option<&Path> {
        self.otp_root.as_deref()
    }

    /// Elixir's root.
    pub fn elixir_root(&self) -> Option<&Path> {
        self.elixir_root.as_deref()
    }
}

/// What `code` calls a folder of the path: that of the application whose `ebin` it is, or its own, without a version.
pub fn folder_name(folder: &Path) -> Option<&str> {
    let folder = if folder.ends_with("ebin") { folder.parent()? } else { folder };
    folder.file_name()?.to_str()?.split('-').next()
}

/// Root of the installation that the command `name` on `PATH` belongs to: the folder over its `bin`.
fn root_of(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let mut found =
        std::env::split_paths(&path).map(|folder| folder.join(name)).filter(|path| path.is_file());
    let real = found.find_map(|path| path.canonicalize().ok())?;
    real.parent()?.parent().map(PathBuf::from)
}

/// The `ebin` folders below `root/lib`, sorted.
fn library_folders(root: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(root.join("lib")).into_iter().flatten().flatten();
    let mut folders: Vec<PathBuf> =
        entries.map(|entry| entry.path().join("ebin")).filter(|path| path.is_dir()).collect();
    folders.sort();
    folders
}

/// Whether `folder` is the `ebin` of the application `name`, of any version.
fn is_application(folder: &Path, name: &str) -> bool {
    let application = folder.parent().and_then(Path::file_name).and_then(|name| name.to_str()).unwrap_or("");
    application.split('-').next() == Some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn earlier_folders_win_and_names_stay_inside() {
        let dir = tempfile::tempdir().unwrap();
        for folder in ["a", "b"] {
            std::fs::create_dir(dir.path().join(folder)).unwrap();
            std::fs::write(dir.path().join(folder).join("m.beam"), folder).unwrap();
        }
        let mut paths = CodePaths::only(vec![dir.path().join("a")]);
        paths.add_last(dir.path().join("b"));
        assert_eq!(paths.module("m"), Some(dir.path().join("a/m.beam")));
        paths.add_first(dir.path().join("b"));
        assert_eq!(paths.module("m"), Some(dir.path().join("b/m.beam")));
        assert_eq!(paths.module("../a/m"), None);
        assert!(paths.remove(&dir.path().join("b")));
        assert!(!paths.remove(&dir.path().join("b")));
    }
}
