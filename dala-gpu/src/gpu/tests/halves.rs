//! Kernels in `f16`, each against its reference on the CPU, which computes in `f64` and rounds once; and what happens on a
//! device that has none. A kernel adds up in `f32` and rounds once too: `2e-3 + 2e-3 |x|` is two to four times what the
//! rounding to 11 bits makes.
use super::*;

/// Checks a result that was computed.
#[track_caller]
fn agrees(gpu: &Gpu, region: &Region, got: &Tensor<F16, Device>, want: &Tensor<F16>) -> Outcome {
    near(&gpu.download(region, got)?.wait()?, want, 2e-3, 2e-3);
    Ok(())
}

/// Checks a result whose elements were moved.
#[track_caller]
fn equals(gpu: &Gpu, region: &Region, got: &Tensor<F16, Device>, want: &Tensor<F16>) -> Outcome {
    assert_eq!(gpu.download(region, got)?.wait()?, *want);
    Ok(())
}

fn halves(region: &Region, sizes: &[usize], seed: usize) -> Result<Tensor<F16>, TensorError> {
    cpu::convert(region, &tensor(region, sizes, seed))
}

fn with_f16() -> Option<&'static Gpu> {
    gpu_that(Gpu::has_f16, "f16 in shaders")
}

#[test]
fn matmul_chains_and_softmax_agree_in_f16() -> Outcome {
    let Some(gpu) = with_f16() else { return Ok(()) };
    let region = region();
    for (m, k, n) in [(1, 1, 1), (17, 33, 9), (3, 300, 5), (65, 31, 67)] {
        let (a, b) = (halves(&region, &[m, k], 1)?, halves(&region, &[k, n], 2)?);
        let (on_a, on_b) = (gpu.upload(&a)?, gpu.upload(&b)?);
        agrees(gpu, &region, &gpu.matmul(&on_a, &on_b)?, &cpu::matmul(&region, &a, &b)?)?;
        let chain = Chain::new().then(Unary::Gelu).then(Unary::Scale(3.0)).mul();
        let got = gpu.chain(&chain, &on_a, &[&on_a])?;
        agrees(gpu, &region, &got, &cpu::chain(&region, &chain, &a, &[&a])?)?;
        agrees(gpu, &region, &gpu.softmax(&on_a)?, &cpu::softmax(&region, &a)?)?;
        equals(gpu, &region, &gpu.packed(&on_a.transpose(0, 1)?)?, &a.transpose(0, 1)?)?;
    }
    Ok(())
}

#[test]
fn convolutions_agree_in_f16() -> Outcome {
    let Some(gpu) = with_f16() else { return Ok(()) };
    let region = region();
    let plain = Conv2d::default();
    for (conv, input, weights) in [
        (plain, [1, 1, 1, 1], [1, 1, 1, 1]),
        (Conv2d { stride: [2, 3], padding: [1, 0], ..plain }, [2, 4, 11, 13], [2, 4, 3, 2]),
        (Conv2d { dilation: [2, 1], groups: 2, ..plain }, [1, 4, 9, 7], [6, 2, 3, 3]),
    ] {
        let (x, w) = (halves(&region, &input, 1)?, halves(&region, &weights, 2)?);
        let bias = halves(&region, &weights[..1], 3)?;
        let (on_x, on_w, on_bias) = (gpu.upload(&x)?, gpu.upload(&w)?, gpu.upload(&bias)?);
        for (here, there) in [(Some(&bias), Some(&on_bias)), (None, None)] {
            let want = cpu::conv2d(&region, conv, &x, &w, here)?;
            agrees(gpu, &region, &gpu.conv2d(conv, &on_x, &on_w, there)?, &want)?;
        }
    }
    Ok(())
}

#[test]
fn layer_norm_agrees_in_f16() -> Outcome {
    let Some(gpu) = with_f16() else { return Ok(()) };
    let region = region();
    for (rows, size) in [(1, 3), (3, 5), (7, 65), (2, 1001)] {
        let x = halves(&region, &[rows, size], 1)?;
        let (scale, bias) = (halves(&region, &[size], 2)?, halves(&region, &[size], 3)?);
        let got = gpu.layer_norm(&gpu.upload(&x)?, &gpu.upload(&scale)?, &gpu.upload(&bias)?, 1e-5)?;
        agrees(gpu, &region, &got, &cpu::layer_norm(&region, &x, &scale, &bias, 1e-5)?)?;
    }
    Ok(())
}

#[test]
fn reductions_agree_in_f16_along_every_axis_and_on_long_rows() -> Outcome {
    let Some(gpu) = with_f16() else { return Ok(()) };
    let region = region();
    for sizes in [&[3, 5, 7][..], &[2, 3, 1001], &[301, 2, 1]] {
        let x = halves(&region, sizes, 1)?;
        let there = gpu.upload(&x)?;
        for axis in 0..3 {
            for how in [Reduction::Sum, Reduction::Mean, Reduction::Max, Reduction::Min] {
                let want = cpu::reduce(&region, how, &x, axis)?;
                agrees(gpu, &region, &gpu.reduce(how, &there, axis)?, &want)?;
            }
        }
    }
    // Added up in more than `f16`, where 2048 and one more is still 2048.
    let ones = cpu::convert::<f32, F16>(&region, &region.tensor(Shape::new(&[4000])?, &[1.0f32; 4000])?)?;
    let sum = gpu.reduce(Reduction::Sum, &gpu.upload(&ones)?, 0)?;
    assert_eq!(gpu.download(&region, &sum)?.wait()?.get(&[]), Some(F16::from_f64(4000.0)));
    Ok(())
}

#[test]
fn gather_moves_f16_along_every_axis() -> Outcome {
    let Some(gpu) = with_f16() else { return Ok(()) };
    let region = region();
    let x = halves(&region, &[3, 4, 5], 1)?;
    let there = gpu.upload(&x)?;
    let indices = region.tensor(Shape::new(&[7])?, &[2, 0, -1, 1, 1, -3, 2])?;
    for axis in 0..3 {
        let want = cpu::gather(&region, &x, axis, &indices)?;
        equals(gpu, &region, &gpu.gather(&there, axis, &indices)?, &want)?;
    }
    Ok(())
}

#[test]
fn pictures_agree_in_f16() -> Outcome {
    let Some(gpu) = with_f16() else { return Ok(()) };
    let region = region();
    let x = halves(&region, &[2, 3, 5, 7], 1)?;
    let there = gpu.upload(&x)?;
    for size in [[1, 1], [9, 3], [11, 21]] {
        let want = cpu::resize(&region, Resize::Nearest, &x, size)?;
        equals(gpu, &region, &gpu.resize(Resize::Nearest, &there, size)?, &want)?;
        let want = cpu::resize(&region, Resize::Bilinear, &x, size)?;
        agrees(gpu, &region, &gpu.resize(Resize::Bilinear, &there, size)?, &want)?;
    }
    let want = cpu::colours(&region, &Colours::RGB_TO_YUV, &x)?;
    agrees(gpu, &region, &gpu.colours(&Colours::RGB_TO_YUV, &there)?, &want)?;
    let bytes: Vec<u8> = (0..5 * 7 * 3).map(|i| (i * 31 % 256) as u8).collect();
    let picture = region.tensor(Shape::new(&[5, 7, 3])?, &bytes)?;
    let got = gpu.planes(&gpu.upload(&picture)?, [0.5; 3], [0.5; 3])?;
    agrees(gpu, &region, &got, &cpu::planes(&region, &picture, [0.5; 3], [0.5; 3])?)
}

#[test]
fn a_device_without_f16_says_so_and_computes_with_what_was_converted() -> Outcome {
    if gpu().is_none() {
        return Ok(());
    }
    let gpu = Gpu::open(&GpuOptions { f16: false, ..GpuOptions::any() })?;
    assert!(!gpu.has_f16());
    let region = region();
    let narrow = halves(&region, &[5, 7], 1)?;
    let there = gpu.upload(&narrow)?;
    let refused = [
        gpu.matmul(&there, &there.transpose(0, 1)?),
        gpu.softmax(&there),
        gpu.reduce(Reduction::Sum, &there, 0),
        gpu.packed(&there),
        gpu.chain(&Chain::new().then(Unary::Relu), &there, &[]),
    ];
    for result in refused {
        let error = result.expect_err("no f16");
        assert_eq!(error, GpuError::NoType("f16"));
        assert_eq!(error.to_string(), "the GPU has no f16 in shaders");
    }
    // It goes up and comes down, all the same: that computes nothing.
    assert_eq!(gpu.download(&region, &there)?.wait()?, narrow);
    let wide: Tensor<f32> = cpu::convert(&region, &narrow)?;
    let on_wide = gpu.upload(&wide)?;
    let product = gpu.download(&region, &gpu.matmul(&on_wide, &on_wide.transpose(0, 1)?)?)?.wait()?;
    let product: Tensor<F16> = cpu::convert(&region, &product)?;
    near(&product, &cpu::matmul(&region, &narrow, &narrow.transpose(0, 1)?)?, 2e-3, 2e-3);
    assert!(gpu.check().is_ok());
    Ok(())
}
