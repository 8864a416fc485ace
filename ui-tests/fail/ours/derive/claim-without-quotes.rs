use oauth2_guard::HasOwner;

#[derive(HasOwner)]
struct Article {
    #[owner(claim = email)]
    author: String,
}

fn main() {}
