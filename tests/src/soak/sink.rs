//! Supervised actors with small mailboxes that only take messages.

use std::sync::Arc;

use dala::{Context, ExitReason, Pid};

use super::books::{Books, Inbox, Member};

/// A child of a supervisor.
#[derive(Debug)]
pub(super) struct Sink {
    books: Arc<Books>,
    /// Its place in the one-for-all group, if it is in that.
    member: Option<Member>,
    inbox: Inbox,
}

#[dala::actor(mailbox = 8)]
impl Sink {
    #[init]
    fn new(books: Arc<Books>, member: Option<Member>) -> Sink {
        books.starts.add();
        if let Some(member) = member {
            books.group_member_started(member);
        }
        Sink { books, member, inbox: Inbox::default() }
    }

    /// A numbered message.
    #[message(name = "sink_item")]
    pub(super) fn drop_item(&mut self, from: Pid, number: u64, ctx: &mut Context<Self>) {
        self.inbox.take(&self.books, ctx.pid(), from, number);
    }

    /// Notes what it got.
    #[message]
    pub(super) fn settle_sink(&mut self, ctx: &mut Context<Self>) -> bool {
        self.books.note_received(ctx.pid(), self.inbox.next());
        true
    }

    #[terminate]
    fn end(&mut self, _reason: &ExitReason) {
        self.books.ended.add();
        if let Some(member) = self.member {
            self.books.group_member_ended(member);
        }
    }
}
