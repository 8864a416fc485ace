#[requires]
async fn profile() {}

// expands to

#[doc(hidden)]
#[non_exhaustive]
enum __requires_profile {}
impl ::oauth2_guard::__private::Policy for __requires_profile {
    type Checks = ();
    const RULE: ::oauth2_guard::__private::Rule = ::oauth2_guard::__private::Rule::Authenticated;
}
async fn profile(_: ::oauth2_guard::__private::Guard<__requires_profile>) {}
