//! Execution providers by configuration.
use ort::ep;
use ort::session::builder::SessionBuilder;

use super::super::{Placement, Provider};

/// Asks for the providers, in their order. Says which of them the library has.
pub(super) fn place(mut builder: SessionBuilder, providers: &[Provider]) -> (SessionBuilder, Placement) {
    let mut placement = Placement::default();
    let mut is_placed = false;
    for &provider in providers {
        let dispatch = match provider {
            Provider::Cpu => {
                // Always there, and behind it nothing is ever used.
                break;
            }
            Provider::Xnnpack => ep::XNNPACK::default().build(),
            Provider::Cuda => ep::CUDA::default().build(),
            Provider::TensorRt => ep::TensorRT::default().build(),
            Provider::CoreMl => ep::CoreML::default().build(),
            Provider::Nnapi => ep::NNAPI::default().build(),
            Provider::Qnn => ep::QNN::default().build(),
            Provider::WebGpu => ep::WebGPU::default().build(),
        };
        builder = match builder.with_execution_providers([dispatch.error_on_failure()]) {
            Ok(builder) => {
                if !is_placed {
                    placement.provider = provider;
                    is_placed = true;
                }
                builder
            }
            Err(error) => {
                if !is_placed {
                    placement.refused.push((provider, error.message().to_owned()));
                }
                error.recover()
            }
        };
    }
    (builder, placement)
}
