use dala_ir::abi::Atom;
use dala_ir::interp::{BifIndex, Target};

use super::*;
use crate::code::carried;
use crate::code::export::ExportTable;
use crate::code::link::{self, Loading};
use crate::code::lookup::Lookup;
use crate::interop::typing::Known;
use crate::load::installed::module;

fn bytes() -> &'static [u8] {
    carried::module("dala_io").unwrap()
}

fn name() -> Atom {
    Atom::new("dala_io")
}

fn cache() -> (tempfile::TempDir, ObjectCache) {
    let root = tempfile::tempdir().unwrap();
    let cache = ObjectCache::open(root.path()).unwrap();
    (root, cache)
}

/// Loads the module; whether the cache had it.
fn loads(cache: &ObjectCache, exports: &ExportTable) -> bool {
    let had = cache.entry(bytes()).get().is_some();
    let linked = link::compile(
        exports,
        &Lookup::default(),
        Known::default(),
        Some(cache),
        name(),
        Loading::default(),
        bytes(),
    )
    .unwrap();
    assert!(linked.module.exports(Atom::new("start"), 1));
    had
}

#[test]
fn installed_modules_are_read_as_they_were_prepared() {
    let (exports, lookup) = (ExportTable::new(), Lookup::default());
    let (_root, cache) = cache();
    for name in ["lists", "erl_scan", "unicode_util", "gen_server", "Elixir.Enum", "Elixir.Kernel"] {
        let bytes = module(name);
        let prepared = Prepared::of(Atom::new(name), &bytes, &exports, &lookup, Known::default()).unwrap();
        assert!(cache.entry(&bytes).get().is_none());
        cache.entry(&bytes).put(&prepared);
        assert!(cache.entry(&bytes).get().is_some_and(|(kept, _)| kept == prepared), "{name}");
    }
}

#[test]
fn a_module_is_prepared_once() {
    let (exports, (_root, cache)) = (ExportTable::new(), cache());
    assert!(!loads(&cache, &exports));
    assert!(loads(&cache, &exports));
}

#[test]
fn damaged_files_are_made_anew() {
    let (exports, (_root, cache)) = (ExportTable::new(), cache());
    loads(&cache, &exports);
    let (path, good) =
        (cache.entry(bytes()).path(OBJECT), fs::read(cache.entry(bytes()).path(OBJECT)).unwrap());
    for at in [0, 4, 100, good.len() - 1] {
        let mut damaged = good.clone();
        damaged[at] ^= 1;
        fs::write(&path, damaged).unwrap();
        assert!(cache.entry(bytes()).get().is_none(), "byte {at}");
    }
    for end in [0, 3, 4, good.len() / 2] {
        fs::write(&path, &good[..end]).unwrap();
        assert!(cache.entry(bytes()).get().is_none(), "the first {end} bytes");
    }
    assert!(!loads(&cache, &exports));
    assert!(fs::read(&path).unwrap() == good);
}

#[test]
fn a_function_that_became_native_is_not_called_in_code_that_was_kept() {
    let (exports, (_root, cache)) = (ExportTable::new(), cache());
    loads(&cache, &exports);
    exports.entry(name(), Atom::new("start"), 1).set_target(Target::Bif(BifIndex(0)));
    assert!(!cache.entry(bytes()).get().unwrap().0.fits(&exports));
    link::compile(
        &exports,
        &Lookup::default(),
        Known::default(),
        Some(&cache),
        name(),
        Loading::default(),
        bytes(),
    )
    .unwrap();
    assert!(cache.entry(bytes()).get().unwrap().0.fits(&exports));
}

#[test]
fn files_of_long_ago_are_forgotten_once_a_day() {
    let (exports, (root, cache)) = (ExportTable::new(), cache());
    loads(&cache, &exports);
    let set = |path: PathBuf, age| {
        let file = File::options().append(true).open(path).unwrap();
        file.set_modified(SystemTime::now() - age).unwrap();
    };
    set(cache.entry(bytes()).path(OBJECT), 2 * OLD);
    assert!(ObjectCache::open(root.path()).unwrap().entry(bytes()).get().is_some(), "nobody looked today");
    set(cache.folder.join(USED), 2 * DAY);
    assert!(ObjectCache::open(root.path()).unwrap().entry(bytes()).get().is_none());
    assert!(!is_older(&cache.folder.join(USED), DAY));
}

#[cfg(unix)]
#[test]
fn a_folder_of_somebody_else_is_not_used() {
    // Root's, or that of whoever else runs the tests not.
    assert_eq!(is_users_alone(Path::new("/")), rustix::process::geteuid().is_root());
}

#[cfg(unix)]
#[test]
fn a_folder_that_others_may_write_to_is_not_used() {
    use std::os::unix::fs::PermissionsExt;

    let root = tempfile::tempdir().unwrap();
    let others = fs::Permissions::from_mode(0o777);
    fs::set_permissions(root.path(), others).unwrap();
    assert!(ObjectCache::open(root.path()).is_none());
    assert_eq!(fs::read_dir(root.path()).unwrap().count(), 0, "nothing is left in it");
}

#[test]
fn a_new_build_forgets_all_but_the_last_others() {
    let root = tempfile::tempdir().unwrap();
    let now = SystemTime::now();
    for age in 1..=5 {
        let folder = root.path().join(format!("{PREFIX}{age}"));
        fs::create_dir(&folder).unwrap();
        let used = File::create(folder.join(USED)).unwrap();
        used.set_modified(now - Duration::from_secs(age)).unwrap();
    }
    fs::create_dir(root.path().join("something else")).unwrap();
    let cache = ObjectCache::open(root.path()).unwrap();
    let mut left: Vec<String> = fs::read_dir(root.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| !cache.folder.ends_with(name))
        .collect();
    left.sort();
    assert_eq!(left, ["build-1", "build-2", "build-3", "something else"]);
}
