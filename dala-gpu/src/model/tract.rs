//! Models by tract: ONNX in Rust alone, for where no library can be had. Two to six times slower than ONNX Runtime on
//! most models, and it does not run all: `If` with branches of different shapes and quantised LSTMs are refused.
//!
//! tract plans for concrete shapes, so a session keeps one plan for each set of input shapes that it has seen,
//! [`PLANS`] at most. Its tensors are its own: inputs and outputs are copied, and the region counts it.
use std::io::Cursor;
use std::sync::Arc;

use tract_onnx::prelude::*;
use tract_onnx::tract_hir::infer::Factoid as _;
use tract_onnx::tract_hir::internal::DimLike as _;

use super::{Backend, ModelError, Port, Session, SessionOptions, check_ports};
use crate::{DType, Region, Shape, TensorRef};

/// Plans kept for a session; the one that was not used for the longest time goes first.
const PLANS: usize = 8;

/// The backend. Runs on the calling thread, whatever the options say.
///
/// ```
/// use dala_gpu::model::{Backend, SessionOptions, Tract, mlp, ramp};
/// use dala_gpu::{Region, Shape};
///
/// let region = Region::with_limit(1 << 20);
/// let mut session = Tract.load(&mlp(&[784, 512, 512, 10]), &SessionOptions::default())?;
/// let x = region.tensor(Shape::new(&[1, 784])?, &ramp(784).collect::<Vec<_>>())?;
/// let y = session.run_into(&[x.into()], &region)?[0].typed::<f32>()?.to_vec();
/// assert!((y[1] - 0.081646).abs() < 1e-4);
/// # Ok::<(), dala_gpu::model::ModelError>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Tract;

impl Backend for Tract {
    fn name(&self) -> &str {
        "tract"
    }

    fn load(&self, model: &[u8], _: &SessionOptions) -> Result<Box<dyn Session>, ModelError> {
        // Some of its operators assert what a broken file does not keep.
        guarded(ModelError::Corrupt, || TractSession::load(model))
            .map(|session| Box::new(session) as Box<dyn Session>)
    }
}

/// Calls tract; a panic in there is an error of this kind.
fn guarded<R>(
    kind: fn(Box<str>) -> ModelError,
    call: impl FnOnce() -> Result<R, ModelError>,
) -> Result<R, ModelError> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(call))
        .unwrap_or_else(|_| Err(kind("tract panicked".into())))
}

fn text(error: TractError) -> Box<str> {
    format!("{error:#}").into()
}

struct TractSession {
    model: InferenceModel,
    inputs: Vec<Port>,
    outputs: Vec<Port>,
    /// The last one used is the last.
    plans: Vec<Planned>,
}

impl std::fmt::Debug for TractSession {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TractSession").field("plans", &self.plans.len()).finish_non_exhaustive()
    }
}

/// A plan, and the inputs that it is for. Scalars are built into it: models branch on them, as on a sample rate.
struct Planned {
    shapes: Vec<Shape>,
    scalars: Vec<Vec<u8>>,
    plan: Arc<TypedRunnableModel>,
}

impl Planned {
    fn is_for(&self, inputs: &[TensorRef]) -> bool {
        let scalars = inputs.iter().filter(|input| input.shape().rank() == 0);
        self.shapes.iter().copied().eq(inputs.iter().map(TensorRef::shape))
            && self.scalars.iter().map(Vec::as_slice).eq(scalars.filter_map(|scalar| scalar.as_bytes().ok()))
    }
}

impl TractSession {
    fn load(bytes: &[u8]) -> Result<TractSession, ModelError> {
        let read = |onnx: tract_onnx::Onnx| {
            onnx.model_for_read(&mut Cursor::new(bytes)).map_err(|error| ModelError::Corrupt(text(error)))
        };
        // With the sizes that the file says, for what callers see; without them, for planning: symbolic sizes of
        // outputs contradict the concrete ones of inputs.
        let declared = read(tract_onnx::onnx().with_ignore_output_shapes(false))?;
        let model = read(tract_onnx::onnx().with_ignore_output_shapes(true).with_ignore_value_info(true))?;
        let ports = |outlets: &[OutletId]| {
            outlets.iter().map(|&outlet| port(&declared, outlet)).collect::<Result<Vec<_>, _>>()
        };
        let inputs = ports(declared.input_outlets().map_err(|error| ModelError::Corrupt(text(error)))?)?;
        let outputs = ports(declared.output_outlets().map_err(|error| ModelError::Corrupt(text(error)))?)?;
        if outputs.is_empty() {
            return Err(ModelError::Corrupt("a model without outputs".into()));
        }
        let mut session = TractSession { model, inputs, outputs, plans: Vec::new() };
        session.try_planning()?;
        Ok(session)
    }

    /// Plans for one row of zeros, where the model says all other sizes: what tract does not run shows here.
    fn try_planning(&mut self) -> Result<(), ModelError> {
        let region = Region::with_limit(usize::MAX);
        let mut example = Vec::new();
        for port in &self.inputs {
            let is_open = port.sizes.iter().skip(1).any(Option::is_none);
            // A scalar's value may decide what can be planned, and an open size what fits.
            if port.sizes.is_empty() || is_open {
                return Ok(());
            }
            let sizes: Vec<usize> = port.sizes.iter().map(|size| size.unwrap_or(1)).collect();
            example.push(region.zeros_of(port.dtype, Shape::new(&sizes)?)?);
        }
        self.plan(&example).map(drop).map_err(|error| match error {
            ModelError::Failed(why) => ModelError::Unsupported(why),
            other => other,
        })
    }

    fn plan(&mut self, inputs: &[TensorRef]) -> Result<Arc<TypedRunnableModel>, ModelError> {
        if let Some(at) = self.plans.iter().rposition(|planned| planned.is_for(inputs)) {
            let planned = self.plans.remove(at);
            let plan = planned.plan.clone();
            self.plans.push(planned);
            return Ok(plan);
        }
        let failed = |error| ModelError::Failed(text(error));
        let mut model = self.model.clone();
        for (at, input) in inputs.iter().enumerate() {
            let fact = if input.shape().rank() == 0 {
                let value = TypedFact::try_from(Arc::new(to_tract(input)?)).map_err(failed)?;
                InferenceFact::from(&value)
            } else {
                InferenceFact::dt_shape(datum_type(input.dtype())?, input.shape().sizes())
            };
            model.set_input_fact(at, fact).map_err(failed)?;
        }
        let plan = model.into_optimized().and_then(IntoRunnable::into_runnable).map_err(failed)?;
        if self.plans.len() == PLANS {
            self.plans.remove(0);
        }
        let scalars = inputs.iter().filter(|input| input.shape().rank() == 0);
        self.plans.push(Planned {
            shapes: inputs.iter().map(TensorRef::shape).collect(),
            scalars: scalars.map(|scalar| scalar.as_bytes().map(<[u8]>::to_vec)).collect::<Result<_, _>>()?,
            plan: plan.clone(),
        });
        Ok(plan)
    }

    fn results(&mut self, inputs: &[TensorRef]) -> Result<TVec<TValue>, ModelError> {
        check_ports("input", &self.inputs, inputs)?;
        guarded(ModelError::Failed, || {
            let plan = self.plan(inputs)?;
            let values = inputs
                .iter()
                .map(|input| Ok(to_tract(input)?.into_tvalue()))
                .collect::<Result<_, ModelError>>()?;
            inputs.iter().for_each(TensorRef::note_copy_out);
            plan.run(values).map_err(|error| ModelError::Failed(text(error)))
        })
    }
}

impl Session for TractSession {
    fn inputs(&self) -> &[Port] {
        &self.inputs
    }

    fn outputs(&self) -> &[Port] {
        &self.outputs
    }

    fn run(&mut self, inputs: &[TensorRef], outputs: &mut [TensorRef]) -> Result<(), ModelError> {
        check_ports("output", &self.outputs, outputs)?;
        for output in outputs.iter_mut() {
            if !output.is_writable() {
                return Err(crate::TensorError::Shared(output.other_readers()).into());
            }
        }
        let results = self.results(inputs)?;
        for (output, result) in outputs.iter_mut().zip(&results) {
            if output.shape().sizes() != result.shape() {
                let (given, got) = (output.shape(), result.shape());
                return Err(ModelError::OutputShape(format!("{got:?}, not {given}").into()));
            }
            fill(output, result)?;
        }
        Ok(())
    }

    fn run_into(&mut self, inputs: &[TensorRef], region: &Region) -> Result<Vec<TensorRef>, ModelError> {
        let results = self.results(inputs)?;
        let make = |(port, result): (&Port, &TValue)| {
            let mut output = region.zeros_of(port.dtype, Shape::new(result.shape())?)?;
            fill(&mut output, result)?;
            Ok(output)
        };
        self.outputs.iter().zip(&results).map(make).collect()
    }
}

/// Copies a result into the region. Counted.
fn fill(output: &mut TensorRef, result: &TValue) -> Result<(), ModelError> {
    let (want, is) = (datum_type(output.dtype())?, result.datum_type());
    if want != is {
        return Err(ModelError::Failed(format!("an output came as {is:?}, not {want:?}").into()));
    }
    output.write_bytes(result.as_bytes())?;
    output.note_copy_out();
    Ok(())
}

fn to_tract(tensor: &TensorRef) -> Result<Tensor, ModelError> {
    let mut copy = Tensor::zero_dt(datum_type(tensor.dtype())?, tensor.shape().sizes())
        .map_err(|error| ModelError::Failed(text(error)))?;
    copy.as_bytes_mut().copy_from_slice(tensor.as_bytes()?);
    Ok(copy)
}

fn port(model: &InferenceModel, outlet: OutletId) -> Result<Port, ModelError> {
    let corrupt = |error| ModelError::Corrupt(text(error));
    let name = model.outlet_label(outlet).unwrap_or(&model.node(outlet.node).name).to_owned();
    let fact = model.outlet_fact(outlet).map_err(corrupt)?;
    let unsupported = |what: &str| ModelError::Unsupported(format!("{name} is of {what}").into());
    let dtype = fact.datum_type.concretize().and_then(dtype).ok_or_else(|| unsupported("another type"))?;
    if fact.shape.is_open() {
        return Err(unsupported("any rank"));
    }
    let size = |dim: &tract_onnx::tract_hir::infer::DimFact| dim.concretize()?.to_usize().ok();
    let sizes = fact.shape.dims().map(size).collect();
    Ok(Port { name, dtype, sizes })
}

/// tract has no bfloat16: no port has it, so a tensor of it fits none.
fn datum_type(dtype: DType) -> Result<DatumType, ModelError> {
    Ok(match dtype {
        DType::F32 => DatumType::F32,
        DType::F16 => DatumType::F16,
        DType::Bf16 => return Err(ModelError::Unsupported("bf16 in tract".into())),
        DType::U8 => DatumType::U8,
        DType::I8 => DatumType::I8,
        DType::I32 => DatumType::I32,
        DType::I64 => DatumType::I64,
        DType::Bool => DatumType::Bool,
    })
}

fn dtype(datum_type: DatumType) -> Option<DType> {
    DType::ALL.iter().copied().find(|&dtype| self::datum_type(dtype) == Ok(datum_type))
}

#[cfg(test)]
mod tests;
