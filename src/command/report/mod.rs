//! `report issues`, `report fixes`, `report activity` and `report all`.

use clap::Args;
use serde_json::{Map, json};

use super::spec::{Reply, Run};
use super::store::StoreCx;
use crate::coord::report::{Report, Subject};
use crate::error::Result;

/// Report on the issues: by severity and status, with ages and owners
///
/// stoa report issues --save
#[derive(Debug, Clone, Args)]
pub struct ReportIssues {
    /// Keep it as reports/issues.md in the state directory
    #[arg(long)]
    pub save: bool,
}

/// Report on the fixes: who made them, who vouches for them, how they were tested
///
/// stoa report fixes --json
#[derive(Debug, Clone, Args)]
pub struct ReportFixes {
    /// Keep it as reports/fixes.md in the state directory
    #[arg(long)]
    pub save: bool,
}

/// Report on who did what, refused attempts too
///
/// stoa report activity
#[derive(Debug, Clone, Args)]
pub struct ReportActivity {
    /// Keep it as reports/activity.md in the state directory
    #[arg(long)]
    pub save: bool,
}

/// Report on issues, fixes and activity
///
/// stoa report all --save
#[derive(Debug, Clone, Args)]
pub struct ReportAll {
    /// Keep them below reports/ in the state directory
    #[arg(long)]
    pub save: bool,
}

/// Save all reports, as an agent or as nobody in particular
///
/// stoa generate-reports
#[derive(Debug, Clone, Args)]
pub struct GenerateReports {
    /// Who saves them
    #[arg(long, value_name = "NAME")]
    pub agent: Option<String>,
}

impl Run<StoreCx> for GenerateReports {
    fn run(self, cx: &mut StoreCx) -> Result<Reply> {
        if self.agent.is_some() {
            cx.actor = self.agent;
        }
        report(cx, &Subject::ALL, true)
    }
}

impl Run<StoreCx> for ReportIssues {
    fn run(self, cx: &mut StoreCx) -> Result<Reply> {
        report(cx, &[Subject::Issues], self.save)
    }
}

impl Run<StoreCx> for ReportFixes {
    fn run(self, cx: &mut StoreCx) -> Result<Reply> {
        report(cx, &[Subject::Fixes], self.save)
    }
}

impl Run<StoreCx> for ReportActivity {
    fn run(self, cx: &mut StoreCx) -> Result<Reply> {
        report(cx, &[Subject::Activity], self.save)
    }
}

impl Run<StoreCx> for ReportAll {
    fn run(self, cx: &mut StoreCx) -> Result<Reply> {
        report(cx, &Subject::ALL, self.save)
    }
}

fn report(cx: &mut StoreCx, subjects: &[Subject], save: bool) -> Result<Reply> {
    let by = match (save, cx.actor.is_some()) {
        (true, true) => Some(cx.actor()?),
        _ => None,
    };
    let coord = cx.coord()?;
    let made: Result<Vec<Report>> = subjects
        .iter()
        .map(|subject| coord.report(*subject))
        .collect();
    let made = made?;
    let mut data = Map::new();
    for report in &made {
        data.insert(report.meta.name.clone(), json!(report));
    }
    if !save {
        let texts: Vec<String> = made.iter().map(Report::markdown).collect();
        return Ok(Reply::new(texts.join("\n"), json!(data)));
    }
    coord.save_reports(by.as_ref(), &made)?;
    let state = cx.state.display();
    let lines: Vec<String> = made
        .iter()
        .map(|report| {
            let meta = &report.meta;
            format!(
                "saved {state}/reports/{}.md at revision {}",
                meta.name, meta.revision
            )
        })
        .collect();
    Ok(Reply::new(lines.join("\n"), json!(data)))
}
