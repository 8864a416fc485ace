use quote::quote;

use super::*;

#[track_caller]
fn expands(attribute: fn(TokenStream, TokenStream) -> TokenStream, input: [&str; 2], output: &TokenStream) {
    let [arguments, item] = input.map(|text| text.parse().unwrap());
    assert_eq!(attribute(arguments, item).to_string(), output.to_string());
}

#[test]
fn public_adds_an_argument() {
    expands(
        public,
        ["crate = crate::auth", "#[other] async fn open() {}"],
        &quote!(
            #[other]
            async fn open(_: crate::auth::__private::Public) {}
        ),
    );
}

#[test]
fn names_the_runtime_crate_as_told() {
    let item = quote!(
        #[requires(crate = ::renamed)]
        async fn handler() {}
    );
    let arguments = quote!(scopes = all("a", not("b")), permissions = C);
    let expanded = requires(arguments, item).to_string();
    assert!(expanded.contains(":: renamed :: __private"), "{expanded}");
    assert!(!expanded.contains("oauth2_guard"), "{expanded}");
}

#[test]
fn stacked_attributes_are_taken_off() {
    let item = quote!(
        #[requires]
        #[a]
        #[x::requires(roles = "r")]
        #[b(requires)]
        async fn handler() {}
    );
    let expanded = requires(quote!(scopes = "s"), item).to_string();
    assert!(expanded.ends_with(
        "# [a] # [b (requires)] \
         async fn handler (_ : :: oauth2_guard :: __private :: Guard < __requires_handler >) { }"
    ));
    assert!(!expanded.contains("compile_error"), "{expanded}");
}

#[test]
fn a_mistake_leaves_the_item() {
    for (arguments, item, kept) in [
        // In the arguments: what the handler is called with stays.
        (r#"scope = "a""#, "async fn h() {}", "Guard < __requires_h >) { }"),
        (r#"roles = """#, "#[requires(roles = 1)] async fn h() {}", "Guard < __requires_h >) { }"),
        // In the item: it stays as it is.
        (r#"roles = "a""#, "#[requires] #[a] fn h() {}", "} # [a] fn h () { }"),
        (r#"roles = "a""#, "#[public] struct S;", "} struct S ;"),
        (r#"roles = "a""#, "pub const C: u8 = 0;", "} pub const C : u8 = 0 ;"),
        ("crate = relative", "async fn h() {}", "} async fn h () { }"),
    ] {
        let expanded = requires(arguments.parse().unwrap(), item.parse().unwrap()).to_string();
        assert!(expanded.starts_with(":: core :: compile_error ! {"), "{expanded}");
        assert!(expanded.ends_with(kept), "{expanded}");
        assert!(!expanded.contains("Rule :: role"), "{expanded}");
    }
}

#[test]
fn reads_through_invisible_groups() {
    use proc_macro2::{Delimiter, Group};

    let fragment = |tokens| Group::new(Delimiter::None, tokens);
    let [key, literal, group] = [quote!(scopes), quote!("a"), quote!(all("b", c::D))].map(fragment);
    let expanded = requires(
        quote!(#key = any(#literal, #group)),
        quote!(
            async fn h() {}
        ),
    );
    let plain = requires(
        quote!(scopes = any("a", all("b", c::D))),
        quote!(
            async fn h() {}
        ),
    );
    assert_eq!(expanded.to_string(), plain.to_string());
}

/// The messages of an expansion.
fn mistakes(expanded: &TokenStream) -> Vec<String> {
    let file: syn::File = syn::parse2(expanded.clone()).unwrap();
    let is_error = |item: syn::Item| match item {
        syn::Item::Macro(item) if item.mac.path.segments.last()?.ident == "compile_error" => {
            Some(item.mac.parse_body::<syn::LitStr>().unwrap().value())
        }
        _ => None,
    };
    file.items.into_iter().filter_map(is_error).collect()
}

#[track_caller]
fn says(expanded: &TokenStream, said: &[&str]) {
    let found = mistakes(expanded);
    let is_said =
        found.len() == said.len() && found.iter().zip(said).all(|(found, said)| found.contains(said));
    assert!(is_said, "{found:#?} instead of {said:#?} in {expanded}");
}

#[test]
fn an_owner_is_of_an_argument() {
    for (rule, arguments, said) in [
        ("owner(artcle)", "article: Article", "no argument `artcle`, did you mean `article`?"),
        ("owner(article)", "", "no argument `article`: add one"),
        ("owner(article)", "ref article: Article", "bound by `ref`"),
        ("owner(a)", "Path((a, b)): Path<(u8, u8)>", "one of several names in `Path((a, b))`"),
        ("owner(a)", "Json(a): Json<A>", "`a` is a `Json`, and what the caller typed proves nothing"),
        ("owner(a)", "Query(a): axum::extract::Query<A>", "`a` is a `Query`"),
        ("owner(a)", "a: Option<Json<A>>", "`a` is a `Json`"),
        ("owner(a)", "a: Bytes", "`a` is a `Bytes`"),
        ("owner(a)", "a: String", "`a` is a `String`"),
        ("owner(a)", "a: Result<Multipart, E>", "`a` is a `Multipart`"),
        ("owner(a)", "a: Request", "`a` is a `Request`"),
        ("owner(a)", "Form(a): Form<A>", "`a` is a `Form`"),
        ("roles = \"x\"", "a: impl Trait", "name the type"),
        ("roles = \"x\"", "State(a): State<impl Trait>", "name the type"),
    ] {
        let item = format!("async fn h({arguments}) {{}}");
        says(&requires(rule.parse().unwrap(), item.parse().unwrap()), &[said]);
    }
    for (rule, arguments) in [
        ("owner(article)", "mut article: Article"),
        ("owner(id)", "Path(id): Path<String>"),
        ("owner(a)", "Path((a, _)): Path<(u8, u8)>"),
        ("owner(r#type)", "r#type: Article"),
        ("owner(type)", "r#type: Article"),
        ("owner(a)", "(a): Extension<A>"),
        ("owner(a), owner(a, claim = \"b\"), any(owner(b), roles = \"c\")", "b: B, a: A"),
    ] {
        let item = format!("async fn h({arguments}) {{}}");
        says(&requires(rule.parse().unwrap(), item.parse().unwrap()), &[]);
    }
}

#[test]
fn a_rule_names_no_generic_parameter() {
    for rule in [
        "roles = T",
        "roles = T::NAME",
        "roles = <T as Named>::NAME",
        "T",
        "T::Policy",
        "check = T",
        "roles = N",
    ] {
        let item = quote!(
            async fn h<T, const N: usize>() {}
        );
        says(&requires(rule.parse().unwrap(), item), &["generic parameter of `h`"]);
    }
    says(
        &requires(
            quote!(roles = ::T::NAME, Two),
            quote!(
                async fn h<T>() {}
            ),
        ),
        &[],
    );
}

#[test]
fn a_check_is_an_async_function_of_extractors() {
    for (item, said) in [
        ("async fn c() -> bool {}", [].as_slice()),
        ("pub async fn c(a: A, mut b: B) -> Result<bool, E> {}", &[]),
        ("async fn c() -> ApiResult<bool> {}", &[]),
        ("async fn c() -> ApiResult {}", &[]),
        ("async fn c() -> Answer {}", &[]),
        ("fn c() -> bool {}", &["write `async fn c`"]),
        ("async fn c() {}", &["`-> bool`, or `-> Result<bool, E>`"]),
        ("async fn c() -> Option<bool> {}", &["not with `Option<bool>`"]),
        ("async fn c() -> Result<(), E> {}", &["not with `Result<(), E>`"]),
        ("async fn c() -> Result<Result<bool, E>, E> {}", &["a check answers"]),
        ("async fn c() -> u8 {}", &["a check answers"]),
        ("async fn c() -> impl Answer {}", &["a check answers"]),
        ("async fn c(&self) -> bool {}", &["`impl` block"]),
        ("async fn c<T>(t: T) -> bool {}", &["without generics"]),
        ("async fn c<'a>(t: A<'a>) -> bool {}", &["without generics"]),
        ("async fn c(a: impl A) -> bool {}", &["name the type"]),
        ("async fn c(a: &A) -> bool {}", &["owned: write `A`"]),
        (
            "async fn c(Json(a): Json<A>) -> bool {}",
            &["before the body is read: take something else than `Json`"],
        ),
        ("async fn c(a: Option<Bytes>, b: String) -> bool {}", &["than `Bytes`", "than `String`"]),
        ("const unsafe extern fn c() -> bool {}", &["`const`", "`unsafe`", "`extern`", "`async fn c`"]),
        ("async fn c() -> bool;", &["no body"]),
        ("struct C;", &["`#[check]` is for one function, not a struct"]),
        ("#[requires] async fn c() -> bool {}", &["`#[check]` and `#[requires]` exclude each other"]),
        ("#[check] async fn c() -> bool {}", &["`#[check]` is given twice"]),
    ] {
        says(&check(TokenStream::new(), item.parse().unwrap()), said);
    }
    let item = quote!(
        async fn c() -> bool {}
    );
    says(&check(quote!(roles = "a"), item.clone()), &["no arguments but `crate = ::path`"]);
    says(&check(quote!(crate = relative), item), &["the path is relative"]);
}

#[test]
fn a_loader_returns_a_type_of_the_user() {
    for (item, said) in [
        ("async fn l() -> A {}", [].as_slice()),
        ("async fn l() -> Option<a::A<u8>> {}", &[]),
        ("async fn l() -> std::io::Result<A> {}", &[]),
        ("async fn l() -> Result<core::option::Option<A>, E> {}", &[]),
        ("async fn l() -> Box<A> {}", &[]),
        ("async fn l() {}", &["a loader returns what it loads"]),
        ("async fn l() -> ApiResult {}", &["cannot be seen here"]),
        ("async fn l() -> Option<Result<A, E>> {}", &["write `Result<Option<T>, E>`"]),
        ("async fn l() -> impl A {}", &["cannot return `impl Trait`"]),
        ("async fn l() -> Result<impl A, E> {}", &["cannot return `impl Trait`"]),
        ("async fn l() -> Option<&'static A> {}", &["`&'static A` is none"]),
        ("async fn l() -> (A, B) {}", &["`(A, B)` is none"]),
        ("async fn l() -> Result<u64, E> {}", &["`u64` is none"]),
        ("async fn l() -> Option<Vec<A>> {}", &["`Vec<A>` is none"]),
        ("async fn l() -> ! {}", &["`!` is none"]),
        ("fn l() -> A {}", &["write `async fn l`"]),
        ("async fn l<T>() -> A {}", &["a loader is one function"]),
        ("async fn l(Form(a): Form<A>) -> A {}", &["a loader runs before the body is read"]),
        ("#[requires] async fn l() -> A {}", &["`#[loader]` and `#[requires]` exclude each other"]),
    ] {
        says(&loader(TokenStream::new(), item.parse().unwrap()), said);
    }
}

#[test]
fn a_policy_is_a_name() {
    for (arguments, item, said) in [
        ("roles = \"a\"", "pub struct A;", [].as_slice()),
        ("", "pub(crate) struct A;", &[]),
        ("owner(a), owner(a, claim = \"b\")", "struct A;", &[]),
        ("owner(a), owner(b)", "struct A;", &["about `a` already"]),
        ("roles = \"a\"", "struct A {}", &["has no fields: write `struct A;`"]),
        ("roles = \"a\"", "struct A(u8);", &["has no fields: write `struct A;`"]),
        ("roles = \"a\"", "struct A<T>(T);", &["has no generics: write `struct A;`"]),
        (
            "role = \"a\"",
            "enum A {}",
            &["did you mean `roles`", "`#[policy]` is for one struct, not an enum"],
        ),
        ("roles = \"a\"", "async fn a() {}", &["not a function: write it above `struct Name;`"]),
        ("roles = \"a\"", "#[requires] struct A;", &["`#[policy]` and `#[requires]` exclude each other"]),
        ("roles = \"a\"", "#[policy(scopes = 1)] struct A;", &["names are strings"]),
        ("roles = \"a\"", "#[policy(not(roles = \"a\"))] struct A;", &["never be met"]),
    ] {
        says(&policy(arguments.parse().unwrap(), item.parse().unwrap()), said);
    }
}

#[test]
fn an_owner_is_in_a_field() {
    for (item, said) in [
        ("struct A { #[owner] a: u8, #[owner(claim = \"b\", issuer = c)] b: u8, c: C }", [].as_slice()),
        ("struct A(#[owner(any_issuer, claim = \"/b/c\")] u8, #[owner(nested)] B);", &[]),
        ("#[owner(crate = ::a)] struct A(#[owner(issuer = 1)] u8, B);", &[]),
        ("struct A { a: u8 }", &["whose is it"]),
        ("struct A;", &["whose is it"]),
        ("enum A {}", &["not an enum"]),
        ("union A { #[owner] a: u8 }", &["not a union"]),
        ("struct A(#[owner] #[owner] u8);", &["`#[owner]` is given twice"]),
        ("struct A(#[owner = 1] u8);", &["write `#[owner]`"]),
        ("struct A(#[owner(1)] u8);", &["expected `claim"]),
        ("struct A(#[owner(clam = \"b\")] u8);", &["did you mean `claim`"]),
        ("struct A(#[owner(claim)] u8);", &["is a string"]),
        ("struct A(#[owner(claim = b)] u8);", &["is a string"]),
        ("struct A(#[owner(claim = \"b.c\")] u8);", &["as `/b/c`, and"]),
        ("struct A(#[owner(issuer = 2)] u8, u8);", &["no field `2`"]),
        (
            "struct A { #[owner(issuer = isuer)] a: u8, issuer: u8 }",
            &["no field `isuer`, did you mean `issuer`?"],
        ),
        ("struct A { #[owner(issuer = \"b\")] a: u8, b: u8 }", &["write its name"]),
        ("struct A { #[owner(issuer = b, any_issuer)] a: u8, b: u8 }", &["exclude each other"]),
        ("struct A { #[owner(nested, any_issuer)] a: u8 }", &["`nested` stands alone"]),
        ("struct A { #[owner(nested = true)] a: u8 }", &["`nested` has no value"]),
        ("struct A { #[owner(nested, nested)] a: u8 }", &["`nested` is given twice"]),
        ("struct A { #[owner(crate = ::a)] a: u8 }", &["above the struct"]),
        ("#[owner] struct A { #[owner] a: u8 }", &["above the field"]),
        ("#[owner(crate = a)] struct A { #[owner] a: u8 }", &["the path is relative"]),
        ("struct A(#[owner(x)] u8, #[owner(y)] u8);", &["unknown word `x`", "unknown word `y`"]),
    ] {
        says(&has_owner(item.parse().unwrap()), said);
    }
}

#[test]
fn expands_on_whatever_it_stands() {
    let items = [
        "",
        ";",
        "struct",
        "struct A",
        "struct A;",
        "struct A<T> where T: B;",
        "enum A { B }",
        "union A { b: u8 }",
        "fn",
        "fn a",
        "fn a()",
        "fn a() {}",
        "async fn a(self) {}",
        "async fn a(x) {}",
        "async fn a(..) {}",
        "async fn a(a: A, ...) {}",
        "async fn a(a: [u8; { 1 }]) -> [u8; 2] {}",
        "impl A { async fn a() {} }",
        "mod a;",
        "use a;",
        "a!{}",
        "#[x",
        "#![x] fn a() {}",
        "1 + 1",
        "type A = B;",
        "const A: u8 = 1;",
        "extern \"C\" { fn a(); }",
        "pub(in a::b) async unsafe extern \"C\" fn a<'a, T: 'a>(&'a self) -> impl A + use<'a> where T: B {}",
        "async fn a(a @ (b | b): A) -> Result {}",
        "async fn a() -> Result<, E> {}",
        "struct A(#[owner(issuer = 99999999999999999999)] u8);",
    ];
    let rules = ["", "owner(a)", "owner(b)", "A, check = a", "x", "crate = ::a", "crate = a"];
    for item in items {
        let Ok(tokens) = item.parse::<TokenStream>() else { continue };
        // No panic; and mistakes were reported, or they are the compiler's to report.
        has_owner(tokens.clone());
        for rule in rules {
            for attribute in [requires, public, policy, check, loader] {
                let expanded = attribute(rule.parse().unwrap(), tokens.clone()).to_string();
                assert!(!expanded.is_empty() || item.is_empty());
            }
        }
    }
}
