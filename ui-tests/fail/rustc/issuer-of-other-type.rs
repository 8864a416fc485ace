use oauth2_guard::HasOwner;

#[derive(HasOwner)]
struct Article {
    #[owner(issuer = issuer)]
    author: String,
    issuer: u64,
}

fn main() {}
