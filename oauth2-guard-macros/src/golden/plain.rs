/// Documented.
#[requires(scopes = any("a", B), not(roles = "c"), max_age = "15m", principal = user)]
#[other]
pub(crate) async fn r#type<T>(id: T) -> impl R
where
    T: X,
{
    id.answer()
}

// expands to

#[doc(hidden)]
#[non_exhaustive]
pub(crate) enum __requires_type {}
const _: ::oauth2_guard::__private::Rule = {
    impl ::oauth2_guard::__private::Policy for __requires_type {
        type Checks = ();
        const RULE: ::oauth2_guard::__private::Rule = ::oauth2_guard::__private::Rule::All(const {
            &[
                ::oauth2_guard::__private::Rule::Any(const {
                    &[
                        ::oauth2_guard::__private::Rule::scope("a"),
                        ::oauth2_guard::__private::Rule::scope(B),
                    ]
                }),
                ::oauth2_guard::__private::Rule::Not(const {
                    &::oauth2_guard::__private::Rule::role("c")
                }),
                ::oauth2_guard::__private::Rule::max_age(900u64),
                ::oauth2_guard::__private::Rule::Principal(
                    ::oauth2_guard::__private::Principal::User,
                ),
            ]
        });
    }
    <__requires_type as ::oauth2_guard::__private::Policy>::RULE
};
/// Documented.
#[other]
pub(crate) async fn r#type<T>(
    _: ::oauth2_guard::__private::Guard<__requires_type>,
    id: T,
) -> impl R
where
    T: X,
{
    id.answer()
}
