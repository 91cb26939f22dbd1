//! A plot with two logarithmic axes, as SVG.

use std::fmt::Write;

/// One thing that is measured at several sizes.
pub(crate) struct Line {
    pub(crate) name: String,
    pub(crate) points: Vec<(f64, f64)>,
}

impl Line {
    pub(crate) fn new(name: &str) -> Line {
        Line { name: name.to_owned(), points: Vec::new() }
    }
}

pub(crate) struct Plot {
    across: String,
    up: String,
    pub(crate) lines: Vec<Line>,
}

const WIDTH: f64 = 760.0;
const HEIGHT: f64 = 440.0;
const LEFT: f64 = 70.0;
const RIGHT: f64 = 170.0;
const TOP: f64 = 20.0;
const BOTTOM: f64 = 50.0;
/// Colours that people who do not see all of them can tell apart.
const COLOURS: [&str; 6] = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"];

impl Plot {
    pub(crate) fn new(across: &str, up: &str) -> Plot {
        Plot { across: across.to_owned(), up: up.to_owned(), lines: Vec::new() }
    }

    /// The drawing. Lines come in pairs: the second one of a colour is dashed.
    pub(crate) fn svg(&self) -> String {
        let all: Vec<(f64, f64)> = self.lines.iter().flat_map(|line| line.points.iter().copied()).collect();
        let (xs, ys) = (decades(all.iter().map(|point| point.0)), decades(all.iter().map(|point| point.1)));
        let x = |value: f64| LEFT + (value.log10() - xs.0) / (xs.1 - xs.0) * (WIDTH - LEFT - RIGHT);
        let y = |value: f64| HEIGHT - BOTTOM - (value.log10() - ys.0) / (ys.1 - ys.0) * (HEIGHT - TOP - BOTTOM);
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" font-family=\"sans-serif\" font-size=\"12\">\n<rect width=\"{WIDTH}\" height=\"{HEIGHT}\" fill=\"#fff\"/>\n"
        );
        let mut add = |text: String| {
            let _ = writeln!(svg, "{text}");
        };
        let mut power = xs.0;
        while power <= xs.1 {
            let at = x(10f64.powf(power));
            add(format!("<line x1=\"{at:.1}\" x2=\"{at:.1}\" y1=\"{TOP}\" y2=\"{}\" stroke=\"#ddd\"/>", HEIGHT - BOTTOM));
            add(format!("<text x=\"{at:.1}\" y=\"{}\" text-anchor=\"middle\">{}</text>", HEIGHT - BOTTOM + 18.0, number(power)));
            power += 1.0;
        }
        let mut power = ys.0;
        while power <= ys.1 {
            let at = y(10f64.powf(power));
            add(format!("<line x1=\"{LEFT}\" x2=\"{}\" y1=\"{at:.1}\" y2=\"{at:.1}\" stroke=\"#ddd\"/>", WIDTH - RIGHT));
            add(format!("<text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>", LEFT - 6.0, at + 4.0, number(power)));
            power += 1.0;
        }
        let middle = (LEFT + WIDTH - RIGHT) / 2.0;
        add(format!("<text x=\"{middle}\" y=\"{}\" text-anchor=\"middle\">{}</text>", HEIGHT - 8.0, self.across));
        add(format!("<text transform=\"translate(16 {}) rotate(-90)\" text-anchor=\"middle\">{}</text>", HEIGHT / 2.0, self.up));
        for (at, line) in self.lines.iter().enumerate() {
            let colour = COLOURS[at / 2 % COLOURS.len()];
            let dashes = if at % 2 == 1 { " stroke-dasharray=\"5 4\"" } else { "" };
            let points: Vec<String> = line.points.iter().map(|(across, up)| format!("{:.1},{:.1}", x(*across), y(*up))).collect();
            add(format!("<polyline points=\"{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"{dashes}/>", points.join(" ")));
            let place = TOP + 14.0 + at as f64 * 18.0;
            add(format!(
                "<line x1=\"{}\" x2=\"{}\" y1=\"{}\" y2=\"{}\" stroke=\"{colour}\" stroke-width=\"2\"{dashes}/>",
                WIDTH - RIGHT + 12.0,
                WIDTH - RIGHT + 40.0,
                place - 4.0,
                place - 4.0
            ));
            add(format!("<text x=\"{}\" y=\"{place}\">{}</text>", WIDTH - RIGHT + 46.0, line.name));
        }
        svg.push_str("</svg>\n");
        svg
    }
}

/// From which power of ten to which numbers reach.
fn decades(numbers: impl Iterator<Item = f64>) -> (f64, f64) {
    let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
    for number in numbers.filter(|number| *number > 0.0) {
        low = low.min(number.log10().floor());
        high = high.max(number.log10().ceil());
    }
    if low < high { (low, high) } else { (0.0, 1.0) }
}

fn number(power: f64) -> String {
    let power = power as i32;
    let (value, unit) = (10f64.powi(power.rem_euclid(3)), ["", "k", "M", "G", "T"].get((power.div_euclid(3)).max(0) as usize).copied().unwrap_or(""));
    format!("{value}{unit}")
}
