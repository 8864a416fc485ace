#[requires(roles = "a")]
#[other]
#[requires(scopes = "b", any(roles = "c", claim("tenant") == path("tenant")))]
async fn handler() {}

// expands to

#[doc(hidden)]
#[non_exhaustive]
enum __requires_handler {}
impl ::oauth2_guard::__private::Policy for __requires_handler {
    type Checks = ();
    const RULE: ::oauth2_guard::__private::Rule = ::oauth2_guard::__private::Rule::All(const {
        &[
            ::oauth2_guard::__private::Rule::role("a"),
            ::oauth2_guard::__private::Rule::scope("b"),
            ::oauth2_guard::__private::Rule::Any(const {
                &[
                    ::oauth2_guard::__private::Rule::role("c"),
                    ::oauth2_guard::__private::Rule::claim(
                        "tenant",
                        ::oauth2_guard::__private::Expected::Path("tenant"),
                    ),
                ]
            }),
        ]
    });
}
#[other]
async fn handler(_: ::oauth2_guard::__private::Guard<__requires_handler>) {}
