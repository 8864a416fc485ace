//! OWN: whose an object is, and who is nobody.

use axum::Router;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::routing::any;
use oauth2_guard::{HasOwner, Provider, loader, requires};
use oauth2_guard_tests::Counter;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::case::{Api, F403, H404, OK, Own, R401, Sent, Setup, provider};
use crate::token::{AUDIENCE, Token, es256};

const ME: &str = "canary-subject";

#[derive(HasOwner)]
struct Note {
    #[owner]
    author: Option<String>,
}

/// Named for whose it is.
#[loader]
async fn note(Path(id): Path<String>) -> Result<Option<Note>, StatusCode> {
    let author = match &*id {
        "mine" => Some(ME),
        "others" => Some("canary-someone"),
        "nobodys" => None,
        "empty" => Some(""),
        "null" => Some("null"),
        "zero" => Some("0"),
        "123" => Some("123"),
        "zoe" => Some("zo\u{eb}"),
        "broken" => return Err(StatusCode::INTERNAL_SERVER_ERROR),
        "late" => return Err(StatusCode::GATEWAY_TIMEOUT),
        _ => return Ok(None),
    };
    Ok(Some(Note { author: author.map(str::to_owned) }))
}

#[derive(HasOwner)]
struct Account {
    #[owner]
    number: i64,
}

#[loader]
async fn account(Path(number): Path<i64>) -> Account {
    Account { number }
}

#[derive(Deserialize)]
struct Wanted {
    user: String,
}

#[derive(HasOwner)]
struct Photo {
    #[owner]
    user: String,
}

/// By the query: a mistake of the application, for the object is whatever the caller says.
#[loader]
async fn photo(Query(Wanted { user }): Query<Wanted>) -> Photo {
    Photo { user }
}

macro_rules! owned {
    ($($path:literal: $name:ident($argument:ident: $object:ty) [$($rule:tt)*];)*) => {
        $(
            #[requires($($rule)*)]
            async fn $name(ran: axum::extract::State<Counter>, $argument: $object) {
                let _ = $argument;
                ran.count();
            }
        )*

        fn routes(ran: &Counter) -> Router {
            Router::new()$(.route($path, any($name)))*
                .nest("/twice/{user}", Router::new().route("/of/{user}", any(by_two_names)))
                .with_state(ran.clone())
        }
    };
}

owned! {
    "/": authenticated(_claims: Option<oauth2_guard::OAuth2Claims>) [];
    "/notes/{id}": by_author(note: Note) [owner(note)];
    "/not/{id}": by_others(note: Note) [not(owner(note))];
    "/hidden/{id}": hidden(note: Note) [owner(note, hide)];
    "/either/{id}": either(note: Note) [any(roles = "admin", owner(note))];
    "/staff/{id}": by_staff_number(note: Note) [owner(note, claim = "staff")];
    "/mail/{id}": by_mail(note: Note) [owner(note, claim = "email")];
    "/client/{id}": by_client(note: Note) [owner(note, claim = "client_id")];
    "/accounts/{number}": by_number(account: Account) [owner(account)];
    "/staff-accounts/{number}": by_staff_account(account: Account) [owner(account, claim = "staff")];
    "/users/{user}": by_path(user: Path<String>) [owner(user)];
    "/integers/{user}": by_integer(user: Path<u64>) [owner(user)];
    "/optional/{user}": by_optional(user: Option<Path<String>>) [owner(user)];
    "/photos/{user}": by_query(photo: Photo) [owner(photo)];
}

#[requires(owner(user))]
async fn by_two_names(ran: axum::extract::State<Counter>, user: Path<String>) {
    drop(user);
    ran.count();
}

async fn api() -> Api {
    Setup::routes(routes).build().await
}

fn token() -> Token {
    Token::of(&es256())
}

fn of(subject: &str) -> Token {
    token().claim("sub", subject)
}

fn to(path: &str, token: impl Into<Sent>) -> Sent {
    token.into().to(path)
}

#[tokio::test]
async fn a282_nobody_is_not_nobodys_owner() {
    let api = api().await;
    let mine = || to("/notes/mine", token());
    for id in ["nobodys", "empty", "null", "zero", "others"] {
        for nobody in [token().without("sub"), token()] {
            api.send(to(&format!("/notes/{id}"), nobody)).unlike(mine()).is(F403).await;
        }
    }
    for id in ["mine", "nobodys", "empty"] {
        // Who has no subject is not known to be somebody else either.
        let nobody = to(&format!("/not/{id}"), token().without("sub"));
        api.send(nobody).unlike(to("/not/nobodys", token())).is(F403).await;
    }
    // The same by another claim.
    let good = || to("/staff/mine", token().claim("staff", ME));
    for id in ["mine", "nobodys", "empty", "null", "zero"] {
        api.send(to(&format!("/staff/{id}"), token())).unlike(good()).is(F403).await;
        for staff in
            [json!(null), json!(""), json!(0), json!(false), json!([]), json!([ME]), json!({"sub": ME})]
        {
            api.send(to(&format!("/staff/{id}"), token().claim("staff", staff)))
                .unlike(good())
                .is(F403)
                .await;
        }
    }
}

#[tokio::test]
async fn a284_a_subject_that_is_no_name() {
    let api = api().await;
    for sub in [json!(null), json!(0), json!(false), json!([]), json!({}), json!([ME]), json!("")] {
        for path in ["/", "/notes/nobodys", "/notes/empty", "/notes/null", "/notes/zero", "/not/others"] {
            api.send(to(path, token().claim("sub", sub.clone()))).is(R401("mistyped_claim")).await;
        }
    }
}

#[tokio::test]
async fn a285_a_number_has_one_text() {
    let api = api().await;
    for path in ["/notes/123", "/accounts/123", "/integers/123"] {
        let good = || to(path, of("123"));
        api.send(to(path, token().claim("sub", 123))).unlike(good()).is(R401("mistyped_claim")).await;
        for other in [
            "0123",
            "00123",
            "+123",
            " 123",
            "123 ",
            "123\n",
            "123\0",
            "1.23e2",
            "123.0",
            "123.",
            "0x7b",
            "1_23",
            "-123",
            "12",
            "1234",
            "\u{ff11}\u{ff12}\u{ff13}",
            "\u{661}\u{662}\u{663}",
            "123\u{200d}",
        ] {
            api.send(to(path, of(other))).unlike(good()).is(F403).await;
        }
    }
    // By a claim that is a number: an integer is one, and no text is.
    let staff = |path: &str, json: &str| to(path, token().with_raw_claim("staff", json));
    let good = || staff("/staff-accounts/123", "123");
    for other in ["123.0", "1.23e2", "12300e-2", "-123", "[123]", "18446744073709551739", "true", "\"0123\""]
    {
        api.send(staff("/staff-accounts/123", other)).unlike(good()).is(F403).await;
    }
    api.send(staff("/staff-accounts/123", "\"123\"")).is(OK).await;
    api.send(staff("/staff/123", "123")).unlike(staff("/staff/123", "\"123\"")).is(F403).await;
    // Nor is the path another number than it says.
    let good = || to("/integers/123", of("123"));
    for path in ["/integers/0123", "/integers/+123", "/integers/%2B123"] {
        api.send(to(path, of("0123"))).unlike(good()).is(F403).await;
    }
    api.send(to("/integers/123.0", of("123.0"))).unlike(good()).is(Own(400)).await;
}

#[tokio::test]
async fn a286_names_are_the_same_byte_by_byte() {
    let api = api().await;
    let good = || to("/notes/zoe", of("zo\u{eb}"));
    for other in [
        "Zo\u{eb}",
        "ZO\u{cb}",
        "zoe",
        "zoe\u{308}",
        "zo\u{eb}\u{200d}",
        "zo\u{200b}\u{eb}",
        "z\u{43e}\u{eb}",
        "\u{feff}zo\u{eb}",
    ] {
        api.send(to("/notes/zoe", of(other))).unlike(good()).is(F403).await;
    }
    api.send(to("/users/zo%C3%AB", of("zo\u{eb}"))).is(OK).await;
    for path in ["/users/zoe%CC%88", "/users/Zo%C3%AB", "/users/zo%EB", "/users/zo%C3%AB%E2%80%8D"] {
        let status = if path.ends_with("%EB") { Own(400) } else { F403 };
        api.send(to(path, of("zo\u{eb}"))).unlike(to("/users/zo%C3%AB", of("zo\u{eb}"))).is(status).await;
    }
}

#[tokio::test]
async fn a288_a_client_is_nobody_whatever_its_id() {
    let api = api().await;
    let machine = |claim: &str, value: &str| token().claim(claim, value);
    for client in [
        machine("client_id", ME),
        machine("azp", ME),
        machine("cid", ME),
        machine("appid", ME),
        machine("oid", ME),
        machine("gty", "client-credentials"),
        machine("idtyp", "app"),
    ] {
        for path in ["/notes/mine", "/users/canary-subject", "/optional/canary-subject", "/either/mine"] {
            api.send(to(path, client.clone())).unlike(to(path, token())).is(F403).await;
        }
        // It is not known to be somebody else either.
        api.send(to("/not/others", client)).unlike(to("/not/others", token())).is(F403).await;
    }
    // Nor for a person because nobody can read which client it is.
    for (claim, odd) in [
        ("azp", json!([ME])),
        ("cid", json!({"id": ME})),
        ("appid", json!(5)),
        ("idtyp", json!(["app"])),
        ("gty", json!(["client-credentials"])),
        ("gty", json!(["refresh_token", "client-credentials"])),
        ("oid", json!([ME])),
        ("_claim_names", json!({"azp": "canary-source"})),
    ] {
        let odd = || token().claim(claim, odd.clone());
        api.send(to("/notes/mine", odd())).unlike(to("/notes/mine", token())).is(F403).await;
        api.send(to("/not/others", odd())).unlike(to("/not/others", token())).is(F403).await;
    }
    let person = token().claim("gty", json!(["refresh_token", "password"])).claim("azp", "canary-app");
    api.send(to("/notes/mine", person)).is(OK).await;
    // A name that clients have is not taken for a person's.
    for (path, sub) in [("/users/canary@clients", "canary@clients"), ("/users/canary-subject", ME)] {
        let named = of(sub).claim("preferred_username", "service-account-canary");
        api.send(to(path, named)).unlike(to("/users/canary-subject", token())).is(F403).await;
    }
    // What is compared with the ID of a client is a client's, and a person's who came by it.
    let client = machine("client_id", ME);
    api.send(to("/client/mine", client.clone())).is(OK).await;
    api.send(to("/client/others", client))
        .unlike(to("/client/mine", machine("client_id", ME)))
        .is(F403)
        .await;
}

#[tokio::test]
async fn a289_the_path_is_decoded_once() {
    let api = api().await;
    for path in ["/users", "/optional"] {
        let good = || to(&format!("{path}/alice"), of("alice"));
        for same in ["%61lice", "%61%6C%69%63%65", "alic%65"] {
            api.send(to(&format!("{path}/{same}"), of("alice"))).is(OK).await;
        }
        for other in [
            "alice%00",
            "%00alice",
            "alice%2F..%2Fbob",
            "bob%2F..%2Falice",
            "%2Falice",
            "alice%2F",
            "%2561lice",
            "alice%2500",
            "alice%20",
            "alice+",
            "alice%0A",
            "Alice",
            "%41lice",
            "alice;x=1",
            "alice,bob",
            "alice%3Fx",
            "%5Calice",
            "alice.",
            "%2e%2e%2falice",
            "%EF%BB%BFalice",
        ] {
            api.send(to(&format!("{path}/{other}"), of("alice"))).unlike(good()).is(F403).await;
        }
        for broken in ["alice%FF", "%C0%AE", "alice%ED%A0%80"] {
            api.send(to(&format!("{path}/{broken}"), of("alice"))).unlike(good()).is(Own(400)).await;
        }
        for elsewhere in ["alice/", "/alice", "alice/..", "bob/../alice", "./alice", "../users/bob/alice"] {
            assert_eq!(
                api.status_of(&to(&format!("{path}/{elsewhere}"), of("alice"))).await,
                404,
                "{elsewhere}"
            );
        }
        // What is left of a half encoding is compared as it stands.
        api.send(to(&format!("{path}/%6"), of("%6"))).is(OK).await;
        api.send(to(&format!("{path}/%6"), of("alice"))).unlike(good()).is(F403).await;
    }
}

#[tokio::test]
async fn a290_an_owner_that_is_named_twice() {
    let api = api().await;
    let good = || to("/photos/x?user=alice", of("alice"));
    for query in
        ["user=alice&user=bob", "user=bob&user=alice", "user=alice&user=alice", "user=alice&%75ser=alice"]
    {
        api.send(to(&format!("/photos/x?{query}"), of("alice"))).unlike(good()).is(Own(400)).await;
    }
    for query in ["user[]=alice", "User=alice", ""] {
        api.send(to(&format!("/photos/x?{query}"), of("alice"))).unlike(good()).is(Own(400)).await;
    }
    // Of two parameters of the path that bear one name, none is taken.
    let own = || to("/users/alice", of("alice"));
    for path in ["/twice/alice/of/bob", "/twice/bob/of/alice", "/twice/alice/of/alice"] {
        api.send(to(path, of("alice"))).unlike(own()).is(Own(500)).await;
    }
    // The query says nothing of the path.
    api.send(to("/users/bob?user=alice&user=alice", of("alice"))).unlike(own()).is(F403).await;
    api.send(to("/users/alice?user=bob", of("alice"))).is(OK).await;
}

#[tokio::test]
async fn a292_an_owner_that_cannot_be_found_out() {
    let api = api().await;
    for route in ["/notes", "/hidden", "/either"] {
        let good = || to(&format!("{route}/mine"), token());
        api.send(to(&format!("{route}/broken"), token())).unlike(good()).is(Own(500)).await;
        api.send(to(&format!("{route}/late"), token())).unlike(good()).is(Own(504)).await;
        api.send(to(&format!("{route}/unheard-of"), token())).unlike(good()).is(H404).await;
    }
    for path in ["/not/broken", "/not/late"] {
        let status = if path == "/not/late" { 504 } else { 500 };
        api.send(to(path, token())).unlike(to("/not/others", token())).is(Own(status)).await;
    }
}

#[tokio::test]
async fn n_own_what_is_hidden_and_what_is_not_there_are_the_same_bytes() {
    let api = api().await;
    let good = || to("/hidden/mine", token());
    for id in ["others", "nobodys", "empty", "unheard-of"] {
        api.send(to(&format!("/hidden/{id}"), token())).unlike(good()).is(H404).await;
    }
    let hidden = api.text_of(&to("/hidden/others", token())).await;
    assert_eq!(hidden, api.text_of(&to("/hidden/unheard-of", token())).await);
    // A client, which is nobody, learns no more.
    let client = || token().claim("client_id", ME);
    assert_eq!(hidden, api.text_of(&to("/hidden/mine", client())).await);
    assert_eq!(hidden, api.text_of(&to("/hidden/unheard-of", client())).await);
}

#[tokio::test]
async fn n_own_a_subject_of_another_issuer_is_somebody_else() {
    let jwks = json!({"keys": [es256().jwk()]}).to_string();
    let other = Provider::with_jwks("https://other.example.com", jwks).audience(AUDIENCE).name("other");
    let setup = Setup::routes(routes);
    let providers = vec![provider(&[es256().jwk()]), other];
    let two = Setup { providers, ..setup }.build().await;
    let one = api().await;
    let of_other = || token().claim("iss", "https://other.example.com");
    for path in ["/notes/mine", "/users/canary-subject", "/optional/canary-subject"] {
        // Nobody says whose subject the owner is.
        for bearer in [token(), of_other()] {
            two.send(to(path, bearer)).unlike_at(&one, to(path, token())).is(F403).await;
        }
    }
    two.send(to("/not/others", token())).unlike_at(&one, to("/not/others", token())).is(F403).await;
}

#[tokio::test]
async fn n_own_a_mail_address_that_nobody_verified() {
    let api = api().await;
    let mail = |verified: Option<Value>| {
        let token = token().claim("email", ME);
        to(
            "/mail/mine",
            verified.into_iter().fold(token, |token, verified| token.claim("email_verified", verified)),
        )
    };
    api.send(mail(None)).is(OK).await;
    for verified in [json!(false), json!("true"), json!(1), json!(null), json!([true]), json!("")] {
        api.send(mail(Some(verified))).unlike(mail(Some(json!(true)))).is(F403).await;
    }
}
