//! What is written and what it expands to, side by side, one file per case in `golden/`.
//!
//! After a change: `OAUTH2_GUARD_GOLDEN=overwrite cargo test -p oauth2-guard-macros golden`, then read the diff.

use std::path::{Path, PathBuf};
use std::{env, fs};

use proc_macro2::TokenStream;
use quote::quote;
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, Meta};

use crate::attribute;

/// Stands between the two.
const SEPARATOR: &str = "// expands to\n";

#[test]
fn expansions_are_as_checked_in() {
    let overwrite = env::var_os("OAUTH2_GUARD_GOLDEN").is_some_and(|value| value == "overwrite");
    let mut cases: Vec<PathBuf> = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/golden"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    cases.sort();
    assert!(cases.len() > 10, "the cases are not found");
    let mut changed = Vec::new();
    for case in cases {
        let text = fs::read_to_string(&case).unwrap();
        let (input, expected) = text.split_once(SEPARATOR).unwrap_or((&text, ""));
        let file = syn::parse2(expand(input)).unwrap();
        let output = format!("\n{}", prettyplease::unparse(&file));
        if output == expected {
            continue;
        }
        if overwrite {
            fs::write(&case, format!("{}\n\n{SEPARATOR}{output}", input.trim_end())).unwrap();
        } else {
            changed.push(format!("{}:\n{output}", case.display()));
        }
    }
    assert!(changed.is_empty(), "changed:\n{}", changed.join("\n"));
}

#[test]
fn another_path_of_the_runtime_crate_is_used_everywhere() {
    for case in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/golden")).unwrap() {
        let text = fs::read_to_string(case.unwrap().path()).unwrap();
        let (input, output) = text.split_once(SEPARATOR).unwrap_or((&text, ""));
        if input.contains("crate = ") {
            assert!(!output.contains("oauth2_guard"), "{output}");
        }
    }
}

/// As rustc does: the outermost attribute gets what is below it.
fn expand(input: &str) -> TokenStream {
    let parse = |input: ParseStream<'_>| Ok((Attribute::parse_outer(input)?, input.parse::<TokenStream>()?));
    let (mut attributes, item) = parse.parse_str(input).unwrap();
    let is_ours = |attribute: &Attribute| {
        let names = ["check", "derive", "loader", "policy", "public", "requires"];
        names.iter().any(|name| attribute.path().is_ident(name))
    };
    let outermost = attributes.remove(attributes.iter().position(is_ours).unwrap());
    let item = quote!(#(#attributes)* #item);
    let arguments = match &outermost.meta {
        Meta::List(list) => list.tokens.clone(),
        Meta::Path(_) | Meta::NameValue(_) => TokenStream::new(),
    };
    match outermost.path().get_ident().unwrap().to_string().as_str() {
        "check" => attribute::check(arguments, item),
        "derive" => {
            let derived = attribute::has_owner(item.clone());
            quote!(#item #derived)
        }
        "loader" => attribute::loader(arguments, item),
        "policy" => attribute::policy(arguments, item),
        "public" => attribute::public(arguments, item),
        _ => attribute::requires(arguments, item),
    }
}
