//! Rules of all kinds.

use axum::extract::Path;
use oauth2_guard::policy::Rule;
use oauth2_guard::{Guard, GuardedRouter, HasOwner, Owned, Policy, check, guarded, policy, public, requires};
use serde_json::{Value, json};

use crate::{Admin, Described, document};

/// What is said of one operation.
async fn said<S: guarded::GuardedRoute<()>>(methods: S) -> Described {
    Described::new(GuardedRouter::new().route("/x", methods), document(&["GET /x"])).await
}

fn security(described: &Described) -> &Value {
    &described.operation("GET /x")["security"]
}

fn words(described: &Described) -> Option<&str> {
    described.operation("GET /x")["description"].as_str()
}

#[tokio::test]
async fn scopes_are_said_in_full_as_an_or_of_ands() {
    #[requires(scopes = "a")]
    async fn one() {}

    #[requires(scopes = all("a", "b"))]
    async fn both() {}

    #[requires(scopes = any("a", "b"))]
    async fn either() {}

    #[requires(scopes = all("a", any("b", all("c", "d"))))]
    async fn nested() {}

    for (described, expected) in [
        (said(guarded::get(one)).await, json!([{"login": ["a"]}])),
        (said(guarded::get(both)).await, json!([{"login": ["a", "b"]}])),
        (said(guarded::get(either)).await, json!([{"login": ["a"]}, {"login": ["b"]}])),
        (said(guarded::get(nested)).await, json!([{"login": ["a", "b"]}, {"login": ["a", "c", "d"]}])),
    ] {
        assert_eq!(*security(&described), expected);
        assert_eq!(words(&described), None);
        assert_eq!(described.statuses("GET /x"), ["200", "401", "403", "503"]);
    }
}

#[tokio::test]
async fn any_token_is_a_requirement_without_scopes_that_denies_nobody() {
    #[requires]
    async fn anybody() {}

    let described = said(guarded::get(anybody)).await;
    assert_eq!(*security(&described), json!([{"login": []}]));
    assert_eq!(described.statuses("GET /x"), ["200", "401", "503"]);
}

#[tokio::test]
async fn what_is_open_to_anyone_says_so_whatever_the_document_says_of_all_operations() {
    #[public]
    async fn open() {}

    let plain = axum::routing::get(async || {});
    for routes in [
        GuardedRouter::new().route("/x", guarded::get(open)),
        GuardedRouter::new().route_unguarded("/x", plain.clone()),
        GuardedRouter::new().nest_unguarded("/x", axum::Router::new().route("/", plain)),
    ] {
        let mut document = document(&["GET /x"]);
        document.security = Some(vec![utoipa::openapi::SecurityRequirement::new("login", ["all"])]);
        let described = Described::new(routes, document).await;
        assert_eq!(*security(&described), json!([]));
        assert_eq!(described.statuses("GET /x"), ["200"]);
        assert_eq!(described.json.get("components"), None, "nothing refers to any");
        assert!(described.coverage.is_complete());
    }
}

#[tokio::test]
async fn what_openapi_cannot_say_is_in_the_description_in_the_words_of_the_attribute() {
    #[requires(roles = "admin")]
    async fn role() {}

    #[requires(any(roles = "admin", scopes = "a"))]
    async fn either() {}

    #[requires(scopes = "a", claim("tier") == "gold", principal = client, max_age = "15m")]
    async fn beside() {}

    #[requires(scopes = "a", not(scopes = "b"))]
    async fn forbidden() {}

    #[requires(any(all(roles = "r", scopes = "a"), permissions = "p`q"))]
    async fn quoted() {}

    #[check]
    async fn is_open() -> bool {
        true
    }

    #[requires(check = is_open)]
    async fn asked() {}

    for (described, expected, expected_words) in [
        (said(guarded::get(role)).await, json!([{"login": []}]), r#"Requires `roles = "admin"`."#),
        (
            said(guarded::get(either)).await,
            json!([{"login": []}, {"login": ["a"]}]),
            r#"Requires `any(roles = "admin", scopes = "a")`."#,
        ),
        (
            said(guarded::get(beside)).await,
            json!([{"login": ["a"]}]),
            r#"Requires `scopes = "a", claim("tier") == "gold", principal = client, max_age = "15m"`."#,
        ),
        (
            said(guarded::get(forbidden)).await,
            json!([{"login": ["a"]}]),
            r#"Requires `scopes = "a", not(scopes = "b")`."#,
        ),
        (
            said(guarded::get(quoted)).await,
            json!([{"login": ["a"]}, {"login": []}]),
            r#"Requires ``any(all(roles = "r", scopes = "a"), permissions = "p`q")``."#,
        ),
        (said(guarded::get(asked)).await, json!([{"login": []}]), "Requires `check = is_open`."),
    ] {
        assert_eq!(*security(&described), expected);
        assert_eq!(words(&described), Some(expected_words));
        assert_eq!(described.statuses("GET /x"), ["200", "401", "403", "503"]);
    }
}

#[tokio::test]
async fn a_policy_is_told_with_what_it_stands_for_where_that_cannot_be_said_otherwise() {
    #[policy(scopes = "a")]
    struct Reader;

    #[policy(any(Admin, Reader))]
    struct Either;

    #[requires(Reader)]
    async fn read() {}

    #[requires(Either)]
    async fn either() {}

    let described = said(guarded::get(read)).await;
    assert_eq!((security(&described), words(&described)), (&json!([{"login": ["a"]}]), None));

    let described = said(guarded::get(either)).await;
    assert_eq!(*security(&described), json!([{"login": []}, {"login": ["a"]}]));
    let expected = "Requires `Either`.\n\n`Either` is `any(Admin, Reader)`.\n\n\
                    `Admin` is `roles = \"admin\"`: Whoever runs the shop.\n\n`Reader` is `scopes = \"a\"`.";
    assert_eq!(words(&described), Some(expected));
}

#[tokio::test]
async fn a_hidden_object_is_not_found() {
    #[derive(HasOwner)]
    struct Order {
        #[owner]
        by: String,
    }

    #[oauth2_guard::loader]
    async fn order(Path(id): Path<String>) -> Option<Order> {
        Some(Order { by: id })
    }

    #[requires(any(roles = "admin", owner(order)))]
    async fn shown(order: Order) -> String {
        order.by
    }

    #[requires(any(roles = "admin", owner(order, hide)))]
    async fn hidden(order: Order) -> String {
        order.by
    }

    let described = said(guarded::get(shown)).await;
    assert_eq!(described.statuses("GET /x"), ["200", "401", "403", "503"]);
    let described = said(guarded::get(hidden)).await;
    assert_eq!(described.statuses("GET /x"), ["200", "401", "403", "404", "503"]);
    let not_found = &described.operation("GET /x")["responses"]["404"]["$ref"];
    assert_eq!(not_found, "#/components/responses/OAuth2NotFound");
    assert_eq!(words(&described), Some(r#"Requires `any(roles = "admin", owner(order, hide))`."#));
}

#[tokio::test]
async fn a_rule_that_nobody_meets_is_not_said_to_be_for_everybody() {
    struct Nobody;

    impl Policy for Nobody {
        type Checks = ();
        const RULE: Rule = Rule::Any(&[]);
    }

    #[requires(provider = "another")]
    async fn foreign() {}

    async fn nobody(_: Guard<Nobody>) {}

    for (described, rule) in [
        (said(guarded::get(nobody)).await, "any()"),
        (said(guarded::get(foreign)).await, "provider = \"another\""),
    ] {
        assert_eq!(*security(&described), json!([{"login": []}]));
        assert_eq!(words(&described), Some(&*format!("Requires `{rule}`.")));
        assert_eq!(described.statuses("GET /x"), ["200", "401", "403", "503"]);
    }
}

#[tokio::test]
async fn a_guard_that_is_written_by_hand_says_as_much() {
    struct Mine;

    impl Policy for Mine {
        type Checks = ();
        const RULE: Rule = Rule::All(&[Rule::scope("a"), Rule::owner("user")]);
    }

    async fn mine(_: Owned<Path<String>, Mine>) {}

    let described = said(guarded::get(mine)).await;
    assert_eq!(*security(&described), json!([{"login": ["a"]}]));
    assert_eq!(words(&described), Some(r#"Requires `scopes = "a", owner(user)`."#));
}

#[tokio::test]
async fn what_groups_and_the_layer_ask_for_is_said_with_the_rest() {
    #[policy(scopes = "group")]
    struct Group;

    #[policy(scopes = "base")]
    struct Base;

    #[requires(scopes = "own")]
    async fn own() {}

    let world = oauth2_guard_tests::World::new().await;
    let server = world.server_with(|builder| builder, |provider| provider.name("login")).await;
    let group = GuardedRouter::new().route("/own", guarded::get(own)).require::<Group>();
    let app = GuardedRouter::new()
        .nest("/group", group)
        .route_unguarded("/open", axum::routing::get(async || {}))
        .protect(server.layer().require::<Base>());
    let mut document = document(&["GET /group/own", "GET /open"]);
    assert!(server.openapi().describe(app.access_map(), &mut document).is_complete());
    let json = serde_json::to_value(&document).unwrap();
    assert_eq!(json["paths"]["/group/own"]["get"]["security"], json!([{"login": ["base", "group", "own"]}]));
    assert_eq!(json["paths"]["/open"]["get"]["security"], json!([]));
}
