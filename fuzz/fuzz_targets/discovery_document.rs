//! Any bytes as a discovery document: the address that it names is one over https, or it is refused.
#![no_main]

use libfuzzer_sys::fuzz_target;
use oauth2_guard::__fuzzing::key_set_address;
use oauth2_guard_fuzz::ISSUER;

fuzz_target!(|bytes: &[u8]| {
    if let Some(address) = key_set_address(bytes, ISSUER) {
        let authority = address.strip_prefix("https://").and_then(|rest| rest.split('/').next());
        assert!(authority.is_some_and(|authority| !authority.contains('@')), "{address}");
        let document: serde_json::Value = serde_json::from_slice(bytes).unwrap();
        assert_eq!(document["issuer"], ISSUER);
    }
});
