/// What a role brings with it: other roles, and permissions. For [`ResourceServerBuilder::role`](crate::ResourceServerBuilder::role).
///
/// Names are compared byte by byte, as everywhere.
///
/// ```
/// use oauth2_guard::{ResourceServer, Role};
///
/// let builder = ResourceServer::builder()
///     .role(Role::new("admin").implies("editor").permits("orders:delete"))
///     .role(Role::new("editor").permits("orders:write"));
/// # let _ = builder;
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
#[must_use = "a role brings nothing with it until it is given to a `ResourceServer`"]
pub struct Role {
    name: String,
    implied: Vec<String>,
    permitted: Vec<String>,
}

impl Role {
    /// The role of this name, which brings nothing with it yet.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), implied: Vec::new(), permitted: Vec::new() }
    }

    /// Whoever has this role has that one too, and what it brings with it in turn. It need not be defined itself.
    ///
    /// ```
    /// # use oauth2_guard::Role;
    /// let admin = Role::new("admin").implies("editor").implies("auditor");
    /// assert_eq!(admin.implied().collect::<Vec<_>>(), ["editor", "auditor"]);
    /// ```
    pub fn implies(mut self, role: impl Into<String>) -> Self {
        self.implied.push(role.into());
        self
    }

    /// Whoever has this role has that permission.
    ///
    /// ```
    /// # use oauth2_guard::Role;
    /// let editor = Role::new("editor").permits("orders:write").permits("orders:read");
    /// assert_eq!(editor.permitted().collect::<Vec<_>>(), ["orders:write", "orders:read"]);
    /// ```
    pub fn permits(mut self, permission: impl Into<String>) -> Self {
        self.permitted.push(permission.into());
        self
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The roles that it implies itself, as they were given; not those that these imply.
    pub fn implied(&self) -> impl Iterator<Item = &str> {
        self.implied.iter().map(String::as_str)
    }

    /// The permissions that it permits itself, as they were given; not those of the roles that it implies.
    pub fn permitted(&self) -> impl Iterator<Item = &str> {
        self.permitted.iter().map(String::as_str)
    }
}
