use oauth2_guard::HasOwner;

#[derive(HasOwner)]
struct Article {
    #[owner(claim = "email", claim = "sub")]
    author: String,
}

fn main() {}
