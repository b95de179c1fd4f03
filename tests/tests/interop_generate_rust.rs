//! What `dala gen rust` writes: the files in `generated`, which this test is compiled with, and that they reach the module.

use std::path::Path;
use std::process::{Command, Output};

use dala_beam::interop::{Server, ServerSpec};
use dala_tests::beam;
use dala_tests::border::Stage;
use dala_tests::diff::suite::dala_binary;

#[path = "generated/shapes.rs"]
#[expect(unreachable_pub, dead_code, reason = "written for any crate, used in part")]
mod shapes;
#[path = "generated/shop.rs"]
#[expect(unreachable_pub, dead_code, reason = "written for any crate, used in part")]
mod shop;

use shapes::{ClassifyReply, Shape, Tree};
use shop::{Discount, Item, Refusal, ShopRef};

fn generate(module: &str, arguments: &[&str]) -> Output {
    let mut command = Command::new(dala_binary().expect("the command is built"));
    command.args(["gen", "rust", module, "--pa"]).arg(beam::modules()).args(arguments);
    command.current_dir(env!("CARGO_MANIFEST_DIR")).output().expect("it runs")
}

#[track_caller]
fn is_golden(module: &str, file: &str) {
    let bless = std::env::var_os("BLESS").is_some();
    let options: &[&str] = if bless { &["-o", file] } else { &["-o", file, "--check"] };
    let done = generate(module, options);
    assert!(
        done.status.success(),
        "run it with BLESS=1, and look: {}",
        String::from_utf8_lossy(&done.stderr)
    );
}

#[test]
fn a_server_is_a_client_with_its_types() {
    is_golden("Shop", "tests/generated/shop.rs");
}

#[test]
fn functions_and_callbacks_are_functions() {
    is_golden("Shop.Shapes", "tests/generated/shapes.rs");
}

#[test]
fn a_file_that_is_another_is_told_and_one_that_is_missing() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("shop.rs");
    let options = ["-o", file.to_str().unwrap()];
    assert_eq!(generate("Shop", &options).stdout, format!("wrote {}\n", file.display()).into_bytes());
    assert_eq!(generate("Shop", &options).stdout, format!("{} is up to date\n", file.display()).into_bytes());
    std::fs::write(&file, "// mine\n").unwrap();
    let other = generate("Shop", &[options[0], options[1], "--check"]);
    assert!(
        String::from_utf8_lossy(&other.stderr).contains("is not what Shop says: run `dala gen rust` again")
    );
    let missing = generate("NoSuchShop", &[]);
    assert!(!missing.status.success());
    assert!(String::from_utf8_lossy(&missing.stderr).contains("NoSuchShop is neither a file nor a module"));
}

#[test]
fn a_module_without_debug_information_has_nothing_to_say() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("mute.erl"), "-module(mute).\n").unwrap();
    let compiled = Command::new("erlc").arg("mute.erl").current_dir(folder.path()).status().unwrap();
    assert!(compiled.success());
    let done = generate(folder.path().join("mute.beam").to_str().unwrap(), &[]);
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(said.trim_end().ends_with("mute.beam: it was compiled without debug information"), "{said}");
    let no_module = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
    let done = generate(no_module.to_str().unwrap(), &[]);
    assert!(String::from_utf8_lossy(&done.stderr).contains("Cargo.toml: "), "{done:?}");
    assert!(!done.status.success());
}

#[test]
fn the_client_reaches_the_server() {
    let stage = Stage::new();
    let pid = {
        let _entered = stage.runtime.enter();
        ServerSpec::new(&stage.system, ShopRef::MODULE, &2_u8).start().expect("pids are left")
    };
    let shop = ShopRef::from(Server::of_pid(&stage.system, pid));
    let tea = Item { name: "tea".to_owned(), price: 250, tags: vec![dala::Atom::new("hot")], size: Some(7) };
    stage.runtime.block_on(async {
        assert!(shop.is_empty().await.unwrap());
        assert!(matches!(shop.add(tea.clone()).await.unwrap(), Ok(1)));
        shop.remark(50, "a cup".to_owned()).unwrap();
        assert!(matches!(shop.add(tea).await.unwrap(), Err(Refusal::TooMany(2))));
        let discount = Discount { percent: 10, code: None };
        assert_eq!(shop.price(Some(discount)).await.unwrap(), 270);
        assert_eq!(shop.price(None).await.unwrap(), 300);
        let (total, items) = shop.pay().await.unwrap();
        assert_eq!((total, items[0].name.as_str(), items[1].size), (300, "a cup", Some(7)));
        shop.close().unwrap();
        let late = Item { name: "late".to_owned(), price: 1, tags: Vec::new(), size: None };
        assert!(matches!(shop.add(late).await.unwrap(), Err(Refusal::Closed)));
    });
}

#[test]
fn the_functions_reach_the_module() {
    let stage = Stage::new();
    let leaf = || Box::new(Tree::Leaf);
    stage.runtime.block_on(async {
        let system = &stage.system;
        let tree = Tree::Node(leaf(), 1, Box::new(Tree::Node(leaf(), 2, leaf())));
        let flipped = shapes::flip(system, tree).await.unwrap();
        assert_eq!(format!("{flipped:?}"), "Node(Node(Leaf, 2, Leaf), 1, Leaf)");
        let words = ["a", "b", "a"].map(str::to_owned).to_vec();
        assert_eq!(shapes::count(system, words).await.unwrap()["a"], 2);
        assert_eq!(shapes::swap(system, (1, 2)).await.unwrap(), (2, 1));
        assert!(matches!(shapes::classify(system, 20).await.unwrap(), ClassifyReply::Exactly(20)));
        assert!(matches!(shapes::classify(system, -3).await.unwrap(), ClassifyReply::Low));
        let module = "Elixir.Shop.Shapes";
        assert_eq!(shapes::area_of(system, module, Shape::Rect(2.0, 1.5)).await.unwrap(), Ok(3.0));
        assert_eq!(shapes::area(system, Shape::Nothing).await.unwrap().unwrap_err(), "nothing has no area");
    });
}
