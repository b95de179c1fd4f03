//! How long a packet is.

use super::{Bounds, Format, Length};

/// The length of the packet that `bytes` begin with.
pub(super) fn of(format: Format, bytes: &[u8], bounds: Bounds) -> Length {
    match format {
        Format::Raw if bytes.is_empty() => Length::Unknown,
        Format::Raw => Length::Known(bytes.len()),
        Format::Length(width) => header(bytes, width).map(|head| (width, number(head))).of(bounds),
        Format::Line => line(bytes, bounds),
        Format::Asn1 => asn1(bytes, bounds),
        Format::SunRpc => header(bytes, 4).map(|head| (4, number(head) & 0x7fff_ffff)).of(bounds),
        Format::Cdr => cdr(bytes, bounds),
        Format::FastCgi => fast_cgi(bytes, bounds),
        Format::Tpkt => tpkt(bytes, bounds),
        Format::Tls => tls(bytes, bounds),
        Format::Http { is_header, .. } => http(bytes, is_header, bounds),
    }
}

/// Whether a record begins as the first of a client of SSL 2.
pub(super) fn is_ssl_2_hello(record: &[u8]) -> bool {
    record[0] & 0x80 != 0 && record[2] == 1
}

fn header(bytes: &[u8], len: usize) -> Option<&[u8]> {
    bytes.get(..len)
}

/// Big endian.
fn number(bytes: &[u8]) -> i64 {
    bytes.iter().fold(0, |number, &byte| number << 8 | i64::from(byte))
}

/// The length of a header and of what follows it.
trait HeaderAndBody {
    fn of(self, bounds: Bounds) -> Length;
}

impl HeaderAndBody for Option<(usize, i64)> {
    fn of(self, bounds: Bounds) -> Length {
        let Some((header, body)) = self else { return Length::Unknown };
        let total = header as i64 + body;
        let is_too_long = bounds.packet_size != 0 && body > bounds.packet_size as i64;
        match usize::try_from(total) {
            Ok(total) if body >= 0 && !is_too_long && i32::try_from(total).is_ok() => Length::Known(total),
            _ => Length::Invalid,
        }
    }
}

fn line(bytes: &[u8], bounds: Bounds) -> Length {
    let end = bytes.iter().position(|&byte| byte == bounds.line_delimiter).map(|end| end + 1);
    let (longest, cut) = (bounds.packet_size, bounds.line_length);
    let so_far = end.unwrap_or(bytes.len());
    if longest != 0 && so_far > longest {
        return Length::Invalid;
    }
    // A line without an end is cut as soon as it is as long.
    if cut != 0 && (so_far > cut || end.is_none() && so_far == cut) {
        return Length::Known(cut);
    }
    end.map_or(Length::Unknown, Length::Known)
}

/// Tag and length; both have a short and a long form.
fn asn1(bytes: &[u8], bounds: Bounds) -> Length {
    let Some((&first, mut rest)) = bytes.split_first().filter(|(_, rest)| !rest.is_empty()) else {
        return Length::Unknown;
    };
    if first & 0x1f == 0x1f {
        let more = rest.iter().take_while(|&&byte| byte & 0x80 != 0).count();
        rest = &rest[more..];
        if rest.len() < 2 {
            return Length::Unknown;
        }
        rest = &rest[1..];
    }
    let length = usize::from(rest[0] & 0x7f);
    let is_long = rest[0] & 0x80 != 0;
    rest = &rest[1..];
    let mut body = length as i64;
    if is_long {
        if rest.len() < length {
            return Length::Unknown;
        }
        if length > 4 {
            return Length::Invalid;
        }
        body = number(&rest[..length]);
        rest = &rest[length..];
    }
    Some((bytes.len() - rest.len(), body)).of(bounds)
}

fn cdr(bytes: &[u8], bounds: Bounds) -> Length {
    let Some(head) = header(bytes, 12) else { return Length::Unknown };
    if !head.starts_with(b"GIOP") {
        return Length::Invalid;
    }
    let is_little_endian = head[6] & 1 != 0;
    let mut size = [head[8], head[9], head[10], head[11]];
    if is_little_endian {
        size.reverse();
    }
    Some((12, number(&size))).of(bounds)
}

fn fast_cgi(bytes: &[u8], bounds: Bounds) -> Length {
    let Some(head) = header(bytes, 8) else { return Length::Unknown };
    if head[0] != 1 {
        return Length::Invalid;
    }
    Some((8, number(&head[4..6]) + i64::from(head[6]))).of(bounds)
}

fn tpkt(bytes: &[u8], bounds: Bounds) -> Length {
    let Some(head) = header(bytes, 4) else { return Length::Unknown };
    if head[0] != 3 {
        return Length::Invalid;
    }
    Some((4, number(&head[2..4]) - 4)).of(bounds)
}

fn tls(bytes: &[u8], bounds: Bounds) -> Length {
    let Some(head) = header(bytes, 5) else { return Length::Unknown };
    let body = if is_ssl_2_hello(head) { (number(&head[..2]) & 0x7fff) - 3 } else { number(&head[3..5]) };
    Some((5, body)).of(bounds)
}

/// A line; of a header also the lines behind it that begin with white space, so that the next line must have begun.
fn http(bytes: &[u8], is_header: bool, bounds: Bounds) -> Length {
    if bytes == b"\n" || bytes == b"\r\n" {
        return Length::Known(bytes.len());
    }
    let longest = if bounds.packet_size != 0 { bounds.packet_size } else { bounds.line_length };
    let is_too_long = |len: usize| longest != 0 && len > longest;
    let mut from = 0;
    loop {
        let Some(end) = bytes[from..].iter().position(|&byte| byte == b'\n') else {
            let is_full = longest != 0 && bytes.len() >= longest;
            return if is_full { Length::Invalid } else { Length::Unknown };
        };
        let len = from + end + 1;
        let goes_on = is_header && len > 2 && matches!(bytes.get(len), Some(b' ' | b'\t'));
        if goes_on {
            from = len;
            continue;
        }
        return match bytes.get(len) {
            _ if is_too_long(len) => Length::Invalid,
            None if is_header => Length::Unknown,
            _ => Length::Known(len),
        };
    }
}
