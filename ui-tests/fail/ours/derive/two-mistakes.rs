use oauth2_guard::HasOwner;

#[derive(HasOwner)]
struct Article {
    #[owner(claims = "email")]
    author: String,
    #[owner(any)]
    editor: String,
}

fn main() {}
