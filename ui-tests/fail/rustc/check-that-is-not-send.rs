use oauth2_guard::check;
use std::rc::Rc;

#[check]
async fn is_open() -> bool {
    let open = Rc::new(true);
    std::future::ready(()).await;
    *open
}

fn main() {}
