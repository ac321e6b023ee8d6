//! The only source of randomness of a run, on the host (method §3.5): Burn's backends have
//! global generators of their own, which differ.

use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};
use serde::{Deserialize, Serialize};

/// A seeded ChaCha stream whose position can be stored and resumed.
#[derive(Clone, Debug)]
pub struct Stream {
    seed: u64,
    rng: ChaCha8Rng,
}

/// The position of a [`Stream`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StreamPosition {
    /// Seed of the run.
    pub seed: u64,
    /// 32-bit words drawn so far.
    pub word: u64,
}

impl Stream {
    /// Starts the stream of a run.
    pub fn new(seed: u64) -> Self {
        Self {
            seed,
            rng: ChaCha8Rng::seed_from_u64(seed),
        }
    }

    /// Resumes a stream where it was.
    pub fn at(position: StreamPosition) -> Self {
        let mut stream = Self::new(position.seed);
        stream.rng.set_word_pos(u128::from(position.word));
        stream
    }

    /// Passes over `words` 32-bit words, as if they had been drawn.
    pub fn skip(&mut self, words: usize) {
        let at = self.rng.get_word_pos() + words as u128;
        self.rng.set_word_pos(at);
    }

    /// Where the stream is.
    pub fn position(&self) -> StreamPosition {
        let word =
            u64::try_from(self.rng.get_word_pos()).expect("a run draws fewer than 2^64 words");
        StreamPosition {
            seed: self.seed,
            word,
        }
    }

    /// `count` draws from N(0, 1).
    pub fn normal(&mut self, count: usize) -> Vec<f32> {
        (0..count)
            .map(|_| StandardNormal.sample(&mut self.rng))
            .collect()
    }

    /// `count` draws, uniform on [−bound, bound).
    pub fn uniform(&mut self, count: usize, bound: f32) -> Vec<f32> {
        (0..count)
            .map(|_| (self.unit() * 2.0 - 1.0) * bound)
            .collect()
    }

    /// `count` draws from the standard logistic distribution: the difference of two Gumbels,
    /// which is all that a two-way Gumbel-softmax needs.
    pub fn logistic(&mut self, count: usize) -> Vec<f32> {
        (0..count)
            .map(|_| {
                let u = f64::from(self.rng.next_u32()) + 0.5;
                let u = u / 2f64.powi(32);
                (u / (1.0 - u)).ln() as f32
            })
            .collect()
    }

    /// A dropout mask of `count` factors: 0 with probability `p`, otherwise 1/(1 − p).
    pub fn dropout(&mut self, count: usize, p: f64) -> Vec<f32> {
        let threshold = (p * 2f64.powi(32)) as u32;
        let scale = (1.0 / (1.0 - p)) as f32;
        (0..count)
            .map(|_| {
                if self.rng.next_u32() < threshold {
                    0.0
                } else {
                    scale
                }
            })
            .collect()
    }

    /// Shuffles `items` (Fisher–Yates).
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.rng.random_range(0..=last));
        }
    }

    /// A draw from 0 to `count` − 1, all equally likely.
    ///
    /// # Panics
    /// If `count` is 0.
    pub fn index(&mut self, count: usize) -> usize {
        self.rng.random_range(0..count)
    }

    fn unit(&mut self) -> f32 {
        (self.rng.next_u32() >> 8) as f32 / (1u32 << 24) as f32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_goes_on_where_it_stood() {
        let mut stream = Stream::new(7);
        stream.normal(5);
        stream.dropout(3, 0.5);
        let position = stream.position();
        let rest = (stream.logistic(4), stream.normal(4));
        let mut again = Stream::at(position);
        assert_eq!(rest, (again.logistic(4), again.normal(4)));
    }

    #[test]
    fn what_is_passed_over_counts_as_drawn() {
        for words in [0, 1, 15, 16, 17, 1000] {
            let [mut drawn, mut passed] = [Stream::new(7), Stream::new(7)];
            drawn.dropout(3 + words, 0.5);
            passed.dropout(3, 0.5);
            passed.skip(words);
            assert_eq!(drawn.logistic(40), passed.logistic(40), "{words} words");
        }
    }

    #[test]
    fn draws_have_their_moments() {
        let mut stream = Stream::new(1);
        let moments = |draws: &[f32]| {
            let n = draws.len() as f64;
            let mean = draws.iter().map(|&x| f64::from(x)).sum::<f64>() / n;
            let var = draws
                .iter()
                .map(|&x| (f64::from(x) - mean).powi(2))
                .sum::<f64>()
                / n;
            (mean, var)
        };
        let (mean, var) = moments(&stream.normal(100_000));
        assert!(
            mean.abs() < 0.02 && (var - 1.0).abs() < 0.03,
            "{mean} {var}"
        );
        let (mean, var) = moments(&stream.logistic(100_000));
        let expected = std::f64::consts::PI.powi(2) / 3.0;
        assert!(
            mean.abs() < 0.03 && (var - expected).abs() < 0.1,
            "{mean} {var}"
        );
        let (mean, var) = moments(&stream.dropout(100_000, 0.1));
        assert!(
            (mean - 1.0).abs() < 0.01 && (var - 1.0 / 9.0).abs() < 0.01,
            "{mean} {var}"
        );
    }
}
