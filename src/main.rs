//! `stoa`: parse the command line, run it, say what came of it, exit with the right code.

use std::process::ExitCode;

fn main() -> ExitCode {
    stoa::cli::main(std::env::args_os().skip(1).collect())
}
