//! An actor with state that is not `Send`, on a thread of its own.
#![deny(warnings)]

use std::rc::Rc;

struct Window {
    title: Rc<String>,
}

impl Window {
    fn open(title: &str) -> Self {
        Window { title: Rc::new(title.to_owned()) }
    }
}

#[dala::actor(pinned, name = "window")]
impl Window {
    #[message]
    async fn rename(&mut self, to: String) -> String {
        let former = self.title.clone();
        std::future::ready(()).await;
        self.title = Rc::new(to);
        former.to_string()
    }

    #[message]
    fn title(&self) -> String {
        self.title.to_string()
    }
}

/// One with an `#[init]`, which waits.
struct Pane {
    count: std::rc::Rc<u32>,
}

#[dala::actor(pinned)]
impl Pane {
    /// Counts up to its number.
    #[init]
    async fn open(count: u32, ctx: &mut dala::Context<Self>) -> Result<Self, String> {
        let counted = std::rc::Rc::new(count);
        ctx.sleep(std::time::Duration::from_millis(1)).await;
        if *counted == 0 { Err("no panes".to_owned()) } else { Ok(Pane { count: counted }) }
    }

    #[message]
    fn count(&self) -> u32 {
        *self.count
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let runtime = dala::Runtime::new()?;
    let thread = runtime.pinned_thread("window")?;
    let title = runtime.block_on(async {
        let window: WindowRef = Window::spawn_on(&thread, || Window::open("first")).await?;
        assert_eq!(window.rename("second".to_owned()).await?, "first");
        let pane: PaneRef = Pane::spawn_on(&thread, 3).named("pane").await?;
        assert_eq!(pane.count().await?, 3);
        assert_eq!(Pane::spawn_on(&thread, 0).await.unwrap_err().to_string(), "init failed: no panes");
        Ok::<String, Box<dyn std::error::Error>>(window.title().await?)
    })?;
    assert_eq!(title, "second");
    Ok(())
}
