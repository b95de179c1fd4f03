//! Names of the user that are those of the generated code.
#![deny(warnings)]
#![no_implicit_prelude]

extern crate dala as real;
extern crate std;

use real as dala;
use std::prelude::rust_2024::Ok;
use std::{assert_eq, boxed::Box};

#[dala::message]
struct Send {
    writer: u64,
    source: u64,
}

struct Option {
    context: u64,
}

#[dala::actor]
impl Option {
    #[handler]
    fn handle(&mut self, message: Send) -> u64 {
        self.context + message.writer + message.source
    }

    #[message]
    fn message(&mut self, message: u64, context: u64, field_0: u64) -> u64 {
        self.context + message + context + field_0
    }
}

struct A;

#[dala::actor]
impl A {
    #[message]
    fn one(&mut self) -> u64 {
        1
    }
}

#[dala::main]
async fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    let option = Option { context: 1 }.spawn()?;
    assert_eq!(option.handle(Send { writer: 2, source: 3 }).await?, 6);
    assert_eq!(option.message(2, 3, 4).await?, 10);
    assert_eq!(A.spawn()?.one().await?, 1);
    Ok(())
}
