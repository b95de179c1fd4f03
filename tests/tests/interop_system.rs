//! OTP's tools on Rust actors: `:sys`, `Process.info`, `GenServer.stop`, and the everyday functions on their pids.

use dala::{Actor, Pid};
use dala_tests::border::Stage;

/// A state that Elixir sees as a map.
#[derive(Debug, Default, dala::Term)]
#[term(map)]
struct Account {
    owner: Option<String>,
    balance: i64,
}

#[dala::actor]
impl Account {
    #[message]
    fn add(&mut self, amount: i64) {
        self.balance += amount;
    }

    #[message]
    fn balance(&mut self) -> i64 {
        self.balance
    }
}

/// A state that is shown as its `Debug` text.
#[derive(Debug)]
struct Plain {
    lines: Vec<&'static str>,
}

#[dala::actor]
impl Plain {
    #[message]
    fn count(&mut self) -> u64 {
        self.lines.len() as u64
    }
}

/// A state that cannot be shown.
struct Secret;

#[dala::actor]
impl Secret {
    #[message]
    fn nothing(&mut self) {}
}

/// A state whose `Debug` panics.
struct Broken;

impl std::fmt::Debug for Broken {
    fn fmt(&self, _: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        panic!("cannot be shown")
    }
}

#[dala::actor]
impl Broken {
    #[message]
    fn alive(&mut self) -> bool {
        true
    }
}

fn spawn<A: Actor + Send>(stage: &Stage, actor: A) -> Pid {
    stage.runtime.spawn(actor).expect("pids are left").pid()
}

fn tools(function: &str, actor: Pid, stage: &Stage) -> String {
    stage.run_in("Elixir.Tools", function, &actor)
}

#[test]
fn get_state_shows_a_term_else_the_debug_text_else_says_why_not() {
    let stage = Stage::new();
    let account = spawn(&stage, Account { owner: Some("ann".to_owned()), balance: 5 });
    assert_eq!(tools("state", account, &stage), "#{balance => 5,owner => <<\"ann\">>}");
    let plain = spawn(&stage, Plain { lines: vec!["one"] });
    assert_eq!(tools("state", plain, &stage), r#"<<"Plain { lines: [\"one\"] }">>"#);
    let secret = spawn(&stage, Secret);
    let why = r#"<<"the state of Secret has neither `derive(dala::Term)` nor `Debug`">>"#;
    assert_eq!(tools("no_state", secret, &stage), format!("{{{{error,{why}}},{{error,{why}}}}}"));
    let broken = spawn(&stage, Broken);
    let said = tools("no_state", broken, &stage);
    assert!(said.starts_with("{{error,{panic,<<\"cannot be shown\">>,"), "{said}");
    assert!(
        stage
            .runtime
            .block_on(dala::actor::process::request(broken, dala::message::SystemRequest::Resume))
            .is_ok()
    );
}

#[test]
fn get_state_comes_after_what_its_sender_sent_before() {
    let stage = Stage::new();
    let account = spawn(&stage, Account::default());
    assert_eq!(tools("in_order", account, &stage), "#{balance => 100,owner => nil}");
}

#[test]
fn get_status_is_that_of_a_server() {
    let stage = Stage::new();
    let account = spawn(&stage, Account { owner: None, balance: 5 });
    assert_eq!(
        tools("status", account, &stage),
        "{true,'Elixir.Dala.Actor',[],running,true,[],[{header,\"Status for native actor Account\"},\
         {data,[{\"Status\",running},{\"Parent\",<0.0.0>}]},{data,[{\"State\",#{balance => 5,owner => nil}}]}]}"
    );
}

#[test]
fn replace_state_runs_an_erlang_function_on_the_state_and_keeps_it_when_that_fails() {
    let stage = Stage::new();
    let account = spawn(&stage, Account { owner: None, balance: 21 });
    let state = "#{balance => 42,owner => nil}";
    assert_eq!(tools("replace", account, &stage), format!("{{{state},{state},42}}"));
    let said = tools("replace_badly", account, &stage);
    let raised = "{{error,{callback_failed,{'Elixir.Dala.Actor',system_replace_state},{error,#{'__exception__' => \
                  true,'__struct__' => 'Elixir.RuntimeError',message => <<\"no\">>}}}},";
    assert!(said.starts_with(raised), "{said}");
    assert!(said.contains("expected an integer") && said.contains("balance"), "{said}");
    assert!(said.ends_with(&format!("{state}}}")), "{said}");
    let plain = spawn(&stage, Plain { lines: Vec::new() });
    let said = tools("no_state", plain, &stage);
    assert!(said.contains("the actor's type has no `derive(dala::Term)`"), "{said}");
}

#[test]
fn a_suspended_actor_answers_system_messages_alone_and_goes_on_in_order() {
    let stage = Stage::new();
    let account = spawn(&stage, Account::default());
    let (before, after) = ("#{balance => 0,owner => nil}", "#{balance => 1,owner => nil}");
    let expected = format!("{{timeout,{before},suspended,1,{after}}}");
    assert_eq!(tools("suspended", account, &stage), expected);
}

#[test]
fn callers_of_an_actor_that_is_killed_while_suspended_learn_of_it() {
    let stage = Stage::new();
    let account = spawn(&stage, Account::default());
    assert_eq!(tools("killed_while_suspended", account, &stage), "{killed,false}");
}

#[test]
fn gen_server_stop_ends_a_rust_actor_with_the_reason() {
    let stage = Stage::new();
    let account = spawn(&stage, Account::default());
    assert_eq!(tools("stopped", account, &stage), "{shutdown,false}");
}

#[test]
fn what_native_actors_do_not_do_is_an_error_and_no_end() {
    let stage = Stage::new();
    let account = spawn(&stage, Account::default());
    let said = tools("unknown", account, &stage);
    assert_eq!(said, "{error,{unknown_system_msg,{debug,{log,get}}}}");
    assert_eq!(tools("state", account, &stage), "#{balance => 0,owner => nil}");
}

#[test]
fn process_info_shows_links_monitors_and_the_queue() {
    let stage = Stage::new();
    let account = spawn(&stage, Account::default());
    stage.runtime.register(dala::Atom::new("savings"), account).unwrap();
    assert_eq!(
        tools("info", account, &stage),
        "{[{links,me},{monitored_by,me},{trap_exit,false},{status,waiting},\
         {initial_call,{'Elixir.Dala.Actor','Account',1}},{registered_name,savings},{message_queue_len,3},\
         {dictionary,[{'$initial_call',{'Elixir.Dala.Actor','Account',1}}]}],nil,nil}"
    );
}

#[test]
fn casts_sends_calls_links_monitors_and_exits_work_on_a_rust_pid() {
    let stage = Stage::new();
    let account = spawn(&stage, Account::default());
    assert_eq!(tools("everything", account, &stage), "{3,enough,enough,false}");
}
