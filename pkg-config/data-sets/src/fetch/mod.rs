//! Fetches data sets: what a set lacks is downloaded, checked, and made into its files.

mod archive;
mod check;
mod convert;
mod fetcher;
mod http;
mod pip;

pub use fetcher::Fetcher;
