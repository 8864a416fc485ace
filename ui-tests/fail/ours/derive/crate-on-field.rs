use oauth2_guard::HasOwner;

#[derive(HasOwner)]
struct Article {
    #[owner(crate = ::oauth2_guard)]
    author: String,
}

fn main() {}
