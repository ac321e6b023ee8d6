//! Where each parameter of a model is in one flat vector.

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param};
use burn::tensor::{Gradients, Tensor};

use crate::model::Classifier;

/// The alignment that a slice needs at both ends for a GPU to read it in place: 256 bytes.
const LINE: usize = 64;

/// Parts that are joined at once: a GPU program can read only a few buffers.
const FEW: usize = 6;

/// The order of parameters in a flat vector: that of the model's fields, but with those that fill
/// whole lines first, so that none of the others misaligns them. Zeros fill the last line.
pub(super) struct Flat {
    /// Those before it are left out.
    first: u64,
    /// Where those that do not fill whole lines begin.
    odd_at: usize,
}

impl Flat {
    /// The order of `model`'s parameters from the id `first` on, and their values, `[N]`.
    pub(super) fn of(model: &Classifier, first: u64) -> (Self, Tensor<1>) {
        let parts = Parts::of(model, first, None);
        let odd_at = parts.even.iter().map(|part| part.dims()[0]).sum();
        (Self { first, odd_at }, parts.joined())
    }

    /// The gradients of `model`'s parameters, `[N]`; 0 for those without one.
    pub(super) fn gradients(&self, model: &Classifier, gradients: &mut Gradients) -> Tensor<1> {
        Parts::of(model, self.first, Some(gradients)).joined()
    }

    /// Puts `values`, `[N]`, into `model`.
    pub(super) fn put(&self, model: Classifier, values: &Tensor<1>) -> Classifier {
        model.map(&mut Put {
            first: self.first,
            values,
            even_at: 0,
            odd_at: self.odd_at,
        })
    }
}

fn fills_lines(count: usize) -> bool {
    count.is_multiple_of(LINE)
}

/// Collects parameters, or their gradients, as flat vectors.
struct Parts<'a> {
    first: u64,
    gradients: Option<&'a mut Gradients>,
    /// Those that fill whole lines.
    even: Vec<Tensor<1>>,
    odd: Vec<Tensor<1>>,
}

impl<'a> Parts<'a> {
    fn of(model: &Classifier, first: u64, gradients: Option<&'a mut Gradients>) -> Self {
        let mut parts = Self {
            first,
            gradients,
            even: Vec::new(),
            odd: Vec::new(),
        };
        model.visit(&mut parts);
        parts
    }

    fn joined(self) -> Tensor<1> {
        let odd: usize = self.odd.iter().map(|part| part.dims()[0]).sum();
        let mut parts = [self.even, self.odd].concat();
        if !fills_lines(odd) {
            let rest = vec![0.0f32; LINE - odd % LINE];
            let device = parts[0].device();
            parts.push(Tensor::from_data(rest.as_slice(), &device));
        }
        while parts.len() > FEW {
            parts = parts
                .chunks(FEW)
                .map(|parts| Tensor::cat(parts.to_vec(), 0))
                .collect();
        }
        Tensor::cat(parts, 0)
    }
}

impl ModuleVisitor for Parts<'_> {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        if param.id.val() < self.first {
            return;
        }
        let value = param.val();
        let part = match &mut self.gradients {
            None => value.without_autodiff(),
            Some(gradients) => value
                .grad_remove(gradients)
                .unwrap_or_else(|| value.without_autodiff().zeros_like()),
        };
        let part: Tensor<1> = part.flatten(0, D - 1);
        if fills_lines(part.dims()[0]) {
            self.even.push(part);
        } else {
            self.odd.push(part);
        }
    }
}

/// Puts flat values into a model, each where [`Parts::joined`] placed it.
struct Put<'a> {
    first: u64,
    values: &'a Tensor<1>,
    /// Where the next parameter that fills whole lines begins.
    even_at: usize,
    /// Where the next other one begins.
    odd_at: usize,
}

impl ModuleMapper for Put<'_> {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        if param.id.val() < self.first {
            return param;
        }
        let (id, shape) = (param.id, param.val().shape());
        let count = shape.num_elements();
        let at = if fills_lines(count) {
            &mut self.even_at
        } else {
            &mut self.odd_at
        };
        let value = self.values.clone().narrow(0, *at, count).reshape(shape);
        *at += count;
        Param::initialized(id, value.autodiff().require_grad())
    }
}
