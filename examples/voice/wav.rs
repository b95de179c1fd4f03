//! Sound files: RIFF WAVE with one channel of 16-bit samples.

use crate::Failure;

/// Samples a second that the model wants.
pub(crate) const RATE: u32 = 16_000;

/// The samples, from -1 to 1, at [`RATE`].
pub(crate) fn read(bytes: &[u8]) -> Result<Vec<f32>, Failure> {
    if bytes.len() < 12 || &bytes[..4] != b"RIFF" || &bytes[8..12] != b"WAVE" {
        return Err("this is no WAV file".into());
    }
    let (mut rate, mut rest) = (None, &bytes[12..]);
    while rest.len() >= 8 {
        let (head, tail) = rest.split_at(8);
        let length = u32::from_le_bytes([head[4], head[5], head[6], head[7]]) as usize;
        // A file that is cut, or was written to a pipe, has less than it says.
        let chunk = &tail[..length.min(tail.len())];
        match &head[..4] {
            b"fmt " if chunk.len() >= 16 => rate = Some(format(chunk)?),
            b"data" => {
                let rate = rate.ok_or("the WAV file does not say its format")?;
                let samples = chunk.chunks_exact(2).map(|two| i16::from_le_bytes([two[0], two[1]]));
                return Ok(resample(
                    &samples.map(|sample| f32::from(sample) / 32768.0).collect::<Vec<_>>(),
                    rate,
                ));
            }
            _ => {}
        }
        // Chunks begin at even places.
        rest = tail.get(length.saturating_add(length % 2)..).unwrap_or_default();
    }
    Err("the WAV file has no samples".into())
}

/// Checks a `fmt ` chunk. Gives the samples a second.
fn format(chunk: &[u8]) -> Result<u32, Failure> {
    let short = |at: usize| u16::from_le_bytes([chunk[at], chunk[at + 1]]);
    let rate = u32::from_le_bytes([chunk[4], chunk[5], chunk[6], chunk[7]]);
    let (kind, channels, bits) = (short(0), short(2), short(14));
    if (kind, channels, bits) != (1, 1, 16) || !(RATE / 2..=RATE * 12).contains(&rate) {
        let is = format!("{channels} channels of {bits} bits (format {kind}) at {rate} Hz");
        return Err(format!("the WAV file has {is}; wanted: 1 of 16 bits (format 1), 8 to 192 kHz").into());
    }
    Ok(rate)
}

/// At [`RATE`], between neighbours on a line.
fn resample(samples: &[f32], rate: u32) -> Vec<f32> {
    let count = samples.len() as u64 * u64::from(RATE) / u64::from(rate);
    let step = f64::from(rate) / f64::from(RATE);
    let at = |index: u64| {
        let place = index as f64 * step;
        let (left, part) = (place as usize, place.fract());
        let (a, b) = (samples[left], samples[(left + 1).min(samples.len() - 1)]);
        (f64::from(a) + part * (f64::from(b) - f64::from(a))) as f32
    };
    (0..count).map(at).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wav(rate: u32, channels: u16, samples: &[i16]) -> Vec<u8> {
        let mut bytes = b"RIFF....WAVEfmt ".to_vec();
        bytes.extend(16u32.to_le_bytes());
        bytes.extend([1u16, channels].iter().flat_map(|x| x.to_le_bytes()));
        bytes.extend([rate, rate * 2].iter().flat_map(|x| x.to_le_bytes()));
        bytes.extend([2u16, 16].iter().flat_map(|x| x.to_le_bytes()));
        bytes.extend(b"LIST\x03\0\0\0odd.data");
        bytes.extend((samples.len() as u32 * 2).to_le_bytes());
        bytes.extend(samples.iter().flat_map(|x| x.to_le_bytes()));
        bytes
    }

    #[test]
    fn samples_come_at_the_rate_of_the_model() -> Result<(), Failure> {
        assert_eq!(read(&wav(16_000, 1, &[0, 16384, -32768]))?, [0.0, 0.5, -1.0]);
        assert_eq!(read(&wav(8_000, 1, &[0, 16384]))?, [0.0, 0.25, 0.5, 0.5]);
        assert_eq!(read(&wav(32_000, 1, &[0, 7, 16384, 7]))?, [0.0, 0.5]);
        Ok(())
    }

    #[test]
    fn what_is_no_such_file_is_a_clear_error() {
        let good = wav(16_000, 1, &[1, 2, 3]);
        for length in 0..good.len() - 6 {
            assert!(read(&good[..length]).is_err() || length >= 56, "cut at {length}");
        }
        let stereo = read(&wav(16_000, 2, &[1, 2])).expect_err("two channels").to_string();
        assert!(stereo.contains("2 channels of 16 bits"), "{stereo}");
        assert!(read(&wav(1, 1, &[1, 2])).is_err());
    }
}
