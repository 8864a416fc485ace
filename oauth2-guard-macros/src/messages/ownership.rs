//! `#[derive(HasOwner)]`.

use proc_macro2::Ident;

use crate::suggestion;

pub(crate) fn owner_of_other_item(item: &str) -> String {
    format!("`HasOwner` is derived for a struct, not {item}: write `impl HasOwner` for it")
}

pub(crate) fn no_owner_field() -> String {
    "whose is it? write `#[owner]` above the field that has its owner".to_owned()
}

pub(crate) fn owner_above_struct() -> String {
    "`#[owner]` stands above the field that has the owner, and above the struct as `#[owner(crate = ::path)]` alone"
        .to_owned()
}

pub(crate) fn owner_crate_on_field() -> String {
    "`crate = ..` is about all fields: write `#[owner(crate = ::path)]` above the struct".to_owned()
}

pub(crate) fn owner_twice() -> String {
    "`#[owner]` is given twice: remove one".to_owned()
}

pub(crate) fn owner_with_value() -> String {
    "write `#[owner]`, or, for example, `#[owner(claim = \"email\")]`".to_owned()
}

pub(crate) fn expected_owner_word() -> String {
    format!("expected {WORDS}")
}

/// `#[owner("email")]`
pub(crate) fn owner_text_without_key(text: &str) -> String {
    format!("write `claim = {text}`")
}

pub(crate) fn unknown_owner_word(word: &Ident) -> String {
    let names = ["any_issuer", "claim", "issuer", "nested"];
    match suggestion::nearest_of(&word.to_string(), &names) {
        Some(name) => format!("unknown word `{word}`, did you mean `{name}`? (expected {WORDS})"),
        None => format!("unknown word `{word}` (expected {WORDS})"),
    }
}

pub(crate) fn word_with_value(word: &Ident) -> String {
    format!("`{word}` has no value: write `{word}`, or remove it")
}

pub(crate) fn owner_issuer() -> String {
    "the issuer is in a field of the same struct: write its name, as in `issuer = issuer_field`".to_owned()
}

pub(crate) fn nested_with_others() -> String {
    "`nested` stands alone: the field's own type says how its owner is compared".to_owned()
}

pub(crate) fn issuer_and_any() -> String {
    "`issuer` and `any_issuer` exclude each other: remove one".to_owned()
}

pub(crate) fn no_such_field(name: &str, fields: &[String]) -> String {
    match suggestion::nearest_of(name, fields) {
        Some(field) => format!("no field `{name}`, did you mean `{field}`?"),
        None => format!("no field `{name}`: write the name of the field that has the issuer"),
    }
}

const WORDS: &str = "`claim = \"name\"`, `issuer = field`, `any_issuer` or `nested`";
