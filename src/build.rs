//! Embeds `queries/` and `reports/` in the binary: writes a sorted list of (path, text) for the catalogue. Names the code that
//! derives facts by a digest, so that facts which an older program left in a lake are not taken for today's.

use std::fmt::Write as _;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    println!("cargo:rerun-if-changed={}", folder.display());
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else if path.extension().is_none_or(|extension| extension != "md") {
            println!("cargo:rerun-if-changed={}", path.display());
            files.push(path);
        }
    }
    Ok(())
}

fn main() -> io::Result<()> {
    println!("cargo:rerun-if-changed=src/build.rs");
    let mut files = Vec::new();
    for root in ["queries", "reports"] {
        println!("cargo:rerun-if-changed={root}");
        if Path::new(root).is_dir() {
            collect(Path::new(root), &mut files)?;
        }
    }
    files.sort();
    let mut code = String::from("&[\n");
    for file in &files {
        let name = file.to_string_lossy().replace('\\', "/");
        // From the package's folder: several checkouts may share a target folder.
        // Writing to a String cannot fail.
        let _ = writeln!(code, "    ({name:?}, include_str!(concat!(env!(\"CARGO_MANIFEST_DIR\"), \"/{name}\"))),");
    }
    code.push_str("]\n");
    let mut code_of_facts = Vec::new();
    for root in ["src/arithmetic", "src/facts"] {
        collect(Path::new(root), &mut code_of_facts)?;
    }
    code_of_facts.sort();
    let mut digest = DefaultHasher::new();
    for file in &code_of_facts {
        fs::read(file)?.hash(&mut digest);
    }
    println!("cargo:rustc-env=NINES_FACTS={:016x}", digest.finish());
    let out = env::var("OUT_DIR").map_err(io::Error::other)?;
    fs::write(Path::new(&out).join("embedded.rs"), code)
}
