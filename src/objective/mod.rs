//! What training minimises: cross-entropy plus SAFR's two losses (method §3).

pub(crate) mod earlier;
mod forms;
mod layers;
mod losses;
mod norm;
mod pairs;
mod penalties;
pub mod published;
pub(crate) mod range;
pub mod scale_free;
mod tensors;
mod total;
mod words;

pub use forms::{Apart, Family, GateGuard, Overlap, Pairs, RateOf, ScaleFree, Space, Weight};
pub use layers::Layers;
pub use losses::{LossNumbers, Losses, cross_entropy};
pub use penalties::Penalties;
pub(crate) use tensors::label_column;
pub use total::{NoSuchLayer, Objective};
