//! What the library does, through its public API, over real HTTP where it matters. One concern a file.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::string_slice
)]

mod algorithms;
mod answers;
mod bounded_grants;
mod check_arguments;
mod check_failures;
mod check_memory;
mod checks;
mod claims_set;
mod compact_form;
mod config_files;
mod config_grants;
mod config_keys;
mod config_variables;
mod configuration;
mod cookies;
mod denials;
mod direct_verification;
mod discovery;
mod discovery_url;
mod documentation;
mod extractors;
mod fetching;
mod guards;
mod hidden_objects;
mod hostile_server;
mod https;
mod key_cancellation;
mod key_files;
mod key_floods;
mod key_freshness;
mod key_refresh;
mod key_replacement;
mod key_rotation;
mod key_rotation_load;
mod key_selection;
mod key_sources;
mod layer_modes;
mod layering;
mod merged_claims;
mod metadata;
mod metadata_challenges;
mod named_policies;
mod object_loading;
mod observability;
mod owner_arguments;
mod owner_doubts;
mod owner_fields;
mod owner_identity;
mod path_parameters;
mod peer_wishes;
mod pem_keys;
mod protected_header;
mod provider_auth0;
mod provider_cognito;
mod provider_entra;
mod provider_entra_tenants;
mod provider_firebase;
mod provider_generic;
mod provider_google;
mod provider_hints;
mod provider_keycloak;
mod provider_mistakes;
mod provider_okta;
mod query_tokens;
mod readiness;
mod rejections;
mod resolved_identity;
mod resolved_issuers;
mod resolver_floods;
mod role_hierarchy;
mod rule_leaves;
mod rules;
mod several_providers;
mod source_cancellation;
mod step_up;
mod subject_claim;
mod tenants;
mod test_kit;
mod token_sources;
mod typed_claims;
mod waiting;
mod websocket_origins;
mod websocket_refusals;
mod websockets;
