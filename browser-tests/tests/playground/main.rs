//! The page of the program `quickstart`, in a real browser, on a desk and on a phone.
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

mod stage;

use std::time::Duration;

use oauth2_guard_browser_tests::browser::Browser;
use serde_json::json;

use self::stage::{ENTER, Playground, SPACE, TAB};

#[tokio::test]
#[ignore = "needs a browser"]
async fn a_token_is_minted_and_tried_with_the_keyboard_alone() {
    Browser::drive("playground_keyboard", async |browser| {
        let page = Playground::visit(browser).await;
        page.resize(1000, 1900).await;
        assert_eq!(page.reach("GET /me").await, "no");
        assert_eq!(page.reach("GET /health").await, "yes");

        // Past what is chosen, whose focus can be seen at each step.
        let mut stops = Vec::new();
        while stops.last().is_none_or(|stop| stop != "Mint a token") {
            page.browser.press(TAB).await;
            let stop = page.focused().await;
            if stop == "orders:write" || stop == "accountant" {
                page.browser.press(SPACE).await;
            }
            stops.push(stop);
        }
        assert_eq!(
            stops,
            [
                "orders:read",
                "orders:write",
                "orders:cancel",
                "reports",
                "chat",
                "accountant",
                "admin",
                "support",
                "orders:refund",
                "Subject",
                "Lifetime",
                "Audience",
                "Signed with",
                "Mint a token",
            ]
        );
        page.browser.press(ENTER).await;
        page.until("document.querySelector('#says').textContent").await;
        let claims = page.claims().await;
        assert_eq!(
            (&claims["sub"], &claims["scope"], &claims["roles"]),
            (&json!("alice"), &json!("orders:read orders:write"), &json!(["accountant"]))
        );

        for (route, reach) in [
            ("GET /me", "yes"),
            ("GET /orders", "yes"),
            ("POST /orders", "yes"),
            ("DELETE /orders/{id}", "no"),
            ("POST /orders/{id}/refund", "no"),
            ("GET /users/{user}/orders", "if owner(user)"),
            ("GET /reports", "no"),
            ("any /room", "no"),
            ("GET /health", "yes"),
        ] {
            assert_eq!(page.reach(route).await, reach, "{route}");
        }

        while page.focused().await != "Call POST /orders" {
            page.browser.press(TAB).await;
        }
        page.browser.press(ENTER).await;
        let answer = page.answer("POST /orders").await;
        assert_eq!(answer["status"], "201 Created");
        assert_eq!(answer["Challenge"], "none");
        assert_eq!(page.focused().await, "Call POST /orders");
        page.browser.screenshot("playground_keyboard").await;
    })
    .await;
}

#[tokio::test]
#[ignore = "needs a browser"]
async fn every_route_answers_as_the_map_says() {
    Browser::drive("playground_routes", async |browser| {
        let page = Playground::visit(browser).await;
        page.resize(1000, 1900).await;
        page.mint(json!({ "scopes": ["orders:read", "reports"], "roles": ["admin"] })).await;
        page.press_button("#call-all").await;
        page.until("document.querySelector('#said').textContent.includes('/health')").await;
        for (route, reach, status) in [
            ("GET /me", "yes", "200 OK"),
            ("GET /orders", "yes", "200 OK"),
            ("POST /orders", "no", "403 Forbidden"),
            ("DELETE /orders/{id}", "yes", "204 No Content"),
            ("POST /orders/{id}/refund", "no", "403 Forbidden"),
            ("GET /users/{user}/orders", "if owner(user)", "200 OK"),
            ("GET /reports", "no", "403 Forbidden"),
            ("GET /health", "yes", "200 OK"),
        ] {
            assert_eq!(
                (&*page.reach(route).await, &page.answer(route).await["status"]),
                (reach, &json!(status)),
                "{route}"
            );
        }
        page.browser.screenshot("playground_routes").await;
    })
    .await;
}

#[tokio::test]
#[ignore = "needs a browser"]
async fn an_answer_shows_the_challenge_and_when_verbose_what_failed() {
    Browser::drive("playground_verbose", async |browser| {
        let page = Playground::visit(browser).await;
        page.resize(1000, 1900).await;
        page.mint(json!({ "scopes": ["orders:read"], "roles": [] })).await;

        let terse = page.call("POST /orders").await;
        assert_eq!(terse["status"], "403 Forbidden");
        let challenge = terse["Challenge"].as_str().expect("a challenge");
        assert!(challenge.ends_with(r#"scope="orders:read orders:write""#), "{challenge}");
        assert!(!terse["Body"].as_str().expect("a body").contains("required"));

        page.press_button("#verbose").await;
        let verbose = page.call("POST /orders").await;
        assert_eq!(
            verbose["Why"],
            r#"required: scopes = all("orders:read", "orders:write"); not met: scopes = "orders:write""#
        );
        page.browser.screenshot("playground_verbose").await;

        page.press_button("#with-token").await;
        let without = page.call("GET /me").await;
        assert_eq!(
            (&without["status"], &without["Challenge"]),
            (&json!("401 Unauthorized"), &json!(r#"Bearer realm="api""#))
        );
    })
    .await;
}

#[tokio::test]
#[ignore = "needs a browser"]
async fn the_page_says_why_a_token_is_not_accepted() {
    Browser::drive("playground_refused", async |browser| {
        let page = Playground::visit(browser).await;
        for (claims, why) in [
            (json!({ "lifetime": "0" }), "the token expired"),
            (json!({ "audience": "other" }), "the token is meant for another audience"),
            (json!({ "key": "foreign" }), "the token's signature is wrong"),
        ] {
            page.mint(claims).await;
            assert_eq!(page.standing().await, format!("The API does not accept this token: {why}."));
            assert_eq!(page.reach("GET /me").await, "no");
            assert_eq!(page.call("GET /me").await["status"], "401 Unauthorized");
        }
    })
    .await;
}

#[tokio::test]
#[ignore = "needs a browser"]
async fn a_websocket_is_closed_when_its_token_expires_and_refused_with_a_reason() {
    Browser::drive("playground_websocket", async |browser| {
        let page = Playground::visit(browser).await;
        page.resize(1000, 1900).await;
        page.mint(json!({ "scopes": ["chat"], "lifetime": "60" })).await;
        page.press_button(&page.button("any /room")).await;
        page.logs("opened, with the protocol bearer").await;
        page.press_button(".talk button").await;
        page.logs("heard “alice: hello”").await;
        page.clock.advance(Duration::from_secs(59));
        page.press_button(".talk button").await;
        page.logs("heard “alice: hello”").await;
        page.clock.advance(Duration::from_secs(1));
        page.logs("closed with 1008 invalid_token").await;
        page.browser.screenshot("playground_websocket").await;

        page.mint(json!({ "scopes": ["orders:read"] })).await;
        page.press_button(&page.button("any /room")).await;
        page.logs("closed with 1008 insufficient_scope").await;
        page.press_button("#with-token").await;
        page.press_button(&page.button("any /room")).await;
        page.logs("closed with 1008 no_credentials").await;
    })
    .await;
}

#[tokio::test]
#[ignore = "needs a browser"]
async fn on_a_phone_nothing_is_beside_the_screen() {
    Browser::drive("playground_phone", async |browser| {
        let page = Playground::visit(browser).await;
        page.resize(360, 740).await;
        page.mint(json!({ "scopes": ["orders:read", "chat"] })).await;
        page.press_button("#verbose").await;
        page.press_button("#call-all").await;
        page.until("document.querySelector('#said').textContent.includes('/health')").await;
        page.press_button("details summary").await;
        page.press_button(&page.button("any /room")).await;
        page.logs("opened, with the protocol bearer").await;
        let widths = "return [innerWidth, document.documentElement.scrollWidth - document.documentElement.clientWidth]";
        assert_eq!(page.browser.run(widths, []).await, json!([360, 0]));
        page.browser.screenshot("playground_phone").await;
        for (place, picture) in
            [("#routes", "playground_phone_routes"), ("#routes li:nth-child(3)", "playground_phone_answer")]
        {
            page.browser.run("document.querySelector(arguments[0]).scrollIntoView()", [place.into()]).await;
            page.browser.screenshot(picture).await;
        }
    })
    .await;
}

#[tokio::test]
#[ignore = "needs a browser"]
async fn a_page_of_another_origin_mints_nothing() {
    Browser::drive("playground_foreign", async |browser| {
        let page = Playground::visit(browser).await;
        // It is another origin than that of its other name.
        let foreign = page.url.replace("127.0.0.1", "localhost");
        page.mint(json!({})).await;
        page.browser.visit(&foreign).await;
        let mint = "return fetch(arguments[0] + '/playground/tokens', { method: 'POST', mode: arguments[1], body: '{}' })
            .then((answer) => answer.type, (error) => error.name)";
        assert_eq!(page.browser.run(mint, [page.url.as_str().into(), "cors".into()]).await, "TypeError");
        assert_eq!(page.browser.run(mint, [page.url.as_str().into(), "no-cors".into()]).await, "TypeError");
        let own = mint.replace("arguments[0]", "''");
        assert_eq!(page.browser.run(&own, [json!(null), "cors".into()]).await, "basic");
    })
    .await;
}
