use super::*;
use crate::syntax;

/// The model of the stacked `arguments` as text, or the mistakes.
fn model(arguments: &[&str]) -> Result<String, Vec<String>> {
    let mut errors = Errors::default();
    let stack: Vec<_> =
        arguments.iter().map(|arguments| syntax::requires(arguments.parse().unwrap(), &mut errors)).collect();
    let checked = check(&stack, &mut errors);
    match errors.finish() {
        Some(found) => Err(found.into_iter().map(|mistake| mistake.to_string()).collect()),
        None => Ok(text(&checked.rule)),
    }
}

fn text(rule: &Rule) -> String {
    let list = |rules: &[Rule]| rules.iter().map(text).collect::<Vec<_>>().join(", ");
    match rule {
        Rule::Authenticated => "authenticated".to_owned(),
        Rule::Leaf(Leaf::Grant(kind, Name::Literal(name))) => {
            format!("{} {}", kind.singular(), name.value())
        }
        Rule::Leaf(Leaf::Grant(kind, Name::Const(path))) => {
            format!("{} {}", kind.singular(), source(path))
        }
        Rule::Leaf(leaf) => leaf.to_string(),
        Rule::Any(rules) => format!("any({})", list(rules)),
        Rule::All(rules) => format!("all({})", list(rules)),
        Rule::Not(rule) => format!("not({})", text(rule)),
    }
}

#[test]
fn keeps_what_is_nested() {
    for (written, expected) in [
        (r#"scopes = "a""#, "scope a"),
        (r#"permissions = "a","#, "permission a"),
        (r#"scopes = "a", roles = "b""#, "all(scope a, role b)"),
        (r#"scopes = any("a", all("b", "c"))"#, "any(scope a, all(scope b, scope c))"),
        (r#"scopes = all("a", all("b", "c"))"#, "all(scope a, scope b, scope c)"),
        (r#"scopes = all("a", "b"), roles = "c""#, "all(scope a, scope b, role c)"),
        (
            r#"scopes = "a", roles = "b", all(scopes = any("c", "d"), roles = "e")"#,
            "all(scope a, any(scope c, scope d), role b, role e)",
        ),
        (r#"any(max_age = "5m", all(any(max_age = "10m", roles = "a")))"#, "any(max_age = \"10m\", role a)"),
        (r#"max_age = "5m", all(max_age = "10m", roles = "a")"#, "all(max_age = \"5m\", role a)"),
        (r#"provider = any("a", B), acr = "c""#, "all(any(provider a, provider B), acr c)"),
        ("principal = client, max_age = \"90s\"", "all(principal = client, max_age = \"90s\")"),
        (r#"claim("/a/b") == -1, claim("c") == true"#, r#"all(claim("/a/b") == -1, claim("c") == true)"#),
        (
            r#"claim("c") == "d", claim("e") == path("f")"#,
            r#"all(claim("c") == "d", claim("e") == path("f"))"#,
        ),
        (r#"claim("c") == -9223372036854775808"#, r#"claim("c") == -9223372036854775808"#),
        (r#"owner(a, hide, claim = "b",)"#, r#"owner(a, claim = "b", hide)"#),
        (
            r#"any(owner(a), owner(a, claim = "b"), owner(c))"#,
            r#"any(owner(a), owner(a, claim = "b"), owner(c))"#,
        ),
        ("owner(hide), check = a::b", "all(owner(hide), check = a::b)"),
        ("Admin, not(::other::Banned)", "all(Admin, not(::other::Banned))"),
        ("any(crate::X, self::Y, super::r#Z)", "any(crate::X, self::Y, super::r#Z)"),
        (
            r#"any(all(scopes = "a", roles = "b"), not(roles = "c"))"#,
            "any(all(scope a, role b), not(role c))",
        ),
        (r#"all(any(scopes = "a", roles = "b"), roles = "c")"#, "all(any(scope a, role b), role c)"),
        (r#"not(scopes = any("a", "b"))"#, "not(any(scope a, scope b))"),
        (r#"scopes = any(not("a"), "b")"#, "any(not(scope a), scope b)"),
        (r#"not(not(roles = "a"))"#, "not(not(role a))"),
        ("roles = any(ADMIN, crate::roles::OWNER)", "any(role ADMIN, role crate::roles::OWNER)"),
    ] {
        assert_eq!(model(&[written]).as_deref(), Ok(expected), "{written}");
    }
}

#[test]
fn groups_of_one_are_their_member() {
    for (written, expected) in [
        (r#"scopes = any("a")"#, "scope a"),
        (r#"all(any(scopes = all("a")))"#, "scope a"),
        (r#"not(any(roles = "a"))"#, "not(role a)"),
        (r#"any(roles = any("a", "b"))"#, "any(role a, role b)"),
    ] {
        assert_eq!(model(&[written]).as_deref(), Ok(expected), "{written}");
    }
}

#[test]
fn stacked_attributes_must_all_hold() {
    let any = r#"any(roles = "a", scopes = "b")"#;
    for (stack, expected) in [
        ([any, any], "any(role a, scope b)"),
        ([any, r#"any(scopes = "b", roles = "c")"#], "all(any(role a, scope b), any(scope b, role c))"),
        ([r#"roles = "a""#, r#"roles = "b", scopes = "c""#], "all(role a, role b, scope c)"),
        (["", any], "any(role a, scope b)"),
        (["", ""], "authenticated"),
        ([r#"roles = "a""#, "crate = ::elsewhere"], "role a"),
    ] {
        assert_eq!(model(&stack).as_deref(), Ok(expected), "{stack:?}");
    }
}

#[test]
fn says_what_to_write_instead() {
    for (written, said) in [
        // What stands where a requirement can.
        ("admin", "is this a scope"),
        ("ADMIN", "is this a scope"),
        ("Admin::<u8>", "without generics"),
        ("Admin<u8>", "without generics"),
        ("<X as Y>::Admin", "without generics"),
        ("Admin()", "write `Admin`"),
        ("Admin = 1", "a policy has no value: write `Admin`"),
        ("policy(Admin)", "write `Admin`"),
        ("user", "write `principal = user`"),
        ("hide", "belongs to an owner"),
        ("authenticated", "`#[requires]` alone"),
        ("public", "has `#[public]`"),
        ("checks::is_open", "write `check = checks::is_open`"),
        ("roles = admin", r#"write `"admin"`"#),
        (r#"roles = "a"; scopes = "b""#, "write `,`, not `;`"),
        ("Admin > Editor", "expected a comma after `Admin`, found `>`"),
        (r#"any("a" "b")"#, r#"`roles = any("a", "b")`"#),
        (r#""roles = a""#, "has no quotes around it"),
        ("policy = Admin", "write `Admin`"),
        (r#"claim("tenant") == "{tenant}""#, r#"write `path("tenant")`"#),
        ("policy = any(Admin, Editor)", "write `any(Admin, Editor)`"),
        ("Admin Editor", "expected a comma before `Editor`"),
        ("Admin || Editor", "`any(Admin, Editor)`"),
        ("!Admin", "`not(Admin)`"),
        ("Self::Admin", "write the type's name"),
        ("roles = any(\"a\", owner(b))", "`any(roles = \"a\", owner(..))`"),
        // Kinds of which a token has one.
        (r#"provider = "a", "b""#, r#"`provider = any("a", "b")`"#),
        (r#"provider = "a", provider = "b""#, r#"`provider = any("a", "b")`"#),
        (r#"acr = """#, "cannot be empty"),
        (r#"acr = "a b""#, r#"write `any("a", "b")`"#),
        (r#"issuer = "a""#, "did you mean `provider`"),
        // Principals.
        ("principal", "`principal = user`"),
        (r#"principal = "user""#, "not a string: write `principal = user`"),
        ("principal = machine", "did you mean `client`"),
        ("principal = usr", "did you mean `user`"),
        ("principal = 5", "`principal = user`"),
        ("principal = any(user, client)", "`any(principal = user, principal = client)`"),
        ("principal(user)", "`principal = user`"),
        ("principal == user", "`principal = ..`"),
        // Times.
        ("max_age = 5", r#"`"5m"` or `"5s"`"#),
        ("max_age = 5.5", "in quotes"),
        ("max_age = FIVE", "in quotes"),
        ("max_age", "in quotes"),
        (r#"max_age("5m")"#, r#"`max_age = "5m"`"#),
        (r#"max_age = "5""#, r#"`"5m"` or `"5s"`"#),
        (r#"max_age = "5m", max_age = "6m""#, "keep the shorter"),
        (r#"any(max_age = "5m", max_age = "6m")"#, "keep the longer"),
        // Claims.
        ("claim", "name the claim and its value"),
        (r#"claim = "a""#, "name the claim and its value"),
        ("claim(a) == 1", r#"`claim("a")`"#),
        ("claim() == 1", "named by a string"),
        (r#"claim("a", "b") == 1"#, "one name stands in parentheses"),
        (r#"claim("a")"#, "compare the claim"),
        (r#"claim("a") =="#, "compare the claim"),
        (r#"claim("a") = 1"#, r#"`claim("a") == ..`, not"#),
        (r#"claim("a") => 1"#, r#"`claim("a") == ..`, not"#),
        (r#"claim("a") != 1"#, r#"`not(claim("a") == ..)`"#),
        (r#"claim("a") > 1"#, "found `>`"),
        (r#"claim("a") == 1.5"#, "fractions"),
        (r#"claim("a") == 1u8"#, "write `1`"),
        (r#"claim("a") == 'x'"#, r#"write `"x"`"#),
        (r#"claim("a") == 9223372036854775808"#, "64 bits"),
        (r#"claim("a") == null"#, "null"),
        (r#"claim("a") == CONST"#, "that is written out"),
        (r#"claim("a") == word"#, r#"write `"word"`"#),
        (r#"claim("a") == None"#, "null"),
        (r#"claim("a", "b")"#, r#"write `claim("a") == "b"`"#),
        (r#""b" == claim("a")"#, r#"write `claim("a") == "b"`"#),
        (r#"path("b") == claim("a")"#, r#"write `claim("a") == path("b")`"#),
        (r#"claim("a") == "b" || "c""#, r#"write `any(claim("a") == "b", claim("a") == "c")`"#),
        (r#"claim("a") == any("b", "c")"#, r#"`any(claim("a") == "b", claim("a") == "c")`"#),
        (r#"claim("a") == ["b"]"#, r#"write `any(claim("a") == "b")`"#),
        (r#"claim("a") == path(b)"#, r#"`path("b")`"#),
        (r#"claim("a") == path"#, "named by a string"),
        (r#"claim("a") == path("")"#, "parameter is missing"),
        (r#"claim("a") == path("{b}")"#, r#"`path("b")`"#),
        (r#"claim("a.b") == 1"#, "as `/a/b`, and that name as `/a.b`"),
        (r#"claim("") == 1"#, "name a claim"),
        (r#"claims("a") == 1"#, "did you mean `claim`"),
        (r#"claim("a") == 1, claim(r"a") == 1"#, "is given twice"),
        // Owners.
        ("owner", "the owner of what"),
        ("owner()", "the owner of what"),
        ("owner = a", "write `owner(a)`"),
        (r#"owner = "a""#, "write `owner(a)`"),
        (r#"owner("a")"#, "without quotes: write `owner(a)`"),
        (r#"owner(claim = "a")"#, "the owner of what"),
        ("owner(a.b)", "the name of one argument: write `owner(a)`"),
        ("owner(&a)", "its name alone: write `owner(a)`"),
        ("owner(a: A)", "its name alone: write `owner(a)`"),
        ("owner(a hide)", "expected a comma before `hide`"),
        ("owner(hide, a)", "comes first: write `owner(a, hide)`"),
        (r#"owner(a) == claim("b")"#, r#"`owner(a, claim = "email")`"#),
        ("owner(a, b)", "write another `owner(b)`"),
        ("owner(a, hid)", "did you mean `hide`"),
        ("owner(a, hide = true)", "`hide` has no value"),
        ("owner(a, hide, hide)", "`hide` is given twice"),
        ("owner(a, claim = b)", "is a string"),
        ("owner(a, claim)", "is a string"),
        (r#"owner(a, claim("b"))"#, "is a string"),
        (r#"owner(a, claim = "b.c")"#, "as `/b/c`, and"),
        ("owner(a, 5)", "expected `claim"),
        ("owner(a), owner(a, hide)", "`owner(a)` is given twice"),
        // Checks.
        ("check", "write `check = name`"),
        ("check(a)", "write `check = a`"),
        (r#"check = "a::b""#, "write `check = a::b`"),
        ("check = a()", "write `check = a`"),
        ("check = a::<u8>", "without generics"),
        ("check = !a", "write `not(check = a)`"),
        ("check = any(a, b)", "`any(check = a, check = b)`"),
        ("check = |x| true", "the path of a function"),
        ("check = a, check = a", "`check = a` is given twice"),
        ("Admin, Admin", "`Admin` is given twice"),
    ] {
        let found = model(&[written]).expect_err(written);
        assert!(found.len() == 1 && found.iter().all(|found| found.contains(said)), "{written}: {found:?}");
    }
}

#[test]
fn finds_what_can_never_or_always_be_met() {
    for (written, said) in [
        (r#"roles = "a", not(roles = "a")"#, r#"never be met: `roles = "a"` excludes `not(roles = "a")`"#),
        (r#"any(roles = "a", not(roles = "a"))"#, "always met"),
        (r#"roles = all("a", not("a"))"#, "never"),
        (r#"scopes = "x", any(all(roles = "a", not(roles = "a")), roles = "b")"#, "never"),
        (r#"not(any(roles = "a", not(roles = "a")))"#, "always"),
        (r#"provider = all("a", "b")"#, r#"`provider = "a"` excludes `provider = "b"`"#),
        (r#"acr = all("a", "b")"#, "never"),
        ("principal = user, all(principal = client)", "excludes `principal = client`"),
        (r#"claim("a") == 1, claim("/a") == 2"#, "never"),
        (r#"max_age = "5m", not(max_age = "10m")"#, "never"),
        (r#"any(not(max_age = "5m"), max_age = "10m")"#, "always"),
        (r#"any(roles = "a", scopes = "b"), not(roles = "a"), not(scopes = "b")"#, "never"),
        (r#"owner(a), not(owner(a, hide))"#, "never"),
        ("Admin, not(Admin)", "never"),
    ] {
        let found = model(&[written]).expect_err(written);
        assert!(found.len() == 1 && found.iter().all(|found| found.contains(said)), "{written}: {found:?}");
    }
    assert!(model(&[r#"roles = "a""#, r#"not(roles = "a")"#]).is_err());
    for written in [
        "provider = all(\"a\", B)",
        "any(principal = user, not(roles = \"a\"))",
        r#"claim("a") == 1, claim("a") == path("b")"#,
        r#"claim("a") == 1, claim("b") == 2"#,
        r#"max_age = "10m", not(max_age = "5m")"#,
        r#"roles = all("a", "b")"#,
        "owner(a), not(owner(b))",
    ] {
        assert!(model(&[written]).is_ok(), "{written}");
    }
}

#[test]
fn reports_each_mistake_once() {
    for (written, mistakes) in [
        (r#"scope = "a", role = "b", roles = """#, 3),
        (r#"scopes = any("a b", 1, "c")"#, 2),
        (r#"any(roles = all("a", x()), not(scopes = "é"))"#, 2),
        (r#"scopes == "a b""#, 2),
        (r#"scopes = all(), not(any())"#, 2),
        (r#"scopes = "a", "b", "c", roles = "d""#, 1),
        (r#"any(scopes = "a" || "b" || "c", roles = ["d"])"#, 2),
        (r#"scopes = any(any(["a"]))"#, 1),
        (r#"scopes = "a", scopes = "b", scopes = "c""#, 2),
    ] {
        assert_eq!(model(&[written]).map_err(|found| found.len()), Err(mistakes), "{written}");
    }
}

#[test]
fn answers_whatever_is_written() {
    let words = [
        "owner",
        "(a, hide)",
        "claim",
        "==",
        "1",
        "path",
        "check",
        "max_age",
        "principal",
        "Admin",
        "<",
        "-",
        "scopes",
        "scope",
        "any",
        "any()",
        "not(roles = \"a\")",
        "(\"a\")",
        "\"a\"",
        "A::B",
        "=",
        ",",
        "&",
        "!",
    ];
    let mut written = vec![String::new()];
    for _ in 0..3 {
        written = written
            .iter()
            .flat_map(|start| words.iter().map(move |word| format!("{start} {word}")))
            .collect();
        for arguments in &written {
            // A mistake or a model, and neither a panic nor a loop.
            let mistakes = model(&[arguments]).err();
            assert!(mistakes.is_none_or(|mistakes| !mistakes.is_empty()), "{arguments}");
        }
    }
}

#[test]
fn strings_are_compared_by_value() {
    assert!(model(&[r##"roles = any("a", r#"a"#)"##]).is_err());
    assert!(model(&[r#"roles = any("a", "A")"#]).is_ok());
}

#[test]
fn accepts_every_scope_character() {
    let all: String = ('!'..='~').filter(|character| !matches!(character, '"' | '\\')).collect();
    assert!(model(&[&format!("scopes = {all:?}")]).is_ok());
    for forbidden in ["\\\"", "\\\\", "\\u{7f}", "\\0", "\\t", "ü"] {
        assert!(model(&[&format!("scopes = \"a{forbidden}b\"")]).is_err(), "{forbidden}");
        assert!(model(&[&format!("roles = \"a{forbidden}b\"")]).is_ok(), "{forbidden}");
    }
}
