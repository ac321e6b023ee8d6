//! How well a build is optimised.

use std::path::PathBuf;

use crate::project::Project;

/// What a build is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Quality {
    /// Work and tests: quick to build.
    Quick,
    /// Readers: small and fast.
    Publish,
}

impl Quality {
    /// Cargo's profile.
    pub(crate) fn profile(self) -> &'static str {
        match self {
            Self::Quick => "release",
            Self::Publish => "dist",
        }
    }

    /// Where the page goes.
    pub(crate) fn folder(self, project: &Project) -> PathBuf {
        match self {
            Self::Quick => project.target.join("page/dist"),
            Self::Publish => project.root.join("dist"),
        }
    }
}
