#[loader]
async fn article(Path(id): Path<i64>, State(db): State<Db>) -> Result<Option<Article>, ApiError> {
    db.article(id).await
}

// expands to

async fn article(
    Path(id): Path<i64>,
    State(db): State<Db>,
) -> Result<Option<Article>, ApiError> {
    db.article(id).await
}
const _: () = {
    impl<
        __S: ::core::marker::Send + ::core::marker::Sync,
    > ::oauth2_guard::__private::FromRequestParts<__S> for Article
    where
        Path<i64>: ::oauth2_guard::__private::FromRequestParts<__S>,
        State<Db>: ::oauth2_guard::__private::FromRequestParts<__S>,
    {
        type Rejection = ::oauth2_guard::__private::LoadRejection;
        async fn from_request_parts(
            __parts: &mut ::oauth2_guard::__private::Parts,
            __state: &__S,
        ) -> ::core::result::Result<Self, ::oauth2_guard::__private::LoadRejection> {
            let __0 = match ::oauth2_guard::__private::argument::<
                Path<i64>,
                __S,
            >(__parts, __state)
                .await
            {
                ::core::result::Result::Ok(__value) => __value,
                ::core::result::Result::Err(__refused) => {
                    return ::core::result::Result::Err(__refused);
                }
            };
            let __1 = match ::oauth2_guard::__private::argument::<
                State<Db>,
                __S,
            >(__parts, __state)
                .await
            {
                ::core::result::Result::Ok(__value) => __value,
                ::core::result::Result::Err(__refused) => {
                    return ::core::result::Result::Err(__refused);
                }
            };
            ::oauth2_guard::__private::load::<Article>(article(__0, __1).await, __parts)
        }
    }
};
