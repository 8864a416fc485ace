#[requires(crate = ::renamed, any(Admin, owner(article), check = is_open, claim("age") == -1))]
async fn handler(article: Article) {}

// expands to

#[doc(hidden)]
#[non_exhaustive]
enum __requires_handler {}
const _: ::renamed::__private::Rule = {
    impl ::renamed::__private::Policy for __requires_handler {
        type Checks = Self;
        const RULE: ::renamed::__private::Rule = ::renamed::__private::Rule::Any(const {
            &[
                <Admin as ::renamed::__private::Policy>::RULE,
                ::renamed::__private::owner(
                    0usize,
                    "article",
                    ::core::option::Option::None,
                    false,
                ),
                ::renamed::__private::Rule::check::<(is_open)>(),
                ::renamed::__private::Rule::claim(
                    "age",
                    ::renamed::__private::Expected::Integer(-1i64),
                ),
            ]
        });
    }
    impl<
        __S: ::core::marker::Send + ::core::marker::Sync,
    > ::renamed::__private::Checks<__S> for __requires_handler
    where
        ::renamed::__private::AskOne<(is_open)>: ::renamed::__private::Checks<__S>,
        ::renamed::__private::ChecksOf<Admin>: ::renamed::__private::Checks<__S>,
    {
        fn ask(
            __check: ::renamed::__private::CheckId,
            __parts: &mut ::renamed::__private::Parts,
            __state: &__S,
        ) -> impl ::core::future::Future<
            Output = ::core::option::Option<::renamed::__private::Verdict>,
        > + ::core::marker::Send {
            <(
                ::renamed::__private::AskOne<(is_open)>,
                (::renamed::__private::ChecksOf<Admin>, ()),
            ) as ::renamed::__private::Checks<__S>>::ask(__check, __parts, __state)
        }
    }
    <__requires_handler as ::renamed::__private::Policy>::RULE
};
const _: () = {
    ::renamed::__private::names_no_owner(&<Admin as ::renamed::__private::Policy>::RULE);
};
async fn handler(
    _: ::renamed::__private::OpenGuard<__requires_handler>,
    ::renamed::__private::Owned(
        article,
        ..,
    ): ::renamed::__private::Owned<Article, __requires_handler, 0usize>,
) {}
