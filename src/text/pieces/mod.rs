//! Word pieces, as BERT reads a text (Devlin et al. 2019, §3; WordPiece: Schuster & Nakajima 2012).

mod letters;
mod reading;
mod word_piece;

pub use reading::Pieces;
pub(super) use reading::SpelledWord;
pub(super) use word_piece::Piece;
