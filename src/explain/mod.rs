//! What a model's answer rests on, measured on plain numbers: the functions of
//! method §4 and §5, the [`Explanation`] that they make up, and the
//! [`History`] that training leaves behind.

mod allocation;
mod answers;
mod before_after;
mod build;
mod by_words;
mod capacity;
mod changes;
mod collapse;
mod deletion;
mod doubt;
mod evidence;
mod explanation;
mod fact;
mod gram;
mod history;
mod interaction;
mod layers;
mod matrix;
mod mean;
mod neurons;
mod pairs;
mod plausibility;
mod prediction;
mod said;
mod score;
mod selection;
mod sentences;
mod steering;
mod stored;
mod trace;

pub use allocation::{Allocated, allocate};
pub use answers::{faithfulness_in_words, flip_in_words};
pub use before_after::{BeforeAfter, WordChange};
pub use build::explain;
pub use by_words::ByWords;
pub use capacity::capacity;
pub use changes::Changes;
pub use collapse::{attention_entropy, largest_key_mass, mean_norm};
pub use deletion::Deletion;
pub use evidence::{centred, evidence, margin_factor, parts, weighed, word_contributions};
pub use explanation::{
    Allocation, Cut, EXPLANATION_VERSION, Evidence, Explanation, Interaction, LITTLE_KNOWN,
    LayerOutline, Margin, Origin, Piece, Prediction, Word, known_words,
};
pub use fact::shortened;
pub use gram::Gram;
pub use history::{EpochRecord, HISTORY_VERSION, History, HistoryError};
pub use interaction::{attention_received, mean_over_heads, shared, sharing, weighted_sharing};
pub use matrix::Matrix;
pub use mean::mean;
pub use neurons::{
    AblationEffect, BriefCard, LISTED, NEURON_CARDS_VERSION, NeuronCard, NeuronCards,
    NeuronStatistics, Selectivity, StrongestPlace, WordShare,
};
pub use plausibility::{auc, rank_correlation, token_f1};
pub use prediction::{argmax, log_odds, negative_log_likelihood, predict, softmax};
pub use score::{RedistributionScore, redistribution_score};
pub use selection::{Selection, kept, most_kept, weights_of};
pub use sentences::{Part, Sentences, margin_name, signed};
pub use steering::Steering;
pub use stored::ExplanationError;
pub use trace::{Below, ContributionNumbers, LayerNumbers, TraceNumbers};
