use oauth2_guard::HasOwner;

#[derive(HasOwner)]
union Article {
    author: u64,
}

fn main() {}
