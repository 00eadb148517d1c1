//! `cargo xtask new-platform <name>`: a folder to begin with, which compiles and passes the conformance suite. Its text lies
//! in `xtask/platform/`, as a small made-up network called Newnet, and is tested there.

use std::path::Path;

use anyhow::{Context, bail};

use crate::command::root;

const TEMPLATE: &str = "xtask/platform";
const PLATFORMS: &str = "crates/connectors/src/platforms";
const REGISTRY: &str = "crates/connectors/src/registry.rs";

/// Runs the command.
pub fn run(arguments: &[String]) -> anyhow::Result<bool> {
    let [name] = arguments else { bail!("say one name: cargo xtask new-platform <name>") };
    check(name)?;
    let root = root();
    let folder = root.join(PLATFORMS).join(name);
    if folder.exists() {
        bail!("there is a platform `{name}` already");
    }
    let list = root.join(PLATFORMS).join("mod.rs");
    let registry = root.join(REGISTRY);
    let (list_text, registry_text) = (std::fs::read_to_string(&list)?, std::fs::read_to_string(&registry)?);
    let new_list = with_module(&list_text, name)?;
    let new_registry = with_platform(&registry_text, name)?;

    copy(&root.join(TEMPLATE), &folder, name)?;
    std::fs::write(list, new_list)?;
    std::fs::write(registry, new_registry)?;
    println!(
        "Made {PLATFORMS}/{name} and registered it.\n\n\
         Next: cargo fmt && cargo nextest run -p carillon-connectors\n\
         then replace, file by file, what is Newnet's with what the network documents: docs/guides/adding-a-platform.md"
    );
    Ok(true)
}

/// A name in settings, API, database and Rust: lower-case ASCII, beginning with a letter.
fn check(name: &str) -> anyhow::Result<()> {
    let fine = name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    // Words of Rust that a network might be called.
    let word =
        ["box", "loop", "match", "move", "mod", "self", "super", "type", "use", "where"].contains(&name);
    if !fine || word || name == "newnet" {
        bail!(
            "`{name}` can't be a platform's name; use lower-case letters, digits and _, beginning with a letter"
        );
    }
    Ok(())
}

fn copy(from: &Path, to: &Path, name: &str) -> anyhow::Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from).with_context(|| format!("{} is missing", from.display()))? {
        let entry = entry?;
        let text = std::fs::read_to_string(entry.path())?;
        std::fs::write(to.join(entry.file_name()), renamed(&text, name))?;
    }
    Ok(())
}

fn renamed(text: &str, name: &str) -> String {
    text.replace("Newnet", &title(name)).replace("newnet", name)
}

/// The name as a type and a title: `google_business` becomes `GoogleBusiness`.
fn title(name: &str) -> String {
    let capital = |word: &str| {
        let mut letters = word.chars();
        let first = letters.next().map(|c| c.to_ascii_uppercase());
        first.into_iter().chain(letters).collect::<String>()
    };
    name.split('_').map(capital).collect()
}

/// The list of platform modules with one more, in order.
fn with_module(text: &str, name: &str) -> anyhow::Result<String> {
    let new = format!("pub mod {name};");
    let mut lines: Vec<&str> = text.lines().collect();
    let modules = |line: &&str| line.starts_with("pub mod ") && line.ends_with(';');
    let after = lines.iter().position(|line| modules(line) && *line > new.as_str());
    let last = lines.iter().rposition(modules).context("no list of modules in platforms/mod.rs")?;
    lines.insert(after.unwrap_or(last + 1), &new);
    Ok(lines.join("\n") + "\n")
}

/// The registry with one more word in `platforms!`, in order.
fn with_platform(text: &str, name: &str) -> anyhow::Result<String> {
    let (before, rest) = text.split_once("\nplatforms! {").context("no `platforms!` in the registry")?;
    let (names, after) = rest.split_once('}').context("`platforms!` has no end")?;
    let mut names: Vec<&str> = names.split(',').map(str::trim).filter(|name| !name.is_empty()).collect();
    names.push(name);
    names.sort_unstable();
    Ok(format!("{before}\nplatforms! {{ {} }}{after}", names.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_platform_is_registered_in_order() {
        let list = "//! Doc.\n\npub mod bluesky;\npub mod x;\n\n#[cfg(test)]\npub(crate) mod newnet;\n";
        let expected = "//! Doc.\n\npub mod bluesky;\npub mod flickr;\npub mod x;\n\n#[cfg(test)]\npub(crate) mod newnet;\n";
        assert_eq!(with_module(list, "flickr").expect("list"), expected);
        assert!(with_module(list, "zulip").expect("list").contains("pub mod x;\npub mod zulip;\n"));
        let registry = "macro_rules! platforms {}\n\nplatforms! { bluesky, x }\n\nfn f() {}\n";
        let expected = "macro_rules! platforms {}\n\nplatforms! { bluesky, flickr, x }\n\nfn f() {}\n";
        assert_eq!(with_platform(registry, "flickr").expect("registry"), expected);
    }

    #[test]
    fn every_mention_is_renamed() {
        let text =
            renamed("pub static CONNECTOR: Newnet; name: \"newnet\"; NewnetNetwork", "google_business");
        assert_eq!(
            text,
            "pub static CONNECTOR: GoogleBusiness; name: \"google_business\"; GoogleBusinessNetwork"
        );
    }

    #[test]
    fn impossible_names_are_refused() {
        for name in ["", "Flickr", "9gag", "type", "a-b", "newnet", "a b"] {
            assert!(check(name).is_err(), "{name:?}");
        }
        assert!(check("flickr").is_ok());
    }

    #[test]
    fn the_repository_has_the_places_to_register_at() {
        let root = root();
        let list = std::fs::read_to_string(root.join(PLATFORMS).join("mod.rs")).expect("list");
        let registry = std::fs::read_to_string(root.join(REGISTRY)).expect("registry");
        assert!(with_module(&list, "aaa").is_ok() && with_platform(&registry, "aaa").is_ok());
        assert!(root.join(TEMPLATE).join("mod.rs").is_file());
    }
}
