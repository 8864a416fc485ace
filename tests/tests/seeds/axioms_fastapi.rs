//! axioms-fastapi 0.0.13.
//!
//! | its tests | test |
//! |---|---|
//! | `public_endpoint_no_auth`, `private_endpoint_*` | `axioms_fastapi::rules::a_private_route_takes_a_valid_token_alone_and_a_public_one_none` |
//! | `scope_*`, `role_*`, `permission_*`, empty requirements | `axioms_fastapi::rules::a_list_is_or`, `axioms_fastapi::rules::each_method_of_a_path_has_its_permission` |
//! | `chaining_*` | `axioms_fastapi::rules::chaining_is_and_within_a_kind_and_across_kinds` |
//! | `*_with_namespaced_claims`, custom claims, claim names | `axioms_fastapi::rules::namespaced_and_colon_claims_carry_grants`, `axioms_fastapi::settings::claims_are_lists_of_which_the_first_counts` |
//! | safe methods: without and with a token, custom, not safe, strict, empty payload, case | `axioms_fastapi::rules::safe_methods_need_no_token_and_pass_no_rule`, `axioms_fastapi::rules::safe_methods_of_the_layer_are_those_that_are_named_byte_by_byte`, `axioms_fastapi::rules::a_handler_behind_a_safe_method_sees_no_claims_rather_than_empty_ones` |
//! | algorithm: `valid_rs256`, `reject_*`, coverage, `invalid_jwt_format`; helper: all allowed, symmetric, none, malformed | `axioms_fastapi::tokens::the_nine_algorithms_are_accepted_and_no_other`, `axioms_fastapi::tokens::what_is_no_jwt_is_refused` |
//! | `reject_missing_kid`; helper: no kid, different kid | `axioms_fastapi::tokens::a_token_names_its_key_unless_there_is_but_one`: of a lone key it need not |
//! | issuer: all; helper: wrong issuer | `axioms_fastapi::tokens::the_issuer_is_the_same_byte_by_byte` |
//! | issuer: `derived_from_domain`, `with_path`; helper: domain normalisation, JWKS URL construction | `axioms_fastapi::settings::issuer_and_key_set_have_their_hierarchy` |
//! | issuer: `backward_compat_no_issuer`; helper: no issuer when not required | does not apply: a server without an issuer does not start, `axioms_fastapi::settings::without_an_issuer_or_an_audience_does_not_start` |
//! | helper: tampered, wrong and many audiences, no exp, future iat, nbf | `axioms_fastapi::tokens::what_differs_in_one_thing_is_refused` |
//! | helper: extra claims, immutability | `axioms_fastapi::tokens::claims_are_frozen` |
//! | helper: JWKS failure, invalid JWKS, cache | `axioms_fastapi::tokens::keys_are_fetched_once_and_an_outage_is_no_bad_token`, `axioms_fastapi::tokens::keys_that_are_none_do_not_start` |
//! | helper: invalid URL scheme | `defects::a_key_set_at_another_scheme_does_not_start` |
//! | object permissions: all save the next | `axioms_fastapi::objects::an_article_is_read_updated_and_deleted_by_its_owner_alone`, `axioms_fastapi::objects::the_owner_is_in_another_field_or_in_another_claim`, `axioms_fastapi::objects::a_comment_is_deleted_and_a_project_updated_by_their_owners` |
//! | object permissions: `missing_owner_field_in_object` (400) | does not compile; an owner that is `None` is nobody: `axioms_fastapi::objects::an_object_without_an_owner_is_nobodys` |
//! | middleware: flags, spaces, case, `False` on what is invalid | `axioms_fastapi::middleware::three_states_and_an_outage_are_told_and_nothing_is_refused` |
//! | middleware: config validation | `axioms_fastapi::settings::without_an_issuer_or_an_audience_does_not_start` |
//! | the exception handler's bodies | the example `answers_of_axioms` |

mod middleware;
mod objects;
mod rules;
mod settings;
mod tokens;
