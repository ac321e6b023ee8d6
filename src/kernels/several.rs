//! Operations with several results, which Burn's gradients do not know.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use burn::backend::autodiff::checkpoint::{base::Checkpointer, strategy::CheckpointStrategy};
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, Backend};

/// The gradients of the `N` results of an operation, kept until all that there will be are known.
#[derive(Debug)]
pub(super) struct Several<B: Backend, const N: usize>(Arc<Mutex<[Option<FloatTensor<B>>; N]>>);

impl<B: Backend, const N: usize> Clone for Several<B, N> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<B: Backend, const N: usize> Several<B, N> {
    pub(super) fn new() -> Self {
        Self(Arc::new(Mutex::new([const { None }; N])))
    }

    /// The results as tensors that follow from the `trunk`, which is what the operation itself has as its result.
    pub(super) fn follow<C: CheckpointStrategy>(
        &self,
        trunk: &FloatTensor<Autodiff<B, C>>,
        results: [FloatTensor<B>; N],
    ) -> [FloatTensor<Autodiff<B, C>>; N] {
        let mut at = 0;
        results.map(|result| {
            let one = One { at };
            at += 1;
            match one.prepare::<C>([trunk.node()]).compute_bound().stateful() {
                OpsKind::Tracked(prepared) => prepared.finish(self.clone(), result),
                OpsKind::UnTracked(prepared) => prepared.finish(result),
            }
        })
    }

    /// The gradients of the results; `None` for those that lead nowhere.
    pub(super) fn take(&self) -> [Option<FloatTensor<B>>; N] {
        self.locked().each_mut().map(Option::take)
    }

    fn locked(&self) -> MutexGuard<'_, [Option<FloatTensor<B>>; N]> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One of the results.
#[derive(Debug)]
struct One<const N: usize> {
    at: usize,
}

impl<B: Backend, const N: usize> Backward<B, 1> for One<N> {
    type State = Several<B, N>;

    fn backward(self, ops: Ops<Self::State, 1>, gradients: &mut Gradients, _: &mut Checkpointer) {
        let gradient = gradients.consume::<B>(&ops.node);
        let mut several = ops.state.locked();
        let is_first = several.iter().all(Option::is_none);
        let [trunk] = ops.parents;
        // Burn goes on to the trunk only if that has a gradient: any will do, once.
        if let Some(trunk) = trunk.filter(|_| is_first) {
            gradients.register::<B>(trunk.id, gradient.clone());
        }
        several[self.at] = Some(gradient);
    }
}
