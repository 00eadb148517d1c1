//! `cargo xtask screenshots`: makes `docs/screenshots` of the pictures that the browser tests drew into `target/screenshots`.
//!
//! One sheet for each page or state, at half its size: a desk's window light and dark, then a phone's. Sheets, not single pictures: four
//! looks are compared at a glance, and the folder stays a tenth of what the tests draw.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, bail};

use crate::command::{self, root};

/// What the tests add to a page's name, in the order of a sheet.
const LOOKS: [&str; 4] = ["-1440-light", "-1440-dark", "-390-light", "-390-dark"];

/// Half the size, with a frame, beside each other.
const SHEET: &str = "[0]scale=iw/2:-1:flags=lanczos,pad=iw+12:ih+12:6:6:gray[a];\
    [1]scale=iw/2:-1:flags=lanczos,pad=iw+12:ih+12:6:6:gray[b];\
    [2]scale=iw/2:-1:flags=lanczos,pad=iw+12:ih+12:6:6:gray[c];\
    [3]scale=iw/2:-1:flags=lanczos,pad=iw+12:ih+12:6:6:gray[d];\
    [a][b][c][d]xstack=inputs=4:layout=0_0|w0_0|w0+w1_0|w0+w1+w2_0:fill=gray";

/// Makes all sheets and their index anew; sheets of pages that are no more go.
pub fn run(_: &[String]) -> anyhow::Result<bool> {
    let (from, to) = (root().join("target/screenshots"), root().join("docs/screenshots"));
    let pages = pages(&from)?;
    if pages.is_empty() {
        bail!("{} holds no pictures: run the browser tests first (`cargo xtask test`)", from.display());
    }
    fs::create_dir_all(&to).with_context(|| format!("{} could not be made", to.display()))?;
    for file in files(&to)? {
        if file.extension().is_some_and(|kind| kind == "webp") {
            fs::remove_file(&file).with_context(|| format!("{} could not be removed", file.display()))?;
        }
    }
    for (page, pictures) in &pages {
        sheet(pictures, &to.join(format!("{page}.webp")))?;
    }
    fs::write(to.join("README.md"), index(pages.keys()))?;
    println!("{} sheets in {}", pages.len(), to.display());
    Ok(true)
}

/// The pages that were drawn in every look.
fn pages(folder: &Path) -> anyhow::Result<BTreeMap<String, [PathBuf; 4]>> {
    let mut found = BTreeMap::new();
    for file in files(folder)? {
        let name = file.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let Some(page) = name.strip_suffix(LOOKS[0]) else { continue };
        let pictures = LOOKS.map(|look| folder.join(format!("{page}{look}.png")));
        if let Some(missing) = pictures.iter().find(|picture| !picture.is_file()) {
            bail!("{} is missing: that test did not come to its end", missing.display());
        }
        found.insert(page.to_owned(), pictures);
    }
    Ok(found)
}

fn files(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder).with_context(|| format!("{} could not be read", folder.display()))?;
    entries.map(|entry| Ok(entry?.path())).collect()
}

fn sheet(pictures: &[PathBuf; 4], to: &Path) -> anyhow::Result<()> {
    let mut ffmpeg = Command::new("ffmpeg");
    ffmpeg.args(["-v", "error", "-y"]);
    for picture in pictures {
        ffmpeg.arg("-i").arg(picture);
    }
    ffmpeg.args(["-filter_complex", SHEET, "-frames:v", "1"]);
    ffmpeg.args(["-c:v", "libwebp", "-quality", "60", "-compression_level", "6"]).arg(to);
    command::read(&mut ffmpeg).map(drop)
}

fn index<'a>(pages: impl Iterator<Item = &'a String>) -> String {
    let mut text = String::from(
        "# Screenshots\n\n\
         Every page and state that the browser tests draw, at half its size: a window of 1440 px light and dark, then a phone of 390 px.\n\
         Everything that can be unfolded is unfolded. `cargo xtask screenshots` makes this folder anew after the tests ran.\n\n",
    );
    for page in pages {
        // Writing into a string can't fail.
        let _ = writeln!(text, "- [{}]({page}.webp)", page.replace('-', " "));
    }
    text
}
