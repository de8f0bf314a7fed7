//! `list-issues`, `claim-issue` and `release-issue`: the words and flags of older tools, in which the
//! agent is named by a flag. They do what their newer names do.

use std::time::Duration;

use clap::Args;

use super::claim::IssueClaim;
use super::list::IssueList;
use super::patience;
use super::release::IssueRelease;
use crate::command::spec::{Reply, Run};
use crate::command::store::StoreCx;
use crate::coord::issue::Severity;
use crate::error::Result;

/// List the issues that can be claimed, by severity
///
/// stoa list-issues --severity critical
#[derive(Debug, Clone, Args)]
pub struct ListIssues {
    /// Who asks
    #[arg(long, value_name = "NAME")]
    pub agent: Option<String>,
    /// Only of this severity
    #[arg(long, value_enum, ignore_case = true)]
    pub severity: Option<Severity>,
}

impl Run<StoreCx> for ListIssues {
    fn run(self, cx: &mut StoreCx) -> Result<Reply> {
        let list = IssueList {
            severity: self.severity,
            status: Vec::new(),
            available: true,
            mine: false,
            limit: 100,
        };
        list.run(cx)
    }
}

/// Claim an issue as an agent, waiting 30 seconds for whoever has it
///
/// stoa claim-issue --agent Forge --issue ISSUE-1
#[derive(Debug, Clone, Args)]
pub struct ClaimIssue {
    /// Who claims it [default: the acting session]
    #[arg(long, value_name = "NAME")]
    pub agent: Option<String>,
    /// The issue
    #[arg(long, value_name = "ID")]
    pub issue: String,
    /// How long to wait if somebody has it
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = patience)]
    pub wait: Duration,
}

impl Run<StoreCx> for ClaimIssue {
    fn run(self, cx: &mut StoreCx) -> Result<Reply> {
        if self.agent.is_some() {
            cx.actor = self.agent;
        }
        let claim = IssueClaim {
            issue: self.issue,
            wait: Some(self.wait),
            ttl: None,
            reason: None,
        };
        claim.run(cx)
    }
}

/// Give an issue back as an agent
///
/// stoa release-issue --agent Forge --issue ISSUE-1 --reason "no time"
#[derive(Debug, Clone, Args)]
pub struct ReleaseIssue {
    /// Who releases it [default: the acting session]
    #[arg(long, value_name = "NAME")]
    pub agent: Option<String>,
    /// The issue
    #[arg(long, value_name = "ID")]
    pub issue: String,
    /// Why
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
}

impl Run<StoreCx> for ReleaseIssue {
    fn run(self, cx: &mut StoreCx) -> Result<Reply> {
        if self.agent.is_some() {
            cx.actor = self.agent;
        }
        let release = IssueRelease {
            issue: self.issue,
            reason: self.reason,
            token: None,
        };
        release.run(cx)
    }
}
