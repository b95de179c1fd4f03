use super::*;
use crate::load::installed;

#[test]
fn every_installed_module_lowers_to_verified_ir() {
    let start = std::time::Instant::now();
    let mut functions = 0;
    let mut failures = Vec::new();
    for path in installed::beam_files() {
        let file = BeamFile::parse(&std::fs::read(&path).unwrap()).unwrap();
        match lower(&file, &mut NamesOnly::default()) {
            Ok(lowered) => {
                functions += lowered.functions.len();
                if let Err(errors) = dala_ir::verify::verify_module(&lowered) {
                    failures.push(format!("{}: {errors:?}", path.display()));
                }
            }
            Err(error) => failures.push(format!("{}: {error}", path.display())),
        }
    }
    eprintln!("{functions} functions in {:?}", start.elapsed());
    assert!(functions > 20_000, "only {functions} functions");
    assert!(failures.is_empty(), "{} modules fail:\n{}", failures.len(), failures.join("\n"));
}
