use oauth2_guard::HasOwner;

#[derive(HasOwner)]
#[owner(claim = "email")]
struct Article {
    #[owner]
    author: String,
}

fn main() {}
