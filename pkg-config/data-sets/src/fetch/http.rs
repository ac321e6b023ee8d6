//! Downloads over HTTP, resuming where an earlier attempt stopped.

use std::fs::{self, File};
use std::io::{self, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use indicatif::{DecimalBytes, ProgressBar, ProgressStyle};
use ureq::http::{Response, StatusCode, header};
use ureq::{Agent, Body};

use super::check;
use crate::table::Source;

/// Longest wait for the next bytes.
const PATIENCE: Duration = Duration::from_secs(60);

/// Downloads `address` into a file of `folder`, where it is checked against `source`.
///
/// # Errors
/// If it does not arrive, which keeps the part that has arrived, or if it is not what `source` says, which keeps
/// nothing.
pub(super) fn download(address: &str, folder: &Path, source: &Source) -> Result<PathBuf> {
    let part = folder.join(source.part_name());
    let path = folder.join(source.whole_name());
    // Left by a run that was stopped after the download.
    if path.exists() {
        fs::rename(&path, &part)?;
    }
    let agent: Agent = Agent::config_builder()
        .http_status_as_error(false)
        .timeout_connect(Some(PATIENCE))
        .timeout_recv_response(Some(PATIENCE))
        .timeout_per_read(Some(PATIENCE))
        .build()
        .into();
    if size(&part) != source.bytes {
        receive(&agent, address, &part, source)?;
    }
    let checked = check::published(&part, source);
    if checked.is_err() {
        fs::remove_file(&part)?;
    }
    checked.context("what arrived is not what was published when this table was made")?;
    fs::rename(&part, &path)?;
    Ok(path)
}

/// The size of a file, 0 if there is none.
fn size(path: &Path) -> u64 {
    fs::metadata(path).map_or(0, |facts| facts.len())
}

/// Receives what is missing of the file `part`.
fn receive(agent: &Agent, address: &str, part: &Path, source: &Source) -> Result<()> {
    let have = size(part);
    let mut request = agent.get(address);
    if have > 0 {
        request = request.header(header::RANGE, format!("bytes={have}-"));
    }
    println!("Asking for {address} …");
    let mut response = request.call().with_context(|| address.to_owned())?;
    let begin = match response.status() {
        StatusCode::OK => 0,
        StatusCode::PARTIAL_CONTENT if first_byte(&response) == Some(have) => have,
        // What is there is longer than what was published.
        StatusCode::RANGE_NOT_SATISFIABLE if have > 0 => {
            fs::remove_file(part)?;
            return receive(agent, address, part, source);
        }
        status => bail!("{address} answers {status}"),
    };
    let mut file = open(part, begin)?;
    let (bar, total) = (progress(source, begin)?, DecimalBytes(source.bytes));
    println!("{total} to come");
    let mut body = bar.wrap_read(response.body_mut().as_reader());
    io::copy(&mut body, &mut file)
        .context("the download was cut off; run this again to resume where it stopped")?;
    bar.finish_and_clear();
    Ok(())
}

/// The first byte of an answer that is a part.
fn first_byte(response: &Response<Body>) -> Option<u64> {
    let range = response.headers().get(header::CONTENT_RANGE)?;
    let (first, _) = range
        .to_str()
        .ok()?
        .strip_prefix("bytes ")?
        .split_once('-')?;
    first.parse().ok()
}

/// The file `part`, to be written to after its first `begin` bytes.
fn open(part: &Path, begin: u64) -> Result<File> {
    if let Some(folder) = part.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut options = File::options();
    options.create(true).write(true).truncate(false);
    let mut file = options.open(part)?;
    file.set_len(begin)?;
    file.seek(SeekFrom::End(0))?;
    Ok(file)
}

/// How far a download is, and how long the rest will take.
fn progress(source: &Source, begin: u64) -> Result<ProgressBar> {
    let style = "[{bar:30}] {decimal_bytes}/{decimal_total_bytes}, {eta} left";
    let bar = ProgressBar::new(source.bytes).with_style(ProgressStyle::with_template(style)?);
    bar.set_position(begin);
    bar.reset_eta();
    Ok(bar)
}
