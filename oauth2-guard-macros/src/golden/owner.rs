#[requires(any(roles = "editor", owner(article, hide)))]
async fn edit(State(db): State<Db>, mut article: Article, Json(text): Json<String>) -> Response {
    article.text = text;
    db.save(article).await
}

// expands to

#[doc(hidden)]
#[non_exhaustive]
enum __requires_edit {}
impl ::oauth2_guard::__private::Policy for __requires_edit {
    type Checks = ();
    const RULE: ::oauth2_guard::__private::Rule = ::oauth2_guard::__private::Rule::Any(const {
        &[
            ::oauth2_guard::__private::Rule::role("editor"),
            ::oauth2_guard::__private::owner(
                0usize,
                "article",
                ::core::option::Option::None,
                true,
            ),
        ]
    });
}
async fn edit(
    _: ::oauth2_guard::__private::OpenGuard<__requires_edit>,
    State(db): State<Db>,
    ::oauth2_guard::__private::Owned(
        mut article,
        ..,
    ): ::oauth2_guard::__private::Owned<Article, __requires_edit, 0usize>,
    Json(text): Json<String>,
) -> Response {
    article.text = text;
    db.save(article).await
}
