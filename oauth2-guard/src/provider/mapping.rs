//! Which claims of a provider's tokens hold what they grant, and whom they are about.

use super::Provider;
use super::presets::Preset;
use crate::claim_ref::ClaimRef;
use crate::policy::{Grants, is_scope_token};

/// Where the names of one kind are, as configured.
#[derive(Clone)]
pub(super) struct ClaimLists {
    /// The method that said so.
    setting: &'static str,
    /// Of each list the first claim that is there; of all lists together the union.
    lists: Vec<Vec<String>>,
}

impl ClaimLists {
    pub(super) fn first<C: Into<String>>(setting: &'static str, claims: impl IntoIterator<Item = C>) -> Self {
        Self { setting, lists: vec![claims.into_iter().map(Into::into).collect()] }
    }

    fn merged<C: Into<String>>(setting: &'static str, claims: impl IntoIterator<Item = C>) -> Self {
        Self { setting, lists: claims.into_iter().map(|claim| vec![claim.into()]).collect() }
    }

    pub(super) fn parse(&self) -> Result<Vec<Vec<ClaimRef<String>>>, String> {
        let Self { setting, lists } = self;
        if lists.is_empty() || lists.iter().any(Vec::is_empty) {
            return Err(format!("`{setting}` names no claim: leave it out, or name at least one"));
        }
        lists.iter().map(|list| list.iter().map(|text| reference(setting, text)).collect()).collect()
    }
}

fn reference(setting: &str, text: &str) -> Result<ClaimRef<String>, String> {
    ClaimRef::parse(text.to_owned())
        .map_err(|reason| format!("`{setting}`: `{text}` is no claim: {}", reason.explain(text)))
}

impl Provider {
    /// The claims that hold scopes, in place of the default: `scope`, then `scp`.
    ///
    /// Each is the name of a top-level claim, or, when it begins with `/`, a JSON Pointer over object members
    /// (`/realm_access/roles`). The first that is there and not empty is taken. A value is a string of scope tokens with
    /// spaces between, or an array of scope tokens; a value of any other type is unreadable, so that every rule about scopes denies.
    ///
    /// Of this and [`merged_scope_claims`](Self::merged_scope_claims) the later call counts.
    ///
    /// ```
    /// # use oauth2_guard::Provider;
    /// let provider = Provider::discover("https://login.example.com").audience("orders").scope_claims(["scp"]);
    /// # let _ = provider;
    /// ```
    pub fn scope_claims<C: Into<String>>(mut self, claims: impl IntoIterator<Item = C>) -> Self {
        self.scope_claims = ClaimLists::first("scope_claims", claims);
        self
    }

    /// The claims that hold scopes, all of them, in place of the default: what is in any of them counts. References and values as in
    /// [`scope_claims`](Self::scope_claims), which takes the first that is there.
    ///
    /// Where one of them is unreadable, what the others hold is held nonetheless, and of every other scope it is unknown.
    ///
    /// ```
    /// # use oauth2_guard::Provider;
    /// let provider = Provider::discover("https://login.example.com")
    ///     .audience("orders")
    ///     .merged_scope_claims(["scope", "https://example.com/scopes"]);
    /// # let _ = provider;
    /// ```
    pub fn merged_scope_claims<C: Into<String>>(mut self, claims: impl IntoIterator<Item = C>) -> Self {
        self.scope_claims = ClaimLists::merged("merged_scope_claims", claims);
        self
    }

    /// The claims that hold roles, in place of the default: `roles`. References as in
    /// [`scope_claims`](Self::scope_claims).
    ///
    /// A value is an array, or one string, which is one role and never split. In an array a role is a string, or an object with a string
    /// `value` (RFC 9068 §2.2.3.1, RFC 7643 §2.4), whatever else that has; with an element of any other kind the claim is unreadable, so
    /// that every rule about roles denies.
    ///
    /// Of this and [`merged_role_claims`](Self::merged_role_claims) the later call counts.
    ///
    /// ```
    /// # use oauth2_guard::Provider;
    /// let provider = Provider::discover("https://sso.example.com/realms/staff")
    ///     .audience("orders")
    ///     .role_claims(["/resource_access/orders/roles", "/realm_access/roles"]);
    /// # let _ = provider;
    /// ```
    pub fn role_claims<C: Into<String>>(mut self, claims: impl IntoIterator<Item = C>) -> Self {
        self.role_claims = ClaimLists::first("role_claims", claims);
        self
    }

    /// The claims that hold roles, all of them, in place of the default: what is in any of them counts. References and values as in
    /// [`role_claims`](Self::role_claims), which takes the first that is there.
    ///
    /// Where one of them is unreadable, what the others hold is held nonetheless, and of every other role it is unknown.
    ///
    /// ```
    /// # use oauth2_guard::Provider;
    /// // RFC 9068 §2.2.3.1
    /// let provider = Provider::discover("https://login.example.com")
    ///     .audience("orders")
    ///     .merged_role_claims(["roles", "groups", "entitlements"]);
    /// # let _ = provider;
    /// ```
    pub fn merged_role_claims<C: Into<String>>(mut self, claims: impl IntoIterator<Item = C>) -> Self {
        self.role_claims = ClaimLists::merged("merged_role_claims", claims);
        self
    }

    /// Takes groups for roles, beside what the [role claims](Self::role_claims) hold: those in `groups`, and with Microsoft Entra ID also the
    /// directory roles in `wids`. A rule names them as tokens do: Entra ID's are GUIDs, Keycloak's may be paths.
    ///
    /// Where a token says that there are groups, and leaves them out because they are too many (Entra ID's overage), it is unknown which roles it
    /// holds beyond those of its other claims: neither `roles = "x"` nor `not(roles = "x")` holds.
    ///
    /// ```
    /// # use oauth2_guard::Provider;
    /// let provider = Provider::okta("https://dev-123456.okta.com/oauth2/default").audience("api://default").groups_as_roles();
    /// # let _ = provider;
    /// ```
    pub fn groups_as_roles(mut self) -> Self {
        self.groups_as_roles = true;
        self
    }

    /// The claims that hold roles, and those that hold what is taken for roles.
    pub(super) fn all_role_claims(&self) -> ClaimLists {
        let mut claims = self.role_claims.clone();
        let groups: &[&str] = match (self.groups_as_roles, &self.preset) {
            (false, _) => &[],
            (true, Preset::Entra { .. }) => &["groups", "wids"],
            (true, _) => &["groups"],
        };
        let client = self.client.as_deref().map(|client| {
            let escaped = client.replace('~', "~0").replace('/', "~1");
            format!("/resource_access/{escaped}/roles")
        });
        let groups = groups.iter().map(|group| (*group).to_owned());
        claims.lists.extend(client.into_iter().chain(groups).map(|claim| vec![claim]));
        claims
    }

    /// The claims that hold permissions, in place of the default: `permissions`. References as in
    /// [`scope_claims`](Self::scope_claims), values as in [`role_claims`](Self::role_claims).
    ///
    /// Of this and [`merged_permission_claims`](Self::merged_permission_claims) the later call counts.
    ///
    /// ```
    /// # use oauth2_guard::Provider;
    /// let provider = Provider::discover("https://login.example.com")
    ///     .audience("orders")
    ///     .permission_claims(["https://example.com/permissions"]);
    /// # let _ = provider;
    /// ```
    pub fn permission_claims<C: Into<String>>(mut self, claims: impl IntoIterator<Item = C>) -> Self {
        self.permission_claims = ClaimLists::first("permission_claims", claims);
        self
    }

    /// The claims that hold permissions, all of them, in place of the default: what is in any of them counts. References and values as in
    /// [`permission_claims`](Self::permission_claims), which takes the first that is there.
    ///
    /// Where one of them is unreadable, what the others hold is held nonetheless, and of every other permission it is unknown.
    ///
    /// ```
    /// # use oauth2_guard::Provider;
    /// let provider = Provider::discover("https://login.example.com")
    ///     .audience("orders")
    ///     .merged_permission_claims(["permissions", "entitlements"]);
    /// # let _ = provider;
    /// ```
    pub fn merged_permission_claims<C: Into<String>>(mut self, claims: impl IntoIterator<Item = C>) -> Self {
        self.permission_claims = ClaimLists::merged("merged_permission_claims", claims);
        self
    }

    /// The most that tokens of this provider can grant; anything by default. For a server with several providers, of which one has a say
    /// in less than the others.
    ///
    /// What a token says beyond that is doubtful rather than absent: neither `roles = "admin"` nor `not(roles = "admin")` holds of it. What
    /// is not named here is not granted: with `Grants::default()` the provider's tokens say who somebody is, and grant nothing. What the
    /// [roles](crate::ResourceServerBuilder::role) that remain imply and permit is granted with them. The last call counts.
    ///
    /// ```
    /// # use oauth2_guard::{Provider, ResourceServer};
    /// use oauth2_guard::policy::Grants;
    ///
    /// let partners = Provider::discover("https://partners.example.com")
    ///     .audience("orders")
    ///     .may_grant(Grants::new(["orders:read"], ["partner"], []));
    /// # let _ = partners;
    /// ```
    pub fn may_grant(mut self, grants: Grants) -> Self {
        self.may_grant = Some(grants);
        self
    }

    /// The claim that says whom a token is about, in place of `sub`: a reference as in [`scope_claims`](Self::scope_claims). For
    /// authorization servers whose `sub` differs from client to client, such as Microsoft Entra ID with its `oid`.
    ///
    /// [`OAuth2Claims::subject`](crate::OAuth2Claims::subject) is this claim then, rules about [owners](crate::Bearer) that name no claim
    /// compare with it, and it is unique within its issuer only, as `sub` is. A token in which it is missing, empty, or no string is
    /// refused. `sub` itself is what it was where something asks for it by name: `owner(.., claim = "sub")`, and whether the token is a
    /// [person's](crate::OAuth2Claims::principal).
    ///
    /// ```
    /// # use oauth2_guard::Provider;
    /// let provider = Provider::discover("https://login.example.com").audience("orders").subject_claim("oid");
    /// # let _ = provider;
    /// ```
    pub fn subject_claim(mut self, claim: impl Into<String>) -> Self {
        self.subject_claim = Some(claim.into());
        self
    }

    pub(super) fn subject(&self) -> Result<Option<ClaimRef<String>>, String> {
        self.subject_claim.as_deref().map(|claim| reference("subject_claim", claim)).transpose()
    }

    pub(crate) fn may_grant_anything(&self) -> bool {
        self.may_grant.is_none()
    }

    pub(super) fn most(&self) -> Result<Option<Grants>, String> {
        let mut scopes = self.may_grant.iter().flat_map(Grants::scopes);
        match scopes.find(|scope| !is_scope_token(scope)) {
            None => Ok(self.may_grant.clone()),
            Some(odd) => Err(format!(
                "`may_grant` has `{odd}` among the scopes, which is no scope token: name each by itself, without spaces, `\"` and `\\`"
            )),
        }
    }
}
