//! Commands on fixes.

pub mod agent;
pub mod apply;
pub mod list;
pub mod propose;
pub mod reject;
pub mod review;
pub mod show;

use clap::Args;

use crate::coord::fix::{Fix, Judged};

/// On what conditions a fix is judged.
#[derive(Debug, Clone, Default, Args)]
pub struct Conditions {
    /// Only if it is still at this version, the one that was read
    #[arg(long, value_name = "N")]
    pub if_version: Option<u64>,
    /// One's own fix, where the settings allow that
    #[arg(long)]
    pub self_review: bool,
}

impl Conditions {
    fn judged(&self) -> Judged {
        Judged {
            version: self.if_version,
            self_review: self.self_review,
        }
    }
}

/// A fix on a card.
fn card(fix: &Fix) -> String {
    let mut lines = vec![format!("Fix       {} (version {})", fix.id, fix.version)];
    let mut field = |name: &str, text: &str| lines.push(format!("{name:<9} {text}"));
    field("Title", &fix.title);
    field("Status", fix.state.word());
    field("Resolves", &fix.issue);
    field("By", &fix.implementer.name);
    if !fix.files.is_empty() {
        field("Files", &fix.files.join(", "));
    }
    if let Some(range) = &fix.lines {
        field("Lines", range);
    }
    field("Tested", &fix.test_results.line());
    lines.join("\n")
}
