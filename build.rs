//! Lists the built pages, so that the binary holds them; without them it says how to build them.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    let pages = root.join("ui/dist");
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=ui/dist");
    // Two checkouts may share a target folder, and each has pages of its own.
    println!("cargo::rerun-if-env-changed=TIDEMILL_ROOT");
    let mut files = Vec::new();
    collect(&pages, &pages, &mut files);
    files.sort();
    let mut text = String::from("static FILES: &[File] = &[\n");
    for name in &files {
        let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
        // Maps are for those who build, and the list of files is for tools.
        if matches!(ending, "br" | "gz" | "map") || name.starts_with(".vite/") {
            continue;
        }
        let include =
            |name: &str| format!("include_bytes!({:?})", pages.join(name).to_string_lossy());
        let packed = |ending: &str| {
            let name = format!("{name}.{ending}");
            match files.contains(&name) {
                true => format!("Some({})", include(&name)),
                false => "None".to_owned(),
            }
        };
        let _ = writeln!(
            text,
            "    File {{ path: {name:?}, bytes: {}, br: {}, gz: {} }},",
            include(name),
            packed("br"),
            packed("gz")
        );
    }
    text.push_str("];\n");
    fs::write(out.join("pages.rs"), text).expect("the output folder can be written to");
}

/// The files below a folder, by their paths with `/`.
fn collect(root: &Path, folder: &Path, files: &mut Vec<String>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(root, &path, files);
        } else if let Ok(inside) = path.strip_prefix(root) {
            files.push(inside.to_string_lossy().replace('\\', "/"));
        }
    }
}
