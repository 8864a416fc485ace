//! TIM: dates, and the clock that they are held against.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use oauth2_guard::Provider;

use crate::case::{Api, OK, R401, U503, is_refused_at_build, provider};
use crate::token::{NOW, Token, es256};

const LEEWAY: u64 = 60;

/// An `exp` of this, to the letter.
async fn exp_is(json: &str, reason: &'static str) {
    let api = Api::of(&es256()).await;
    api.send(Token::of(&es256()).with_raw_claim("exp", json)).is(R401(reason)).await;
}

#[tokio::test]
async fn a164_an_end_in_quotes() {
    exp_is("\"9999999999\"", "mistyped_claim").await;
}

#[tokio::test]
async fn a165_an_end_in_words() {
    exp_is("\"never\"", "mistyped_claim").await;
}

#[tokio::test]
async fn a166_an_end_that_is_null() {
    exp_is("null", "mistyped_claim").await;
}

#[tokio::test]
async fn a168_an_end_in_an_array() {
    exp_is("[9999999999]", "mistyped_claim").await;
}

#[tokio::test]
async fn a169_an_end_in_an_object() {
    exp_is("{\"$date\":1}", "mistyped_claim").await;
    exp_is("{\"$numberLong\":\"9999999999\"}", "mistyped_claim").await;
}

#[tokio::test]
async fn a170_an_end_before_the_beginning() {
    exp_is("-1", "mistyped_claim").await;
}

#[tokio::test]
async fn a172_the_least_number_of_64_bits() {
    exp_is("-9223372036854775808", "mistyped_claim").await;
}

#[tokio::test]
async fn a173_one_more_than_the_largest_signed_number() {
    exp_is("9223372036854775808", "forbidden_claim").await;
}

#[tokio::test]
async fn a174_the_largest_unsigned_number() {
    exp_is("18446744073709551615", "forbidden_claim").await;
}

#[tokio::test]
async fn a176_a_date_beyond_every_calendar() {
    exp_is("1e18", "forbidden_claim").await;
}

#[tokio::test]
async fn a177_the_largest_number_of_all() {
    exp_is("1e308", "forbidden_claim").await;
}

#[tokio::test]
async fn a178_milliseconds() {
    // They would be the year 56,000 and more.
    exp_is(&format!("{}", (NOW + 300) * 1000), "forbidden_claim").await;
    exp_is("1700000000000", "forbidden_claim").await;
    let api = Api::of(&es256()).await;
    for claim in ["nbf", "iat"] {
        api.send(Token::of(&es256()).claim(claim, NOW * 1000)).is(R401("forbidden_claim")).await;
    }
}

#[tokio::test]
async fn n_tim_other_ends_that_are_none() {
    for (json, reason) in [
        ("true", "mistyped_claim"),
        ("false", "mistyped_claim"),
        ("\"\"", "mistyped_claim"),
        ("[]", "mistyped_claim"),
        ("{}", "mistyped_claim"),
        ("-0.5", "mistyped_claim"),
        ("-1e308", "mistyped_claim"),
        ("-1800000300", "mistyped_claim"),
        ("\"2027-01-15T08:05:00Z\"", "mistyped_claim"),
        ("18446744073709551616", "forbidden_claim"),
        ("18446744073709551916", "forbidden_claim"),
        ("9007199254740993e3", "forbidden_claim"),
        ("253402300800", "forbidden_claim"),
        ("253402300799.5e0", "ok"),
        ("253402300799", "ok"),
        ("0", "expired"),
        ("1", "expired"),
        ("-0.0", "expired"),
        ("4294967296e-3", "expired"),
    ] {
        let api = Api::of(&es256()).await;
        let outcome = if reason == "ok" { OK } else { R401(reason) };
        api.send(Token::of(&es256()).with_raw_claim("exp", json)).is(outcome).await;
    }
}

#[tokio::test]
async fn n_tim_no_end_at_all() {
    let api = Api::of(&es256()).await;
    api.send(Token::of(&es256()).without("exp")).is(R401("missing_claim")).await;
    api.send(Token::of(&es256()).without("exp").header("exp", NOW + 300)).is(R401("missing_claim")).await;
    for claim in ["nbf", "iat"] {
        api.send(Token::of(&es256()).without(claim)).is(OK).await;
    }
}

#[tokio::test]
async fn a180_the_last_moment_before_the_end() {
    let api = Api::of(&es256()).await;
    let token = |exp: u64| Token::of(&es256()).claim("exp", exp);
    let last = NOW - LEEWAY + 1;
    api.send(token(last)).is(OK).await;
    for exp in [NOW - LEEWAY, NOW - LEEWAY - 1] {
        api.send(token(exp)).unlike(token(last)).is(R401("expired")).await;
    }
    let strict = Api::with(&es256(), |provider| provider.leeway(Duration::ZERO)).await;
    strict.send(token(NOW + 1)).is(OK).await;
    strict.send(token(NOW)).unlike(token(NOW + 1)).is(R401("expired")).await;
}

#[tokio::test]
async fn a181_the_first_moment_after_the_beginning() {
    let api = Api::of(&es256()).await;
    let token = |nbf: u64| Token::of(&es256()).claim("nbf", nbf);
    api.send(token(NOW + LEEWAY)).is(OK).await;
    api.send(token(NOW + LEEWAY + 1)).unlike(token(NOW + LEEWAY)).is(R401("not_yet_valid")).await;
}

const NO_DATES: [&str; 11] = [
    "\"1800000000\"",
    "\"\"",
    "-1",
    "-0.5",
    "-9223372036854775808",
    "-1e308",
    "null",
    "{}",
    "[1800000000]",
    "true",
    "false",
];

#[tokio::test]
async fn a182_a_beginning_of_another_type() {
    let api = Api::of(&es256()).await;
    for json in NO_DATES {
        api.send(Token::of(&es256()).with_raw_claim("nbf", json)).is(R401("mistyped_claim")).await;
    }
    for (json, outcome) in [
        ("1800000000.5", OK),
        ("0", OK),
        ("1800000060.5", R401("not_yet_valid")),
        ("1e308", R401("forbidden_claim")),
        ("18446744073709551615", R401("forbidden_claim")),
    ] {
        api.send(Token::of(&es256()).with_raw_claim("nbf", json)).is(outcome).await;
    }
}

#[tokio::test]
async fn a184_a_token_of_the_future() {
    let token = |iat: u64| Token::of(&es256()).claim("iat", iat);
    for api in [Api::of(&es256()).await, Api::with(&es256(), Provider::require_rfc9068).await] {
        api.send(token(NOW + LEEWAY)).is(OK).await;
        for iat in [NOW + LEEWAY + 1, NOW + 3600, 253_402_300_799] {
            api.send(token(iat)).unlike(token(NOW + LEEWAY)).is(R401("issued_in_future")).await;
        }
    }
}

#[tokio::test]
async fn a185_a_date_of_issue_of_another_type_or_none_where_there_must_be_one() {
    let api = Api::of(&es256()).await;
    for json in NO_DATES {
        api.send(Token::of(&es256()).with_raw_claim("iat", json)).is(R401("mistyped_claim")).await;
    }
    for json in ["1e308", "1e18", "18446744073709551615"] {
        api.send(Token::of(&es256()).with_raw_claim("iat", json)).is(R401("forbidden_claim")).await;
    }
    api.send(Token::of(&es256()).with_raw_claim("iat", "1799999999.5")).is(OK).await;
    let strict = Api::with(&es256(), Provider::require_rfc9068).await;
    let dateless = || Token::of(&es256()).without("iat");
    strict.send(dateless()).is(R401("missing_claim")).await;
    strict.send(dateless()).unlike_at(&api, dateless()).is(R401("missing_claim")).await;
}

#[tokio::test]
async fn a186_a_lifetime_beyond_the_limit() {
    const DAY: u64 = 24 * 60 * 60;
    let free = Api::of(&es256()).await;
    let day = |provider: Provider| provider.max_token_lifetime(Duration::from_secs(DAY));
    let bounded = Api::with(&es256(), day).await;
    let token = |iat: u64, exp: u64| Token::of(&es256()).claim("iat", iat).claim("exp", exp);
    bounded.send(token(NOW, NOW + DAY)).is(OK).await;
    for (iat, exp) in [(NOW, NOW + DAY + 1), (NOW - 10, NOW + DAY), (0, NOW + 300), (NOW, 253_402_300_799)] {
        let case = bounded.send(token(iat, exp)).unlike_at(&free, token(iat, exp));
        case.is(R401("lives_too_long")).await;
    }
    let dateless = || Token::of(&es256()).without("iat");
    bounded.send(dateless()).unlike_at(&free, dateless()).is(R401("missing_claim")).await;
}

#[tokio::test]
async fn a188_a_clock_that_is_set() {
    let api = Api::of(&es256()).await;
    let token = Token::of(&es256()).claim("nbf", NOW - 600).claim("iat", NOW - 600).build();
    let hour = Duration::from_secs(3600);
    let now = UNIX_EPOCH + Duration::from_secs(NOW);
    let fresh = |at: u64| Token::of(&es256()).claim("iat", at).claim("exp", at + 300);
    api.send(token.as_str()).is(OK).await;
    api.clock.set(now + hour);
    api.send(token.as_str()).unlike(fresh(NOW + 3600)).is(R401("expired")).await;
    api.clock.set(now - hour);
    api.send(token.as_str()).unlike(fresh(NOW - 3600)).is(R401("not_yet_valid")).await;
    api.clock.set(now);
    api.send(token.as_str()).is(OK).await;
    api.clock.advance(Duration::from_secs(359));
    api.send(token.as_str()).is(OK).await;
    api.clock.advance(Duration::from_secs(1));
    api.send(token.as_str()).unlike(fresh(NOW + 360)).is(R401("expired")).await;
}

#[tokio::test]
async fn a189_a_clock_before_1970() {
    let api = Api::of(&es256()).await;
    let right = Api::of(&es256()).await;
    for before in [Duration::from_nanos(1), Duration::from_secs(1), Duration::from_secs(NOW)] {
        api.clock.set(UNIX_EPOCH - before);
        let token = Token::of(&es256());
        api.send(token.clone()).unlike_at(&right, token).is(U503("clock_unusable")).await;
        // Also for a token that would be refused at any time.
        api.send("a.b.c").unlike_at(&right, Token::of(&es256())).is(U503("clock_unusable")).await;
    }
    api.clock.set(UNIX_EPOCH);
    let of_then = Token::of(&es256()).claim("iat", 0).claim("exp", 1);
    api.send(of_then).is(OK).await;
}

#[tokio::test]
async fn a190_a_fraction_does_not_lengthen_a_life() {
    let strict = Api::with(&es256(), |provider| provider.leeway(Duration::ZERO)).await;
    let token = |claim: &str, json: &str| Token::of(&es256()).with_raw_claim(claim, json);
    // At the beginning of a second, and towards its end.
    for fraction in [0, 400, 999] {
        strict.clock.set(UNIX_EPOCH + Duration::from_secs(NOW) + Duration::from_millis(fraction));
        for exp in ["1799999999.6", "1799999999.999", "1800000000.0", "1800000000.4", "1800000000.999"] {
            strict.send(token("exp", exp)).is(R401("expired")).await;
        }
        strict.send(token("exp", "1800000001.0")).is(OK).await;
        strict.send(token("nbf", "1800000000.0")).is(OK).await;
        for nbf in ["1800000000.1", "1800000000.999", "1800000001"] {
            strict.send(token("nbf", nbf)).is(R401("not_yet_valid")).await;
        }
        strict.send(token("iat", "1800000000.1")).is(R401("issued_in_future")).await;
    }
}

#[tokio::test]
async fn n_tim_a_leeway_that_keeps_the_dead_alive_is_not_built() {
    let keys = [es256().jwk()];
    for leeway in [Duration::from_secs(301), Duration::from_secs(u64::MAX), Duration::MAX] {
        let bad = provider(&keys).leeway(leeway);
        let good = provider(&keys).leeway(Duration::from_secs(300));
        is_refused_at_build(bad, good, "a leeway of more than 300 s").await;
    }
}

#[tokio::test]
async fn n_tim_the_last_second_of_the_calendar() {
    let api = Api::of(&es256()).await;
    let end = 253_402_300_799;
    api.clock.set(SystemTime::UNIX_EPOCH + Duration::from_secs(end));
    api.send(Token::of(&es256()).claim("exp", end)).is(OK).await;
    api.clock.set(SystemTime::UNIX_EPOCH + Duration::from_secs(end + 60));
    let right = Api::of(&es256()).await;
    let last = Token::of(&es256()).claim("exp", end);
    api.send(last.clone()).unlike_at(&right, last).is(R401("expired")).await;
}

#[tokio::test]
async fn n_tim_dates_are_held_against_each_other_only_by_the_clock() {
    // A beginning after the end, an issue after the beginning: each date stands for itself.
    let api = Api::of(&es256()).await;
    api.send(Token::of(&es256()).claim("nbf", NOW + 30).claim("exp", NOW - 30)).is(OK).await;
    api.send(Token::of(&es256()).claim("nbf", NOW + 61).claim("exp", NOW - 60)).is(R401("expired")).await;
    api.send(Token::of(&es256()).claim("iat", 0).claim("nbf", 0)).is(OK).await;
}
