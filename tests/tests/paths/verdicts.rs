//! What the layer lets pass, and what it does not.

use std::collections::BTreeMap;

use futures_util::future::join_all;
use oauth2_guard_tests::World;

use crate::layouts::{ELSEWHERE, Layout, PUBLIC_ROUTES, ROUTES};
use crate::mutations::mutations;
use crate::reading::everybody_reads_alike;
use crate::wire::{Answer, Target};

/// Of a layout: how many paths reached which route with a token, and how many did without.
#[derive(Default)]
struct Reached {
    with_token: BTreeMap<String, usize>,
    without: BTreeMap<String, usize>,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_path_reaches_a_protected_route_without_a_token_and_the_public_ones_are_reached() {
    let world = World::new().await;
    let token = world.token().build();
    for (index, layout) in Layout::all(&world).await.into_iter().enumerate() {
        // The first takes them all, and each of the others every third.
        let is_its_own = |at: usize| index == 0 || at % 3 == index % 3;
        let targets = mutations(layout.prefix).into_iter().enumerate();
        let targets: Vec<_> = targets.filter(|(at, _)| is_its_own(*at)).map(|(_, target)| target).collect();
        assert!(targets.len() >= 500, "{} paths", targets.len());
        let mut reached = Reached::default();
        for some in targets.chunks(64) {
            let all = some.iter().map(|target| held_against_the_router(&layout, target, &token));
            for (route, is_reached_without) in join_all(all).await.into_iter().flatten() {
                if is_reached_without {
                    *reached.without.entry(route.clone()).or_default() += 1;
                }
                *reached.with_token.entry(route).or_default() += 1;
            }
        }
        let Reached { with_token, without } = reached;
        let sum = |counts: &BTreeMap<_, usize>| counts.values().sum::<usize>();
        println!(
            "{}: {} paths; {} reach a route with a token, {} without",
            layout.name,
            targets.len(),
            sum(&with_token),
            sum(&without)
        );
        // It is not for want of routes that nothing was reached.
        for route in ROUTES {
            let count = with_token.get(route).copied().unwrap_or_default();
            assert!(count >= 1, "{}: `{route}` {count} times: {with_token:?}", layout.name);
        }
        assert_eq!(without.keys().collect::<Vec<_>>(), PUBLIC_ROUTES, "{}", layout.name);
    }
}

/// The route that a path reaches, and whether it does so without a token.
async fn held_against_the_router(layout: &Layout, target: &Target, token: &str) -> Option<(String, bool)> {
    let known = layout.ask(target, Some(token)).await;
    let anonymous = layout.ask(target, None).await;
    let wrong = |what: &str| panic!("{}: {target:?}: {what}: {anonymous:?}, {known:?}", layout.name);
    let path = layout.as_seen(target.path());
    let is_public =
        |route: &str| PUBLIC_ROUTES.contains(&route) && everybody_reads_alike(&path) && layout.lists(&path);
    match (&known, &anonymous) {
        // It is no request: nobody gets anywhere.
        (Answer::NoRequest, Answer::NoRequest) => None,
        (Answer::Reached(route), Answer::Refused) if is_public(route) => wrong("a public route is refused"),
        (Answer::Reached(route), Answer::Refused) => Some((route.clone(), false)),
        (Answer::Reached(route), Answer::Reached(same)) if route == same => {
            if route == ELSEWHERE {
                return if layout.covers_all { wrong("the fallback is not covered") } else { None };
            }
            if !is_public(route) {
                wrong("a protected route is reached without a token");
            }
            Some((route.clone(), true))
        }
        _ => wrong("neither one nor the other"),
    }
}

/// A path as one router knows it and another does not: what is public by the first is not by the second.
#[tokio::test]
async fn a_path_that_is_written_anew_inside_is_no_public_one() {
    let world = World::new().await;
    let token = world.token().build();
    let layout = Layout::written_anew(&world).await;
    for (path, route) in
        [("/public/admin!", "admin"), ("/docs/public!", "public"), ("/docs/x/docs!", "list of docs")]
    {
        let target = Target::from(path);
        assert_eq!(layout.ask(&target, Some(&token)).await, Answer::Reached(route.to_owned()), "{path}");
        assert_eq!(layout.ask(&target, None).await, Answer::Refused, "{path}");
    }
    // What is not written anew is what it was.
    for (path, route) in [("/public", "public"), ("/docs/a", "docs")] {
        assert_eq!(layout.ask(&path.into(), None).await, Answer::Reached(route.to_owned()), "{path}");
    }
}
