//! `#[policy]`: the struct gets a rule.

use proc_macro2::TokenStream;
use quote::quote;
use syn::ext::IdentExt;

use super::rule::{expression, implementation};
use crate::model::Policy;

pub(crate) fn policy(policy: &Policy) -> TokenStream {
    let Policy { runtime, name, doc, rule, objects } = policy;
    let [rule_path, named] = [runtime.rule(), runtime.named()];
    let constant = expression(runtime, rule, objects);
    let text = name.unraw().to_string();
    let constant = quote!(#rule_path::Named(const { &#named::new(#text, #doc, #constant) }));
    implementation(runtime, name, rule, &constant)
}
