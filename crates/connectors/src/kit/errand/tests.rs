use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::*;

/// The sources of connectors, without their tests and simulated sides.
fn sources(folder: &Path, take: &mut dyn FnMut(&str)) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().and_then(|name| name.to_str()).expect("a name").to_owned();
        if ["sandbox", "tests", "fixtures", "errand"].iter().any(|other| name.starts_with(other)) {
            continue;
        }
        if path.is_dir() {
            sources(&path, take);
        } else if name.ends_with(".rs") {
            take(&fs::read_to_string(&path).expect("text"));
        }
    }
}

fn all_sources(take: &mut dyn FnMut(&str)) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    sources(&root.join("platforms"), take);
    sources(&root.join("kit/graph"), take);
}

/// What stands in quotes right behind a marker.
fn behind<'a>(text: &'a str, marker: &'a str) -> impl Iterator<Item = &'a str> {
    let rest = text.split(marker).skip(1).filter_map(|rest| rest.trim_start().strip_prefix('"'));
    rest.filter_map(|rest| rest.split('"').next())
}

#[test]
fn every_operation_of_the_connectors_is_for_something() {
    let mut used: BTreeSet<String> = BTreeSet::new();
    all_sources(&mut |text: &str| {
        // Most platforms list theirs in a module; others name them where they call.
        if let Some(list) = text.split("mod op {").nth(1).and_then(|rest| rest.split("\n}").next()) {
            used.extend(behind(list, "&str =").map(str::to_owned));
        }
        for marker in ["Call::get(", "Call::post(", ".procedure("] {
            used.extend(behind(text, marker).map(str::to_owned));
        }
    });
    assert!(used.len() > 60, "the sources are read: {used:?}");
    let other: Vec<_> = used.iter().filter(|name| Errand::of(name) == Errand::Other).collect();
    assert_eq!(other, Vec::<&String>::new(), "say in OPERATIONS what these are for");
}

#[test]
fn what_is_listed_is_used_and_listed_once() {
    let mut listed: Vec<&str> = OPERATIONS.iter().flat_map(|(_, names)| names.iter().copied()).collect();
    let all = listed.len();
    all_sources(&mut |text: &str| {
        listed.retain(|name| {
            let quoted = if name.ends_with('.') { format!("\"{name}") } else { format!("\"{name}\"") };
            !text.contains(&quoted)
        });
    });
    assert_eq!(listed, Vec::<&str>::new(), "no connector does this");
    let distinct: BTreeSet<&str> = OPERATIONS.iter().flat_map(|(_, names)| names.iter().copied()).collect();
    assert_eq!(distinct.len(), all);
    for errand in Errand::ALL.into_iter().filter(|errand| *errand != Errand::Other) {
        assert!(OPERATIONS.iter().any(|(known, _)| *known == errand), "{errand:?}");
    }
    assert_eq!((Errand::of("putRecord"), Errand::of("oauth.token")), (Errand::Publish, Errand::SignIn));
    assert_eq!(Errand::of("oauth"), Errand::Other);
}
