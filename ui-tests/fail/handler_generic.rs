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
impl<T: Send> Cache<T> {
    #[message]
    fn len(&mut self) -> usize {
        self.items.len()
    }
}

fn main() {}
