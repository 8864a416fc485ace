//! A token that comes by another way than through the layer.

use std::time::Duration;

use oauth2_guard::{InvalidToken, Reason};
use oauth2_guard_tests::World;

#[tokio::test]
async fn a_good_token_gives_its_claims() {
    let world = World::new().await;
    let server = world.server().await;
    let claims = server.verify(&world.token().subject("bob").build()).await.unwrap();
    assert_eq!(claims.subject(), Some("bob"));
    // Also one of a key that is not known yet.
    world.issuer.rotate_keys();
    world.clock.advance(Duration::from_secs(30));
    assert!(server.verify(&world.token().build()).await.is_ok());
}

#[tokio::test]
async fn a_bad_token_gives_its_reason() {
    let world = World::new().await;
    let server = world.server().await;
    for (token, reason) in [
        (world.token().expired().build(), InvalidToken::Expired),
        (world.token().audience("x").build(), InvalidToken::WrongAudience),
        (world.token().header("kid", "x").build(), InvalidToken::UnknownKey),
        (format!("Bearer {}", world.token().build()), InvalidToken::Malformed),
        (format!(" {}", world.token().build()), InvalidToken::Malformed),
        (String::new(), InvalidToken::Malformed),
        ("\u{1f980}.a.b".to_owned(), InvalidToken::Malformed),
    ] {
        let rejection = server.verify(&token).await.unwrap_err();
        assert_eq!((rejection.reason(), rejection.status().as_u16()), (&Reason::InvalidToken(reason), 401));
    }
}
