use oauth2_guard::HasOwner;

#[derive(HasOwner)]
struct Article {
    #[owner(issuer = provider)]
    author: String,
}

fn main() {}
