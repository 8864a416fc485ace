#[requires(owner(artcle), max_age = 5)]
async fn edit(article: Article) -> String {
    article.title
}

// expands to

::core::compile_error! {
    "`5` of which unit? write `\"5m\"` or `\"5s\"`"
}
::core::compile_error! {
    "no argument `artcle`, did you mean `article`?"
}
#[doc(hidden)]
#[non_exhaustive]
enum __requires_edit {}
impl ::oauth2_guard::__private::Policy for __requires_edit {
    type Checks = ();
    const RULE: ::oauth2_guard::__private::Rule = ::oauth2_guard::__private::Rule::Authenticated;
}
async fn edit(
    _: ::oauth2_guard::__private::Guard<__requires_edit>,
    article: Article,
) -> String {
    article.title
}
