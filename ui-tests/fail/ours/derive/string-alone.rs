use oauth2_guard::HasOwner;

#[derive(HasOwner)]
struct Article {
    #[owner("email")]
    author: String,
}

fn main() {}
