//! The classifier on Burn: its sizes, its parameters, its forward pass and what that shows.

mod ablation;
mod architecture;
mod batch;
mod block;
mod changed;
mod checksum;
mod classifier;
mod config;
mod contributions;
mod evidence;
mod gate;
mod here;
mod layer;
mod neuron_rows;
mod noise;
mod packed;
mod parameters;
mod random;
mod read;
mod slopes;
mod softmax;
mod trace;
mod vectors;
mod weights;
mod winners;

pub use ablation::{Ablation, BlockAblation};
pub use architecture::{Activation, Architecture, Pooler, PositionVectors};
pub use batch::{Batch, Whole};
pub use block::{Block, JoinedHeads, LayerTrace, WriteBack};
pub use checksum::checksum;
pub(crate) use classifier::pool;
pub use classifier::{Classifier, Constants, Positions, sinusoids};
pub use config::{ConfigError, ModelConfig, PadEmbedding, Padding, Pooling, Reading, Readout};
pub use contributions::Contributions;
pub use gate::Gate;
pub(crate) use here::is_here;
pub use layer::Layer;
pub use neuron_rows::NeuronRows;
pub use noise::Noise;
pub use random::{Stream, StreamPosition};
pub use read::{ReadError, read};
pub use trace::Trace;
pub(crate) use vectors::WORD_TABLE;
pub use vectors::{begin_at_vectors, scale_embeddings};
pub use weights::{
    Array, Weights, WeightsError, check_weights, initial_weights, parameter_count,
    parameter_shapes, renew_head,
};
pub use winners::Winners;
pub(crate) use winners::relative_to_strongest_pair;
