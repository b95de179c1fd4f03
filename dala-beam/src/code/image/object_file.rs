//! Writes an image, with its bundle, as an object file that a linker makes a part of a program.

use dala_ir::interp::ahead::Place;
use object::elf;
use object::write::{Object, Relocation, StandardSection, Symbol, SymbolSection};
use object::{
    Architecture, BinaryFormat, Endianness, RelocationEncoding, RelocationFlags, RelocationKind, SectionKind,
    SymbolFlags, SymbolKind, SymbolScope,
};
use sha2::{Digest, Sha256};

use super::layout::Layout;
use super::{ImageId, LinkedModules};

const ARCHITECTURE: Architecture =
    if cfg!(target_arch = "aarch64") { Architecture::Aarch64 } else { Architecture::X86_64 };

/// What tells a linker to write there where the words are.
fn word_flags(kind: Place) -> RelocationFlags {
    match kind {
        Place::Distance => RelocationFlags::Generic {
            kind: RelocationKind::Relative,
            encoding: RelocationEncoding::Generic,
            size: 32,
        },
        Place::Branch => RelocationFlags::Elf { r_type: elf::R_AARCH64_JUMP26 },
        Place::Page => RelocationFlags::Elf { r_type: elf::R_AARCH64_ADR_PREL_PG_HI21 },
        Place::InPage => RelocationFlags::Elf { r_type: elf::R_AARCH64_ADD_ABS_LO12_NC },
    }
}

/// The object file of the modules in `layout`; `bundle` makes the bundle that names the image.
///
/// # Errors
/// With a text, when there is no such file for this system.
pub(crate) fn write(
    layout: &Layout<'_>,
    bundle: impl FnOnce(ImageId) -> Result<Vec<u8>, String>,
) -> Result<Vec<u8>, String> {
    let problem = |error: object::write::Error| error.to_string();
    // Distances are the linker's business.
    let (code, references) = layout.unplaced();
    let id: ImageId = *Sha256::digest(&code).first_chunk().expect("32 bytes");
    let bundle = bundle(id)?;

    let mut file = Object::new(BinaryFormat::Elf, ARCHITECTURE, Endianness::Little);
    let symbol = |file: &mut Object<'_>, name: &str, section, value, size, is_data: bool| {
        file.add_symbol(Symbol {
            name: name.into(),
            value,
            size,
            kind: if is_data { SymbolKind::Data } else { SymbolKind::Text },
            scope: if name == LinkedModules::SYMBOL {
                SymbolScope::Linkage
            } else {
                SymbolScope::Compilation
            },
            weak: false,
            section: SymbolSection::Section(section),
            flags: SymbolFlags::None,
        })
    };
    let text = file.add_section(Vec::new(), b".text.dala".to_vec(), SectionKind::Text);
    let at = file.append_section_data(text, &code, 4096);
    let text_symbol = symbol(&mut file, "dala_modules_text", text, at, code.len() as u64, false);
    let bss = file.section_id(StandardSection::UninitializedData);
    let at = file.append_section_bss(bss, 8 * layout.words(), 4096);
    let words_symbol = symbol(&mut file, "dala_modules_words", bss, at, 8 * layout.words(), true);
    let rodata = file.section_id(StandardSection::ReadOnlyData);
    let at = file.append_section_data(rodata, &bundle, 8);
    let bundle_symbol = symbol(&mut file, "dala_modules_bundle", rodata, at, bundle.len() as u64, true);

    for reference in references {
        let relocation = Relocation {
            offset: reference.at,
            symbol: words_symbol,
            addend: reference.addend,
            flags: word_flags(reference.kind),
        };
        file.add_relocation(text, relocation).map_err(problem)?;
    }

    // As `LinkedModules` has them.
    let mut table = id.to_vec();
    for (_, number) in [
        (text_symbol, code.len() as u64),
        (words_symbol, layout.words()),
        (bundle_symbol, bundle.len() as u64),
    ] {
        table.extend_from_slice(&[0; 8]);
        table.extend_from_slice(&number.to_le_bytes());
    }
    let data = file.section_id(StandardSection::ReadOnlyDataWithRel);
    let at = file.append_section_data(data, &table, 8);
    symbol(&mut file, LinkedModules::SYMBOL, data, at, table.len() as u64, true);
    for (index, target) in [text_symbol, words_symbol, bundle_symbol].into_iter().enumerate() {
        let relocation = Relocation {
            offset: at + (size_of::<ImageId>() + 16 * index) as u64,
            symbol: target,
            addend: 0,
            flags: RelocationFlags::Generic {
                kind: RelocationKind::Absolute,
                encoding: RelocationEncoding::Generic,
                size: 64,
            },
        };
        file.add_relocation(data, relocation).map_err(problem)?;
    }
    file.write().map_err(problem)
}
