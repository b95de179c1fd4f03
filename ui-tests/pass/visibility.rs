//! Public actors in modules, private ones with public messages, two actors with one message.
#![deny(warnings)]

pub mod bank {
    #[dala::message]
    pub struct Deposit {
        pub amount: u64,
    }

    /// An account.
    pub struct Account {
        balance: u64,
    }

    #[dala::actor]
    impl Account {
        /// Opens it.
        #[init]
        pub fn open(balance: u64) -> Result<Self, String> {
            if balance > 1000 { Err("too rich".to_owned()) } else { Ok(Account { balance }) }
        }

        #[handler]
        pub fn deposit(&mut self, deposit: Deposit) -> u64 {
            self.balance += deposit.amount;
            self.balance
        }
    }

    struct Audit {
        sum: u64,
    }

    #[dala::actor]
    impl Audit {
        #[handler]
        fn deposit(&mut self, deposit: Deposit) {
            self.sum += deposit.amount;
        }

        #[message]
        fn total(&mut self) -> u64 {
            self.sum
        }
    }

    pub async fn audited(amount: u64) -> Result<u64, Box<dyn std::error::Error>> {
        let audit = Audit { sum: 0 }.spawn()?;
        audit.tell(Deposit { amount })?;
        Ok(audit.total().await?)
    }
}

struct Holder {
    account: bank::AccountRef,
}

#[dala::main(workers = 1)]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let holder = Holder { account: bank::Account::spawn(10).await? };
    assert_eq!(holder.account.deposit(bank::Deposit { amount: 5 }).await?, 15);
    assert_eq!(bank::audited(7).await?, 7);
    let error = bank::Account::spawn(5000).await.unwrap_err();
    assert!(error.to_string().contains("too rich"), "{error}");
    Ok(())
}
