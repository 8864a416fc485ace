//! The map as a table for a terminal.

use core::fmt;

use super::map::{AccessMap, AccessRow};
use crate::policy::{Named, Role};

impl fmt::Display for AccessMap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cells = self.rows().iter().map(|row| {
            let mut cells = vec![row.methods().to_owned(), row.path().to_owned(), self.access(row)];
            if f.alternate() {
                cells.push(row.handler_name().to_owned());
                cells.push(format!("{}:{}", row.file(), row.line()));
            }
            cells
        });
        write_aligned(f, &cells.collect::<Vec<_>>())?;
        let policies = self.policies();
        if !policies.is_empty() {
            f.write_str("\n")?;
            policies.into_iter().try_for_each(|policy| write_policy(f, policy))?;
        }
        if !self.roles().is_empty() {
            f.write_str("\n")?;
            self.roles().iter().try_for_each(|role| writeln!(f, "{}", sentence_of(role)))?;
        }
        Ok(())
    }
}

fn write_policy(f: &mut fmt::Formatter<'_>, policy: &Named) -> fmt::Result {
    write!(f, "{} is {}", policy.name(), policy.rule())?;
    if !policy.doc().is_empty() {
        write!(f, "  // {}", policy.doc().replace('\n', " "))?;
    }
    f.write_str("\n")
}

/// `role "admin": implies "editor"; permits "orders:delete"`.
pub(super) fn sentence_of(role: &Role) -> String {
    let list = |names: &mut dyn Iterator<Item = &str>| {
        names.map(|name| format!("{name:?}")).collect::<Vec<_>>().join(", ")
    };
    let parts = [("implies", list(&mut role.implied())), ("permits", list(&mut role.permitted()))];
    let parts = parts.into_iter().filter(|(_, names)| !names.is_empty());
    let parts: Vec<_> = parts.map(|(verb, names)| format!("{verb} {names}")).collect();
    format!("role {:?}: {}", role.name(), parts.join("; "))
}

/// Columns of equal width, two spaces between.
pub(super) fn write_aligned(f: &mut fmt::Formatter<'_>, rows: &[Vec<String>]) -> fmt::Result {
    let mut widths: Vec<usize> = Vec::new();
    for row in rows {
        for (column, cell) in row.iter().enumerate() {
            let width = cell.chars().count();
            match widths.get_mut(column) {
                Some(widest) => *widest = width.max(*widest),
                None => widths.push(width),
            }
        }
    }
    for row in rows {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(&widths) {
            line += &format!("{cell:<width$}  ");
        }
        writeln!(f, "{}", line.trim_end())?;
    }
    Ok(())
}

impl AccessRow {
    /// The handler's name without its path: `read` of `shop::orders::read`.
    pub(super) fn handler_name(&self) -> &'static str {
        let name = self.handler();
        if self.is_plain() {
            return "";
        }
        // axum's own, of a handler with a layer: `Layered<layer, handler, arguments, state>`.
        let name = name.strip_prefix("axum::handler::Layered<").map_or(name, second_argument);
        let name = name.split('<').next().unwrap_or(name);
        name.rsplit("::").find(|segment| !segment.starts_with('{')).unwrap_or(name)
    }
}

/// The second of a list of type arguments.
fn second_argument(arguments: &'static str) -> &'static str {
    let mut depth = 0_i32;
    let mut start = None;
    for (index, character) in arguments.char_indices() {
        match character {
            '<' | '(' | '[' | '{' => depth = depth.saturating_add(1),
            // Of `fn() -> T` too.
            '>' if !arguments.get(..index).is_some_and(|before| before.ends_with('-')) => {
                depth = depth.saturating_sub(1);
            }
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => match start {
                None => start = Some(index.saturating_add(1)),
                Some(start) => return arguments.get(start..index).unwrap_or(arguments).trim(),
            },
            _ => {}
        }
    }
    arguments
}
