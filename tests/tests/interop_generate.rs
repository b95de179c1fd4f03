//! The Elixir module that is made of a Rust actor: its text, and that Elixir compiles it and reaches the actor by it.

use dala_beam::interop::elixir_module;
use dala_tests::border::Stage;

/// Who has an account, and what is in it.
#[derive(Clone, Debug, dala::Term)]
#[term(map)]
struct Account {
    number: u64,
    owner: String,
    history: Vec<Change>,
}

/// What was done to one.
#[derive(Clone, Debug, dala::Term)]
enum Change {
    Opened,
    Paid(i64),
}

/// Why not.
#[derive(Clone, Debug, dala::Term)]
enum Refusal {
    Unknown,
    Short { missing: i64 },
}

/// Accounts by number.
#[derive(Debug, Default)]
struct Ledger {
    accounts: Vec<Account>,
}

#[dala::actor]
impl Ledger {
    /// Opens an account: `"#{owner}"` in Elixir is text, \ too.
    ///
    /// Its number is the reply.
    #[message]
    fn open_account(&mut self, owner: String) -> u64 {
        let number = self.accounts.len() as u64;
        self.accounts.push(Account { number, owner, history: vec![Change::Opened] });
        number
    }

    #[message]
    fn pay(&mut self, number: u64, amount: i64) -> Result<(), Refusal> {
        let account = self.accounts.get_mut(number as usize).ok_or(Refusal::Unknown)?;
        if amount < 0 {
            return Err(Refusal::Short { missing: -amount });
        }
        account.history.push(Change::Paid(amount));
        Ok(())
    }

    #[message]
    fn find(&mut self, number: u64) -> Option<Account> {
        self.accounts.get(number as usize).cloned()
    }

    #[message]
    fn adopt(&mut self, account: Account) -> u64 {
        let number = account.number;
        self.accounts.push(account);
        number
    }

    /// Names that mean something in Elixir.
    #[message(name = "end")]
    fn close(&mut self, after: u8, server: (f64, bool)) {
        let _ = (after, server);
        self.accounts.clear();
    }
}

/// Beside the module itself, whose functions `tools.ex` calls.
const GOLDEN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/beam/ledger.ex");

#[test]
fn the_module_of_an_actor_is_the_file_in_the_repository() {
    let text = elixir_module::<Ledger>("Ledger");
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(GOLDEN, &text).unwrap();
    }
    assert_eq!(std::fs::read_to_string(GOLDEN).unwrap(), text, "run it with BLESS=1, and look");
}

#[path = "../../dala-beam/src/cli/new/template/src/counter.rs.txt"]
mod counter;

#[test]
fn what_dala_new_writes_is_what_the_generator_makes_of_its_actor() {
    let template =
        concat!(env!("CARGO_MANIFEST_DIR"), "/../dala-beam/src/cli/new/template/elixir/lib/counter.ex.txt");
    let text = elixir_module::<counter::Counter>("{{module}}.Counter");
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(template, &text).unwrap();
    }
    assert_eq!(std::fs::read_to_string(template).unwrap(), text, "run it with BLESS=1, and look");
}

#[test]
fn elixir_reaches_the_actor_by_the_module() {
    let stage = Stage::new();
    let ledger = stage.runtime.spawn(Ledger::default()).expect("pids are left").pid();
    assert_eq!(
        stage.run_in("Elixir.Tools", "ledger", &ledger),
        "{0,ok,{error,{short,3}},{error,unknown},#{history => [opened,{paid,5}],number => 0,\
         owner => <<\"ann\">>},nil,ok,nil}"
    );
}

/// What uses the records of the module.
const CLIENT: &str = r#"
defmodule Client do
  require Ledger.Messages, as: Messages

  @spec payment(non_neg_integer) :: Messages.pay()
  def payment(number), do: Messages.pay(number: number, amount: 2)

  def of(Messages.pay(amount: amount)), do: {:paid, amount}
  def of(Messages.message_end(after: last)), do: {:ended, last}
  def of(Messages.adopt(account: %{owner: owner})), do: owner
end
"#;

/// What comes of it.
const CHECKS: &str = r#"
require Ledger.Messages
{:pay, 7, 2} = Client.payment(7)
{:paid, 2} = Client.of(Client.payment(1))
{:ended, 3} = Client.of({:end, 3, nil})
"ann" = Client.of(Ledger.Messages.adopt(account: %{owner: "ann"}))
IO.puts("matched")
"#;

#[test]
fn real_elixir_compiles_the_records_and_matches_on_them() {
    let folder = tempfile::tempdir().unwrap();
    let client = folder.path().join("client.ex");
    std::fs::write(&client, CLIENT).unwrap();
    let compiled = std::process::Command::new("elixirc")
        .args(["--warnings-as-errors", "-o"])
        .arg(folder.path())
        .args([GOLDEN.as_ref(), client.as_os_str()])
        .output()
        .expect("Elixir is installed");
    assert!(compiled.status.success(), "{}", String::from_utf8_lossy(&compiled.stderr));
    let ran =
        std::process::Command::new("elixir").arg("-pa").arg(folder.path()).arg("-e").arg(CHECKS).output();
    let ran = ran.expect("Elixir is installed");
    let errors = String::from_utf8_lossy(&ran.stderr);
    assert_eq!(String::from_utf8_lossy(&ran.stdout), "matched\n", "{errors}");
}
