//! The tools, each a handler with its rule above it. Their arguments are the body, their result is the text.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Json;
use axum::extract::State;
use axum::routing::{MethodRouter, post};
use oauth2_guard::{Claims, requires};
use serde::Deserialize;
use serde_json::{Value, json};

/// A tool, as `tools/list` shows it and `tools/call` calls it.
pub(crate) struct Tool {
    pub(crate) name: &'static str,
    pub(crate) description: &'static str,
    /// JSON Schema of its arguments.
    pub(crate) arguments: Value,
    pub(crate) handler: MethodRouter,
}

pub(crate) fn tools() -> Vec<Tool> {
    let notes = Notes::default();
    let nothing = json!({"type": "object", "additionalProperties": false});
    let text = json!({"type": "object", "properties": {"text": {"type": "string"}}, "required": ["text"]});
    vec![
        Tool {
            name: "list_notes",
            description: "Your notes, one a line",
            arguments: nothing.clone(),
            handler: post(list_notes).with_state(notes.clone()),
        },
        Tool {
            name: "add_note",
            description: "Adds a note to yours",
            arguments: text,
            handler: post(add_note).with_state(notes.clone()),
        },
        Tool {
            name: "erase_notes",
            description: "Erases all your notes",
            arguments: nothing,
            handler: post(erase_notes).with_state(notes),
        },
    ]
}

/// Those of each subject.
#[derive(Clone, Default)]
struct Notes(Arc<Mutex<HashMap<String, Vec<String>>>>);

impl Notes {
    fn of<T>(&self, subject: String, change: impl FnOnce(&mut Vec<String>) -> T) -> T {
        change(self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(subject).or_default())
    }
}

#[derive(Deserialize)]
struct Me {
    sub: String,
}

#[derive(Deserialize)]
struct NewNote {
    text: String,
}

// A broader scope implies the narrower one where the rule says so.
#[requires(scopes = any("notes:read", "notes:write"))]
async fn list_notes(Claims(me): Claims<Me>, State(notes): State<Notes>) -> String {
    notes.of(me.sub, |notes| notes.join("\n"))
}

#[requires(scopes = "notes:write")]
async fn add_note(
    Claims(me): Claims<Me>,
    State(notes): State<Notes>,
    Json(NewNote { text }): Json<NewNote>,
) -> &'static str {
    notes.of(me.sub, |notes| notes.push(text));
    "added"
}

#[requires(scopes = all("notes:write", "notes:erase"))]
async fn erase_notes(Claims(me): Claims<Me>, State(notes): State<Notes>) -> String {
    notes.of(me.sub, |notes| format!("{} erased", notes.drain(..).count()))
}
