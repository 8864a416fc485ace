use core::fmt;
use std::sync::OnceLock;

use crate::claim_ref::{ClaimRef, Found};
use crate::claims::ClaimsText;
use crate::json::JsonText;

/// Whom a token is about.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "a token is a person's or a machine's")]
pub enum Principal {
    /// A person, who logged in and let a client act.
    User,
    /// A client by itself: the grant `client_credentials` (RFC 6749 §4.4).
    Client,
}

impl Principal {
    /// The claims that name the client which a token was issued to, in the words of several authorization servers.
    pub(crate) const CLIENT_IDS: [&str; 4] = ["client_id", "azp", "cid", "appid"];

    /// As the claims tell; `None` where they do not.
    ///
    /// RFC 9068 §2.2 has the client as the subject where no person takes part. Others say it in words of their own.
    pub(crate) fn of(claims: &ClaimsText) -> Option<Self> {
        let mut is_unreadable = false;
        let mut text = |name| match ClaimRef::constant(name).find(claims) {
            Found::Absent => None,
            Found::Value(value) => {
                let text = value.as_str();
                is_unreadable |= text.is_none() && !value.is_null();
                text
            }
            Found::Unreadable => {
                is_unreadable = true;
                None
            }
        };
        let subject = text("sub").filter(|subject| !subject.is_empty())?;
        let is_client = Self::CLIENT_IDS.iter().any(|name| text(name).as_ref() == Some(&subject))
            || text("idtyp").as_deref() == Some("app")
            // Microsoft Entra ID: a person's `sub` differs from API to API, a client's is its object ID.
            || text("oid").as_ref() == Some(&subject)
            // Auth0 lists the grants that led to the token, where there were several.
            || match claims.get("gty").and_then(JsonText::elements) {
                Some(mut grants) => grants.any(|grant| is_machines(grant.as_str().as_deref())),
                None => is_machines(text("gty").as_deref()),
            }
            // Keycloak: the account of a client, in a session that a client began by itself.
            || text("client_id").zip(text("preferred_username")).is_some_and(|(client, account)| {
                account.strip_prefix("service-account-").is_some_and(|name| name.eq_ignore_ascii_case(&client))
            }) && text("clientAddress").is_some();
        if is_client {
            return Some(Self::Client);
        }
        // Names that clients have at Auth0 and Keycloak, and that a person might have chosen.
        let may_be_client = subject.ends_with("@clients")
            || text("preferred_username").is_some_and(|name| name.starts_with("service-account-"));
        (!may_be_client && !is_unreadable).then_some(Self::User)
    }

    /// The same of Auth0's claims: a client's own subject is `{client}@clients`, in its RFC 9068 profile too, which has no `gty`. That
    /// of a person holds a `|`, so that nobody can choose it.
    pub(crate) fn of_auth0(claims: &ClaimsText) -> Option<Self> {
        let text = |name| claims.get(name).and_then(JsonText::as_str);
        let subject = text("sub");
        let client = subject.as_deref().and_then(|subject| subject.strip_suffix("@clients"));
        let is_client =
            client.is_some() && ["azp", "client_id"].iter().any(|name| text(name).as_deref() == client);
        if is_client { Some(Self::Client) } else { Self::of(claims) }
    }

    /// As the attribute has it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Client => "client",
        }
    }
}

/// The `gty` of Auth0, of one grant.
fn is_machines(grant: Option<&str>) -> bool {
    grant == Some("client-credentials")
}

/// How a provider's claims tell whom a token is about; and of one token, once they were asked, what they said.
pub(crate) struct PrincipalOf {
    read: fn(&ClaimsText) -> Option<Principal>,
    found: OnceLock<Option<Principal>>,
}

impl PrincipalOf {
    pub(crate) fn new(read: fn(&ClaimsText) -> Option<Principal>) -> Self {
        Self { read, found: OnceLock::new() }
    }

    /// By these claims, which are the same each time.
    pub(crate) fn find(&self, claims: &ClaimsText) -> Option<Principal> {
        *self.found.get_or_init(|| (self.read)(claims))
    }
}

impl fmt::Display for Principal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::Principal;
    use crate::claims::ClaimsText;

    fn of(claims: &Value) -> Option<Principal> {
        Principal::of(&ClaimsText::of(claims))
    }

    #[test]
    fn a_person_is_whoever_is_not_the_client() {
        for claims in [
            json!({"sub": "alice"}),
            json!({"sub": "alice", "client_id": "app", "azp": "app"}),
            json!({"sub": "auth0|1", "azp": "app", "gty": "password"}),
            json!({"sub": "pairwise", "oid": "object", "appid": "app", "idtyp": "user"}),
            json!({"sub": "alice", "azp": null, "gty": ["refresh_token", "password"]}),
        ] {
            assert_eq!(of(&claims), Some(Principal::User), "{claims}");
        }
    }

    #[test]
    fn a_client_is_known_by_what_its_authorization_server_says() {
        for claims in [
            json!({"sub": "app", "client_id": "app"}),
            json!({"sub": "app", "azp": "app"}),
            json!({"sub": "app", "cid": "app"}),
            json!({"sub": "app@clients", "azp": "app", "gty": "client-credentials"}),
            json!({"sub": "x", "gty": "client-credentials"}),
            json!({"sub": "object", "oid": "object", "appid": "app"}),
            json!({"sub": "x", "idtyp": "app"}),
            json!({"sub": "x", "gty": ["refresh_token", "client-credentials"]}),
            json!({"sub": "app", "azp": ["app"], "cid": "app"}),
            json!({"sub": "x", "azp": "App", "client_id": "App", "clientAddress": "10.0.0.7", "preferred_username": "service-account-app"}),
        ] {
            assert_eq!(of(&claims), Some(Principal::Client), "{claims}");
        }
    }

    #[test]
    fn nothing_is_known_where_the_client_cannot_be_read() {
        for claims in [
            json!({"sub": "app", "azp": ["app"]}),
            json!({"sub": "7", "cid": 7}),
            json!({"sub": "app", "appid": {"id": "app"}}),
            json!({"sub": "x", "idtyp": ["app"]}),
            json!({"sub": "x", "gty": {"client-credentials": true}}),
            json!({"sub": "app", "_claim_names": {"azp": "src"}}),
        ] {
            assert_eq!(of(&claims), None, "{claims}");
        }
    }

    #[test]
    fn the_name_of_a_client_is_known_where_people_cannot_have_it() {
        let of_auth0 = |claims: Value| Principal::of_auth0(&ClaimsText::of(&claims));
        for name in ["azp", "client_id"] {
            let claims = json!({"sub": "app@clients", name: "app"});
            assert_eq!((of_auth0(claims.clone()), of(&claims)), (Some(Principal::Client), None));
        }
        for claims in [
            json!({"sub": "other@clients", "azp": "app"}),
            json!({"sub": "app@clients"}),
            json!({"sub": "app@clients", "azp": ["app"]}),
        ] {
            assert_eq!(of_auth0(claims.clone()), None, "{claims}");
        }
        assert_eq!(of_auth0(json!({"sub": "auth0|1", "azp": "app"})), Some(Principal::User));
    }

    #[test]
    fn nothing_is_known_without_a_subject_nor_by_a_name_that_anybody_could_have_chosen() {
        for claims in [
            json!({}),
            json!({"sub": ""}),
            json!({"sub": 5}),
            json!({"client_id": "app"}),
            json!({"sub": "bob@clients"}),
            json!({"sub": "x", "client_id": "app", "preferred_username": "service-account-app"}),
            json!({"sub": "x", "client_id": "app", "clientAddress": "10.0.0.7", "preferred_username": "service-account-other"}),
        ] {
            assert_eq!(of(&claims), None, "{claims}");
        }
    }
}
