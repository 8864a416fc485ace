//! A server that is configured by a file: what it takes, and what it says of mistakes.

use axum::Router;
use axum::routing::get;
use oauth2_guard::testing::Issuer;
use oauth2_guard::{Algorithm, Config, OAuth2Claims, ResourceServer, requires};
use oauth2_guard_tests::canned::Canned;
use oauth2_guard_tests::{Answer, Api, World};
use serde_json::json;

const SECRET: &str = "canary-c3VwZXItc2VjcmV0LWNhbmFyeS0x";

fn config(toml: &str) -> Config {
    toml::from_str(toml).unwrap()
}

/// What is wrong with the settings of the provider `staff`.
fn mistake(settings: &str) -> String {
    let error = config(&format!("[providers.staff]\n{settings}")).into_builder().unwrap_err();
    assert!(!error.is_temporary());
    error.to_string()
}

fn accepts(settings: &str) {
    let _ = config(&format!("[providers.staff]\n{settings}")).into_builder().unwrap();
}

/// What the build of a server with a provider `staff` refuses.
async fn refusal(settings: &str) -> String {
    let config = config(&format!("[providers.staff]\n{settings}"));
    config.into_builder().unwrap().build().await.unwrap_err().to_string()
}

fn parse_error(toml: &str) -> String {
    toml::from_str::<Config>(toml).unwrap_err().to_string()
}

async fn serve(world: &World, toml: &str) -> Api {
    let server = config(toml).into_builder().unwrap().clock(world.clock.clone()).build().await.unwrap();
    Api::serve(app().layer(server.layer())).await
}

fn app() -> Router {
    #[requires]
    async fn who(claims: OAuth2Claims) -> String {
        format!("{} {:?}", claims.provider(), claims.grants())
    }
    #[requires(roles = "admin")]
    async fn admin() {}
    Router::new().route("/", get(who)).route("/admin", get(admin))
}

#[tokio::test]
async fn a_file_names_its_providers_and_each_has_its_settings() {
    let (world, other) =
        (World::new().await, Issuer::builder().algorithms([Algorithm::EdDSA]).start().await.unwrap());
    let toml = format!(
        r#"
        realm = "orders"

        [providers.staff]
        issuer = "{}"
        audience = ["api", "orders"]
        role_claims = ["groups"]

        [providers.partners]
        issuer = "{}"
        audience = "partners"
        jwks_url = "{}/jwks.json"
        "#,
        world.issuer.url(),
        other.url(),
        other.url(),
    );
    let api = serve(&world, &toml).await;
    let token = |audience| world.token().audience(audience).claim("groups", ["admin"]);
    for audience in ["api", "orders"] {
        assert_eq!(api.status("/admin", token(audience)).await, 200);
        let answer = api.get(token(audience).build()).await;
        assert!(answer.body.starts_with("staff "), "{}", answer.body);
    }
    assert_eq!(api.status("/admin", token("api").claim("groups", ["guest"])).await, 403);
    assert_eq!(api.status("/admin", token("partners")).await, 401);
    assert_eq!(api.status("/", other.token().audience("api")).await, 401);
    let Answer { status, challenge, .. } = api.get_with(&[]).await;
    assert_eq!((status, challenge.as_deref()), (401, Some("Bearer realm=\"orders\"")));
}

#[tokio::test]
async fn json_says_the_same() {
    let world = World::new().await;
    let json = json!({
        "verbose": true, "max_token_bytes": 2000, "check_deadline_seconds": 3, "lazy": false,
        "providers": {"staff": {"issuer": world.issuer.url(), "audience": "api", "leeway_seconds": 0}},
    });
    let config: Config = serde_json::from_value(json).unwrap();
    let builder = ResourceServer::from_config(config).unwrap().clock(world.clock.clone());
    let api = Api::serve(app().layer(builder.build().await.unwrap().layer())).await;
    assert_eq!(api.status("/", world.token()).await, 200);
    assert_eq!(api.status("/", world.token().claim("long", "x".repeat(2000))).await, 401);
    api.get(world.token().expired().build()).await.assert_invalid_token("the token expired");
}

#[tokio::test]
async fn yaml_is_one_of_the_formats_and_says_where_a_mistake_is() {
    let world = World::new().await;
    let yaml = format!(
        "realm: orders\nproviders:\n  staff:\n    issuer: {}\n    audience: [api, orders]\n    role_claims: groups\n    key_refresh_minutes: 5\n",
        world.issuer.url()
    );
    let config: Config = serde_yaml_ng::from_str(&yaml).unwrap();
    let builder = config.into_builder().unwrap().clock(world.clock.clone());
    let api = Api::serve(app().layer(builder.build().await.unwrap().layer())).await;
    let token = world.token().claim("groups", ["admin"]);
    assert_eq!(api.status("/admin", token.clone().audience("orders")).await, 200);
    assert_eq!(api.status("/admin", world.token()).await, 403);
    assert_eq!(api.status("/admin", token.audience("invoices")).await, 401);
    for (setting, expected) in [
        (
            "audience: 5",
            "providers.staff.audience: invalid type: integer `5`, expected a text or a list of texts",
        ),
        ("isuer: x", "providers.staff: unknown field `isuer`, expected one of `issuer`"),
        ("lazy: true", "providers.staff: unknown field `lazy`"),
        (
            "groups_as_roles: yes",
            "providers.staff.groups_as_roles: invalid type: string \"yes\", expected a boolean",
        ),
        ("realm: ~\n    realm: ~", "providers.staff: duplicate"),
    ] {
        let message = serde_yaml_ng::from_str::<Config>(&format!("providers:\n  staff:\n    {setting}\n"));
        let message = message.unwrap_err().to_string();
        assert!(message.starts_with(expected), "{message}");
    }
    // What is no text in YAML is not taken for a secret, and not shown.
    let numeric = "providers: {staff: {issuer: 'https://a.example', audience: api, shared_secret: 42424242}}";
    let config: Config = serde_yaml_ng::from_str(numeric).unwrap();
    let message = config.into_builder().unwrap_err().to_string();
    assert_eq!(message, "`providers.staff.shared_secret` is no text: write it in quotes");
}

#[tokio::test]
async fn code_adds_what_the_file_does_not_say() {
    let world = World::new().await;
    let other =
        Issuer::builder().clock(world.clock.clone()).algorithms([Algorithm::ES256]).start().await.unwrap();
    let toml = format!("[providers.staff]\nissuer = \"{}\"\naudience = \"api\"", world.issuer.url());
    let builder = config(&toml).into_builder().unwrap().clock(world.clock.clone());
    let server = builder.provider(other.provider().name("partners")).build().await.unwrap();
    let api = Api::serve(app().layer(server.layer())).await;
    for (issuer, name) in [(&world.issuer, "staff "), (&other, "partners ")] {
        let answer = api.get(issuer.token().build()).await;
        assert!(answer.body.starts_with(name), "{}", answer.body);
    }
}

#[test]
fn a_setting_that_is_unknown_or_of_another_type_is_named_by_the_format() {
    let message = parse_error("[providers.staff]\nisuer = \"https://a.example\"");
    assert!(
        message.contains("line 2") && message.contains("unknown field `isuer`, expected one of `issuer`"),
        "{message}"
    );
    let message = parse_error("relm = \"a\"");
    assert!(message.contains("unknown field `relm`, expected one of `realm`"), "{message}");
    for (setting, expected) in [
        ("leeway_seconds = \"60\"", "invalid type: string \"60\", expected u64"),
        ("leeway_seconds = -1", "invalid value: integer `-1`, expected u64"),
        ("audience = 5", "invalid type: integer `5`, expected a text or a list of texts"),
        ("audience = [5]", "invalid type: integer `5`, expected a string"),
        ("require_rfc9068 = 1", "invalid type: integer `1`, expected a boolean"),
    ] {
        let message = parse_error(&format!("[providers.staff]\n{setting}"));
        assert!(
            message.contains("line 2") && message.contains(setting) && message.contains(expected),
            "{message}"
        );
    }
}

#[test]
fn a_provider_that_is_there_twice_is_refused_whatever_the_format_makes_of_it() {
    let provider = r#"{"issuer": "https://a.example", "audience": "api"}"#;
    let read = |second: &str| {
        serde_json::from_str::<Config>(&format!(
            r#"{{"providers": {{"a": {provider}, "{second}": {provider}}}}}"#
        ))
    };
    assert!(read("b").is_ok());
    let message = read("a").unwrap_err().to_string();
    assert!(message.starts_with("`a` is there twice: make them one"), "{message}");
}

#[test]
fn what_a_provider_lacks_is_named_by_its_path() {
    for (settings, expected) in [
        (
            "",
            "`providers.staff.issuer` is missing: copy the `iss` of its tokens, or name a preset in `providers.staff.preset`",
        ),
        (
            "issuer = \"https://a.example\"",
            "`providers.staff.audience` is missing: name your API as in the `aud` of its tokens",
        ),
        (
            "issuer = \"https://a.example\"\naudience = []",
            "`providers.staff.audience` is missing: name your API as in the `aud` of its tokens",
        ),
        (
            "preset = \"google\"",
            "`providers.staff.audience` is missing: name your API as in the `aud` of its tokens",
        ),
        (
            "preset = \"auth0\"\naudience = \"a\"",
            "`providers.staff.domain` is missing: the preset `auth0` takes the tenant's domain, such as `tenant.eu.auth0.com`",
        ),
        (
            "preset = \"cognito\"\naudience = \"a\"\nregion = \"eu-central-1\"",
            "`providers.staff.user_pool` is missing: the preset `cognito` takes the ID of a user pool, such as `eu-central-1_AbCdEfGhI`",
        ),
        (
            "preset = \"entra\"\naudience = \"a\"",
            "`providers.staff.tenant` is missing: the preset `entra` takes the ID of a tenant, or those of several in `providers.staff.tenants`",
        ),
        (
            "preset = \"keycloak\"\naudience = \"a\"\nurl = \"https://a.example\"",
            "`providers.staff.realm` is missing: the preset `keycloak` takes the name of a realm",
        ),
    ] {
        assert_eq!(mistake(settings), expected);
    }
    accepts("issuer = \"https://a.example\"\naudience = \"api\"");
    accepts("preset = \"google\"\naudience = \"api\"");
    accepts("preset = \"firebase\"\nproject = \"my-project\"");
}

#[test]
fn what_does_not_belong_together_is_refused() {
    let base = "issuer = \"https://a.example\"\naudience = \"api\"\n";
    for (settings, expected) in [
        (
            "jwks = \"{}\"\njwks_url = \"https://a.example/keys\"",
            "`providers.staff.jwks_url` and `providers.staff.jwks` are two sources of keys: leave one of them out",
        ),
        (
            "shared_secret_file = \"a\"\nshared_secret = \"b\"",
            "`providers.staff.shared_secret` and `providers.staff.shared_secret_file` are two sources of keys: leave one of them out",
        ),
        (
            "scope_claims = \"a\"\nmerged_scope_claims = \"b\"",
            "`providers.staff.scope_claims` and `providers.staff.merged_scope_claims` exclude each other: the first that is there counts, or all of them",
        ),
        (
            "role_claims = \"a\"\nmerged_role_claims = \"b\"",
            "`providers.staff.role_claims` and `providers.staff.merged_role_claims` exclude each other: the first that is there counts, or all of them",
        ),
        (
            "permission_claims = \"a\"\nmerged_permission_claims = \"b\"",
            "`providers.staff.permission_claims` and `providers.staff.merged_permission_claims` exclude each other: the first that is there counts, or all of them",
        ),
        (
            "client = \"a\"",
            "`providers.staff.client` is for a preset: name that in `providers.staff.preset`, or leave it out",
        ),
        (
            "realm = \"a\"",
            "`providers.staff.realm` is for a preset: name that in `providers.staff.preset`, or leave it out",
        ),
        (
            "preset = \"auth0\"\ndomain = \"a.auth0.com\"",
            "`providers.staff.issuer` does not go with the preset `auth0`: leave one of them out",
        ),
        (
            "key_refresh_always = true\nkey_refresh_minutes = 5",
            "`providers.staff.key_refresh_minutes`, `providers.staff.key_refresh_always` and `providers.staff.insecure_never_refresh` exclude each other: choose one",
        ),
        (
            "key_refresh_minutes = 0",
            "`providers.staff.key_refresh_minutes` is 0: for a fetch with every request set `providers.staff.key_refresh_always`",
        ),
    ] {
        assert_eq!(mistake(&format!("{base}{settings}")), expected);
    }
    let tenants = "preset = \"entra\"\naudience = \"api\"\ntenant = \"a\"\n";
    assert_eq!(
        mistake(&format!("{tenants}tenants = [\"a\", \"b\"]")),
        "`providers.staff.tenant` does not go with the preset `entra`: leave one of them out"
    );
    accepts(tenants);
    for settings in [
        "jwks = \"{}\"",
        "key_refresh_always = true",
        "key_refresh_always = false\nkey_refresh_minutes = 5",
        "insecure_never_refresh = true",
    ] {
        accepts(&format!("{base}{settings}"));
    }
}

#[tokio::test]
async fn names_that_do_not_exist_are_refused() {
    let base = "issuer = \"https://a.example\"\naudience = \"api\"\n";
    assert_eq!(
        mistake(&format!("{base}preset = \"auth1\"")),
        "`providers.staff.preset` is none of auth0, cognito, entra, entra_v1, firebase, google, keycloak, okta"
    );
    for algorithm in ["none", "rs256", "RS257"] {
        assert_eq!(
            mistake(&format!("{base}algorithms = [\"ES256\", \"{algorithm}\"]")),
            format!(
                "`providers.staff.algorithms` names `{algorithm}`, which is none of RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512, EdDSA, HS256, HS384, HS512"
            )
        );
    }
    assert_eq!(
        refusal(&format!("{base}algorithms = \"HS256\"")).await,
        "provider `staff`: HS256, HS384 and HS512 are for `Provider::with_shared_secret`: take them out of `.algorithms(..)`"
    );
    accepts(&format!("{base}algorithms = [\"ES256\", \"EdDSA\"]"));
}

#[tokio::test]
async fn each_preset_is_the_provider_of_that_name() {
    let tenant = "72f988bf-86f1-41af-91ab-2d7cd011db47";
    let (login, discovery) = ("https://login.microsoftonline.com", ".well-known/openid-configuration");
    for (settings, first_asked) in [
        (
            "preset = \"auth0\"\ndomain = \"tenant.eu.auth0.com\"".to_owned(),
            format!("https://tenant.eu.auth0.com/{discovery}"),
        ),
        (
            "preset = \"cognito\"\nregion = \"eu-central-1\"\nuser_pool = \"eu-central-1_AbC\"".to_owned(),
            "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_AbC/.well-known/jwks.json"
                .to_owned(),
        ),
        (format!("preset = \"entra\"\ntenant = \"{tenant}\""), format!("{login}/{tenant}/v2.0/{discovery}")),
        (
            format!("preset = \"entra\"\ntenants = [\"{tenant}\"]"),
            format!("{login}/common/discovery/v2.0/keys"),
        ),
        (format!("preset = \"entra_v1\"\ntenant = \"{tenant}\""), format!("{login}/{tenant}/discovery/keys")),
        (
            "preset = \"firebase\"\nproject = \"my-project\"".to_owned(),
            "https://www.googleapis.com/service_accounts/v1/jwk/securetoken@system.gserviceaccount.com"
                .to_owned(),
        ),
        ("preset = \"google\"".to_owned(), format!("https://accounts.google.com/{discovery}")),
        (
            "preset = \"keycloak\"\nurl = \"https://sso.example.com\"\nrealm = \"staff\"".to_owned(),
            format!("https://sso.example.com/realms/staff/{discovery}"),
        ),
        (
            "preset = \"okta\"\nissuer = \"https://a.okta.com/oauth2/default\"".to_owned(),
            format!("https://a.okta.com/oauth2/default/{discovery}"),
        ),
        (
            "preset = \"keycloak\"\nurl = \"https://sso.example.com\"\nrealm = \"staff\"\nclient = \"api\"\ndiscovery_url = \"https://keycloak/d\""
                .to_owned(),
            "https://keycloak/d".to_owned(),
        ),
    ] {
        let config = config(&format!("[providers.staff]\naudience = \"api\"\n{settings}"));
        let nowhere = Canned::default();
        let error = config.into_builder().unwrap().fetch(nowhere.clone()).build().await.unwrap_err();
        assert_eq!(nowhere.asked().first(), Some(&first_asked), "{error}");
    }
    for (settings, expected) in [
        ("preset = \"auth0\"\ndomain = \"https://a.auth0.com/\"", "`Provider::auth0` takes a domain such as"),
        (
            "preset = \"cognito\"\nregion = \"eu-central-1\"\nuser_pool = \"b\"",
            "`Provider::cognito` takes the ID of a user pool",
        ),
        ("preset = \"entra\"\ntenant = \"common\"", "`common` would let every tenant in"),
        ("preset = \"entra\"\ntenants = []", "`Provider::entra_multi_tenant` names no tenant"),
        ("preset = \"okta\"\nissuer = \"https://a.okta.com\"", "it is Okta's org authorization server"),
    ] {
        let message = refusal(&format!("audience = \"api\"\n{settings}")).await;
        assert!(message.starts_with(&format!("provider `staff`: {expected}")), "{message}");
    }
}

#[tokio::test]
async fn what_the_build_refuses_names_the_provider() {
    for (settings, expected) in [
        ("issuer = \"http://a.example\"\naudience = \"api\"", "its issuer is not accepted: it must be https"),
        (
            "issuer = \"https://a.example\"\naudience = \"api\"\nleeway_seconds = 301",
            "a leeway of more than 300 s",
        ),
        (
            "issuer = \"https://a.example\"\naudience = \" api\"",
            "an audience is empty or has spaces around it",
        ),
        (
            "issuer = \"https://a.example\"\naudience = \"api\"\nscope_claims = []",
            "`scope_claims` names no claim",
        ),
        (
            "issuer = \"https://a.example\"\naudience = \"api\"\nkey_refresh_minutes = 1441",
            "keys that are fresh for more than a day",
        ),
    ] {
        let message = refusal(settings).await;
        assert!(message.starts_with(&format!("provider `staff`: {expected}")), "{message}");
    }
    let message = config("").into_builder().unwrap().build().await.unwrap_err().to_string();
    assert!(message.starts_with("no provider is trusted"), "{message}");
}

#[test]
fn no_error_and_no_debug_shows_a_secret() {
    let base = "[providers.staff]\nissuer = \"https://a.example\"\naudience = \"api\"\n";
    let whole = config(&format!("{base}shared_secret = \"{SECRET}\""));
    for shown in [format!("{whole:?}"), format!("{whole:#?}"), format!("{:?}", whole.into_builder().unwrap())]
    {
        assert!(shown.contains("staff") && !shown.contains("canary"), "{shown}");
    }
    let jwks = config(&format!("{base}jwks = '{{\"keys\": [{{\"d\": \"{SECRET}\"}}]}}'"));
    assert!(!format!("{jwks:?}").contains("canary"));

    for value in ["\"canary\"", "7700", "7.5", "-7700", "true", "[7700]", "{\"a\": 7700}"] {
        let json = format!(
            r#"{{"providers": {{"staff": {{"issuer": "https://a.example", "audience": "api", "shared_secret": {value}}}}}}}"#
        );
        let config: Config = serde_json::from_str(&json).unwrap();
        let builder = config.into_builder().map(|builder| format!("{builder:?}"));
        if value == "\"canary\"" {
            assert!(!builder.unwrap().contains("canary"));
        } else {
            assert_eq!(
                builder.unwrap_err().to_string(),
                "`providers.staff.shared_secret` is no text: write it in quotes"
            );
        }
    }
}
