//! What an image holds, module by module.

use dala_ir::interp::ahead::{self, MachineCode, TooFar};

use super::Place;

/// A place in machine code that says where the words are, and `addend` bytes behind.
#[derive(Clone, Copy, Debug)]
pub(super) struct WordReference {
    pub(super) at: u64,
    pub(super) kind: ahead::Place,
    pub(super) addend: i64,
}

/// Machine code of modules, one behind the other, and their words likewise.
#[derive(Debug, Default)]
pub(crate) struct Layout<'m> {
    modules: Vec<(&'m MachineCode, Place)>,
    text_bytes: u64,
    words: u64,
}

impl<'m> Layout<'m> {
    /// Takes a module's machine code, and leaves room for so many words.
    pub(crate) fn add(&mut self, code: &'m MachineCode, words: usize) -> Place {
        let text = self.text_bytes.next_multiple_of(MachineCode::ALIGN as u64);
        let text_bytes = code.text().len() as u64;
        let place = Place { text, text_bytes, first_word: self.words, words: words as u64 };
        self.text_bytes = text + text_bytes;
        self.words += words as u64;
        self.modules.push((code, place));
        place
    }

    pub(super) fn text_bytes(&self) -> u64 {
        self.text_bytes
    }

    pub(super) fn words(&self) -> u64 {
        self.words
    }

    /// The machine code, and where in it a linker writes distances to the words.
    pub(super) fn unplaced(&self) -> (Vec<u8>, Vec<WordReference>) {
        let (mut text, mut references) = (Vec::with_capacity(self.text_bytes as usize), Vec::new());
        for (code, place) in &self.modules {
            text.resize(place.text as usize, MachineCode::FILL);
            text.extend_from_slice(code.text());
            references.extend(code.references().iter().map(|&reference| WordReference {
                at: place.text + u64::from(reference.at),
                kind: code.place(reference),
                addend: 8 * place.first_word as i64 + i64::from(reference.addend),
            }));
        }
        (text, references)
    }

    /// The machine code, for words that begin `distance` bytes behind its start.
    ///
    /// # Errors
    /// When that is too far.
    pub(super) fn text(&self, distance: u64) -> Result<Vec<u8>, TooFar> {
        let mut text = Vec::with_capacity(self.text_bytes as usize);
        for (code, place) in &self.modules {
            text.resize(place.text as usize, MachineCode::FILL);
            code.write((distance + 8 * place.first_word) as i64 - place.text as i64, &mut text)?;
        }
        Ok(text)
    }
}
