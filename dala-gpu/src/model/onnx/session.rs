//! A model that is ready to run.
use std::sync::Arc;

use ort::session::RunOptions;
use ort::value::{TensorElementType, ValueType};

use super::super::{Canceller, ModelError, Placement, Port, Session, SessionOptions, check_ports};
use super::bind::Bound;
use super::cancel::Cancel;
use super::{Onnx, load_error, provider};
use crate::{DType, Region, TensorRef};

#[derive(Debug)]
pub(super) struct OnnxSession {
    inputs: Vec<Port>,
    outputs: Vec<Port>,
    /// Names of axes: of inputs, of outputs.
    axes: [Vec<Vec<String>>; 2],
    bound: Bound,
    cancel: Arc<Cancel>,
    placement: Placement,
}

impl OnnxSession {
    pub(super) fn load(onnx: &Onnx, model: &[u8], options: &SessionOptions) -> Result<Self, ModelError> {
        let builder =
            ort::session::Session::builder(&onnx.environment).map_err(|error| load_error(&error))?;
        let (builder, placement) = provider::place(builder, &options.providers);
        // Not chained by `and_then`: the error carries the whole builder.
        let builder =
            builder.with_intra_threads(options.threads.max(1)).map_err(|error| load_error(&error))?;
        let builder = builder.with_inter_threads(1).map_err(|error| load_error(&error))?;
        let builder = builder.with_intra_op_spinning(options.spins).map_err(|error| load_error(&error))?;
        let builder = builder.with_log_level(ort::logging::LogLevel::Fatal);
        let mut builder = builder.map_err(|error| load_error(&error))?;
        let session = builder.commit_from_memory(model).map_err(|error| load_error(&error))?;
        let ports = |outlets: &[ort::value::Outlet]| outlets.iter().map(port).collect::<Result<Vec<_>, _>>();
        let (inputs, outputs) = (ports(session.inputs())?, ports(session.outputs())?);
        let axes = [session.inputs(), session.outputs()].map(|outlets| outlets.iter().map(axes).collect());
        let run = RunOptions::new().map_err(|error| load_error(&error))?;
        let names = |ports: &[Port]| ports.iter().map(|port| port.name.clone()).collect::<Vec<_>>();
        let bound = Bound::new(session, &names(&inputs), &names(&outputs))?;
        Ok(Self { inputs, outputs, axes, bound, cancel: Arc::new(Cancel::new(run)), placement })
    }
}

impl Session for OnnxSession {
    fn inputs(&self) -> &[Port] {
        &self.inputs
    }

    fn outputs(&self) -> &[Port] {
        &self.outputs
    }

    fn run(&mut self, inputs: &[TensorRef], outputs: &mut [TensorRef]) -> Result<(), ModelError> {
        check_ports("input", &self.inputs, inputs)?;
        check_ports("output", &self.outputs, outputs)?;
        let Self { bound, cancel, .. } = self;
        cancel.guard(|options| bound.run(options, inputs, outputs))
    }

    fn run_into(&mut self, inputs: &[TensorRef], region: &Region) -> Result<Vec<TensorRef>, ModelError> {
        check_ports("input", &self.inputs, inputs)?;
        let Self { bound, cancel, outputs, .. } = self;
        cancel.guard(|options| bound.run_into(options, inputs, outputs, region))
    }

    fn input_axes(&self) -> &[Vec<String>] {
        &self.axes[0]
    }

    fn output_axes(&self) -> &[Vec<String>] {
        &self.axes[1]
    }

    fn canceller(&self) -> Option<Canceller> {
        let cancel = self.cancel.clone();
        Some(Canceller::new(move || cancel.cancel()))
    }

    fn placement(&self) -> Placement {
        self.placement.clone()
    }
}

fn port(outlet: &ort::value::Outlet) -> Result<Port, ModelError> {
    let unsupported = |what: String| ModelError::Unsupported(format!("{} is {what}", outlet.name()).into());
    let ValueType::Tensor { ty, shape, .. } = outlet.dtype() else {
        return Err(unsupported("no tensor".to_owned()));
    };
    let dtype = dtype(*ty).ok_or_else(|| unsupported(format!("of {ty:?}")))?;
    let sizes = shape.iter().map(|&size| usize::try_from(size).ok()).collect();
    Ok(Port { name: outlet.name().to_owned(), dtype, sizes })
}

/// The names of a tensor's axes (`dim_param` of ONNX).
fn axes(outlet: &ort::value::Outlet) -> Vec<String> {
    match outlet.dtype() {
        ValueType::Tensor { dimension_symbols, .. } => dimension_symbols.iter().cloned().collect(),
        _ => Vec::new(),
    }
}

fn dtype(ty: TensorElementType) -> Option<DType> {
    Some(match ty {
        TensorElementType::Float32 => DType::F32,
        TensorElementType::Float16 => DType::F16,
        TensorElementType::Bfloat16 => DType::Bf16,
        TensorElementType::Int8 => DType::I8,
        TensorElementType::Uint8 => DType::U8,
        TensorElementType::Int32 => DType::I32,
        TensorElementType::Int64 => DType::I64,
        TensorElementType::Bool => DType::Bool,
        _ => return None,
    })
}
