use oauth2_guard::HasOwner;

#[derive(HasOwner)]
struct Article {
    #[owner(issuer = isuer)]
    author: String,
    issuer: String,
}

fn main() {}
