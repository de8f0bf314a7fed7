//! `fix show`.

use clap::Args;
use serde_json::json;

use crate::command::issue::with_next;
use crate::command::spec::{Reply, Run};
use crate::command::store::StoreCx;
use crate::coord::moment::shown;
use crate::error::{Error, Result};

/// Show one fix: its approach, its tests, what others said
///
/// stoa fix show FIX-1
#[derive(Debug, Clone, Args)]
pub struct FixShow {
    /// Its id
    #[arg(value_name = "ID")]
    pub fix: String,
}

impl Run<StoreCx> for FixShow {
    fn run(self, cx: &mut StoreCx) -> Result<Reply> {
        let Some(coord) = cx.existing()? else {
            return Err(Error::not_found(
                "there is no fix: nothing has been proposed yet",
            ));
        };
        let fix = coord.fix(&self.fix)?;
        let mut lines = vec![super::card(&fix)];
        lines.push(format!("{:<9} {}", "Proposed", shown(fix.proposed)));
        if let Some(applied) = &fix.applied {
            lines.push(format!(
                "{:<9} {} by {}",
                "Applied",
                shown(applied.at),
                applied.by.name
            ));
        }
        if let Some(rejected) = &fix.rejected {
            lines.push(format!(
                "{:<9} {} by {}: {}",
                "Rejected",
                shown(rejected.at),
                rejected.by.name,
                rejected.reason
            ));
        }
        if let Some(text) = &fix.approach {
            lines.push(String::new());
            lines.extend(text.lines().map(|line| format!("  {line}")));
        }
        if !fix.reviews.is_empty() {
            lines.push("\nreviews:".to_owned());
        }
        for review in &fix.reviews {
            let note = review.note.as_ref().map(|note| format!(": {note}"));
            lines.push(format!(
                "  {} {} version {}{}",
                review.by.name,
                review.verdict.past(),
                review.version,
                note.unwrap_or_default()
            ));
        }
        let (id, version) = (&fix.id, fix.version);
        let next = match fix.state.is_open() {
            true => vec![
                format!("stoa fix review {id} --approve --if-version {version}"),
                format!("stoa fix apply {id} --if-version {version}"),
                format!("stoa fix reject {id} --reason \"WHY\""),
            ],
            false => vec![format!("stoa issue show {}", fix.issue)],
        };
        Ok(with_next(lines.join("\n"), json!({ "fix": fix }), &next))
    }
}
