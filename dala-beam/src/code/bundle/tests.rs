use super::*;
use crate::code::carried;
use crate::code::export::ExportTable;
use crate::code::lookup::Lookup;
use crate::interop::typing::Known;

/// A file with something in it, and behind that a bundle of one module.
fn file() -> Vec<u8> {
    let bytes = carried::module("dala_io").unwrap();
    let prepared =
        Prepared::of(Atom::new("dala_io"), bytes, &ExportTable::new(), &Lookup::default(), Known::default())
            .unwrap();
    let module = BundledModule {
        bytes: prepared.to_bytes(),
        file: bytes.into(),
        is_own: true,
        folder: None,
        names: Vec::new(),
        calls: HashSet::new(),
        exports: Vec::new(),
        object: prepared.object,
        machine: None,
    };
    let modules = BTreeMap::from([("dala_io".to_owned(), module)]);
    let mut file = b"a program".to_vec();
    let entry = Some(("dala_io".to_owned(), "start".to_owned()));
    write(&mut file, &modules, Placing::default(), BundledProgram { entry, ..BundledProgram::default() })
        .unwrap();
    file
}

fn open(bytes: &[u8]) -> Result<Option<Bundle>, BundleError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("program");
    std::fs::write(&path, bytes).unwrap();
    Bundle::at_end_of(&path)
}

#[test]
fn a_bundle_is_found_at_the_end_of_a_file() {
    let bundle = open(&file()).unwrap().unwrap();
    assert!(matches!(bundle.contents, Contents::File(_, 9)));
    assert_eq!(bundle.program().entry.as_ref().unwrap().1, "start");
    assert_eq!(bundle.module("dala_io").unwrap().unwrap().object.name().text(), "dala_io");
    assert!(bundle.file("dala_io").unwrap().unwrap() == carried::module("dala_io").unwrap());
    assert!(bundle.module("lists").is_none() && bundle.file("lists").is_none());
    assert!(open(b"a program").unwrap().is_none());
    assert!(open(b"").unwrap().is_none());
}

#[test]
fn damage_is_found() {
    let good = file();
    // One byte of the module, of the index, and of the lengths.
    for at in [20, good.len() - TRAILER - 10, good.len() - TRAILER + 8] {
        let mut bytes = good.clone();
        bytes[at] ^= 1;
        match open(&bytes) {
            Err(error) => assert!(matches!(error, BundleError::Damaged), "byte {at}: {error}"),
            Ok(bundle) => {
                let module = bundle.unwrap().module("dala_io").unwrap();
                assert!(matches!(module, Err(BundleError::Damaged)), "byte {at}");
            }
        }
    }
    // Cut off in front.
    assert!(open(&good[good.len() - TRAILER..]).unwrap().is_none());
}

#[test]
fn a_bundle_of_another_build_is_refused_by_name() {
    let mut file = Vec::new();
    write(&mut file, &BTreeMap::new(), Placing::default(), BundledProgram::default()).unwrap();
    let at = file.windows(BUILD.len()).position(|bytes| bytes == BUILD.as_bytes()).unwrap();
    file[at..at + 5].copy_from_slice(b"other");
    let index = file.len() - TRAILER;
    let checksum = checksum_of(&file[..index]).to_le_bytes();
    file[index + 16..index + 20].copy_from_slice(&checksum);
    let error = open(&file).unwrap_err();
    assert!(matches!(&error, BundleError::OtherBuild(build) if build.starts_with("other")), "{error}");
}
