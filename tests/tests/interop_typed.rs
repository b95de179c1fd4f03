//! Erlang code that knows the types of Rust's functions, actors, messages, tensors and references: what it sends takes no tuple,
//! what it need not ask it does not ask, and what nobody takes is said when it is loaded.

use dala::native::NativeFunction;
use dala::{ActorRef, Opaque, SpawnError, Unhandled};
use dala_beam::interop::NativeTableError;
use dala_gpu::{Region, Shape, Tensor, TensorError};
use dala_tests::beam;
use dala_tests::border::Stage;

const MODULE: &str = "typed_sends";

/// Adds up, and remembers in which order what came.
#[derive(Default)]
struct Counter {
    total: i64,
    seen: Vec<String>,
}

#[dala::actor]
impl Counter {
    #[message]
    fn add(&mut self, by: i64) {
        self.total += by;
        self.seen.push(by.to_string());
    }

    #[message]
    fn total(&mut self) -> i64 {
        self.total
    }

    #[message]
    fn seen(&mut self) -> String {
        self.seen.join(" ")
    }

    #[unhandled]
    fn other(&mut self, _: &mut Unhandled) {
        self.seen.push("other".to_owned());
    }
}

#[dala::native(module = "typed_natives")]
fn counter() -> Result<ActorRef<Counter>, SpawnError> {
    Ok(Counter::default().spawn()?.into())
}

#[dala::native(module = "typed_natives")]
fn last(by: i64) -> Add {
    Add { by }
}

#[dala::native(module = "typed_natives")]
fn half(number: u32) -> u32 {
    number / 2
}

#[dala::native(module = "typed_natives")]
fn ones() -> Result<Tensor<f32>, TensorError> {
    Region::with_limit(1 << 16).tensor(Shape::new(&[2])?, &[1.0, 1.0])
}

#[dala::native(module = "typed_natives")]
fn sum(numbers: Tensor<i32>) -> i64 {
    numbers.to_vec().into_iter().map(i64::from).sum()
}

#[dala::native(module = "typed_natives")]
fn number() -> Opaque<u64> {
    Opaque::new(7)
}

#[dala::native(module = "typed_natives")]
fn length_of(text: Opaque<String>) -> usize {
    text.len()
}

fn stage() -> Stage {
    let stage = Stage::new();
    let all = dala::natives![counter, last, half, ones, sum, number, length_of];
    stage.system.add_natives(all).expect("they have names of their own");
    stage
}

/// One function in the IR, as the system runs it.
fn ir_of(stage: &Stage, function: &str) -> String {
    let file = beam::modules().join(format!("{MODULE}.beam"));
    let text = stage.system.ir(&std::fs::read(file).expect("it was compiled")).expect("it is a module");
    let begin = text.find(&format!("'{function}'/1 {{")).expect("the function is there");
    text[begin..].split("\n}").next().unwrap_or_default().to_owned()
}

/// The warnings of one function.
fn warnings_of(stage: &Stage, function: &str) -> Vec<String> {
    let name = format!(": {function}/1: ");
    let all = stage.system.type_warnings(MODULE);
    all.iter().filter_map(|line| Some(line.split_once(&name)?.1.to_owned())).collect()
}

#[test]
fn messages_to_an_actor_of_a_known_type_take_no_tuple() {
    let stage = stage();
    assert_eq!(stage.run_in(MODULE, "sends", &5_i64), "{{add,2},13}");
    let ir = ir_of(&stage, "sends");
    assert_eq!(ir.matches("attempt actor_send").count(), 4, "{ir}");
    assert_eq!(warnings_of(&stage, "sends"), Vec::<String>::new());
}

#[test]
fn what_does_not_convert_reaches_unhandled_in_its_order() {
    let stage = stage();
    assert_eq!(stage.run_in(MODULE, "in_order", &2_i64), "<<\"1 2 4\">>");
    assert_eq!(stage.run_in(MODULE, "in_order", &"text".to_owned()), "<<\"1 other 4\">>");
}

#[test]
fn what_an_actor_does_not_take_is_said_when_the_module_is_loaded() {
    let stage = stage();
    assert_eq!(stage.run_in(MODULE, "not_taken", &0_u8), "<<\"other other\">>");
    assert_eq!(
        warnings_of(&stage, "not_taken"),
        [
            "a Counter takes no subtract/1; it takes add/1, total/0, seen/0",
            "field 1 of add/1 to a Counter is `atom['nil']`, not `integer[-9223372036854775808, 9223372036854775807]`"
        ]
    );
    assert_eq!(stage.run_in(MODULE, "stopped", &0_u8), "{add,1}");
    assert_eq!(warnings_of(&stage, "stopped"), ["it is sent to a Counter that has ended"]);
}

#[test]
fn a_message_that_rust_gives_is_not_tested_again() {
    let stage = stage();
    assert_eq!(stage.run_in(MODULE, "message", &41_i64), "42");
    let ir = ir_of(&stage, "message");
    assert!(!ir.contains("branch") && !ir.contains("is_integer"), "{ir}");
}

#[test]
fn an_argument_that_does_not_convert_is_said_when_the_module_is_loaded() {
    let stage = stage();
    assert!(stage.run_in(MODULE, "argument", &0_u8).starts_with("{'EXIT',{{badarg,"));
    let wanted = "argument 1 of typed_natives:half/1 is `atom['an_atom']`, not `integer[0, 4294967295]`";
    assert_eq!(warnings_of(&stage, "argument"), [wanted]);
}

#[test]
fn a_tensor_of_other_elements_and_a_reference_to_another_value_are_told_apart_by_type() {
    let stage = stage();
    assert_eq!(stage.run_in(MODULE, "tensor", &0_u8), "refused");
    let tensor = warnings_of(&stage, "tensor").join("\n");
    assert!(
        tensor.contains("`map[tensor 'f32' _]`, not `tuple[4, 'tensor'] | map[tensor 'i32' _]`"),
        "{tensor}"
    );
    assert_eq!(stage.run_in(MODULE, "reference", &0_u8), "refused");
    let reference = warnings_of(&stage, "reference").join("\n");
    assert!(reference.contains("`reference[capability 'u64' _]`, not"), "{reference}");
}

#[test]
fn a_function_that_loaded_modules_rely_on_keeps_its_types() {
    let stage = stage();
    assert_eq!(stage.run_in(MODULE, "message", &1_i64), "2");
    let other = NativeFunction::plain("typed_natives", "last", |(by,): (i64,)| Ok::<_, String>(by));
    assert!(matches!(stage.system.add_natives([other]), Err(NativeTableError::OtherTypes(_))));
    let same =
        NativeFunction::plain("typed_natives", "last", |(by,): (i64,)| Ok::<_, String>(Add { by: -by }));
    stage.system.add_natives([same]).expect("its types are the same");
    assert_eq!(stage.run_in(MODULE, "message", &1_i64), "0");
}
