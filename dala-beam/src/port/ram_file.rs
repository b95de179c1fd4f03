//! Files in memory: what OTP's driver `ram_file_drv` is to `ram_file` and `file:open(Binary, [ram])`. `ram_file.erl` has the codes.

/// Longest file, as its positions have 32 bits.
const MOST: usize = i32::MAX as usize;

const READS: u32 = 1;
const WRITES: u32 = 2;

/// A file in memory.
#[derive(Debug, Default)]
pub(super) struct RamFile {
    /// [`READS`], [`WRITES`]; none until it is opened.
    modes: u32,
    data: Vec<u8>,
    position: usize,
}

/// An answer.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Answer {
    Done,
    /// The name of an error.
    Failed(&'static str),
    Number(usize),
    Data(Vec<u8>),
}

impl Answer {
    /// What stands in front of the data, if there is any: a code, and a number or a name.
    pub(super) fn head(&self) -> Vec<u8> {
        let with = |code: u8, number: usize| {
            let mut head = vec![code];
            head.extend_from_slice(&(number as u32).to_be_bytes());
            head
        };
        match self {
            Answer::Done => vec![0],
            Answer::Failed(name) => [&[1], name.as_bytes()].concat(),
            Answer::Data(data) => with(2, data.len()),
            Answer::Number(number) => with(3, *number),
        }
    }
}

impl RamFile {
    /// Does what a command says; none for what is no command.
    pub(super) fn command(&mut self, command: &[u8]) -> Option<Answer> {
        let (&code, arguments) = command.split_first()?;
        Some(self.run(code, arguments)?.unwrap_or_else(Answer::Failed))
    }

    fn run(&mut self, code: u8, arguments: &[u8]) -> Option<Result<Answer, &'static str>> {
        let number = |at: usize| {
            let bytes = arguments.get(at..at + 4)?.first_chunk()?;
            Some(i32::from_be_bytes(*bytes))
        };
        Some(match code {
            1 => self.open(number(0)? as u32, &arguments[4..]),
            2 => self.read(None, number(0)?),
            3 => self.seek(number(0)?, number(4)?),
            4 => self.write(None, arguments),
            14 => self.truncate(),
            17 => self.read(Some(number(0)?), number(4)?),
            18 => self.write(Some(number(0)?), &arguments[4..]),
            30 => Ok(Answer::Data(self.data.clone())),
            37 => Ok(Answer::Number(self.data.len())),
            // To bring it to its disk, to tell how it will be read, to make room: nothing to do.
            9 | 19 | 38 | 39 => self.needs(READS | WRITES, "ebadf").map(|()| Answer::Done),
            _ => return None,
        })
    }

    fn needs(&self, modes: u32, error: &'static str) -> Result<(), &'static str> {
        if self.modes & modes != 0 { Ok(()) } else { Err(error) }
    }

    fn open(&mut self, modes: u32, content: &[u8]) -> Result<Answer, &'static str> {
        (self.modes, self.position) = (modes, 0);
        self.data.clear();
        self.resize(content.len())?;
        self.data.copy_from_slice(content);
        Ok(Answer::Number(0))
    }

    /// Without a place, at the position, which goes on.
    fn read(&mut self, at: Option<i32>, count: i32) -> Result<Answer, &'static str> {
        let place = self.place(at)?;
        self.needs(READS, "ebadf")?;
        let count = usize::try_from(count).or(Err("einval"))?;
        let end = place.saturating_add(count).min(self.data.len());
        let data = self.data.get(place..end).unwrap_or_default().to_vec();
        if at.is_none() {
            self.position += data.len();
        }
        Ok(Answer::Data(data))
    }

    fn write(&mut self, at: Option<i32>, bytes: &[u8]) -> Result<Answer, &'static str> {
        let place = self.place(at)?;
        self.needs(WRITES, "ebadf")?;
        let end = place.saturating_add(bytes.len());
        if end > self.data.len() {
            self.resize(end)?;
        }
        self.data[place..end].copy_from_slice(bytes);
        if at.is_none() {
            self.position = end;
        }
        Ok(Answer::Number(bytes.len()))
    }

    fn place(&self, at: Option<i32>) -> Result<usize, &'static str> {
        at.map_or(Ok(self.position), |at| usize::try_from(at).or(Err("einval")))
    }

    fn seek(&mut self, offset: i32, from: i32) -> Result<Answer, &'static str> {
        self.needs(READS | WRITES, "ebadf")?;
        let start = match from {
            0 => 0,
            1 => self.position,
            2 => self.data.len(),
            _ => return Err("einval"),
        };
        let position = start as i64 + i64::from(offset);
        self.position = usize::try_from(position).or(Err("einval"))?;
        Ok(Answer::Number(self.position))
    }

    /// The file ends at the position, be that before or behind its end.
    fn truncate(&mut self) -> Result<Answer, &'static str> {
        self.needs(WRITES, "eacces")?;
        self.resize(self.position)?;
        Ok(Answer::Done)
    }

    /// What is new is zeros.
    fn resize(&mut self, len: usize) -> Result<(), &'static str> {
        if len > MOST {
            return Err("einval");
        }
        let more = len.saturating_sub(self.data.len());
        self.data.try_reserve(more).or(Err("enomem"))?;
        self.data.resize(len, 0);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_is_commanded_is_answered_or_ignored() {
        for code in 0..=255 {
            for len in 0..12 {
                for fill in [0, 1, 3, 0x7f, 0xff] {
                    let mut file = RamFile::default();
                    drop(file.command(&[1, 0, 0, 0, 3, b'a', b'b']));
                    // A file of 2 GB is a matter of memory.
                    if matches!(code, 4 | 18) && fill == 0x7f {
                        continue;
                    }
                    drop(file.command(&[&[code], &vec![fill; len][..]].concat()));
                    assert_eq!(file.command(&[30]), Some(Answer::Data(file.data.clone())));
                }
            }
        }
        assert_eq!(RamFile::default().command(&[]), None);
    }

    #[test]
    fn a_file_has_no_place_beyond_its_longest_length() {
        let mut file = RamFile::default();
        drop(file.command(&[1, 0, 0, 0, 3]));
        let end = Some(Answer::Number(MOST));
        assert_eq!(file.command(&[3, 0x7f, 0xff, 0xff, 0xff, 0, 0, 0, 0]), end);
        assert_eq!(file.command(&[4, 1]), Some(Answer::Failed("einval")));
        assert_eq!(file.command(&[37]), Some(Answer::Number(0)));
    }
}
