//! loom's models of what threads share: an account, and the count of a buffer's readers.
use loom::thread;

use crate::{Region, Shape, TensorError};

fn shape(size: usize) -> Shape {
    Shape::new(&[size]).expect("small")
}

#[test]
fn two_threads_never_pass_a_limit_and_leave_nothing_charged() {
    loom::model(|| {
        let around = Region::with_limit(10);
        let other = around.within(10);
        let theirs = other.clone();
        let there = thread::spawn(move || theirs.zeros::<u8>(shape(6)).is_ok());
        let here = around.zeros::<u8>(shape(6));
        assert!(around.live_bytes() <= 10);
        let here_fits = here.is_ok();
        drop(here);
        let there_fits = there.join().expect("no panic");
        assert!(here_fits || there_fits, "one of them was first");
        assert_eq!((around.live_bytes(), other.live_bytes(), around.usage().buffers), (0, 0, 0));
    });
}

#[test]
fn a_writer_writes_only_after_the_last_read_of_another_thread() {
    loom::model(|| {
        let region = Region::with_limit(100);
        let mut tensor = region.tensor(shape(2), &[1u8, 2]).expect("within the limit");
        let reader = tensor.clone();
        let there = thread::spawn(move || {
            let seen = reader.as_slice().expect("no gaps").to_vec();
            drop(reader);
            seen
        });
        // The buffer's witness fails the model if the write may happen during or before the other's read.
        match tensor.as_mut_slice() {
            Ok(elements) => elements[0] = 9,
            Err(error) => assert_eq!(error, TensorError::Shared(1)),
        }
        assert_eq!(there.join().expect("no panic"), [1, 2]);
        tensor.as_mut_slice().expect("the reader is gone")[0] = 7;
    });
}

#[test]
fn two_threads_that_want_to_write_get_a_buffer_each() {
    loom::model(|| {
        let region = Region::with_limit(100);
        let mut tensor = region.tensor(shape(2), &[1u8, 2]).expect("within the limit");
        let mut second = tensor.clone();
        let there = thread::spawn(move || {
            second.make_unique().expect("room for a copy");
            second.as_mut_slice().expect("its own")[0] = 3;
            second.to_vec()
        });
        tensor.make_unique().expect("room for a copy");
        tensor.as_mut_slice().expect("its own")[0] = 4;
        assert_eq!((tensor.to_vec(), there.join().expect("no panic")), (vec![4, 2], vec![3, 2]));
        assert!((2..=4).contains(&region.copied_bytes()), "one copy is enough, two can happen");
    });
}
