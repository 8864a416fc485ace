#[requires(owner(target, claim = "/account/id"), owner(source), any(owner(id), provider = "staff"))]
async fn transfer(#[allow(unused)] source: Account, Path(id): Path<String>, target: Account) {}

// expands to

#[doc(hidden)]
#[non_exhaustive]
enum __requires_transfer {}
impl ::oauth2_guard::__private::Policy for __requires_transfer {
    type Checks = ();
    const RULE: ::oauth2_guard::__private::Rule = ::oauth2_guard::__private::Rule::All(const {
        &[
            ::oauth2_guard::__private::owner(
                2usize,
                "target",
                ::core::option::Option::Some("/account/id"),
                false,
            ),
            ::oauth2_guard::__private::owner(
                0usize,
                "source",
                ::core::option::Option::None,
                false,
            ),
            ::oauth2_guard::__private::Rule::Any(const {
                &[
                    ::oauth2_guard::__private::owner(
                        1usize,
                        "id",
                        ::core::option::Option::None,
                        false,
                    ),
                    ::oauth2_guard::__private::Rule::provider("staff"),
                ]
            }),
        ]
    });
}
async fn transfer(
    _: ::oauth2_guard::__private::OpenGuard<__requires_transfer>,
    #[allow(unused)]
    ::oauth2_guard::__private::Owned(
        source,
        ..,
    ): ::oauth2_guard::__private::Owned<Account, __requires_transfer, 0usize>,
    ::oauth2_guard::__private::Owned(
        Path(id),
        ..,
    ): ::oauth2_guard::__private::Owned<Path<String>, __requires_transfer, 1usize>,
    ::oauth2_guard::__private::Owned(
        target,
        ..,
    ): ::oauth2_guard::__private::Owned<Account, __requires_transfer, 2usize>,
) {}
