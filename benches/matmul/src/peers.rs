//! Who multiplies.
use std::path::Path;
use std::rc::Rc;

use dala_gpu::gpu::{Device, Gpu, GpuError, GpuOptions};
use dala_gpu::model::{Backend, Onnx, OnnxOptions, Session, SessionOptions, product};
use dala_gpu::{Region, Shape, Tensor, TensorRef, cpu};

use crate::{Case, Outcome};

/// Somebody with the matrices of a case at hand.
pub(crate) trait Peer {
    /// Multiplies, and waits for the product.
    fn run(&mut self) -> Outcome;
    /// The last product.
    fn product(&self) -> Outcome<Vec<f32>>;
}

/// Makes a peer for a case.
pub(crate) struct Maker {
    pub(crate) name: String,
    pub(crate) make: Box<dyn Fn(&Case) -> Outcome<Box<dyn Peer>>>,
}

fn maker<P: Peer + 'static>(name: impl Into<String>, make: impl Fn(&Case) -> Outcome<P> + 'static) -> Maker {
    Maker { name: name.into(), make: Box::new(move |case| Ok(Box::new(make(case)?))) }
}

pub(crate) fn all(library: &Path) -> Outcome<Vec<Maker>> {
    let region = Region::with_limit(1 << 30);
    let mut all = Vec::new();
    match Gpu::open(&GpuOptions::any()) {
        Ok(gpu) => {
            let place = if gpu.is_software() { ", a driver on the CPU" } else { "" };
            let (name, region) = (format!("dala on {}{place}", gpu.name()), region.clone());
            all.push(maker(name, move |case| OnGpu::new(&gpu, &region, case)));
        }
        Err(GpuError::NoAdapter(why)) => eprintln!("no GPU: {why}"),
        Err(error) => return Err(error.into()),
    }
    #[cfg(feature = "burn")]
    all.push(maker("burn-wgpu there", |case| Ok(burning::Burning::new(case))));
    let (plain, onnx) = (region.clone(), Rc::new(Onnx::load(&OnnxOptions::in_folder(library))?));
    all.push(maker("ONNX Runtime", move |case| InOnnx::new(&onnx, &region, case)));
    #[cfg(feature = "candle")]
    all.push(maker("candle", lit::Lit::new));
    all.push(maker("dala's reference on the CPU", move |case| {
        let (a, b) = tensors(case, &plain)?;
        Ok(Reference { product: cpu::matmul(&plain, &a, &b)?, a, b, region: plain.clone() })
    }));
    Ok(all)
}

fn tensors(case: &Case, region: &Region) -> Outcome<(Tensor<f32>, Tensor<f32>)> {
    let [m, k, n] = case.sizes;
    Ok((region.tensor(Shape::new(&[m, k])?, &case.a)?, region.tensor(Shape::new(&[k, n])?, &case.b)?))
}

/// Our kernel for GPUs. The result is read back.
struct OnGpu {
    gpu: Gpu,
    region: Region,
    a: Tensor<f32, Device>,
    b: Tensor<f32, Device>,
    last: Option<Tensor<f32>>,
}

impl OnGpu {
    fn new(gpu: &Gpu, region: &Region, case: &Case) -> Outcome<OnGpu> {
        let (a, b) = tensors(case, region)?;
        let gpu = gpu.with_results_in(region);
        Ok(OnGpu { a: gpu.upload(&a)?, b: gpu.upload(&b)?, region: region.clone(), last: None, gpu })
    }
}

impl Peer for OnGpu {
    fn run(&mut self) -> Outcome {
        let product = self.gpu.matmul(&self.a, &self.b)?;
        self.last = Some(self.gpu.download(&self.region, &product)?.wait()?);
        Ok(())
    }

    fn product(&self) -> Outcome<Vec<f32>> {
        Ok(self.last.as_ref().ok_or("it did not run")?.to_vec())
    }
}

/// The plain loops that kernels are compared with.
struct Reference {
    a: Tensor<f32>,
    b: Tensor<f32>,
    product: Tensor<f32>,
    region: Region,
}

impl Peer for Reference {
    fn run(&mut self) -> Outcome {
        self.product = cpu::matmul(&self.region, &self.a, &self.b)?;
        Ok(())
    }

    fn product(&self) -> Outcome<Vec<f32>> {
        Ok(self.product.to_vec())
    }
}

/// A model of one `MatMul`.
struct InOnnx {
    session: Box<dyn Session>,
    inputs: [TensorRef; 2],
    outputs: Vec<TensorRef>,
}

impl InOnnx {
    fn new(onnx: &Onnx, region: &Region, case: &Case) -> Outcome<InOnnx> {
        let mut session = onnx.load(&product(), &SessionOptions::default())?;
        let (a, b) = tensors(case, region)?;
        let inputs = [a.into(), b.into()];
        let outputs = session.run_into(&inputs, region)?;
        Ok(InOnnx { session, inputs, outputs })
    }
}

impl Peer for InOnnx {
    fn run(&mut self) -> Outcome {
        Ok(self.session.run(&self.inputs, &mut self.outputs)?)
    }

    fn product(&self) -> Outcome<Vec<f32>> {
        Ok(self.outputs[0].typed::<f32>()?.to_vec())
    }
}

#[cfg(feature = "candle")]
mod lit {
    use candle_core::{Device, Tensor};

    use super::{Case, Outcome, Peer};

    /// `candle` on the CPU.
    pub(super) struct Lit {
        a: Tensor,
        b: Tensor,
        last: Option<Tensor>,
    }

    impl Lit {
        pub(super) fn new(case: &Case) -> Outcome<Lit> {
            let [m, k, n] = case.sizes;
            let a = Tensor::from_vec(case.a.clone(), (m, k), &Device::Cpu)?;
            Ok(Lit { a, b: Tensor::from_vec(case.b.clone(), (k, n), &Device::Cpu)?, last: None })
        }
    }

    impl Peer for Lit {
        fn run(&mut self) -> Outcome {
            self.last = Some(self.a.matmul(&self.b)?);
            Ok(())
        }

        fn product(&self) -> Outcome<Vec<f32>> {
            Ok(self.last.as_ref().ok_or("it did not run")?.flatten_all()?.to_vec1()?)
        }
    }
}

#[cfg(feature = "burn")]
mod burning {
    use burn_tensor::{Tensor, TensorData};
    use burn_wgpu::{Wgpu, WgpuDevice};

    use super::{Case, Outcome, Peer};

    type Matrix = Tensor<Wgpu, 2>;

    /// `burn-wgpu` on the same driver. The result is read back.
    pub(super) struct Burning {
        a: Matrix,
        b: Matrix,
        last: Vec<f32>,
    }

    impl Burning {
        pub(super) fn new(case: &Case) -> Burning {
            let [m, k, n] = case.sizes;
            // The best there is: a real GPU before a driver that computes on the CPU.
            let device = WgpuDevice::DefaultDevice;
            let matrix = |numbers: &[f32], sizes: [usize; 2]| {
                Matrix::from_data(TensorData::new(numbers.to_vec(), sizes), &device)
            };
            Burning { a: matrix(&case.a, [m, k]), b: matrix(&case.b, [k, n]), last: Vec::new() }
        }
    }

    impl Peer for Burning {
        fn run(&mut self) -> Outcome {
            let product = self.a.clone().matmul(self.b.clone());
            self.last = product.into_data().into_vec().map_err(|error| format!("{error:?}"))?;
            Ok(())
        }

        fn product(&self) -> Outcome<Vec<f32>> {
            Ok(self.last.clone())
        }
    }
}
