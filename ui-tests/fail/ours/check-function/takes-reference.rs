use oauth2_guard::check;

#[check]
async fn is_open(method: &axum::http::Method) -> bool {
    method.is_safe()
}

fn main() {}
