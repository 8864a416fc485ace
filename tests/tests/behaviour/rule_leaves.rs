//! Every part of a rule, alone and nested: written above a handler, as a policy, and in code. The three have to agree.

use axum::Router;
use axum::extract::Path;
use axum::routing::get;
use oauth2_guard::check::AskOne;
use oauth2_guard::policy::{Expected, Named, Principal, Rule};
use oauth2_guard::testing::{SigningKey, TokenBuilder};
use oauth2_guard::{Algorithm, Guard, Policy, Provider, check, policy, requires};
use oauth2_guard_tests::{Api, World};
use reqwest::Method;
use serde_json::json;

#[check]
async fn is_open(Path(tenant): Path<String>) -> bool {
    tenant == "open"
}

#[policy(roles = any("clerk", "admin"))]
struct Staff;

const SCOPE: &str = "read";

/// The rule as it is written, as it is printed, and in code.
macro_rules! rules {
    ($($name:ident: [$($written:tt)*] $printed:literal $rule:expr;)*) => {
        $(mod $name {
            use super::*;

            #[requires($($written)*)]
            pub(super) async fn attribute() {}

            #[policy($($written)*)]
            pub(super) struct Written;

            pub(super) async fn named(_: Guard<Written>) {}

            pub(super) struct Coded;

            impl Policy for Coded {
                type Checks = AskOne<is_open>;
                const RULE: Rule = $rule;
            }

            pub(super) async fn code(_: Guard<Coded>) {}
        })*

        /// Each as `/{way}/{name}/{tenant}`.
        fn routes() -> Router {
            Router::new()$(
                .route(concat!("/attribute/", stringify!($name), "/{tenant}"), get($name::attribute))
                .route(concat!("/named/", stringify!($name), "/{tenant}"), get($name::named))
                .route(concat!("/code/", stringify!($name), "/{tenant}"), get($name::code))
            )*
        }

        /// What the macro made of it, what was written in code, and how that is printed.
        const RULES: &[(Rule, Rule, &str)] = &[$(($name::Written::RULE, $name::Coded::RULE, $printed)),*];
    };
}

const READ: Rule = Rule::scope("read");
const WRITE: Rule = Rule::scope("write");
const ADMIN: Rule = Rule::role("admin");
const GOLD: Rule = Rule::claim("tier", Expected::Text("gold"));
const OPEN: Rule = Rule::check::<is_open>();
const MFA: Rule = Rule::acr("mfa");
const USER: Rule = Rule::Principal(Principal::User);
const CLIENT: Rule = Rule::Principal(Principal::Client);

rules! {
    authenticated: [] "any valid token" Rule::Authenticated;
    scope: [scopes = "read"] r#"scopes = "read""# READ;
    constant: [scopes = SCOPE] r#"scopes = "read""# READ;
    role: [roles = "admin"] r#"roles = "admin""# ADMIN;
    permission: [permissions = "refund"] r#"permissions = "refund""# Rule::permission("refund");
    provider: [provider = "staff"] r#"provider = "staff""# Rule::provider("staff");
    no_provider: [not(provider = "nobody")] r#"not(provider = "nobody")"# Rule::Not(&Rule::provider("nobody"));
    user: [principal = user] "principal = user" USER;
    client: [principal = client] "principal = client" CLIENT;
    acr: [acr = "mfa"] r#"acr = "mfa""# MFA;
    any_acr: [acr = any("mfa", "phrh")] r#"acr = any("mfa", "phrh")"# Rule::Any(&[MFA, Rule::acr("phrh")]);
    max_age: [max_age = "15m"] r#"max_age = "15m""# Rule::max_age(900);
    text: [claim("tier") == "gold"] r#"claim("tier") == "gold""# GOLD;
    integer: [claim("level") == -3] r#"claim("level") == -3"# Rule::claim("level", Expected::Integer(-3));
    boolean: [claim("beta") == false] r#"claim("beta") == false"# Rule::claim("beta", Expected::Boolean(false));
    pointer: [claim("/limits/tier") == "gold"] r#"claim("/limits/tier") == "gold""#
        Rule::claim("/limits/tier", Expected::Text("gold"));
    by_path: [claim("tenant") == path("tenant")] r#"claim("tenant") == path("tenant")"#
        Rule::claim("tenant", Expected::Path("tenant"));
    by_check: [check = is_open] "check = is_open" OPEN;
    no_check: [not(check = is_open)] "not(check = is_open)" Rule::Not(&OPEN);
    by_policy: [Staff] "Staff" Staff::RULE;
    no_policy: [not(Staff)] "not(Staff)" Rule::Not(&Staff::RULE);
    values: [roles = any("admin", all("clerk", not("trainee")))]
        r#"any(roles = "admin", all(roles = "clerk", not(roles = "trainee")))"#
        Rule::Any(&[ADMIN, Rule::All(&[Rule::role("clerk"), Rule::Not(&Rule::role("trainee"))])]);
    comma: [scopes = "read", claim("tier") == "gold", principal = user]
        r#"scopes = "read", claim("tier") == "gold", principal = user"# Rule::All(&[READ, GOLD, USER]);
    between: [any(roles = "admin", claim("tier") == "gold", check = is_open)]
        r#"any(roles = "admin", claim("tier") == "gold", check = is_open)"# Rule::Any(&[ADMIN, GOLD, OPEN]);
    deep: [any(Staff, all(scopes = "write", any(acr = "mfa", check = is_open), not(principal = client)))]
        r#"any(Staff, all(scopes = "write", any(acr = "mfa", check = is_open), not(principal = client)))"#
        Rule::Any(&[Staff::RULE, Rule::All(&[WRITE, Rule::Any(&[MFA, OPEN]), Rule::Not(&CLIENT)])]);
    not_of_nots: [not(any(not(roles = "admin"), not(claim("tier") == "gold")))]
        r#"not(any(not(roles = "admin"), not(claim("tier") == "gold")))"#
        Rule::Not(&Rule::Any(&[Rule::Not(&ADMIN), Rule::Not(&GOLD)]));
}

/// Rule; tenant; what the token differs in; whether it gets in.
type Case = (&'static str, &'static str, fn(TokenBuilder) -> TokenBuilder, bool);

fn same(token: TokenBuilder) -> TokenBuilder {
    token
}

fn machine(token: TokenBuilder) -> TokenBuilder {
    token.subject("app").claim("client_id", "app")
}

const CASES: &[Case] = &[
    ("authenticated", "acme", same, true),
    ("scope", "acme", |token| token.scopes("read"), true),
    ("scope", "acme", |token| token.scopes("reader").roles(["read"]), false),
    ("constant", "acme", |token| token.scopes("write read"), true),
    ("constant", "acme", |token| token.scopes("SCOPE"), false),
    ("role", "acme", |token| token.roles(["admin"]), true),
    ("role", "acme", |token| token.scopes("admin"), false),
    ("permission", "acme", |token| token.permissions(["refund"]), true),
    ("permission", "acme", |token| token.roles(["refund"]), false),
    ("provider", "acme", same, true),
    // A mistake in a rule opens nothing.
    ("no_provider", "acme", same, false),
    ("user", "acme", same, true),
    ("user", "acme", machine, false),
    ("user", "acme", |token| token.without("sub"), false),
    ("client", "acme", machine, true),
    ("client", "acme", same, false),
    ("client", "acme", |token| token.without("sub"), false),
    ("acr", "acme", |token| token.claim("acr", "mfa"), true),
    ("acr", "acme", |token| token.claim("acr", "pwd"), false),
    ("acr", "acme", |token| token.claim("acr", json!(["mfa"])), false),
    ("any_acr", "acme", |token| token.claim("acr", "phrh"), true),
    ("any_acr", "acme", same, false),
    ("max_age", "acme", same, false),
    ("max_age", "acme", |token| token.claim("auth_time", 0), false),
    ("max_age", "acme", |token| token.claim("auth_time", 9_999_999_999_u64), false),
    ("text", "acme", |token| token.claim("tier", "gold"), true),
    ("text", "acme", |token| token.claim("tier", "golden"), false),
    ("text", "acme", |token| token.claim("tier", json!(["gold"])), false),
    ("text", "acme", |token| token.claim("tier", json!(null)), false),
    ("integer", "acme", |token| token.claim("level", -3), true),
    ("integer", "acme", |token| token.claim("level", 3), false),
    ("integer", "acme", |token| token.claim("level", "-3"), false),
    ("integer", "acme", |token| token.claim("level", -3.0), false),
    ("boolean", "acme", |token| token.claim("beta", false), true),
    ("boolean", "acme", |token| token.claim("beta", true), false),
    ("boolean", "acme", |token| token.claim("beta", "false"), false),
    ("boolean", "acme", |token| token.claim("beta", 0), false),
    ("boolean", "acme", same, false),
    ("pointer", "acme", |token| token.claim("limits", json!({"tier": "gold"})), true),
    ("pointer", "acme", |token| token.claim("limits", json!({"tier": "tin"})), false),
    ("pointer", "acme", |token| token.claim("/limits/tier", "gold"), false),
    ("pointer", "acme", |token| token.claim("limits", json!([{"tier": "gold"}])), false),
    ("by_path", "acme", |token| token.claim("tenant", "acme"), true),
    ("by_path", "%61cme", |token| token.claim("tenant", "acme"), true),
    ("by_path", "7", |token| token.claim("tenant", 7), true),
    ("by_path", "acme", |token| token.claim("tenant", "globex"), false),
    ("by_path", "Acme", |token| token.claim("tenant", "acme"), false),
    ("by_path", "%2561cme", |token| token.claim("tenant", "acme"), false),
    ("by_path", "07", |token| token.claim("tenant", 7), false),
    ("by_path", "acme", |token| token.claim("tenant", json!(["acme"])), false),
    ("by_path", "null", |token| token.claim("tenant", json!(null)), false),
    ("by_path", "acme", same, false),
    // What cannot be decoded is nobody's tenant.
    ("by_path", "%ff", |token| token.claim("tenant", "\u{fffd}"), false),
    ("by_check", "open", same, true),
    ("by_check", "acme", same, false),
    ("no_check", "acme", same, true),
    ("no_check", "open", same, false),
    ("no_policy", "acme", same, true),
    ("no_policy", "acme", |token| token.roles(["clerk"]), false),
    ("no_policy", "acme", |token| token.claim("roles", 5), false),
    ("by_policy", "acme", |token| token.roles(["clerk"]), true),
    ("by_policy", "acme", |token| token.roles(["Staff"]), false),
    ("values", "acme", |token| token.roles(["admin", "trainee"]), true),
    ("values", "acme", |token| token.roles(["clerk"]), true),
    ("values", "acme", |token| token.roles(["clerk", "trainee"]), false),
    ("comma", "acme", |token| token.scopes("read").claim("tier", "gold"), true),
    ("comma", "acme", |token| token.claim("tier", "gold"), false),
    ("comma", "acme", |token| token.scopes("read"), false),
    ("comma", "acme", |token| machine(token).scopes("read").claim("tier", "gold"), false),
    ("between", "acme", |token| token.roles(["admin"]), true),
    ("between", "acme", |token| token.claim("tier", "gold"), true),
    ("between", "open", same, true),
    ("between", "acme", |token| token.roles(["clerk"]).claim("tier", "tin"), false),
    // One way in is enough, whatever is unreadable beside it.
    ("between", "open", |token| token.claim("roles", 5).claim("tier", 5), true),
    ("deep", "acme", |token| token.roles(["clerk"]), true),
    ("deep", "acme", |token| token.scopes("write").claim("acr", "mfa"), true),
    ("deep", "open", |token| token.scopes("write"), true),
    ("deep", "acme", |token| token.scopes("write"), false),
    ("deep", "open", same, false),
    ("deep", "open", |token| machine(token).scopes("write"), false),
    ("deep", "open", |token| token.without("sub").scopes("write"), false),
    ("not_of_nots", "acme", |token| token.roles(["admin"]).claim("tier", "gold"), true),
    ("not_of_nots", "acme", |token| token.roles(["admin"]), false),
    ("not_of_nots", "acme", |token| token.claim("tier", "gold"), false),
];

#[test]
fn the_attribute_makes_the_rule_that_is_written_and_prints_it() {
    for (written, coded, printed) in RULES {
        let Rule::Named(named) = written else { panic!("{printed}: a policy has a name") };
        assert_eq!(named.rule(), coded, "{printed}");
        assert_eq!((named.name(), coded.to_string().as_str()), ("Written", *printed));
    }
    // By these they are told apart.
    assert_ne!(Rule::Any(&[READ, WRITE]), Rule::All(&[READ, WRITE]));
    const NAMED: Rule = Rule::Named(&Named::new("Written", "", READ));
    assert_ne!(READ, NAMED);
}

#[tokio::test]
async fn every_part_lets_in_whom_it_means_whichever_way_it_is_written() {
    let world = World::new().await;
    let server = async |is_verbose| {
        let settings = move |builder: oauth2_guard::ResourceServerBuilder| {
            if is_verbose { builder.verbose() } else { builder }
        };
        let server = world.server_with(settings, |provider| provider.name("staff")).await;
        Api::serve(routes().layer(server.layer())).await
    };
    let (terse, verbose) = (server(false).await, server(true).await);
    for (index, (rule, tenant, change, gets_in)) in CASES.iter().enumerate() {
        let token = change(world.token()).build();
        let case = format!("case {index}: {rule} {tenant}");
        let [attribute, code, named] = ["attribute", "code", "named"];
        let path = |way| format!("/{way}/{rule}/{tenant}");
        let answer = terse.get_path(&path(attribute), &token).await;
        assert_eq!(answer.status == 200, *gets_in, "{case}: {answer:?}");
        assert!(*gets_in || [401, 403].contains(&answer.status), "{case}: {answer:?}");
        for way in [code, named] {
            assert_eq!(terse.get_path(&path(way), &token).await, answer, "{case}: {way}");
        }
        // Here the answer has the rule as well.
        let answer = verbose.get_path(&path(attribute), &token).await;
        assert_eq!(verbose.get_path(&path(code), &token).await, answer, "{case}");
        let nobody = terse.send(Method::GET, &path(attribute), Default::default(), "").await;
        assert_eq!(nobody.status, 401, "{case}");
    }
    let ages = [(900, true), (901, false)];
    let now = world.clock.clone();
    let now = oauth2_guard::Clock::now(&now).duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    for way in ["attribute", "code", "named"] {
        for (age, gets_in) in ages {
            // The provider's leeway is 60 s.
            let token = world.token().claim("auth_time", now - 60 - age);
            let status = terse.status(&format!("/{way}/max_age/acme"), token).await;
            assert_eq!(status == 200, gets_in, "{way} {age}");
        }
    }
}

#[tokio::test]
async fn a_provider_is_told_from_the_others_of_the_server() {
    #[requires(provider = "partner", roles = "admin")]
    async fn partners() {}
    #[requires(not(provider = "partner"))]
    async fn others() {}
    #[requires(provider = any("partner", "staff"))]
    async fn both() {}

    let world = World::new().await;
    let key = SigningKey::generate(Algorithm::ES256, "1");
    let partner = Provider::with_jwks("https://partner.example", json!({"keys": [key.jwk()]}).to_string());
    let partner = partner.name("partner").audience("api");
    let server =
        world.server_with(|builder| builder.provider(partner), |provider| provider.name("staff")).await;
    let app = Router::new()
        .route("/partners", get(partners))
        .route("/others", get(others))
        .route("/both", get(both));
    let api = Api::serve(app.layer(server.layer())).await;
    let of_partner = TokenBuilder::new("https://partner.example", "api", key);
    for (path, of_staff, of_partner_only) in
        [("/partners", 403, 200), ("/others", 200, 403), ("/both", 200, 200)]
    {
        assert_eq!(api.status(path, world.token().roles(["admin"])).await, of_staff, "{path}");
        assert_eq!(api.status(path, of_partner.clone().roles(["admin"])).await, of_partner_only, "{path}");
    }
    assert_eq!(api.status("/partners", of_partner).await, 403);
}

#[tokio::test]
async fn empty_groups_in_code_let_nobody_in_with_or_without_not() {
    macro_rules! coded {
        ($($name:ident $rule:expr;)*) => {{
            $(
                struct $name;
                impl Policy for $name {
                    type Checks = ();
                    const RULE: Rule = $rule;
                }
            )*
            Router::new()$(.route(concat!("/", stringify!($name)), get(async |_: Guard<$name>| {})))*
        }};
    }
    let app = coded! {
        Any Rule::Any(&[]);
        All Rule::All(&[]);
        NotAny Rule::Not(&Rule::Any(&[]));
        NotAll Rule::Not(&Rule::All(&[]));
        Inner Rule::All(&[Rule::Authenticated, Rule::Any(&[])]);
        Beside Rule::Any(&[Rule::All(&[]), Rule::scope("read")]);
    };
    let world = World::new().await;
    let api = world.serve(app).await;
    for path in ["/Any", "/All", "/NotAny", "/NotAll", "/Inner"] {
        assert_eq!(api.status(path, world.token().scopes("read")).await, 403, "{path}");
    }
    assert_eq!(api.status("/Beside", world.token().scopes("read")).await, 200);
    assert_eq!(api.status("/Beside", world.token()).await, 403);
}
