//! Word pieces, as BERT reads a text (Devlin et al. 2019, §3; WordPiece: Schuster & Nakajima 2012).

mod letters;
mod reading;
mod rules;
mod word_piece;

pub(super) use reading::SpelledWord;
pub use rules::Pieces;
pub(super) use word_piece::Piece;
