//! One device and the models loaded on it.

use std::collections::BTreeMap;

use super::{Backend, EngineError, LoadedModel, OpenDevice};
use crate::package::Files;

/// Models on one device, by id.
#[derive(Debug)]
pub struct Session {
    /// Where the models run.
    pub device: OpenDevice,
    models: BTreeMap<String, LoadedModel>,
}

impl Session {
    /// Opens a device.
    ///
    /// # Errors
    /// If there is no such device here.
    pub async fn start(backend: Backend) -> Result<Self, EngineError> {
        Ok(Self {
            device: OpenDevice::open(backend).await?,
            models: BTreeMap::new(),
        })
    }

    /// Loads a model directory's files under `id`, which explanations name it by, replacing what was there.
    ///
    /// # Errors
    /// If the files are not a model.
    pub fn load(&mut self, id: &str, files: &Files) -> Result<&LoadedModel, EngineError> {
        let mut model = LoadedModel::new(files, &self.device.device)?;
        id.clone_into(&mut model.package.card.id);
        if self.device.backend == Backend::WebGpu {
            model.classifier = model.classifier.with_joined_heads();
        }
        self.models.insert(id.to_owned(), model);
        self.model(id)
    }

    /// The model loaded under `id`.
    ///
    /// # Errors
    /// If there is none.
    pub fn model(&self, id: &str) -> Result<&LoadedModel, EngineError> {
        self.models
            .get(id)
            .ok_or_else(|| EngineError::Model(id.to_owned()))
    }
}
