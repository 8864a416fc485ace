mod deserialize;
mod text;

use core::fmt;
use core::sync::atomic::{AtomicU64, Ordering};
use core::time::Duration;
use std::sync::Arc;
use std::time::SystemTime;

use http::Extensions;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::claim_ref::{ClaimRef, Found};
use crate::clock::UnixTime;
use crate::extract::Passed;
use crate::json::parse_object;
use crate::jwks::KnownHeader;
use crate::memory::block;
use crate::policy::{
    Answers, Denial, Evidence, Grants, Outlook, Policy, Principal, PrincipalOf, Rule, Token,
};
use crate::provider::TrustedProvider;
use crate::rejection::Reason;
use crate::revocations::Void;
use crate::token;
use crate::verify::{Dates, InvalidToken, ValidClaims, VerificationKey};

pub(crate) use self::text::{ClaimsText, Place};

/// A clock may be set, and a machine asleep, while a timer runs. A token may be revoked, and a key withdrawn.
const LOOK_AGAIN: Duration = Duration::from_secs(10);

/// The verified claims of a request's access token: what the layer stores in the request.
///
/// An extractor; [`of`](Self::of) is for other middleware, and for handlers that take the whole request. Cloning it is cheap.
///
/// ```
/// use oauth2_guard::OAuth2Claims;
///
/// async fn whoami(claims: OAuth2Claims) -> String {
///     format!("{} of {}", claims.subject().unwrap_or("a client"), claims.provider())
/// }
/// # let _ = axum::routing::get::<_, _, ()>(whoami);
/// ```
#[derive(Clone)]
pub struct OAuth2Claims(Arc<Inner>);

struct Inner {
    provider: Arc<TrustedProvider>,
    text: ClaimsText,
    issuer: Place,
    subject: Place,
    token_id: Place,
    grants: Grants,
    dates: Dates,
    principal: PrincipalOf,
    /// That of the token, with the key that signed it, and the number of the newest set of keys in which that was found.
    header: Arc<KnownHeader>,
    key_set: AtomicU64,
    /// The beginning of the token's signature; nothing where the token is not looked up again.
    signature_start: Place,
}

impl OAuth2Claims {
    /// `start` is that of the token, up to the middle of its signature, or nothing.
    pub(crate) fn new(
        provider: Arc<TrustedProvider>,
        claims: ValidClaims,
        key_set: u64,
        start: &[u8],
    ) -> Self {
        let ValidClaims { mut text, issuer, subject, token_id, dates, header } = claims;
        let grants = provider.roles.expand(provider.claims.grants(&text));
        let signature_start = text.keep(token::signature_of(start));
        let principal = PrincipalOf::new(provider.preset.principal());
        let key_set = AtomicU64::new(key_set);
        Self(Arc::new(Inner {
            provider,
            text,
            issuer,
            subject,
            token_id,
            grants,
            dates,
            principal,
            header,
            key_set,
            signature_start,
        }))
    }

    /// Whether they are the claims of a token that begins with these bytes, up to the middle of its signature.
    pub(crate) fn are_of(&self, start: &[u8]) -> bool {
        let Inner { text, header, signature_start, .. } = &*self.0;
        token::begins_with(start, header.segment(), text.as_text(), text.at(*signature_start))
    }

    pub(crate) fn trusted_provider(&self) -> &Arc<TrustedProvider> {
        &self.0.provider
    }

    pub(crate) fn dates(&self) -> Dates {
        self.0.dates
    }

    /// The key that signed the token.
    pub(crate) fn key(&self) -> &VerificationKey {
        self.0.header.key()
    }

    /// A set of keys in which that key was found for the token; the newest that anybody looked into.
    pub(crate) fn key_set(&self) -> u64 {
        self.0.key_set.load(Ordering::Relaxed)
    }

    pub(crate) fn found_in(&self, key_set: u64) {
        self.0.key_set.store(key_set, Ordering::Relaxed);
    }

    fn is_key_withdrawn(&self) -> bool {
        let current = self.0.provider.keys.current();
        current.number != self.key_set() && !current.keys.has(self.key())
    }

    /// How much of the heap it takes, without what it shares with others.
    pub(crate) fn bytes(&self) -> usize {
        /// Of an [`Arc`], beside what it holds.
        const COUNTS: usize = 2 * size_of::<usize>();
        let Inner { text, grants, header, .. } = &*self.0;
        [block(COUNTS.saturating_add(size_of::<Inner>())), text.bytes(), grants.bytes(), header.own_bytes()]
            .into_iter()
            .fold(0, usize::saturating_add)
    }

    /// What all of it is read from.
    pub(crate) fn text(&self) -> &ClaimsText {
        &self.0.text
    }

    pub(crate) fn token_id(&self) -> Option<&str> {
        self.kept(self.0.token_id)
    }

    /// Whether it is as good as when the request came, for what is asked of it later on.
    pub(crate) fn hold_still(&self) -> Result<(), Reason> {
        let now = UnixTime::of(self.0.provider.clock.now()).ok_or(Reason::ClockUnusable)?;
        self.0.dates.hold(&self.0.provider, now).map_err(Reason::InvalidToken)?;
        if self.is_key_withdrawn() {
            return Err(Reason::InvalidToken(InvalidToken::UnknownKey));
        }
        self.ask_revocations().map_err(Reason::from)
    }

    /// Whether they say that it is void, or cannot tell.
    pub(crate) fn ask_revocations(&self) -> Result<(), Void> {
        self.0.provider.revoking.as_ref().map_or(Ok(()), |revoking| revoking.ask(self))
    }

    /// `iss` as the token has it.
    pub(crate) fn untranslated_issuer(&self) -> &str {
        self.0.text.at(self.0.issuer)
    }

    /// What a rule is held against.
    pub(crate) fn evidence<'a>(
        &'a self,
        path: &'a [(Box<str>, Box<str>)],
        answers: &'a Answers,
    ) -> Evidence<'a> {
        let provider = &self.0.provider;
        let token = Token {
            provider: &provider.name,
            providers: &provider.siblings,
            most: provider.claims.most.as_ref(),
            claims: &self.0.text,
            principal: &self.0.principal,
            clock: &*provider.clock,
            leeway: provider.leeway.as_secs(),
        };
        Evidence::new(&self.0.grants, token, path, answers)
    }

    /// The claim that says whom the token is about.
    pub(crate) fn subject_claim(&self) -> ClaimRef<&str> {
        self.0.provider.claims.subject_claim()
    }

    /// Whether the server trusts another issuer too.
    pub(crate) fn has_siblings(&self) -> bool {
        self.0.provider.is_one_of_several || self.is_of_many_tenants()
    }

    /// Whether others than the server's operator administer the accounts.
    pub(crate) fn is_of_many_tenants(&self) -> bool {
        self.0.provider.is_resolved || self.0.provider.issuers.are_several()
    }

    /// Every spelling of the token's issuer.
    pub(crate) fn issuer_spellings(&self) -> impl Iterator<Item = &str> {
        self.0.provider.issuers.spellings_of(self.issuer())
    }

    /// Whether it is of the same verification of the same token.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// Those of the request that has these extensions: `None` where no layer verified a token of it. Nobody else can put any there.
    ///
    /// ```
    /// use axum::{extract::Request, middleware::Next, response::Response};
    /// use oauth2_guard::OAuth2Claims;
    ///
    /// async fn count(request: Request, next: Next) -> Response {
    ///     if let Some(claims) = OAuth2Claims::of(request.extensions()) {
    ///         tracing::info!(provider = claims.provider(), "a request");
    ///     }
    ///     next.run(request).await
    /// }
    /// # let _ = axum::middleware::from_fn::<_, (Request,)>(count);
    /// ```
    #[must_use]
    pub fn of(extensions: &Extensions) -> Option<&Self> {
        Passed::claims_in(extensions)
    }

    /// The [name](crate::Provider::name) of the provider that accepted the token.
    #[must_use]
    pub fn provider(&self) -> &str {
        &self.0.provider.name
    }

    pub(crate) fn provider_name(&self) -> &Arc<str> {
        &self.0.provider.name
    }

    /// The issuer: `iss`, or, where that is an [alias](crate::Provider::issuer_alias), the issuer as configured.
    #[must_use]
    pub fn issuer(&self) -> &str {
        self.0.provider.issuers.canonical(self.untranslated_issuer()).unwrap_or_default()
    }

    /// Whom the token is about: `sub`, or the claim that the provider has as its [subject](crate::Provider::subject_claim). It is unique
    /// within its [issuer](Self::issuer) only.
    #[must_use]
    pub fn subject(&self) -> Option<&str> {
        self.kept(self.0.subject)
    }

    /// Whether the token is a person's or a client's own; `None` where the claims do not tell.
    ///
    /// A client's own has the client as its subject (RFC 9068 §2.2: `sub` is `client_id`, or its like `azp`, `cid`, `appid`), or says so in
    /// the words of its authorization server: `gty` is `client-credentials`, `idtyp` is `app`, `sub` is `oid`, and, of
    /// [`Provider::auth0`](crate::Provider::auth0), `sub` is `{client}@clients`. They do not tell where there
    /// is no `sub`, where `sub` ends with `@clients` otherwise, and where `preferred_username` begins with `service-account-`: such names clients
    /// have, and people may choose. Nor do they where one of these claims cannot be read: it has another type, or is kept elsewhere.
    ///
    /// ```
    /// use oauth2_guard::{OAuth2Claims, policy::Principal};
    ///
    /// fn greeting(claims: &OAuth2Claims) -> &'static str {
    ///     match claims.principal() {
    ///         Some(Principal::User) => "hello",
    ///         Some(Principal::Client) | None => "ready",
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn principal(&self) -> Option<Principal> {
        self.0.principal.find(&self.0.text)
    }

    /// `exp`: from when on the token is not accepted, the leeway aside.
    ///
    /// ```
    /// # use oauth2_guard::OAuth2Claims;
    /// use std::time::{Duration, SystemTime};
    ///
    /// # fn left(claims: &OAuth2Claims) -> Duration {
    /// claims.expires_at().duration_since(SystemTime::now()).unwrap_or_default()
    /// # }
    /// ```
    #[must_use]
    pub fn expires_at(&self) -> SystemTime {
        self.0.dates.expires_at.to_system_time()
    }

    /// Waits until the token is not accepted any more: to end what was begun with it, such as a WebSocket or a stream.
    ///
    /// That is when it has expired, the leeway included, by the server's [clock](crate::ResourceServerBuilder::clock); when it was
    /// [revoked](crate::Revocations); and when the key that signed it has left its provider's set, as far as requests have had that fetched anew. It looks once
    /// in 10 s of the clock at the least, so that it ends that much later at the most, and a clock that was set is noticed. A clock that cannot be used
    /// ends it; that it cannot be told what is revoked does not, as what was begun was good.
    ///
    /// Needs a Tokio runtime, with its timer.
    ///
    /// ```
    /// use oauth2_guard::OAuth2Claims;
    ///
    /// async fn serve(claims: OAuth2Claims, work: impl Future<Output = ()>) {
    ///     tokio::select! {
    ///         () = work => (),
    ///         () = claims.expired() => (), // say goodbye
    ///     }
    /// }
    /// ```
    pub fn expired(&self) -> impl Future<Output = ()> + Send + use<> {
        let this = self.clone();
        async move {
            let provider = &this.0.provider;
            let end = this.0.dates.expires_at.saturating_add(provider.leeway.as_secs()).to_system_time();
            loop {
                let now = provider.clock.now();
                let left = end.duration_since(now).unwrap_or_default();
                let is_void = this.ask_revocations() == Err(Void::Revoked);
                if left.is_zero() || UnixTime::of(now).is_none() || is_void || this.is_key_withdrawn() {
                    return;
                }
                provider.clock.sleep(left.min(LOOK_AGAIN)).await;
            }
        }
    }

    /// What the token grants, as the provider's claim mapping reads it, within what the provider [may
    /// grant](crate::Provider::may_grant), and with what its [roles](crate::ResourceServerBuilder::role) imply and permit.
    ///
    /// ```
    /// # use oauth2_guard::OAuth2Claims;
    /// # fn show(claims: &OAuth2Claims) -> String {
    /// claims.grants().scopes().collect::<Vec<_>>().join(" ")
    /// # }
    /// ```
    #[must_use]
    pub fn grants(&self) -> &Grants {
        &self.0.grants
    }

    /// Whether the token carries this scope token.
    ///
    /// ```
    /// # use oauth2_guard::OAuth2Claims;
    /// async fn orders(claims: OAuth2Claims) -> &'static str {
    ///     if claims.has_scope("orders:all") { "all orders" } else { "your orders" }
    /// }
    /// # let _ = axum::routing::get::<_, _, ()>(orders);
    /// ```
    #[must_use]
    pub fn has_scope(&self, scope: &str) -> bool {
        self.0.grants.scopes.contains(scope) == Some(true)
    }

    /// Whether the token carries this role, or one that implies it.
    ///
    /// ```
    /// # use oauth2_guard::OAuth2Claims;
    /// # fn menu(claims: &OAuth2Claims) -> bool {
    /// claims.has_role("admin")
    /// # }
    /// ```
    #[must_use]
    pub fn has_role(&self, role: &str) -> bool {
        self.0.grants.roles.contains(role) == Some(true)
    }

    /// Whether the token carries this permission, or a role that permits it.
    #[must_use]
    pub fn has_permission(&self, permission: &str) -> bool {
        self.0.grants.permissions.contains(permission) == Some(true)
    }

    /// Whether `P` holds of the token: for decisions inside a handler. Before one, write
    /// [`requires`](macro@crate::requires) or [`Guard<P>`](crate::Guard).
    ///
    /// It knows the token and nothing else: checks are not asked, and there is neither an object nor a route.
    ///
    /// # Errors
    ///
    /// The [`Denial`] when it does not hold, and when that cannot be known.
    ///
    /// ```
    /// use oauth2_guard::{OAuth2Claims, policy};
    ///
    /// #[policy(roles = "auditor")]
    /// struct Auditor;
    ///
    /// async fn report(claims: OAuth2Claims) -> &'static str {
    ///     if claims.satisfies::<Auditor>().is_ok() { "with all figures" } else { "the summary" }
    /// }
    /// # let _ = axum::routing::get::<_, _, ()>(report);
    /// ```
    pub fn satisfies<P: Policy>(&self) -> Result<(), Denial> {
        P::RULE.decide(&self.evidence(&[], &Answers::default()))
    }

    /// What can be said of a rule before there is a request.
    pub(crate) fn outlook(&self, rule: &Rule) -> Outlook {
        rule.outlook(&self.evidence(&[], &Answers::default()))
    }

    /// A claim: by its name, or, when `reference` begins with `/`, by a JSON Pointer over object members
    /// (`/realm_access/roles`). `None` where there is none, and where `reference` is none.
    ///
    /// The claims are kept as the token has them: each call reads this one, and makes a value of it.
    ///
    /// ```
    /// # use oauth2_guard::OAuth2Claims;
    /// use serde_json::Value;
    ///
    /// # fn city(claims: &OAuth2Claims) -> Option<String> {
    /// match claims.claim("/address/locality")? {
    ///     Value::String(city) => Some(city),
    ///     _ => None,
    /// }
    /// # }
    /// ```
    #[must_use]
    pub fn claim(&self, reference: &str) -> Option<Value> {
        match ClaimRef::parse(reference).ok()?.find(&self.0.text) {
            Found::Value(value) => value.to_value(),
            Found::Absent | Found::Unreadable => None,
        }
    }

    /// All claims. Each call reads them, and makes values of them all: for one of them ask [`claim`](Self::claim), and for some
    /// [`deserialize`](Self::deserialize).
    #[must_use]
    pub fn members(&self) -> Map<String, Value> {
        parse_object(self.as_json().as_bytes()).unwrap_or_default()
    }

    /// All claims as the token has them: the text of a JSON object, without a second member of the same name at any depth. For what
    /// reads JSON by itself, such as a policy engine; it costs nothing.
    ///
    /// ```
    /// # use oauth2_guard::OAuth2Claims;
    /// # fn input(claims: &OAuth2Claims) -> String {
    /// format!(r#"{{"input":{{"claims":{}}}}}"#, claims.as_json())
    /// # }
    /// ```
    #[must_use]
    pub fn as_json(&self) -> &str {
        self.0.text.as_text()
    }

    /// The claims as a type of the caller's; [`Claims<T>`](crate::Claims) does this for a handler. Each call reads them all once.
    ///
    /// # Errors
    ///
    /// The claims do not fit `T`. The error may quote them: it is not for logs or answers.
    ///
    /// ```
    /// # use oauth2_guard::OAuth2Claims;
    /// #[derive(serde::Deserialize)]
    /// struct Address {
    ///     locality: String,
    /// }
    ///
    /// #[derive(serde::Deserialize)]
    /// struct Person {
    ///     address: Address,
    /// }
    ///
    /// # fn city(claims: &OAuth2Claims) -> Option<String> {
    /// claims.deserialize::<Person>().ok().map(|person| person.address.locality)
    /// # }
    /// ```
    pub fn deserialize<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        T::deserialize(&self.0.text)
    }

    fn kept(&self, place: Place) -> Option<&str> {
        Some(self.0.text.at(place)).filter(|text| !text.is_empty())
    }
}

/// Names the provider, and nothing of the token.
impl fmt::Debug for OAuth2Claims {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OAuth2Claims").field("provider", &self.provider()).finish_non_exhaustive()
    }
}
