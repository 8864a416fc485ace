//! Claims are kept as the text that the token has: whatever is asked of it, the answer is what a tree of that text would give.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::panic,
    clippy::string_slice
)]

mod tree;

use std::collections::BTreeMap;
use std::sync::Arc;

use oauth2_guard::policy::Principal;
use oauth2_guard::testing::SigningKey;
use oauth2_guard::{Algorithm, InvalidToken, OAuth2Claims, Provider, Reason, ResourceServer, policy};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::runtime::{Builder, Runtime};

const ISSUER: &str = "https://login.example.com";

/// What every claims set here begins with.
const VALID: &str = r#""iss":"https://login.example.com","aud":"api","exp":253402300799"#;

struct World {
    key: Arc<SigningKey>,
    server: ResourceServer,
    runtime: Runtime,
}

impl World {
    fn new() -> Self {
        let secret: [u8; 32] = std::array::from_fn(|index| index as u8 * 7 + 1);
        let provider = Provider::with_shared_secret(ISSUER, secret).audience("api");
        let provider = provider.role_claims(["roles", "/realm_access/roles", "groups"]);
        let runtime = Builder::new_current_thread().build().unwrap();
        let server = ResourceServer::builder().provider(provider).max_token_bytes(10_000_000);
        let server = runtime.block_on(server.build()).unwrap();
        Self { key: SigningKey::secret(Algorithm::HS256, "1", &secret).into(), server, runtime }
    }

    fn verify(&self, payload: &str) -> Result<OAuth2Claims, InvalidToken> {
        let token = self.key.sign(r#"{"alg":"HS256","kid":"1"}"#, payload);
        self.runtime.block_on(self.server.verify(&token)).map_err(|rejection| match rejection.reason() {
            Reason::InvalidToken(reason) => *reason,
            other => panic!("{other:?}"),
        })
    }

    /// With these members beside the valid ones.
    fn with(&self, members: &str) -> Result<OAuth2Claims, InvalidToken> {
        self.verify(&format!("{{{VALID},{members}}}"))
    }
}

#[test]
fn what_is_written_with_escapes_is_what_it_says() {
    let world = World::new();
    let claims = world.with(
        r#""s\u0075b":"a\u0062\"\\\/","\u006ati":"\ud83d\ude00","scope":"re\u0061d \u0077rite","roles":["\u0061dmin","x\u0000y"],"a\\b":1,"q\"x\":2,\"z":3,"\u00e9":"\u00e9""#,
    );
    let claims = claims.unwrap();
    assert_eq!(claims.subject(), Some("ab\"\\/"));
    assert_eq!(claims.claim("sub"), Some(json!("ab\"\\/")));
    assert_eq!(claims.claim("jti"), Some(json!("\u{1f600}")));
    assert_eq!(claims.grants().scopes().collect::<Vec<_>>(), ["read", "write"]);
    assert_eq!(claims.grants().roles().collect::<Vec<_>>(), ["admin", "x\0y"]);
    assert!(claims.has_role("x\0y") && !claims.has_role("x") && !claims.has_role("y"));
    assert_eq!(claims.claim(r"a\b"), Some(json!(1)));
    assert_eq!(claims.claim(r#"q"x":2,"z"#), Some(json!(3)));
    assert_eq!(claims.claim("\u{e9}"), Some(json!("\u{e9}")));
    for other in [r"s\u0075b", "q", "z", "x", r#"q\"x"#, "a", "b", "\"sub\"", "\u{2e}", r"\u00e9"] {
        assert_eq!(claims.claim(other), None, "{other}");
    }
    assert_eq!(claims.issuer(), ISSUER);

    // An issuer with escapes is the issuer that it says.
    let escaped = world.verify(
        r#"{"iss":"https:\/\/login.example.com","aud":["x","a\u0070i"],"exp":253402300799,"sub":"x"}"#,
    );
    let escaped = escaped.unwrap();
    assert_eq!((escaped.issuer(), escaped.subject()), (ISSUER, Some("x")));
    let other = world.verify(r#"{"iss":"https:\/\/login.example.com\/","aud":"api","exp":253402300799}"#);
    assert_eq!(other.err(), Some(InvalidToken::WrongIssuer));
}

#[test]
fn a_name_cannot_be_found_in_what_is_no_name() {
    let world = World::new();
    let claims = world.with(
        r#""x":"\"tier\":\"gold\"","y":{"tier":"gold"},"z":["tier","gold",{"tier":"gold"}],"w":"tier""#,
    );
    let claims = claims.unwrap();
    for reference in ["tier", "gold", "/x/tier", "/z/tier", "/z/0", "x\":\"", "x\",\"y", "/tier"] {
        assert_eq!(claims.claim(reference), None, "{reference}");
    }
    assert_eq!(claims.claim("/y/tier"), Some(json!("gold")));
    assert!(claims.satisfies::<Gold>().is_err());
    assert!(world.with(r#""tier":"gold""#).unwrap().satisfies::<Gold>().is_ok());
    assert!(world.with(r#""t\u0069er" : "g\u006fld""#).unwrap().satisfies::<Gold>().is_ok());
    assert!(world.with(r#""tier":"\"gold\"""#).unwrap().satisfies::<Gold>().is_err());
}

#[policy(claim("tier") == "gold")]
struct Gold;

#[test]
fn a_second_member_of_the_same_name_is_refused_however_it_is_written() {
    let world = World::new();
    for (once, twice) in [
        (r#""sub":"a""#, r#""sub":"a","s\u0075b":"a""#),
        (r#""s\u0075b":"a""#, r#""s\u0075b":"a","sub":"b""#),
        (r#""x":{"\u0061":1,"b":2}"#, r#""x":{"\u0061":1,"a":2}"#),
        (r#""x":[[{"a":{"b":1}}]]"#, r#""x":[[{"a":{"b":1,"\u0062":1}}]]"#),
        (r#""\/":1,"\\":2"#, r#""\/":1,"/":2"#),
        (r#""":1"#, r#""":1,"":1"#),
        (r#""\ud83d\ude00":1"#, "\"\\ud83d\\ude00\":1,\"\u{1f600}\":1"),
        (r#""a":1,"A":1"#, r#""a":1,"A":1,"\u0041":1"#),
    ] {
        assert!(world.with(once).is_ok(), "{once}");
        assert_eq!(world.with(twice).err(), Some(InvalidToken::Malformed), "{twice}");
    }
    // The same name in another object is another member.
    assert!(world.with(r#""x":{"sub":{"sub":1}},"y":[{"a":1},{"a":1}]"#).is_ok());
}

#[test]
fn many_members_are_found_and_a_second_one_among_them_is_not_overlooked() {
    const MANY: usize = 10_000;
    let world = World::new();
    let names: Vec<_> = (0..MANY).map(|number| format!("m{}", number * 7_919 % MANY)).collect();
    let object = |names: &[String]| {
        let members = names.iter().enumerate().map(|(index, name)| format!("\"{name}\":{index}"));
        members.collect::<Vec<_>>().join(",")
    };
    let claims = world.with(&object(&names)).unwrap();
    assert_eq!(claims.members().len(), MANY + 3);
    for index in [0, 1, 17, 5_000, MANY - 1] {
        assert_eq!(claims.claim(&names[index]), Some(json!(index)));
    }
    assert_eq!((claims.claim("m10000"), claims.claim("m"), claims.subject()), (None, None, None));
    assert_eq!(claims.deserialize::<BTreeMap<String, Value>>().unwrap().len(), MANY + 3);
    let nested = world.with(&format!(r#""x":{{{}}}"#, object(&names))).unwrap();
    assert_eq!(nested.claim("/x/m9999"), nested.claim("x").map(|x| x["m9999"].clone()));

    for (double, at) in [("m0", MANY), ("\\u006d9", MANY), ("m4999", 3), ("iss", MANY / 2), ("m17", 20)] {
        let mut names = names.clone();
        let old = names.iter().position(|name| *name == double);
        names.insert(at, double.to_owned());
        let is_double = old.is_some() || double == "iss" || double.starts_with('\\');
        assert!(is_double, "{double}");
        assert_eq!(world.with(&object(&names)).err(), Some(InvalidToken::Malformed), "{double}");
        let nested = format!(r#""x":{{{},"iss":1}}"#, object(&names));
        assert_eq!(world.with(&nested).err(), Some(InvalidToken::Malformed), "{double}");
    }
}

#[test]
fn a_pointer_leads_as_deep_as_objects_are_nested() {
    const DEPTH: usize = 126;
    let world = World::new();
    let nested = |depth: usize| format!(r#""a":{}7{}"#, r#"{"a":"#.repeat(depth), "}".repeat(depth));
    let pointer = |depth: usize| "/a".repeat(depth + 1);
    let claims = world.with(&nested(DEPTH)).unwrap();
    assert_eq!(claims.claim(&pointer(DEPTH)), Some(json!(7)));
    assert!(claims.claim(&pointer(DEPTH - 1)).unwrap().is_object());
    assert_eq!((claims.claim(&pointer(DEPTH + 1)), claims.claim(&format!("{}/b", pointer(9)))), (None, None));
    assert_eq!(world.with(&nested(DEPTH + 1)).err(), Some(InvalidToken::Malformed));
    let array = |depth: usize| format!(r#""a":{}{}"#, "[".repeat(depth), "]".repeat(depth));
    assert!(world.with(&array(DEPTH)).is_ok());
    assert_eq!(world.with(&array(DEPTH + 1)).err(), Some(InvalidToken::Malformed));
    assert_eq!(world.with(&array(1_000_000)).err(), Some(InvalidToken::Malformed));
}

#[test]
fn numbers_are_what_they_are_for_serde_json() {
    #[derive(Deserialize)]
    struct Wide {
        x: u64,
        y: i64,
        z: f64,
    }
    let world = World::new();
    let claims = world.with(r#""x":18446744073709551615,"y":-9223372036854775808,"z":1e308"#).unwrap();
    let Wide { x, y, z } = claims.deserialize().unwrap();
    assert_eq!((x, y, z), (u64::MAX, i64::MIN, 1e308));
    assert_eq!(claims.claim("x"), Some(json!(u64::MAX)));
    assert_eq!(claims.claim("y"), Some(json!(i64::MIN)));

    let beyond = world.with(r#""x":18446744073709551616,"y":-0,"z":123456789012345678901234567890"#).unwrap();
    assert!(beyond.deserialize::<Wide>().is_err());
    assert_eq!(beyond.claim("x"), Some(json!(18_446_744_073_709_551_616.0)));
    assert_eq!(beyond.claim("y"), Some(json!(-0.0)));
    assert_eq!(beyond.claim("z"), Some(json!(123_456_789_012_345_678_901_234_567_890.0)));
    let long = format!(r#""x":1{}"#, "0".repeat(308));
    assert!(world.with(&long).is_ok());
    for infinite in ["1e400", "-1e400", "1e99999999999999999999", &format!("1{}", "0".repeat(309))] {
        assert_eq!(
            world.with(&format!(r#""x":{infinite}"#)).err(),
            Some(InvalidToken::Malformed),
            "{infinite}"
        );
        let nested = format!(r#""x":[{{"y":{infinite}}}]"#);
        assert_eq!(world.with(&nested).err(), Some(InvalidToken::Malformed), "{infinite}");
    }
    for odd in ["01", "1.", ".5", "+1", "0x1", "1e", "-", "--1", "NaN", "Infinity", "1_000"] {
        assert_eq!(world.with(&format!(r#""x":{odd}"#)).err(), Some(InvalidToken::Malformed), "{odd}");
    }
}

#[test]
fn claims_that_are_kept_elsewhere_are_not_absent() {
    let world = World::new();
    let claims = |names: &str| world.with(&format!(r#""sub":"x","_claim_names":{names}"#)).unwrap();
    for names in [r#"{"tier":"src1"}"#, r#"{"t\u0069er":"src1"}"#, r#"["tier"]"#, r#""tier""#, "null"] {
        assert!(claims(names).satisfies::<NotGold>().is_err(), "{names}");
    }
    for names in [r#"{"other":"src1"}"#, "{}", r#"{"x":{"tier":1}}"#] {
        assert!(claims(names).satisfies::<NotGold>().is_ok(), "{names}");
    }
    assert_eq!(claims(r#"{"azp":"src1"}"#).principal(), None);
    assert_eq!(claims(r#"{"tier":"src1"}"#).principal(), Some(Principal::User));
}

#[policy(not(claim("tier") == "gold"))]
struct NotGold;

#[test]
fn the_text_is_that_of_the_token() {
    let world = World::new();
    let payload = format!(" {{ {VALID} ,\t\"x\" : [ 1 , {{ }} , \"\\u0061\" ]\r\n}} ");
    let claims = world.verify(&payload).unwrap();
    assert_eq!(claims.as_json(), payload);
    assert_eq!(claims.claim("x"), Some(json!([1, {}, "a"])));
    // What is kept beside it does not show.
    let escaped = world.with(r#""sub":"\u0061","jti":"\u0062""#).unwrap();
    assert_eq!(escaped.as_json(), format!(r#"{{{VALID},"sub":"\u0061","jti":"\u0062"}}"#));
    for space in ["\u{a0}", "\u{c}", "\u{feff}", "\u{b}"] {
        assert_eq!(world.verify(&format!("{space}{{{VALID}}}")).err(), Some(InvalidToken::Malformed));
        assert_eq!(world.verify(&format!("{{{VALID}}}{space}")).err(), Some(InvalidToken::Malformed));
        assert_eq!(world.with(&format!("\"x\":{space}1")).err(), Some(InvalidToken::Malformed));
    }
}

#[test]
fn a_struct_takes_its_fields_wherever_they_are_and_however_they_are_written() {
    #[derive(Debug, Deserialize, PartialEq)]
    struct Name(String);
    #[derive(Debug, Deserialize, PartialEq)]
    struct Me {
        nick: Option<String>,
        #[serde(rename = "a\"b")]
        quoted: Name,
        list: Vec<Option<Name>>,
        #[serde(default)]
        absent: Option<u8>,
        unit: (),
        pair: (u8, char),
        nested: BTreeMap<String, Vec<f64>>,
    }
    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "it does not fit")]
    struct Closed {
        iss: String,
        aud: String,
        exp: u64,
    }
    let world = World::new();
    let members = r#""other":{"x":[1,"]}"]},"list":[ "a\u0062" , null, "c"],"a\"b":"q","n\u0069ck":null,"unit":null,"pair":[1,"x"],"nested":{"n":[1,2.5]},"last":1"#;
    let me: Me = world.with(members).unwrap().deserialize().unwrap();
    let name = |name: &str| Name(name.to_owned());
    let expected = Me {
        nick: None,
        quoted: name("q"),
        list: vec![Some(name("ab")), None, Some(name("c"))],
        absent: None,
        unit: (),
        pair: (1, 'x'),
        nested: [("n".to_owned(), vec![1.0, 2.5])].into(),
    };
    assert_eq!(me, expected);
    assert!(world.verify(&format!("{{{VALID}}}")).unwrap().deserialize::<Closed>().is_ok());
    assert!(world.with(r#""x":1"#).unwrap().deserialize::<Closed>().is_err());
    assert!(world.with(members).unwrap().deserialize::<BTreeMap<Name2, Value>>().unwrap().len() > 5);
    for misfit in [r#""list":{}"#, r#""list":["a",5]"#, r#""list":"a""#, r#""list":null"#] {
        let members = members.replace(r#""list":[ "a\u0062" , null, "c"]"#, misfit);
        assert!(world.with(&members).unwrap().deserialize::<Me>().is_err(), "{misfit}");
    }
}

#[derive(Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd)]
struct Name2(String);
