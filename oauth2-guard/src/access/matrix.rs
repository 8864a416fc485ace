//! What several tokens can reach.

use core::fmt;

use serde::ser::{Serialize, SerializeSeq, Serializer};
use serde_json::{Map, Value, json};

use super::map::AccessMap;
use super::markdown::code;
use super::reach::Reach;
use super::text::write_aligned;
use crate::claims::OAuth2Claims;

/// Routes down, callers across, the first of whom has no token. [`AccessMap::matrix`] makes it.
#[derive(Clone, Debug)]
pub struct AccessMatrix {
    callers: Vec<String>,
    rows: Vec<MatrixRow>,
}

#[derive(Clone, Debug)]
struct MatrixRow {
    methods: String,
    path: String,
    reach: Vec<Reach>,
}

impl AccessMap {
    /// Who of these callers reaches what, beside who has no token.
    ///
    /// ```
    /// # #[cfg(feature = "testing")]
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use oauth2_guard::{GuardedRouter, ResourceServer, guarded, requires, testing::Issuer};
    ///
    /// #[requires(scopes = "orders:read")]
    /// async fn read() {}
    ///
    /// let issuer = Issuer::start().await?;
    /// let server = ResourceServer::builder().provider(issuer.provider()).build().await?;
    /// let clerk = server.verify(&issuer.token().scopes("orders:read").build()).await?;
    /// let guest = server.verify(&issuer.token().build()).await?;
    ///
    /// let routes: GuardedRouter = GuardedRouter::new().route("/orders", guarded::get(read));
    /// let matrix = routes.access_map().matrix([("clerk", &clerk), ("guest", &guest)]);
    /// assert_eq!(matrix.to_string(), "\
    /// method     path     no token  clerk  guest
    /// GET, HEAD  /orders  no        yes    no
    /// ");
    /// # Ok(()) }
    /// # #[cfg(not(feature = "testing"))] fn main() {}
    /// ```
    #[must_use]
    pub fn matrix<'a, N: Into<String>>(
        &self,
        callers: impl IntoIterator<Item = (N, &'a OAuth2Claims)>,
    ) -> AccessMatrix {
        let callers: Vec<_> = callers.into_iter().map(|(name, claims)| (name.into(), claims)).collect();
        let rows = self.rows().iter().map(|row| {
            let of_nobody = if row.is_open() { Reach::Yes } else { Reach::No };
            let of_callers = callers.iter().map(|(_, claims)| row.allows(claims));
            MatrixRow {
                methods: row.methods().to_owned(),
                path: row.path().to_owned(),
                reach: [of_nobody].into_iter().chain(of_callers).collect(),
            }
        });
        let rows = rows.collect();
        let callers = ["no token".to_owned()].into_iter().chain(callers.into_iter().map(|(name, _)| name));
        AccessMatrix { callers: callers.collect(), rows }
    }
}

impl AccessMatrix {
    /// The matrix in Markdown.
    #[must_use]
    pub fn to_markdown(&self) -> String {
        let callers: String =
            self.callers.iter().map(|name| format!(" {} |", name.replace('|', "\\|"))).collect();
        let mut text =
            format!("| method | path |{callers}\n|---|---|{}\n", "---|".repeat(self.callers.len()));
        for MatrixRow { methods, path, reach } in &self.rows {
            let cells = reach.iter().map(|reach| match reach {
                Reach::Depends(on) => format!(" if {} |", code(&on.join(", "))),
                reach => format!(" {reach} |"),
            });
            text += &format!("| {methods} | {} |{}\n", code(path), cells.collect::<String>());
        }
        text
    }
}

/// A table for a terminal.
impl fmt::Display for AccessMatrix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let heading = ["method", "path"].map(str::to_owned).into_iter().chain(self.callers.iter().cloned());
        let mut rows = vec![heading.collect()];
        rows.extend(self.rows.iter().map(|MatrixRow { methods, path, reach }| {
            let cells = [methods.clone(), path.clone()].into_iter();
            cells.chain(reach.iter().map(Reach::to_string)).collect::<Vec<_>>()
        }));
        write_aligned(f, &rows)
    }
}

/// A list of objects with `methods`, `path` and `reach`, which has a member for each caller.
impl Serialize for AccessMatrix {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut rows = serializer.serialize_seq(Some(self.rows.len()))?;
        for MatrixRow { methods, path, reach } in &self.rows {
            let reach = reach.iter().map(|reach| Value::from(reach.to_string()));
            let reach: Map<String, Value> = self.callers.iter().cloned().zip(reach).collect();
            rows.serialize_element(&json!({ "methods": methods, "path": path, "reach": reach }))?;
        }
        rows.end()
    }
}
