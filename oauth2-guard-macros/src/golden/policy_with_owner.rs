#[policy(any(Admin, owner(article), owner(article, claim = "email")))]
struct MayEdit;

// expands to

struct MayEdit;
const _: ::oauth2_guard::__private::Rule = {
    impl ::oauth2_guard::__private::Policy for MayEdit {
        type Checks = Self;
        const RULE: ::oauth2_guard::__private::Rule = ::oauth2_guard::__private::Rule::Named(const {
            &::oauth2_guard::__private::Named::new(
                "MayEdit",
                "",
                ::oauth2_guard::__private::Rule::Any(const {
                    &[
                        <Admin as ::oauth2_guard::__private::Policy>::RULE,
                        ::oauth2_guard::__private::owner(
                            0usize,
                            "article",
                            ::core::option::Option::None,
                            false,
                        ),
                        ::oauth2_guard::__private::owner(
                            0usize,
                            "article",
                            ::core::option::Option::Some("email"),
                            false,
                        ),
                    ]
                }),
            )
        });
    }
    impl<
        __S: ::core::marker::Send + ::core::marker::Sync,
    > ::oauth2_guard::__private::Checks<__S> for MayEdit
    where
        ::oauth2_guard::__private::ChecksOf<
            Admin,
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
                ::oauth2_guard::__private::ChecksOf<Admin>,
                (),
            ) as ::oauth2_guard::__private::Checks<__S>>::ask(__check, __parts, __state)
        }
    }
    <MayEdit as ::oauth2_guard::__private::Policy>::RULE
};
