//! The rule and the handler together: which arguments have an owner, and what a rule cannot name.

use proc_macro2::Ident;
use syn::ext::IdentExt;
use syn::{
    Attribute, Error, FnArg, GenericArgument, GenericParam, Pat, Path, PathArguments, Signature, Type,
};

use crate::errors::Errors;
use crate::model::{Leaf, Name, Object, Owner, Rule};
use crate::source::source;
use crate::{messages, suggestion};

/// The arguments that `owner(..)` names, in their order. What cannot have an owner is reported.
pub(crate) fn objects(rule: &Rule, signature: &Signature, errors: &mut Errors) -> Vec<Object> {
    let arguments: Vec<Argument<'_>> =
        signature.inputs.iter().enumerate().filter_map(Argument::new).collect();
    let mut objects = Vec::new();
    for owner in rule.owners() {
        match argument(owner, &arguments) {
            Ok(argument) if objects.iter().all(|object: &Object| object.argument != argument) => {
                objects.push(Object { parameter: owner.parameter.clone(), argument });
            }
            Ok(_) => {}
            Err(message) => errors.push(Error::new(owner.parameter.span(), message)),
        }
    }
    objects.sort_by_key(|object| object.argument);
    objects
}

/// The one object that a policy is about.
pub(crate) fn object_of_policy(rule: &Rule, errors: &mut Errors) -> Vec<Object> {
    let owners = rule.owners();
    let Some(Owner { parameter: first, .. }) = owners.first() else { return Vec::new() };
    for Owner { parameter, .. } in &owners {
        if parameter.unraw() != first.unraw() {
            let message = messages::several_objects_of_policy(parameter, first);
            errors.push(Error::new(parameter.span(), message));
        }
    }
    vec![Object { parameter: first.clone(), argument: 0 }]
}

/// An argument of a handler, and the names that it binds.
struct Argument<'a> {
    index: usize,
    attributes: &'a [Attribute],
    pattern: &'a Pat,
    written: &'a Type,
    bindings: Vec<Binding<'a>>,
}

struct Binding<'a> {
    name: &'a Ident,
    is_reference: bool,
}

impl<'a> Argument<'a> {
    fn new((index, argument): (usize, &'a FnArg)) -> Option<Self> {
        let FnArg::Typed(argument) = argument else { return None };
        let mut bindings = Vec::new();
        collect(&argument.pat, &mut bindings);
        Some(Self {
            index,
            attributes: &argument.attrs,
            pattern: &argument.pat,
            written: &argument.ty,
            bindings,
        })
    }
}

/// The place of the argument that loads the object of `owner`.
fn argument(owner: &Owner, arguments: &[Argument<'_>]) -> Result<usize, String> {
    let parameter = &owner.parameter;
    let binds = |binding: &&Binding<'_>| binding.name.unraw() == parameter.unraw();
    let mut found = arguments
        .iter()
        .filter_map(|argument| argument.bindings.iter().find(binds).map(|binding| (argument, binding)));
    let Some((argument, binding)) = found.next() else {
        let names: Vec<String> = arguments
            .iter()
            .flat_map(|argument| &argument.bindings)
            .map(|binding| binding.name.to_string())
            .collect();
        let nearest = suggestion::nearest_of(&parameter.unraw().to_string(), &names);
        return Err(messages::unknown_argument(parameter, nearest.map(String::as_str)));
    };
    // Without the argument the handler would run, and nobody be asked whose the object is.
    if argument.attributes.iter().any(may_remove) {
        return Err(messages::argument_with_cfg(parameter));
    }
    // Names from different macros are different, and look the same.
    if found.next().is_some() {
        return Err(messages::argument_of_same_name(parameter));
    }
    if binding.is_reference {
        return Err(messages::argument_by_reference(parameter));
    }
    if argument.bindings.len() > 1 {
        return Err(messages::argument_among_others(parameter, &source(argument.pattern)));
    }
    if let Some(name) = from_caller(argument.written) {
        return Err(messages::argument_from_caller(parameter, &name));
    }
    Ok(argument.index)
}

/// The compiler sees to these once the attribute is expanded.
fn may_remove(attribute: &Attribute) -> bool {
    attribute.path().is_ident("cfg") || attribute.path().is_ident("cfg_attr")
}

fn collect<'a>(pattern: &'a Pat, bindings: &mut Vec<Binding<'a>>) {
    match pattern {
        Pat::Ident(pattern) => {
            // In each alternative of an or-pattern.
            if bindings.iter().all(|binding| *binding.name != pattern.ident) {
                bindings.push(Binding { name: &pattern.ident, is_reference: pattern.by_ref.is_some() });
            }
            if let Some((_, pattern)) = &pattern.subpat {
                collect(pattern, bindings);
            }
        }
        Pat::Or(pattern) => pattern.cases.iter().for_each(|pattern| collect(pattern, bindings)),
        Pat::Paren(pattern) => collect(&pattern.pat, bindings),
        Pat::Reference(pattern) => collect(&pattern.pat, bindings),
        Pat::Slice(pattern) => pattern.elems.iter().for_each(|pattern| collect(pattern, bindings)),
        Pat::Struct(pattern) => pattern.fields.iter().for_each(|field| collect(&field.pat, bindings)),
        Pat::Tuple(pattern) => pattern.elems.iter().for_each(|pattern| collect(pattern, bindings)),
        Pat::TupleStruct(pattern) => pattern.elems.iter().for_each(|pattern| collect(pattern, bindings)),
        _ => {}
    }
}

/// The extractor, if it holds what the caller typed: a body or a query.
fn from_caller(written: &Type) -> Option<String> {
    let path = match written {
        Type::Group(inner) => return from_caller(&inner.elem),
        Type::Paren(inner) => return from_caller(&inner.elem),
        Type::Path(path) => path,
        _ => return None,
    };
    let last = path.path.segments.last()?;
    let name = last.ident.unraw().to_string();
    match name.as_str() {
        "Option" | "Result" => {
            let PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
            match arguments.args.first()? {
                GenericArgument::Type(inner) => from_caller(inner),
                _ => None,
            }
        }
        "Query" | "RawQuery" => Some(name),
        _ => is_body(&name).then_some(name),
    }
}

/// Whether an extractor of this name takes the body of a request.
pub(crate) fn is_body(name: &str) -> bool {
    matches!(name, "Body" | "Bytes" | "Form" | "Json" | "Multipart" | "RawForm" | "Request" | "String")
}

/// A rule is one constant, whatever a handler is instantiated with.
pub(crate) fn report_generics(rule: &Rule, signature: &Signature, errors: &mut Errors) {
    for leaf in rule.leaves() {
        let (path, instead) = match leaf {
            Leaf::Check(path) => (path, "check"),
            Leaf::Policy(path) => (path, "policy"),
            Leaf::Grant(_, Name::Const(path)) => match &path.qself {
                Some(qself) => {
                    if let Type::Path(path) = &*qself.ty {
                        report_generic(&path.path, "const", signature, errors);
                    }
                    continue;
                }
                None => (&path.path, "const"),
            },
            _ => continue,
        };
        report_generic(path, instead, signature, errors);
    }
}

fn report_generic(path: &Path, instead: &str, signature: &Signature, errors: &mut Errors) {
    let Some(first) = path.segments.first().filter(|_| path.leading_colon.is_none()) else { return };
    let is_generic = signature.generics.params.iter().any(|parameter| match parameter {
        GenericParam::Type(parameter) => parameter.ident == first.ident,
        GenericParam::Const(parameter) => parameter.ident == first.ident,
        GenericParam::Lifetime(_) => false,
    });
    if is_generic {
        let message = messages::generic_in_rule(&first.ident, &signature.ident, instead);
        errors.push(Error::new(first.ident.span(), message));
    }
}
