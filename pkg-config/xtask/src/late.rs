//! Modules that are built while the page is already shown, and what the page is told about them.

use std::fs;

use anyhow::Result;
use serde::Serialize;

use crate::bundle::{self, ModuleAsset, Page};
use crate::modules::{self, Module};
use crate::project::Project;
use crate::quality::Quality;

/// How far a module is; `www/src/building.js` reads it.
#[derive(Serialize)]
#[serde(tag = "state", rename_all = "lowercase")]
enum News {
    Building,
    Built { module: ModuleAsset },
    Failed { reason: String },
}

/// The modules that `page` was put together without.
pub(crate) fn of(page: &Page) -> impl Iterator<Item = Module> {
    Module::ALL
        .into_iter()
        .filter(|module| !page.assets.modules.contains_key(module.name()))
}

/// Tells the page that `module` is being built.
pub(crate) fn announce(page: &Page, module: Module) -> Result<()> {
    tell(page, module, &News::Building)
}

/// Builds `module` and tells the page; if it can't be built, both the terminal and the page say so, and the page stays.
pub(crate) fn build(
    project: &Project,
    quality: Quality,
    page: &Page,
    module: Module,
) -> Result<()> {
    let built = modules::build(project, module, quality)
        .and_then(|built| bundle::place(project, quality, &page.folder, module, &built));
    let news = match built {
        Ok(asset) => {
            println!("The page offers it now.");
            News::Built { module: asset }
        }
        Err(problem) => {
            eprintln!("Error: {problem:#}\nThe page continues without it.");
            News::Failed {
                reason: format!("{problem:#}"),
            }
        }
    };
    tell(page, module, &news)
}

/// Writes the news where the page looks for them: all at once, since it may be looking.
fn tell(page: &Page, module: Module, news: &News) -> Result<()> {
    let file = page.folder.join(format!("wasm/{}.json", module.name()));
    let fresh = file.with_extension("json.new");
    fs::write(&fresh, serde_json::to_string(news)?)?;
    Ok(fs::rename(fresh, file)?)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_page_is_told_what_its_script_understands() -> Result<()> {
        let failed = News::Failed {
            reason: "it broke".to_owned(),
        };
        let told = [
            serde_json::to_value(News::Building)?,
            serde_json::to_value(failed)?,
        ];
        assert_eq!(told[0], json!({"state": "building"}));
        assert_eq!(told[1], json!({"state": "failed", "reason": "it broke"}));
        Ok(())
    }
}
