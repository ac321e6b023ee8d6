//! A server on this machine that may do badly.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// What it does with a request for a file that it has.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Manner {
    /// Sends what is asked for.
    Well,
    /// Knows nothing of ranges.
    Whole,
    /// Breaks off behind so many bytes, the first time.
    CutOff(usize),
}

/// For each request its path, and where its range begins.
type Asked = Vec<(String, Option<usize>)>;

/// A server, and what was asked of it.
pub(crate) struct Server {
    port: u16,
    asked: Arc<Mutex<Asked>>,
}

impl Server {
    /// Serves `files` by their names.
    #[expect(
        clippy::disallowed_methods,
        reason = "this never runs in a browser, and has threads"
    )]
    pub(crate) fn start(manner: Manner, files: &[(&str, &[u8])]) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let files: HashMap<_, _> = files
            .iter()
            .map(|(name, bytes)| (format!("/{name}"), bytes.to_vec()))
            .collect();
        let log = asked.clone();
        thread::spawn(move || {
            let mut manner = manner;
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let (path, range) = request(&stream);
                log.lock().unwrap().push((path.clone(), range));
                let answer = answer(files.get(&path), range.filter(|_| manner != Manner::Whole));
                let length = match manner {
                    Manner::CutOff(body) => headers(&answer) + body,
                    _ => answer.len(),
                };
                if let Manner::CutOff(_) = manner {
                    manner = Manner::Well;
                }
                stream
                    .write_all(&answer[..length.min(answer.len())])
                    .unwrap();
            }
        });
        Self { port, asked }
    }

    pub(crate) fn address(&self, name: &str) -> String {
        format!("http://localhost:{}/{name}", self.port)
    }

    /// What was asked for since the last call.
    pub(crate) fn asked(&self) -> Asked {
        std::mem::take(&mut self.asked.lock().unwrap())
    }
}

/// Path of a request, and where its range begins.
fn request(stream: &TcpStream) -> (String, Option<usize>) {
    let mut lines = BufReader::new(stream).lines().map(Result::unwrap);
    let first = lines.next().unwrap();
    let path = first.split(' ').nth(1).unwrap().to_owned();
    let headers = lines.take_while(|line| !line.is_empty());
    let range = headers.filter_map(|line| {
        let line = line.to_lowercase();
        let begin = line.strip_prefix("range: bytes=")?.strip_suffix('-')?;
        Some(begin.parse().unwrap())
    });
    (path, range.last())
}

fn answer(file: Option<&Vec<u8>>, begin: Option<usize>) -> Vec<u8> {
    let (status, body) = match (file, begin) {
        (None, _) => ("404 Not Found".to_owned(), &b"gone"[..]),
        (Some(file), None) => ("200 OK".to_owned(), &file[..]),
        (Some(file), Some(begin)) if begin < file.len() => {
            let (last, all) = (file.len() - 1, file.len());
            let range = format!("Content-Range: bytes {begin}-{last}/{all}");
            (format!("206 Partial Content\r\n{range}"), &file[begin..])
        }
        (Some(_), Some(_)) => ("416 Range Not Satisfiable".to_owned(), &b""[..]),
    };
    let length = body.len();
    let head =
        format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n");
    [head.as_bytes(), body].concat()
}

/// Length of an answer's headers.
fn headers(answer: &[u8]) -> usize {
    let end = b"\r\n\r\n";
    let at = answer.windows(end.len()).position(|window| window == end);
    at.unwrap() + end.len()
}
