use oauth2_guard::check;

struct Shop;

impl Shop {
    #[check]
    async fn is_open(&self) -> bool {
        true
    }
}

fn main() {}
