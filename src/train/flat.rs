//! Where each parameter of a model is in one flat vector.

use std::collections::BTreeSet;

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param};
use burn::tensor::{Gradients, Tensor};

use crate::model::{Classifier, is_here};

/// The alignment that a slice needs at both ends for a GPU to read it in place: 256 bytes.
const LINE: usize = 64;

/// Parts that a GPU joins at once: its programs can read only a few buffers.
const FEW: usize = 6;

/// The order of parameters in a flat vector: that of the model's fields, but with those that fill
/// whole lines first, so that none of the others misaligns them. Zeros fill the last line.
pub(super) struct Flat {
    /// Ids of those that are in it.
    ids: BTreeSet<u64>,
    /// Where those that do not fill whole lines begin.
    odd_at: usize,
}

impl Flat {
    /// The order of those of `model`'s parameters that have a gradient, but for the one that is moved `apart`, and
    /// their values, `[N]`.
    pub(super) fn of(model: &Classifier, apart: Option<u64>) -> (Self, Tensor<1>) {
        let mut learning = Learning(BTreeSet::new());
        model.visit(&mut learning);
        let mut ids = learning.0;
        apart.map(|id| ids.remove(&id));
        let parts = Parts::of(model, &ids, Take::Values);
        let odd_at = parts.even.iter().map(|part| part.dims()[0]).sum();
        let values = parts.joined();
        (Self { ids, odd_at }, values)
    }

    /// The gradients of `model`'s parameters, `[N]`; 0 for those without one.
    pub(super) fn gradients(&self, model: &Classifier, gradients: &mut Gradients) -> Tensor<1> {
        Parts::of(model, &self.ids, Take::Gradients(gradients)).joined()
    }

    /// 1 where the values are a matrix's, and 0 where they are a bias's or a norm's, `[N]`.
    pub(super) fn matrices(&self, model: &Classifier) -> Tensor<1> {
        Parts::of(model, &self.ids, Take::Matrices).joined()
    }

    /// Puts `values`, `[N]`, into `model`.
    pub(super) fn put(&self, model: Classifier, values: &Tensor<1>) -> Classifier {
        model.map(&mut Put {
            ids: &self.ids,
            values,
            even_at: 0,
            odd_at: self.odd_at,
        })
    }
}

fn fills_lines(count: usize) -> bool {
    count.is_multiple_of(LINE)
}

/// Ids of the parameters that have a gradient.
struct Learning(BTreeSet<u64>);

impl ModuleVisitor for Learning {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        if param.val().is_require_grad() {
            self.0.insert(param.id.val());
        }
    }
}

/// What is taken of each parameter.
enum Take<'a> {
    Values,
    Gradients(&'a mut Gradients),
    /// 1 for each number of a matrix, 0 for any other.
    Matrices,
}

/// Collects what is taken of parameters as flat vectors.
struct Parts<'a> {
    ids: &'a BTreeSet<u64>,
    take: Take<'a>,
    /// Those that fill whole lines.
    even: Vec<Tensor<1>>,
    odd: Vec<Tensor<1>>,
}

impl<'a> Parts<'a> {
    fn of(model: &Classifier, ids: &'a BTreeSet<u64>, take: Take<'a>) -> Self {
        let mut parts = Self {
            ids,
            take,
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
        while parts.len() > FEW && !is_here(&parts[0].device()) {
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
        if !self.ids.contains(&param.id.val()) {
            return;
        }
        let value = param.val();
        let part = match &mut self.take {
            Take::Values => value.without_autodiff(),
            Take::Gradients(gradients) => value
                .grad_remove(gradients)
                .unwrap_or_else(|| value.without_autodiff().zeros_like()),
            Take::Matrices if D > 1 => value.without_autodiff().ones_like(),
            Take::Matrices => value.without_autodiff().zeros_like(),
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
    ids: &'a BTreeSet<u64>,
    values: &'a Tensor<1>,
    /// Where the next parameter that fills whole lines begins.
    even_at: usize,
    /// Where the next other one begins.
    odd_at: usize,
}

impl ModuleMapper for Put<'_> {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        if !self.ids.contains(&param.id.val()) {
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
