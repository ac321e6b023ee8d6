//! Figures for paper and slides: an `Explanation` or a training `History` on any plotters backend, natively and
//! in the page. Pure: a figure depends only on what it shows.

mod allocation;
#[cfg(all(feature = "cli", not(target_arch = "wasm32")))]
mod bitmap;
mod csv;
mod curves;
mod error;
mod evidence;
mod explanation;
mod faithfulness;
mod figure;
mod flow;
mod font;
mod header;
mod heat;
mod history;
mod interaction;
mod label;
mod models;
mod palette;
mod plane;
#[cfg(all(feature = "cli", not(target_arch = "wasm32")))]
mod png;
mod sheet;
mod stored;
mod svg;
mod vector;
mod words;

pub use csv::{csv, history_csv};
pub use error::ChartError;
pub use explanation::{Chart, Excerpt};
pub use figure::{Drawn, Figure};
pub use models::Models;
pub use plane::Plane;
#[cfg(all(feature = "cli", not(target_arch = "wasm32")))]
pub use png::png;
pub use stored::{json, read};
pub use svg::svg;
