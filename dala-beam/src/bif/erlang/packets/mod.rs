//! `decode_packet/3`: the first packet of a stream of bytes, in the formats that `inet:setopts/2` describes at `{packet, _}`.

mod http;
mod length;

use dala_ir::abi::{Atom, Word, atoms};
use dala_ir::interp::Exception;
use dala_ir::term::{TermWriter, view};

use crate::bif::Answer;
use crate::bif::arguments::{atom, badarg, badarg_because, index, named, option_list, tuple};
use crate::process::Process;

/// How packets are told from one another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    /// As they come.
    Raw,
    /// A length of so many bytes in front.
    Length(usize),
    /// Up to a byte, which is part of the packet.
    Line,
    /// ASN.1 BER.
    Asn1,
    /// Sun RPC, RFC 1057, section 10: record marking.
    SunRpc,
    /// CORBA's GIOP.
    Cdr,
    /// FastCGI.
    FastCgi,
    /// TPKT, RFC 1006.
    Tpkt,
    /// Records of SSL and TLS; of SSL 2, the client's first one.
    Tls,
    /// HTTP/1: a first line, or headers; texts are binaries or lists.
    Http { is_header: bool, as_binaries: bool },
}

impl Format {
    fn read(kind: Word) -> Option<Format> {
        if let Some(size) = kind.as_small() {
            return match size {
                0 => Some(Format::Raw),
                1 | 2 | 4 => Some(Format::Length(size as usize)),
                _ => None,
            };
        }
        let http = |is_header, as_binaries| Format::Http { is_header, as_binaries };
        Some(match kind.as_atom()?.text() {
            "raw" => Format::Raw,
            "line" => Format::Line,
            "asn1" => Format::Asn1,
            "sunrm" => Format::SunRpc,
            "cdr" => Format::Cdr,
            "fcgi" => Format::FastCgi,
            "tpkt" => Format::Tpkt,
            "ssl_tls" => Format::Tls,
            "http" => http(false, false),
            "http_bin" => http(false, true),
            "httph" => http(true, false),
            "httph_bin" => http(true, true),
            _ => return None,
        })
    }
}

/// Bounds of packets.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    /// Longest packet without its header, 0 for any.
    pub(super) packet_size: usize,
    /// Longest line, 0 for any; a longer one is cut.
    pub(super) line_length: usize,
    /// The last byte of a line.
    pub(super) line_delimiter: u8,
}

impl Bounds {
    fn read(format: Format, options: Word) -> Result<Bounds, Exception> {
        let mut read = Bounds { packet_size: 0, line_length: 0, line_delimiter: b'\n' };
        for option in option_list(options)? {
            let &[name, value] = tuple(option)? else { return badarg() };
            let value = u32::try_from(index(value)?).or_else(|_| badarg())?;
            match atom(name)?.text() {
                "packet_size" => read.packet_size = value as usize,
                "line_length" => read.line_length = value as usize,
                "line_delimiter" if format == Format::Line => {
                    read.line_delimiter = u8::try_from(value).or_else(|_| badarg())?;
                }
                _ => return badarg(),
            }
        }
        Ok(read)
    }
}

/// How long the packet is that some bytes begin with, its header included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Length {
    /// So long: at least 1.
    Known(usize),
    /// The bytes do not say yet.
    Unknown,
    /// It is none, or longer than is allowed.
    Invalid,
}

/// `decode_packet(Format, Binary, Options)`
pub(crate) fn decode_packet(p: &mut Process, [kind, binary, options]: [Word; 3]) -> Answer {
    let Some(format) = Format::read(kind) else { return badarg_because(named!("badopt")) };
    let bits = view::bits(binary).ok_or(Exception::badarg())?;
    let bounds = Bounds::read(format, options)?;
    // Bits behind the last byte belong to the rest.
    let (size, bit_size) = (bits.bit_len / 8, bits.bit_len);
    let bytes = bits.slice(0, size * 8).to_bytes().ok_or(Exception::badarg())?;
    p.charge(size / 256);
    let packet = match length::of(format, &bytes, bounds) {
        Length::Known(packet) if packet <= size => packet,
        Length::Known(packet) => {
            let packet = Word::small_int(packet as i64);
            return Ok(p.heap.tuple(&[Word::atom(named!("more")), packet]));
        }
        Length::Unknown => {
            return Ok(p.heap.tuple(&[Word::atom(named!("more")), Word::atom(atoms::UNDEFINED)]));
        }
        Length::Invalid => {
            return Ok(p.heap.tuple(&[Word::atom(atoms::ERROR), Word::atom(named!("invalid"))]));
        }
    };
    let part = |p: &mut Process, start: usize, end: usize| {
        p.heap.sub_bits(binary, start, end - start).ok_or(Exception::badarg())
    };
    let value = match format {
        Format::Http { is_header, as_binaries } => http::parse(p, &bytes[..packet], is_header, as_binaries),
        Format::Tls => tls_record(p, &bytes[..packet]),
        Format::Length(header) => part(p, header * 8, packet * 8)?,
        // The padding is dropped.
        Format::FastCgi => part(p, 0, packet.saturating_sub(bytes[6].into()) * 8)?,
        Format::Raw | Format::Line | Format::Asn1 | Format::SunRpc | Format::Cdr | Format::Tpkt => {
            part(p, 0, packet * 8)?
        }
    };
    let rest = part(p, packet * 8, bit_size)?;
    Ok(p.heap.tuple(&[Word::atom(atoms::OK), value, rest]))
}

/// `{ssl_tls, [], Type, {Major, Minor}, Data}`; the client's hello of SSL 2 as a handshake of SSL 3 would have it.
fn tls_record(p: &mut Process, record: &[u8]) -> Word {
    let number = |byte: u8| Word::small_int(byte.into());
    let (kind, version, data) = if length::is_ssl_2_hello(record) {
        let body = &record[3..];
        let mut data = vec![1];
        data.extend_from_slice(&(body.len() as u32).to_be_bytes()[1..]);
        data.extend_from_slice(body);
        (22, [record[3], record[4]], data)
    } else {
        (record[0], [record[1], record[2]], record[5..].to_vec())
    };
    let data = p.heap.binary(&data);
    let version = p.heap.tuple(&version.map(number));
    p.heap.tuple(&[Word::atom(named!("ssl_tls")), Word::NIL, number(kind), version, data])
}

/// An atom or a text, as HTTP's packets have them.
fn known_or(known: Option<&str>, text: impl FnOnce() -> Word) -> Word {
    known.map_or_else(text, |name| Word::atom(Atom::new(name)))
}
