//! Which models there are, in which versions, and what their files must be.
use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sha2::{Digest, Sha256};

use super::cache::{Cache, CacheStats};

/// A version of a model: greater is newer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version(pub u32, pub u32, pub u32);

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.0, self.1, self.2)
    }
}

impl FromStr for Version {
    type Err = RegistryError;

    /// Three numbers with dots between them.
    fn from_str(text: &str) -> Result<Self, RegistryError> {
        let mut parts = text.split('.').map(|part| part.parse::<u32>().ok());
        match (parts.next(), parts.next(), parts.next(), parts.next()) {
            (Some(Some(a)), Some(Some(b)), Some(Some(c)), None) => Ok(Version(a, b, c)),
            _ => Err(RegistryError::Line(format!("{text} is no version such as 1.2.3").into())),
        }
    }
}

/// The SHA-256 of a model's bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hash([u8; 32]);

impl Hash {
    /// That of these bytes.
    pub fn of(bytes: &[u8]) -> Hash {
        Hash(Sha256::digest(bytes).into())
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Hash {
    type Err = RegistryError;

    /// 64 hexadecimal digits.
    fn from_str(text: &str) -> Result<Self, RegistryError> {
        let wrong = || RegistryError::Line(format!("{text} is no SHA-256 in hexadecimal").into());
        let mut hash = [0; 32];
        // Not left to the parser of numbers, which takes `+f`.
        if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(wrong());
        }
        for (at, byte) in hash.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&text[at * 2..at * 2 + 2], 16).map_err(|_| wrong())?;
        }
        Ok(Hash(hash))
    }
}

/// What a model's bytes are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Format {
    /// ONNX.
    Onnx,
    /// What [`Builtin`](super::Builtin) reads.
    Builtin,
}

impl Format {
    const NAMES: [(Format, &'static str); 2] = [(Format::Onnx, "onnx"), (Format::Builtin, "builtin")];

    /// Its name in a list of models.
    pub fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(format, _)| *format == self).map_or("", |(_, name)| name)
    }
}

/// A version of a model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelEntry {
    /// Which model.
    pub name: String,
    /// Which of its versions.
    pub version: Version,
    /// What its bytes must be.
    pub hash: Hash,
    /// Under what licence it may be used, in SPDX's words.
    pub licence: String,
    /// What its bytes are.
    pub format: Format,
    /// Where they are.
    pub path: PathBuf,
}

/// Why a model is not registered, or not loaded from its file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RegistryError {
    /// Nothing of that name and version.
    #[error("no model {0} {1} is registered")]
    Unknown(Box<str>, Version),
    /// The version is there, with other bytes: a version never changes.
    #[error("{name} {version} is registered with the hash {is}, not {given}")]
    Conflict {
        /// Which model.
        name: Box<str>,
        /// Which version.
        version: Version,
        /// The hash that it has.
        is: Hash,
        /// The hash that was to be registered.
        given: Hash,
    },
    /// The file cannot be read.
    #[error("{path} cannot be read: {source}")]
    File {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// The file is another than was registered.
    #[error("{path} has the hash {is}, not {expected}")]
    WrongHash {
        /// The file.
        path: PathBuf,
        /// What was registered.
        expected: Hash,
        /// What it has.
        is: Hash,
    },
    /// A line of a list of models that is none.
    #[error("{0}")]
    Line(Box<str>),
}

/// The models that a program may load, by name and version, and the bytes of those that it loaded lately.
///
/// ```
/// use dala_gpu::model::{Format, Hash, ModelEntry, Registry, Version};
///
/// let file = tempfile::NamedTempFile::new()?;
/// std::fs::write(file.path(), "mlp 4 8 2")?;
/// let registry = Registry::with_budget(1 << 20);
/// registry.register(ModelEntry {
///     name: "tiny".to_owned(),
///     version: Version(1, 0, 0),
///     hash: Hash::of(b"mlp 4 8 2"),
///     licence: "MIT".to_owned(),
///     format: Format::Builtin,
///     path: file.path().to_owned(),
/// })?;
/// assert_eq!(registry.latest("tiny"), Some(Version(1, 0, 0)));
/// assert_eq!(&registry.bytes("tiny", Version(1, 0, 0))?[..], b"mlp 4 8 2");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Registry {
    entries: Mutex<BTreeMap<(String, Version), ModelEntry>>,
    cache: Mutex<Cache>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Registry {
    /// An empty one, which keeps up to so many bytes of models that were loaded.
    pub fn with_budget(bytes: usize) -> Self {
        Self { entries: Mutex::default(), cache: Mutex::new(Cache::new(bytes)) }
    }

    /// Adds a version. The same one again changes nothing.
    ///
    /// # Errors
    /// [`RegistryError::Conflict`].
    pub fn register(&self, entry: ModelEntry) -> Result<(), RegistryError> {
        let mut entries = lock(&self.entries);
        let key = (entry.name.clone(), entry.version);
        if let Some(old) = entries.get(&key)
            && old.hash != entry.hash
        {
            let (is, given) = (old.hash, entry.hash);
            return Err(RegistryError::Conflict { name: key.0.into(), version: key.1, is, given });
        }
        entries.entry(key).or_insert(entry);
        Ok(())
    }

    /// Adds the versions of a list: a line each, `name version sha256 licence format path`; the path is the rest of the
    /// line. Empty lines and those that begin with `#` say nothing. Either all are added, or those before the first
    /// that cannot be.
    ///
    /// # Errors
    /// [`RegistryError::Line`], [`RegistryError::Conflict`].
    pub fn register_list(&self, list: &str) -> Result<(), RegistryError> {
        for line in list.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
            self.register(entry(line)?)?;
        }
        Ok(())
    }

    /// What is known of a version.
    pub fn entry(&self, name: &str, version: Version) -> Option<ModelEntry> {
        lock(&self.entries).get(&(name.to_owned(), version)).cloned()
    }

    /// A model's versions, the newest last.
    pub fn versions(&self, name: &str) -> Vec<Version> {
        let first = (name.to_owned(), Version(0, 0, 0));
        let entries = lock(&self.entries);
        entries.range(first..).map(|(key, _)| key).take_while(|key| key.0 == name).map(|key| key.1).collect()
    }

    /// The newest version.
    pub fn latest(&self, name: &str) -> Option<Version> {
        self.versions(name).pop()
    }

    /// A version's bytes, whose hash is the registered one: those that were loaded lately, or the file's.
    ///
    /// # Errors
    /// [`RegistryError::Unknown`], [`RegistryError::File`], [`RegistryError::WrongHash`].
    pub fn bytes(&self, name: &str, version: Version) -> Result<Arc<[u8]>, RegistryError> {
        let entry = self.entry(name, version).ok_or_else(|| RegistryError::Unknown(name.into(), version))?;
        if let Some(bytes) = lock(&self.cache).get(entry.hash) {
            return Ok(bytes);
        }
        // Not under the lock: it takes milliseconds, and others may have what they want.
        let bytes = std::fs::read(&entry.path)
            .map_err(|source| RegistryError::File { path: entry.path.clone(), source })?;
        let is = Hash::of(&bytes);
        if is != entry.hash {
            return Err(RegistryError::WrongHash { path: entry.path, expected: entry.hash, is });
        }
        let bytes: Arc<[u8]> = bytes.into();
        lock(&self.cache).put(entry.hash, bytes.clone());
        Ok(bytes)
    }

    /// How the cache fares.
    pub fn cache_stats(&self) -> CacheStats {
        lock(&self.cache).stats()
    }
}

fn entry(line: &str) -> Result<ModelEntry, RegistryError> {
    let wrong =
        || RegistryError::Line(format!("`{line}` is not `name version sha256 licence format path`").into());
    let mut rest = line;
    let mut word = || {
        let (word, tail) = rest.split_once(char::is_whitespace)?;
        rest = tail.trim_start();
        Some(word)
    };
    let (name, version, hash) =
        (word().ok_or_else(wrong)?, word().ok_or_else(wrong)?, word().ok_or_else(wrong)?);
    let (licence, format) = (word().ok_or_else(wrong)?, word().ok_or_else(wrong)?);
    let format = Format::NAMES.iter().find(|(_, name)| *name == format).ok_or_else(wrong)?.0;
    Ok(ModelEntry {
        name: name.to_owned(),
        version: version.parse()?,
        hash: hash.parse()?,
        licence: licence.to_owned(),
        format,
        path: rest.into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    type Outcome = Result<(), Box<dyn std::error::Error>>;

    fn list(folder: &std::path::Path, models: &[(&str, &str, &[u8])]) -> std::io::Result<String> {
        let line = |(name, version, bytes): &(&str, &str, &[u8])| {
            let path = folder.join(format!("{name} {version}"));
            std::fs::write(&path, bytes)?;
            Ok(format!("{name} {version} {} MIT builtin {}\n", Hash::of(bytes), path.display()))
        };
        models.iter().map(line).collect()
    }

    #[test]
    fn versions_are_found_and_their_files_checked() -> Outcome {
        let folder = tempfile::tempdir()?;
        let registry = Registry::with_budget(1000);
        let models = [("a", "1.9.0", &b"one"[..]), ("a", "1.10.0", b"two"), ("b", "0.1.0", b"three")];
        let text = list(folder.path(), &models)?;
        registry.register_list(&format!("# models\n\n{text}"))?;
        registry.register_list(&text)?;
        assert_eq!(registry.versions("a"), [Version(1, 9, 0), Version(1, 10, 0)]);
        assert_eq!((registry.latest("a"), registry.latest("c")), (Some(Version(1, 10, 0)), None));
        assert_eq!(&registry.bytes("a", Version(1, 9, 0))?[..], b"one");
        let entry = registry.entry("b", Version(0, 1, 0)).ok_or("registered")?;
        registry.register(ModelEntry { path: "elsewhere".into(), ..entry.clone() })?;
        assert_eq!(registry.entry("b", Version(0, 1, 0)), Some(entry.clone()), "the same bytes again");
        assert_eq!((entry.licence.as_str(), entry.format.name()), ("MIT", "builtin"));
        std::fs::write(&entry.path, "another")?;
        let error = registry.bytes("b", Version(0, 1, 0)).expect_err("another file");
        assert!(
            matches!(error, RegistryError::WrongHash { is, .. } if is == Hash::of(b"another")),
            "{error}"
        );
        std::fs::remove_file(&entry.path)?;
        assert!(matches!(registry.bytes("b", Version(0, 1, 0)), Err(RegistryError::File { .. })));
        assert!(matches!(registry.bytes("b", Version(0, 2, 0)), Err(RegistryError::Unknown(..))));
        assert!(
            registry.register(ModelEntry { hash: Hash::of(b""), ..entry }).is_err(),
            "a version never changes"
        );
        Ok(())
    }

    #[test]
    fn lines_that_are_none_say_so() {
        let registry = Registry::with_budget(0);
        let hash = Hash::of(b"").to_string();
        for line in [
            "a",
            "a 1.0.0",
            &format!("a 1.0 {hash} MIT onnx file"),
            &format!("a 1.0.0.0 {hash} MIT onnx file"),
            &format!("a 1.0.-1 {hash} MIT onnx file"),
            &format!("a 1.0.0 {} MIT onnx file", &hash[1..]),
            &format!("a 1.0.0 {}ü MIT onnx file", &hash[2..]),
            &format!("a 1.0.0 +f{} MIT onnx file", &hash[2..]),
            &format!("a 1.0.0 {hash} MIT onyx file"),
        ] {
            assert!(matches!(registry.register_list(line), Err(RegistryError::Line(_))), "{line}");
        }
        assert!(registry.versions("a").is_empty());
    }
}
