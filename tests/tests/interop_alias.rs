//! Aliases between Rust actors and Elixir processes: each sends by the other's, and what is not active any more lets nothing
//! through.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use dala::actor::Alias;
use dala::signal::AliasMode;
use dala::{Context, Down, Pid};
use dala_tests::border::Stage;

/// Longest wait for what must come.
const PATIENCE: Duration = Duration::from_secs(30);

#[dala::message]
struct Answer {
    number: u64,
}

struct Asker {
    seen: Sender<String>,
}

#[dala::actor]
impl Asker {
    #[message]
    fn name(&mut self, ctx: &mut Context<Self>) -> Alias<Answer> {
        ctx.alias()
    }

    #[message]
    fn name_once(&mut self, ctx: &mut Context<Self>) -> Alias<Answer> {
        ctx.alias_once()
    }

    #[message]
    fn watch(&mut self, other: Pid, ctx: &mut Context<Self>) -> Alias<Answer> {
        ctx.monitor_with_alias(other, AliasMode::FirstMessage)
    }

    #[message]
    fn take_back(&mut self, alias: Alias<Answer>, ctx: &mut Context<Self>) -> (bool, bool) {
        (ctx.unalias(alias), ctx.unalias(alias))
    }

    /// Sends by an alias of whomever.
    #[message]
    fn answer_by(&mut self, alias: Alias<Answer>, number: u64) {
        let _ = alias.tell(Answer { number });
    }

    #[handler]
    fn answer(&mut self, answer: Answer) {
        let _ = self.seen.send(answer.number.to_string());
    }

    #[on_down]
    fn down(&mut self, down: &Down) {
        let _ = self.seen.send(format!("down {}", down.reason));
    }
}

fn asker(stage: &Stage) -> (AskerRef, Receiver<String>) {
    let (seen, notes) = channel();
    (stage.runtime.spawn(Asker { seen }).expect("pids are left").into(), notes)
}

/// What it saw until now.
fn seen(stage: &Stage, asker: AskerRef, notes: &Receiver<String>) -> Vec<String> {
    // Behind what was sent before by this thread, and by processes that ended.
    stage.runtime.block_on(asker.name()).expect("it lives");
    notes.try_iter().collect()
}

#[test]
fn elixir_sends_by_an_alias_of_a_rust_actor_until_it_is_taken_back() {
    let stage = Stage::new();
    let (asker, notes) = asker(&stage);
    let alias = stage.runtime.block_on(asker.name()).unwrap();
    stage.run("tell_by_alias", &(alias, vec![1_u64, 2]));
    assert_eq!(seen(&stage, asker, &notes), ["1", "2"]);
    assert_eq!(stage.runtime.block_on(asker.take_back(alias)), Ok((true, false)));
    stage.run("tell_by_alias", &(alias, vec![3_u64]));
    assert!(seen(&stage, asker, &notes).is_empty());
}

#[test]
fn an_alias_for_one_message_lets_one_through_whoever_sends() {
    let stage = Stage::new();
    let (asker, notes) = asker(&stage);
    let alias = stage.runtime.block_on(asker.name_once()).unwrap();
    stage.run("tell_by_alias", &(alias, vec![7_u64, 8]));
    alias.tell(Answer { number: 9 }).unwrap();
    assert_eq!(seen(&stage, asker, &notes), ["7"]);
}

#[test]
fn a_rust_actor_sends_by_aliases_of_a_process() {
    let stage = Stage::new();
    let (asked, _notes) = asker(&stage);
    let shown = stage.run("asks_by_alias", &asked.pid());
    assert_eq!(shown, "{messages,[{answer,1}]}");
}

#[test]
fn an_alias_of_a_rust_actor_that_elixir_hands_on_reaches_it_by_another() {
    let stage = Stage::new();
    let ((asker, notes), (other, _notes)) = (asker(&stage), asker(&stage));
    let alias = stage.runtime.block_on(asker.name()).unwrap();
    stage.run("hands_on", &(other.pid(), alias, 5_u64));
    stage.runtime.block_on(other.name()).expect("it has handled what came before");
    assert_eq!(seen(&stage, asker, &notes), ["5"]);
}

#[test]
fn of_an_answer_and_the_news_of_an_end_comes_one() {
    let stage = Stage::new();
    let (asker, notes) = asker(&stage);
    let (answers, _notes) = stage.peer();
    let alias = stage.runtime.block_on(asker.watch(answers.pid())).unwrap();
    stage.run("tell_by_alias", &(alias, vec![1_u64]));
    answers.kill();
    stage.runtime.block_on(answers.ended()).unwrap();
    assert_eq!(seen(&stage, asker, &notes), ["1"]);
    let (silent, _notes) = stage.peer();
    let alias = stage.runtime.block_on(asker.watch(silent.pid())).unwrap();
    silent.kill();
    assert_eq!(notes.recv_timeout(PATIENCE), Ok("down killed".to_owned()));
    stage.run("tell_by_alias", &(alias, vec![2_u64]));
    assert!(seen(&stage, asker, &notes).is_empty());
}

#[test]
fn what_is_no_alias_does_not_convert() {
    let stage = Stage::new();
    let (asker, _notes) = asker(&stage);
    // A pid in its place: an unhandled message, and the actor goes on.
    stage.run("hands_on", &(asker.pid(), asker.pid(), 5_u64));
    assert!(stage.runtime.block_on(asker.name()).is_ok());
}
