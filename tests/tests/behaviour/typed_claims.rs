//! Claims as types of the handler's own: what fits, and what happens where something does not.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use axum::Router;
use axum::extract::Path;
use axum::routing::{MethodRouter, get};
use oauth2_guard::testing::TokenBuilder;
use oauth2_guard::{Claims, OAuth2Claims, RegisteredClaims, check, requires};
use oauth2_guard_tests::capture::Log;
use oauth2_guard_tests::{Api, World};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

#[derive(Debug, Deserialize)]
struct Person<'a> {
    #[serde(rename = "sub")]
    id: Cow<'a, str>,
    #[serde(rename = "https://example.com/name")]
    name: Box<str>,
    address: Address,
    nickname: Option<String>,
    #[serde(default)]
    teams: BTreeSet<u32>,
    #[serde(default = "Person::tier")]
    tier: Tier,
    #[serde(flatten)]
    limits: Limits,
    #[serde(flatten)]
    rest: BTreeMap<String, Value>,
}

impl Person<'_> {
    fn tier() -> Tier {
        Tier::Silver
    }
}

#[derive(Debug, Deserialize)]
struct Address {
    city: String,
    #[serde(default, rename = "geo")]
    place: Option<Place>,
}

#[derive(Debug, Deserialize)]
struct Place(f64, f64);

#[derive(Debug, Deserialize, PartialEq)]
#[serde(rename_all = "kebab-case")]
enum Tier {
    Silver,
    SolidGold,
}

#[derive(Debug, Deserialize)]
struct Limits {
    #[serde(alias = "max")]
    maximum: u8,
    open: bool,
}

#[derive(Debug, Deserialize)]
#[expect(dead_code, reason = "it is printed")]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

#[derive(Debug, Deserialize)]
#[expect(dead_code, reason = "it is printed")]
#[serde(tag = "kind", rename_all = "lowercase")]
enum Account {
    Person { name: String },
    Company { number: u64 },
}

/// A handler of these claims, which says what it was given.
fn handler<T: DeserializeOwned + std::fmt::Debug + Send + 'static>() -> MethodRouter {
    get(async |Claims(claims): Claims<T>| format!("{claims:?}"))
}

#[tokio::test]
async fn claims_have_whatever_shape_serde_reads() {
    async fn person(Claims(person): Claims<Person<'static>>) -> String {
        let Person { id, name, address, nickname, teams, tier, limits, rest } = person;
        let Address { city, place } = address;
        let place = place.map(|Place(x, y)| x + y);
        let Limits { maximum, open } = limits;
        let has_own = rest.contains_key("iss") && !rest.contains_key("sub") && !rest.contains_key("open");
        format!("{id} {name} {city} {place:?} {nickname:?} {teams:?} {tier:?} {maximum} {open} {has_own}")
    }
    let world = World::new().await;
    let api = world.serve(Router::new().route("/", get(person))).await;
    let token = || {
        let token = world.token().claim("https://example.com/name", "Alice").claim("max", 3);
        token.claim("address", json!({"city": "Ulm"})).claim("open", true)
    };
    assert_eq!(api.get(token().build()).await.body, "alice Alice Ulm None None {} Silver 3 true true");
    let full = token()
        .claim("address", json!({"city": "Ulm", "geo": [1.5, 2], "other": null}))
        .claim("nickname", "Al")
        .claim("teams", json!([2, 1, 2]))
        .claim("tier", "solid-gold");
    assert_eq!(
        api.get(full.build()).await.body,
        r#"alice Alice Ulm Some(3.5) Some("Al") {1, 2} SolidGold 3 true true"#
    );
    let null = token().claim("nickname", json!(null));
    assert_eq!(api.get(null.build()).await.body, "alice Alice Ulm None None {} Silver 3 true true");

    let misfits = [
        ("nickname", json!(5)),
        ("address", json!("Ulm")),
        ("address", json!({"city": null})),
        ("address", json!({"city": "Ulm", "geo": [1.5]})),
        ("teams", json!("1 2")),
        ("teams", json!([-1])),
        ("tier", json!("gold")),
        ("max", json!(256)),
        ("max", json!(3.5)),
        ("open", json!("true")),
        ("https://example.com/name", json!(["Alice"])),
    ];
    for (claim, value) in misfits {
        let answer = api.get(token().claim(claim, value.clone()).build()).await;
        assert_eq!((answer.status, answer.error()), (401, Some("invalid_token")), "{claim} {value}");
    }
    for claim in ["sub", "address", "open", "https://example.com/name"] {
        assert_eq!(api.get(token().without(claim).build()).await.status, 401, "{claim}");
    }
}

#[tokio::test]
async fn enums_take_what_they_have_a_variant_for() {
    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "it is printed")]
    struct Groups {
        groups: OneOrMany,
    }
    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "it is printed")]
    struct Owner {
        account: Account,
    }
    let world = World::new().await;
    let app = Router::new().route("/groups", handler::<Groups>()).route("/account", handler::<Owner>());
    let api = world.serve(app).await;
    for (path, claim, value, body) in [
        ("/groups", "groups", json!("a"), Some(r#"Groups { groups: One("a") }"#)),
        ("/groups", "groups", json!(["a", "b"]), Some(r#"Groups { groups: Many(["a", "b"]) }"#)),
        ("/groups", "groups", json!({"a": 1}), None),
        (
            "/account",
            "account",
            json!({"kind": "person", "name": "Alice"}),
            Some(r#"Owner { account: Person { name: "Alice" } }"#),
        ),
        (
            "/account",
            "account",
            json!({"kind": "company", "number": 7}),
            Some("Owner { account: Company { number: 7 } }"),
        ),
        ("/account", "account", json!({"kind": "robot"}), None),
        ("/account", "account", json!({"kind": "company", "name": "x"}), None),
    ] {
        let answer = api.get_path(path, world.token().claim(claim, value.clone()).build()).await;
        match body {
            Some(body) => assert_eq!((answer.status, answer.body.as_str()), (200, body), "{value}"),
            None => assert_eq!(answer.status, 401, "{value}"),
        }
    }
}

#[tokio::test]
async fn whole_claims_sets_have_types_too() {
    let world = World::new().await;
    let app = Router::new()
        .route("/map", handler::<BTreeMap<String, Value>>())
        .route("/nothing", handler::<Nothing>())
        .route("/option", handler::<Option<Missing>>())
        .route("/list", handler::<Vec<Value>>());
    #[derive(Debug, Deserialize)]
    struct Nothing {}
    #[derive(Debug, Deserialize)]
    struct Missing {
        #[expect(dead_code, reason = "it is not there")]
        missing: String,
    }
    let api = world.serve(app).await;
    let map = api.get_path("/map", world.token().build()).await;
    assert!(map.status == 200 && map.body.contains(r#""sub": String("alice")"#), "{map:?}");
    assert_eq!(api.get_path("/nothing", world.token().build()).await.body, "Nothing");
    // What does not fit is not taken for nothing.
    assert_eq!(api.status("/option", world.token()).await, 401);
    assert_eq!(api.status("/list", world.token()).await, 401);
}

#[derive(Deserialize)]
struct Tenant {
    tenant: String,
}

#[derive(Deserialize)]
struct Level {
    level: u8,
}

#[tokio::test]
async fn several_types_stand_beside_each_other_and_beside_guards() {
    #[requires(scopes = "read")]
    async fn several(
        Claims(Tenant { tenant }): Claims<Tenant>,
        Path(id): Path<u32>,
        Claims(Level { level }): Claims<Level>,
        Claims(RegisteredClaims { sub, .. }): Claims,
        claims: OAuth2Claims,
        Claims(again): Claims<Tenant>,
    ) -> String {
        assert_eq!(tenant, again.tenant);
        format!("{tenant} {id} {level} {sub:?} {}", claims.has_scope("read"))
    }
    #[requires(owner(user))]
    async fn owned(user: Path<String>, Claims(Tenant { tenant }): Claims<Tenant>) -> String {
        format!("{} {tenant}", user.0)
    }
    let world = World::new().await;
    let api = world
        .serve(Router::new().route("/several/{id}", get(several)).route("/own/{user}", get(owned)))
        .await;
    let token = || world.token().scopes("read").claim("tenant", "acme").claim("level", 3);
    assert_eq!(api.get_path("/several/7", token().build()).await.body, r#"acme 7 3 Some("alice") true"#);
    assert_eq!(api.get_path("/own/alice", token().build()).await.body, "alice acme");
    // The rule is decided first.
    assert_eq!(api.status("/several/7", token().without("tenant").without("scope")).await, 403);
    assert_eq!(api.status("/several/7", token().without("tenant")).await, 401);
    assert_eq!(api.status("/several/7", token().claim("level", 256)).await, 401);
    assert_eq!(api.status("/own/bob", token().without("tenant")).await, 403);
    assert_eq!(api.status("/own/alice", token().without("tenant")).await, 401);
}

#[tokio::test]
async fn a_misfit_is_logged_by_the_names_of_the_type_and_the_claim_and_without_values() {
    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "only what does not fit is of interest")]
    struct Strict {
        tenant: String,
        tier: Tier,
    }
    let world = World::new().await;
    let api = world.serve(Router::new().route("/", handler::<Strict>())).await;
    let misfit = async |token: TokenBuilder| {
        let log = Log::capture();
        let answer = api.get(token.build()).await;
        assert_eq!((answer.status, answer.description()), (401, Some("the access token is not accepted")));
        let text = log.text();
        assert!(!text.contains("canary") && !answer.body.contains("canary"), "{text} {answer:?}");
        assert!(!text.contains("ERROR") && text.contains(r#"reason="unfit_claims""#), "{text}");
        let line = text.lines().find(|line| line.contains("do not fit the type that the handler takes"));
        line.unwrap().to_owned()
    };
    let line = misfit(world.token().subject("canary")).await;
    assert!(line.contains(r#"Strict" missing="tenant""#), "{line}");
    let line = misfit(world.token().claim("tenant", "canary")).await;
    assert!(line.contains(r#"Strict" missing="tier""#), "{line}");
    for (token, claim) in [
        (world.token().claim("tenant", json!({"canary": "canary"})).claim("tier", "silver"), "tenant"),
        (world.token().claim("tenant", "canary").claim("tier", "canary"), "tier"),
        (world.token().claim("tenant", json!(["canary"])), "tenant"),
    ] {
        let line = misfit(token).await;
        let said = format!(r#"Strict" claim="{claim}""#);
        assert!(line.contains(&said) && !line.contains("missing="), "{line}");
    }
    let fitting = world.token().claim("tenant", "acme").claim("tier", "silver");
    assert_eq!(api.get(fitting.build()).await.status, 200);
}

#[tokio::test]
async fn a_check_with_claims_that_do_not_fit_fails_as_the_handler_would() {
    #[check]
    async fn is_high(Claims(Level { level }): Claims<Level>) -> bool {
        level > 2
    }
    #[requires(check = is_high)]
    async fn checked() {}
    #[requires(not(check = is_high))]
    async fn negated() {}
    async fn plain(_: Claims<Level>) {}

    let world = World::new().await;
    let app = Router::new().route("/", get(checked)).route("/not", get(negated)).route("/plain", get(plain));
    let api: Api = world.serve(app).await;
    assert_eq!(api.status("/", world.token().claim("level", 3)).await, 200);
    assert_eq!(api.status("/", world.token().claim("level", 1)).await, 403);
    assert_eq!(api.status("/not", world.token().claim("level", 1)).await, 200);
    for path in ["/", "/not"] {
        let answer = api.get_path(path, world.token().build()).await;
        assert_eq!(answer, api.get_path("/plain", world.token().build()).await, "{path}");
        assert_eq!(answer.status, 401);
    }
}

#[tokio::test]
async fn a_single_claim_is_found_by_name_or_pointer() {
    async fn roles(claims: OAuth2Claims) -> String {
        let claim = |reference| claims.claim(reference).as_ref().map(Value::to_string);
        let all = ["/realm_access/roles", "realm_access", "/realm_access", "realm_access.roles", "/a~1b/~0"];
        let all = all.map(claim).map(Option::unwrap_or_default).join(" ");
        let none =
            ["/realm_access/roles/0", "/realm_access/", "", "/", "/x~2", "/sub/x", "realm_access/roles"];
        assert!(none.map(claim).iter().all(Option::is_none));
        all
    }
    let world = World::new().await;
    let api = world.serve(Router::new().route("/", get(roles))).await;
    let token = world.token().claim("realm_access", json!({"roles": ["a"]})).claim("a/b", json!({"~": 1}));
    assert_eq!(api.get(token.build()).await.body, r#"["a"] {"roles":["a"]} {"roles":["a"]}  1"#);
    assert_eq!(api.get(world.token().build()).await.body, "    ");
}
