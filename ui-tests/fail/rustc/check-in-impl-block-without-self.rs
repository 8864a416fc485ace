use oauth2_guard::check;

struct Shop;

impl Shop {
    #[check]
    async fn is_open() -> bool {
        true
    }
}

fn main() {}
