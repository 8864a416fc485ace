//! The issuers that mean one provider.

use core::fmt;
use std::collections::HashMap;

/// Whatever the `iss` of a provider's tokens may be: one issuer, in one spelling or several; or one for each tenant.
pub(crate) struct Issuers {
    /// The configured one.
    main: Box<str>,
    /// The others, with the issuer that each stands for.
    others: HashMap<Box<str>, Box<str>>,
    tenancy: Option<Tenancy>,
}

/// How a tenant's issuer is made of its ID: the token's `tid` must be that of its `iss`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Tenancy {
    pub(super) issuer: Template,
    /// What a key that is for a tenant may say of its issuer.
    pub(super) of_keys: &'static [Template],
}

/// What stands before a tenant's ID, and what after it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Template(pub(super) &'static str, pub(super) &'static str);

impl Issuers {
    pub(super) fn new(main: &str, aliases: &[String], tenants: &[String], tenancy: Option<Tenancy>) -> Self {
        let aliases = aliases.iter().map(|alias| (alias.as_str().into(), main.into()));
        let tenants = tenants.iter().map(|tenant| (tenant.as_str().into(), tenant.as_str().into()));
        let mut others: HashMap<Box<str>, Box<str>> = aliases.chain(tenants).collect();
        others.remove(main);
        Self { main: main.into(), others, tenancy }
    }

    /// The issuer that a token's `iss` stands for, unless it is none of these.
    pub(crate) fn canonical(&self, iss: &str) -> Option<&str> {
        if *iss == *self.main { Some(&self.main) } else { self.others.get(iss).map(|issuer| &**issuer) }
    }

    /// Every spelling.
    pub(crate) fn spellings(&self) -> impl Iterator<Item = &str> {
        core::iter::once(&*self.main).chain(self.others.keys().map(|spelling| &**spelling))
    }

    /// Every spelling of this issuer.
    pub(crate) fn spellings_of<'a>(&'a self, issuer: &'a str) -> impl Iterator<Item = &'a str> {
        self.spellings().filter(move |spelling| self.canonical(spelling) == Some(issuer))
    }

    /// Whether a subject of one may be somebody else at another.
    pub(crate) fn are_several(&self) -> bool {
        self.others.values().any(|issuer| *issuer != self.main)
    }

    pub(crate) fn tenancy(&self) -> Option<Tenancy> {
        self.tenancy
    }
}

impl Tenancy {
    pub(crate) fn issuer_of(self, tenant: &str) -> String {
        self.issuer.with(tenant)
    }

    /// Whether `issuer`, which a key names, is that of this tenant, or what all tenants share.
    pub(crate) fn is_named_by_key(self, issuer: &str, tenant: &str) -> bool {
        let is_it = |Template(before, after): &Template| {
            let named = issuer.strip_prefix(before).and_then(|rest| rest.strip_suffix(after));
            named.is_some_and(|named| named == tenant || named.eq_ignore_ascii_case("{tenantid}"))
        };
        self.of_keys.iter().any(is_it)
    }
}

impl Template {
    fn with(self, tenant: &str) -> String {
        let Self(before, after) = self;
        format!("{before}{tenant}{after}")
    }
}

/// Without what may be a secret in them.
impl fmt::Debug for Issuers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.spellings().map(super::endpoint::redacted)).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::Issuers;

    #[test]
    fn an_alias_stands_for_the_issuer_and_a_tenant_for_itself() {
        let aliased = Issuers::new("https://a.example", &["a.example".to_owned()], &[], None);
        assert_eq!(aliased.canonical("https://a.example"), Some("https://a.example"));
        assert_eq!(aliased.canonical("a.example"), Some("https://a.example"));
        assert_eq!(aliased.canonical("a.example/"), None);
        assert!(!aliased.are_several());

        let tenants = ["t1".to_owned(), "t2".to_owned()];
        let tenants = Issuers::new("t1", &[], &tenants, None);
        assert_eq!((tenants.canonical("t2"), tenants.canonical("t3")), (Some("t2"), None));
        assert!(tenants.are_several());
        assert!(!Issuers::new("t1", &[], &["t1".to_owned()], None).are_several());
    }
}
