//! Each kernel against its reference on the CPU. The driver may compute on the CPU too (Mesa's lavapipe):
//! that shows that kernels are right, never that they are fast. Without any driver they are skipped ([`skip`]).
//!
//! | kernel | may differ by, of a value `x` | because |
//! |---|---|---|
//! | packed, gather, resize to nearest, planes | nothing; planes `1e-6` | they move elements |
//! | chains, colours, bilinear | `1e-5 + 1e-5 |x|` | WGSL: `exp` and `tanh` to some units in the last place |
//! | softmax | `1e-6 + 1e-5 |x|` | as above |
//! | matmul, conv2d, reductions, layer norm | `1e-5 + 2e-5 |x|` for sums of up to 1000 terms near 1 | sums in `f32`, not `f64` |
//! | anything in `f16` (`halves.rs`) | `2e-3 + 2e-3 |x|`; what moves elements, nothing | results rounded to 11 bits |
mod halves;
mod mapped;

use std::sync::LazyLock;

use super::*;
use crate::chain::{Binary, Unary};
use crate::cpu::{self, Colours, Conv2d, Reduction, Resize};
use crate::skip::skip;
use crate::{Chain, F16, Placement, Real, Region, Shape, Tensor, TensorError, TensorRef};

static GPU: LazyLock<Result<Gpu, Box<str>>> = LazyLock::new(|| match Gpu::open(&GpuOptions::any()) {
    Err(GpuError::NoAdapter(why)) => Err(why.to_string().into()),
    other => Ok(other.expect("an adapter that is there gives a device")),
});

/// The GPU; without one the test that asks is skipped.
fn gpu() -> Option<&'static Gpu> {
    let gpu = GPU.as_ref();
    gpu.inspect_err(|why| skip(format!("no Vulkan driver ({why}); scripts/setup-ai.sh installs Mesa's"))).ok()
}

/// The GPU, if it can do that; one that cannot has the test that asks skipped.
fn gpu_that(can: impl FnOnce(&Gpu) -> bool, what: &str) -> Option<&'static Gpu> {
    let gpu = gpu()?;
    let it_can = can(gpu);
    if !it_can {
        skip(format!("{} has no {what}", gpu.name()));
    }
    it_can.then_some(gpu)
}

type Outcome = Result<(), GpuError>;

fn region() -> Region {
    Region::with_limit(64 << 20)
}

/// Numbers between -1 and 1, always the same.
fn numbers(count: usize, seed: usize) -> Vec<f32> {
    (0..count).map(|i| (((i * 7919 + seed * 104_729 + 13) % 2000) as f32 - 1000.0) / 1000.0).collect()
}

fn tensor(region: &Region, sizes: &[usize], seed: usize) -> Tensor<f32> {
    let shape = Shape::new(sizes).expect("small");
    region.tensor(shape, &numbers(shape.elements(), seed)).expect("within the limit")
}

#[track_caller]
fn near<T: Real>(got: &Tensor<T>, want: &Tensor<T>, absolute: f64, relative: f64) {
    assert_eq!(got.shape(), want.shape());
    for (at, (got, want)) in got.iter().zip(want.iter()).enumerate() {
        let (got, want) = (got.to_f64(), want.to_f64());
        assert!((got - want).abs() <= absolute + relative * want.abs(), "element {at}: {got}, not {want}");
    }
}

#[test]
fn what_goes_up_comes_down_and_both_copies_are_counted() -> Outcome {
    let Some(gpu) = gpu() else { return Ok(()) };
    let region = region();
    for sizes in [&[][..], &[1], &[3, 5], &[0, 4], &[7, 1, 9], &[1000, 33]] {
        let here = tensor(&region, sizes, 1);
        let before = region.copied_bytes();
        let there = gpu.upload(&here)?;
        assert_eq!(gpu.download(&region, &there)?.wait()?, here);
        assert_eq!(region.copied_bytes() - before, 8 * here.shape().elements());
    }
    let halves: Vec<F16> = numbers(7, 2).into_iter().map(|x| F16::from_f64(f64::from(x))).collect();
    let halves = region.tensor(Shape::new(&[7])?, &halves)?;
    if gpu.has_f16() {
        let there = gpu.upload(&halves)?;
        assert_eq!(gpu.download(&region, &there)?.wait()?, halves);
        let part = gpu.download(&region, &there.slice(0, 3..6)?)?.wait()?;
        assert_eq!(part, halves.slice(0, 3..6)?);
    } else {
        let there = gpu.upload(&halves)?;
        assert_eq!(gpu.packed(&there).expect_err("no f16"), GpuError::NoType("f16"));
    }
    Ok(())
}

#[test]
fn views_on_the_gpu_are_those_on_the_cpu() -> Outcome {
    let Some(gpu) = gpu() else { return Ok(()) };
    let region = region();
    let here = tensor(&region, &[3, 5, 7], 1);
    let there = gpu.upload(&here)?;
    let views = [
        (here.transpose(0, 2)?, there.transpose(0, 2)?),
        (here.slice(1, 1..4)?, there.slice(1, 1..4)?),
        (here.slice(2, 6..7)?.transpose(1, 0)?, there.slice(2, 6..7)?.transpose(1, 0)?),
        (
            here.slice(0, 2..3)?.reshape(Shape::new(&[35])?)?,
            there.slice(0, 2..3)?.reshape(Shape::new(&[35])?)?,
        ),
        (here.slice(0, 1..1)?, there.slice(0, 1..1)?),
    ];
    for (here, there) in &views {
        assert_eq!(gpu.download(&region, there)?.wait()?, *here);
        assert_eq!(gpu.download(&region, &gpu.packed(there)?)?.wait()?, *here);
    }
    Ok(())
}

#[test]
fn matmul_agrees_on_odd_shapes_and_strided_views() -> Outcome {
    let Some(gpu) = gpu() else { return Ok(()) };
    let region = region();
    for (m, k, n) in [
        (1, 1, 1),
        (3, 5, 7),
        (16, 16, 16),
        (17, 33, 15),
        (1, 300, 2),
        (8, 30, 90),
        (70, 31, 8),
        (9, 12, 9),
        (65, 1, 40),
        (0, 3, 2),
        (2, 0, 3),
        (33, 17, 65),
        (64, 64, 64),
        (131, 47, 129),
        (40, 0, 40),
    ] {
        let (a, b) = (tensor(&region, &[m, k], 1), tensor(&region, &[k, n], 2));
        let got = gpu.matmul(&gpu.upload(&a)?, &gpu.upload(&b)?)?;
        near(&gpu.download(&region, &got)?.wait()?, &cpu::matmul(&region, &a, &b)?, 1e-5, 2e-5);
    }
    let a = tensor(&region, &[20, 30], 1);
    let there = gpu.upload(&a)?;
    let got = gpu.matmul(&there.slice(1, 3..28)?, &there.transpose(0, 1)?.slice(0, 5..30)?)?;
    let want = cpu::matmul(&region, &a.slice(1, 3..28)?, &a.transpose(0, 1)?.slice(0, 5..30)?)?;
    near(&gpu.download(&region, &got)?.wait()?, &want, 1e-5, 2e-5);
    let a = tensor(&region, &[70, 90], 1);
    let there = gpu.upload(&a)?;
    let got = gpu.matmul(&there.slice(1, 3..88)?, &there.transpose(0, 1)?.slice(0, 5..90)?)?;
    let want = cpu::matmul(&region, &a.slice(1, 3..88)?, &a.transpose(0, 1)?.slice(0, 5..90)?)?;
    near(&gpu.download(&region, &got)?.wait()?, &want, 1e-5, 2e-5);
    let got = gpu.matmul(&there.slice(0, 7..10)?.slice(1, 4..74)?, &there.slice(1, 3..88)?)?;
    let want = cpu::matmul(&region, &a.slice(0, 7..10)?.slice(1, 4..74)?, &a.slice(1, 3..88)?)?;
    near(&gpu.download(&region, &got)?.wait()?, &want, 1e-5, 2e-5);
    let wrong = gpu.matmul(&there, &there).expect_err("90 is not 70");
    assert!(matches!(wrong, GpuError::Tensor(TensorError::ShapeMismatch { .. })));
    Ok(())
}

#[test]
fn a_chain_of_every_step_is_one_shader() -> Outcome {
    let Some(gpu) = gpu() else { return Ok(()) };
    let region = region();
    let all = [
        Unary::Relu,
        Unary::LeakyRelu(0.1),
        Unary::Sigmoid,
        Unary::Tanh,
        Unary::Silu,
        Unary::Gelu,
        Unary::Exp,
        Unary::Neg,
        Unary::Abs,
        Unary::Scale(-1.5),
        Unary::Shift(0.25),
        Unary::Clamp(-0.5, 0.75),
    ];
    let x = tensor(&region, &[5, 13], 1);
    let there = gpu.upload(&x)?;
    for step in all {
        let chain = Chain::new().then(step);
        let got = gpu.download(&region, &gpu.chain(&chain, &there, &[])?)?.wait()?;
        near(&got, &cpu::chain(&region, &chain, &x, &[])?, 1e-5, 1e-5);
    }
    let chain = all.into_iter().fold(Chain::new(), Chain::then).then(Unary::Abs).then(Unary::Sqrt);
    gpu.chain(&chain, &there, &[])?;
    let pipelines = gpu.pipelines();
    let got = gpu.download(&region, &gpu.chain(&chain, &there, &[])?)?.wait()?;
    near(&got, &cpu::chain(&region, &chain, &x, &[])?, 1e-5, 1e-5);
    // Other tests compile shaders meanwhile: ours is there, that is all that can be said.
    assert!(gpu.pipelines() >= pipelines && pipelines > 0);
    // Large values do not make NaN of tanh.
    let large = region.tensor(Shape::new(&[2])?, &[1e30f32, -1e30])?;
    let chain = Chain::new().then(Unary::Tanh);
    let got = gpu.download(&region, &gpu.chain(&chain, &gpu.upload(&large)?, &[])?)?.wait()?;
    near(&got, &region.tensor(Shape::new(&[2])?, &[1.0, -1.0])?, 1e-6, 0.0);
    Ok(())
}

#[test]
fn chains_take_operands_of_shorter_shapes_and_more_of_them_than_a_shader_can() -> Outcome {
    let Some(gpu) = gpu() else { return Ok(()) };
    let region = region();
    let x = tensor(&region, &[3, 4, 5], 1);
    let y = tensor(&region, &[5, 4], 2).transpose(0, 1)?;
    let z = region.tensor(Shape::new(&[5])?, &[2.0f32, -1.0, 0.5, 4.0, 1.0])?;
    let chain =
        Chain::new().add().mul().with(Binary::Div).with(Binary::Sub).with(Binary::Max).with(Binary::Min);
    let here = [&y, &x, &z, &y, &z, &x];
    let want = cpu::chain(&region, &chain, &x, &here)?;
    let there: Vec<_> = here.iter().map(|t| gpu.upload(t)).collect::<Result<_, _>>()?;
    let there: Vec<_> = there.iter().collect();
    let got = gpu.chain(&chain, &gpu.upload(&x)?, &there)?;
    near(&gpu.download(&region, &got)?.wait()?, &want, 1e-5, 1e-5);
    // More than any device binds.
    let long = (0..100).fold(Chain::new(), |chain, _| chain.add());
    let many = vec![&z; 100];
    let on_z = gpu.upload(&z)?;
    let got = gpu.chain(&long, &gpu.upload(&x)?, &vec![&on_z; 100])?;
    near(&gpu.download(&region, &got)?.wait()?, &cpu::chain(&region, &long, &x, &many)?, 1e-4, 1e-5);
    assert!(gpu.chain(&chain, &gpu.upload(&x)?, &[]).is_err());
    Ok(())
}

#[test]
fn reductions_agree_along_every_axis_and_on_long_rows() -> Outcome {
    let Some(gpu) = gpu() else { return Ok(()) };
    let region = region();
    for sizes in [&[3, 5, 7][..], &[1, 1, 1], &[2, 3, 1000], &[300, 2, 1], &[0, 2, 3]] {
        let x = tensor(&region, sizes, 1);
        let there = gpu.upload(&x)?;
        for axis in 0..3 {
            for how in [Reduction::Sum, Reduction::Mean, Reduction::Max, Reduction::Min] {
                if x.shape().size(axis)? == 0 {
                    continue;
                }
                let got = gpu.download(&region, &gpu.reduce(how, &there, axis)?)?.wait()?;
                near(&got, &cpu::reduce(&region, how, &x, axis)?, 1e-5, 2e-5);
            }
        }
        assert!(gpu.reduce(Reduction::Sum, &there, 3).is_err());
    }
    Ok(())
}

#[test]
fn softmax_and_layer_norm_agree_on_odd_rows() -> Outcome {
    let Some(gpu) = gpu() else { return Ok(()) };
    let region = region();
    for (rows, size) in [(1, 1), (3, 5), (7, 64), (2, 1000), (130, 3)] {
        let x = tensor(&region, &[rows, size], 1);
        let (scale, bias) = (tensor(&region, &[size], 2), tensor(&region, &[size], 3));
        let there = gpu.upload(&x)?;
        let got = gpu.download(&region, &gpu.softmax(&there)?)?.wait()?;
        near(&got, &cpu::softmax(&region, &x)?, 1e-6, 1e-5);
        let got = gpu.layer_norm(&there, &gpu.upload(&scale)?, &gpu.upload(&bias)?, 1e-5)?;
        let want = cpu::layer_norm(&region, &x, &scale, &bias, 1e-5)?;
        near(&gpu.download(&region, &got)?.wait()?, &want, 1e-5, 2e-5);
        assert!(gpu.layer_norm(&there, &there, &there, 0.0).is_err() || (rows, size) == (1, 1));
    }
    let large = region.tensor(Shape::new(&[1, 3])?, &[1000.0f32, 1000.0, -1000.0])?;
    let got = gpu.download(&region, &gpu.softmax(&gpu.upload(&large)?)?)?.wait()?;
    assert_eq!(got.to_vec(), [0.5, 0.5, 0.0]);
    Ok(())
}

#[test]
fn gather_agrees_along_every_axis() -> Outcome {
    let Some(gpu) = gpu() else { return Ok(()) };
    let region = region();
    let x = tensor(&region, &[3, 4, 5], 1);
    let there = gpu.upload(&x)?;
    let indices = region.tensor(Shape::new(&[6])?, &[2, 0, -1, 1, 1, -3])?;
    for axis in 0..3 {
        let got = gpu.download(&region, &gpu.gather(&there, axis, &indices)?)?.wait()?;
        assert_eq!(got, cpu::gather(&region, &x, axis, &indices)?);
    }
    let wrong = region.tensor(Shape::new(&[1])?, &[5])?;
    let error = TensorError::NoSuchIndex { index: 5, size: 5 };
    assert_eq!(gpu.gather(&there, 2, &wrong).expect_err("5 columns"), GpuError::Tensor(error));
    Ok(())
}

#[test]
fn convolutions_agree_with_strides_padding_dilation_and_groups() -> Outcome {
    let Some(gpu) = gpu() else { return Ok(()) };
    let region = region();
    let plain = Conv2d::default();
    for (conv, input, weights) in [
        (plain, [1, 1, 1, 1], [1, 1, 1, 1]),
        (plain, [2, 3, 7, 9], [5, 3, 3, 3]),
        (Conv2d { padding: [1, 2], ..plain }, [1, 2, 5, 4], [3, 2, 3, 5]),
        (Conv2d { stride: [2, 3], padding: [1, 0], ..plain }, [2, 4, 11, 13], [2, 4, 3, 2]),
        (Conv2d { dilation: [2, 1], groups: 2, ..plain }, [1, 4, 9, 6], [6, 2, 3, 3]),
        (Conv2d { groups: 4, padding: [3, 3], ..plain }, [1, 4, 3, 3], [4, 1, 5, 5]),
    ] {
        let (x, w, b) =
            (tensor(&region, &input, 1), tensor(&region, &weights, 2), tensor(&region, &weights[..1], 3));
        let (on_x, on_w, on_b) = (gpu.upload(&x)?, gpu.upload(&w)?, gpu.upload(&b)?);
        let got = gpu.conv2d(conv, &on_x, &on_w, Some(&on_b))?;
        let want = cpu::conv2d(&region, conv, &x, &w, Some(&b))?;
        near(&gpu.download(&region, &got)?.wait()?, &want, 1e-5, 2e-5);
        let got = gpu.conv2d(conv, &on_x, &on_w, None)?;
        let want = cpu::conv2d(&region, conv, &x, &w, None)?;
        near(&gpu.download(&region, &got)?.wait()?, &want, 1e-5, 2e-5);
    }
    Ok(())
}

#[test]
fn pictures_agree_in_size_and_colour() -> Outcome {
    let Some(gpu) = gpu() else { return Ok(()) };
    let region = region();
    let x = tensor(&region, &[2, 3, 5, 7], 1);
    let there = gpu.upload(&x)?;
    for size in [[5, 7], [1, 1], [9, 3], [11, 20], [4, 6]] {
        let got = gpu.download(&region, &gpu.resize(Resize::Nearest, &there, size)?)?.wait()?;
        assert_eq!(got, cpu::resize(&region, Resize::Nearest, &x, size)?);
        let got = gpu.download(&region, &gpu.resize(Resize::Bilinear, &there, size)?)?.wait()?;
        near(&got, &cpu::resize(&region, Resize::Bilinear, &x, size)?, 1e-5, 1e-5);
    }
    for how in [Colours::RGB_TO_GREY, Colours::RGB_TO_YUV, Colours::YUV_TO_RGB, Colours::RGB_TO_BGR] {
        let got = gpu.download(&region, &gpu.colours(&how, &there)?)?.wait()?;
        near(&got, &cpu::colours(&region, &how, &x)?, 1e-5, 1e-5);
    }
    let bytes: Vec<u8> = (0..5 * 7 * 3).map(|i| (i * 31 % 256) as u8).collect();
    let picture = region.tensor(Shape::new(&[5, 7, 3])?, &bytes)?;
    for rows in [0..5, 1..3] {
        let part = picture.slice(0, rows.clone())?;
        let got: Tensor<f32, Device> =
            gpu.planes(&gpu.upload(&picture)?.slice(0, rows)?, [0.5, 0.4, 0.3], [0.2, 0.5, 1.0])?;
        let want = cpu::planes(&region, &part, [0.5, 0.4, 0.3], [0.2, 0.5, 1.0])?;
        near(&gpu.download(&region, &got)?.wait()?, &want, 1e-6, 1e-6);
    }
    Ok(())
}

#[test]
fn buffers_are_used_again_and_the_limit_holds() -> Outcome {
    if gpu().is_none() {
        return Ok(());
    }
    let gpu = Gpu::open(&GpuOptions { limit: 1 << 20, keep: 1 << 16, ..GpuOptions::any() })?;
    let region = region();
    let x = tensor(&region, &[64, 64], 1);
    for _ in 0..20 {
        let there = gpu.upload(&x)?;
        gpu.download(&region, &gpu.matmul(&there, &there)?)?.wait()?;
    }
    let usage = gpu.usage();
    assert!(usage.made <= 5, "20 rounds of four buffers made {}", usage.made);
    assert!(usage.reused >= 70 && usage.kept <= 1 << 16, "{usage:?}");
    assert_eq!(gpu.region().live_bytes(), 0);
    gpu.trim();
    assert_eq!(gpu.usage().kept, 0);
    let kept = gpu.upload(&x)?;
    let large = region.zeros::<f32>(Shape::new(&[1 << 18])?)?;
    assert!(matches!(gpu.upload(&large), Err(GpuError::Tensor(TensorError::OverLimit { .. }))));
    assert_eq!(gpu.region().live_bytes(), 4 * 64 * 64);
    drop(kept);
    // A download for which the host has no room leaves its buffer to nobody, and the next one finds another.
    let there = gpu.upload(&x)?;
    let full = gpu.download(&Region::with_limit(100), &there)?.wait();
    assert!(matches!(full, Err(GpuError::Tensor(TensorError::OverLimit { .. }))));
    assert_eq!(gpu.download(&region, &there)?.wait()?, x);
    drop(there);
    // A download that nobody waits for leaves nothing behind.
    let there = gpu.upload(&x)?;
    drop(gpu.download(&region, &there)?);
    drop(there);
    assert_eq!(gpu.region().live_bytes(), 0);
    Ok(())
}

#[test]
fn a_lost_device_fails_what_is_awaited_and_what_comes_later() -> Outcome {
    if gpu().is_none() {
        return Ok(());
    }
    let gpu = Gpu::open(&GpuOptions::any())?;
    let region = region();
    let there = gpu.upload(&tensor(&region, &[300, 300], 1))?;
    let (told, heard) = std::sync::mpsc::channel();
    gpu.on_lost(move |why| drop(told.send(why.to_owned())));
    let product = gpu.matmul(&there, &there)?;
    let download = gpu.download(&region, &product)?;
    gpu.destroy();
    // Finished before, or lost: never for ever.
    match download.wait() {
        Ok(product) => assert_eq!(product.shape().sizes(), [300, 300]),
        Err(error) => assert!(matches!(error, GpuError::Lost(_)), "{error}"),
    }
    assert!(!heard.recv().expect("the listener is called").is_empty());
    assert!(matches!(gpu.upload(&tensor(&region, &[1], 1)), Err(GpuError::Lost(_))));
    assert!(matches!(gpu.matmul(&there, &there), Err(GpuError::Lost(_))));
    assert!(matches!(gpu.download(&region, &there), Err(GpuError::Lost(_))));
    let (told, heard) = std::sync::mpsc::channel();
    gpu.on_lost(move |why| drop(told.send(why.to_owned())));
    assert!(heard.try_recv().is_ok(), "told at once");
    Ok(())
}

#[test]
fn tensors_of_another_device_are_refused() -> Outcome {
    let Some(gpu) = gpu() else { return Ok(()) };
    let other = Gpu::open(&GpuOptions::any())?;
    let region = region();
    let there = other.upload(&tensor(&region, &[3, 3], 1))?;
    assert!(matches!(gpu.matmul(&there, &there), Err(GpuError::Refused(_))));
    assert!(matches!(gpu.download(&region, &there), Err(GpuError::Refused(_))));
    Ok(())
}

#[test]
fn without_an_adapter_the_cpu_computes_and_says_why() -> Result<(), Box<dyn std::error::Error>> {
    let nobody = GpuOptions { name: Some("no such adapter".to_owned()), ..GpuOptions::any() };
    assert!(matches!(Gpu::open(&nobody), Err(GpuError::NoAdapter(_))));
    let compute = Compute::best(&nobody);
    assert!(compute.to_string().starts_with("on the CPU (no GPU adapter"), "{compute}");
    let region = region();
    let (a, b) = (tensor(&region, &[5, 3], 1), tensor(&region, &[3, 4], 2));
    let runtime = dala::Runtime::builder().workers(1).build()?;
    assert_eq!(runtime.block_on(compute.matmul(&region, &a, &b))?, cpu::matmul(&region, &a, &b)?);
    let chain = Chain::new().then(Unary::Relu);
    assert_eq!(
        runtime.block_on(compute.chain(&region, &chain, &a, &[]))?,
        cpu::chain(&region, &chain, &a, &[])?
    );
    Ok(())
}

struct Squarer {
    gpu: Gpu,
    region: Region,
}

#[dala::actor]
impl Squarer {
    #[message]
    async fn square(&mut self, matrix: Tensor<f32>) -> Result<Tensor<f32>, String> {
        let work = async {
            let there = self.gpu.upload(&matrix)?;
            self.gpu.download(&self.region, &self.gpu.matmul(&there, &there)?)?.await
        };
        work.await.map_err(|error: GpuError| error.to_string())
    }
}

struct Pinger;

#[dala::actor]
impl Pinger {
    #[message]
    fn ping(&mut self) -> u64 {
        1
    }
}

#[test]
fn an_actor_that_waits_for_the_gpu_leaves_its_worker_to_others() -> Result<(), Box<dyn std::error::Error>> {
    let Some(gpu) = gpu() else { return Ok(()) };
    let runtime = dala::Runtime::builder().workers(1).build()?;
    let region = region();
    let squarer = runtime.spawn(Squarer { gpu: gpu.clone(), region: region.clone() })?;
    let pinger = runtime.spawn(Pinger)?;
    let matrix = tensor(&region, &[200, 200], 1);
    let want = cpu::matmul(&region, &matrix, &matrix)?;
    let (got, pings) = runtime.block_on(async {
        let mut square = Box::pin(squarer.call(Square { matrix }));
        let mut pings = 0;
        loop {
            let polled =
                std::future::poll_fn(|context| std::task::Poll::Ready(square.as_mut().poll(context))).await;
            if let std::task::Poll::Ready(result) = polled {
                return result.map(|result| (result, pings));
            }
            // The one worker answers while the product is computed.
            pings += pinger.call(Ping {}).await?;
        }
    })?;
    near(&got?, &want, 1e-5, 2e-5);
    assert!(pings > 0);
    Ok(())
}

#[test]
fn a_supervised_device_is_opened_again_when_it_is_lost() -> Result<(), Box<dyn std::error::Error>> {
    if gpu().is_none() {
        return Ok(());
    }
    let runtime = dala::Runtime::builder().workers(1).build()?;
    let link = GpuLink::new();
    assert!(matches!(link.current(), Err(GpuError::NoDevice(_))));
    let supervisor = dala::Supervisor::new().child(link.child("gpu", GpuOptions::any()));
    let supervisor = runtime.block_on(supervisor.start(&runtime))?;
    let first = link.current()?;
    let actor = runtime.block_on(supervisor.children())?[0].pid.ok_or("it runs")?;
    let ended = dala::actor::process::ended(actor);
    first.destroy();
    let why = runtime.block_on(ended)?.to_string();
    assert!(why.contains("the GPU device is lost: "), "{why}");
    while link.opened() < 2 {
        std::thread::yield_now();
    }
    let second = link.current()?;
    let region = region();
    let a = tensor(&region, &[4, 4], 1);
    let there = second.upload(&a)?;
    let got = second.download(&region, &second.matmul(&there, &there)?)?.wait()?;
    near(&got, &cpu::matmul(&region, &a, &a)?, 1e-5, 2e-5);
    assert!(matches!(first.upload(&a), Err(GpuError::Lost(_))));
    assert_eq!(runtime.block_on(supervisor.children())?.len(), 1);
    Ok(())
}

/// Squares a matrix on whatever device there is, again and again.
struct Persistent {
    link: GpuLink,
    region: Region,
    matrix: Tensor<f32>,
    want: Tensor<f32>,
}

#[dala::actor]
impl Persistent {
    /// Until so many products came after the last loss. Returns how many came, and how many were lost.
    #[message]
    async fn work(&mut self, last: dala::Local<std::sync::Arc<std::sync::atomic::AtomicBool>>) -> [u64; 2] {
        let (mut counts, mut since) = ([0, 0], 0);
        while since < 3 || !last.0.load(std::sync::atomic::Ordering::Acquire) {
            let product = async {
                let gpu = self.link.current()?;
                let there = gpu.upload(&self.matrix)?;
                gpu.download(&self.region, &gpu.matmul(&there, &there)?)?.await
            };
            match product.await {
                Ok(product) => {
                    near(&product, &self.want, 1e-5, 2e-5);
                    (counts[0], since) = (counts[0] + 1, since + 1);
                }
                Err(error) => {
                    assert!(matches!(error, GpuError::Lost(_)), "{error}");
                    (counts[1], since) = (counts[1] + 1, 0);
                    tokio::task::yield_now().await;
                }
            }
        }
        counts
    }
}

#[test]
fn a_device_that_is_lost_under_load_answers_everybody_and_leaves_nothing()
-> Result<(), Box<dyn std::error::Error>> {
    if gpu().is_none() {
        return Ok(());
    }
    let runtime = dala::Runtime::builder().workers(2).build()?;
    let link = GpuLink::new();
    let supervisor = dala::Supervisor::new().child(link.child("gpu", GpuOptions::any()));
    runtime.block_on(supervisor.start(&runtime))?;
    let region = region();
    let matrix = tensor(&region, &[40, 40], 1);
    let want = cpu::matmul(&region, &matrix, &matrix)?;
    let last = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let calls: Vec<_> = (0..4)
        .map(|_| {
            let (link, region) = (link.clone(), region.clone());
            let actor =
                runtime.spawn(Persistent { link, region, matrix: matrix.clone(), want: want.clone() })?;
            Ok(actor.call_forever(Work { last: dala::Local(last.clone()) }))
        })
        .collect::<Result<_, dala::SpawnError>>()?;
    let mut devices = Vec::new();
    for times in 1..=2 {
        let gpu = link.current()?;
        // Lost in the middle of the clients' work.
        gpu.destroy();
        devices.push(gpu);
        while link.opened() <= times {
            std::thread::yield_now();
        }
    }
    devices.push(link.current()?);
    last.store(true, std::sync::atomic::Ordering::Release);
    let counts = runtime.block_on(async {
        let mut counts = Vec::new();
        for call in calls {
            counts.push(call.await?);
        }
        Ok::<_, dala::CallError>(counts)
    })?;
    assert!(counts.iter().all(|[products, _]| *products >= 3), "{counts:?}");
    drop((runtime, matrix, want));
    assert_eq!(region.live_bytes(), 0);
    assert!(devices.iter().all(|gpu| gpu.region().live_bytes() == 0), "{devices:?}");
    Ok(())
}
