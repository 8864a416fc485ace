//! Tokens in a cookie, which a browser sends whoever asks it to.

use axum::Router;
use axum::http::{HeaderMap, Method};
use axum::routing::any;
use oauth2_guard::layer::{CrossSite, GuardLayer};
use oauth2_guard::requires;
use oauth2_guard_tests::{Answer, Api, World, bearer};

const APP: &str = "https://app.example";

#[requires]
async fn guarded() -> &'static str {
    "guarded"
}

async fn cached() -> ([(&'static str, &'static str); 1], &'static str) {
    ([("cache-control", "public, max-age=60")], "cached")
}

async fn secret() -> ([(&'static str, &'static str); 1], &'static str) {
    ([("cache-control", "no-store")], "secret")
}

async fn serve(world: &World, layer: impl FnOnce(GuardLayer) -> GuardLayer) -> Api {
    let routes =
        Router::new().route("/", any(guarded)).route("/cached", any(cached)).route("/secret", any(secret));
    Api::serve(routes.layer(layer(world.server().await.layer()))).await
}

fn of_app(layer: GuardLayer) -> GuardLayer {
    let origins = CrossSite::allowed_origins([APP, "http://localhost:5173"]).expect("origins");
    layer.cookie("token", origins).expect("a cookie")
}

/// `method path`, with this cookie and these headers.
async fn send(api: &Api, method: Method, path: &str, cookie: &str, pairs: &[(&'static str, &str)]) -> Answer {
    let mut headers = HeaderMap::new();
    headers.insert("cookie", cookie.parse().unwrap());
    for (name, value) in pairs {
        headers.append(*name, value.parse().unwrap());
    }
    api.send(method, path, headers, "").await
}

fn cookie(world: &World) -> String {
    format!("token={}", world.token().build())
}

#[tokio::test]
async fn a_safe_method_may_come_from_anywhere() {
    let world = World::new().await;
    let api = serve(&world, of_app).await;
    let cookie = cookie(&world);
    for method in [Method::GET, Method::HEAD, Method::OPTIONS] {
        for pairs in
            [&[][..], &[("origin", APP)], &[("origin", "https://evil.example")], &[("origin", "null")]]
        {
            assert_eq!(
                send(&api, method.clone(), "/", &cookie, pairs).await.status,
                200,
                "{method} {pairs:?}"
            );
        }
    }
}

#[tokio::test]
async fn any_other_method_comes_from_a_listed_origin() {
    let world = World::new().await;
    let api = serve(&world, of_app).await;
    let cookie = cookie(&world);
    for method in
        [Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::from_bytes(b"PURGE").unwrap()]
    {
        let send =
            async |pairs: &[(&'static str, &str)]| send(&api, method.clone(), "/", &cookie, pairs).await;
        for pairs in [
            &[("origin", APP)][..],
            &[("origin", "http://localhost:5173")],
            &[("origin", APP), ("sec-fetch-site", "cross-site")],
            &[("sec-fetch-site", "same-origin")],
        ] {
            assert_eq!(send(pairs).await.status, 200, "{method} {pairs:?}");
        }
        for pairs in [
            &[][..],
            &[("origin", "null")],
            &[("origin", "https://evil.example")],
            &[("origin", "https://app.example.evil.example")],
            &[("origin", "https://sub.app.example")],
            &[("origin", "http://app.example")],
            &[("origin", "https://app.example:8443")],
            &[("origin", "https://app.example/")],
            &[("origin", "http://localhost")],
            &[("origin", APP), ("origin", "https://evil.example")],
            &[("origin", "https://evil.example"), ("sec-fetch-site", "same-origin")],
            &[("origin", "null"), ("sec-fetch-site", "same-origin")],
            &[("sec-fetch-site", "same-site")],
            &[("sec-fetch-site", "cross-site")],
            &[("sec-fetch-site", "none")],
            &[("sec-fetch-site", "same-origin"), ("sec-fetch-site", "cross-site")],
            &[("referer", "https://app.example/")],
        ] {
            let answer = send(pairs).await;
            assert_eq!((answer.status, answer.challenge.as_deref()), (403, None), "{method} {pairs:?}");
            assert_eq!(answer.cache_control.as_deref(), Some("no-store"));
        }
    }
}

#[tokio::test]
async fn a_safe_method_that_stands_for_another_is_not_safe() {
    let world = World::new().await;
    let api = serve(&world, of_app).await;
    let cookie = cookie(&world);
    for (path, pairs) in [
        ("/", &[("x-http-method-override", "DELETE")][..]),
        ("/", &[("x-method-override", "DELETE")]),
        ("/?_method=DELETE", &[]),
    ] {
        assert_eq!(send(&api, Method::GET, path, &cookie, pairs).await.status, 403, "{path} {pairs:?}");
        let of_app = [pairs, &[("origin", APP)]].concat();
        assert_eq!(send(&api, Method::GET, path, &cookie, &of_app).await.status, 200, "{path} {pairs:?}");
    }
}

#[tokio::test]
async fn a_token_in_the_header_needs_no_origin() {
    let world = World::new().await;
    let api = serve(&world, of_app).await;
    let mut headers = bearer(&world.token().build());
    assert_eq!(api.send(Method::POST, "/", headers.clone(), "").await.status, 200);
    headers.insert("origin", "https://elsewhere.example".parse().unwrap());
    assert_eq!(api.send(Method::POST, "/", headers, "").await.status, 200);
}

#[tokio::test]
async fn a_bad_token_is_a_bad_token_whatever_the_method() {
    let world = World::new().await;
    let api = serve(&world, of_app).await;
    let expired = format!("token={}", world.token().expired().build());
    for pairs in [&[("origin", APP)][..], &[("sec-fetch-site", "same-origin")]] {
        let answer = send(&api, Method::POST, "/", &expired, pairs).await;
        assert_eq!((answer.status, answer.error()), (401, Some("invalid_token")));
    }
    let none = send(&api, Method::POST, "/", "other=x", &[]).await;
    assert_eq!((none.status, none.error()), (401, None));
}

#[tokio::test]
async fn several_cookies_of_the_name_are_refused() {
    let world = World::new().await;
    let api = serve(&world, of_app).await;
    let (good, bad) = (cookie(&world), "token=x");
    for cookies in [
        format!("{good}; {good}"),
        format!("{good}; {bad}"),
        format!("{bad}; a=1; {good}"),
        format!("token=; {good}"),
    ] {
        let answer = send(&api, Method::GET, "/", &cookies, &[]).await;
        assert_eq!((answer.status, answer.error()), (400, Some("invalid_request")), "{cookies}");
    }
    assert_eq!(send(&api, Method::GET, "/", &good, &[("cookie", bad)]).await.status, 400);
    for cookies in [format!("Token=x; {good}"), format!("{good}; tokens=x; a=token=y"), format!("a;{good};")]
    {
        assert_eq!(send(&api, Method::GET, "/", &cookies, &[]).await.status, 200, "{cookies}");
    }
}

#[tokio::test]
async fn where_something_else_protects_the_origin_is_not_asked() {
    let world = World::new().await;
    let api =
        serve(&world, |layer| layer.cookie("token", CrossSite::protected_elsewhere()).expect("a cookie"))
            .await;
    let cookie = cookie(&world);
    assert_eq!(send(&api, Method::POST, "/", &cookie, &[]).await.status, 200);
    // Save of upgrades, for which nothing else does.
    let upgrade = [("upgrade", "websocket"), ("origin", APP)];
    assert_eq!(send(&api, Method::GET, "/", &cookie, &upgrade).await.status, 403);
}

#[tokio::test]
async fn the_last_cookie_is_the_one() {
    let world = World::new().await;
    let api = serve(&world, |layer| {
        let layer = layer.cookie("old", CrossSite::protected_elsewhere()).expect("a cookie");
        of_app(layer)
    })
    .await;
    assert_eq!(send(&api, Method::POST, "/", &cookie(&world), &[]).await.status, 403);
    assert_eq!(send(&api, Method::POST, "/", &cookie(&world), &[("origin", APP)]).await.status, 200);
    let old = format!("old={}", world.token().build());
    assert_eq!(send(&api, Method::POST, "/", &old, &[("origin", APP)]).await.status, 401);
}

#[tokio::test]
async fn answers_are_for_nobody_else() {
    let world = World::new().await;
    let api = serve(&world, of_app).await;
    let cookie = cookie(&world);
    for (path, with_cookie, with_header) in [
        ("/", Some("private"), None),
        ("/cached", Some("private, max-age=60"), Some("public, max-age=60")),
        ("/secret", Some("no-store"), Some("no-store")),
    ] {
        let answer = send(&api, Method::GET, path, &cookie, &[]).await;
        assert_eq!((answer.status, answer.cache_control.as_deref()), (200, with_cookie));
        let answer = api.get_path(path, world.token().build()).await;
        assert_eq!((answer.status, answer.cache_control.as_deref()), (200, with_header));
    }
}

#[tokio::test]
async fn what_cannot_be_right_is_refused_at_the_start() {
    let world = World::new().await;
    let layer = world.server().await.layer();
    for (error, sentence) in [
        (
            CrossSite::allowed_origins(["https://app.example/"]).unwrap_err(),
            "`https://app.example/` is no origin: write `https://app.example`",
        ),
        (
            CrossSite::allowed_origins(["*"]).unwrap_err(),
            "`*` is no origin: name each, as in `https://app.example.com`",
        ),
        (
            CrossSite::allowed_origins([""; 0]).unwrap_err(),
            "there is no origin in the list: name those of your pages, as in `https://app.example.com`",
        ),
        (
            layer.cookie("my token", CrossSite::protected_elsewhere()).unwrap_err(),
            "`my token` is no name of a cookie: write letters, digits, `-` and `_`, as in `__Host-access_token`",
        ),
    ] {
        assert_eq!(error.to_string(), sentence);
    }
}
