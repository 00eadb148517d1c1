//! `cargo xtask vendor`: fetches the files of others again that a `vendor.toml` names (browser files, fonts of the report), and compares
//! them with what it says.
//!
//! The files are committed, so nobody needs Node to build; this is for updating them and for proving where they came from.
//! To update: change the version, run it, and copy the integrity and hashes that it names after checking them.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, bail};
use serde::Deserialize;

use crate::command;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Manifest {
    package: Vec<Package>,
    icons: Option<Icons>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Package {
    name: String,
    version: String,
    licence: String,
    /// Of the package's archive, as the registry states it.
    integrity: String,
    /// Target beside the manifest → path inside the package.
    files: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Icons {
    /// Name of the package that they are taken from.
    package: String,
    outline: Vec<String>,
    filled: Vec<String>,
}

#[derive(Deserialize)]
struct Packed {
    filename: String,
    integrity: String,
}

/// Folders with a `vendor.toml`.
const FOLDERS: [&str; 2] = ["crates/server/static/vendor", "crates/engine/fonts"];

/// Fetches and compares; `Ok(false)` when something differs.
pub fn run(_: &[String]) -> anyhow::Result<bool> {
    let mut same = true;
    for folder in FOLDERS {
        same &= compare(&command::root().join(folder))?;
    }
    Ok(same)
}

fn compare(folder: &Path) -> anyhow::Result<bool> {
    let text = fs::read_to_string(folder.join("vendor.toml")).context("reading vendor.toml")?;
    let manifest: Manifest = toml::from_str(&text).context("reading vendor.toml")?;
    let scratch = command::root().join("target/vendor");
    fs::create_dir_all(&scratch)?;
    let mut same = true;
    for package in &manifest.package {
        let Some(unpacked) = fetch(package, &scratch)? else {
            same = false;
            continue;
        };
        if let Some(licence) = package_licence(&unpacked)?
            && licence != package.licence
        {
            println!("{}: the licence is {licence}, vendor.toml says {}", package.name, package.licence);
            same = false;
        }
        for (target, source) in &package.files {
            let target = folder.join(target);
            let bytes =
                fs::read(unpacked.join(source)).with_context(|| format!("{}: {source}", package.name))?;
            replace(&target, &bytes)?;
        }
        if let Some(icons) = manifest.icons.as_ref().filter(|icons| icons.package == package.name) {
            replace(&folder.join("icons.svg"), sprite(icons, &unpacked)?.as_bytes())?;
        }
    }
    Ok(same)
}

/// Downloads and unpacks a package; nothing when its archive is not the one that the manifest pins.
fn fetch(package: &Package, scratch: &Path) -> anyhow::Result<Option<PathBuf>> {
    let wanted = format!("{}@{}", package.name, package.version);
    let mut npm = Command::new("npm");
    npm.current_dir(scratch).args(["pack", "--json", "--loglevel=error", &wanted]);
    let packed: Vec<Packed> =
        serde_json::from_str(&command::read(&mut npm)?).context("reading npm's answer")?;
    let Some(packed) = packed.first() else { bail!("npm packed nothing for {wanted}") };
    if packed.integrity != package.integrity {
        println!(
            "{wanted}: the archive has integrity\n  {}\nbut vendor.toml pins\n  {}",
            packed.integrity, package.integrity
        );
        return Ok(None);
    }
    let folder = scratch.join(packed.filename.trim_end_matches(".tgz"));
    fs::create_dir_all(&folder)?;
    let mut tar = Command::new("tar");
    tar.arg("xzf").arg(scratch.join(&packed.filename)).arg("-C").arg(&folder);
    command::read(&mut tar)?;
    Ok(Some(folder.join("package")))
}

/// As the package states it; some state it in their LICENSE file only.
fn package_licence(unpacked: &Path) -> anyhow::Result<Option<String>> {
    let text = fs::read_to_string(unpacked.join("package.json"))?;
    let package: serde_json::Value = serde_json::from_str(&text)?;
    Ok(package["license"].as_str().map(str::to_owned))
}

fn replace(target: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    if fs::read(target).is_ok_and(|old| old == bytes) {
        return Ok(());
    }
    println!("wrote {}", target.display());
    if let Some(folder) = target.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(target, bytes)?;
    Ok(())
}

/// One file of all icons that are used, each a symbol under its name.
fn sprite(icons: &Icons, unpacked: &Path) -> anyhow::Result<String> {
    let mut text = String::from("<svg xmlns=\"http://www.w3.org/2000/svg\">\n");
    let outline = icons.outline.iter().map(|name| (name, "outline", name.clone()));
    let filled = icons.filled.iter().map(|name| (name, "filled", format!("{name}-filled")));
    for (name, style, id) in outline.chain(filled) {
        let file = unpacked.join("icons").join(style).join(format!("{name}.svg"));
        let svg = fs::read_to_string(&file).with_context(|| format!("there is no {style} icon `{name}`"))?;
        let body = svg.split_once("<svg").and_then(|(_, rest)| rest.split_once('>')).map(|(_, body)| body);
        let Some(body) = body.and_then(|b| b.rsplit_once("</svg>")).map(|(body, _)| body) else {
            bail!("{} is not an icon", file.display());
        };
        let paint = if style == "outline" {
            r#"fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round""#
        } else {
            r#"fill="currentColor""#
        };
        let shapes: Vec<&str> =
            body.lines().map(str::trim).filter(|l| !l.is_empty() && !is_bounds(l)).collect();
        writeln!(text, r#"<symbol id="{id}" viewBox="0 0 24 24" {paint}>{}</symbol>"#, shapes.join(""))?;
    }
    text.push_str("</svg>\n");
    Ok(text)
}

/// The invisible square that every icon begins with.
fn is_bounds(line: &str) -> bool {
    line.contains(r#"stroke="none" d="M0 0h24v24H0z""#)
}
