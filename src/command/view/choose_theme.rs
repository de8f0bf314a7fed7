//! `choose-theme`.

use clap::Args;
use serde_json::json;

use super::ViewCx;
use crate::command::spec::{Reply, Run};
use crate::error::{Error, Result};
use crate::model::overlay::Overlay;

/// Choose a theme from a list, seeing each as the cursor is on it; or name one
///
/// Enter keeps it for all terminals until the server ends; to keep it for good, put the name into
/// config.toml. auto follows the terminal's background. Themes of your own are files in themes/ beside
/// config.toml, each with a base and the roles that look different.
#[derive(Debug, Clone, Args)]
pub struct ChooseTheme {
    /// The theme, without a list
    pub name: Option<String>,
}

impl Run<ViewCx<'_>> for ChooseTheme {
    fn run(self, cx: &mut ViewCx<'_>) -> Result<Reply> {
        let config = cx.server.state.config.clone();
        let names = config.themes.names();
        if let Some(name) = self.name {
            if config.themes.is_broken(&name) {
                let file = format!("themes/{name}.toml");
                let mut reports = config.reports.iter();
                let report = reports.find(|report| report.starts_with(&file));
                let why = report.map_or(file.as_str(), String::as_str);
                let error = Error::refused(format!("the theme {name:?} has a mistake: {why}"));
                return Err(error.with_hint("mend the file; it is read again at once"));
            }
            if !config.themes.knows(&name) {
                let error = Error::not_found(format!("there is no theme {name:?}"));
                return Err(error.with_hint(format!("there are {}", names.join(", "))));
            }
            let text = match name == config.settings.theme {
                true => format!("theme {name}, as in config.toml"),
                false => format!("theme {name}; to keep it, put theme = {name:?} into config.toml"),
            };
            let data = json!({ "theme": name });
            cx.server.state.theme = Some(name);
            return Ok(Reply::new(text, data));
        }
        let state = &cx.server.state;
        let now = state.theme.as_ref().unwrap_or(&config.settings.theme);
        let selected = names.iter().position(|name| name == now).unwrap_or(0);
        cx.view()?.overlay = Some(Overlay::Themes { names, selected });
        Ok(Reply::none())
    }
}
