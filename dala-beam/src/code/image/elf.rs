//! Adds an image to an executable in the format ELF, which has to be position-independent, as Rust's are.
//!
//! Two segments are put behind those that there are: one that is read and executed, with the table of program headers (which
//! grows, so it moves) and the machine code; and one that is read and written, with the image's header and, as zeros that take no
//! room in the file, the words. Addresses and places in the file are the same numbers, so that old kernels, which
//! reckon the address of the table from its place, tell the program the right one. A program header of a type of our own
//! says where the image's header is.

use object::elf::{
    ELFCLASS64, EM_AARCH64, EM_X86_64, ET_DYN, FileHeader64, PF_R, PF_W, PF_X, PT_LOAD, PT_PHDR,
    ProgramFlags, ProgramHeader64, ProgramType,
};
use object::endian::{LittleEndian, U16, U32, U64};
use object::pod;
use sha2::{Digest, Sha256};

use super::layout::Layout;
use super::{Header, ImageId, PROGRAM_HEADER};

type FileHeader = FileHeader64<LittleEndian>;
type ProgramHeader = ProgramHeader64<LittleEndian>;

const E: LittleEndian = LittleEndian;
/// What segments are aligned to: the largest page that the system has.
const PAGE: u64 = if cfg!(target_arch = "aarch64") { 0x1_0000 } else { 0x1000 };
/// As much as the table of program headers may grow to.
const MOST_HEADERS: usize = 64;

/// Why an image could not be added.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ElfError {
    #[error("it is not a position-independent executable for this system (64-bit ELF)")]
    Format,
    #[error("it has an image of machine code already")]
    HasImage,
    #[error(transparent)]
    TooFar(#[from] dala_ir::interp::ahead::TooFar),
}

/// Adds an image to the executable in `file`.
pub(crate) fn add(file: &mut Vec<u8>, layout: &Layout<'_>) -> Result<ImageId, ElfError> {
    let (header, headers) = read(file).ok_or(ElfError::Format)?;
    if headers.iter().any(|header| header.p_type.get(E) == ProgramType(PROGRAM_HEADER)) {
        return Err(ElfError::HasImage);
    }
    let end_of_segments = headers
        .iter()
        .filter(|header| header.p_type.get(E) == PT_LOAD)
        .map(|header| header.p_vaddr.get(E).saturating_add(header.p_memsz.get(E)))
        .max();
    let table = (file.len() as u64).max(end_of_segments.unwrap_or(0)).next_multiple_of(PAGE);
    let table_bytes = (headers.len() + 3) * size_of::<ProgramHeader>();
    let text = (table + table_bytes as u64).next_multiple_of(PAGE);
    let words = (text + layout.text_bytes()).next_multiple_of(PAGE);
    let header_bytes = size_of::<Header>() as u64;

    let code = layout.text(words + header_bytes - text)?;
    let id: ImageId = *Sha256::digest(&code).first_chunk().expect("32 bytes");
    let mut added = headers;
    for header in &mut added {
        if header.p_type.get(E) == PT_PHDR {
            place(header, table, table_bytes as u64, table_bytes as u64);
        }
    }
    let mut segment =
        |kind: ProgramType, flags: ProgramFlags, at: u64, file_bytes: u64, bytes: u64, align: u64| {
            let mut header =
                *pod::from_bytes::<ProgramHeader>(&[0; size_of::<ProgramHeader>()]).expect("enough bytes").0;
            header.p_type = U32::new(E, kind);
            header.p_flags = U32::new(E, flags);
            header.p_align = U64::new(E, align);
            place(&mut header, at, file_bytes, bytes);
            added.push(header);
        };
    let code_bytes = text + code.len() as u64 - table;
    segment(PT_LOAD, PF_R | PF_X, table, code_bytes, code_bytes, PAGE);
    segment(PT_LOAD, PF_R | PF_W, words, header_bytes, header_bytes + 8 * layout.words(), PAGE);
    segment(ProgramType(PROGRAM_HEADER), PF_R, words, header_bytes, header_bytes, 8);

    let mut header = header;
    header.e_phoff = U64::new(E, table);
    header.e_phnum = U16::new(E, added.len() as u16);
    file[..size_of::<FileHeader>()].copy_from_slice(pod::bytes_of(&header));
    file.resize(table as usize, 0);
    file.extend_from_slice(pod::bytes_of_slice(&added));
    file.resize(text as usize, 0);
    file.extend_from_slice(&code);
    file.resize(words as usize, 0);
    file.extend_from_slice(&id);
    for number in [words - text, layout.text_bytes(), layout.words()] {
        file.extend_from_slice(&number.to_le_bytes());
    }
    Ok(id)
}

fn place(header: &mut ProgramHeader, at: u64, file_bytes: u64, bytes: u64) {
    header.p_offset = U64::new(E, at);
    header.p_vaddr = U64::new(E, at);
    header.p_paddr = U64::new(E, at);
    header.p_filesz = U64::new(E, file_bytes);
    header.p_memsz = U64::new(E, bytes);
}

/// The header and the program headers of an executable that an image can be added to.
fn read(file: &[u8]) -> Option<(FileHeader, Vec<ProgramHeader>)> {
    let (header, _) = pod::from_bytes::<FileHeader>(file).ok()?;
    let machine = match std::env::consts::ARCH {
        "x86_64" => EM_X86_64,
        "aarch64" => EM_AARCH64,
        _ => return None,
    };
    let is_known = header.e_ident.magic == object::elf::ELFMAG
        && header.e_ident.class == ELFCLASS64
        && header.e_type.get(E) == ET_DYN
        && header.e_machine.get(E) == machine
        && usize::from(header.e_phentsize.get(E)) == size_of::<ProgramHeader>();
    let count = usize::from(header.e_phnum.get(E));
    let table = file.get(usize::try_from(header.e_phoff.get(E)).ok()?..)?;
    let (headers, _) = pod::slice_from_bytes::<ProgramHeader>(table, count).ok()?;
    let first = headers.iter().find(|header| header.p_type.get(E) == PT_LOAD)?;
    let starts_at_zero = first.p_offset.get(E) == 0 && first.p_vaddr.get(E) == 0;
    (is_known && starts_at_zero && count < MOST_HEADERS).then(|| (*header, headers.to_vec()))
}
