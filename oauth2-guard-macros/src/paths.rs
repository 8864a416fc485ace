//! Where the runtime crate is, and every name in it that expanded code uses.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::Path;

/// The runtime crate.
pub(crate) enum Runtime {
    Default,
    /// `crate = ..`
    At(Path),
}

macro_rules! names {
    ($($method:ident => $name:ident,)*) => {
        impl Runtime {
            $(pub(crate) fn $method(&self) -> TokenStream {
                quote!(#self::__private::$name)
            })*
        }
    };
}

names! {
    argument => argument,
    ask => Ask,
    ask_one => AskOne,
    bearer => Bearer,
    check => Check,
    check_id => CheckId,
    checks => Checks,
    checks_of => ChecksOf,
    expected => Expected,
    extract => extract,
    extractor => FromRequestParts,
    guard => Guard,
    has_owner => HasOwner,
    load => load,
    load_rejection => LoadRejection,
    named => Named,
    names_no_owner => names_no_owner,
    open_guard => OpenGuard,
    owned => Owned,
    owner => owner,
    owner_id => OwnerId,
    parts => Parts,
    policy => Policy,
    principal => Principal,
    public => Public,
    rule => Rule,
    verdict => Verdict,
    verdict_of => verdict,
}

impl ToTokens for Runtime {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        match self {
            Self::Default => tokens.extend(quote!(::oauth2_guard)),
            Self::At(path) => path.to_tokens(tokens),
        }
    }
}
