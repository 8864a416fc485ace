//! `#[loader]`

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{Error, PathSegment, ReturnType, Signature, Type};

use super::runtime;
use crate::check::{arguments_of, first_argument};
use crate::errors::Errors;
use crate::item::{AttributeName, Item, has_impl_trait, is_in_impl_block, report_qualifiers, returns_future};
use crate::model::Asked;
use crate::source::source;
use crate::{expand, messages};

pub(crate) fn loader(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let name = AttributeName::Loader;
    let mut errors = Errors::default();
    let item = Item::new(item, &mut errors);
    let runtime = runtime(name, arguments, &item, &mut errors);
    let function = item.function(name, &mut errors);
    let mut object = None;
    let arguments = function.as_ref().and_then(|function| {
        report_qualifiers(&function.signature, name, &mut errors);
        object = object_of(&function.signature, &mut errors);
        arguments_of(&function.signature, name, &mut errors)
    });
    let mistakes = errors.finish();
    let arguments = arguments.filter(|_| mistakes.is_none());
    let function = function.filter(|function| !is_in_impl_block(&function.signature));
    let loader = runtime.zip(function).zip(object).map(|((runtime, function), object)| {
        expand::loader(
            &Asked { runtime, name: function.signature.ident, output: function.signature.output, arguments },
            &object,
        )
    });
    let mistakes = mistakes.map(Error::into_compile_error);
    let item = item.to_token_stream();
    quote!(#mistakes #item #loader)
}

/// The type that becomes an extractor. `None` after a mistake.
fn object_of(signature: &Signature, errors: &mut Errors) -> Option<Type> {
    let ReturnType::Type(_, written) = &signature.output else {
        let (token, name) = (signature.fn_token, &signature.ident);
        errors.push(Error::new_spanned(quote!(#token #name), messages::loader_without_object()));
        return None;
    };
    if returns_future(signature) {
        return None;
    }
    let object = unwrapped(written).and_then(|object| match mistake_in(object) {
        Some(message) => Err((object, message)),
        None => Ok(object.clone()),
    });
    object.map_err(|(at, message)| errors.push(Error::new_spanned(at, message))).ok()
}

/// What is in `Result<Option<..>, ..>`.
fn unwrapped(written: &Type) -> Result<&Type, (&Type, String)> {
    match (inside(written, is_result), inside(written, is_option)) {
        (Some(Some(inner)), _) => match inside(inner, is_option) {
            Some(Some(object)) => Ok(object),
            Some(None) => Err((inner, messages::loader_of_hidden_type(&source(inner)))),
            None => Ok(inner),
        },
        (_, Some(Some(inner))) if inside(inner, is_result).is_some() => {
            Err((written, messages::loader_of_option_of_result()))
        }
        (_, Some(Some(object))) => Ok(object),
        (Some(None), _) | (_, Some(None)) => {
            Err((written, messages::loader_of_hidden_type(&source(written))))
        }
        (None, None) => Ok(written),
    }
}

/// The first argument of the type, if its last segment is such a one.
fn inside(written: &Type, is_such: fn(&PathSegment) -> bool) -> Option<Option<&Type>> {
    match written {
        Type::Group(inner) => inside(&inner.elem, is_such),
        Type::Paren(inner) => inside(&inner.elem, is_such),
        Type::Path(path) => path.path.segments.last().filter(|last| is_such(last)).map(first_argument),
        _ => None,
    }
}

fn is_option(segment: &PathSegment) -> bool {
    segment.ident == "Option"
}

fn is_result(segment: &PathSegment) -> bool {
    segment.ident.to_string().ends_with("Result")
}

/// Of a type that is evidently of no user.
fn mistake_in(object: &Type) -> Option<String> {
    if has_impl_trait(object) {
        return Some(messages::loader_of_impl_trait());
    }
    let path = match object {
        Type::Group(inner) => return mistake_in(&inner.elem),
        Type::Paren(inner) => return mistake_in(&inner.elem),
        Type::Macro(_) => return None,
        Type::Path(path) => path,
        _ => return Some(messages::loader_of_other_type(&source(object))),
    };
    let last = path.path.segments.last()?.ident.to_string();
    let is_primitive = path.path.get_ident().is_some() && PRIMITIVES.contains(&last.as_str());
    (is_primitive || FOREIGN.contains(&last.as_str()))
        .then(|| messages::loader_of_other_type(&source(object)))
}

/// Of the standard library, in which nobody can implement anything.
const FOREIGN: [&str; 10] =
    ["Arc", "BTreeMap", "BTreeSet", "HashMap", "HashSet", "PathBuf", "Rc", "String", "Vec", "VecDeque"];

const PRIMITIVES: [&str; 17] = [
    "bool", "char", "f32", "f64", "i8", "i16", "i32", "i64", "i128", "isize", "str", "u8", "u16", "u32",
    "u64", "u128", "usize",
];
