//! What to do about an error, where what found it knows nothing of the command's options.

use crate::engine::{Backend, EngineError};
use crate::evaluate::{CompareError, ReportError};

/// What a person can do about `error`; `None` if it says so itself.
pub(super) fn hint(error: &anyhow::Error) -> Option<&'static str> {
    error.chain().find_map(|cause| {
        if let Some(EngineError::NotBuilt(backend)) = cause.downcast_ref() {
            return Some(match backend {
                Backend::Flex => "build it with --features cli",
                Backend::NdArray => "build it with --features cli,ndarray",
                Backend::WebGpu => "build it with --features cli,wgpu",
                Backend::Cuda => "build it with --features cli,cuda",
            });
        }
        match cause.downcast_ref() {
            Some(CompareError::References { .. }) => return Some("--selection-from names it"),
            Some(CompareError::NotFinite(_)) => return Some("--only names the others"),
            _ => {}
        }
        match cause.downcast_ref() {
            Some(ReportError::Format(_)) => Some("`safr evaluate --json FILE` writes one"),
            _ => None,
        }
    })
}

#[cfg(test)]
mod tests {
    use anyhow::Context;

    use super::*;
    use crate::evaluate::Report;

    #[test]
    fn options_are_named_where_an_error_is_printed() {
        let cuda = anyhow::Error::from(EngineError::NotBuilt(Backend::Cuda));
        assert_eq!(hint(&cuda), Some("build it with --features cli,cuda"));
        let (first, other) = ("plain".to_owned(), "safr".to_owned());
        let references = CompareError::References { first, other }.into();
        assert_eq!(hint(&references), Some("--selection-from names it"));
        let odd = CompareError::NotFinite("word_keep of safr".to_owned());
        assert_eq!(hint(&odd.into()), Some("--only names the others"));
        let report = Report::from_json("[]").context("a.json").unwrap_err();
        let expected = "`safr evaluate --json FILE` writes one";
        assert_eq!(hint(&report), Some(expected));
        assert_eq!(hint(&CompareError::TooFew.into()), None);
    }
}
