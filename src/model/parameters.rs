//! Conversion between a classifier on a device and its parameters as plain arrays.

use std::collections::{BTreeMap, HashMap};

use burn::module::{Module, ModuleVisitor, Param, ParamId};
use burn::nn::{LayerNorm, LayerNormConfig, Linear};
use burn::optim::GradientsParams;
use burn::tensor::{Device, Tensor, TensorData};

use super::{
    Architecture, Array, Block, Classifier, Gate, Layer, ModelConfig, PositionVectors, Positions,
    ReadError, Weights, WeightsError, WriteBack, check_weights, parameter_shapes, sinusoids,
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
        let names = parameter_shapes(config).into_iter().map(|(name, _)| name);
        let place = Place {
            weights,
            device,
            places: names.zip(0..).collect(),
        };
        Ok(Self {
            words: place.parameter("embedding.weight"),
            projection: config
                .is_factorised()
                .then(|| place.matrix("embedding.projection")),
            positions: place.positions(config),
            embedding_norm: config
                .architecture
                .embedding_norm
                .then(|| place.norm("embedding.norm", &config.architecture)),
            gate: Gate {
                hidden: place.linear("vmask.linear_layer"),
                decision: place.linear("vmask.hidden2p"),
            },
            keep_table: None,
            constants: None,
            blocks: (0..config.layers)
                .map(|at| place.block(at, config))
                .collect(),
            pooler: (config.architecture.pooler.is_some()).then(|| place.linear("pooler")),
            head: place.linear("fc"),
            config: config.clone(),
        })
    }

    /// Reads all parameters, in one readback.
    ///
    /// # Errors
    /// If the device fails to answer.
    pub async fn weights(&self) -> Result<Weights, ReadError> {
        self.read_each(None).await
    }

    /// Reads the gradients of all parameters, in one readback; those without one are left out.
    ///
    /// # Errors
    /// If the device fails to answer.
    pub async fn gradients(&self, gradients: &GradientsParams) -> Result<Weights, ReadError> {
        self.read_each(Some(gradients)).await
    }

    async fn read_each(&self, gradients: Option<&GradientsParams>) -> Result<Weights, ReadError> {
        let tables = [&self.words, self.positions.learned().unwrap_or(&self.words)];
        let mut collect = Collect {
            gradients,
            tables: tables.map(|table| table.id.val()).to_vec(),
            found: BTreeMap::new(),
        };
        self.visit(&mut collect);
        let flat = collect.found.values().cloned().collect();
        let values = super::read(Tensor::cat(flat, 0)).await?;
        let mut rest = values.as_slice();
        let mut weights = Weights::new();
        for (place, (name, shape)) in parameter_shapes(&self.config).into_iter().enumerate() {
            if collect.found.contains_key(&(place as u64)) {
                let (values, behind) = rest.split_at(shape.iter().product());
                rest = behind;
                weights.insert(
                    name,
                    Array {
                        shape,
                        values: values.to_vec(),
                    },
                );
            }
        }
        Ok(weights)
    }
}

/// Collects parameters or their gradients by their places, flat, in PyTorch's layout.
struct Collect<'a> {
    gradients: Option<&'a GradientsParams>,
    /// Places of the tables of words and positions.
    tables: Vec<u64>,
    found: BTreeMap<u64, Tensor<1>>,
}

impl ModuleVisitor for Collect<'_> {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let value = match self.gradients {
            None => Some(param.val()),
            Some(gradients) => gradients.get::<D>(param.id),
        };
        let place = param.id.val();
        self.found.extend(value.map(|value| {
            // Burn's linear layers hold `[in, out]`; a table is no linear layer.
            let value = if D == 2 && !self.tables.contains(&place) {
                value.swap_dims(0, 1)
            } else {
                value
            };
            (place, value.flatten::<1>(0, D - 1))
        }));
    }
}

/// Puts parameters on a device. Their ids are their places in [`parameter_shapes`], so that an
/// optimiser's state and a gradient can be matched to them.
struct Place<'a> {
    weights: &'a Weights,
    device: &'a Device,
    places: HashMap<String, u64>,
}

impl Place<'_> {
    fn data(&self, name: &str) -> TensorData {
        let array = &self.weights[name];
        TensorData::new(array.values.clone(), array.shape.clone())
    }

    fn own<const D: usize>(&self, name: &str, value: Tensor<D>) -> Param<Tensor<D>> {
        let value = if self.device.is_autodiff() {
            value.require_grad()
        } else {
            value
        };
        Param::initialized(ParamId::from(self.places[name]), value)
    }

    fn parameter<const D: usize>(&self, name: &str) -> Param<Tensor<D>> {
        self.own(name, Tensor::from_data(self.data(name), self.device))
    }

    fn linear(&self, name: &str) -> Linear {
        Linear {
            bias: Some(self.parameter(&format!("{name}.bias"))),
            ..self.matrix(name)
        }
    }

    fn layer(&self, name: &str) -> Layer {
        self.linear(name).into()
    }

    /// A linear layer without bias: PyTorch's `[out, in]` becomes Burn's `[in, out]`, in memory
    /// order.
    fn matrix(&self, name: &str) -> Linear {
        let weight = format!("{name}.weight");
        let array = &self.weights[&weight];
        let [out, fan_in] = [array.shape[0], array.shape[1]];
        let values: Vec<f32> = (0..fan_in * out)
            .map(|at| array.values[(at % out) * fan_in + at / out])
            .collect();
        let value = Tensor::from_data(TensorData::new(values, [fan_in, out]), self.device);
        Linear {
            weight: self.own(&weight, value),
            bias: None,
        }
    }

    fn positions(&self, config: &ModelConfig) -> Positions {
        match config.architecture.positions {
            PositionVectors::Learned => Positions::Learned(self.parameter("positions.weight")),
            PositionVectors::Sinusoidal => {
                let shape = [config.max_len, config.d_model];
                let table = TensorData::new(sinusoids(config), shape);
                Positions::Sinusoidal(Tensor::from_data(table, self.device))
            }
        }
    }

    fn norm(&self, name: &str, architecture: &Architecture) -> LayerNorm {
        let gamma: Param<Tensor<1>> = self.parameter(&format!("{name}.weight"));
        let mut norm = LayerNormConfig::new(gamma.val().dims()[0])
            .with_epsilon(architecture.norm_epsilon)
            .init(self.device);
        norm.gamma = gamma;
        norm.beta = Some(self.parameter(&format!("{name}.bias")));
        norm
    }

    fn block(&self, at: usize, config: &ModelConfig) -> Block {
        let name = |part: &str| format!("layers.{at}.{part}");
        Block {
            query: self.layer(&name("attention.query")),
            key: self.layer(&name("attention.key")),
            value: self.layer(&name("attention.value")),
            out: self.layer(&name("attention.out")),
            norm1: self.norm(&name("norm1"), &config.architecture),
            linear1: self.layer(&name("ff.linear1")),
            write_back: config.writes_back(at).then(|| WriteBack {
                linear: self.layer(&name("ff.linear2")),
                norm: self.norm(&name("norm2"), &config.architecture),
            }),
            heads: config.heads,
            winners: config.winners.filter(|_| !config.writes_back(at)),
            activation: config.architecture.activation,
            norm_epsilon: config.architecture.norm_epsilon,
            joined: None,
            neuron_rows: None,
            added: None,
        }
    }
}
