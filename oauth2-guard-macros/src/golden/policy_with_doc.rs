/// Whoever runs
/// the shop.
///
/// More about them.
#[policy(any(roles = "admin", check = is_owner_of_shop), acr = "mfa")]
#[derive(Debug)]
pub struct Admin;

// expands to

/// Whoever runs
/// the shop.
///
/// More about them.
#[derive(Debug)]
pub struct Admin;
impl ::oauth2_guard::__private::Policy for Admin {
    type Checks = Self;
    const RULE: ::oauth2_guard::__private::Rule = ::oauth2_guard::__private::Rule::Named(const {
        &::oauth2_guard::__private::Named::new(
            "Admin",
            "Whoever runs the shop.",
            ::oauth2_guard::__private::Rule::All(const {
                &[
                    ::oauth2_guard::__private::Rule::Any(const {
                        &[
                            ::oauth2_guard::__private::Rule::role("admin"),
                            ::oauth2_guard::__private::Rule::check::<
                                (is_owner_of_shop),
                            >(),
                        ]
                    }),
                    ::oauth2_guard::__private::Rule::acr("mfa"),
                ]
            }),
        )
    });
}
impl<
    __S: ::core::marker::Send + ::core::marker::Sync,
> ::oauth2_guard::__private::Checks<__S> for Admin
where
    ::oauth2_guard::__private::AskOne<
        (is_owner_of_shop),
    >: ::oauth2_guard::__private::Checks<__S>,
{
    fn ask(
        __check: ::oauth2_guard::__private::CheckId,
        __parts: &mut ::oauth2_guard::__private::Parts,
        __state: &__S,
    ) -> impl ::core::future::Future<
        Output = ::core::option::Option<::oauth2_guard::__private::Verdict>,
    > + ::core::marker::Send {
        <(
            ::oauth2_guard::__private::AskOne<(is_owner_of_shop)>,
            (),
        ) as ::oauth2_guard::__private::Checks<__S>>::ask(__check, __parts, __state)
    }
}
