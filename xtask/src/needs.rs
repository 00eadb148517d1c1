//! What the tests need from the machine beside Rust and a C compiler.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::bail;

use crate::command::{self, find, is_root, run};
use crate::peers;

/// The oldest Node that the third-party Bluesky server runs on.
const NODE_MAJOR: u32 = 20;

/// A program that must be there, and the Debian packages that bring it.
struct Program {
    what: &'static str,
    found: fn() -> bool,
    packages: &'static [&'static str],
}

const PROGRAMS: &[Program] = &[
    Program {
        what: "git: the rules of the text look at the files that are tracked",
        found: || find("git", &[]).is_some(),
        packages: &["git"],
    },
    Program {
        what: "PostgreSQL server (initdb, postgres): the second database of every store test",
        found: || postgres_folder().is_some(),
        packages: &["postgresql"],
    },
    Program { what: "Chromium: the browser tests", found: || chromium().is_some(), packages: &["chromium"] },
    Program {
        what: "ffmpeg and ffprobe: the video tests",
        found: || find("ffmpeg", &[]).is_some() && find("ffprobe", &[]).is_some(),
        packages: &["ffmpeg"],
    },
    Program {
        what: "Node.js and npm: the third-party servers that connectors are tested against",
        found: || find("node", &[]).is_some() && find("npm", &[]).is_some(),
        packages: &["nodejs", "npm"],
    },
    Program {
        what: "g++, make and python3: a native module of the Bluesky server",
        found: || ["g++", "make", "python3"].iter().all(|name| find(name, &[]).is_some()),
        packages: &["g++", "make", "python3"],
    },
];

/// The programs that the tests are told about.
pub struct Found {
    /// Folder with `initdb` and `postgres`.
    pub postgres: PathBuf,
    /// The browser.
    pub chromium: PathBuf,
    /// The JavaScript runtime.
    pub node: PathBuf,
}

/// Finds everything, after getting what is missing where `install` says so. `None` when something is missing; what and
/// how to get it has been printed.
pub fn gather(root: &Path, install: bool) -> anyhow::Result<Option<Found>> {
    if install {
        get_missing(root)?;
    }
    let missing = missing(root);
    if missing.is_empty() {
        let (Some(postgres), Some(chromium), Some(node)) = (postgres_folder(), chromium(), find("node", &[]))
        else {
            bail!("a program was removed while this ran; run it again");
        };
        return Ok(Some(Found { postgres, chromium, node }));
    }
    println!("Missing for the tests:");
    for item in &missing {
        println!("  {}\n      {}", item.what, item.command);
    }
    println!("\nOr let this get all of it (Debian, as root):\n      cargo xtask test --install");
    Ok(None)
}

struct Missing {
    what: String,
    command: String,
}

fn missing(root: &Path) -> Vec<Missing> {
    let mut list: Vec<Missing> = PROGRAMS
        .iter()
        .filter(|program| !(program.found)())
        .map(|program| Missing { what: program.what.to_owned(), command: apt_line(program.packages) })
        .collect();
    if let Some(major) = node_major().filter(|major| *major < NODE_MAJOR) {
        list.push(Missing {
            what: format!("Node.js {NODE_MAJOR} or newer (this machine's is {major})"),
            command: format!("npm install --global node@{NODE_MAJOR}"),
        });
    }
    if find("cargo-nextest", &[]).is_none() {
        list.push(Missing {
            what: "cargo-nextest: runs the tests".to_owned(),
            command: "cargo install cargo-nextest --locked".to_owned(),
        });
    }
    let peers = peers::ALL.iter().filter(|peer| !peer.is_installed(root));
    list.extend(peers.map(|peer| Missing {
        what: peer.what.to_owned(),
        command: "cargo xtask test --install".to_owned(),
    }));
    list
}

/// The servers of the job queues that bursts are compared with.
const QUEUE_PROGRAMS: &[Program] = &[
    Program {
        what: "Redis server: what BullMQ keeps its jobs in",
        found: || find("redis-server", &[]).is_some(),
        packages: &["redis-server"],
    },
    Program {
        what: "PostgreSQL server and client: what the other job queues keep their jobs in",
        found: || postgres_folder().is_some() && find("psql", &[]).is_some(),
        packages: &["postgresql"],
    },
    Program {
        what: "Node.js and npm: they install the job queues and their own Node",
        found: || find("node", &[]).is_some() && find("npm", &[]).is_some(),
        packages: &["nodejs", "npm"],
    },
];

/// Whether everything is there to compare bursts with job queues, after getting what is missing where `install` says so.
/// What is missing and how to get it has been printed.
pub fn queues(root: &Path, install: bool) -> anyhow::Result<bool> {
    are_there(root, (QUEUE_PROGRAMS, &peers::QUEUES), install, "cargo xtask bench publish --install")
}

/// The browser that pages are measured in, and what installs what measures them.
const PAGE_PROGRAMS: &[Program] = &[
    Program {
        what: "Chromium: what opens the pages",
        found: || chromium().is_some(),
        packages: &["chromium"],
    },
    Program {
        what: "Node.js and npm: they install Lighthouse and its own Node",
        found: || find("node", &[]).is_some() && find("npm", &[]).is_some(),
        packages: &["nodejs", "npm"],
    },
];

/// The browser, if everything is there to measure pages in it, after getting what is missing where `install` says so. What is
/// missing and how to get it has been printed.
pub fn pages(root: &Path, install: bool) -> anyhow::Result<Option<PathBuf>> {
    let all = (PAGE_PROGRAMS, &peers::LIGHTHOUSE);
    Ok(if are_there(root, all, install, "cargo xtask bench pages --install")? { chromium() } else { None })
}

fn are_there(
    root: &Path,
    (programs, peer): (&[Program], &peers::Peer),
    install: bool,
    command: &str,
) -> anyhow::Result<bool> {
    if install {
        get(programs)?;
        peer.install(root)?;
        return Ok(true);
    }
    let missing: Vec<&Program> = programs.iter().filter(|program| !(program.found)()).collect();
    for program in &missing {
        println!("Missing: {}\n      {}", program.what, apt_line(program.packages));
    }
    let installed = peer.is_installed(root);
    if !installed {
        println!("Missing: {}", peer.what);
    }
    if !installed || !missing.is_empty() {
        println!("Get all of it (Debian, as root):\n      {command}");
    }
    Ok(installed && missing.is_empty())
}

/// Has Debian install what is missing of these.
fn get(programs: &[Program]) -> anyhow::Result<()> {
    let packages: Vec<&str> =
        programs.iter().filter(|program| !(program.found)()).flat_map(|p| p.packages).copied().collect();
    if packages.is_empty() {
        return Ok(());
    }
    if find("apt-get", &[]).is_none() || !is_root() {
        bail!(
            "--install uses apt-get and so works on Debian as root only. By hand:\n      {}",
            apt_line(&packages)
        );
    }
    println!("Installing {}", packages.join(", "));
    let apt = || {
        let mut apt = Command::new("apt-get");
        // In runlevel 1 a package does not start its server; whoever needs one starts their own.
        apt.env("DEBIAN_FRONTEND", "noninteractive").env("RUNLEVEL", "1");
        apt
    };
    run(apt().arg("update"))?;
    run(apt().args(["install", "-y", "--no-install-recommends"]).args(&packages))
}

fn get_missing(root: &Path) -> anyhow::Result<()> {
    get(PROGRAMS)?;
    if node_major().is_some_and(|major| major < NODE_MAJOR) {
        println!("Installing Node.js {NODE_MAJOR}");
        run(Command::new("npm").args(["install", "--global"]).arg(format!("node@{NODE_MAJOR}")))?;
    }
    if find("cargo-nextest", &[]).is_none() {
        println!("Installing cargo-nextest");
        run(Command::new("cargo").args(["install", "cargo-nextest", "--locked"]))?;
    }
    peers::ALL.iter().try_for_each(|peer| peer.install(root))
}

fn apt_line(packages: &[&str]) -> String {
    format!("apt-get update && apt-get install -y --no-install-recommends {}", packages.join(" "))
}

/// The folder of PostgreSQL's programs. Debian keeps them off `PATH`, in one folder per version; a link on `PATH` leads
/// to one such folder.
/// Folder with `initdb` and `postgres`, if they are installed.
pub fn postgres_folder() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut folders: Vec<PathBuf> = versions.map(|version| version.path().join("bin")).collect();
    folders.sort();
    folders.reverse();
    let linked = find("initdb", &[]).and_then(|link| link.canonicalize().ok());
    folders.extend(linked.as_deref().and_then(Path::parent).map(Path::to_path_buf));
    let complete = |folder: &PathBuf| {
        ["initdb", "postgres", "pg_isready"].iter().all(|name| folder.join(name).is_file())
    };
    folders.into_iter().find(complete)
}

fn chromium() -> Option<PathBuf> {
    ["chromium", "chromium-browser", "google-chrome"].iter().find_map(|name| find(name, &[]))
}

fn node_major() -> Option<u32> {
    let version = command::read(Command::new("node").arg("--version")).ok()?;
    version.trim_start_matches('v').split('.').next()?.parse().ok()
}
