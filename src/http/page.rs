//! The page for people, at `/`: files that are in the program. It reads `/api/v1` as anybody may; nothing is put into it here.

use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::refusal::refuse;

const HTML: &str = "text/html; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";
const STYLE: &str = "text/css; charset=utf-8";
const IMAGE: &str = "image/svg+xml";

/// A file: its name, what it is, what is in it.
type File = (&'static str, &'static str, &'static str);

/// The files of these names in `page/`.
macro_rules! files {
    ($($kind:ident: $name:literal,)*) => {
        &[$(($name, $kind, include_str!(concat!("page/", $name)))),*]
    };
}

/// All files that the page consists of.
const FILES: &[File] = files![
    STYLE: "bar.css",
    SCRIPT: "bar.js",
    SCRIPT: "budget.js",
    STYLE: "case.css",
    SCRIPT: "case.js",
    STYLE: "cases.css",
    SCRIPT: "clock.js",
    SCRIPT: "dom.js",
    SCRIPT: "filters.js",
    IMAGE: "icon.svg",
    SCRIPT: "interruption.js",
    SCRIPT: "keyed.js",
    SCRIPT: "legend.js",
    SCRIPT: "live.js",
    SCRIPT: "main.js",
    STYLE: "page.css",
    STYLE: "parts.css",
    SCRIPT: "phases.js",
    SCRIPT: "pools.js",
    SCRIPT: "replicas.js",
    SCRIPT: "route.js",
    SCRIPT: "row.js",
    SCRIPT: "signs.js",
    SCRIPT: "summary.js",
    SCRIPT: "table.js",
    STYLE: "tables.css",
    SCRIPT: "timeline.js",
    SCRIPT: "window.js",
    SCRIPT: "words.js",
];

/// The page.
pub async fn index() -> Response {
    ([(header::CONTENT_TYPE, HTML)], include_str!("page/index.html")).into_response()
}

/// One of its files.
pub async fn file(Path(name): Path<String>) -> Response {
    match FILES.iter().find(|(file, ..)| *file == name) {
        Some((_, kind, text)) => ([(header::CONTENT_TYPE, *kind)], *text).into_response(),
        None => refuse(StatusCode::NOT_FOUND, "NotFound", "the page has no such file".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_that_is_there_is_served_and_every_one_that_is_named_is_there() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/http/page");
        let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut there: Vec<String> = entries.filter(|name| name != "index.html").collect();
        there.sort();
        assert_eq!(there, FILES.iter().map(|(name, ..)| *name).collect::<Vec<_>>());
        let texts = FILES.iter().map(|(_, _, text)| *text).chain([include_str!("page/index.html")]);
        let quoted = texts
            .flat_map(|text| text.split('"'))
            .filter_map(|part| part.strip_prefix("./").or(part.strip_prefix("page/")));
        for name in quoted.filter(|name| name.ends_with(".js") || name.ends_with(".css") || name.ends_with(".svg")) {
            assert!(FILES.iter().any(|(file, ..)| *file == name), "nobody serves {name}");
        }
    }
}
