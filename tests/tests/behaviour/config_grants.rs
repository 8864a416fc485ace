//! What a configuration says of the grants of tokens.

use axum::Router;
use axum::routing::get;
use oauth2_guard::testing::TokenBuilder;
use oauth2_guard::{Config, OAuth2Claims, requires};
use oauth2_guard_tests::{Api, World};
use serde_json::{Value, json};

/// An API that answers with the subject and the grants.
async fn serve(world: &World, config: Config) -> Api {
    #[requires]
    async fn who(claims: OAuth2Claims) -> String {
        let grants = claims.grants();
        let (scopes, roles) = (grants.scopes().collect::<Vec<_>>(), grants.roles().collect::<Vec<_>>());
        let permissions = grants.permissions().collect::<Vec<_>>();
        format!("{} {scopes:?} {roles:?} {permissions:?}", claims.subject().unwrap_or("-"))
    }
    let server = config.into_builder().unwrap().clock(world.clock.clone()).build().await.unwrap();
    Api::serve(Router::new().route("/", get(who)).layer(server.layer())).await
}

/// What is said in TOML, on top and of the provider; and the same in variables.
struct Said {
    toml: &'static str,
    variables: &'static [(&'static str, &'static str)],
}

impl Said {
    async fn answers(&self, world: &World, token: impl Fn(TokenBuilder) -> TokenBuilder) -> String {
        let issuer = world.issuer.url();
        let toml = format!("[providers.staff]\nissuer = \"{issuer}\"\naudience = \"api\"\n{}", self.toml);
        let needed = [("OAUTH2_ISSUER", issuer), ("OAUTH2_AUDIENCE", "api")];
        let variables = Config::from_vars("OAUTH2_", needed.iter().chain(self.variables).copied()).unwrap();
        let token = token(world.token()).build();
        let by_file = serve(world, toml::from_str(&toml).unwrap()).await.get(&token).await;
        let by_variables = serve(world, variables).await.get(&token).await;
        assert_eq!((by_file.status, &by_file.body), (by_variables.status, &by_variables.body));
        if by_file.status == 200 { by_file.body } else { by_file.status.to_string() }
    }
}

const NOTHING: Said = Said { toml: "", variables: &[] };

#[tokio::test]
async fn merged_claims_all_count() {
    let world = World::new().await;
    let said = Said {
        toml: r#"
            merged_scope_claims = ["scope", "scp"]
            merged_role_claims = ["roles", "/realm_access/roles"]
            merged_permission_claims = ["permissions", "entitlements"]
        "#,
        variables: &[
            ("OAUTH2_MERGED_SCOPE_CLAIMS", "scope scp"),
            ("OAUTH2_MERGED_ROLE_CLAIMS", "roles, /realm_access/roles"),
            ("OAUTH2_MERGED_PERMISSION_CLAIMS", r#"["permissions", "entitlements"]"#),
        ],
    };
    let token = |token: TokenBuilder| {
        let token = token.scopes("a").claim("scp", ["b"]).permissions(["e"]).claim("entitlements", ["f"]);
        token.roles(["c"]).claim("realm_access", json!({"roles": ["d"]}))
    };
    assert_eq!(said.answers(&world, token).await, r#"alice ["a", "b"] ["c", "d"] ["e", "f"]"#);
    assert_eq!(NOTHING.answers(&world, token).await, r#"alice ["a"] ["c"] ["e"]"#);
}

#[tokio::test]
async fn groups_are_roles_and_another_claim_the_subject_on_request() {
    let world = World::new().await;
    let said = Said {
        toml: "groups_as_roles = true\nsubject_claim = \"oid\"",
        variables: &[("OAUTH2_GROUPS_AS_ROLES", "true"), ("OAUTH2_SUBJECT_CLAIM", "oid")],
    };
    let token = |token: TokenBuilder| token.roles(["a"]).claim("groups", ["b"]).claim("oid", "o-1");
    assert_eq!(said.answers(&world, token).await, r#"o-1 [] ["a", "b"] []"#);
    assert_eq!(said.answers(&world, |builder| token(builder).without("oid")).await, "401");
    assert_eq!(NOTHING.answers(&world, token).await, r#"alice [] ["a"] []"#);
}

#[tokio::test]
async fn what_a_provider_may_grant_is_bounded_by_a_table() {
    let world = World::new().await;
    let said = Said {
        toml: "may_grant = { scopes = [\"a\", \"b\"], roles = \"c\" }",
        variables: &[("OAUTH2_MAY_GRANT", r#"{"scopes": ["a", "b"], "roles": "c"}"#)],
    };
    let nothing = Said { toml: "may_grant = {}", variables: &[("OAUTH2_MAY_GRANT", "{}")] };
    let token = |token: TokenBuilder| token.scopes("a z").roles(["c", "z"]).permissions(["z"]);
    assert_eq!(said.answers(&world, token).await, r#"alice ["a"] ["c"] []"#);
    assert_eq!(nothing.answers(&world, token).await, "alice [] [] []");
    assert_eq!(NOTHING.answers(&world, token).await, r#"alice ["a", "z"] ["c", "z"] ["z"]"#);
}

#[tokio::test]
async fn roles_imply_and_permit_by_a_table_of_them() {
    let world = World::new().await;
    let said = Said {
        toml: r#"
            [roles.admin]
            implies = "editor"
            permits = ["orders:delete"]
            [roles.editor]
            permits = ["orders:write", "orders:read"]
        "#,
        variables: &[(
            "OAUTH2_ROLES",
            r#"{"admin": {"implies": "editor", "permits": ["orders:delete"]}, "editor": {"permits": ["orders:write", "orders:read"]}}"#,
        )],
    };
    let admin = |token: TokenBuilder| token.roles(["admin"]);
    let all = r#"["orders:delete", "orders:read", "orders:write"]"#;
    assert_eq!(said.answers(&world, admin).await, format!(r#"alice [] ["admin", "editor"] {all}"#));
    assert_eq!(
        said.answers(&world, |token| token.roles(["editor"])).await,
        r#"alice [] ["editor"] ["orders:read", "orders:write"]"#
    );
    assert_eq!(NOTHING.answers(&world, admin).await, r#"alice [] ["admin"] []"#);
}

#[test]
fn a_table_that_is_none_names_its_variable() {
    let mistake = |name: &str, value: &str| {
        Config::from_vars(
            "OAUTH2_",
            [("OAUTH2_ISSUER", "https://a.example"), ("OAUTH2_AUDIENCE", "api"), (name, value)],
        )
        .unwrap_err()
        .to_string()
    };
    for value in ["canary", "[]", "{", "{}{}", r#"{"roles": [], "roles": []}"#] {
        assert_eq!(
            mistake("OAUTH2_MAY_GRANT", value),
            "`OAUTH2_MAY_GRANT` is no JSON object, or has a member twice"
        );
    }
    for (name, value, expected) in [
        (
            "OAUTH2_MAY_GRANT",
            json!({"scope": []}),
            "unknown field `scope`, expected one of `scopes`, `roles`, `permissions`",
        ),
        (
            "OAUTH2_MAY_GRANT",
            json!({"roles": 5}),
            "invalid type: integer `5`, expected a text or a list of texts",
        ),
        (
            "OAUTH2_ROLES",
            json!({"admin": {"imply": []}}),
            "unknown field `imply`, expected `implies` or `permits`",
        ),
        (
            "OAUTH2_ROLES",
            json!({"admin": Value::Null}),
            "invalid type: null, expected a table of what the role implies and permits",
        ),
    ] {
        let message = mistake(name, &value.to_string());
        assert_eq!(message, format!("`{name}` does not fit: {expected}"));
    }
}

#[tokio::test]
async fn what_makes_no_sense_of_roles_is_refused_by_the_build() {
    let config = r#"
        [providers.staff]
        issuer = "https://a.example"
        audience = "api"
        [roles.admin]
        implies = "admin"
    "#;
    let config: Config = toml::from_str(config).unwrap();
    let message = config.into_builder().unwrap().lazy().build().await.unwrap_err().to_string();
    assert!(message.contains("`admin`"), "{message}");
}
