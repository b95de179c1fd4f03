//! AES in Galois/Counter mode (NIST SP 800-38D), with the nonce of 12 bytes that all protocols use.

use aes::cipher::consts::U12;
use aes::{Aes128, Aes192, Aes256};
use aes_gcm::aead::{AeadInOut, KeyInit, Nonce};
use aes_gcm::{AesGcm, aead};

/// Bytes of a nonce.
pub(super) const NONCE: usize = 12;
/// Most bytes of a tag.
pub(super) const TAG: usize = 16;

/// Encrypts in place, and gives the tag; none when key or nonce have another length, or the data is too long.
pub(super) fn encrypt(key: &[u8], nonce: &[u8], aad: &[u8], data: &mut [u8]) -> Option<[u8; TAG]> {
    match key.len() {
        16 => encrypt_with(&AesGcm::<Aes128, U12>::new_from_slice(key).ok()?, nonce, aad, data),
        24 => encrypt_with(&AesGcm::<Aes192, U12>::new_from_slice(key).ok()?, nonce, aad, data),
        32 => encrypt_with(&AesGcm::<Aes256, U12>::new_from_slice(key).ok()?, nonce, aad, data),
        _ => None,
    }
}

fn encrypt_with<A>(cipher: &A, nonce: &[u8], aad: &[u8], data: &mut [u8]) -> Option<[u8; TAG]>
where
    A: AeadInOut<NonceSize = U12, TagSize = aes::cipher::consts::U16>,
{
    let nonce = Nonce::<A>::try_from(nonce).ok()?;
    let tag: aead::Tag<A> = cipher.encrypt_inout_detached(&nonce, aad, data.into()).ok()?;
    Some(tag.into())
}

/// Decrypts in place when `tag`, of any length up to 16, is the data's; else the data is left as zeros.
///
/// The key stream is its own inverse, so the tag is made anew: libraries compare whole tags only.
pub(super) fn decrypt(key: &[u8], nonce: &[u8], aad: &[u8], data: &mut [u8], tag: &[u8]) -> bool {
    if tag.is_empty() || encrypt(key, nonce, &[], data).is_none() {
        data.fill(0);
        return false;
    }
    let mut again = data.to_vec();
    let Some(made) = encrypt(key, nonce, aad, &mut again) else { return false };
    let is_same =
        tag.len() <= TAG && tag.iter().zip(made).fold(0, |sum, (given, made)| sum | (given ^ made)) == 0;
    if !is_same {
        data.fill(0);
    }
    is_same
}
