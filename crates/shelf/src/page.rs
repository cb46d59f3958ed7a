//! The shelf as a page of boxes to click or scan.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use verilabel_label::excerpt;
use verilabel_symbol::PrintSpec;

use crate::NOTICE;
use crate::boxes::SpecimenBox;
use crate::make::MakeError;

const STYLE: &str = "\
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
body { max-width: 76rem; margin: 0 auto; padding: 1rem; }
.notice { border: 0.15rem dashed; padding: 0.6rem 1rem; font-weight: 600; }
ul { list-style: none; padding: 0; display: grid; gap: 1.5rem; grid-template-columns: repeat(auto-fill, minmax(min(22rem, 100%), 1fr)); }
li { border: 1px solid #8888; border-radius: 0.6rem; padding: 1rem; }
li h2 { font-size: 1.1rem; margin: 0; }
img { display: block; width: 100%; height: auto; border-radius: 0.3rem; }
.code { width: 18rem; max-width: 100%; margin: 0.8rem auto 0; background: #fff; }
li a { display: block; padding: 0.4rem 0; }
";

/// Writes `index.html`, its style, and the symbol and the picture of each box into a folder. `boxes`: each with its
/// label link. Pictures stand in `pictures`.
pub(crate) fn write(
    folder: &Path,
    pictures: &Path,
    boxes: &[(&SpecimenBox, String)],
) -> Result<(), MakeError> {
    fs::create_dir_all(folder)?;
    let spec = PrintSpec::default();
    let mut items = String::new();
    for (specimen, link) in boxes {
        let file = specimen.file;
        let picture = format!("{file}.png");
        fs::copy(pictures.join(&picture), folder.join(&picture))?;
        fs::write(folder.join(format!("{file}.svg")), spec.encode(link)?.drawing(&spec).to_svg())?;
        item(&mut items, specimen, link)?;
    }
    fs::write(folder.join("shelf.css"), STYLE)?;
    fs::write(folder.join("index.html"), document(&items))?;
    Ok(())
}

fn document(items: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>Specimen shelf</title>\n<link rel=\"stylesheet\" href=\"/shelf/shelf.css\">\n</head>\n<body>\n<main>\n\
         <h1>Specimen shelf</h1>\n<p class=\"notice\">{NOTICE}</p>\n\
         <p>Click a box to open the page with its label, as a telephone does that scans it. Or \
         <a href=\"/\">open the page</a> on a device with a camera, and scan the codes from this screen.</p>\n\
         <ul>\n{items}</ul>\n</main>\n</body>\n</html>\n"
    )
}

/// A box: picture, story, and the way to the page. The address of a label link leads to its scheme owner; its path and
/// fragment lead to the same label here.
fn item(items: &mut String, specimen: &SpecimenBox, link: &str) -> Result<(), MakeError> {
    let SpecimenBox { file, story, names: (brand, model, _), .. } = specimen;
    let (brand, model, story) = (Escaped(brand), Escaped(model), Escaped(story));
    let host = link.split('/').nth(2).ok_or_else(|| format!("{} is no link", excerpt(link)))?;
    let here = link.split_once(host).map_or("", |(_, here)| here);
    writeln!(
        items,
        "<li>\n<h2>{brand} {model}</h2>\n<p>{story}</p>\n\
         <img src=\"/shelf/{file}.png\" alt=\"The front of the box: {brand} {model}, with its label\" loading=\"lazy\">\n\
         <a href=\"{}\">Check this label</a>\n\
         <img class=\"code\" src=\"/shelf/{file}.svg\" alt=\"The QR code of this label\" loading=\"lazy\">\n</li>",
        Escaped(here)
    )?;
    Ok(())
}

/// Text in HTML.
struct Escaped<'t>(&'t str);

impl std::fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.chars().try_for_each(|c| match c {
            '<' => f.write_str("&lt;"),
            '>' => f.write_str("&gt;"),
            '&' => f.write_str("&amp;"),
            '"' => f.write_str("&quot;"),
            c => f.write_char(c),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::boxes::SHELF;

    #[test]
    fn a_box_leads_to_its_label_here() {
        let folder = std::env::temp_dir().join(format!("verilabel-shelf-{}", std::process::id()));
        let pictures = folder.join("pictures");
        fs::create_dir_all(&pictures).unwrap();
        let specimen = &SHELF[0];
        fs::write(pictures.join(format!("{}.png", specimen.file)), "a picture").unwrap();
        let link = "https://label.example.sg/01/09520000000011#12345";
        write(&folder.join("shelf"), &pictures, &[(specimen, link.to_owned())]).unwrap();
        let html = fs::read_to_string(folder.join("shelf/index.html")).unwrap();
        assert!(html.contains("href=\"/01/09520000000011#12345\"") && html.contains(NOTICE));
        assert!(!html.contains("<script") && !html.contains("style="));
        let svg = fs::read_to_string(folder.join(format!("shelf/{}.svg", specimen.file))).unwrap();
        assert!(svg.contains("<svg"));
        fs::remove_dir_all(folder).unwrap();
    }
}
