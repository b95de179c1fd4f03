//! Changes of .beam files that have a chance to be accepted: within chunks, most of them in the code.

use std::ops::Range;

use super::Random;

use dala_beam::load::BeamFile;
use dala_beam::opcode::Instruction;

/// Chunks that are changed besides the code.
const CHUNKS: &[&[u8; 4]] = &[b"LitT", b"LitT", b"StrT", b"ImpT", b"ExpT", b"FunT"];

/// Largest literals that are unpacked.
const MAX_LITERALS: u64 = 16 << 20;

/// Bytes that say something in compact operands: small numbers of each tag, and the ends of the range.
const TELLING: &[u8] =
    &[0, 1, 2, 3, 4, 5, 6, 7, 8, 16, 0x11, 0x13, 0x14, 0x17, 0x21, 0x23, 0x40, 0x7f, 0x80, 0xff];

/// A module file, uncompressed, and where its chunks lie.
#[derive(Clone, Debug)]
pub struct Seed {
    bytes: Vec<u8>,
    chunks: Vec<([u8; 4], Range<usize>)>,
    /// Where instructions lie, labels and starts of functions apart.
    instructions: Vec<Range<usize>>,
}

impl Seed {
    /// A file that a compiler wrote. Its literals are stored plain, as those of OTP 28, so that changes reach them.
    ///
    /// # Panics
    /// When it is no such file.
    pub fn new(file: &[u8]) -> Seed {
        Seed::of(file).expect("a compiler wrote it")
    }

    /// As [`new`](Seed::new), of a file that may be anything; `None` when the loader does not read it.
    pub fn of(file: &[u8]) -> Option<Seed> {
        let mut seed =
            Seed { bytes: b"FOR1\0\0\0\0BEAM".to_vec(), chunks: Vec::new(), instructions: Vec::new() };
        let mut rest = file.get(12..)?;
        while let Some((name, behind)) = rest.split_first_chunk::<4>() {
            let (size, behind) = behind.split_first_chunk::<4>()?;
            let size = u32::from_be_bytes(*size) as usize;
            let data = behind.get(..size)?;
            match name {
                // What only tools read.
                b"Dbgi" | b"Docs" | b"ExCk" | b"CInf" | b"Attr" => {}
                b"LitT" => seed.push(*name, &plain_literals(data)?),
                _ => seed.push(*name, data),
            }
            rest = behind.get(size.next_multiple_of(4)..).unwrap_or_default();
        }
        let size = seed.bytes.len() as u32 - 8;
        seed.bytes[4..8].copy_from_slice(&size.to_be_bytes());
        seed.find_instructions()?;
        Some(seed)
    }

    fn push(&mut self, name: [u8; 4], data: &[u8]) {
        self.bytes.extend(name);
        self.bytes.extend((data.len() as u32).to_be_bytes());
        let start = self.bytes.len();
        self.bytes.extend(data);
        self.chunks.push((name, start..start + data.len()));
        self.bytes.resize(self.bytes.len().next_multiple_of(4), 0);
    }

    fn find_instructions(&mut self) -> Option<()> {
        let file = BeamFile::parse(&self.bytes).ok()?;
        let start = self.chunks.iter().find(|(name, _)| name == b"Code")?.1.start;
        for pair in file.code.windows(2) {
            let is_frame_of_code = matches!(
                pair[0].instruction,
                Instruction::Label { .. } | Instruction::FuncInfo { .. } | Instruction::Line { .. }
            );
            if !is_frame_of_code {
                self.instructions.push(start + pair[0].offset as usize..start + pair[1].offset as usize);
            }
        }
        (!self.instructions.is_empty()).then_some(())
    }

    /// The file unchanged.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The file with a few changes.
    pub fn change(&self, random: &mut Random) -> Vec<u8> {
        let mut bytes = self.bytes.clone();
        for _ in 0..1 + random.below(2) {
            match random.below(8) {
                0 => self.change_chunk(&mut bytes, random),
                1 => self.change_bytes(&mut bytes, random.pick(&self.instructions).clone(), random),
                2 | 3 => self.exchange(&mut bytes, random),
                _ => self.change_operand(&mut bytes, random),
            }
        }
        bytes
    }

    /// Another operand of the same kind, in place of one that takes one byte.
    fn change_operand(&self, bytes: &mut [u8], random: &mut Random) {
        let range = random.pick(&self.instructions).clone();
        if range.len() < 2 {
            return;
        }
        let at = range.start + 1 + random.below(range.len() - 1);
        // Kind in the low three bits, a value below 16 in the upper four.
        if bytes[at] & 8 == 0 {
            bytes[at] = (bytes[at] & 7) | (random.below(16) as u8) << 4;
        } else {
            bytes[at] = bytes[at].wrapping_add(1);
        }
    }

    /// An instruction, or only its opcode, in the place of one that is as long.
    fn exchange(&self, bytes: &mut [u8], random: &mut Random) {
        let to = random.pick(&self.instructions).clone();
        let alike: Vec<&Range<usize>> =
            self.instructions.iter().filter(|other| other.len() == to.len()).collect();
        let from = (*random.pick(&alike)).clone();
        match random.below(3) {
            0 => bytes[to.start] = self.bytes[from.start],
            1 => bytes[to].copy_from_slice(&self.bytes[from]),
            _ => {
                bytes[to.clone()].copy_from_slice(&self.bytes[from.clone()]);
                bytes[from].copy_from_slice(&self.bytes[to]);
            }
        }
    }

    fn change_chunk(&self, bytes: &mut [u8], random: &mut Random) {
        let wanted = random.pick(CHUNKS);
        let found = self.chunks.iter().find(|(name, range)| name == *wanted && range.len() > 8);
        if let Some((_, range)) = found {
            self.change_bytes(bytes, range.clone(), random);
        }
    }

    fn change_bytes(&self, bytes: &mut [u8], range: Range<usize>, random: &mut Random) {
        let at = range.start + random.below(range.len());
        match random.below(5) {
            0 => bytes[at] = random.number() as u8,
            1 => bytes[at] ^= 1 << random.below(8),
            2 => bytes[at] = *random.pick(TELLING),
            3 => bytes[at] = bytes[at].wrapping_sub(1),
            // A run from elsewhere in the same place.
            _ => {
                let len = (1 + random.below(12)).min(range.end - at);
                let from = range.start + random.below(range.len() - len + 1);
                bytes.copy_within(from..from + len, at);
            }
        }
    }
}

/// Literals as OTP 28 writes them; `None` when they are damaged.
fn plain_literals(data: &[u8]) -> Option<Vec<u8>> {
    use std::io::Read as _;
    let mut plain = vec![0; 4];
    if data.get(..4)? == [0; 4] {
        return Some(data.to_vec());
    }
    let decoder = flate2::read::ZlibDecoder::new(&data[4..]);
    decoder.take(MAX_LITERALS).read_to_end(&mut plain).ok()?;
    Some(plain)
}
