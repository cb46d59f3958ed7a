//! The modules that a first verdict needs, joined into one: `js/main.js` and whatever it imports.
//!
//! Twenty small modules cost a slow phone some 150 ms of loading, and a first visit nine kilobytes of headers and
//! of lost compression; their comments cost another three and a half. Nothing else is done to them: their texts stand
//! one after the other, in the order of their imports, without imports, comments on lines of their own, and the word
//! `export`; at the end all that was exported is exported. Modules that are fetched on demand import from the joined
//! one, so that each state exists once.
//!
//! Stylesheets that the page loads in any case are joined likewise, into the first of them.
//!
//! **Invariant:** two modules with the same name at their top are refused.

use std::collections::BTreeMap;

use crate::process::Failure;

/// Where it begins, and where all of it ends up.
const MAIN: &str = "js/main.js";

/// Joins the modules among the files, and lets the page preload just the joined one.
pub(crate) fn join(files: &mut BTreeMap<String, Vec<u8>>) -> Result<(), Failure> {
    let mut joined = Joined::default();
    joined.visit(MAIN, files)?;
    let text = joined.text();
    for path in &joined.order {
        files.remove(path);
    }
    for (_, content) in files.iter_mut().filter(|(path, _)| path.starts_with("js/")) {
        *content = redirected(&utf8(content)?, &joined.order).into_bytes();
    }
    if let Some(page) = files.get_mut("index.html") {
        *page = without_preloads(&utf8(page)?, &joined.order).into_bytes();
    }
    files.insert(MAIN.to_owned(), text.into_bytes());
    join_stylesheets(files)
}

fn join_stylesheets(files: &mut BTreeMap<String, Vec<u8>>) -> Result<(), Failure> {
    let Some(page) = files.get("index.html") else { return Ok(()) };
    let page = utf8(page)?;
    let loaded = |line: &str| {
        let path = line.strip_prefix("<link rel=\"stylesheet\" href=\"/app/VERSION/")?;
        // Those that are for some media only stay as they are.
        path.strip_suffix("\">").filter(|path| !path.contains('"')).map(str::to_owned)
    };
    let all: Vec<String> = page.lines().filter_map(loaded).collect();
    let Some((first, others)) = all.split_first() else { return Ok(()) };
    let mut text = Vec::new();
    for path in &all {
        let missing = || Failure(format!("verifier-web/app has no {path}"));
        text.extend(files.remove(path).ok_or_else(missing)?);
    }
    files.insert(first.clone(), text);
    let kept = page.lines().filter(|line| loaded(line).is_none_or(|path| !others.contains(&path)));
    let page: Vec<&str> = kept.collect();
    files.insert("index.html".to_owned(), format!("{}\n", page.join("\n")).into_bytes());
    Ok(())
}

#[derive(Default)]
struct Joined {
    /// Paths, in the order of their texts.
    order: Vec<String>,
    seen: Vec<String>,
    imports: String,
    body: String,
    exported: Vec<String>,
    /// Which module has a name at its top.
    names: BTreeMap<String, String>,
}

impl Joined {
    fn visit(&mut self, path: &str, files: &BTreeMap<String, Vec<u8>>) -> Result<(), Failure> {
        if self.seen.iter().any(|seen| seen == path) {
            return Ok(());
        }
        self.seen.push(path.to_owned());
        let content = files.get(path).ok_or_else(|| Failure(format!("verifier-web/app has no {path}")))?;
        let text = utf8(content)?;
        let (imports, body) = parts(&text);
        for import in imports {
            match source(&import) {
                Some(module) => self.visit(&format!("js/{module}"), files)?,
                None => self.imports.extend([import.as_str(), "\n"]),
            }
        }
        for line in without_comments(&body) {
            self.take(line, path)?;
        }
        self.order.push(path.to_owned());
        Ok(())
    }

    fn take(&mut self, line: &str, path: &str) -> Result<(), Failure> {
        let bare = line.strip_prefix("export ").unwrap_or(line);
        if let Some(name) = declared(bare) {
            if let Some(other) = self.names.insert(name.to_owned(), path.to_owned()) {
                return Err(Failure(format!("{path} and {other} both have {name} at their top: rename one")));
            }
            if bare.len() < line.len() {
                self.exported.push(name.to_owned());
            }
        }
        self.body.push_str(bare);
        self.body.push('\n');
        Ok(())
    }

    fn text(&self) -> String {
        format!("{}\n{}\nexport {{ {} }};\n", self.imports, self.body, self.exported.join(", "))
    }
}

/// The imports of a module, each to its semicolon, and the rest.
fn parts(text: &str) -> (Vec<String>, String) {
    let (mut imports, mut body) = (Vec::new(), String::new());
    let mut open: Option<String> = None;
    for line in text.lines() {
        let begun = match open.take() {
            Some(before) => Some(format!("{before}\n{line}")),
            None => line.starts_with("import ").then(|| line.to_owned()),
        };
        match begun {
            Some(import) if import.ends_with(';') => imports.push(import),
            Some(import) => open = Some(import),
            None => {
                body.push_str(line);
                body.push('\n');
            }
        }
    }
    (imports, body)
}

/// The lines that are not comments as a whole. A comment before something on its line stays.
fn without_comments(body: &str) -> impl Iterator<Item = &str> {
    let mut inside = false;
    body.lines().filter(move |line| {
        let line = line.trim();
        let ends = line.ends_with("*/");
        if inside {
            inside = !ends;
            return false;
        }
        inside = line.starts_with("/**") && !line.contains("*/");
        !(inside || line.starts_with("//") || (line.starts_with("/**") && ends))
    })
}

/// `x.js` of an import from `./x.js`.
fn source(import: &str) -> Option<&str> {
    import.rsplit_once("from './").and_then(|(_, rest)| rest.strip_suffix("';"))
}

/// The name that a line declares at the top of a module.
fn declared(line: &str) -> Option<&str> {
    let line = line.strip_prefix("async ").unwrap_or(line);
    let rest =
        ["function ", "const ", "let ", "class "].into_iter().find_map(|word| line.strip_prefix(word))?;
    let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '$')).unwrap_or(rest.len());
    rest.get(..end).filter(|name| !name.is_empty())
}

/// A module that imports from the joined one.
fn redirected(text: &str, joined: &[String]) -> String {
    joined.iter().fold(text.to_owned(), |text, path| {
        let name = path.trim_start_matches("js/");
        text.replace(&format!("from './{name}'"), "from './main.js'")
    })
}

fn without_preloads(page: &str, joined: &[String]) -> String {
    let gone = |line: &str| {
        line.contains("modulepreload")
            && joined.iter().any(|path| path != MAIN && line.contains(&format!("/{path}\"")))
    };
    page.lines().filter(|line| !gone(line)).flat_map(|line| [line, "\n"]).collect()
}

fn utf8(content: &[u8]) -> Result<String, Failure> {
    String::from_utf8(content.to_vec())
        .map_err(|_| Failure("a module of verifier-web/app is no UTF-8".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(list: &[(&str, &str)]) -> BTreeMap<String, Vec<u8>> {
        list.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())).collect()
    }

    fn text(files: &BTreeMap<String, Vec<u8>>, path: &str) -> String {
        String::from_utf8(files[path].clone()).unwrap()
    }

    #[test]
    fn stylesheets_that_are_loaded_in_any_case_are_one() {
        let link = |name: &str, more: &str| {
            format!("<link rel=\"stylesheet\" href=\"/app/VERSION/css/{name}.css\"{more}>\n")
        };
        let page = [link("a", ""), link("dark", " media=\"print\""), link("b", "")].concat();
        let mut all = files(&[("css/a.css", "a{}\n"), ("css/b.css", "b{}\n"), ("css/dark.css", "d{}\n")]);
        all.insert("index.html".to_owned(), page.into_bytes());
        join_stylesheets(&mut all).unwrap();
        assert_eq!(text(&all, "css/a.css"), "a{}\nb{}\n");
        assert_eq!(text(&all, "index.html"), [link("a", ""), link("dark", " media=\"print\"")].concat());
        assert!(!all.contains_key("css/b.css") && all.contains_key("css/dark.css"));
    }

    #[test]
    fn modules_follow_their_imports_and_those_on_demand_import_the_joined_one() {
        let mut all = files(&[
            (
                "js/main.js",
                "import {\n  a,\n} from './a.js';\nimport init from '../wasm/x.js';\nstart(a, init);\n",
            ),
            ("js/a.js", "import { b } from './b.js';\nexport const a = b;\n"),
            (
                "js/b.js",
                "/** What\n * for. */\nexport function b() {\n  // Why.\n  const inner = /** @type {n} */ (1);\n}\n",
            ),
            ("js/later.js", "import { b } from './b.js';\nimport { c } from './c.js';\n"),
            (
                "index.html",
                "<link rel=\"modulepreload\" href=\"/app/V/js/a.js\">\n<link rel=\"modulepreload\" href=\"/app/V/js/main.js\">\n",
            ),
        ]);
        join(&mut all).unwrap();
        let joined = text(&all, "js/main.js");
        assert_eq!(
            joined,
            "import init from '../wasm/x.js';\n\nfunction b() {\n  const inner = /** @type {n} */ (1);\n}\nconst a = b;\nstart(a, init);\n\nexport { b, a };\n"
        );
        assert_eq!(
            text(&all, "js/later.js"),
            "import { b } from './main.js';\nimport { c } from './c.js';\n"
        );
        assert_eq!(text(&all, "index.html").lines().count(), 1);
        assert!(!all.contains_key("js/a.js"));
    }

    #[test]
    fn one_name_in_two_modules_is_refused() {
        let mut all = files(&[
            ("js/main.js", "import { a } from './a.js';\nconst x = a;\n"),
            ("js/a.js", "export const a = 1;\nlet x = 2;\n"),
        ]);
        assert!(join(&mut all).unwrap_err().0.contains("both have x"));
    }
}
