#[check]
pub(crate) async fn is_open() -> bool {
    true
}

// expands to

pub(crate) async fn is_open() -> bool {
    true
}
#[doc(hidden)]
#[non_exhaustive]
pub enum is_open {}
const _: () = {
    impl ::oauth2_guard::__private::Check for is_open {
        const NAME: &'static ::core::primitive::str = "is_open";
    }
    impl<
        __S: ::core::marker::Send + ::core::marker::Sync,
    > ::oauth2_guard::__private::Ask<__S> for is_open {
        async fn ask(
            _: &mut ::oauth2_guard::__private::Parts,
            _: &__S,
        ) -> ::oauth2_guard::__private::Verdict {
            ::oauth2_guard::__private::verdict(is_open().await)
        }
    }
};
