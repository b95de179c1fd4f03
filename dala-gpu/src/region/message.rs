//! Tensors in messages.
//!
//! Between native actors a tensor moves: the message holds a view, nothing is copied. An Erlang process gets the struct
//! `%Dala.Tensor{type: :f32, shape: [2, 3], handle: reference}`: the reference shares the buffer, and gives it back when
//! the process ends or collects its garbage, or when somebody lets go of it (`Dala.Tensor.release/1`): then it is stale.
//! Nothing is copied in either direction. A tensor on a GPU is such a struct too: a process can keep it, let go of it and hand
//! it on to whoever computes there, but not see its elements. A reference cannot be made up, so who has one was given it; type and shape beside
//! it are for patterns, and are not believed.
//!
//! A process without the functions of `Dala.Tensor` may send `{tensor, Type, Sizes, Elements}`, for instance
//! `{tensor, f32, [2, 3], <<...>>}` with the elements in this machine's byte order, the last axis running fastest. Those
//! are copied, and the region counts it.
use std::any::Any;
use std::sync::{Arc, Mutex, PoisonError};

use dala::message::{ConvertError, Source};
use dala::{Atom, Bytes, Opaque, StableLayout};
use dala_ir::abi::Word;
use dala_ir::abi::shape::FieldType;
use dala_ir::term::writer::HEAP_BINARY_BYTES;
use dala_ir::term::{TermWriter, map, resource, view};

use super::account::Region;
use super::dtype::{DType, Element};
use super::dynamic::TensorRef;
use super::shape::{MAX_RANK, Shape};
use super::tensor::Tensor;

/// What the reference of a tensor names: it, until somebody lets go of it.
#[derive(Debug)]
struct Handle(Mutex<Option<Held>>);

/// A tensor, wherever it lies.
#[derive(Clone, Debug)]
pub(crate) enum Held {
    /// On the host.
    Host(TensorRef),
    /// Not on the host: a `Tensor` of its types.
    #[cfg_attr(not(feature = "wgpu"), expect(dead_code, reason = "only a GPU has such"))]
    Elsewhere(Arc<dyn Any + Send + Sync>),
}

impl Handle {
    fn take(&self) -> Option<Held> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn open(&self) -> Option<Held> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

fn key(name: &str) -> Word {
    Word::atom(Atom::new(name))
}

/// The handle in a `%Dala.Tensor{}`.
fn handle_in<'a>(term: Word) -> Option<&'a Handle> {
    resource::get(map::get(term, key("handle"))?)
}

fn misfit(source: &Source<'_>) -> ConvertError {
    source.misfit("a `%Dala.Tensor{}` or `{tensor, Type, Sizes, Elements}`")
}

/// A tensor that a process lets go of, and whether it was there.
pub(crate) struct Released(pub(crate) bool);

impl StableLayout for Released {
    const FIELD: FieldType = FieldType::Term;

    fn write_term(&self, _: &mut dyn TermWriter) -> Word {
        key("released")
    }

    fn read_term(source: Source<'_>) -> Result<Self, ConvertError> {
        let handle = handle_in(source.word()).ok_or_else(|| source.misfit("a `%Dala.Tensor{}`"))?;
        Ok(Released(handle.take().is_some()))
    }
}

/// A `%Dala.Tensor{}` of this tensor.
pub(crate) fn write_handle(writer: &mut dyn TermWriter, dtype: DType, shape: Shape, held: Held) -> Word {
    let sizes: Vec<Word> = shape.sizes().iter().map(|&size| writer.unsigned(size as u64)).collect();
    let bytes = shape.elements() * dtype.bytes();
    let handle = Opaque::keeping(Handle(Mutex::new(Some(held))), bytes);
    let pairs = [
        (key("__struct__"), key("Elixir.Dala.Tensor")),
        (key("type"), key(dtype.name())),
        (key("shape"), writer.list(&sizes, Word::NIL)),
        (key("handle"), handle.write_term(writer)),
    ];
    map::from_pairs(writer, &pairs)
}

/// The tensor of a `%Dala.Tensor{}`, if it is one; one that is stale is an error.
pub(crate) fn held_in(source: &Source<'_>) -> Result<Option<Held>, ConvertError> {
    let Some(handle) = handle_in(source.word()) else { return Ok(None) };
    handle.open().map(Some).ok_or_else(|| source.misfit("a tensor that nobody let go of"))
}

impl StableLayout for TensorRef {
    const FIELD: FieldType = FieldType::Tensor(None);

    fn write_term(&self, writer: &mut dyn TermWriter) -> Word {
        write_handle(writer, self.dtype(), self.shape(), Held::Host(self.clone()))
    }

    fn read_term(source: Source<'_>) -> Result<Self, ConvertError> {
        if let Some(held) = held_in(&source)? {
            return match held {
                Held::Host(tensor) => Ok(tensor),
                Held::Elsewhere(_) => Err(source.misfit("a tensor on the host, not on a GPU")),
            };
        }
        let Some(&[tag, dtype, sizes, elements]) = view::tuple_elements(source.word()) else {
            return Err(misfit(&source));
        };
        if tag.as_atom().is_none_or(|tag| tag.text() != "tensor") {
            return Err(misfit(&source));
        }
        let dtype = dtype.as_atom().and_then(|name| DType::from_name(name.text()));
        let dtype = dtype.ok_or_else(|| source.misfit("a tensor of a known element type"))?;
        let sizes: Vec<u64> = source.read_part(sizes)?;
        let shape = shape_of(&sizes)
            .ok_or_else(|| source.misfit("a tensor of at most 8 axes that fits in memory"))?;
        let bytes = view::bits(elements).and_then(|bits| bits.to_bytes()).ok_or_else(|| misfit(&source))?;
        let region = Region::process_wide();
        let tensor = region.tensor_of_bytes(dtype, shape, &bytes);
        let tensor = tensor.map_err(|error| source.misfit(format!("a tensor ({error})")))?;
        tensor.note_copy_out();
        Ok(tensor)
    }
}

/// The shape of sizes that somebody else gives.
pub(crate) fn shape_of(sizes: &[u64]) -> Option<Shape> {
    let sizes: Option<Vec<usize>> =
        sizes.iter().take(MAX_RANK + 1).map(|&size| usize::try_from(size).ok()).collect();
    Shape::new(&sizes?).ok()
}

/// A tensor without gaps whose bytes are a binary's.
struct Shared(TensorRef);

impl AsRef<[u8]> for Shared {
    fn as_ref(&self) -> &[u8] {
        self.0.as_bytes().unwrap_or_default()
    }
}

impl TensorRef {
    /// The bytes of the elements, in this machine's byte order. They share the buffer, which is not written as long as they
    /// live; of a view with gaps they are a copy, which is counted, and so is one of up to 64 bytes, which Erlang keeps on
    /// a process's own heap.
    pub fn to_bytes(&self) -> Bytes {
        if self.is_contiguous() && self.byte_length() > HEAP_BINARY_BYTES {
            return Bytes::from_owner(Shared(self.clone()));
        }
        self.note_copy_out();
        Bytes::from(self.bytes_in_order())
    }
}

impl<T: Element> StableLayout for Tensor<T> {
    const FIELD: FieldType = FieldType::Tensor(Some(T::DTYPE.name()));

    fn write_term(&self, writer: &mut dyn TermWriter) -> Word {
        TensorRef::from(self).write_term(writer)
    }

    fn read_term(source: Source<'_>) -> Result<Self, ConvertError> {
        let tensor = TensorRef::read_term(source)?;
        tensor.typed().map_err(|error| source.misfit(format!("a tensor of {} ({error})", T::DTYPE.name())))
    }
}

#[cfg(test)]
mod tests {
    use crate::{DType, F16, Region, Shape, Tensor, TensorError, TensorRef};
    use dala::message::Source;
    use dala::{Runtime, StableLayout};
    use dala_ir::term::OwnedTerm;

    use super::Released;

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
            assert!(there_and_back(&tensor).is_same_view(&tensor));
            let turned = tensor.transpose(0, 1)?.slice(0, 1..3)?;
            assert!(there_and_back(&turned).is_same_view(&turned));
        }
        assert_eq!((region.copied_bytes(), region.live_bytes()), (0, 0));
        Ok(())
    }

    #[test]
    fn a_handle_that_somebody_let_go_of_is_stale_and_its_buffer_free() -> Result<(), TensorError> {
        let region = Region::with_limit(1000);
        let tensor = region.zeros_of(DType::U8, Shape::new(&[100])?)?;
        let term = OwnedTerm::build(|writer| tensor.write_term(writer));
        drop(tensor);
        assert_eq!(region.live_bytes(), 100);
        let read = || TensorRef::read_term(Source::new(term.root()));
        assert!(read().is_ok());
        assert!(Released::read_term(Source::new(term.root())).expect("a tensor").0);
        assert_eq!(region.live_bytes(), 0);
        assert!(read().expect_err("stale").to_string().contains("let go of"));
        assert!(!Released::read_term(Source::new(term.root())).expect("its handle").0);
        Ok(())
    }

    #[test]
    fn bytes_share_the_buffer_of_a_tensor_without_gaps() -> Result<(), TensorError> {
        let region = Region::with_limit(1000);
        let mut tensor = region.zeros_of(DType::U8, Shape::new(&[10, 20])?)?;
        let bytes = tensor.to_bytes();
        assert_eq!(bytes.as_ptr(), tensor.as_bytes()?.as_ptr());
        assert_eq!((bytes.len(), region.copied_bytes()), (200, 0));
        assert_eq!(tensor.write_bytes(&[1; 200]).expect_err("read by the bytes"), TensorError::Shared(1));
        drop(bytes);
        tensor.write_bytes(&[1; 200])?;
        assert_eq!(tensor.slice(1, 0..10)?.to_bytes().len(), 100);
        assert_eq!(tensor.slice(0, 0..1)?.to_bytes().len(), 20);
        assert_eq!(region.copied_bytes(), 120, "one with gaps, one so small that a heap has it");
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

    struct Owner(Option<dala::cap::Cap<TensorRef>>);

    #[dala::actor]
    impl Owner {
        #[message]
        fn keep(&mut self, tensor: dala::cap::Cap<TensorRef>) {
            self.0 = Some(tensor);
        }
    }

    #[test]
    fn a_tensor_behind_a_capability_has_one_owner_and_ends_with_it() -> Result<(), Box<dyn std::error::Error>>
    {
        let runtime = Runtime::builder().workers(1).build()?;
        let region = Region::with_limit(1000);
        let tensor = dala::cap::Cap::new(region.zeros_of(DType::U8, Shape::new(&[100])?)?);
        let revoker = tensor.revoker();
        let owner = runtime.spawn(Owner(None))?;
        runtime.block_on(owner.call(Keep { tensor }))?;
        assert_eq!((region.live_bytes(), revoker.is_revoked()), (100, false));
        owner.kill();
        runtime.block_on(owner.ended())?;
        assert_eq!((region.live_bytes(), revoker.is_revoked()), (0, true));
        Ok(())
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
