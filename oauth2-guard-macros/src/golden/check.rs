#[check]
async fn may_edit(
    Claims(me): Claims<Me>,
    Path(id): Path<u64>,
    Path(again): Path<u64>,
    State(db): State<Db>,
) -> Result<bool, ApiError> {
    db.is_editor(me.sub, id).await
}

// expands to

async fn may_edit(
    Claims(me): Claims<Me>,
    Path(id): Path<u64>,
    Path(again): Path<u64>,
    State(db): State<Db>,
) -> Result<bool, ApiError> {
    db.is_editor(me.sub, id).await
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
    > ::oauth2_guard::__private::Ask<__S> for may_edit
    where
        Claims<Me>: ::oauth2_guard::__private::FromRequestParts<__S>,
        Path<u64>: ::oauth2_guard::__private::FromRequestParts<__S>,
        State<Db>: ::oauth2_guard::__private::FromRequestParts<__S>,
    {
        async fn ask(
            __parts: &mut ::oauth2_guard::__private::Parts,
            __state: &__S,
        ) -> ::oauth2_guard::__private::Verdict {
            let __0 = match ::oauth2_guard::__private::extract::<
                Claims<Me>,
                __S,
            >(__parts, __state)
                .await
            {
                ::core::result::Result::Ok(__value) => __value,
                ::core::result::Result::Err(__refused) => return __refused,
            };
            let __1 = match ::oauth2_guard::__private::extract::<
                Path<u64>,
                __S,
            >(__parts, __state)
                .await
            {
                ::core::result::Result::Ok(__value) => __value,
                ::core::result::Result::Err(__refused) => return __refused,
            };
            let __2 = match ::oauth2_guard::__private::extract::<
                Path<u64>,
                __S,
            >(__parts, __state)
                .await
            {
                ::core::result::Result::Ok(__value) => __value,
                ::core::result::Result::Err(__refused) => return __refused,
            };
            let __3 = match ::oauth2_guard::__private::extract::<
                State<Db>,
                __S,
            >(__parts, __state)
                .await
            {
                ::core::result::Result::Ok(__value) => __value,
                ::core::result::Result::Err(__refused) => return __refused,
            };
            ::oauth2_guard::__private::verdict(may_edit(__0, __1, __2, __3).await)
        }
    }
};
