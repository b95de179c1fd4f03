//! Tensors in memory that host and device share. Mesa's CPU driver shares all of it, so these run wherever that does; where
//! a device shares none they check that the same program works with copies.
use super::*;

/// A tensor of these numbers where the device has it too, if it shares memory.
fn shared(gpu: &Gpu, region: &Region, sizes: &[usize], seed: usize) -> Result<Tensor<f32>, GpuError> {
    let mut tensor = gpu.zeros::<f32>(region, Shape::new(sizes)?)?;
    let count = tensor.shape().elements();
    tensor.as_mut_slice()?.copy_from_slice(&numbers(count, seed));
    Ok(tensor)
}

#[test]
fn what_lies_in_shared_memory_is_computed_with_and_seen_without_a_copy() -> Outcome {
    let Some(gpu) = gpu() else { return Ok(()) };
    let (host, others) = (region(), region());
    let gpu = gpu.with_results_in(&host);
    for (m, k, n) in [(1, 1, 1), (3, 5, 7), (65, 33, 17), (1, 300, 2)] {
        let (a, b) = (shared(&gpu, &host, &[m, k], 1)?, shared(&gpu, &host, &[k, n], 2)?);
        let product = gpu.matmul(&gpu.upload(&a)?, &gpu.upload(&b)?)?;
        let chain = Chain::new().then(Unary::Relu).then(Unary::Scale(0.5));
        let got = gpu.download(&host, &gpu.chain(&chain, &product, &[])?)?.wait()?;
        let want = cpu::chain(&others, &chain, &cpu::matmul(&others, &a, &b)?, &[])?;
        near(&got, &want, 1e-5, 2e-5);
        // A view of a result is that view, wherever it starts.
        let turned = gpu.download(&host, &product.transpose(0, 1)?.slice(0, n / 2..n)?)?.wait()?;
        near(&turned, &cpu::matmul(&others, &a, &b)?.transpose(0, 1)?.slice(0, n / 2..n)?, 1e-5, 2e-5);
        if gpu.shares_memory() {
            assert_eq!(host.copied_bytes(), 0);
            let places = [a.placement(), product.placement(), got.placement(), turned.placement()];
            assert_eq!(places, [Placement::Mapped; 4]);
        }
    }
    assert_eq!(host.live_bytes(), 0);
    Ok(())
}

#[test]
fn the_device_is_one_more_reader_until_it_has_done() -> Outcome {
    let Some(gpu) = gpu_that(Gpu::shares_memory, "memory of the host's") else { return Ok(()) };
    let host = region();
    let gpu = gpu.with_results_in(&host);
    let mut frame = shared(&gpu, &host, &[40, 40], 1)?;
    let want = cpu::matmul(&host, &frame, &frame)?;
    let there = gpu.upload(&frame)?;
    assert_eq!(frame.as_mut_slice().expect_err("the device has it"), TensorError::Shared(1));
    let product = gpu.matmul(&there, &there)?;
    drop(there);
    // The kernel may not have read it yet: whoever waited for the result knows that it has.
    let mut seen = gpu.download(&host, &product)?.wait()?;
    frame.as_mut_slice()?.fill(0.0);
    near(&seen, &want, 1e-5, 2e-5);
    assert_eq!(seen.as_mut_slice().expect_err("the product is on the device"), TensorError::Shared(1));
    drop(product);
    seen.as_mut_slice()?[0] = 7.0;
    // Who cannot wait copies, and it is counted.
    let there = gpu.upload(&frame)?;
    let copied = host.copied_bytes();
    frame.make_unique()?;
    assert_eq!((host.copied_bytes() - copied, frame.placement()), (4 * 1600, Placement::Host));
    frame.as_mut_slice()?.fill(1.0);
    assert!(gpu.download(&host, &there)?.wait()?.iter().all(|x| x == 0.0));
    Ok(())
}

#[test]
fn a_frame_that_is_written_again_and_again_is_never_written_under_the_kernel() -> Outcome {
    let Some(gpu) = gpu_that(Gpu::shares_memory, "memory of the host's") else { return Ok(()) };
    let host = region();
    let gpu = gpu.with_results_in(&host);
    let mut frame = shared(&gpu, &host, &[50, 50], 1)?;
    for round in 0..50u16 {
        frame.as_mut_slice()?.fill(f32::from(round));
        let sums = gpu.reduce(Reduction::Sum, &gpu.upload(&frame)?, 1)?;
        let sums = gpu.download(&host, &sums)?.wait()?;
        assert!(sums.iter().all(|sum| sum == 50.0 * f32::from(round)), "round {round}");
    }
    assert_eq!(host.copied_bytes(), 0);
    Ok(())
}

#[test]
fn shared_memory_is_used_again_and_starts_as_zeros() -> Outcome {
    if gpu().is_none() {
        return Ok(());
    }
    let gpu = Gpu::open(&GpuOptions { limit: 1 << 20, keep: 1 << 16, ..GpuOptions::any() })?;
    if !gpu.shares_memory() {
        skip("a GPU without memory of the host's");
        return Ok(());
    }
    let host = region();
    let mapping = gpu.with_results_in(&host);
    let x = shared(&gpu, &host, &[64, 64], 1)?;
    let there = gpu.upload(&x)?;
    for _ in 0..20 {
        mapping.download(&host, &mapping.matmul(&there, &there)?)?.wait()?;
    }
    let usage = gpu.usage();
    assert!(usage.made <= 6 && usage.reused >= 30, "20 rounds made {usage:?}");
    assert!(
        gpu.zeros::<f32>(&host, Shape::new(&[64, 64])?)?.iter().all(|x| x == 0.0),
        "not the last product"
    );
    for dtype in crate::DType::ALL {
        let mut any = gpu.zeros_of(&host, *dtype, Shape::new(&[3, 5])?)?;
        assert_eq!((any.placement(), any.dtype()), (Placement::Mapped, *dtype));
        assert!(any.as_bytes()?.iter().all(|&byte| byte == 0));
        any.write_bytes(&vec![1; any.byte_length()])?;
        assert_eq!(any.as_bytes()?.as_ptr().addr() % 64, 0);
    }
    let empty = gpu.zeros::<f32>(&host, Shape::new(&[0, 3])?)?;
    assert_eq!(gpu.download(&host, &mapping.packed(&gpu.upload(&empty)?)?)?.wait()?.to_vec(), []);
    drop((x, there, empty));
    assert_eq!((host.live_bytes(), gpu.region().live_bytes()), (0, 0));
    // Both limits hold, and what is refused charges nothing.
    let large = Shape::new(&[1 << 18, 2])?;
    let over = |result: Result<Tensor<f32>, GpuError>| {
        assert!(matches!(result, Err(GpuError::Tensor(TensorError::OverLimit { .. }))), "{result:?}");
    };
    over(gpu.zeros(&host, large));
    over(gpu.zeros(&Region::with_limit(100), Shape::new(&[26])?));
    assert_eq!((host.live_bytes(), gpu.region().live_bytes()), (0, 0));
    gpu.trim();
    assert_eq!(gpu.usage().kept, 0);
    Ok(())
}

#[test]
fn shared_memory_outlives_a_lost_device_and_a_closed_one() -> Outcome {
    if gpu().is_none() {
        return Ok(());
    }
    let host = region();
    let gpu = Gpu::open(&GpuOptions::any())?;
    let mut kept = shared(&gpu, &host, &[300, 300], 1)?;
    let there = gpu.upload(&kept)?;
    let product = gpu.with_results_in(&host).matmul(&there, &there)?;
    let waited = gpu.download(&host, &product)?;
    gpu.destroy();
    // Done before, or lost.
    match waited.wait() {
        Ok(product) => assert_eq!(product.shape().sizes(), [300, 300]),
        Err(error) => assert!(matches!(error, GpuError::Lost(_)), "{error}"),
    }
    assert_eq!(kept.to_vec(), numbers(90_000, 1), "it is the host's as well");
    assert!(matches!(gpu.zeros::<f32>(&host, Shape::new(&[1])?), Err(GpuError::Lost(_))));
    drop((there, product, gpu));
    kept.as_mut_slice()?.fill(2.0);
    assert_eq!(kept.get(&[299, 299]), Some(2.0));
    // Another device copies what it does not share.
    let other = super::gpu().expect("there is one");
    let copied = host.copied_bytes();
    assert_eq!(other.download(&host, &other.upload(&kept)?)?.wait()?, kept);
    assert_eq!(host.copied_bytes() - copied, 2 * 4 * 90_000);
    drop(kept);
    assert_eq!(host.live_bytes(), 0);
    Ok(())
}

/// Has a frame that the device shares, a result, and one on the device alone.
struct Camera {
    frame: TensorRef,
    kept: Option<(Tensor<f32>, Tensor<f32, Device>)>,
    gpu: Gpu,
    region: Region,
}

#[dala::actor]
impl Camera {
    #[message]
    async fn compute(&mut self) -> Result<[usize; 2], String> {
        let work = async {
            let there = self.gpu.upload(&self.frame.typed::<f32>()?)?;
            let seen = self.gpu.with_results_in(&self.region).matmul(&there, &there)?;
            let seen = self.gpu.download(&self.region, &seen)?.await?;
            self.kept = Some((seen, self.gpu.matmul(&there, &there)?));
            Ok([self.region.live_bytes(), self.gpu.region().live_bytes()])
        };
        work.await.map_err(|error: GpuError| error.to_string())
    }

    #[message]
    fn hand_over(&mut self) -> TensorRef {
        self.frame.clone()
    }
}

#[test]
fn an_actors_memory_on_both_sides_is_listed_and_freed_with_it() -> Result<(), Box<dyn std::error::Error>> {
    if gpu().is_none() {
        return Ok(());
    }
    let gpu = Gpu::open(&GpuOptions::any())?;
    let runtime = dala::Runtime::builder().workers(1).build()?;
    let machine = region();
    // Whose it is, is known when it runs: any pid will do here.
    let owner = dala::Pid::from_parts(7, 1);
    let (mine, on_device) = (machine.for_actor(owner, 1 << 20), gpu.for_actor(owner, 1 << 20));
    let frame = TensorRef::from(shared(&on_device, &mine, &[20, 20], 1)?);
    let camera = runtime.spawn(Camera { frame, kept: None, gpu: on_device.clone(), region: mine.clone() })?;
    let live = runtime.block_on(camera.call(Compute {}))??;
    let listed = |region: &Region| -> Vec<_> {
        region.by_actor().iter().map(|usage| (usage.owner, usage.live)).collect()
    };
    assert_eq!(listed(&machine), [(Some(owner), live[0])]);
    assert_eq!(listed(gpu.region()), [(Some(owner), live[1])]);
    let shared_bytes = if gpu.shares_memory() { 2 * 1600 } else { 0 };
    assert_eq!(
        live,
        [2 * 1600, 1600 + shared_bytes],
        "frame and result; those if shared, and the one on the device"
    );
    // Handed over in a message, it lives on with its receiver.
    let frame = runtime.block_on(camera.call(HandOver {}))?;
    camera.kill();
    runtime.block_on(camera.ended())?;
    assert_eq!(frame.typed::<f32>()?.to_vec(), numbers(400, 1));
    drop(frame);
    // What the device was still to read is let go of when it has done.
    while machine.live_bytes() + gpu.region().live_bytes() > 0 {
        std::thread::yield_now();
    }
    Ok(())
}

#[test]
fn a_shared_tensor_behind_a_capability_ends_with_its_owner_and_crosses_as_a_term()
-> Result<(), Box<dyn std::error::Error>> {
    let Some(gpu) = gpu() else { return Ok(()) };
    let host = region();
    let tensor = TensorRef::from(shared(gpu, &host, &[10, 10], 1)?);
    let term = dala_ir::term::OwnedTerm::build(|writer| dala::StableLayout::write_term(&tensor, writer));
    let back: TensorRef = dala::StableLayout::read_term(dala::message::Source::new(term.root()))?;
    assert!(back.is_same_view(&tensor));
    drop((back, term));
    let cap = dala::cap::Cap::new(tensor);
    let revoker = cap.revoker();
    revoker.revoke();
    assert_eq!(host.live_bytes(), 0, "revoked, it is freed");
    assert!(cap.get().is_err());
    Ok(())
}

#[dala::message]
struct OnDevice {
    tensor: Tensor<f32, Device>,
}

struct Multiplier {
    gpu: Gpu,
}

#[dala::actor]
impl Multiplier {
    #[handler]
    fn square(&mut self, given: OnDevice) -> Result<Tensor<f32, Device>, String> {
        self.gpu.matmul(&given.tensor, &given.tensor).map_err(|error| error.to_string())
    }
}

#[test]
fn a_tensor_on_the_device_moves_in_messages_and_crosses_as_a_handle() -> Result<(), Box<dyn std::error::Error>>
{
    use crate::region::message::Released;
    use dala::StableLayout;
    use dala::message::Source;
    let Some(gpu) = gpu() else { return Ok(()) };
    let (gpu, host) = (gpu.for_actor(dala::Pid::from_parts(9, 1), 1 << 20), region());
    let runtime = dala::Runtime::builder().workers(1).build()?;
    let a = tensor(&host, &[5, 5], 1);
    let multiplier = runtime.spawn(Multiplier { gpu: gpu.clone() })?;
    let there = gpu.upload(&a)?;
    let squared = runtime.block_on(multiplier.call(OnDevice { tensor: there }))??;
    near(&gpu.download(&host, &squared)?.wait()?, &cpu::matmul(&host, &a, &a)?, 1e-5, 2e-5);
    // As a process sees it.
    let term = dala_ir::term::OwnedTerm::build(|writer| squared.write_term(writer));
    let source = || Source::new(term.root());
    let back = Tensor::<f32, Device>::read_term(source())?;
    assert_eq!(gpu.download(&host, &back)?.wait()?, gpu.download(&host, &squared)?.wait()?);
    let wrong = Tensor::<F16, Device>::read_term(source()).expect_err("it is f32");
    assert!(wrong.to_string().contains("a tensor of f16 on a GPU"), "{wrong}");
    let wrong = TensorRef::read_term(source()).expect_err("it is not here");
    assert!(wrong.to_string().contains("on the host, not on a GPU"), "{wrong}");
    drop((squared, back));
    assert_eq!(gpu.region().live_bytes(), 100, "the handle keeps it");
    assert!(Released::read_term(source())?.0);
    assert_eq!(gpu.region().live_bytes(), 0);
    let stale = Tensor::<f32, Device>::read_term(source()).expect_err("stale");
    assert!(stale.to_string().contains("let go of"), "{stale}");
    Ok(())
}
