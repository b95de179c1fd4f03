//! From the host to a model of ONNX Runtime, on to a kernel of the GPU, and back to the host, with no byte copied: all of
//! them work in one memory, where the GPU shares the host's (Mesa's CPU driver does).
#![cfg(all(feature = "onnx", feature = "wgpu"))]
mod fetched;

use dala_gpu::gpu::{Gpu, GpuError, GpuOptions};
use dala_gpu::model::{Backend, SessionOptions, mlp, ramp};
use dala_gpu::{Chain, DType, Region, Shape, Unary, cpu};

#[test]
fn a_model_and_a_kernel_work_in_the_same_memory() -> Result<(), Box<dyn std::error::Error>> {
    let Some(onnx) = fetched::onnx() else { return Ok(()) };
    let gpu = match Gpu::open(&GpuOptions::any()) {
        Ok(gpu) if gpu.shares_memory() => gpu,
        Ok(_) | Err(GpuError::NoAdapter(_)) => {
            fetched::skip(
                "no GPU that shares the host's memory (scripts/setup-ai.sh installs a driver that does)",
            );
            return Ok(());
        }
        Err(error) => return Err(error.into()),
    };
    let mut session = onnx.load(&mlp(&[784, 64, 10]), &SessionOptions::default())?;
    let region = Region::with_limit(1 << 20);
    let gpu = gpu.with_results_in(&region);
    let mut frame = gpu.zeros::<f32>(&region, Shape::new(&[3, 784])?)?;
    let mut scores = [gpu.zeros_of(&region, DType::F32, Shape::new(&[3, 10])?)?];
    let numbers: Vec<f32> = ramp(3 * 784).collect();
    let chain = Chain::new().then(Unary::Scale(2.0)).then(Unary::Sigmoid);
    for round in 1..4 {
        frame.as_mut_slice()?.iter_mut().zip(&numbers).for_each(|(to, x)| *to = x * round as f32);
        let input = [frame.clone().into()];
        session.run(&input, &mut scores)?;
        drop(input);
        let there = gpu.upload(&scores[0].typed::<f32>()?)?;
        let chances = gpu.download(&region, &gpu.softmax(&gpu.chain(&chain, &there, &[])?)?)?.wait()?;
        drop(there);
        assert_eq!(region.copied_bytes(), 0);
        let raw = scores[0].typed::<f32>()?;
        let want = cpu::softmax(&region, &cpu::chain(&region, &chain, &raw, &[])?)?;
        for (got, want) in chances.iter().zip(want.iter()) {
            assert!((got - want).abs() < 1e-5, "{got}, not {want}");
        }
    }
    Ok(())
}
