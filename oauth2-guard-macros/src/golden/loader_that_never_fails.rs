#[loader(crate = ::renamed)]
async fn clock() -> Now {
    Now::read()
}

// expands to

async fn clock() -> Now {
    Now::read()
}
const _: () = {
    impl<
        __S: ::core::marker::Send + ::core::marker::Sync,
    > ::renamed::__private::FromRequestParts<__S> for Now {
        type Rejection = ::renamed::__private::LoadRejection;
        async fn from_request_parts(
            __parts: &mut ::renamed::__private::Parts,
            _: &__S,
        ) -> ::core::result::Result<Self, ::renamed::__private::LoadRejection> {
            ::renamed::__private::load::<Now>(clock().await, __parts)
        }
    }
};
