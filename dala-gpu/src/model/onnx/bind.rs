//! The call that runs a session, on memory of ours.
//!
//! ONNX Runtime sees a tensor of ours as an `OrtValue`: an address, a type and a shape; it owns none of the
//! memory. Making one costs an allocation in there, so those of tensors that come again are kept.
//!
//! Invariants:
//! - A kept value is used only together with a tensor that has the value's address, type and shape now, and that
//!   lives as long as the call. Between calls it may dangle: nobody looks at it.
//! - During a call, an output's buffer is referred to by one tensor alone, which the caller has borrowed mutably:
//!   nobody else reads or writes it. Inputs are borrowed, so nobody writes them.
//! - Each value is released once, when it is dropped from the cache, and before the library is: that is never
//!   unloaded.
#![expect(unsafe_code, reason = "calls ONNX Runtime's C functions with addresses of tensors")]
use std::ffi::{CString, c_char, c_void};
use std::ptr::{self, NonNull};

use ort::AsPointer;
use ort::memory::MemoryInfo;
use ort::session::{NoSelectedOutputs, RunOptions, Session};
use ort_sys::{ONNXTensorElementDataType as Type, OrtStatusPtr, OrtValue};

use super::super::{ModelError, Port};
use crate::region::shape::MAX_RANK;
use crate::{DType, Region, Shape, TensorError, TensorRef};

/// What the library says when an output does not fit the tensor for it, in its versions: it has no code of its own for that.
const OTHER_SHAPE: [&str; 2] = ["but the computed output shape for this run is", "shape verification failed"];

/// Values kept at least; more where a model has more ports.
const KEPT: usize = 64;

/// A session, with the names and values that its runs use.
pub(super) struct Bound {
    session: Session,
    memory: MemoryInfo<'static>,
    inputs: Names,
    outputs: Names,
    cache: Vec<Kept>,
    /// Counts runs; a value that this run uses is not dropped in it.
    clock: u64,
    input_values: Vec<*const OrtValue>,
    output_values: Vec<*mut OrtValue>,
}

// SAFETY: the pointers in `input_values` and `output_values` are used only during a run, by the thread that has
// `&mut self`; those in names point to heap memory that `Names` owns. A session may run on any thread.
unsafe impl Send for Bound {}

impl std::fmt::Debug for Bound {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Bound")
            .field("kept", &self.cache.len())
            .field("runs", &self.clock)
            .finish_non_exhaustive()
    }
}

/// Names as C has them.
struct Names {
    _owned: Vec<CString>,
    pointers: Vec<*const c_char>,
}

impl Names {
    fn new(names: &[String]) -> Result<Names, ModelError> {
        let owned: Result<Vec<_>, _> = names.iter().map(|name| CString::new(name.as_str())).collect();
        let owned = owned.map_err(|_| ModelError::Unsupported("a name with a zero in it".into()))?;
        let pointers = owned.iter().map(|name| name.as_ptr()).collect();
        Ok(Names { _owned: owned, pointers })
    }
}

/// A value, and the tensor that it stands for.
struct Kept {
    address: usize,
    dtype: DType,
    shape: Shape,
    value: NonNull<OrtValue>,
    used: u64,
}

impl Drop for Kept {
    fn drop(&mut self) {
        // SAFETY: made by `CreateTensorWithDataAsOrtValue`, released once, here.
        unsafe { (ort::api().ReleaseValue)(self.value.as_ptr()) };
    }
}

/// A value that the library made, with memory of its own.
struct Foreign(NonNull<OrtValue>);

impl Drop for Foreign {
    fn drop(&mut self) {
        // SAFETY: `Run` gave it to us; released once, here.
        unsafe { (ort::api().ReleaseValue)(self.0.as_ptr()) };
    }
}

fn check(status: OrtStatusPtr) -> Result<(), ModelError> {
    // SAFETY: a status that one of the library's functions just returned, given away here.
    let result = unsafe { ort::Error::result_from_status(status) };
    result.map_err(|error| ModelError::Failed(error.message().into()))
}

impl Bound {
    pub(super) fn new(session: Session, inputs: &[String], outputs: &[String]) -> Result<Bound, ModelError> {
        Ok(Bound {
            session,
            memory: MemoryInfo::default(),
            input_values: Vec::with_capacity(inputs.len()),
            output_values: Vec::with_capacity(outputs.len()),
            inputs: Names::new(inputs)?,
            outputs: Names::new(outputs)?,
            cache: Vec::with_capacity(KEPT),
            clock: 0,
        })
    }

    /// The value for a tensor without gaps, made or kept. Valid until the next run begins.
    fn value(&mut self, tensor: &TensorRef) -> Result<NonNull<OrtValue>, ModelError> {
        let (address, dtype, shape) = (tensor.address(), tensor.dtype(), tensor.shape());
        let wanted = address.addr().get();
        let clock = self.clock;
        let is_it = |kept: &&mut Kept| kept.address == wanted && kept.dtype == dtype && kept.shape == shape;
        if let Some(kept) = self.cache.iter_mut().find(is_it) {
            kept.used = clock;
            return Ok(kept.value);
        }
        if self.cache.len() >= KEPT {
            // The one that was not used for longest, unless this very run uses all of them.
            let oldest = self
                .cache
                .iter()
                .enumerate()
                .filter(|(_, kept)| kept.used < clock)
                .min_by_key(|(_, k)| k.used);
            if let Some((at, _)) = oldest {
                self.cache.swap_remove(at);
            }
        }
        let mut sizes = [0i64; MAX_RANK];
        for (to, &from) in sizes.iter_mut().zip(shape.sizes()) {
            *to = i64::try_from(from).map_err(|_| TensorError::TooLarge(shape.to_string().into()))?;
        }
        let mut value = ptr::null_mut();
        // SAFETY: the address is that of `byte_length` bytes (for none, it is not read); sizes has `rank` numbers; the
        // library copies the sizes and keeps the address (invariants above).
        let status = unsafe {
            (ort::api().CreateTensorWithDataAsOrtValue)(
                self.memory.ptr(),
                address.as_ptr().cast::<c_void>(),
                tensor.byte_length(),
                sizes.as_ptr(),
                shape.rank(),
                element_type(dtype),
                &mut value,
            )
        };
        check(status)?;
        let value = NonNull::new(value).ok_or_else(|| ModelError::Failed("no value was made".into()))?;
        self.cache.push(Kept { address: wanted, dtype, shape, value, used: clock });
        Ok(value)
    }

    fn bind_inputs(&mut self, inputs: &[TensorRef]) -> Result<(), ModelError> {
        self.clock += 1;
        self.input_values.clear();
        self.output_values.clear();
        for input in inputs {
            let value = self.value(input)?;
            self.input_values.push(value.as_ptr());
        }
        Ok(())
    }

    fn call(&mut self, options: &RunOptions<NoSelectedOutputs>) -> Result<(), ModelError> {
        // SAFETY: as many names as values on both sides, all of them valid (see `value`); no output is null but those
        // that the library shall make. What they point to is borrowed by our callers. `Run` may be called by any
        // thread, and does not change the session's address.
        let status = unsafe {
            (ort::api().Run)(
                self.session.ptr().cast_mut(),
                options.ptr(),
                self.inputs.pointers.as_ptr(),
                self.input_values.as_ptr(),
                self.input_values.len(),
                self.outputs.pointers.as_ptr(),
                self.outputs.pointers.len(),
                self.output_values.as_mut_ptr(),
            )
        };
        check(status)
    }

    /// Runs with as many inputs and outputs as the model has, all without gaps.
    pub(super) fn run(
        &mut self,
        options: &RunOptions<NoSelectedOutputs>,
        inputs: &[TensorRef],
        outputs: &mut [TensorRef],
    ) -> Result<(), ModelError> {
        for output in outputs.iter_mut() {
            if !output.is_writable() {
                return Err(TensorError::Shared(output.other_readers()).into());
            }
        }
        self.bind_inputs(inputs)?;
        for output in outputs.iter() {
            let value = self.value(output)?;
            self.output_values.push(value.as_ptr());
        }
        let result = self.call(options);
        // Whatever happened in there, a `bool` is 0 or 1 afterwards.
        outputs.iter_mut().try_for_each(TensorRef::settle)?;
        result.map_err(|error| match error {
            ModelError::Failed(why) if OTHER_SHAPE.iter().any(|text| why.contains(text)) => {
                ModelError::OutputShape(why)
            }
            other => other,
        })
    }

    /// Runs, and copies what the library made.
    pub(super) fn run_into(
        &mut self,
        options: &RunOptions<NoSelectedOutputs>,
        inputs: &[TensorRef],
        ports: &[Port],
        region: &Region,
    ) -> Result<Vec<TensorRef>, ModelError> {
        self.bind_inputs(inputs)?;
        self.output_values.resize(ports.len(), ptr::null_mut());
        let result = self.call(options);
        // Ours from here on, whatever comes.
        let made: Vec<_> =
            self.output_values.drain(..).map(|value| NonNull::new(value).map(Foreign)).collect();
        result?;
        let none = || ModelError::Failed("an output was not made".into());
        made.iter()
            .zip(ports)
            .map(|(made, port)| copy(made.as_ref().ok_or_else(none)?, port, region))
            .collect()
    }
}

/// A copy of a value that the library made, counted.
fn copy(value: &Foreign, port: &Port, region: &Region) -> Result<TensorRef, ModelError> {
    let api = ort::api();
    let mut info = ptr::null_mut();
    // SAFETY: a value that the library made; the description is released below.
    check(unsafe { (api.GetTensorTypeAndShape)(value.0.as_ptr(), &mut info) })?;
    let described = (|| -> Result<(Type, Shape), ModelError> {
        let mut ty = Type::ONNX_TENSOR_ELEMENT_DATA_TYPE_UNDEFINED;
        // SAFETY: the description that was just made.
        check(unsafe { (api.GetTensorElementType)(info, &mut ty) })?;
        let mut rank = 0;
        // SAFETY: as above.
        check(unsafe { (api.GetDimensionsCount)(info, &mut rank) })?;
        if rank > MAX_RANK {
            return Err(TensorError::RankTooLarge { rank, max: MAX_RANK }.into());
        }
        let mut sizes = [0i64; MAX_RANK];
        // SAFETY: as above, and there is room for `rank` numbers.
        check(unsafe { (api.GetDimensions)(info, sizes.as_mut_ptr(), rank) })?;
        let sizes: Result<Vec<usize>, _> = sizes[..rank].iter().map(|&size| usize::try_from(size)).collect();
        let sizes = sizes.map_err(|_| ModelError::Failed("an output with a negative size".into()))?;
        Ok((ty, Shape::new(&sizes)?))
    })();
    // SAFETY: made above, released once.
    unsafe { (api.ReleaseTensorTypeAndShapeInfo)(info) };
    let (ty, shape) = described?;
    if ty != element_type(port.dtype) {
        return Err(ModelError::Failed(format!("{} came as {ty:?}", port.name).into()));
    }
    let mut data = ptr::null_mut();
    // SAFETY: a tensor of the library's, of numbers: not of strings, by the check above.
    check(unsafe { (api.GetTensorMutableData)(value.0.as_ptr(), &mut data) })?;
    let mut tensor = region.zeros_of(port.dtype, shape)?;
    if tensor.byte_length() > 0 {
        // SAFETY: the library's tensor has this type and shape, so as many bytes, and lives as long as `value`.
        let bytes =
            unsafe { std::slice::from_raw_parts(data.cast::<u8>().cast_const(), tensor.byte_length()) };
        tensor.write_bytes(bytes)?;
        tensor.note_copy_out();
    }
    Ok(tensor)
}

fn element_type(dtype: DType) -> Type {
    match dtype {
        DType::F32 => Type::ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT,
        DType::F16 => Type::ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT16,
        DType::Bf16 => Type::ONNX_TENSOR_ELEMENT_DATA_TYPE_BFLOAT16,
        DType::I8 => Type::ONNX_TENSOR_ELEMENT_DATA_TYPE_INT8,
        DType::U8 => Type::ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT8,
        DType::I32 => Type::ONNX_TENSOR_ELEMENT_DATA_TYPE_INT32,
        DType::I64 => Type::ONNX_TENSOR_ELEMENT_DATA_TYPE_INT64,
        DType::Bool => Type::ONNX_TENSOR_ELEMENT_DATA_TYPE_BOOL,
    }
}
