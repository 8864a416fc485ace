use core::fmt;

/// The scopes, roles and permissions that a token carries, as its provider's claim mapping reads them.
///
/// Each of the three is known, or *unreadable*: a claim was there but had no usable type. Nothing is known of
/// what an unreadable claim grants or withholds.
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
        Self {
            scopes: Held::known(scopes.into_iter()),
            roles: Held::known(roles.into_iter()),
            permissions: Held::known(permissions.into_iter()),
        }
    }

    /// The scope tokens, sorted; none while they are unreadable.
    pub fn scopes(&self) -> impl Iterator<Item = &str> {
        self.scopes.names()
    }

    /// The roles, sorted; none while they are unreadable.
    pub fn roles(&self) -> impl Iterator<Item = &str> {
        self.roles.names()
    }

    /// The permissions, sorted; none while they are unreadable.
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

/// The names of one kind that a token holds.
#[derive(Clone, Eq, PartialEq)]
pub(crate) enum Held {
    /// Sorted and without doubles.
    Known(Vec<Box<str>>),
    Unreadable,
}

impl Held {
    pub(crate) fn known<'a>(names: impl Iterator<Item = &'a str>) -> Self {
        let mut names: Vec<Box<str>> = names.filter(|name| !name.is_empty()).map(Box::from).collect();
        names.sort_unstable();
        names.dedup();
        Self::Known(names)
    }

    /// Whether `name` is among them; `None` when that cannot be known.
    pub(crate) fn contains(&self, name: &str) -> Option<bool> {
        match self {
            Self::Known(names) => Some(names.binary_search_by(|held| (**held).cmp(name)).is_ok()),
            Self::Unreadable => None,
        }
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        match self {
            Self::Known(names) => names.as_slice(),
            Self::Unreadable => &[],
        }
        .iter()
        .map(|name| &**name)
    }
}

impl Default for Held {
    fn default() -> Self {
        Self::Known(Vec::new())
    }
}

impl fmt::Debug for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Known(names) => write!(f, "{} known", names.len()),
            Self::Unreadable => f.write_str("unreadable"),
        }
    }
}

/// RFC 6749 §3.3: printable ASCII without space, `"` and `\`.
pub(crate) fn is_scope_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| matches!(byte, 0x21 | 0x23..=0x5B | 0x5D..=0x7E))
}
