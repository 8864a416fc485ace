//! The map as a page.

use super::map::AccessMap;
use super::text::sentence_of;

const STYLE: &str = "\
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }\
body { max-width: 75rem; margin: 2rem auto; padding: 0 1rem }\
.wide { overflow-x: auto }\
table { border-collapse: collapse; width: 100% }\
th, td { text-align: left; vertical-align: top; padding: .4rem .8rem .4rem 0; border-bottom: 1px solid #8884 }\
code { font: .9rem/1.5 ui-monospace, monospace; overflow-wrap: anywhere }\
small { opacity: .7 }\
.public { font-weight: 600; color: #b45309 }\
.unguarded { font-weight: 700; color: #dc2626 }";

impl AccessMap {
    /// The map as a page of HTML, whole in itself: no script, and nothing that is loaded. It has the handlers and where they were added too.
    ///
    /// ```
    /// # use oauth2_guard::AccessMap;
    /// # fn write(map: &AccessMap) -> std::io::Result<()> {
    /// std::fs::write("access.html", map.to_html())
    /// # }
    /// ```
    #[must_use]
    pub fn to_html(&self) -> String {
        let mut rows = String::new();
        for row in self.rows() {
            let access = escaped(&self.access(row));
            let access = if row.is_unguarded() {
                format!("<span class=\"unguarded\">{access}</span>")
            } else if row.is_public() {
                format!("<span class=\"public\">{access}</span>")
            } else {
                format!("<code>{access}</code>")
            };
            rows += &format!(
                "<tr><td>{}</td><td><code>{}</code></td><td>{access}</td><td><small><code>{}</code> {}:{}</small></td></tr>\n",
                row.methods(),
                escaped(row.path()),
                escaped(row.handler_name()),
                escaped(row.file()),
                row.line(),
            );
        }
        let mut items = String::new();
        for policy in self.policies() {
            let (name, rule) = (escaped(policy.name()), escaped(&policy.rule().to_string()));
            items += &format!(
                "<dt><code>{name}</code></dt><dd><code>{rule}</code> {}</dd>\n",
                escaped(policy.doc())
            );
        }
        let policies =
            if items.is_empty() { items } else { format!("<h2>Policies</h2>\n<dl>\n{items}</dl>\n") };
        let roles: String = self
            .roles()
            .iter()
            .map(|role| format!("<li><code>{}</code></li>\n", escaped(&sentence_of(role))))
            .collect();
        let roles = if roles.is_empty() { roles } else { format!("<h2>Roles</h2>\n<ul>\n{roles}</ul>\n") };
        format!(
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>Who may call what</title>\n\
             <style>{STYLE}</style>\n</head>\n<body>\n<h1>Who may call what</h1>\n<div class=\"wide\">\n<table>\n\
             <thead><tr><th scope=\"col\">Method</th><th scope=\"col\">Path</th><th scope=\"col\">Who may call it</th>\
             <th scope=\"col\">Handler</th></tr></thead>\n<tbody>\n{rows}</tbody>\n</table>\n</div>\n{policies}{roles}</body>\n</html>\n"
        )
    }
}

pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}
