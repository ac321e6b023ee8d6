//! Between a classifier on a device and its parameters as plain arrays.

use burn::module::{Param, ParamId};
use burn::nn::{LayerNorm, LayerNormConfig, Linear};
use burn::tensor::{Device, Tensor, TensorData};

use super::classifier::positions;
use super::{
    Array, Block, Classifier, Gate, ModelConfig, ReadError, Weights, WeightsError, check_weights,
};

impl Classifier {
    /// Puts a model on a device.
    ///
    /// # Errors
    /// If the weights are not those of such a model.
    pub fn new(
        config: &ModelConfig,
        weights: &Weights,
        device: &Device,
    ) -> Result<Self, WeightsError> {
        check_weights(config, weights)?;
        let mut place = Place { weights, device, placed: 0 };
        Ok(Self {
            embedding: place.parameter("embedding.weight"),
            positions: positions(config, device),
            gate: Gate {
                hidden: place.linear("vmask.linear_layer"),
                decision: place.linear("vmask.hidden2p"),
            },
            keep_table: None,
            blocks: (0..config.layers).map(|at| place.block(at, config.heads)).collect(),
            head: place.linear("fc"),
            config: config.clone(),
        })
    }

    /// Reads all parameters, in one readback.
    ///
    /// # Errors
    /// If the device fails to answer.
    pub async fn weights(&self) -> Result<Weights, ReadError> {
        let parts = self.parameters();
        let flat = parts.iter().map(|part| part.flat.clone()).collect();
        let values = super::read(Tensor::cat(flat, 0)).await?;
        let mut rest = values.as_slice();
        let mut weights = Weights::new();
        for part in parts {
            let (values, behind) = rest.split_at(part.shape.iter().product());
            rest = behind;
            weights.insert(part.name, Array { shape: part.shape, values: values.to_vec() });
        }
        Ok(weights)
    }

    /// Every parameter with its name, in PyTorch's layout.
    pub fn parameters(&self) -> Vec<Parameter> {
        let mut all = vec![Parameter::matrix("embedding.weight".into(), self.embedding.val())];
        let mut linear = |name: String, linear: &Linear| {
            all.push(Parameter::matrix(format!("{name}.weight"), linear.weight.val().transpose()));
            all.extend(linear.bias.iter().map(|b| Parameter::vector(format!("{name}.bias"), b.val())));
        };
        linear("vmask.linear_layer".into(), &self.gate.hidden);
        linear("vmask.hidden2p".into(), &self.gate.decision);
        linear("fc".into(), &self.head);
        for (at, block) in self.blocks.iter().enumerate() {
            linear(format!("layers.{at}.attention.query"), &block.query);
            linear(format!("layers.{at}.attention.key"), &block.key);
            linear(format!("layers.{at}.attention.value"), &block.value);
            linear(format!("layers.{at}.attention.out"), &block.out);
            linear(format!("layers.{at}.ff.linear1"), &block.linear1);
            linear(format!("layers.{at}.ff.linear2"), &block.linear2);
        }
        for (at, block) in self.blocks.iter().enumerate() {
            for (name, norm) in [("norm1", &block.norm1), ("norm2", &block.norm2)] {
                let name = format!("layers.{at}.{name}");
                all.push(Parameter::vector(format!("{name}.weight"), norm.gamma.val()));
                all.extend(norm.beta.iter().map(|b| Parameter::vector(format!("{name}.bias"), b.val())));
            }
        }
        all
    }
}

/// One parameter on its device.
#[derive(Debug)]
pub struct Parameter {
    /// PyTorch's name.
    pub name: String,
    /// PyTorch's shape.
    pub shape: Vec<usize>,
    /// The values, row by row.
    pub flat: Tensor<1>,
}

impl Parameter {
    fn matrix(name: String, value: Tensor<2>) -> Self {
        Self { name, shape: value.dims().to_vec(), flat: value.flatten(0, 1) }
    }

    fn vector(name: String, value: Tensor<1>) -> Self {
        Self { name, shape: value.dims().to_vec(), flat: value }
    }
}

/// Puts parameters on a device, one after the other. Their ids are their places in that order,
/// so that an optimiser's state finds them again after a restart.
struct Place<'a> {
    weights: &'a Weights,
    device: &'a Device,
    placed: u64,
}

impl Place<'_> {
    fn data(&self, name: &str) -> TensorData {
        let array = &self.weights[name];
        TensorData::new(array.values.clone(), array.shape.clone())
    }

    fn own<const D: usize>(&mut self, value: Tensor<D>) -> Param<Tensor<D>> {
        self.placed += 1;
        Param::initialized(ParamId::from(self.placed), value.require_grad())
    }

    fn parameter<const D: usize>(&mut self, name: &str) -> Param<Tensor<D>> {
        let value = Tensor::from_data(self.data(name), self.device);
        self.own(value)
    }

    /// PyTorch's `[out, in]` becomes Burn's `[in, out]`, in memory order.
    fn linear(&mut self, name: &str) -> Linear {
        let array = &self.weights[&format!("{name}.weight")];
        let [out, fan_in] = [array.shape[0], array.shape[1]];
        let values: Vec<f32> = (0..fan_in * out)
            .map(|at| array.values[(at % out) * fan_in + at / out])
            .collect();
        let weight = Tensor::from_data(TensorData::new(values, [fan_in, out]), self.device);
        let weight = self.own(weight);
        Linear { weight, bias: Some(self.parameter(&format!("{name}.bias"))) }
    }

    fn norm(&mut self, name: &str) -> LayerNorm {
        let gamma: Param<Tensor<1>> = self.parameter(&format!("{name}.weight"));
        let mut norm = LayerNormConfig::new(gamma.val().dims()[0]).init(self.device);
        norm.gamma = gamma;
        norm.beta = Some(self.parameter(&format!("{name}.bias")));
        norm
    }

    fn block(&mut self, at: usize, heads: usize) -> Block {
        let name = |part: &str| format!("layers.{at}.{part}");
        Block {
            query: self.linear(&name("attention.query")),
            key: self.linear(&name("attention.key")),
            value: self.linear(&name("attention.value")),
            out: self.linear(&name("attention.out")),
            norm1: self.norm(&name("norm1")),
            linear1: self.linear(&name("ff.linear1")),
            linear2: self.linear(&name("ff.linear2")),
            norm2: self.norm(&name("norm2")),
            heads,
        }
    }
}
