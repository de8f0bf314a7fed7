//! Links the program so that it starts fast: each command is a process of its own.
//!
//! It lies at a fixed address, because one that may lie anywhere in memory is moved to its place at every
//! start; and the unwinder is a part of it instead of a library that is looked for, mapped and bound. The
//! two take a fifth off the time of a short command. The price: who finds a way to write into its memory
//! knows where its code is. Stack, heap and libraries still lie at random places.

use std::env::var;
use std::path::{Path, PathBuf};
use std::process::Command;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let target = |name| var(name).unwrap_or_default();
    let linux = target("CARGO_CFG_TARGET_OS") == "linux" && target("CARGO_CFG_TARGET_ENV") == "gnu";
    let known = ["x86_64", "aarch64"].contains(&target("CARGO_CFG_TARGET_ARCH").as_str());
    if !linux || !known || target("HOST") != target("TARGET") {
        return;
    }
    println!("cargo:rustc-link-arg-bins=-no-pie");
    if let (Some(archive), Ok(out)) = (unwinder(), var("OUT_DIR")) {
        // Another compiler has it elsewhere.
        println!("cargo:rerun-if-changed={}", archive.display());
        match stand_in(Path::new(&out), &archive) {
            Ok(()) => println!("cargo:rustc-link-arg-bins=-L{out}"),
            Err(error) => println!("cargo:warning=the unwinder is not linked in: {error}"),
        }
    }
}

/// The C compiler's static unwinder, if there is one.
fn unwinder() -> Option<PathBuf> {
    let asked = Command::new("cc")
        .arg("-print-file-name=libgcc_eh.a")
        .output()
        .ok()?;
    let path = PathBuf::from(String::from_utf8(asked.stdout).ok()?.trim());
    // A compiler that does not know it repeats the name.
    path.is_absolute().then_some(path)
}

/// Rust asks for the library by name; a linker's script of that name leads to the archive.
fn stand_in(directory: &Path, archive: &Path) -> std::io::Result<()> {
    let script = format!("INPUT(\"{}\")\n", archive.display());
    std::fs::write(directory.join("libgcc_s.so"), script)
}
