#[derive(HasOwner)]
struct Article<T> {
    #[owner(isuer = home)]
    author: T,
    home: String,
}

// expands to

struct Article<T> {
    #[owner(isuer = home)]
    author: T,
    home: String,
}
::core::compile_error! {
    "unknown word `isuer`, did you mean `issuer`? (expected `claim = \"name\"`, `issuer = field`, `any_issuer` or `nested`)"
}
const _: () = {
    #[automatically_derived]
    impl<T> ::oauth2_guard::__private::HasOwner for Article<T> {
        fn is_owned_by(
            &self,
            _: &::oauth2_guard::__private::Bearer<'_>,
        ) -> ::core::primitive::bool {
            false
        }
    }
};
