use oauth2_guard::HasOwner;

#[derive(HasOwner)]
#[owner(crate = oauth2_guard)]
struct Article {
    #[owner]
    author: String,
}

fn main() {}
