//! Tokens as a person would write them.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::ToTokens;

/// Without the spaces that `TokenStream`'s own text has everywhere.
pub(crate) fn source(tokens: &impl ToTokens) -> String {
    let mut text = String::new();
    write(tokens.to_token_stream(), &mut text);
    text
}

fn write(tokens: TokenStream, text: &mut String) {
    let is_word = |character: char| character == '_' || character.is_alphanumeric() || character == '"';
    for token in tokens {
        let (open, inside, close) = match token {
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    Delimiter::Parenthesis => ("(", ")"),
                    Delimiter::Brace => ("{", "}"),
                    Delimiter::Bracket => ("[", "]"),
                    Delimiter::None => ("", ""),
                };
                (open, group.stream(), close)
            }
            other => {
                let word = other.to_string();
                if text.ends_with(is_word) && word.starts_with(is_word) || text.ends_with(',') {
                    text.push(' ');
                }
                text.push_str(&word);
                continue;
            }
        };
        if text.ends_with(',') && !open.is_empty() {
            text.push(' ');
        }
        text.push_str(open);
        write(inside, text);
        text.push_str(close);
    }
}

#[cfg(test)]
mod tests {
    use quote::quote;

    use super::*;

    #[test]
    fn spaces_stand_between_words() {
        for (tokens, expected) in [
            (quote!(<A as b::Named>::NAME), "<A as b::Named>::NAME"),
            (quote!(::a::B::<u8, 1>), "::a::B::<u8, 1>"),
            (quote!(fn(&mut A) -> (b, c)), "fn(&mut A)->(b, c)"),
            (quote!(R<(), [u8]>), "R<(), [u8]>"),
            (quote!(r#type), "r#type"),
        ] {
            assert_eq!(source(&tokens), expected);
        }
    }
}
