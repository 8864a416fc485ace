#[policy(role = "admin")]
struct Admin;

// expands to

::core::compile_error! {
    "unknown key `role`, did you mean `roles`?"
}
struct Admin;
impl ::oauth2_guard::__private::Policy for Admin {
    type Checks = ();
    const RULE: ::oauth2_guard::__private::Rule = ::oauth2_guard::__private::Rule::Named(const {
        &::oauth2_guard::__private::Named::new(
            "Admin",
            "",
            ::oauth2_guard::__private::Rule::Authenticated,
        )
    });
}
