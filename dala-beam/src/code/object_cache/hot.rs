//! Machine code of what was hot in a module, beside the module's object code: see `dala_ir::interp::keep`.

use dala_ir::interp::Object;
use dala_ir::interp::keep::{Keeper, KeptCode};
use serde::{Deserialize, Serialize};

use super::{Entry, OBJECT, Prepared, read};

/// What names of its files end in.
const HOT: &str = ".hot";

/// Keeps the machine code of one module.
#[derive(Debug)]
pub(in crate::code) struct HotCode {
    entry: Entry,
    /// Of the object code: a file may be prepared anew, to something else.
    object: u32,
}

/// What its file holds.
#[derive(Serialize, Deserialize)]
struct Wire<C> {
    object: u32,
    code: C,
}

impl HotCode {
    /// That of the object code with this checksum.
    pub(super) fn new(entry: Entry, object: u32) -> HotCode {
        HotCode { entry, object }
    }
}

impl Keeper for HotCode {
    fn object(&self) -> Option<Object> {
        let whole = read(&self.entry.path(OBJECT)).filter(|whole| whole.checksum == self.object)?;
        // SAFETY: as that of `Entry::get`.
        #[expect(unsafe_code, reason = "code from the cache is not verified again")]
        unsafe { Prepared::from_bytes(&whole.bytes) }.map(|prepared| prepared.object)
    }

    fn kept(&self) -> Option<KeptCode> {
        let whole = read(&self.entry.path(HOT))?;
        let Wire { object, code } = postcard::from_bytes(&whole.bytes).ok()?;
        (object == self.object).then_some(code)
    }

    fn keep(&self, code: &KeptCode) {
        let bytes = postcard::to_allocvec(&Wire { object: self.object, code });
        let bytes = bytes.expect("a vector takes what is written to it");
        self.entry.cache.keep(&self.entry.path(HOT), &bytes);
    }
}
