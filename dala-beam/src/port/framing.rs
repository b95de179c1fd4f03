//! How the bytes of a program become messages: as they come, as packets with their length in front, or as lines.

/// Option `stream`, `{packet, N}` or `{line, L}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Framing {
    /// As they come.
    Stream,
    /// A length of this many bytes, big endian, before each packet.
    Packet(usize),
    /// Lines, in parts of at most so many bytes.
    Line(usize),
}

/// What one message holds.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// Bytes.
    Bytes(Vec<u8>),
    /// A line, or its last part, without the end of line.
    Eol(Vec<u8>),
    /// A part of a line.
    NoEol(Vec<u8>),
}

impl Framing {
    /// The bytes to write in front of a message of `len` bytes; none when it is too long for its packet.
    pub(crate) fn header(self, len: usize) -> Option<Vec<u8>> {
        let Framing::Packet(width) = self else { return Some(Vec::new()) };
        let bytes = (len as u64).to_be_bytes();
        let (high, low) = bytes.split_at(8 - width);
        high.iter().all(|&byte| byte == 0).then(|| low.to_vec())
    }
}

/// Cuts a stream of bytes into pieces.
#[derive(Debug)]
pub(super) struct Splitter {
    framing: Framing,
    held: Vec<u8>,
}

impl Splitter {
    pub(super) fn new(framing: Framing) -> Splitter {
        Splitter { framing, held: Vec::new() }
    }

    /// The pieces that are whole with `bytes`.
    pub(super) fn push(&mut self, bytes: &[u8]) -> Vec<Piece> {
        if self.framing == Framing::Stream {
            return vec![Piece::Bytes(bytes.to_vec())];
        }
        self.held.extend_from_slice(bytes);
        let mut pieces = Vec::new();
        let mut at = 0;
        while let Some((piece, next)) = self.next(at) {
            pieces.push(piece);
            at = next;
        }
        self.held.drain(..at);
        pieces
    }

    /// What is left at the end: a line without an end. A packet that is not whole is lost.
    pub(super) fn finish(&mut self) -> Option<Piece> {
        let rest = std::mem::take(&mut self.held);
        (matches!(self.framing, Framing::Line(_)) && !rest.is_empty()).then_some(Piece::NoEol(rest))
    }

    fn next(&self, at: usize) -> Option<(Piece, usize)> {
        let rest = &self.held[at..];
        match self.framing {
            Framing::Stream => None,
            Framing::Packet(width) => {
                let header = rest.get(..width)?;
                let len = header.iter().fold(0usize, |len, &byte| len << 8 | usize::from(byte));
                let packet = rest.get(width..width.checked_add(len)?)?;
                Some((Piece::Bytes(packet.to_vec()), at + width + len))
            }
            Framing::Line(most) => {
                let part = &rest[..rest.len().min(most)];
                match part.iter().position(|&byte| byte == b'\n') {
                    Some(end) => Some((Piece::Eol(part[..end].to_vec()), at + end + 1)),
                    None if rest.get(most) == Some(&b'\n') => {
                        Some((Piece::Eol(part.to_vec()), at + most + 1))
                    }
                    None if rest.len() > most => Some((Piece::NoEol(part.to_vec()), at + most)),
                    None => None,
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(framing: Framing, parts: &[&str]) -> Vec<Piece> {
        let mut splitter = Splitter::new(framing);
        let mut pieces: Vec<Piece> = parts.iter().flat_map(|part| splitter.push(part.as_bytes())).collect();
        pieces.extend(splitter.finish());
        pieces
    }

    #[test]
    fn packets_are_whole_however_their_bytes_arrive() {
        let expected =
            vec![Piece::Bytes(b"ab".to_vec()), Piece::Bytes(Vec::new()), Piece::Bytes(b"c".to_vec())];
        assert_eq!(split(Framing::Packet(1), &["\x02ab\x00\x01c\x05lost"]), expected);
        assert_eq!(split(Framing::Packet(2), &["\0", "\x02a", "b\0\0\0", "\x01c"]), expected);
    }

    #[test]
    fn lines_longer_than_the_limit_come_in_parts() {
        let line = |text: &str| Piece::Eol(text.into());
        let part = |text: &str| Piece::NoEol(text.into());
        assert_eq!(
            split(Framing::Line(4), &["ab\nabcd\nabcdef", "\n\nrest"]),
            [line("ab"), line("abcd"), part("abcd"), line("ef"), line(""), part("rest")]
        );
    }

    #[test]
    fn a_header_tells_the_length_or_there_is_none() {
        assert_eq!(Framing::Packet(2).header(258), Some(vec![1, 2]));
        assert_eq!(Framing::Packet(1).header(256), None);
        assert_eq!(Framing::Stream.header(9), Some(Vec::new()));
    }
}
