//! Which claims of a provider's tokens hold what they grant.

use super::Provider;

impl Provider {
    /// The claims that hold scopes, in place of the default: `scope`, then `scp`.
    ///
    /// Each is the name of a top-level claim, or, when it begins with `/`, a JSON Pointer over object members
    /// (`/realm_access/roles`). The first that is there and not empty is taken. A value is a string of scope tokens with
    /// spaces between, or an array of scope tokens; a value of any other type is unreadable, so that every rule about scopes denies.
    ///
    /// ```
    /// # use oauth2_guard::Provider;
    /// let provider = Provider::discover("https://login.example.com").audience("orders").scope_claims(["scp"]);
    /// # let _ = provider;
    /// ```
    pub fn scope_claims<C: Into<String>>(mut self, claims: impl IntoIterator<Item = C>) -> Self {
        self.scope_claims = claims.into_iter().map(Into::into).collect();
        self
    }

    /// The claims that hold roles, in place of the default: `roles`. References as in
    /// [`scope_claims`](Self::scope_claims).
    ///
    /// A value is an array of strings, or one string, which is one role and never split.
    ///
    /// ```
    /// # use oauth2_guard::Provider;
    /// let provider = Provider::discover("https://sso.example.com/realms/staff")
    ///     .audience("orders")
    ///     .role_claims(["/resource_access/orders/roles", "/realm_access/roles"]);
    /// # let _ = provider;
    /// ```
    pub fn role_claims<C: Into<String>>(mut self, claims: impl IntoIterator<Item = C>) -> Self {
        self.role_claims = claims.into_iter().map(Into::into).collect();
        self
    }

    /// The claims that hold permissions, in place of the default: `permissions`. References as in
    /// [`scope_claims`](Self::scope_claims), values as in [`role_claims`](Self::role_claims).
    ///
    /// ```
    /// # use oauth2_guard::Provider;
    /// let provider = Provider::discover("https://login.example.com")
    ///     .audience("orders")
    ///     .permission_claims(["https://example.com/permissions"]);
    /// # let _ = provider;
    /// ```
    pub fn permission_claims<C: Into<String>>(mut self, claims: impl IntoIterator<Item = C>) -> Self {
        self.permission_claims = claims.into_iter().map(Into::into).collect();
        self
    }
}
