//! The map as a table for a page of documentation.

use super::map::AccessMap;
use super::text::sentence_of;

impl AccessMap {
    /// The map in Markdown: a table, and lists of what policies stand for and of what roles bring with them.
    ///
    /// ```
    /// # use oauth2_guard::AccessMap;
    /// # fn write(map: &AccessMap) -> std::io::Result<()> {
    /// std::fs::write("docs/access.md", map.to_markdown())
    /// # }
    /// ```
    #[must_use]
    pub fn to_markdown(&self) -> String {
        let mut text = "| method | path | who may call it |\n|---|---|---|\n".to_owned();
        for row in self.rows() {
            let access = self.access(row);
            let access = if row.is_open() { format!("**{access}**") } else { code(&access) };
            text += &format!("| {} | {} | {access} |\n", row.methods(), code(row.path()));
        }
        let mut items = Vec::new();
        for policy in self.policies() {
            let doc = policy.doc().replace('\n', " ");
            let colon = if doc.is_empty() { "" } else { ": " };
            items.push(format!(
                "- {} is {}{colon}{}\n",
                code(policy.name()),
                code(&policy.rule().to_string()),
                plain(&doc)
            ));
        }
        items.extend(self.roles().iter().map(|role| format!("- {}\n", code(&sentence_of(role)))));
        if !items.is_empty() {
            text += "\n";
            items.iter().for_each(|item| text += item);
        }
        text
    }
}

/// A bar would end the cell, in code too.
pub(super) fn code(text: &str) -> String {
    code_span(&text.replace('|', "\\|"))
}

/// In as many backquotes as it takes.
pub(crate) fn code_span(text: &str) -> String {
    let text = text.replace(['\n', '\r'], " ");
    let mut quotes = "`".to_owned();
    while text.contains(&quotes) {
        quotes.push('`');
    }
    let space = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{quotes}{space}{text}{space}{quotes}")
}

fn plain(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('|', "\\|")
}
