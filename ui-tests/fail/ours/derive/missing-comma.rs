use oauth2_guard::HasOwner;

#[derive(HasOwner)]
struct Article {
    #[owner(claim = "email" any_issuer)]
    author: String,
}

fn main() {}
