//! Aliases of native actors: names that an actor gives out for one purpose and takes back.

use super::admission::NotSent;
use super::cell;
use super::context::Context;
use super::current;
use super::handler::{Actor, Handles};
use super::native::typed_node;
use super::reference::SendError;
use crate::message::{ConvertError, Message, NodeBox, Source, StableLayout};
use crate::pid::{Pid, Ref, epoch};
use crate::signal::AliasMode;
use dala_ir::abi::Word;
use dala_ir::abi::shape::FieldType;
use dala_ir::term::{TermWriter, view};

/// Another name of an actor, by which it can be sent messages of type `M` until it takes the name back: from then on they are lost
/// (OTP's process aliases; Erlang reference manual, "Processes", section "Process Aliases").
///
/// For replies that may come late: who asked and gave up, or had its answer from somebody else, is not troubled by what is
/// still on its way. Messages by alias are exempt from the bound of the mailbox, as replies are.
///
/// A field of messages like any other. In Erlang it is a reference that one sends to (`Alias ! Message`), and an alias that a
/// process made by `alias/1` or `monitor/3` converts into one of these. Free to copy.
///
/// ```
/// use dala::{Alias, Context, Local};
///
/// #[dala::message]
/// struct Offer { price: u64 }
///
/// struct Seller { price: u64 }
///
/// #[dala::actor]
/// impl Seller {
///     #[message]
///     fn ask(&mut self, answer: Alias<Offer>) {
///         // Lost, if somebody else was quicker.
///         let _ = answer.tell(Offer { price: self.price });
///     }
/// }
///
/// /// Takes the first offer.
/// struct Buyer { paid: Vec<u64> }
///
/// #[dala::actor]
/// impl Buyer {
///     #[message]
///     fn buy(&mut self, sellers: Local<Vec<SellerRef>>, ctx: &mut Context<Self>) {
///         let first = ctx.alias_once::<Offer>();
///         for seller in sellers.iter() {
///             let _ = seller.tell(Ask { answer: first });
///         }
///     }
///     #[handler]
///     fn offer(&mut self, offer: Offer) {
///         self.paid.push(offer.price);
///     }
///     #[message]
///     fn paid(&mut self) -> Vec<u64> {
///         self.paid.clone()
///     }
/// }
///
/// #[dala::main]
/// async fn main() -> Result<(), Box<dyn std::error::Error>> {
///     let sellers = vec![Seller { price: 7 }.spawn()?, Seller { price: 7 }.spawn()?];
///     let buyer = Buyer { paid: Vec::new() }.spawn()?;
///     buyer.tell(Buy { sellers: Local(sellers) })?;
///     while buyer.paid().await?.is_empty() {}
///     dala::sleep(std::time::Duration::from_millis(5)).await;
///     assert_eq!(buyer.paid().await?, [7]);
///     Ok(())
/// }
/// ```
pub struct Alias<M: Message> {
    owner: Pid,
    reference: Ref,
    make: fn(M) -> NodeBox,
}

impl<M: Message> Clone for Alias<M> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<M: Message> Copy for Alias<M> {}

impl<M: Message> PartialEq for Alias<M> {
    fn eq(&self, other: &Self) -> bool {
        self.reference == other.reference
    }
}

impl<M: Message> Eq for Alias<M> {}

impl<M: Message> std::fmt::Debug for Alias<M> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Alias({} of {})", self.reference, self.owner)
    }
}

impl<M: Message> From<Alias<M>> for Ref {
    fn from(alias: Alias<M>) -> Ref {
        alias.reference
    }
}

impl<M: Message> Alias<M> {
    /// Its reference, which nothing else has. With a monitor it is that one's too.
    pub fn reference(&self) -> Ref {
        self.reference
    }

    /// Whose alias it is.
    pub fn owner(&self) -> Pid {
        self.owner
    }

    /// Sends a message, which is lost if the alias is not active any more when it arrives: nobody tells.
    ///
    /// # Errors
    /// [`SendError::Dead`] with the message when there is no such actor any more.
    pub fn tell(&self, message: M) -> Result<(), SendError<M>> {
        let pin = epoch::pin();
        let Some(cell) = cell::lookup(self.owner, &pin) else { return Err(SendError::Dead(message)) };
        let mut node = (self.make)(message);
        node.set_alias(self.reference);
        current::count_send();
        cell.send(node).map_err(|node| SendError::of(NotSent::Dead(node)))
    }
}

impl<M: Message> StableLayout for Alias<M> {
    const FIELD: FieldType = FieldType::Term;

    fn write_term(&self, writer: &mut dyn TermWriter) -> Word {
        writer.reference(self.reference.to_bits(), self.owner.to_bits())
    }

    /// An alias of an actor of this OS process, native or not.
    fn read_term(source: Source<'_>) -> Result<Self, ConvertError> {
        let alias = view::reference(source.word()).filter(|reference| reference.high != 0);
        let alias = alias.ok_or_else(|| source.misfit("an alias of an actor (`alias/1`)"))?;
        let (owner, reference) = (Pid::from_bits(alias.high), Ref::from_bits(alias.low));
        Ok(Alias { owner, reference, make: NodeBox::for_shape })
    }
}

impl<A: Actor> Context<A> {
    /// A new alias of this actor, active until [`Context::unalias`] (`alias/0`).
    pub fn alias<M: Message>(&mut self) -> Alias<M>
    where
        A: Handles<M>,
    {
        self.alias_until(AliasMode::Explicit)
    }

    /// A new alias of this actor for one message: the first that comes by it is the last (`alias([reply])`).
    pub fn alias_once<M: Message>(&mut self) -> Alias<M>
    where
        A: Handles<M>,
    {
        self.alias_until(AliasMode::FirstMessage)
    }

    fn alias_until<M: Message>(&mut self, mode: AliasMode) -> Alias<M>
    where
        A: Handles<M>,
    {
        let (owner, make) = (self.pid(), typed_node::<A, M>);
        Alias { owner, reference: self.act(|activation| activation.alias(mode)), make }
    }

    /// Watches `pid` as [`Context::monitor`] does, with a reference that is an alias too: to ask somebody and have either the
    /// answer or the news of its end, and only one of them (`monitor(process, Pid, [{alias, Mode}])`). `ends` says what
    /// deactivates the alias: [`AliasMode::FirstMessage`] also ends the monitor then.
    ///
    /// ```
    /// use dala::{Alias, Context, Down, signal::AliasMode};
    ///
    /// #[dala::message]
    /// struct Answer { value: u64 }
    ///
    /// struct Oracle;
    ///
    /// #[dala::actor]
    /// impl Oracle {
    ///     #[message]
    ///     fn ask(&mut self, answer: Alias<Answer>) {
    ///         let _ = answer.tell(Answer { value: 42 });
    ///     }
    /// }
    ///
    /// struct Asker { seen: Vec<String> }
    ///
    /// #[dala::actor]
    /// impl Asker {
    ///     #[message]
    ///     fn begin(&mut self, oracle: dala::Local<OracleRef>, ctx: &mut Context<Self>) {
    ///         let answer = ctx.monitor_with_alias(oracle.pid(), AliasMode::FirstMessage);
    ///         let _ = oracle.tell(Ask { answer });
    ///     }
    ///     #[handler]
    ///     fn answer(&mut self, answer: Answer) {
    ///         self.seen.push(format!("{}", answer.value));
    ///     }
    ///     #[on_down]
    ///     fn down(&mut self, _down: &Down) {
    ///         self.seen.push("down".to_owned());
    ///     }
    ///     #[message]
    ///     fn seen(&mut self) -> Vec<String> {
    ///         self.seen.clone()
    ///     }
    /// }
    ///
    /// #[dala::main]
    /// async fn main() -> Result<(), Box<dyn std::error::Error>> {
    ///     let (oracle, asker) = (Oracle.spawn()?, Asker { seen: Vec::new() }.spawn()?);
    ///     asker.tell(Begin { oracle: dala::Local(oracle) })?;
    ///     while asker.seen().await?.is_empty() {}
    ///     // The answer ended the monitor.
    ///     oracle.kill();
    ///     oracle.ended().await?;
    ///     assert_eq!(asker.seen().await?, ["42"]);
    ///     // Of who is gone already comes the DOWN alone.
    ///     asker.tell(Begin { oracle: dala::Local(oracle) })?;
    ///     while asker.seen().await?.len() < 2 {}
    ///     assert_eq!(asker.seen().await?, ["42", "down"]);
    ///     Ok(())
    /// }
    /// ```
    pub fn monitor_with_alias<M: Message>(&mut self, pid: impl Into<Pid>, ends: AliasMode) -> Alias<M>
    where
        A: Handles<M>,
    {
        let (owner, make, pid) = (self.pid(), typed_node::<A, M>, pid.into());
        Alias { owner, reference: self.act(|activation| activation.monitor(pid, Some(ends))), make }
    }

    /// Takes an alias back: what comes by it from now on is lost, also what is on its way (`unalias/1`). A monitor of the same
    /// reference goes on. Returns whether it was active.
    pub fn unalias(&mut self, alias: impl Into<Ref>) -> bool {
        let alias = alias.into();
        self.act(|activation| activation.unalias(alias))
    }
}
