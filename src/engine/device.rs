//! The devices that a model can run on, chosen at run time.

use burn::tensor::Device;

use super::{Backend, EngineError};

/// An open device.
#[derive(Clone, Debug)]
pub struct OpenDevice {
    /// Which backend runs it.
    pub backend: Backend,
    /// The GPU's name, if there is one.
    pub adapter: Option<String>,
    /// Burn's handle.
    pub device: Device,
}

impl OpenDevice {
    /// Opens the device of `backend`. WebGPU can be opened once in a process.
    ///
    /// # Errors
    /// If this build does not include the backend, or the machine has no adapter that it can use.
    pub async fn open(backend: Backend) -> Result<Self, EngineError> {
        let device = match backend {
            Backend::Flex => Device::flex(),
            Backend::NdArray => ndarray()?,
            Backend::WebGpu => return webgpu().await,
            Backend::Cuda => cuda()?,
        };
        Ok(Self {
            backend,
            adapter: None,
            device,
        })
    }
}

#[cfg(feature = "ndarray")]
#[expect(
    deprecated,
    reason = "Burn means to drop NdArray for Flex; we keep it as an independent second opinion"
)]
fn ndarray() -> Result<Device, EngineError> {
    Ok(Device::ndarray())
}

#[cfg(not(feature = "ndarray"))]
fn ndarray() -> Result<Device, EngineError> {
    Err(EngineError::NotBuilt(Backend::NdArray))
}

#[cfg(feature = "cuda")]
fn cuda() -> Result<Device, EngineError> {
    let device = Device::cuda(0);
    // Without a driver, burn-cuda panics, but only when it is first asked to compute.
    std::panic::catch_unwind(|| burn::tensor::Tensor::<1>::zeros([1], &device).into_data())
        .map_err(|_| {
            EngineError::Backend(
                "there is no NVIDIA GPU with a driver and CUDA toolkit that Burn can use"
                    .to_owned(),
            )
        })?;
    Ok(device)
}

#[cfg(not(feature = "cuda"))]
fn cuda() -> Result<Device, EngineError> {
    Err(EngineError::NotBuilt(Backend::Cuda))
}

#[cfg(feature = "wgpu")]
async fn webgpu() -> Result<OpenDevice, EngineError> {
    use burn::tensor::wgpu::wgpu;

    run_constructors();
    let fail = |error: &dyn std::fmt::Display| EngineError::Backend(error.to_string());
    fuse_elementwise().map_err(|error| fail(&error))?;
    let (device, setup) = Device::wgpu_options()
        .init_with_setup_async()
        .await
        .map_err(|error| {
            log::warn!("WebGPU: {error}");
            fail(&"there is no GPU here that WebGPU can use")
        })?;
    // Without it, cubecl panics at its first task in a browser.
    if cfg!(target_family = "wasm")
        && !setup
            .adapter
            .features()
            .contains(wgpu::Features::TIMESTAMP_QUERY)
    {
        return Err(fail(
            &"the GPU adapter lacks the feature timestamp-query, which Burn needs",
        ));
    }
    setup.device.set_device_lost_callback(|reason, message| {
        super::faults::record(format!("the GPU was lost ({reason:?}): {message}"));
    });
    let info = setup.adapter.get_info();
    let adapter = [info.name, info.driver]
        .into_iter()
        .find(|name| !name.is_empty());
    Ok(OpenDevice {
        backend: Backend::WebGpu,
        adapter,
        device,
    })
}

/// Leaves only elementwise operations to Burn's fusion.
///
/// If a reduction is fused with surrounding operations, Burn 0.22 gives wrong sums for some shapes. Its
/// fusion of several reductions falls back to this one if Burn does not tune itself on the device,
/// and so does that of matrix products if there are no matrix units, as in a browser.
#[cfg(all(feature = "wgpu", any(feature = "fusion", target_family = "wasm")))]
fn fuse_elementwise() -> Result<(), burn_cubecl::fusion::RegistryError> {
    let all = burn_cubecl::fusion::BUILTIN_NAMES.into_iter();
    all.filter(|name| *name != "ElementWise")
        .try_for_each(burn_cubecl::fusion::remove)
}

/// Natively nothing is fused.
#[cfg(all(feature = "wgpu", not(any(feature = "fusion", target_family = "wasm"))))]
fn fuse_elementwise() -> Result<(), std::convert::Infallible> {
    Ok(())
}

/// Runs the constructors with which cubecl's kernels register themselves, once.
///
/// If a wasm module does not call them itself, the linker puts a call of them in front of every export,
/// which costs seconds per explanation.
#[cfg(all(feature = "wgpu", target_family = "wasm"))]
#[expect(
    unsafe_code,
    reason = "the linker makes this function; Rust cannot vouch for it"
)]
fn run_constructors() {
    unsafe extern "C" {
        fn __wasm_call_ctors();
    }
    static ONCE: std::sync::Once = std::sync::Once::new();
    // SAFETY: the constructors only fill registries, and run once, before these are read.
    ONCE.call_once(|| unsafe { __wasm_call_ctors() });
}

/// Natively the loader has run them.
#[cfg(all(feature = "wgpu", not(target_family = "wasm")))]
fn run_constructors() {}

#[cfg(not(feature = "wgpu"))]
async fn webgpu() -> Result<OpenDevice, EngineError> {
    Err(EngineError::NotBuilt(Backend::WebGpu))
}
