//! `task split`.

use clap::Args;

use super::data;
use crate::command::spec::{Reply, Run};
use crate::command::store::StoreCx;
use crate::coord::task::{Analysis, SplitTask, record};
use crate::error::Result;

/// Split a task into parts that can be claimed, by its own text or into given ones
///
/// The text's sections, checklist, numbered steps or list become the parts. Steps wait for one
/// another, the others do not, unless their words ask for an order. The task is completed when all
/// of its parts are.
///
/// stoa task split NEWS --into "Write the changes" --into "Draw the numbers"
#[derive(Debug, Clone, Args)]
pub struct Split {
    /// Which task
    pub id: String,
    /// A part, instead of what the text says; repeat it for each
    #[arg(long, value_name = "PART")]
    pub into: Vec<String>,
    /// Only show how it would be split, and why
    #[arg(long)]
    pub analyze: bool,
    /// Each part waits for the one before
    #[arg(long, conflicts_with = "parallel")]
    pub in_order: bool,
    /// All parts can be done at once
    #[arg(long)]
    pub parallel: bool,
    /// Although it has parts already, which stay
    #[arg(long)]
    pub force: bool,
}

fn strategy(analysis: &Analysis) -> String {
    let mut text = match analysis.can_parallelize {
        true => "can be done side by side".to_owned(),
        false => "cannot be done side by side".to_owned(),
    };
    text.push_str(&format!(": {}", analysis.reasons.join("; ")));
    text
}

impl Run<StoreCx> for Split {
    fn run(self, cx: &mut StoreCx) -> Result<Reply> {
        record::check_id(&self.id)?;
        let request = SplitTask {
            in_order: match (self.in_order, self.parallel) {
                (true, _) => Some(true),
                (_, true) => Some(false),
                _ => None,
            },
            id: self.id,
            into: self.into,
            force: self.force,
        };
        if self.analyze {
            let analysis = cx.coord()?.analyze_task(&request)?;
            let mut text = format!("{} {}", request.id, strategy(&analysis));
            for part in &analysis.parts {
                text.push_str(&format!("\n  - {}", part.description));
            }
            return Ok(Reply::new(text, data(&analysis)?));
        }
        let actor = cx.acting()?;
        let done = cx.coord()?.split_task(&actor, &request)?;
        let mut text = match done.parts.as_slice() {
            [_] => format!(
                "{} has one part more, it is completed when all are",
                request.id
            ),
            parts => format!(
                "split {} into {} parts, it is completed when they are",
                request.id,
                parts.len()
            ),
        };
        for part in &done.parts {
            text.push_str(&format!("\n  {} {}", part.task_id, part.description));
            if !part.blocked_by.is_empty() {
                text.push_str(&format!(" (waits for {})", part.blocked_by.join(", ")));
            }
        }
        match request.in_order {
            None => text.push_str(&format!("\n{}", strategy(&done.analysis))),
            Some(true) => text.push_str("\none after the other, as you said"),
            Some(false) => text.push_str("\nside by side, as you said"),
        }
        let each = done.parts.first().and_then(|part| part.estimate_minutes);
        if let Some(hint) = crate::coord::task::add::size_hint(each) {
            text.push_str(&format!("\nhint: each part of {hint}"));
        }
        Ok(Reply::new(text, data(&done)?))
    }
}
