//! An actor that is asked once. Its size and that of the same by tokio alone: `scripts/hello-size.sh`.

struct Greeter;

#[dala::actor]
impl Greeter {
    #[message]
    fn greet(&mut self, name: String) -> String {
        format!("hello, {name}")
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let runtime = dala::Runtime::builder().workers(2).build()?;
    runtime.block_on(async {
        let greeter = GreeterRef::from(runtime.spawn(Greeter)?);
        println!("{}", greeter.greet("world".to_owned()).await?);
        Ok(())
    })
}
