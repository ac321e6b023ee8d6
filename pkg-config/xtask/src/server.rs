//! A static server for the finished page, on this machine only.

use std::fmt;
use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::thread::{self, JoinHandle};

use anyhow::{Context, Result, anyhow};
use axum::Router;
use axum::http::{HeaderName, HeaderValue};
use tower_http::services::ServeDir;
use tower_http::set_header::SetResponseHeaderLayer;

use crate::bundle::policy;
use crate::project::read;

/// A page being served.
pub(crate) struct Server {
    port: u16,
    path: &'static str,
    thread: JoinHandle<Result<()>>,
}

/// The address of the page.
impl fmt::Display for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "http://localhost:{}{}/", self.port, self.path)
    }
}

impl Server {
    /// Serves until the program is stopped.
    pub(crate) fn wait(self) -> Result<()> {
        self.thread
            .join()
            .map_err(|_| anyhow!("the server stopped unexpectedly"))?
    }
}

/// Takes `port`, or a free one for 0.
pub(crate) fn listen(port: u16) -> Result<TcpListener> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port))
        .with_context(|| format!("port {port} can't be used; name another with --port"))
}

/// Serves `folder` under `path` (empty, or with a leading slash) in a thread of its own.
#[expect(
    clippy::disallowed_methods,
    reason = "this never runs in a browser, and has threads"
)]
pub(crate) fn start(listener: TcpListener, folder: &Path, path: &'static str) -> Result<Server> {
    listener.set_nonblocking(true)?;
    let port = listener.local_addr()?.port();
    let router = router(folder, path)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .build()?;
    let thread = thread::spawn(move || {
        runtime.block_on(async {
            let listener = tokio::net::TcpListener::from_std(listener)?;
            Ok(axum::serve(listener, router).await?)
        })
    });
    Ok(Server { port, path, thread })
}

fn router(folder: &Path, path: &str) -> Result<Router> {
    let index = read(&folder.join("index.html"))?;
    let files = ServeDir::new(folder)
        .precompressed_br()
        .precompressed_gzip();
    let mut router = match path {
        "" => Router::new().fallback_service(files),
        path => Router::new().nest_service(path, files),
    };
    for (name, value) in headers(policy(&index)?) {
        let value = HeaderValue::try_from(value)?;
        router = router.layer(SetResponseHeaderLayer::overriding(
            HeaderName::from_static(name),
            value,
        ));
    }
    Ok(router)
}

/// As a header, the page's policy applies to its worker, too.
fn headers(policy: &str) -> [(&'static str, String); 5] {
    [
        (
            "content-security-policy",
            format!("{policy}; frame-ancestors 'none'"),
        ),
        ("cache-control", "no-cache".to_owned()),
        ("cross-origin-resource-policy", "same-origin".to_owned()),
        ("referrer-policy", "no-referrer".to_owned()),
        ("x-content-type-options", "nosniff".to_owned()),
    ]
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::{Read, Write};
    use std::net::TcpStream;

    use super::*;

    #[test]
    fn compressed_copies_go_to_whoever_takes_them() -> Result<()> {
        let folder = tempfile::tempdir()?;
        let index = "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'\">";
        for (name, content) in [
            ("index.html", index),
            ("a.js", "as it is"),
            ("a.js.br", "by brotli"),
            ("a.js.gz", "by gzip"),
        ] {
            fs::write(folder.path().join(name), content)?;
        }
        let server = start(listen(0)?, folder.path(), "")?;
        for (accepted, content) in [
            ("gzip, br", "by brotli"),
            ("gzip", "by gzip"),
            ("identity", "as it is"),
        ] {
            let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, server.port))?;
            write!(
                stream,
                "GET /a.js HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAccept-Encoding: {accepted}\r\n\r\n"
            )?;
            let mut answer = String::new();
            stream.read_to_string(&mut answer)?;
            assert!(answer.contains("text/javascript"), "{answer}");
            assert!(answer.ends_with(content), "{accepted}: {answer}");
        }
        Ok(())
    }
}
