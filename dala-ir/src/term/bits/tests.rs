use proptest::prelude::*;

use super::*;
use crate::term::big::to_ibig;
use crate::term::owned::Fragment;

/// A bitstring as a list of bits, the plain model.
fn model(bits: BitsRef<'_>) -> Vec<bool> {
    (0..bits.bit_len)
        .map(|index| {
            let at = bits.bit_offset as usize + index;
            bits.bytes[at / 8] >> (7 - at % 8) & 1 == 1
        })
        .collect()
}

/// Bits of `value` for a segment, as the manual describes them.
fn segment(value: i128, size: usize, endian: Endian) -> Vec<bool> {
    let bit = |index: usize| value >> index.min(127) & 1 == 1;
    match endian {
        Endian::Big => (0..size).rev().map(bit).collect(),
        Endian::Little => {
            (0..size.div_ceil(8)).flat_map(|byte| (8 * byte..size.min(8 * byte + 8)).rev()).map(bit).collect()
        }
    }
}

fn endians() -> impl Strategy<Value = Endian> {
    prop_oneof![Just(Endian::Big), Just(Endian::Little)]
}

proptest! {
    #[test]
    fn integers_are_written_and_read_at_any_place(
        lead in 0..17usize, size in 0..126usize, value in any::<i128>(), shift in 2..127u32, endian in endians(),
        signed in any::<bool>(),
    ) {
        let value = value >> shift;
        let w = &mut Fragment::new();
        let word = w.integer_i128(value);
        let mut builder = BitBuilder::new();
        builder.push_u64(0x15555, lead, Endian::Big);
        builder.push_integer(word, size, endian).unwrap();
        builder.push_u64(1, 3, Endian::Big);
        let mut expected = segment(0x15555, lead, Endian::Big);
        expected.extend(segment(value, size, endian));
        expected.extend([false, false, true]);
        prop_assert_eq!(model(builder.bits()), expected);

        let read = read_integer(w, builder.bits().slice(lead, size), endian, signed).unwrap();
        let mask = (1i128 << size) - 1;
        let low = value & mask;
        let is_negative = signed && size > 0 && low >> (size - 1) & 1 == 1;
        let expected = if is_negative { low - mask - 1 } else { low };
        prop_assert_eq!(i128::try_from(to_ibig(read).unwrap()), Ok(expected));
    }

    #[test]
    fn concatenation_slicing_and_comparison_agree_with_lists_of_bits(
        a in prop::collection::vec(any::<u8>(), 0..90), b in prop::collection::vec(any::<u8>(), 0..90),
        cut_a in 0..9usize, cut_b in 0..9usize, start in 0..9usize,
    ) {
        let w = &mut Fragment::new();
        fn bits(bytes: &[u8], start: usize, cut: usize) -> BitsRef<'_> {
            let start = start.min(bytes.len() * 8);
            BitsRef::new(bytes, start, (bytes.len() * 8 - start).saturating_sub(cut))
        }
        let (x, y) = (bits(&a, start, cut_a), bits(&b, 0, cut_b));
        let whole = w.bitstring(x);
        let joined = append(w, whole, y).unwrap().unwrap();
        let mut expected = model(x);
        expected.extend(model(y));
        prop_assert_eq!(model(view::bits(joined).unwrap()), expected.clone());
        prop_assert_eq!(super::super::compare::cmp_bits(x, y), model(x).cmp(&model(y)));
        let (from, len) = (expected.len() / 3, expected.len() / 2);
        let part = w.sub_bits(joined, from, len).unwrap();
        prop_assert_eq!(model(view::bits(part).unwrap()), &expected[from..from + len]);
    }

    #[test]
    fn utf_round_trips_and_agrees_with_rust(point in any::<char>(), lead in 0..8usize, bytes in prop::collection::vec(any::<u8>(), 1..5)) {
        let mut builder = BitBuilder::new();
        builder.push_u64(0, lead, Endian::Big);
        builder.push_utf8(point.into()).unwrap();
        prop_assert_eq!(read_utf8(builder.bits().slice(lead, builder.bit_len() - lead)).map(|read| read.0), Some(point.into()));
        for endian in [Endian::Big, Endian::Little] {
            let mut builder = BitBuilder::new();
            builder.push_utf16(point.into(), endian).unwrap();
            prop_assert_eq!(read_utf16(builder.bits(), endian), Some((point.into(), builder.bit_len())));
            let mut builder = BitBuilder::new();
            builder.push_utf32(point.into(), endian).unwrap();
            prop_assert_eq!(read_utf32(builder.bits(), endian), Some((point.into(), 32)));
        }
        let rust = (1..=bytes.len()).find_map(|len| std::str::from_utf8(&bytes[..len]).ok()?.chars().next());
        prop_assert_eq!(read_utf8(BitsRef::whole(&bytes)).map(|read| read.0), rust.map(u32::from));
    }

    #[test]
    fn every_half_reads_and_writes_as_itself(half in any::<u16>()) {
        let bytes = half.to_be_bytes();
        match read_float(BitsRef::whole(&bytes), Endian::Big) {
            None => prop_assert_eq!(half >> 10 & 0x1f, 31),
            Some(value) => {
                let mut builder = BitBuilder::new();
                builder.push_float(value, 16, Endian::Big).unwrap();
                prop_assert_eq!(builder.bits().bytes, &bytes);
            }
        }
    }
}

#[test]
fn floats_too_large_for_their_segment_are_infinite() {
    let mut builder = BitBuilder::new();
    builder.push_float(-65520.0, 16, Endian::Big).unwrap();
    builder.push_float(1e39, 32, Endian::Big).unwrap();
    assert_eq!(builder.bits().bytes, [0xfc, 0, 0x7f, 0x80, 0, 0]);
    assert_eq!(builder.push_float(1.0, 24, Endian::Big), Err(BadSegment));
    assert_eq!(builder.push_float(65519.0, 16, Endian::Big), Ok(()));
}

#[test]
fn a_loop_of_appends_writes_in_place() {
    let w = &mut Fragment::new();
    let mut whole = w.binary(&[0; 100]);
    let mut moved = 0;
    let mut address = None;
    for count in 0..100_000u32 {
        whole = append(w, whole, BitsRef::whole(&count.to_be_bytes())).unwrap().unwrap();
        let (shared, _) = share(whole).unwrap();
        if address.replace(shared.address()) != Some(shared.address()) {
            moved += 1;
        }
    }
    assert!(w.words() < 100_000 * 4 + 100, "an append makes more than a header");
    let bytes = view::bytes(whole).unwrap();
    assert_eq!(bytes.len(), 100 + 400_000);
    assert_eq!(&bytes[100 + 4 * 777..][..4], 777u32.to_be_bytes());
    assert!(moved < 20, "moved {moved} times");
}

#[test]
fn two_appends_to_one_binary_do_not_disturb_each_other() {
    let w = &mut Fragment::new();
    let start = w.binary(&[1; 100]);
    let base = append(w, start, BitsRef::whole(&[2])).unwrap().unwrap();
    let one = append(w, base, BitsRef::whole(b"one")).unwrap().unwrap();
    let two = append(w, base, BitsRef::whole(b"two")).unwrap().unwrap();
    assert_eq!(&view::bytes(one).unwrap()[101..], b"one");
    assert_eq!(&view::bytes(two).unwrap()[101..], b"two");
    assert_eq!(view::bytes(base).unwrap().len(), 101);
}

#[test]
fn a_number_in_a_segment_of_any_size_counts_its_own_bits() {
    let w = &mut Fragment::new();
    // 2^26 bits and three more, of which all but the last byte repeat the sign.
    let len = (1 << 26) + 3;
    for (fill, signed, value) in [(0, false, 5), (0, true, 5), (0xff, true, -3)] {
        let mut bytes = vec![fill; len / 8 + 1];
        let low = value as u8;
        // Big: the odd bits stand first. The number starts five bits into the buffer, so that it ends with it.
        bytes[len / 8] = low;
        let big = read_integer(w, BitsRef::new(&bytes, 5, len), Endian::Big, signed);
        assert_eq!(big, Some(Word::small_int(value)));
        bytes[len / 8] = fill;
        bytes[0] = low;
        let little = read_integer(w, BitsRef::new(&bytes, 0, len), Endian::Little, signed);
        assert_eq!(little, Some(Word::small_int(value)));
    }
    let ones = vec![0xff; 8 * MAX_LIMBS + 1];
    let read = |w: &mut Fragment, bits| read_integer(w, BitsRef::new(&ones, 0, bits), Endian::Big, false);
    assert!(read(w, 64 * MAX_LIMBS).is_some());
    assert!(read(w, 64 * MAX_LIMBS + 1).is_none());
}

#[test]
fn room_for_more_than_the_limit_is_refused() {
    let mut builder = BitBuilder::new();
    builder.push_bytes(b"abc");
    assert_eq!(builder.reserve(8 * MAX_BUILT_BYTES), Err(TooLarge));
    assert_eq!(builder.reserve(usize::MAX), Err(TooLarge));
    assert_eq!(builder.reserve(1000), Ok(()));
    assert_eq!(builder.bit_len(), 24);
}
