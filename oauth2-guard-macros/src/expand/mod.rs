//! The model to tokens.

mod check;
mod guard;
mod has_owner;
mod loader;
mod policy;
mod rule;

use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};
use quote::ToTokens;

pub(crate) use self::check::check;
pub(crate) use self::guard::guard;
pub(crate) use self::has_owner::has_owner;
pub(crate) use self::loader::loader;
pub(crate) use self::policy::policy;

/// The names keep their meaning, only errors move.
fn located_at(place: &impl ToTokens, tokens: TokenStream) -> TokenStream {
    let place = place.to_token_stream().into_iter().next();
    let span = place.map_or_else(Span::call_site, |token| token.span());
    tokens.into_iter().map(|token| relocated(token, span)).collect()
}

/// The parentheses stand in that place, and what is between them stays where it is.
fn in_parentheses(place: &impl ToTokens, tokens: TokenStream) -> TokenTree {
    let span = place.to_token_stream().into_iter().next().map_or_else(Span::call_site, |token| token.span());
    let mut group = Group::new(Delimiter::Parenthesis, tokens);
    group.set_span(Span::call_site().located_at(span));
    TokenTree::Group(group)
}

fn relocated(mut token: TokenTree, span: Span) -> TokenTree {
    if let TokenTree::Group(group) = &token {
        let inside = group.stream().into_iter().map(|token| relocated(token, span)).collect();
        token = TokenTree::Group(Group::new(group.delimiter(), inside));
    }
    token.set_span(token.span().located_at(span));
    token
}
