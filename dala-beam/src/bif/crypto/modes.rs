//! AES in the modes that take no authenticated data, one step for all of them: whole blocks in place.

use aes::cipher::{
    Array, Block, BlockCipherDecrypt, BlockCipherEncrypt, BlockModeDecrypt, BlockModeEncrypt, BlockSizeUser,
    InnerIvInit, KeyInit, StreamCipher, consts::U16,
};
use aes::{Aes128, Aes192, Aes256};

/// Bytes of a block.
pub(super) const BLOCK: usize = 16;

/// What follows from one block, or byte of a stream, to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    Ecb,
    Cbc,
    Ctr,
    Gcm,
}

/// A cipher that has its key and its place in the data.
pub(super) trait Running: Send + Sync {
    /// Turns data into what comes of it: whole blocks, but of a stream any number of bytes.
    fn apply(&mut self, data: &mut [u8]);
}

/// AES of this key (16, 24 or 32 bytes) and initial vector (none, or 16 bytes); none of other lengths and for `Gcm`.
pub(super) fn start(mode: Mode, key: &[u8], iv: &[u8], encrypts: bool) -> Option<Box<dyn Running>> {
    match key.len() {
        16 => with(Aes128::new_from_slice(key).ok()?, mode, iv, encrypts),
        24 => with(Aes192::new_from_slice(key).ok()?, mode, iv, encrypts),
        32 => with(Aes256::new_from_slice(key).ok()?, mode, iv, encrypts),
        _ => None,
    }
}

fn with<C>(cipher: C, mode: Mode, iv: &[u8], encrypts: bool) -> Option<Box<dyn Running>>
where
    C: BlockSizeUser<BlockSize = U16> + BlockCipherEncrypt + BlockCipherDecrypt + Send + Sync + 'static,
{
    Some(match (mode, encrypts) {
        (Mode::Ecb, true) => Box::new(EcbEncrypt(cipher)),
        (Mode::Ecb, false) => Box::new(EcbDecrypt(cipher)),
        (Mode::Cbc, true) => Box::new(CbcEncrypt(cbc::Encryptor::inner_iv_slice_init(cipher, iv).ok()?)),
        (Mode::Cbc, false) => Box::new(CbcDecrypt(cbc::Decryptor::inner_iv_slice_init(cipher, iv).ok()?)),
        (Mode::Ctr, _) => {
            let iv = Array::try_from(iv).ok()?;
            let core = ctr::CtrCore::<C, ctr::flavors::Ctr128BE>::inner_iv_init(cipher, &iv);
            Box::new(Counting(ctr::cipher::StreamCipherCoreWrapper::from_core(core)))
        }
        (Mode::Gcm, _) => return None,
    })
}

fn blocks<C: BlockSizeUser<BlockSize = U16>>(data: &mut [u8]) -> &mut [Block<C>] {
    Array::slice_as_chunks_mut(data).0
}

struct EcbEncrypt<C>(C);
struct EcbDecrypt<C>(C);
struct CbcEncrypt<C: BlockCipherEncrypt>(cbc::Encryptor<C>);
struct CbcDecrypt<C: BlockCipherDecrypt>(cbc::Decryptor<C>);
struct Counting<S>(S);

impl<C: BlockSizeUser<BlockSize = U16> + BlockCipherEncrypt + Send + Sync> Running for EcbEncrypt<C> {
    fn apply(&mut self, data: &mut [u8]) {
        self.0.encrypt_blocks(blocks::<C>(data));
    }
}

impl<C: BlockSizeUser<BlockSize = U16> + BlockCipherDecrypt + Send + Sync> Running for EcbDecrypt<C> {
    fn apply(&mut self, data: &mut [u8]) {
        self.0.decrypt_blocks(blocks::<C>(data));
    }
}

impl<C: BlockSizeUser<BlockSize = U16> + BlockCipherEncrypt + Send + Sync> Running for CbcEncrypt<C> {
    fn apply(&mut self, data: &mut [u8]) {
        self.0.encrypt_blocks(blocks::<C>(data));
    }
}

impl<C: BlockSizeUser<BlockSize = U16> + BlockCipherDecrypt + Send + Sync> Running for CbcDecrypt<C> {
    fn apply(&mut self, data: &mut [u8]) {
        self.0.decrypt_blocks(blocks::<C>(data));
    }
}

impl<S: StreamCipher + Send + Sync> Running for Counting<S> {
    fn apply(&mut self, data: &mut [u8]) {
        self.0.apply_keystream(data);
    }
}
