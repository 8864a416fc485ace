//! SCP: a token grants what it says, to the letter, where its provider says it, and nothing that is like it.

use std::time::{Duration, Instant};

use oauth2_guard::{Provider, ResourceServerBuilder, Role};
use serde_json::{Value, json};

use crate::api::rules;
use crate::case::{Api, F403, OK, Sent, Setup, is_refused_at_build, provider};
use crate::token::{Token, es256};

rules! {
    "/": authenticated [];
    "/read": read [scopes = "read"];
    "/write": write [scopes = "write"];
    "/not-blocked": not_blocked [not(scopes = "block")];
    "/readwrite": readwrite [scopes = "readwrite"];
    "/re": re [scopes = "re"];
    "/READ": upper_case [scopes = "READ"];
    "/read-all": read_all [scopes = "read:all"];
    "/john": john [scopes = "read:/john"];
    "/Admin": capital [scopes = "Admin"];
    "/admin-scope": admin_scope [scopes = "admin"];
    "/star": star [scopes = "*"];
    "/admin": admin [roles = "admin"];
    "/not-guest": not_guest [not(roles = "guest")];
    "/level": level [claim("level") == 10];
    "/level-text": level_text [claim("level") == "10"];
    "/not-level": not_level [not(claim("level") == 10)];
}

async fn api() -> Api {
    with(|provider| provider).await
}

async fn with(settings: fn(Provider) -> Provider) -> Api {
    let providers = vec![settings(provider(&[es256().jwk()]))];
    let said = &["readwrite", "read:all", "read:/john", "\"read\""];
    Setup { providers, said, ..Setup::routes(routes) }.build().await
}

/// A request of `path` with this claim.
fn to(path: &str, claim: &str, value: impl Into<Value>) -> Sent {
    Sent::from(Token::of(&es256()).claim(claim, value)).to(path)
}

/// Each of these in `claim` is refused at `path`, where `good` is accepted.
async fn refuses<V: Into<Value>>(
    api: &Api,
    path: &str,
    claim: &str,
    good: impl Into<Value>,
    bad: impl IntoIterator<Item = V>,
) {
    let good = good.into();
    for bad in bad {
        api.send(to(path, claim, bad)).unlike(to(path, claim, good.clone())).is(F403).await;
    }
}

#[tokio::test]
async fn a258_a_scope_that_is_a_part_of_another() {
    let api = api().await;
    for (path, scope) in
        [("/readwrite", "readwrite"), ("/re", "re"), ("/READ", "READ"), ("/read-all", "read:all")]
    {
        refuses(&api, path, "scope", scope, ["read"]).await;
        refuses(&api, "/read", "scope", "read", [scope]).await;
    }
}

#[tokio::test]
async fn a260_a_scope_that_looks_like_a_path_is_no_path() {
    let below = [
        "read:/johnathan",
        "read:/john/",
        "read:/john/x",
        "read:/",
        "read:",
        "read:/john/../john",
        "read://john",
    ];
    refuses(&api().await, "/john", "scope", "read:/john", below).await;
}

#[tokio::test]
async fn a261_scopes_are_a_string_or_a_list_in_the_claims_that_hold_them() {
    let api = api().await;
    for scopes in [json!("read write"), json!(["read", "write"])] {
        for claim in ["scope", "scp"] {
            let token = Token::of(&es256()).without("scope").claim(claim, scopes.clone());
            for path in ["/read", "/write"] {
                api.send(Sent::from(token.clone()).to(path)).is(OK).await;
            }
        }
        // Where the provider has them in one claim, no other counts.
        let narrow = with(|provider| provider.scope_claims(["scp"])).await;
        refuses(&narrow, "/read", "scp", scopes.clone(), [json!([]), json!("")]).await;
        let elsewhere = to("/read", "scope", scopes.clone());
        narrow.send(elsewhere).unlike(to("/read", "scp", scopes)).is(F403).await;
    }
}

#[tokio::test]
async fn a262_an_element_of_a_list_is_not_split() {
    let api = api().await;
    let elements = [
        json!(["read write"]),
        json!(["read write", "other"]),
        json!(["write "]),
        json!([" write"]),
        json!(["write", ""]),
    ];
    refuses(&api, "/write", "scope", json!(["read", "write"]), elements).await;
    // Nor is it known then what is not among them.
    refuses(&api, "/not-blocked", "scope", json!(["read"]), [json!(["read block"]), json!(["read write"])])
        .await;
}

#[tokio::test]
async fn a264_one_role_may_be_a_string_which_is_never_split() {
    let api = api().await;
    for roles in [json!("admin"), json!(["admin"]), json!(["clerk", "admin"])] {
        api.send(to("/admin", "roles", roles)).is(OK).await;
    }
    let almost = [
        "administrator",
        "admin clerk",
        "clerk admin",
        "admin,clerk",
        " admin",
        "admin ",
        "Admin",
        "admi",
        "",
    ];
    refuses(&api, "/admin", "roles", "admin", almost).await;
    refuses(&api, "/admin", "roles", json!(["admin"]), almost.map(|almost| json!([almost]))).await;
}

#[tokio::test]
async fn a265_the_members_of_an_object_are_no_roles() {
    let api = api().await;
    let objects = || {
        [
            json!({"admin": true}),
            json!({"admin": false}),
            json!({"0": "admin"}),
            json!({"roles": ["admin"]}),
            json!({"value": "admin"}),
            json!({}),
        ]
    };
    refuses(&api, "/admin", "roles", json!(["admin"]), objects()).await;
    refuses(&api, "/not-guest", "roles", json!(["admin"]), objects()).await;
}

#[tokio::test]
async fn a266_a_list_with_one_element_of_another_type_is_unreadable_as_a_whole() {
    let api = api().await;
    let lists = || {
        [
            json!([["admin"]]),
            json!([{"name": "admin"}]),
            json!([{"value": ["admin"]}]),
            json!([null, "admin"]),
            json!(["admin", 5]),
            json!(["admin", true]),
            json!(["admin", ["admin"]]),
            json!(["admin", {}]),
        ]
    };
    refuses(&api, "/admin", "roles", json!(["admin"]), lists()).await;
    refuses(&api, "/not-guest", "roles", json!(["admin"]), lists()).await;
}

#[tokio::test]
async fn a268_nothing_but_a_space_separates() {
    let api = api().await;
    for separator in [
        "\t", "\n", "\r", "\r\n", "\u{a0}", "\u{2003}", "\u{3000}", "\u{200b}", "\u{feff}", "\0", ",", ";",
        "+", "%20", "|", "/",
    ] {
        refuses(&api, "/write", "scope", "read write", [format!("read{separator}write")]).await;
        refuses(&api, "/read", "scope", "read write", [format!("read{separator}write")]).await;
    }
}

#[tokio::test]
async fn a269_any_number_of_spaces_separates() {
    let api = api().await;
    for scope in [" read", "read ", "  read  ", "write  read", "   write   read   "] {
        api.send(to("/read", "scope", scope)).is(OK).await;
    }
    refuses(&api, "/read", "scope", " read ", ["", " ", "     "]).await;
}

#[tokio::test]
async fn a270_characters_that_no_scope_has() {
    let odd = [
        "re\"ad",
        "\"read\"",
        "read\\",
        "\\read",
        "read\0",
        "\u{1}read",
        "read\u{7f}",
        "re\u{e4}d",
        "re\u{430}d",
        "\u{ff52}ead",
        "read\u{301}",
        "\u{202e}daer",
        "read\u{85}",
    ];
    refuses(&api().await, "/read", "scope", "read", odd).await;
    // One of them makes it unknown what the others are.
    refuses(&api().await, "/read", "scope", "read write", ["read wr\u{ef}te", "\" read", "read \\"]).await;
    refuses(&api().await, "/not-blocked", "scope", "read write", ["read wr\u{ef}te", "\u{fe0f}"]).await;
}

#[tokio::test]
async fn a272_case_counts() {
    let api = api().await;
    refuses(&api, "/admin-scope", "scope", "admin", ["Admin", "ADMIN", "aDmin"]).await;
    refuses(&api, "/Admin", "scope", "Admin", ["admin", "ADMIN"]).await;
    refuses(&api, "/admin", "roles", "admin", ["Admin", "ADMIN", "adm\u{131}n", "adm\u{130}n"]).await;
}

#[tokio::test]
#[expect(clippy::disallowed_methods, reason = "it is the machine's time that counts")]
async fn a273_a_hundred_thousand_scopes_are_read_in_linear_time() {
    let setup = Setup { settings: |builder| builder.max_token_bytes(4 << 20), ..Setup::routes(routes) };
    let api = setup.build().await;
    // In the order that sorting by exchange likes least.
    let many = (0..100_000).rev().map(|number| format!("s{number:05}")).collect::<Vec<_>>();
    let text = many.join(" ");
    let begun = Instant::now();
    api.send(to("/read", "scope", format!("{text} read"))).is(OK).await;
    refuses(&api, "/read", "scope", "read", [json!(text), json!(many)]).await;
    // A pair of comparisons for each pair of them would take minutes.
    assert!(begun.elapsed() < Duration::from_secs(30), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn a274_a_path_and_a_name_that_looks_like_one_are_told_apart() {
    for ambiguous in ["realm_access.roles", "realm_access/roles"] {
        let references = |reference: &str| provider(&[es256().jwk()]).role_claims([reference.to_owned()]);
        is_refused_at_build(
            references(ambiguous),
            references("/realm_access/roles"),
            "it may mean a path or a name",
        )
        .await;
        is_refused_at_build(
            references(ambiguous),
            references("/realm_access.roles"),
            "it may mean a path or a name",
        )
        .await;
    }
    let nested = || json!({"roles": ["admin"]});
    let to = |claims: &[(&str, Value)]| {
        let token =
            claims.iter().fold(Token::of(&es256()), |token, (name, value)| token.claim(name, value.clone()));
        Sent::from(token).to("/admin")
    };
    let literal = to(&[("realm_access.roles", json!(["admin"]))]);
    let slashed = to(&[("realm_access/roles", json!(["admin"]))]);
    let path = to(&[("realm_access", nested())]);
    for (settings, good) in [
        ((|provider| provider.role_claims(["/realm_access/roles"])) as fn(Provider) -> Provider, 0),
        (|provider| provider.role_claims(["/realm_access.roles"]), 1),
        (|provider| provider.role_claims(["/realm_access~1roles"]), 2),
    ] {
        let api = with(settings).await;
        let all = [&path, &literal, &slashed];
        for (index, sent) in all.into_iter().enumerate() {
            let case = api.send(sent.clone()).unlike(all[good].clone());
            case.is(if index == good { OK } else { F403 }).await;
        }
    }
}

#[tokio::test]
async fn a276_a_path_leads_over_the_members_of_objects_alone() {
    let api = with(|provider| provider.role_claims(["/realm_access/0/roles"])).await;
    let leaf = || json!({"roles": ["admin"]});
    let elsewhere = [
        json!([leaf()]),
        json!([]),
        json!({}),
        json!({"1": leaf()}),
        json!({"0": [leaf()]}),
        json!({"0": "roles"}),
        json!({"0": ["admin"]}),
        json!({"00": leaf()}),
        json!({"0/roles": ["admin"]}),
        json!("admin"),
        json!(null),
        json!(5),
    ];
    refuses(&api, "/admin", "realm_access", json!({"0": leaf()}), elsewhere).await;
    let good = to("/admin", "realm_access", json!({"0": leaf()}));
    api.send(Sent::from(Token::of(&es256())).to("/admin")).unlike(good).is(F403).await;

    let long = with(|provider| provider.role_claims(["/a".repeat(1000)])).await;
    let deep = (0..100).fold(json!(["admin"]), |inner, _| json!({"a": inner}));
    let case = long.send(to("/admin", "a", deep.clone()));
    case.unlike_at(&with(|provider| provider.role_claims(["/a".repeat(101)])).await, to("/admin", "a", deep))
        .is(F403)
        .await;
}

#[tokio::test]
async fn a277_the_roles_that_a_token_has_at_another_client() {
    let api = with(|provider| provider.role_claims(["/resource_access/orders/roles"])).await;
    let of = |client: &str| json!({client: {"roles": ["admin"]}});
    let others = [of("other"), of("Orders"), of("orders "), of("orders/roles"), of("account"), of("")];
    refuses(&api, "/admin", "resource_access", of("orders"), others).await;
    let beside = json!({"other": {"roles": ["admin"]}, "orders": {"roles": ["clerk"]}});
    refuses(&api, "/admin", "resource_access", of("orders"), [beside]).await;
    api.send(to("/admin", "realm_access", json!({"roles": ["admin"]})))
        .unlike(to("/admin", "resource_access", of("orders")))
        .is(F403)
        .await;
}

#[tokio::test]
async fn a278_numbers_are_the_same_only_where_both_are_integers() {
    let api = api().await;
    let raw = |path: &str, json: &str| Sent::from(Token::of(&es256()).with_raw_claim("level", json)).to(path);
    for other in ["10.0", "1e1", "1E1", "100e-1", "\"10\"", "[10]", "true", "null", "{\"level\":10}"] {
        api.send(raw("/level", other)).unlike(raw("/level", "10")).is(F403).await;
        // What is not an integer is not known to be another one.
        api.send(raw("/not-level", other)).unlike(raw("/not-level", "11")).is(F403).await;
    }
    for other in ["11", "-10", "100", "18446744073709551615"] {
        api.send(raw("/level", other)).unlike(raw("/level", "10")).is(F403).await;
        api.send(raw("/not-level", other)).is(OK).await;
    }
    for other in ["10", "\"10 \"", "\"010\"", "\"1e1\"", "\"10.0\""] {
        api.send(raw("/level-text", other)).unlike(raw("/level-text", "\"10\"")).is(F403).await;
    }
}

#[tokio::test]
async fn a280_there_are_no_wildcards() {
    let api = api().await;
    let wild = [
        "*", "admin:*", ".*", "%", "a*", "adm?n", "[a-z]+", "admin|x", "admin$", "^admin", "admin%",
        "/admin/",
    ];
    refuses(&api, "/admin-scope", "scope", "admin", wild).await;
    refuses(&api, "/admin", "roles", "admin", wild).await;
    // Nor in a rule.
    refuses(&api, "/star", "scope", "*", ["admin", "**", "read write"]).await;
}

#[tokio::test]
async fn a281_no_role_implies_another() {
    let superior = ["superadmin", "super-admin", "root", "owner", "admin:super", "administrators"];
    refuses(&api().await, "/admin", "roles", "admin", superior).await;
    // Unless the server is told so, and then that one alone.
    let settings = |builder: ResourceServerBuilder| builder.role(Role::new("superadmin").implies("admin"));
    let told = Setup { settings, ..Setup::routes(routes) }.build().await;
    told.send(to("/admin", "roles", "superadmin")).is(OK).await;
    refuses(&told, "/admin", "roles", "superadmin", superior.into_iter().skip(1)).await;
}
