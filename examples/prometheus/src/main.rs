//! Learn: metrics of a running app, as Prometheus reads them.
//! Run: `cargo run --manifest-path examples/prometheus/Cargo.toml` shows one scrape; with an address, `-- 127.0.0.1:9464`, it answers
//! those that come there until Ctrl-C.

use dala::{Context, Missed, Runtime};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Seconds: from a quick handler to a watchdog's complaint.
const SECONDS: [f64; 7] = [1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1.0];
const DEPTHS: [f64; 5] = [1.0, 10.0, 100.0, 1_000.0, 10_000.0];

/// What is measured.
struct Counter {
    total: u64,
}

#[dala::actor]
impl Counter {
    #[message]
    fn add(&mut self, by: u64) -> u64 {
        self.total += by;
        self.total
    }
}

/// Keeps the exporter's histograms from growing while nobody scrapes.
struct Upkeep {
    metrics: PrometheusHandle,
}

#[dala::actor]
impl Upkeep {
    #[init]
    fn new(metrics: PrometheusHandle, ctx: &mut Context<Self>) -> Self {
        ctx.tell_every(Duration::from_secs(5), Missed::Skip, || Run {});
        Upkeep { metrics }
    }
    #[message]
    fn run(&mut self) {
        self.metrics.run_upkeep();
    }
}

/// Answers one scrape, whatever path is asked for.
async fn answer(mut client: TcpStream, metrics: PrometheusHandle) -> Result<(), Failure> {
    let mut request = Vec::new();
    while !request.windows(4).any(|end| end == b"\r\n\r\n") {
        if request.len() > 8192 || client.read_buf(&mut request).await? == 0 {
            return Err("no HTTP request".into());
        }
    }
    let body = metrics.render();
    let kind = "text/plain; version=0.0.4";
    let head = format!("HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\ncontent-length: {}\r\n\r\n", body.len());
    client.write_all(head.as_bytes()).await?;
    client.write_all(body.as_bytes()).await?;
    Ok(client.shutdown().await?)
}

async fn serve(listener: TcpListener, metrics: PrometheusHandle) {
    while let Ok((client, _)) = listener.accept().await {
        let metrics = metrics.clone();
        tokio::spawn(async move {
            if let Err(failure) = answer(client, metrics).await {
                eprintln!("scrape: {failure}");
            }
        });
    }
}

fn main() -> Result<(), Failure> {
    dala::shutdown::end_when_nobody_reads();
    // Before the runtime: it looks for the recorder when it is built.
    let metrics = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &SECONDS)?
        .set_buckets_for_metric(Matcher::Full("dala_mailbox_depth".to_owned()), &DEPTHS)?
        .install_recorder()?;
    let runtime = Runtime::builder().metrics().build()?;
    let address = std::env::args().nth(1);
    let address = address.as_deref();
    runtime.block_on(async {
        Upkeep::spawn(metrics.clone()).await?;
        let counter = Counter { total: 0 }.spawn()?;
        for by in 1..=100 {
            counter.add(by).await?;
        }
        let listener = TcpListener::bind(address.unwrap_or("127.0.0.1:0")).await?;
        let at = listener.local_addr()?;
        tokio::spawn(serve(listener, metrics));
        if address.is_some() {
            println!("metrics at http://{at}/metrics");
            return Ok(());
        }
        let mut client = TcpStream::connect(at).await?;
        client.write_all(b"GET /metrics HTTP/1.1\r\nhost: localhost\r\n\r\n").await?;
        let mut text = String::new();
        client.read_to_string(&mut text).await?;
        print!("{}", text.split_once("\r\n\r\n").ok_or("no answer")?.1);
        Ok::<(), Failure>(())
    })?;
    match address {
        Some(_) => drop(runtime.run_until_stopped(Duration::from_secs(5))?),
        None => runtime.shutdown(Duration::from_secs(5)),
    }
    Ok(())
}
