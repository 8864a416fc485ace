use core::fmt;

/// How a document and the map of a router fit together: [`describe`](super::OpenApiSecurity::describe) found out. [`Display`](fmt::Display) says it in
/// words, a line for each.
///
/// A test that keeps them together:
///
/// ```
/// # use oauth2_guard::{ProtectedRouter, ResourceServer};
/// # fn test(server: &ResourceServer, app: &ProtectedRouter, mut document: utoipa::openapi::OpenApi) {
/// let coverage = server.openapi().describe(app.access_map(), &mut document);
/// assert!(coverage.is_complete(), "{coverage}");
/// # }
/// ```
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[must_use = "it tells what does not fit together"]
pub struct Coverage {
    pub(super) undocumented: Vec<String>,
    pub(super) unserved: Vec<String>,
    pub(super) otherwise: Vec<String>,
}

impl Coverage {
    /// Whether each operation is a route and each route an operation, and no operation says otherwise.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        *self == Self::default()
    }

    /// Routes that the document does not have: `DELETE /orders/{id}`.
    #[must_use]
    pub fn undocumented(&self) -> &[String] {
        &self.undocumented
    }

    /// Operations that the map does not have, of which nothing was said: another router's, or nobody's.
    #[must_use]
    pub fn unserved(&self) -> &[String] {
        &self.unserved
    }

    /// Operations whose own `security`, which stays, asks for other scopes than the map does, or lets in whom it does not.
    #[must_use]
    pub fn otherwise(&self) -> &[String] {
        &self.otherwise
    }
}

impl fmt::Display for Coverage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (operations, what) in [
            (&self.undocumented, "is not in the document"),
            (&self.unserved, "is in the document, and no route"),
            (&self.otherwise, "has a `security` of its own that is not what is enforced"),
        ] {
            operations.iter().try_for_each(|operation| writeln!(f, "{operation} {what}"))?;
        }
        Ok(())
    }
}
