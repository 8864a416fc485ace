//! A header and claims, a NUL between them, as a token that is properly signed: the verdict is that of the oracle.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use oauth2_guard::ResourceServer;
use oauth2_guard::testing::SigningKey;
use oauth2_guard_fuzz::{key, now, oracle, server};

static SERVER: LazyLock<ResourceServer> = LazyLock::new(server);
static KEY: LazyLock<SigningKey> = LazyLock::new(key);

fuzz_target!(|bytes: &[u8]| {
    let mut parts = bytes.splitn(2, |byte| *byte == 0);
    let (Some(header), Some(claims)) = (parts.next(), parts.next()) else { return };
    if header.is_empty() || claims.is_empty() || bytes.len() > 10_000 {
        return;
    }
    let verdict = now(SERVER.verify(&KEY.sign(header, claims))).is_ok();
    assert_eq!(verdict, oracle::accepts(header, claims));
});
