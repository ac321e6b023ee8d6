//! Which examples go into which batch.

use crate::model::{Padding, Stream};

/// Batches that are sorted together, so that texts of similar length meet without the order of an
/// epoch depending on length.
const BUCKET: usize = 50;

/// Shuffled batches of indices into `lengths`. If a batch is padded to its longest text, texts
/// of similar length share a batch.
pub(super) fn batches(
    lengths: &[usize],
    batch_size: usize,
    padding: Padding,
    stream: &mut Stream,
) -> Vec<Vec<usize>> {
    let mut order: Vec<usize> = (0..lengths.len()).collect();
    stream.shuffle(&mut order);
    if padding == Padding::Longest {
        for bucket in order.chunks_mut(batch_size * BUCKET) {
            bucket.sort_by_key(|&at| lengths[at]);
        }
    }
    let mut batches: Vec<Vec<usize>> = order.chunks(batch_size).map(<[usize]>::to_vec).collect();
    if padding == Padding::Longest {
        stream.shuffle(&mut batches);
    }
    batches
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_example_is_met_once_and_little_is_padded() {
        let lengths: Vec<usize> = (0..1000).map(|at| 1 + (at * 7919) % 60).collect();
        let batches = batches(&lengths, 32, Padding::Longest, &mut Stream::new(3));
        let mut met: Vec<usize> = batches.concat();
        met.sort_unstable();
        assert_eq!(met, (0..1000).collect::<Vec<_>>());
        let padded: usize = batches
            .iter()
            .map(|batch| batch.len() * batch.iter().map(|&at| lengths[at]).max().unwrap())
            .sum();
        let words: usize = lengths.iter().sum();
        assert!(
            padded < words * 11 / 10,
            "{padded} positions for {words} words"
        );
    }
}
