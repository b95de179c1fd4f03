//! Forms of plain data.

use dala::message::convert::text_of;

mod inner {
    #[derive(dala::Term)]
    #[term(module = "Elixir.Inner")]
    pub struct Visible<T, const N: usize> {
        pub r#type: [T; N],
        pub(super) hidden: Option<std::collections::HashMap<String, T>>,
    }
}

/// Names of the prelude that mean something else here.
#[allow(dead_code)]
mod hygiene {
    struct Option;
    struct Result;
    struct Some;
    struct Default;

    #[derive(dala::Term)]
    #[term(none = "undefined")]
    pub struct Plain {
        pub source: u8,
        pub writer: std::option::Option<u8>,
        #[term(default)]
        pub elements: u8,
        pub keys: u8,
        pub tag: u8,
    }

    #[derive(dala::Term)]
    pub enum Choice {
        Ok(u8),
        None,
        Err { source: u8, elements: u8 },
        #[term(keyword)]
        Some { keys: u8, tag: u8 },
    }
}

#[derive(dala::Term)]
#[term(module = "Elixir.Empty")]
struct Empty {}

#[derive(dala::Term)]
#[term(tuple)]
struct One(u8);

#[dala::message]
struct Ask {
    choice: hygiene::Choice,
}

fn main() {
    let visible = inner::Visible { r#type: [1_u8, 2], hidden: None };
    assert_eq!(text_of(&visible), "#{'__struct__' => 'Elixir.Inner',hidden => nil,type => {1,2}}");
    assert_eq!(text_of(&Empty {}), "#{'__struct__' => 'Elixir.Empty'}");
    assert_eq!(text_of(&One(1)), "{1}");
    let plain = hygiene::Plain { source: 1, writer: None, elements: 3, keys: 4, tag: 5 };
    assert_eq!(text_of(&plain), "#{elements => 3,keys => 4,source => 1,tag => 5,writer => undefined}");
    let ask = Ask { choice: hygiene::Choice::Some { keys: 1, tag: 2 } };
    assert_eq!(text_of(&ask), "{ask,{some,[{keys,1},{tag,2}]}}");
    assert_eq!(text_of(&hygiene::Choice::Ok(1)), "{ok,1}");
    assert_eq!(text_of(&hygiene::Choice::Err { source: 1, elements: 2 }), "{err,1,2}");
    assert_eq!(text_of(&hygiene::Choice::None), "none");
}
