//! `#[check]`

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{Error, ReturnType, Signature, Type};

use super::runtime;
use crate::check::{arguments_of, first_argument};
use crate::errors::Errors;
use crate::item::{AttributeName, Item, is_in_impl_block, report_qualifiers, returns_future};
use crate::model::Asked;
use crate::source::source;
use crate::{expand, messages};

pub(crate) fn check(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let name = AttributeName::Check;
    let mut errors = Errors::default();
    let item = Item::new(item, &mut errors);
    let runtime = runtime(name, arguments, &item, &mut errors);
    let function = item.function(name, &mut errors);
    let arguments = function.as_ref().and_then(|function| {
        report_qualifiers(&function.signature, name, &mut errors);
        report_answer(&function.signature, &mut errors);
        arguments_of(&function.signature, name, &mut errors)
    });
    let mistakes = errors.finish();
    let arguments = arguments.filter(|_| mistakes.is_none());
    let function = function.filter(|function| !is_in_impl_block(&function.signature));
    let check = runtime.zip(function).map(|(runtime, function)| {
        expand::check(&Asked {
            runtime,
            name: function.signature.ident,
            output: function.signature.output,
            arguments,
        })
    });
    let mistakes = mistakes.map(Error::into_compile_error);
    let item = item.to_token_stream();
    quote!(#mistakes #item #check)
}

/// What is evidently neither `bool` nor a `Result` of it; an alias is left to the compiler.
fn report_answer(signature: &Signature, errors: &mut Errors) {
    let ReturnType::Type(_, written) = &signature.output else {
        let (token, name) = (signature.fn_token, &signature.ident);
        errors.push(Error::new_spanned(quote!(#token #name), messages::check_without_answer()));
        return;
    };
    if !can_answer(written) && !returns_future(signature) {
        errors.push(Error::new_spanned(written, messages::check_with_other_answer(&source(written))));
    }
}

fn can_answer(written: &Type) -> bool {
    let path = match written {
        Type::Group(inner) => return can_answer(&inner.elem),
        Type::Paren(inner) => return can_answer(&inner.elem),
        Type::Macro(_) => return true,
        Type::Path(path) => path,
        _ => return false,
    };
    let Some(last) = path.path.segments.last() else { return true };
    if last.ident == "Option" || last.ident == "String" {
        return false;
    }
    if last.ident.to_string().ends_with("Result") {
        return first_argument(last).is_none_or(|answer| can_answer(answer) && !is_result(answer));
    }
    // A type in lower case is a primitive one.
    last.ident == "bool" || !last.ident.to_string().starts_with(char::is_lowercase)
}

fn is_result(written: &Type) -> bool {
    let Type::Path(path) = written else { return false };
    path.path.segments.last().is_some_and(|last| last.ident.to_string().ends_with("Result"))
}
