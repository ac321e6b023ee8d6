//! Sentences as trees in which every phrase has a sentiment, as the treebank
//! writes them.

use std::ops::Range;

use crate::text::Tokenizer;

/// A sentence and its labelled phrases. Kept flat, as spans over the words, so
/// that depth costs nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tree {
    leaves: Vec<String>,
    nodes: Vec<Node>,
}

/// A phrase of a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// Sentiment, from 0 (very negative) through 2 (neutral) to 4 (very positive).
    pub label: u8,
    /// Which of the sentence's words it spans; one word for a leaf.
    pub words: Range<usize>,
}

impl Tree {
    /// Sentiment of the whole sentence, 0 to 4.
    pub fn label(&self) -> u8 {
        self.nodes[0].label
    }

    /// The words, normalised, with the treebank's escapes undone.
    pub fn leaves(&self) -> &[String] {
        &self.leaves
    }

    /// All phrases, each before those inside it, so that the first is the
    /// sentence itself.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// Sentiment of each word by itself, 0 to 4.
    pub fn word_labels(&self) -> Vec<u8> {
        let mut labels = vec![0; self.leaves.len()];
        // A leaf comes after the one-word phrases that contain it, so its label wins.
        for node in self.nodes.iter().filter(|node| node.words.len() == 1) {
            labels[node.words.start] = node.label;
        }
        labels
    }
}

/// A line that is not a labelled tree.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {problem}")]
pub struct TreeError {
    /// The line, counted from 1.
    pub line: usize,
    /// What is wrong with it.
    pub problem: TreeProblem,
}

/// What is wrong with a line.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TreeProblem {
    /// A node does not start with a sentiment.
    #[error("there is \"{0}\" where a label from 0 to 4 belongs")]
    Label(String),
    /// A word or bracket is where none can be.
    #[error("there is \"{0}\" where it cannot be")]
    Misplaced(String),
    /// A node has neither a word nor phrases inside it.
    #[error("a node holds no word")]
    Empty,
    /// The line ends inside a node.
    #[error("a bracket is not closed")]
    Unclosed,
}

/// Parses one tree per line, the words normalised for a model that reads `words`; empty lines are
/// skipped.
///
/// # Errors
/// At the first line that is not a labelled tree.
pub fn parse_trees(text: &str, words: Tokenizer) -> Result<Vec<Tree>, TreeError> {
    text.lines()
        .zip(1..)
        .filter(|(content, _)| !content.trim().is_empty())
        .map(|(content, line)| {
            parse_tree(content, words).map_err(|problem| TreeError { line, problem })
        })
        .collect()
}

fn parse_tree(line: &str, words: Tokenizer) -> Result<Tree, TreeProblem> {
    let mut leaves = Vec::new();
    let mut nodes: Vec<Node> = Vec::new();
    let mut open: Vec<Open> = Vec::new();
    let mut pieces = pieces(line);
    while let Some(piece) = pieces.next() {
        match (piece, open.last_mut()) {
            (
                "(",
                Some(Open {
                    holds: Holds::Word, ..
                }),
            ) => return misplaced(piece),
            ("(", None) if !nodes.is_empty() => return misplaced(piece),
            ("(", parent) => {
                if let Some(parent) = parent {
                    parent.holds = Holds::Nodes;
                }
                let label = label(pieces.next().unwrap_or_default())?;
                open.push(Open {
                    node: nodes.len(),
                    holds: Holds::Nothing,
                });
                nodes.push(Node {
                    label,
                    words: leaves.len()..leaves.len(),
                });
            }
            (
                ")",
                Some(Open {
                    holds: Holds::Nothing,
                    ..
                }),
            ) => return Err(TreeProblem::Empty),
            (")", Some(closed)) => {
                nodes[closed.node].words.end = leaves.len();
                open.pop();
            }
            (word, Some(leaf)) if leaf.holds == Holds::Nothing => {
                leaf.holds = Holds::Word;
                leaves.push(words.normalise(&unescape(word)));
            }
            _ => return misplaced(piece),
        }
    }
    if open.is_empty() && !nodes.is_empty() {
        Ok(Tree { leaves, nodes })
    } else {
        Err(TreeProblem::Unclosed)
    }
}

/// A node whose bracket is not closed yet.
struct Open {
    node: usize,
    holds: Holds,
}

#[derive(PartialEq)]
enum Holds {
    Nothing,
    Word,
    Nodes,
}

fn misplaced<T>(piece: &str) -> Result<T, TreeProblem> {
    Err(TreeProblem::Misplaced(piece.to_owned()))
}

/// Brackets, and what is between them and plain spaces. (A no-break space
/// belongs to its word: the treebank has "2 1/2" as one.)
fn pieces(line: &str) -> impl Iterator<Item = &str> {
    line.split_inclusive([' ', '(', ')'])
        .flat_map(|part| {
            let (word, end) = part.split_at(part.trim_end_matches([' ', '(', ')']).len());
            [word, end]
        })
        .filter(|piece| !piece.is_empty() && *piece != " ")
}

fn label(piece: &str) -> Result<u8, TreeProblem> {
    match piece.parse() {
        Ok(label @ 0..=4) => Ok(label),
        _ => Err(TreeProblem::Label(piece.to_owned())),
    }
}

/// Undoes the Penn Treebank's escapes of brackets, slashes and stars.
fn unescape(leaf: &str) -> String {
    match leaf {
        "-LRB-" => "(".to_owned(),
        "-RRB-" => ")".to_owned(),
        _ => leaf.replace("\\/", "/").replace("\\*", "*"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tree_is_its_words_and_their_labelled_spans() {
        let text = "(3 (2 A) (4 (3 rare) (2 gem)))\r\n\n(1 (2 and\\/or) (1 -LRB-))\n";
        let trees = parse_trees(text, Tokenizer::Typed).unwrap();
        assert_eq!(trees[0].label(), 3);
        assert_eq!(trees[0].leaves(), ["a", "rare", "gem"]);
        let spans: Vec<_> = trees[0]
            .nodes()
            .iter()
            .map(|node| (node.label, node.words.clone()))
            .collect();
        assert_eq!(
            spans,
            [(3, 0..3), (2, 0..1), (4, 1..3), (3, 1..2), (2, 2..3)]
        );
        assert_eq!(trees[1].leaves(), ["and/or", "("]);
    }

    #[test]
    fn broken_lines_are_named_with_what_is_wrong() {
        use TreeProblem::*;
        for (line, problem) in [
            ("(5 word)", Label("5".into())),
            ("((2 word))", Label("(".into())),
            ("(2 word", Unclosed),
            ("(2", Unclosed),
            ("(2)", Empty),
            ("(2 (3 a) ())", Label(")".into())),
            ("(2 two words)", Misplaced("words".into())),
            ("(2 (3 a) word)", Misplaced("word".into())),
            ("(2 word (3 a))", Misplaced("(".into())),
            ("(2 word))", Misplaced(")".into())),
            ("(2 a) (2 b)", Misplaced("(".into())),
            ("word", Misplaced("word".into())),
        ] {
            let error = parse_trees(&format!("(2 fine)\n{line}"), Tokenizer::Typed).unwrap_err();
            assert_eq!(error, TreeError { line: 2, problem }, "{line}");
        }
        let deep = "(2 ".repeat(100_000);
        let error = parse_trees(&deep, Tokenizer::Typed).unwrap_err();
        assert_eq!(error.problem, Unclosed);
    }
}
