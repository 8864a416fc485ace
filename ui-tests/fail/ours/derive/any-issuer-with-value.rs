use oauth2_guard::HasOwner;

#[derive(HasOwner)]
struct Article {
    #[owner(any_issuer = true)]
    author: String,
}

fn main() {}
