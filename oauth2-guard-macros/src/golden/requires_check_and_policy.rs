#[requires(any(check = checks::may_edit, Admin, all(crate::policies::Editor, check = is_open)))]
async fn edit() {}

// expands to

#[doc(hidden)]
#[non_exhaustive]
enum __requires_edit {}
const _: ::oauth2_guard::__private::Rule = {
    impl ::oauth2_guard::__private::Policy for __requires_edit {
        type Checks = Self;
        const RULE: ::oauth2_guard::__private::Rule = ::oauth2_guard::__private::Rule::Any(const {
            &[
                ::oauth2_guard::__private::Rule::check::<(checks::may_edit)>(),
                <Admin as ::oauth2_guard::__private::Policy>::RULE,
                ::oauth2_guard::__private::Rule::All(const {
                    &[
                        <crate::policies::Editor as ::oauth2_guard::__private::Policy>::RULE,
                        ::oauth2_guard::__private::Rule::check::<(is_open)>(),
                    ]
                }),
            ]
        });
    }
    impl<
        __S: ::core::marker::Send + ::core::marker::Sync,
    > ::oauth2_guard::__private::Checks<__S> for __requires_edit
    where
        ::oauth2_guard::__private::AskOne<
            (checks::may_edit),
        >: ::oauth2_guard::__private::Checks<__S>,
        ::oauth2_guard::__private::AskOne<
            (is_open),
        >: ::oauth2_guard::__private::Checks<__S>,
        ::oauth2_guard::__private::ChecksOf<
            Admin,
        >: ::oauth2_guard::__private::Checks<__S>,
        ::oauth2_guard::__private::ChecksOf<
            crate::policies::Editor,
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
                ::oauth2_guard::__private::AskOne<(checks::may_edit)>,
                (
                    ::oauth2_guard::__private::AskOne<(is_open)>,
                    (
                        ::oauth2_guard::__private::ChecksOf<Admin>,
                        (
                            ::oauth2_guard::__private::ChecksOf<crate::policies::Editor>,
                            (),
                        ),
                    ),
                ),
            ) as ::oauth2_guard::__private::Checks<__S>>::ask(__check, __parts, __state)
        }
    }
    <__requires_edit as ::oauth2_guard::__private::Policy>::RULE
};
const _: () = {
    ::oauth2_guard::__private::names_no_owner(
        &<Admin as ::oauth2_guard::__private::Policy>::RULE,
    );
};
const _: () = {
    ::oauth2_guard::__private::names_no_owner(
        &<crate::policies::Editor as ::oauth2_guard::__private::Policy>::RULE,
    );
};
async fn edit(_: ::oauth2_guard::__private::Guard<__requires_edit>) {}
