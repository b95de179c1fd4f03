struct Log;

#[dala::actor]
impl Log {
    #[message]
    fn line<T: Into<String>>(&mut self, text: T) {
        println!("{}", text.into());
    }
    #[message]
    fn write(&mut self, text: impl Into<String>) {
        println!("{}", text.into());
    }
}

struct Cache<T> {
    items: Vec<T>,
}

#[dala::actor]
impl<T: Send + 'static> Cache<T> {
    #[message]
    fn len(&mut self) -> u64 {
        self.items.len() as u64
    }
    #[message]
    fn put(&mut self, item: Option<T>) {
        self.items.extend(item);
    }
}

struct View<'a> {
    text: &'a str,
}

#[dala::actor]
impl<'a> View<'a> {
    #[message]
    fn width(&mut self) -> u64 {
        self.text.len() as u64
    }
}

fn main() {}
