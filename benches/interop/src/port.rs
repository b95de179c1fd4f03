//! The port program: sends packets (four bytes of length, then the bytes) back as they are.

use std::io::{self, Read as _, Write as _};

/// Until its input ends.
pub(crate) fn echo() -> io::Result<()> {
    let (mut input, mut output) = (io::stdin().lock(), io::stdout().lock());
    let mut packet = vec![0; 4];
    loop {
        packet.resize(4, 0);
        match input.read_exact(&mut packet) {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(()),
            read => read?,
        }
        let length = u32::from_be_bytes([packet[0], packet[1], packet[2], packet[3]]);
        packet.resize(4 + length as usize, 0);
        input.read_exact(&mut packet[4..])?;
        output.write_all(&packet)?;
        output.flush()?;
    }
}
