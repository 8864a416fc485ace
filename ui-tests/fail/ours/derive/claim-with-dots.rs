use oauth2_guard::HasOwner;

#[derive(HasOwner)]
struct Article {
    #[owner(claim = "user.email")]
    author: String,
}

fn main() {}
