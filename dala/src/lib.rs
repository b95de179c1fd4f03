//! Actor runtime: scheduler, actors, mailboxes, signals, supervision.
