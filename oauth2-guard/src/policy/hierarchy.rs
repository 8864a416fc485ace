//! From roles that imply and permit to what whoever has one of them has with it.

use std::collections::HashMap;

use super::grants::Grants;
use super::held::{Doubtful, Held};
use super::role::Role;

/// Roles none of which implies itself, not even by way of others.
#[derive(Debug, Default)]
pub(crate) struct RoleHierarchy {
    roles: Vec<Role>,
    reach: HashMap<Box<str>, Reach>,
}

/// Everything that a role brings with it, by way of others too.
#[derive(Debug, Default)]
struct Reach {
    roles: Vec<Box<str>>,
    permissions: Vec<Box<str>>,
}

impl RoleHierarchy {
    /// An error says what to write instead.
    pub(crate) fn new(roles: Vec<Role>) -> Result<Self, String> {
        let mut by_name = HashMap::new();
        for role in &roles {
            let name = role.name();
            if name.is_empty() {
                return Err("a role has no name: give it one, as in `Role::new(\"admin\")`".to_owned());
            }
            if role.implied().any(str::is_empty) {
                return Err(format!(
                    "the role `{name}` implies one without a name: take that `.implies(\"\")` out"
                ));
            }
            if role.permitted().any(str::is_empty) {
                return Err(format!(
                    "the role `{name}` permits something without a name: take that `.permits(\"\")` out"
                ));
            }
            if by_name.insert(name, role).is_some() {
                return Err(format!(
                    "the role `{name}` is defined twice: make it one, with all that it implies and permits"
                ));
            }
        }
        let reach = roles.iter().map(|role| Ok((role.name().into(), Reach::of(role, &by_name)?)));
        let reach = reach.collect::<Result<_, String>>()?;
        Ok(Self { roles, reach })
    }

    /// As they were given.
    pub(crate) fn roles(&self) -> &[Role] {
        &self.roles
    }

    /// With what the roles bring with them: what a held role brings is held, what a doubtful one does is doubtful.
    pub(crate) fn expand(&self, grants: Grants) -> Grants {
        if self.reach.is_empty() {
            return grants;
        }
        let held: Vec<&Reach> = grants.roles.names().filter_map(|name| self.reach.get(name)).collect();
        let doubtful: Vec<&Reach> = match grants.roles.doubtful() {
            Doubtful::Names(names) => names.iter().filter_map(|name| self.reach.get(name)).collect(),
            // Any of them may be held.
            Doubtful::Everything => self.reach.values().collect(),
        };
        let roles = brought(&held, &doubtful, |reach| &reach.roles);
        let permissions = brought(&held, &doubtful, |reach| &reach.permissions);
        Grants {
            scopes: grants.scopes,
            roles: grants.roles.and(roles),
            permissions: grants.permissions.and(permissions),
        }
    }
}

fn brought(held: &[&Reach], doubtful: &[&Reach], names: fn(&Reach) -> &[Box<str>]) -> Held {
    let held = held.iter().flat_map(|reach| names(reach)).map(|name| &**name);
    let doubtful = doubtful.iter().flat_map(|reach| names(reach)).map(|name| &**name);
    Held::known(held).and(Held::doubtful_names(doubtful))
}

impl Reach {
    fn of(start: &Role, by_name: &HashMap<&str, &Role>) -> Result<Self, String> {
        // Each role that was found, and the one that implies it.
        let mut found: HashMap<&str, &str> = HashMap::new();
        let mut permissions: Vec<Box<str>> = Vec::new();
        let mut todo = vec![start];
        while let Some(role) = todo.pop() {
            permissions.extend(role.permitted().map(Box::from));
            for implied in role.implied() {
                if implied == start.name() {
                    return Err(circle(start.name(), role.name(), &found));
                }
                if !found.contains_key(implied) {
                    found.insert(implied, role.name());
                    todo.extend(by_name.get(implied));
                }
            }
        }
        Ok(Self { roles: found.into_keys().map(Box::from).collect(), permissions })
    }
}

/// Says how `start` is led back to by `last`.
fn circle(start: &str, last: &str, found: &HashMap<&str, &str>) -> String {
    if last == start {
        return format!("the role `{start}` implies itself: take `.implies(\"{start}\")` out");
    }
    let mut way = vec![start];
    let mut role = Some(last);
    while let Some(name) = role.filter(|name| *name != start) {
        way.push(name);
        role = found.get(name).copied();
    }
    way.push(start);
    way.reverse();
    let way: Vec<_> = way.into_iter().map(|name| format!("`{name}`")).collect();
    format!(
        "roles imply one another in a circle, {}: take one of these `.implies(..)` out",
        way.join(" implies ")
    )
}

#[cfg(test)]
mod tests {
    use super::super::held::Held;
    use super::{Grants, Role, RoleHierarchy};

    const NAMES: [&str; 4] = ["a", "b", "c", "d"];

    /// The role of each name implies and permits those whose bits are set.
    fn roles(implied: [u8; 4], permitted: [u8; 4]) -> Vec<Role> {
        let is_in = |set: u8, number: usize| set >> number & 1 == 1;
        let named = |set: u8| (0..4).filter(move |number| is_in(set, *number)).map(|number| NAMES[number]);
        (0..4)
            .filter(|number| implied[*number] != 0 || permitted[*number] != 0)
            .map(|number| {
                let role = named(implied[number]).fold(Role::new(NAMES[number]), Role::implies);
                named(permitted[number]).fold(role, Role::permits)
            })
            .collect()
    }

    const FALSE: u8 = 0;
    const UNKNOWN: u8 = 1;
    const TRUE: u8 = 2;

    /// Every way in which four names can be held, doubtful or absent; and the same with everything else doubtful.
    fn states() -> impl Iterator<Item = ([u8; 4], Held)> {
        (0..81_u8).flat_map(|way| {
            let truths = [way % 3, way / 3 % 3, way / 9 % 3, way / 27];
            let those = move |wanted| {
                (0..4).filter(move |number| truths[*number] == wanted).map(|number| NAMES[number])
            };
            let known = Held::known(those(TRUE)).and(Held::doubtful_names(those(UNKNOWN)));
            let unreadable = Held::known(those(TRUE)).and(Held::unreadable());
            let all_doubtful = truths.map(|truth| truth.max(UNKNOWN));
            [(truths, known), (all_doubtful, unreadable)]
        })
    }

    fn truths(held: &Held) -> [u8; 4] {
        NAMES.map(|name| match held.contains(name) {
            Some(true) => TRUE,
            None => UNKNOWN,
            Some(false) => FALSE,
        })
    }

    /// Whoever has role `from` has role `to`.
    fn leads(implied: [u8; 4], from: usize, to: usize) -> bool {
        from == to || (from..4).skip(1).any(|next| implied[from] >> next & 1 == 1 && leads(implied, next, to))
    }

    /// All hierarchies in which a role implies later ones alone, so that none has a circle.
    fn hierarchies() -> impl Iterator<Item = [u8; 4]> {
        (0..64_u8).map(|way| [(way & 0b111) << 1, (way >> 3 & 0b11) << 2, way >> 5 << 3, 0])
    }

    /// Truth as a number: a name is as true as the truest of the roles that bring it.
    #[test]
    fn expands_as_a_naive_expansion_does_whatever_is_held_and_doubtful() {
        let permitted = [0b0001, 0b0110, 0b0010, 0b0000];
        for implied in hierarchies() {
            let hierarchy = RoleHierarchy::new(roles(implied, permitted)).unwrap();
            for (given, held) in states() {
                for (own, permissions) in states().step_by(23) {
                    let grants = Grants { roles: held.clone(), permissions, scopes: held.clone() };
                    let expanded = hierarchy.expand(grants.clone());
                    let truest = |brings: &dyn Fn(usize) -> bool| {
                        (0..4).filter(|role| brings(*role)).map(|role| given[role]).max().unwrap_or(FALSE)
                    };
                    let roles = [0, 1, 2, 3].map(|name| truest(&|role| leads(implied, role, name)));
                    let permissions = [0, 1, 2, 3].map(|name| {
                        let permits = |role: usize| {
                            (role..4).any(|by| permitted[by] >> name & 1 == 1 && leads(implied, role, by))
                        };
                        own[name].max(truest(&permits))
                    });
                    assert_eq!(truths(&expanded.roles), roles, "{implied:?} {given:?}");
                    assert_eq!(truths(&expanded.permissions), permissions, "{implied:?} {given:?} {own:?}");
                    assert_eq!(expanded.scopes, grants.scopes);
                }
            }
        }
    }

    /// Held where the other is held, and absent where the other is absent: no more than the other knows.
    fn knows_no_more(one: &Held, other: &Held) -> bool {
        truths(one).iter().zip(truths(other)).all(|(one, other)| *one == UNKNOWN || *one == other)
    }

    fn holds_no_more(one: &Held, other: &Held) -> bool {
        truths(one).iter().zip(truths(other)).all(|(one, other)| *one <= other)
    }

    #[test]
    fn whoever_holds_more_holds_more_expanded_and_whoever_knows_less_knows_less() {
        let hierarchy =
            RoleHierarchy::new(roles([0b0110, 0b1000, 0b1000, 0], [0b0001, 0b0010, 0, 0b1000])).unwrap();
        let expand = |roles: &Held| hierarchy.expand(Grants { roles: roles.clone(), ..Grants::default() });
        let (mut more, mut less) = (0, 0);
        for (_, one) in states() {
            for (_, other) in states() {
                if holds_no_more(&one, &other) {
                    let (one, other) = (expand(&one), expand(&other));
                    assert!(holds_no_more(&one.roles, &other.roles));
                    assert!(holds_no_more(&one.permissions, &other.permissions));
                    more += 1;
                }
                if knows_no_more(&one, &other) {
                    let (one, other) = (expand(&one), expand(&other));
                    assert!(knows_no_more(&one.roles, &other.roles));
                    assert!(knows_no_more(&one.permissions, &other.permissions));
                    less += 1;
                }
            }
        }
        assert!(more > 1_000 && less > 500, "{more} {less}");
    }

    #[test]
    fn a_circle_is_refused_wherever_it_begins_and_nothing_else_is() {
        // Every graph of four roles: it has a circle where no order of them has all implications ahead.
        for graph in 0..=u16::MAX {
            let implied = [graph & 15, graph >> 4 & 15, graph >> 8 & 15, graph >> 12]
                .map(|set| u8::try_from(set).unwrap());
            let mut left = 0b1111_u8;
            while let Some(leaf) = (0..4).find(|role| left >> role & 1 == 1 && implied[*role] & left == 0) {
                left &= !(1 << leaf);
            }
            assert_eq!(RoleHierarchy::new(roles(implied, [0; 4])).is_ok(), left == 0, "{implied:?}");
        }
    }
}
