//! Message digests and HMAC, by name.

use sha2::digest::Digest;
use sha2::digest::block_api::BlockSizeUser;

macro_rules! hashes {
    ($($variant:ident $name:literal $number:literal $hasher:ty;)*) => {
        /// A digest that is being computed.
        #[derive(Clone, Debug)]
        pub(super) enum Hash {
            $(#[doc = $name] $variant($hasher),)*
        }

        /// Names as `crypto:supports(hashs)` gives them.
        pub(super) const NAMES: &[&str] = &[$($name),*];

        impl Hash {
            /// A new digest of this name.
            pub(super) fn new(name: &str) -> Option<Hash> {
                match name {
                    $($name => Some(Hash::$variant(<$hasher>::new())),)*
                    _ => None,
                }
            }

            /// Goes on with more data.
            pub(super) fn update(&mut self, data: &[u8]) {
                match self {
                    $(Hash::$variant(hasher) => Digest::update(hasher, data),)*
                }
            }

            /// The digest.
            pub(super) fn finish(self) -> Vec<u8> {
                match self {
                    $(Hash::$variant(hasher) => hasher.finalize().to_vec(),)*
                }
            }

            /// Bytes of a block of the compression function.
            pub(super) fn block_size(&self) -> usize {
                match self {
                    $(Hash::$variant(_) => <$hasher as BlockSizeUser>::block_size(),)*
                }
            }

            /// Bytes of the digest.
            pub(super) fn size(&self) -> usize {
                match self {
                    $(Hash::$variant(_) => <$hasher as Digest>::output_size(),)*
                }
            }

            /// OpenSSL's number of it (`crypto:hash_info/1`).
            pub(super) fn number(&self) -> i64 {
                match self {
                    $(Hash::$variant(_) => $number,)*
                }
            }
        }
    };
}

hashes! {
    Blake2s "blake2s" 1057 blake2::Blake2s256;
    Blake2b "blake2b" 1056 blake2::Blake2b512;
    Sha3x512 "sha3_512" 1099 sha3::Sha3_512;
    Sha3x384 "sha3_384" 1098 sha3::Sha3_384;
    Sha3x256 "sha3_256" 1097 sha3::Sha3_256;
    Sha3x224 "sha3_224" 1096 sha3::Sha3_224;
    Sha512 "sha512" 674 sha2::Sha512;
    Sha384 "sha384" 673 sha2::Sha384;
    Sha256 "sha256" 672 sha2::Sha256;
    Sha224 "sha224" 675 sha2::Sha224;
    Sha1 "sha" 64 sha1::Sha1;
    Ripemd160 "ripemd160" 117 ripemd::Ripemd160;
    Md5 "md5" 4 md5::Md5;
    Md4 "md4" 257 md4::Md4;
}

/// A keyed digest (RFC 2104).
#[derive(Clone, Debug)]
pub(super) struct Hmac {
    inner: Hash,
    outer: Hash,
}

impl Hmac {
    /// Starts with a key of any length; `None` when there is no such digest.
    pub(super) fn new(name: &str, key: &[u8]) -> Option<Hmac> {
        let (mut inner, mut outer) = (Hash::new(name)?, Hash::new(name)?);
        let block = inner.block_size();
        let mut padded = if key.len() > block {
            let mut hash = Hash::new(name)?;
            hash.update(key);
            hash.finish()
        } else {
            key.to_vec()
        };
        padded.resize(block, 0);
        inner.update(&padded.iter().map(|byte| byte ^ 0x36).collect::<Vec<u8>>());
        outer.update(&padded.iter().map(|byte| byte ^ 0x5c).collect::<Vec<u8>>());
        Some(Hmac { inner, outer })
    }

    /// Goes on with more data.
    pub(super) fn update(&mut self, data: &[u8]) {
        self.inner.update(data);
    }

    /// The code.
    pub(super) fn finish(mut self) -> Vec<u8> {
        self.outer.update(&self.inner.finish());
        self.outer.finish()
    }
}

/// PBKDF2 (RFC 8018) with HMAC; `None` when there is no such digest.
pub(super) fn pbkdf2(name: &str, password: &[u8], salt: &[u8], rounds: u32, len: usize) -> Option<Vec<u8>> {
    let keyed = Hmac::new(name, password)?;
    let mut key = Vec::with_capacity(len);
    for block in 1u32.. {
        if key.len() >= len {
            break;
        }
        let mut first = keyed.clone();
        first.update(salt);
        first.update(&block.to_be_bytes());
        let mut last = first.finish();
        let mut sum = last.clone();
        for _ in 1..rounds {
            let mut next = keyed.clone();
            next.update(&last);
            last = next.finish();
            sum.iter_mut().zip(&last).for_each(|(sum, byte)| *sum ^= byte);
        }
        key.extend_from_slice(&sum);
    }
    key.truncate(len);
    Some(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    #[test]
    fn digests_are_those_of_the_standards() {
        let mut hash = Hash::new("sha256").unwrap();
        hash.update(b"abc");
        assert_eq!(hex(&hash.finish()), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert!(Hash::new("sha257").is_none());
    }

    // RFC 4231, test cases 2 and 6.
    #[test]
    fn hmac_takes_keys_of_any_length() {
        let mut mac = Hmac::new("sha256", b"Jefe").unwrap();
        mac.update(b"what do ya want ");
        mac.update(b"for nothing?");
        let expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        assert_eq!(hex(&mac.finish()), expected);
        let mut mac = Hmac::new("sha256", &[0xaa; 131]).unwrap();
        mac.update(b"Test Using Larger Than Block-Size Key - Hash Key First");
        let expected = "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54";
        assert_eq!(hex(&mac.finish()), expected);
    }

    // RFC 6070, test case 2.
    #[test]
    fn pbkdf2_is_that_of_the_standard() {
        let key = pbkdf2("sha", b"password", b"salt", 2, 20).unwrap();
        assert_eq!(hex(&key), "ea6c014dc72d6f8ccd1ed92ace1d41f0d8de8957");
    }
}
