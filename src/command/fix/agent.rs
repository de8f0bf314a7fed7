//! `propose-fix` and `apply-fix`: the words and flags of older tools, in which the agent is named by a
//! flag. They do what their newer names do.

use clap::Args;

use super::Conditions;
use super::apply::FixApply;
use super::propose::FixPropose;
use crate::command::spec::{Reply, Run};
use crate::command::store::StoreCx;
use crate::error::Result;

/// Propose a fix as an agent
///
/// stoa propose-fix --agent Forge --fix fix_011 --issue issue_007 --title "Keep tabs" --approach "Tabs
/// are cells" --files "a.py,b.py" --lines "100-150" --tested --test-notes "all 27 cases"
#[derive(Debug, Clone, Args)]
pub struct ProposeFix {
    /// Who proposes it [default: the acting session]
    #[arg(long, value_name = "NAME")]
    pub agent: Option<String>,
    /// What is proposed.
    #[command(flatten)]
    pub proposal: FixPropose,
}

impl Run<StoreCx> for ProposeFix {
    fn run(self, cx: &mut StoreCx) -> Result<Reply> {
        if self.agent.is_some() {
            cx.actor = self.agent;
        }
        self.proposal.run(cx)
    }
}

/// Apply a fix as an agent
///
/// stoa apply-fix --agent Quill --fix fix_011
#[derive(Debug, Clone, Args)]
pub struct ApplyFix {
    /// Who applies it [default: the acting session]
    #[arg(long, value_name = "NAME")]
    pub agent: Option<String>,
    /// The fix
    #[arg(long, value_name = "ID")]
    pub fix: String,
    /// On what conditions.
    #[command(flatten)]
    pub conditions: Conditions,
}

impl Run<StoreCx> for ApplyFix {
    fn run(self, cx: &mut StoreCx) -> Result<Reply> {
        if self.agent.is_some() {
            cx.actor = self.agent;
        }
        let apply = FixApply {
            fix: self.fix,
            conditions: self.conditions,
        };
        apply.run(cx)
    }
}
