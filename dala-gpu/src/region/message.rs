//! Tensors in messages.
//!
//! Between native actors a tensor moves: the message holds a view, nothing is copied. For an Erlang
//! process it is the tuple `{tensor, Type, Sizes, Elements}`, for instance
//! `{tensor, f32, [2, 3], <<...>>}` with the elements in this machine's byte order, the last axis running
//! fastest. Both directions copy the elements, and the region counts it; to hand a tensor around among
//! Erlang processes without copies, send a [`TensorHandle`].
use dala::message::{ConvertError, Source};
use dala::{Atom, StableLayout};
use dala_ir::abi::Word;
use dala_ir::abi::shape::FieldType;
use dala_ir::term::{TermWriter, view};

use super::account::Region;
use super::dtype::{DType, Element};
use super::dynamic::TensorRef;
use super::handle::TensorHandle;
use super::shape::{MAX_RANK, Shape};
use super::tensor::Tensor;

/// `{tensor, Type, Sizes, Elements}`.
const TERM: FieldType = FieldType::Tuple(&[
    FieldType::Atom,
    FieldType::Atom,
    FieldType::List(&FieldType::U64),
    FieldType::Binary,
]);

impl StableLayout for TensorRef {
    const FIELD: FieldType = TERM;

    fn write_term(&self, writer: &mut dyn TermWriter) -> Word {
        let sizes: Vec<Word> =
            self.shape().sizes().iter().map(|&size| writer.unsigned(size as u64)).collect();
        let sizes = writer.list(&sizes, Word::NIL);
        let elements = match self.as_bytes() {
            Ok(bytes) => writer.binary(bytes),
            Err(_) => writer.binary(&self.bytes_in_order()),
        };
        self.note_copy_out();
        writer.tuple(&[
            Word::atom(Atom::new("tensor")),
            Word::atom(Atom::new(self.dtype().name())),
            sizes,
            elements,
        ])
    }

    fn read_term(source: Source<'_>) -> Result<Self, ConvertError> {
        let misfit = || source.misfit("`{tensor, Type, Sizes, Elements}`");
        let Some(&[tag, dtype, sizes, elements]) = view::tuple_elements(source.word()) else {
            return Err(misfit());
        };
        if tag.as_atom().is_none_or(|tag| tag.text() != "tensor") {
            return Err(misfit());
        }
        let dtype = dtype.as_atom().and_then(|name| DType::from_name(name.text()));
        let dtype = dtype.ok_or_else(|| source.misfit("a tensor of a known element type"))?;
        let sizes: Vec<u64> = source.read_part(sizes)?;
        let sizes: Option<Vec<usize>> =
            sizes.into_iter().take(MAX_RANK + 1).map(|size| usize::try_from(size).ok()).collect();
        let shape = sizes.and_then(|sizes| Shape::new(&sizes).ok());
        let shape = shape.ok_or_else(|| source.misfit("a tensor of at most 8 axes that fits in memory"))?;
        let bytes = view::bits(elements).and_then(|bits| bits.to_bytes()).ok_or_else(misfit)?;
        let region = Region::process_wide();
        let tensor = region.tensor_of_bytes(dtype, shape, &bytes);
        let tensor = tensor.map_err(|error| source.misfit(format!("a tensor ({error})")))?;
        tensor.note_copy_out();
        Ok(tensor)
    }
}

impl<T: Element> StableLayout for Tensor<T> {
    const FIELD: FieldType = TERM;

    fn write_term(&self, writer: &mut dyn TermWriter) -> Word {
        TensorRef::from(self).write_term(writer)
    }

    fn read_term(source: Source<'_>) -> Result<Self, ConvertError> {
        let tensor = TensorRef::read_term(source)?;
        tensor.typed().map_err(|error| source.misfit(format!("a tensor of {} ({error})", T::DTYPE.name())))
    }
}

impl StableLayout for TensorHandle {
    const FIELD: FieldType = FieldType::U64;

    fn write_term(&self, writer: &mut dyn TermWriter) -> Word {
        writer.unsigned(self.to_bits())
    }

    fn read_term(source: Source<'_>) -> Result<Self, ConvertError> {
        u64::read_term(source).map(TensorHandle::from_bits)
    }
}

#[cfg(test)]
mod tests {
    use crate::{DType, F16, Region, Shape, Tensor, TensorError, TensorRef};
    use dala::message::Source;
    use dala::{Runtime, StableLayout};
    use dala_ir::term::OwnedTerm;

    fn there_and_back(tensor: &TensorRef) -> TensorRef {
        let term = OwnedTerm::build(|writer| tensor.write_term(writer));
        TensorRef::read_term(Source::new(term.root())).expect("it is a tensor")
    }

    #[test]
    fn a_tensor_of_any_type_survives_the_way_through_a_term() -> Result<(), TensorError> {
        let region = Region::with_limit(1 << 16);
        for &dtype in DType::ALL {
            let shape = Shape::new(&[3, 5])?;
            let bytes: Vec<u8> = (0..15 * dtype.bytes()).map(|i| (i % 2) as u8).collect();
            let tensor = region.tensor_of_bytes(dtype, shape, &bytes)?;
            assert_eq!(there_and_back(&tensor), tensor);
            let turned = tensor.transpose(0, 1)?.slice(0, 1..3)?;
            assert_eq!(there_and_back(&turned), turned);
        }
        assert!(region.copied_bytes() > 0, "copies for terms are counted");
        Ok(())
    }

    #[test]
    fn terms_that_are_no_tensors_say_what_is_wrong() {
        let read = |build: &dyn Fn(&mut dyn dala_ir::term::TermWriter) -> dala_ir::abi::Word| {
            let term = OwnedTerm::build(|writer| build(writer));
            TensorRef::read_term(Source::new(term.root())).expect_err("no tensor").to_string()
        };
        let tensor = |dtype: &'static str, sizes: Vec<u64>, bytes: usize| {
            let atom = dala::Atom::new;
            (atom("tensor"), atom(dtype), sizes, dala::Bytes::from(vec![0u8; bytes]))
        };
        assert!(read(&|writer| 7i64.write_term(writer)).contains("{tensor, Type, Sizes, Elements}"));
        assert!(read(&|writer| tensor("f80", vec![1], 10).write_term(writer)).contains("element type"));
        assert!(read(&|writer| tensor("f32", vec![2], 7).write_term(writer)).contains("1 elements"));
        assert!(read(&|writer| tensor("f32", vec![1; 9], 4).write_term(writer)).contains("8 axes"));
        assert!(read(&|writer| tensor("f32", vec![u64::MAX, 2], 4).write_term(writer)).contains("memory"));
        let term = OwnedTerm::build(|writer| tensor("i8", vec![1], 1).write_term(writer));
        let error = Tensor::<F16>::read_term(Source::new(term.root())).expect_err("bytes");
        assert!(error.to_string().contains("f16"), "{error}");
    }

    #[dala::message]
    struct Frame {
        samples: Tensor<f32>,
        any: TensorRef,
    }

    struct Doubler;

    #[dala::actor]
    impl Doubler {
        #[handler]
        fn double(&mut self, mut frame: Frame) -> Tensor<f32> {
            assert_eq!(frame.any.dtype(), DType::U8);
            frame.samples.as_mut_slice().expect("the only reader").iter_mut().for_each(|x| *x *= 2.0);
            frame.samples
        }
    }

    #[test]
    fn a_tensor_goes_to_an_actor_and_back_without_a_copy() -> Result<(), Box<dyn std::error::Error>> {
        let runtime = Runtime::builder().workers(1).build()?;
        let region = Region::with_limit(1 << 16);
        let samples = region.tensor(Shape::new(&[3])?, &[1.0f32, 2.0, 3.0])?;
        let place = samples.as_slice()?.as_ptr().addr();
        let any = region.zeros_of(DType::U8, Shape::new(&[1])?)?;
        let doubler = runtime.spawn(Doubler)?;
        let doubled = runtime.block_on(doubler.call(Frame { samples, any }))?;
        assert_eq!(doubled.to_vec(), [2.0, 4.0, 6.0]);
        assert_eq!((doubled.as_slice()?.as_ptr().addr(), region.copied_bytes()), (place, 0));
        drop(doubled);
        assert_eq!(region.live_bytes(), 0);
        Ok(())
    }
}
