//! Handlers of every form, on a private actor, with code that forbids `unsafe` and warnings.
#![forbid(unsafe_code)]
#![deny(warnings)]

use dala::Context;

#[dala::message]
struct Add {
    by: i64,
}

#[dala::message]
struct Get;

#[dala::message]
enum Both {
    Open { id: u64 },
    Close,
}

struct Counter {
    n: i64,
}

#[dala::actor(name = "counter", mailbox = 16)]
impl Counter {
    const STEP: i64 = 1;

    #[init]
    async fn new(start: i64, ctx: &mut Context<Self>) -> Result<Self, std::num::TryFromIntError> {
        let _ = (ctx.pid(), std::future::ready(()).await);
        Ok(Counter { n: i64::from(u8::try_from(start)?) })
    }

    fn helper(&mut self) {
        self.n += Self::STEP;
    }

    #[handler(priority = "critical")]
    fn add(&mut self, Add { by }: Add) {
        self.n += by;
    }

    #[handler]
    async fn get(&mut self, _: Get) -> i64 {
        self.helper();
        std::future::ready(self.n).await
    }

    #[handler]
    fn both(&mut self, ctx: &mut Context<Self>, both: Both) -> Option<u64> {
        let _ = ctx.pid();
        match both {
            Both::Open { id } => Some(id),
            Both::Close => None,
        }
    }

    /// Looks only.
    #[message(priority = "low")]
    fn peek(&self) -> i64 {
        self.n
    }

    #[message]
    async fn slow(&mut self, times: u32, ctx: &mut Context<Self>, by: i64) -> Result<i64, String> {
        for _ in 0..times {
            std::future::ready(()).await;
            self.n += by;
        }
        let _ = ctx.pid();
        Ok(self.n)
    }

    #[cfg(any())]
    #[message]
    fn not_there(&mut self) -> NoSuchType {}

    #[on_exit]
    fn linked(&mut self, _from: dala::Pid, _reason: &dala::ExitReason, _ctx: &mut Context<Self>) {}

    #[on_down]
    fn down(&mut self, _down: &dala::Down) {}

    #[unhandled]
    fn other(&mut self, _message: &dala::Unhandled) {}

    #[idle(after = "5min")]
    fn quiet(&mut self, ctx: &mut Context<Self>) {
        ctx.continue_with(Get);
    }

    #[terminate]
    fn bye(&mut self, _reason: &dala::ExitReason, _ctx: &mut Context<Self>) {}
}

#[dala::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let counter = Counter::spawn(5).await?;
    let error: dala::SpawnError = Counter::spawn(-1).linked().await.unwrap_err();
    assert!(error.to_string().starts_with("init failed: "));
    let other: CounterRef = counter;
    counter.tell(Add { by: 1 })?;
    assert_eq!(counter.get(Get).await?, 7);
    assert_eq!(counter.call(Get).await?, 8);
    assert_eq!(other.slow(2, 10).await?, Ok(28));
    assert_eq!(other.peek().await?, 28);
    assert_eq!(other.both(Both::Open { id: 3 }).await?, Some(3));
    assert_eq!(other.call(Both::Close).await?, None);
    assert_eq!(dala::Pid::from(counter), dala::Pid::from(other));
    Ok(())
}
