#[derive(dala::Term)]
union Bits {
    float: f32,
    bits: u32,
}

#[derive(dala::Term)]
struct Borrowed<'a> {
    text: &'a str,
}

#[derive(dala::Term)]
#[term(map, tuple)]
struct Both {
    x: u8,
}

#[derive(dala::Term)]
#[term(keyword)]
struct Nameless(u8, u8);

#[derive(dala::Term)]
#[term(transparent)]
struct Two {
    x: u8,
    y: u8,
}

#[derive(dala::Term)]
#[term(name = "point")]
struct Untagged {
    x: u8,
}

#[derive(dala::Term)]
#[term(module = Cart)]
struct Unquoted {
    x: u8,
}

#[derive(dala::Term)]
#[term(keywords)]
struct Misspelt {
    x: u8,
}

#[derive(dala::Term)]
struct Keys {
    x: u8,
    #[term(name = "x")]
    y: u8,
}

#[derive(dala::Term)]
struct NoKey(#[term(default)] u8, u8);

#[derive(dala::Term)]
enum Never {}

#[derive(dala::Term)]
enum Same {
    Moved(u8),
    #[term(name = "moved", map)]
    Went { to: u8 },
}

#[derive(dala::Term)]
enum Variants {
    #[term(map)]
    Moved(u8),
}

/// What is wrong with a type is not said again where it is used.
#[dala::message]
struct Uses {
    both: Both,
    two: Two,
}

fn main() {}
