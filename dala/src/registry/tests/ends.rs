//! What registries forget when an actor ends, and whose end it may be.

use super::*;

#[test]
fn an_actor_that_ends_takes_all_its_keys_and_no_others_with_it() {
    let runtime = runtime();
    let keys: Keys<u32> = runtime.keys();
    let ((one, _), (two, _)) = (reader(&runtime, 1), reader(&runtime, 2));
    for key in 0..10 {
        keys.register(key, if key % 2 == 0 { one.pid() } else { two.pid() }).unwrap();
    }
    // One that it gave back belongs to another by then.
    assert_eq!(keys.unregister(&0), Some(one.pid()));
    keys.register(0, two.pid()).unwrap();
    kill(one);
    let mut left = keys.all();
    left.sort_unstable();
    assert_eq!(left, [0, 1, 3, 5, 7, 9].map(|key| (key, two.pid())));
    assert_eq!(keys.unregister(&3), Some(two.pid()));
    assert_eq!(keys.unregister(&3), None);
    kill(two);
    assert_eq!(keys.all(), []);
}

/// Waits until `holds`, which another thread makes true.
fn until(holds: impl Fn() -> bool) {
    while !holds() {
        std::thread::yield_now();
    }
}

#[test]
fn an_actor_of_another_runtime_is_forgotten_everywhere_when_it_ends() {
    let (here, there) = (runtime(), runtime());
    let strangers = &here.scheduler.services.strangers;
    let (name, group) = (Atom::new("a stranger of the test"), Atom::new("strangers of the test"));
    let keys: Keys<u32> = here.keys();
    let ((stranger, _), (watcher, changes)) = (reader(&there, 1), reader(&here, 2));
    here.register(name, stranger).unwrap();
    here.monitor_group(group, watcher.recipient());
    here.join_group(group, stranger).unwrap();
    here.join_group(group, stranger).unwrap();
    keys.register(7, stranger.pid()).unwrap();
    // One of its own is told of by its own runtime.
    here.join_group(group, watcher).unwrap();
    assert_eq!(strangers.known(), 1);
    assert_eq!([(); 3].map(|()| next(&changes)), [(1, 0); 3]);
    kill(stranger);
    assert_eq!(next(&changes), (0, 2));
    until(|| strangers.known() == 0 && keys.all().is_empty());
    assert_eq!((here.whereis(name), here.group_members(group)), (None, vec![watcher.pid()]));
    assert_eq!(here.register(name, stranger), Err(NameError::NoProc));

    // The end of its runtime is one too.
    let (stranger, _) = reader(&there, 3);
    here.register(name, stranger).unwrap();
    there.shutdown(Duration::from_secs(20));
    until(|| here.whereis(name).is_none());
}
