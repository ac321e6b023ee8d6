//! What becomes of the words' neurons from block to block.

use super::mean::mean;
use super::{Allocated, LayerNumbers, LayerOutline, Matrix, TraceNumbers, allocate, sharing};

/// The outline of each block, first to last; empty if there is one block. Of the block that is shown, how the neurons
/// are `allocated` and the words' `sharing`, `n × n`, are known.
pub(super) fn outline_of_layers(
    trace: &TraceNumbers,
    allocated: &Allocated,
    sharing: &Matrix,
) -> Vec<LayerOutline> {
    if trace.layers.len() == 1 {
        return Vec::new();
    }
    let layers = trace.layers.iter().enumerate();
    let outlines = layers.map(|(at, layer)| match at == trace.shown() {
        true => outline(allocated, sharing),
        false => outline_of(layer),
    });
    outlines.collect()
}

fn outline_of(layer: &LayerNumbers) -> LayerOutline {
    let allocated = allocate(&layer.neurons);
    let shares = &allocated.allocation.shares;
    outline(&allocated, &sharing(shares, &allocated.counts))
}

fn outline(allocated: &Allocated, sharing: &Matrix) -> LayerOutline {
    let allocation = &allocated.allocation;
    let pairs = (0..sharing.rows).flat_map(|i| (0..i).map(move |k| (i, k)));
    LayerOutline {
        active: allocation.neurons.len(),
        polysemanticity: mean(allocation.polysemanticity.iter().copied()).unwrap_or_default(),
        sharing: mean(pairs.map(|(i, k)| f64::from(sharing.at(i, k)))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_part_share_less() {
        let layer = |u: [f32; 4]| LayerNumbers {
            attention: vec![],
            neurons: Matrix::new(2, 2, u.to_vec()),
        };
        let shared = outline_of(&layer([1.0, 1.0, 1.0, 1.0]));
        assert_eq!(
            (shared.active, shared.polysemanticity, shared.sharing),
            (2, 2.0, Some(1.0))
        );
        let apart = outline_of(&layer([1.0, 0.0, 0.0, 1.0]));
        assert_eq!(
            (apart.active, apart.polysemanticity, apart.sharing),
            (2, 1.0, Some(0.0))
        );
        let silent = outline_of(&layer([0.0; 4]));
        assert_eq!((silent.active, silent.sharing), (0, Some(0.0)));
        let alone = outline_of(&LayerNumbers {
            attention: vec![],
            neurons: Matrix::new(1, 2, vec![1.0, 0.0]),
        });
        assert_eq!((alone.active, alone.sharing), (1, None));
    }
}
