#[loader]
async fn article(id: &Path<u8>) -> Option<Article> {
    None
}

// expands to

::core::compile_error! {
    "a loader takes extractors, which are owned: write `Path<u8>`"
}
async fn article(id: &Path<u8>) -> Option<Article> {
    None
}
const _: () = {
    impl<
        __S: ::core::marker::Send + ::core::marker::Sync,
    > ::oauth2_guard::__private::FromRequestParts<__S> for Article {
        type Rejection = ::oauth2_guard::__private::LoadRejection;
        async fn from_request_parts(
            _: &mut ::oauth2_guard::__private::Parts,
            _: &__S,
        ) -> ::core::result::Result<Self, ::oauth2_guard::__private::LoadRejection> {
            ::core::unimplemented!()
        }
    }
};
