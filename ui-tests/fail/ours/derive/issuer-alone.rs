use oauth2_guard::HasOwner;

#[derive(HasOwner)]
struct Article {
    #[owner(issuer)]
    author: String,
    issuer: String,
}

fn main() {}
