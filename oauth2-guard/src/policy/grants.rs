use core::fmt;

use super::held::Held;

/// The scopes, roles and permissions that a token carries, as its provider's claim mapping reads them.
///
/// A name is held, or it is not, or that is *doubtful*: a claim was there but had no usable type, so that nothing is known of what it
/// grants or withholds; or the name lies beyond what the provider [may grant](crate::Provider::may_grant). Of what is doubtful neither
/// `roles = "x"` nor `not(roles = "x")` holds.
///
/// ```
/// use oauth2_guard::policy::Grants;
///
/// let grants = Grants::new(["write", "read"], ["clerk"], []);
/// assert_eq!(grants.scopes().collect::<Vec<_>>(), ["read", "write"]);
/// assert_eq!(grants.permissions().count(), 0);
/// ```
#[derive(Clone, Default, Eq, PartialEq)]
pub struct Grants {
    pub(crate) scopes: Held,
    pub(crate) roles: Held,
    pub(crate) permissions: Held,
}

impl Grants {
    /// Grants that are all readable. Names that are empty are left out.
    #[must_use]
    pub fn new<'a>(
        scopes: impl IntoIterator<Item = &'a str>,
        roles: impl IntoIterator<Item = &'a str>,
        permissions: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        Self { scopes: Held::known(scopes), roles: Held::known(roles), permissions: Held::known(permissions) }
    }

    /// How much they take on the heap.
    pub(crate) fn bytes(&self) -> usize {
        let held = [&self.scopes, &self.roles, &self.permissions].map(Held::bytes);
        held.into_iter().fold(0, usize::saturating_add)
    }

    /// What is not known to be among `most` becomes doubtful.
    pub(crate) fn within(self, most: &Self) -> Self {
        Self {
            scopes: self.scopes.within(&most.scopes),
            roles: self.roles.within(&most.roles),
            permissions: self.permissions.within(&most.permissions),
        }
    }

    /// The scope tokens that are held beyond doubt, sorted.
    pub fn scopes(&self) -> impl Iterator<Item = &str> {
        self.scopes.names()
    }

    /// The roles that are held beyond doubt, sorted.
    pub fn roles(&self) -> impl Iterator<Item = &str> {
        self.roles.names()
    }

    /// The permissions that are held beyond doubt, sorted.
    pub fn permissions(&self) -> impl Iterator<Item = &str> {
        self.permissions.names()
    }
}

/// Says how many, never which: they are part of a token.
impl fmt::Debug for Grants {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Grants")
            .field("scopes", &self.scopes)
            .field("roles", &self.roles)
            .field("permissions", &self.permissions)
            .finish()
    }
}

/// RFC 6749 §3.3: printable ASCII without space, `"` and `\`.
pub(crate) fn is_scope_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(is_of_scope_token)
}

pub(crate) fn is_of_scope_token(byte: u8) -> bool {
    matches!(byte, 0x21 | 0x23..=0x5B | 0x5D..=0x7E)
}
