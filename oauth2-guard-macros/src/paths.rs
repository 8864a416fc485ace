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

impl Runtime {
    pub(crate) fn guard(&self) -> TokenStream {
        quote!(#self::__private::Guard)
    }

    pub(crate) fn policy(&self) -> TokenStream {
        quote!(#self::__private::Policy)
    }

    pub(crate) fn public(&self) -> TokenStream {
        quote!(#self::__private::Public)
    }

    pub(crate) fn rule(&self) -> TokenStream {
        quote!(#self::__private::Rule)
    }
}

impl ToTokens for Runtime {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        match self {
            Self::Default => tokens.extend(quote!(::oauth2_guard)),
            Self::At(path) => path.to_tokens(tokens),
        }
    }
}
