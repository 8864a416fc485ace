#[public]
pub async fn health(_: Method) -> &'static str {
    "ok"
}

// expands to

pub async fn health(_: ::oauth2_guard::__private::Public, _: Method) -> &'static str {
    "ok"
}
