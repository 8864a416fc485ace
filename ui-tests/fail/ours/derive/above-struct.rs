use oauth2_guard::HasOwner;

#[derive(HasOwner)]
#[owner]
struct Article {
    author: String,
}

fn main() {}
