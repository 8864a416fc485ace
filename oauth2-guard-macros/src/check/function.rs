//! The functions of extractors: checks and loaders.

use syn::ext::IdentExt;
use syn::{Error, FnArg, GenericArgument, PathArguments, PathSegment, Signature, Type};

use super::is_body;
use crate::errors::Errors;
use crate::item::{AttributeName, has_impl_trait};
use crate::messages;
use crate::source::source;

/// What the function is called with. `None` after a mistake.
pub(crate) fn arguments_of(
    signature: &Signature,
    attribute: AttributeName,
    errors: &mut Errors,
) -> Option<Vec<Type>> {
    let before = errors.count();
    if !signature.generics.params.is_empty() {
        let message = messages::function_with_generics(attribute);
        errors.push(Error::new_spanned(&signature.generics, message));
    }
    let mut arguments = Vec::new();
    for argument in &signature.inputs {
        // `self` was reported with the block that it stands in.
        let FnArg::Typed(argument) = argument else { continue };
        if let Some(message) = mistake_in(&argument.ty, attribute) {
            errors.push(Error::new_spanned(&argument.ty, message));
        }
        arguments.push((*argument.ty).clone());
    }
    (errors.count() == before).then_some(arguments)
}

fn mistake_in(written: &Type, attribute: AttributeName) -> Option<String> {
    if has_impl_trait(written) {
        return Some(messages::impl_trait(attribute));
    }
    match written {
        Type::Group(inner) => mistake_in(&inner.elem, attribute),
        Type::Paren(inner) => mistake_in(&inner.elem, attribute),
        Type::Path(path) => {
            let last = path.path.segments.last()?;
            let name = last.ident.unraw().to_string();
            if name == "Option" || name == "Result" {
                return mistake_in(first_argument(last)?, attribute);
            }
            is_body(&name).then(|| messages::reads_body(attribute, &name))
        }
        Type::Reference(reference) => Some(messages::reference(attribute, source(&reference.elem))),
        _ => None,
    }
}

/// `T` of `Name<T, ..>`.
pub(crate) fn first_argument(segment: &PathSegment) -> Option<&Type> {
    let PathArguments::AngleBracketed(arguments) = &segment.arguments else { return None };
    arguments.args.iter().find_map(|argument| match argument {
        GenericArgument::Type(inner) => Some(inner),
        _ => None,
    })
}
