#[check]
fn may_edit(body: Json<u8>) -> bool {
    true
}

// expands to

::core::compile_error! {
    "a check is asked while it waits for others: write `async fn may_edit`"
}
::core::compile_error! {
    "a check runs before the body is read: take something else than `Json`, such as `Path`, `Query` or `State`"
}
fn may_edit(body: Json<u8>) -> bool {
    true
}
#[doc(hidden)]
#[non_exhaustive]
pub enum may_edit {}
const _: () = {
    impl ::oauth2_guard::__private::Check for may_edit {
        const NAME: &'static ::core::primitive::str = "may_edit";
    }
    impl<
        __S: ::core::marker::Send + ::core::marker::Sync,
    > ::oauth2_guard::__private::Ask<__S> for may_edit {
        async fn ask(
            _: &mut ::oauth2_guard::__private::Parts,
            _: &__S,
        ) -> ::oauth2_guard::__private::Verdict {
            ::oauth2_guard::__private::verdict(false)
        }
    }
};
