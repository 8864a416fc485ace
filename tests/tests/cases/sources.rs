//! HTTP: tokens from cookies and from the query, where the layer takes them.

use axum::Router;
use oauth2_guard::ResourceServer;
use oauth2_guard::layer::CrossSite;

use crate::case::{Api, B400, Foreign, N401, OK, R401, Sent, Setup};
use crate::token::{Token, es256};

const NO_TOKEN: &str = "malformed_credentials";
const SEVERAL: &str = "several_credentials";

fn token() -> String {
    Token::of(&es256()).build()
}

/// Another good one.
fn other() -> String {
    Token::of(&es256()).claim("sub", "canary-other").build()
}

async fn api(wrap: fn(Router, &ResourceServer) -> Router) -> Api {
    Setup { wrap, ..Setup::keys(&[es256().jwk()]) }.build().await.over_http().await
}

async fn with_query() -> Api {
    api(|router, server| {
        let layer = server.layer();
        let layer = layer.insecure_query_parameter_for_all_requests("access_token", ["https://app.test"]);
        router.layer(layer.unwrap())
    })
    .await
}

async fn with_cookie() -> Api {
    api(|router, server| {
        let origins = CrossSite::allowed_origins(["https://app.test"]).unwrap();
        router.layer(server.layer().cookie("__Host-token", origins).unwrap())
    })
    .await
}

#[tokio::test]
async fn a245_tokens_in_the_query_beside_others() {
    let api = with_query().await;
    let (token, other) = (token(), other());
    let query = |query: String| Sent::nothing().to(format!("/?{query}"));
    let good = || query(format!("access_token={token}"));
    api.send(good()).is(OK).await;
    api.send(query(format!("x=y&access_token={token}&z"))).is(OK).await;
    api.send(query("access_token=canary.forged.segment".to_owned()))
        .unlike(good())
        .is(R401("malformed"))
        .await;
    api.send(query(format!("Access_Token={token}"))).unlike(good()).is(N401).await;
    // Beside one in the header, whichever of the two is good, and the same one too.
    for (in_query, in_header) in [
        (&*token, &*other),
        (&token, &token),
        (&token, "canary.forged.segment"),
        ("canary.forged.segment", &token),
        ("", &token),
        ("a b", &token),
    ] {
        let in_query = format!("access_token={}", in_query.replace(' ', "%20"));
        let both = query(in_query).header("authorization", format!("Bearer {in_header}"));
        api.send(both.clone()).unlike(good()).is(B400(SEVERAL)).await;
        api.send(both).is(B400(SEVERAL)).await;
    }
    // And there twice.
    for twice in [
        format!("access_token={token}&access_token={other}"),
        format!("access_token={token}&access_token={token}"),
        format!("access_token={token}&x=y&access_token="),
        format!("access_token=&access_token={token}"),
        format!("access_token={token}&access%5Ftoken={other}"),
    ] {
        api.send(query(twice)).unlike(good()).is(B400(SEVERAL)).await;
    }
    for empty in ["access_token", "access_token=", "access_token=%20", "access_token=Bearer%20a"] {
        api.send(query(empty.to_owned())).unlike(good()).is(B400(NO_TOKEN)).await;
    }
}

#[tokio::test]
async fn a248_a_token_in_a_cookie() {
    let api = api(|router, server| router.layer(server.layer())).await;
    let token = token();
    for name in ["access_token", "token", "Authorization", "__Host-access_token", "jwt"] {
        api.send(Sent::nothing().header("cookie", format!("{name}={token}"))).is(N401).await;
        api.send(Sent::nothing().header("cookie", format!("{name}=Bearer {token}"))).is(N401).await;
        // The header is what counts, whatever the cookies say.
        api.send(Sent::from(token.as_str()).header("cookie", format!("{name}=canary.cookie.token")))
            .is(OK)
            .await;
        let bad = Sent::from("canary.forged.segment").header("cookie", format!("{name}={token}"));
        api.send(bad).is(R401("malformed")).await;
    }
}

#[tokio::test]
async fn n_http_a_cookie_where_it_is_taken() {
    let api = with_cookie().await;
    let (token, other) = (token(), other());
    let cookie = |value: String| Sent::nothing().header("cookie", value);
    let good = || cookie(format!("theme=dark; __Host-token={token}"));
    api.send(good()).is(OK).await;
    for (in_cookie, in_header) in [
        (&*token, &*other),
        (&token, &token),
        (&token, "canary.forged.segment"),
        ("canary.forged.segment", &token),
    ] {
        let both = cookie(format!("__Host-token={in_cookie}"));
        let both = both.header("authorization", format!("Bearer {in_header}"));
        api.send(both.clone()).unlike(good()).is(B400(SEVERAL)).await;
        api.send(both).is(B400(SEVERAL)).await;
    }
    for (value, outcome) in [
        (format!("__Host-token={token}; __Host-token={other}"), B400(SEVERAL)),
        (format!("__Host-token=Bearer {token}"), B400(NO_TOKEN)),
        (format!("__Host-token=\"{token}\""), B400(NO_TOKEN)),
        ("__Host-token=canary.forged.segment".to_owned(), R401("malformed")),
        (format!("__host-token={token}"), N401),
        (format!("x__Host-token={token}"), N401),
        (format!("x=__Host-token={token}"), N401),
    ] {
        api.send(cookie(value)).unlike(good()).is(outcome).await;
    }
    // What changes something comes from a page of ours.
    let post = |origin: &str| good().method("POST").header("origin", origin);
    api.send(post("https://app.test")).is(OK).await;
    for origin in [
        "null",
        "https://evil.test",
        "https://app.test.evil.test",
        "http://app.test",
        "https://app.test:8443",
    ] {
        api.send(post(origin)).unlike(post("https://app.test")).is(Foreign).await;
    }
    let without = good().method("POST");
    api.send(without.clone()).unlike(post("https://app.test")).is(Foreign).await;
    for header in ["referer", "x-forwarded-host", "x-requested-with"] {
        let claimed = without.clone().header(header, "https://app.test/");
        api.send(claimed).unlike(post("https://app.test")).is(Foreign).await;
    }
}
