//! Figures for paper and slides, natively: an `Explanation` or a training
//! `History` on any plotters backend. Pure: a figure depends only on what it shows.

mod allocation;
mod bitmap;
mod curves;
mod error;
mod evidence;
mod explanation;
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
mod save;
mod sheet;
mod words;

pub use error::ChartError;
pub use figure::{Drawn, Figure};
pub use models::Models;
pub use plane::Plane;
pub use save::{png, svg};
