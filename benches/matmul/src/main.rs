//! Products of matrices: `dala-gpu`'s kernels on a GPU and on the CPU, beside ONNX Runtime's `MatMul`, and, with features,
//! `candle` on the CPU and `burn-wgpu` on the same GPU.
//!
//! `./scripts/setup-ai.sh && cd benches/matmul && RAYON_NUM_THREADS=1 cargo run --release --features burn,candle`
//!
//! All take turns within one run, round by round, on the same matrices, and each result is checked. A GPU's time is from the
//! submission until the host has the product; who computes on the CPU has one thread. Without a real GPU it is Mesa's driver
//! that computes on all cores of the CPU, for both who ask it: that compares shaders, and says nothing of a GPU's speed.
mod peers;

use std::path::PathBuf;
use std::time::Instant;

use clap::Parser;
use dala_gpu::model::ramp;

pub(crate) type Outcome<T = ()> = Result<T, Box<dyn std::error::Error>>;

#[derive(Parser)]
struct Arguments {
    /// How often all take their turn.
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Sizes, as rows x inner x columns.
    #[arg(
        long,
        value_delimiter = ',',
        default_value = "64x64x64,127x129x131,1x784x512,333x257x129,512x512x512"
    )]
    sizes: Vec<String>,
    /// Only those whose name has this in it.
    #[arg(long, default_value = "")]
    only: String,
    /// Where ONNX Runtime's library is.
    #[arg(long, default_value = "../../target/ai/lib")]
    library: PathBuf,
}

/// The matrices of a case: `a` of `[m, k]`, `b` of `[k, n]`.
pub(crate) struct Case {
    pub(crate) sizes: [usize; 3],
    pub(crate) a: Vec<f32>,
    pub(crate) b: Vec<f32>,
}

impl Case {
    fn new(text: &str) -> Outcome<Case> {
        let sizes: Vec<usize> = text.split('x').map(str::parse).collect::<Result<_, _>>()?;
        let sizes: [usize; 3] =
            sizes.try_into().map_err(|_| format!("{text}: not rows x inner x columns"))?;
        let [m, k, n] = sizes;
        // Two parts of one sequence: `a` is not `b`.
        let all: Vec<f32> = ramp(m * k + k * n).collect();
        let (a, b) = all.split_at(m * k);
        Ok(Case { sizes, a: a.to_vec(), b: b.to_vec() })
    }

    /// Fails unless `product` is that of the matrices, by `f64`.
    fn check(&self, product: &[f32]) -> Result<(), String> {
        let [m, k, n] = self.sizes;
        if product.len() != m * n {
            return Err(format!("{} numbers, not {}", product.len(), m * n));
        }
        for at in 0..m * n {
            // Every one of a small product, some of a large one.
            if m * n > 20_000 && at % 97 != 0 {
                continue;
            }
            let (row, column) = (at / n, at % n);
            let sum = |i| f64::from(self.a[row * k + i]) * f64::from(self.b[i * n + column]);
            let want: f64 = (0..k).map(sum).sum();
            if (f64::from(product[at]) - want).abs() > 1e-3 + 1e-4 * want.abs() {
                return Err(format!("element [{row}, {column}] is {}, not {want}", product[at]));
            }
        }
        Ok(())
    }
}

fn main() -> Outcome {
    let arguments = Arguments::parse();
    let mut makers = peers::all(&arguments.library)?;
    makers.retain(|peer| peer.name.contains(&arguments.only));
    println!("Median time of a product in us, of {} rounds.\n", arguments.rounds);
    let names: Vec<_> = makers.iter().map(|peer| peer.name.as_str()).collect();
    println!("| rows x inner x columns | {} |\n|---|{}", names.join(" | "), "---|".repeat(names.len()));
    for text in &arguments.sizes {
        let case = Case::new(text)?;
        let mut peers: Vec<_> = makers.iter().map(|peer| (peer.make)(&case)).collect::<Outcome<_>>()?;
        for (peer, name) in peers.iter_mut().zip(&names) {
            // Also warms it up: shaders are compiled, and some choose between several.
            peer.run()?;
            case.check(&peer.product()?).map_err(|error| format!("{name}, {text}: {error}"))?;
        }
        let mut times = vec![Vec::new(); peers.len()];
        for _ in 0..arguments.rounds {
            for (peer, times) in peers.iter_mut().zip(&mut times) {
                // Small ones so often that a clock can tell.
                let mut fastest = f64::INFINITY;
                let begun = Instant::now();
                for _ in 0..20 {
                    let started = Instant::now();
                    peer.run()?;
                    fastest = fastest.min(started.elapsed().as_secs_f64());
                    if begun.elapsed().as_millis() > 50 {
                        break;
                    }
                }
                times.push(fastest * 1e6);
            }
        }
        let medians = times.iter_mut().map(|times| {
            times.sort_unstable_by(f64::total_cmp);
            format!("{:.0}", times[times.len() / 2])
        });
        println!("| {text} | {} |", medians.collect::<Vec<_>>().join(" | "));
    }
    Ok(())
}
