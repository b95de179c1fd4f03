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

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let runtime = dala::Runtime::new()?;
    let thread = runtime.pinned_thread("window")?;
    let title = runtime.block_on(async {
        let window: WindowRef = Window::spawn_on(&thread, || Window::open("first")).await?;
        assert_eq!(window.rename("second".to_owned()).await?, "first");
        Ok::<String, Box<dyn std::error::Error>>(window.title().await?)
    })?;
    assert_eq!(title, "second");
    Ok(())
}
