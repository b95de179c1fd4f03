//! The Elixir modules of a crate's actors, as files.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use dala::actor::Actor;

use super::elixir_module;

/// What `dala gen elixir` sets, so that files are written and not only compared.
pub(crate) const WRITES: &str = "DALA_GEN";
/// The test that does it.
pub(crate) const TEST: &str = "dala_gen_elixir";
/// What stands before its news.
pub(crate) const SAYS: &str = "dala gen: ";

/// The Elixir modules of actors ([`elixir_module`]), each a file of a folder. [`elixir_modules!`](crate::elixir_modules) makes a test of
/// them; a build script whose actors are in another crate calls [`write`](ElixirModules::write).
#[derive(Clone, Debug)]
pub struct ElixirModules {
    folder: PathBuf,
    /// Path in the folder, and text.
    files: Vec<(PathBuf, String)>,
}

impl ElixirModules {
    /// None yet, for files in `folder`.
    pub fn in_folder(folder: impl Into<PathBuf>) -> ElixirModules {
        ElixirModules { folder: folder.into(), files: Vec::new() }
    }

    /// With the module `module` for actors of type `A`: `Shop.OpenOrders` is `shop/open_orders.ex`.
    #[must_use]
    pub fn with<A: Actor>(mut self, module: &str) -> ElixirModules {
        self.files.push((PathBuf::from(file_of(module)), elixir_module::<A>(module)));
        self
    }

    /// Writes those that differ from their files; these are the paths given.
    ///
    /// # Errors
    /// With a text, when one cannot be read or written.
    pub fn write(&self) -> Result<Vec<PathBuf>, String> {
        let mut written = Vec::new();
        for (path, text) in &self.files {
            let path = self.folder.join(path);
            if read(&path)?.as_ref() != Some(text) {
                let said = |error: std::io::Error| format!("{}: {error}", path.display());
                fs::create_dir_all(path.parent().unwrap_or(&path)).map_err(said)?;
                fs::write(&path, text).map_err(said)?;
                written.push(path);
            }
        }
        Ok(written)
    }

    /// Compares them with the files, or writes these where `dala gen elixir` has it run.
    ///
    /// # Errors
    /// With a text, when a file is another, or cannot be read or written.
    pub fn check(&self) -> Result<(), String> {
        if std::env::var_os(WRITES).is_some() {
            self.write()?.iter().for_each(|path| println!("{SAYS}wrote {}", path.display()));
        }
        let mut problems = Vec::new();
        for (path, text) in &self.files {
            let path = self.folder.join(path);
            match read(&path)? {
                Some(there) if there == *text => println!("{SAYS}{} is up to date", path.display()),
                Some(_) => problems.push(format!("{} is not what its Rust actor says", path.display())),
                None => problems.push(format!("{} is not there", path.display())),
            }
        }
        match problems.is_empty() {
            true => Ok(()),
            false => {
                problems.iter().for_each(|problem| println!("{SAYS}{problem}"));
                Err(format!("{}: run `dala gen elixir`", problems.join(", ")))
            }
        }
    }
}

/// The file's text, if it is there.
fn read(path: &Path) -> Result<Option<String>, String> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(format!("{}: {error}", path.display())),
    }
}

/// `Shop.OpenOrders` is in `shop/open_orders.ex`.
pub(crate) fn file_of(module: &str) -> String {
    module.split('.').map(file_name).collect::<Vec<_>>().join("/") + ".ex"
}

/// `OpenOrders` is `open_orders`, as Elixir names files (`Macro.underscore/1`).
fn file_name(part: &str) -> String {
    let letters: Vec<char> = part.chars().collect();
    let mut name = String::new();
    for (place, letter) in letters.iter().enumerate() {
        let is_small = |place: Option<usize>| {
            place.and_then(|place| letters.get(place)).is_some_and(|letter| !letter.is_uppercase())
        };
        let is_first = letter.is_uppercase() && place > 0;
        if is_first && (is_small(place.checked_sub(1)) || is_small(Some(place + 1))) {
            name.push('_');
        }
        name.extend(letter.to_lowercase());
    }
    name
}

/// A test that the Elixir modules of these actors are the files in a folder of the crate; `dala gen elixir` writes them.
///
/// ```no_run
/// # struct Counter;
/// # #[dala::actor]
/// # impl Counter {
/// #     #[message]
/// #     fn count(&mut self) {}
/// # }
/// dala_beam::elixir_modules! {
///     in "elixir/lib";
///     Counter => "MyApp.Counter",
/// }
/// # fn main() {}
/// ```
#[macro_export]
macro_rules! elixir_modules {
    (in $folder:literal; $($actor:ty => $module:literal),+ $(,)?) => {
        #[test]
        fn dala_gen_elixir() -> ::std::result::Result<(), ::std::string::String> {
            $crate::interop::ElixirModules::in_folder(concat!(env!("CARGO_MANIFEST_DIR"), "/", $folder))
                $(.with::<$actor>($module))+
                .check()
        }
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Counter;

    #[dala::actor]
    impl Counter {
        #[message]
        fn count(&mut self) {}
    }

    #[test]
    fn files_are_written_once_and_compared() {
        let folder = tempfile::tempdir().unwrap();
        let modules = ElixirModules::in_folder(folder.path()).with::<Counter>("Shop.HTTPCounter");
        assert!(
            modules.check().unwrap_err().ends_with("http_counter.ex is not there: run `dala gen elixir`")
        );
        let file = folder.path().join("shop/http_counter.ex");
        assert_eq!(modules.write().unwrap(), std::slice::from_ref(&file));
        assert_eq!(modules.write().unwrap(), [] as [PathBuf; 0]);
        modules.check().unwrap();
        fs::write(&file, "defmodule Shop.HTTPCounter do\nend\n").unwrap();
        assert!(modules.check().unwrap_err().contains("is not what its Rust actor says"));
    }

    #[test]
    fn files_are_named_as_elixir_names_them() {
        for (part, name) in [
            ("OpenOrders", "open_orders"),
            ("HTTPCounter", "http_counter"),
            ("A", "a"),
            ("MyHTTP", "my_http"),
        ] {
            assert_eq!(file_name(part), name);
        }
    }
}
