use axum::{Router, extract::Path, routing::get};
use oauth2_guard::{HasOwner, Policy, check, loader, policy, requires};

/// Everything of one kind of object, in every kind of fragment.
macro_rules! resource {
    (
        $(#[$attribute:meta])* $visibility:vis $name:ident by $field:ident: $written:ty,
        $claim:literal, $loader:ident, $policy:ident or $other:path, $check:ident and $($more:ident)::+
    ) => {
        $(#[$attribute])*
        #[derive(HasOwner)]
        $visibility struct $name {
            #[owner(claim = $claim)]
            $field: $written,
        }

        #[loader]
        $visibility async fn $loader(Path(_): Path<u64>) -> Option<$name> {
            None
        }

        #[check]
        async fn $check(Path(id): Path<u64>) -> bool {
            id == 1
        }

        #[policy(any($other, check = $check, claim($claim) == "root"))]
        $visibility struct $policy;

        mod $field {
            use super::*;

            #[requires(any($policy, owner($loader, claim = $claim), check = $($more)::+))]
            pub(super) async fn handler($loader: $name) -> String {
                $loader.$field.to_string()
            }
        }
    };
}

/// Whatever was written, as it was written.
macro_rules! guarded {
    ($handler:ident($($argument:ident: $written:ty),*), $($rule:tt)+) => {
        #[requires($($rule)+)]
        async fn $handler($($argument: $written),*) {
            $(let _ = $argument;)*
        }
    };
}

/// What the macro names itself is not what the user names so.
macro_rules! hygienic {
    ($name:ident) => {
        #[requires(owner(object))]
        async fn $name(object: Path<String>) -> String {
            object.0
        }
    };
}

#[policy(roles = "admin")]
struct Admin;

mod checks {
    #[oauth2_guard::check]
    pub(crate) async fn is_open() -> bool {
        true
    }
}

resource!(
    #[allow(dead_code)] pub(crate) Article by author: String,
    "email", article, MayEdit or crate::Admin, is_first and crate::checks::is_open
);
guarded!(everything(article: Article), any(MayEdit, owner(article, hide)), max_age = "5m", claim("level") == -1);
guarded!(nothing(), Admin);
hygienic!(hygienic_one);

fn main() {
    let _: Router = Router::new()
        .route("/author/{id}", get(author::handler))
        .route("/everything/{id}", get(everything))
        .route("/nothing", get(nothing))
        .route("/hygienic/{object}", get(hygienic_one));
    assert_eq!(MayEdit::RULE.to_string(), "MayEdit");
}
