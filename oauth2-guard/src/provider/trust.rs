//! From a provider's configuration to a provider that is trusted: what cannot be right is refused.

use core::time::Duration;
use std::sync::Arc;

use super::endpoint::{self, Endpoint, NotAnEndpoint};
use super::grants::ClaimMapping;
use super::issuers::Issuers;
use super::key_plan::KeyPlan;
use super::trusted::TrustedProvider;
use super::{Expected, Provider, RequiredClaim};
use crate::clock::Clock;
use crate::error::BuildError;
use crate::fetch::AnyFetch;
use crate::jwks::{KeyStore, Refresh};
use crate::policy::RoleHierarchy;
use crate::revocations::Revoking;

/// "No more than a few minutes" (RFC 7519 §4.1.4).
const MAX_LEEWAY: Duration = Duration::from_secs(300);

/// A key that was withdrawn is trusted for as long.
const MAX_KEY_REFRESH: Duration = Duration::from_secs(24 * 60 * 60);

/// What all providers of a server share.
#[derive(Clone)]
pub(crate) struct Trusting {
    /// Of those that are configured.
    pub(crate) names: Arc<[Box<str>]>,
    /// Every spelling of the issuers that are configured.
    pub(crate) issuers: Arc<[Box<str>]>,
    /// Whether there may be tokens of more than one provider.
    pub(crate) are_several: bool,
    pub(crate) roles: Arc<RoleHierarchy>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) fetch: Arc<dyn AnyFetch>,
    pub(crate) revoking: Option<Arc<Revoking>>,
}

impl Provider {
    pub(crate) fn display_name(&self) -> String {
        self.name.clone().unwrap_or_else(|| self.shown_issuer())
    }

    /// The issuer without what may be a secret: user, password, query and fragment.
    pub(crate) fn shown_issuer(&self) -> String {
        endpoint::redacted(&self.issuer)
    }

    /// The same, as one that became known while the API ran.
    pub(crate) fn resolved(self) -> Self {
        Self { is_resolved: true, ..self }
    }

    /// Whether this `iss` is an issuer of its own, rather than another spelling of one, or that of somebody else.
    pub(crate) fn is_of(&self, iss: &str) -> bool {
        self.issuers().canonical(iss) == Some(iss)
    }

    /// Every `iss` that its tokens may have.
    pub(crate) fn spellings(&self) -> Vec<Box<str>> {
        self.issuers().spellings().map(Box::from).collect()
    }

    /// One, if there is, that both have; without what may be a secret.
    pub(crate) fn common_issuer(&self, other: &Self) -> Option<String> {
        let others = other.issuers();
        self.issuers()
            .spellings()
            .find(|issuer| others.spellings().any(|other| other == *issuer))
            .map(endpoint::redacted)
    }

    fn issuers(&self) -> Issuers {
        let tenants = self.preset.tenant_issuers();
        Issuers::new(&self.issuer, &self.issuer_aliases, &tenants, self.preset.tenancy())
    }

    /// Checks everything that can be checked without asking anybody, then gets the keys.
    pub(crate) async fn trust(self, with: &Trusting, lazy: bool) -> Result<TrustedProvider, BuildError> {
        let name: Arc<str> = self.display_name().into();
        let error = |what: &str| BuildError::configuration(format!("provider `{name}`: {what}"));
        self.preset.check(&self).map_err(|what| error(&what))?;
        self.check_names().map_err(|what| error(&what))?;
        self.check_algorithms().map_err(error)?;
        if self.leeway > MAX_LEEWAY {
            return Err(error(
                "a leeway of more than 300 s accepts dead tokens: set the clocks instead, and lower it",
            ));
        }
        if self.max_token_lifetime.is_some_and(|lifetime| lifetime.as_secs() == 0) {
            return Err(error(
                "a lifetime of 0 s refuses every token: leave `.max_token_lifetime(..)` out, or raise it",
            ));
        }
        if matches!(self.refresh, Refresh::After(duration) if duration.is_zero()) {
            return Err(error(
                "keys that are fresh for 0 s are fetched for every request: say so with `key_refresh_always()`, or raise it",
            ));
        }
        if matches!(self.refresh, Refresh::After(duration) if duration > MAX_KEY_REFRESH) {
            return Err(error(
                "keys that are fresh for more than a day outlive their withdrawal: lower `.key_refresh(..)`",
            ));
        }
        if !self.keys.are_fetched() && self.refresh != Refresh::AsTold {
            return Err(error(
                "its keys are not fetched, so that they are not refreshed: leave `.key_refresh(..)` out",
            ));
        }
        let issuers = self.issuers();
        let claims = ClaimMapping {
            scopes: self.scope_claims.parse().map_err(|what| error(&what))?,
            roles: self.all_role_claims().parse().map_err(|what| error(&what))?,
            permissions: self.permission_claims.parse().map_err(|what| error(&what))?,
            most: self.most().map_err(|what| error(&what))?,
            subject: self.subject().map_err(|what| error(&what))?,
        };
        let keys = match self.key_plan(Arc::clone(&with.fetch)).map_err(|what| error(&what))? {
            KeyPlan::Fixed(keys) => KeyStore::configured(&name, keys),
            KeyPlan::Fetched(fetcher) if lazy => {
                KeyStore::lazy(Arc::clone(&name), fetcher, self.refresh, Arc::clone(&with.clock))
            }
            KeyPlan::Fetched(fetcher) => {
                KeyStore::fetched(Arc::clone(&name), fetcher, self.refresh, Arc::clone(&with.clock))
                    .await
                    .map_err(|reason| {
                        let message = format!("provider `{name}`: the keys could not be fetched: {reason}");
                        BuildError::keys(message, reason.is_temporary())
                    })?
            }
        };
        Ok(TrustedProvider {
            public_document: self.public_document(),
            name: Arc::clone(&name),
            siblings: Arc::clone(&with.names),
            is_one_of_several: with.are_several,
            roles: Arc::clone(&with.roles),
            clock: Arc::clone(&with.clock),
            revoking: with.revoking.clone(),
            issuers,
            is_resolved: self.is_resolved,
            audience_without_aud: self.preset.audience_without_aud(),
            preset: self.preset,
            audiences: self.audiences,
            required_claims: self.required_claims,
            algorithms: self.algorithms,
            leeway: self.leeway,
            claims,
            keys,
            max_token_lifetime: self.max_token_lifetime,
            require_rfc9068: self.require_rfc9068,
            allow_id_tokens: self.allow_id_tokens,
        })
    }

    fn check_names(&self) -> Result<(), String> {
        let blank = |text: &str| text.is_empty() || text.trim() != text || text.contains(char::is_control);
        if blank(&self.issuer) {
            return Err(
                "the issuer is empty or has spaces around it: copy the `iss` of its tokens".to_owned()
            );
        }
        if self.issuer.contains("/.well-known/") {
            return Err(
                "its issuer is the address of a document: leave out `/.well-known/` and what follows, so that it is the `iss` of its tokens"
                    .to_owned(),
            );
        }
        if self.issuer.contains(['{', '}']) {
            return Err(
                "its issuer has braces, as a template has: write out what they stand for; for tenants of Microsoft Entra ID say `Provider::entra_multi_tenant([..])`"
                    .to_owned(),
            );
        }
        if self.issuer_aliases.iter().any(|alias| blank(alias) || *alias == self.issuer) {
            return Err(
                "an alias of its issuer is empty, has spaces around it, or is the issuer: leave it out, or copy the `iss` of its tokens"
                    .to_owned(),
            );
        }
        let is_impossible = |RequiredClaim { name, expected }: &&RequiredClaim| {
            let is_blank = |values: &Vec<String>| values.is_empty() || values.iter().any(String::is_empty);
            name.is_empty() || matches!(expected, Expected::OneOf(values) if is_blank(values))
        };
        if let Some(claim) = self.required_claims.iter().find(is_impossible) {
            return Err(format!(
                "`require_claim(\"{}\", ..)` lets no token in: name a claim, and at least one value, none of them empty",
                claim.name
            ));
        }
        if let Some(claim) = self.required_claims.iter().find(|claim| claim.name.starts_with('/')) {
            return Err(format!(
                "`require_claim(\"{0}\", ..)` takes the name of a top-level claim: ask for one further down in a rule, `claim(\"{0}\") == \"..\"`",
                claim.name
            ));
        }
        if let Some(host) = self.insecure_hosts.iter().find(|host| !is_host(host)) {
            return Err(format!(
                "`insecure_http` takes the name of a host, without scheme and port, not `{host}`"
            ));
        }
        if self.name.as_deref().is_some_and(blank) {
            return Err("its name is empty or has spaces around it: give it a short name".to_owned());
        }
        match Endpoint::configured(&self.issuer, &self.insecure_hosts) {
            Err(reason @ (NotAnEndpoint::Credentials | NotAnEndpoint::Insecure)) => {
                return Err(format!("its issuer is not accepted: {reason}"));
            }
            // Where the keys do not come from the issuer's own address, it may be any name.
            Ok(_) | Err(NotAnEndpoint::NotAUrl) => {}
        }
        if self.audiences.is_empty() {
            return Err(
                "it has no audience: name your API as in the `aud` of its tokens, with `.audience(\"..\")`"
                    .to_owned(),
            );
        }
        if self.audiences.iter().any(|audience| blank(audience)) {
            return Err(
                "an audience is empty or has spaces around it: copy the `aud` of its tokens".to_owned()
            );
        }
        Ok(())
    }
}

fn is_host(text: &str) -> bool {
    url::Host::parse(text).is_ok_and(|host| host.to_string() == text)
}
