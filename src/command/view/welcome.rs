//! `welcome`.

use clap::Args;

use super::ViewCx;
use crate::command::spec::{Reply, Run};
use crate::error::Result;

/// Show the five keys one begins with, as on the first start; any key puts them away
#[derive(Debug, Clone, Args)]
pub struct Welcome {}

impl Run<ViewCx<'_>> for Welcome {
    fn run(self, cx: &mut ViewCx<'_>) -> Result<Reply> {
        cx.view()?.welcome = true;
        Ok(Reply::none())
    }
}
