//! Any text as a token: refused, unless it is the one good token that is known.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use oauth2_guard::ResourceServer;
use oauth2_guard_fuzz::{AUDIENCE, ISSUER, NOW, key, now, server};

static SERVER: LazyLock<ResourceServer> = LazyLock::new(server);
static GOOD: LazyLock<String> = LazyLock::new(|| {
    let claims = format!(r#"{{"iss":"{ISSUER}","aud":"{AUDIENCE}","exp":{}}}"#, NOW + 300);
    key().sign(r#"{"alg":"HS256"}"#, claims)
});

fuzz_target!(|token: &str| {
    // A part of the good one, so that mutations of it are tried as well.
    let token = token.replace('$', &GOOD);
    assert_eq!(now(SERVER.verify(&token)).is_ok(), token == *GOOD);
});
